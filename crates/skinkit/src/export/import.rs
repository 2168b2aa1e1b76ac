//! Import of a JSON export.

use std::cell::RefCell;
use std::fmt;
use std::io::Read;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use skinkit_inference::json as fields;
use skinkit_preprocess::{Limits, Photo};
use skinkit_store::{Assignment, Imported, NewScan, Raster};

use super::{FORMAT, RasterText, VERSION};
use crate::history::History;
use crate::record::{self, Unreadable};
use crate::time::parse_rfc3339;
use crate::{Error, Result};

/// Reads scan by scan, in one transaction: all or, on an error, none. The fields of the document may come in any order.
pub(crate) fn read(history: &History, input: impl Read) -> Result<Imported> {
    history.store().import(|import| {
        let run = Run {
            import: RefCell::new(import),
            failed: RefCell::default(),
            scans: RefCell::default(),
        };
        let mut json = serde_json::Deserializer::from_reader(std::io::BufReader::new(input));
        let read = Document(&run).deserialize(&mut json).and_then(|()| json.end());
        if let Some(error) = run.failed.into_inner() {
            return Err(error);
        }
        read.map_err(|error| match error.io_error_kind() {
            Some(kind) => Error::Import(format!("it could not be read: {kind}")),
            // Category and place only: serde's own message can quote a value.
            None => Error::Import(format!(
                "it is no export of a SkinKit history: {:?}, line {}, column {}",
                error.classify(),
                error.line(),
                error.column()
            )),
        })
    })
}

/// An import under way. The first error of our own is kept here, because serde cannot carry it.
struct Run<'a, 'tx> {
    import: RefCell<&'a mut skinkit_store::Import<'tx>>,
    failed: RefCell<Option<Error>>,
    scans: RefCell<u64>,
}

impl Run<'_, '_> {
    fn take(&self, item: Value) -> Result<()> {
        *self.scans.borrow_mut() += 1;
        let uid = item.get("uid").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut import = self.import.borrow_mut();
        // Its place where it has no proper name.
        let known = import
            .is_known(&uid)
            .map_err(|_| Error::Import(format!("scan {} has no proper uid", self.scans.borrow())))?;
        if known {
            return Ok(());
        }
        let named = |reason: &str| Error::Import(format!("scan {uid}: {reason}"));
        let (scan, assignments) = scan(item).map_err(|reason| named(&reason))?;
        import.add(&uid, &scan, &assignments).map_err(|error| match error {
            skinkit_store::Error::BadValue { field, detail } => named(&format!("{field}: {detail}")),
            other => other.into(),
        })
    }

    fn fail<E: serde::de::Error>(&self, error: Error) -> E {
        self.failed.borrow_mut().get_or_insert(error);
        E::custom("import failed")
    }
}

/// The fields of a scan that the store has as its own, in every version.
#[derive(Deserialize)]
struct Columns {
    subject: String,
    site: String,
    #[serde(default)]
    lesion: Option<String>,
    pack_id: String,
    pack_version: String,
    #[serde(default)]
    embedding: Option<Vec<f32>>,
    #[serde(default)]
    heatmap: Option<RasterText>,
    #[serde(default)]
    mask: Option<RasterText>,
    #[serde(default)]
    assignments: Vec<AssignmentText>,
    #[serde(default)]
    picture: Option<String>,
}

#[derive(Deserialize)]
struct AssignmentText {
    at: Value,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
    #[serde(default)]
    evidence: Value,
}

/// A scan of an export, or why it cannot be taken. A reason names fields, not values.
fn scan(item: Value) -> std::result::Result<(NewScan, Vec<Assignment>), String> {
    let columns: Columns = fields::from_value(&item).map_err(|unfit| Unreadable::field(&unfit).reason().to_owned())?;
    let stated = item.get("taken_at").unwrap_or(&Value::Null);
    let taken_at = time(stated).ok_or("the field `taken_at`")?;
    // The first version wrote times as numbers, and kept some fields in an object of their own.
    let is_first = stated.is_number();
    let record = if is_first {
        record::read_first(item)
    } else {
        record::read_present(&item)
    };
    let record = record.map_err(|unreadable| unreadable.reason().to_owned())?;
    let picture = columns
        .picture
        .as_deref()
        .map(|text| bytes("picture", text))
        .transpose()?;
    if let Some(picture) = &picture {
        Photo::decode(picture, &Limits::default()).map_err(|error| format!("picture: {error}"))?;
    }
    let assignments = columns
        .assignments
        .into_iter()
        .map(|text| {
            let at = time(&text.at).ok_or("the field `assignments`")?;
            Ok(Assignment::new(at, text.from, text.to, text.evidence))
        })
        .collect::<std::result::Result<_, String>>()?;
    let scan = NewScan {
        subject: columns.subject,
        site: columns.site,
        lesion: columns.lesion,
        taken_at,
        pack_id: columns.pack_id,
        pack_version: columns.pack_version,
        embedding: columns.embedding,
        heatmap: columns.heatmap.map(|text| raster("heatmap", text)).transpose()?,
        mask: columns.mask.map(|text| raster("mask", text)).transpose()?,
        picture,
        payload: record.payload().map_err(|error| error.to_string())?,
    };
    Ok((scan, assignments))
}

fn time(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| parse_rfc3339(value.as_str()?))
}

fn raster(field: &str, text: RasterText) -> std::result::Result<Raster, String> {
    Ok(Raster {
        width: text.width,
        height: text.height,
        channels: text.channels,
        bytes: bytes(field, &text.data)?,
    })
}

fn bytes(field: &str, text: &str) -> std::result::Result<Vec<u8>, String> {
    STANDARD.decode(text).map_err(|_| format!("{field}: no Base64"))
}

/// The export's outer object.
struct Document<'r, 'a, 'tx>(&'r Run<'a, 'tx>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> std::result::Result<(), D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an export of a SkinKit history")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        let other = |what: &str| self.0.fail(Error::Import(what.to_owned()));
        let (mut format, mut version, mut scans) = (false, false, false);
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "format" => {
                    if map.next_value::<String>()? != FORMAT {
                        return Err(other("it is no export of a SkinKit history"));
                    }
                    format = true;
                }
                "version" => {
                    if map.next_value::<u64>()? > VERSION {
                        return Err(other("a newer version made it: update the app"));
                    }
                    version = true;
                }
                "scans" => {
                    map.next_value_seed(Scans(self.0))?;
                    scans = true;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if format && version && scans {
            Ok(())
        } else {
            Err(other(
                "it is no export of a SkinKit history: format, version or scans are missing",
            ))
        }
    }
}

struct Scans<'r, 'a, 'tx>(&'r Run<'a, 'tx>);

impl<'de> DeserializeSeed<'de> for Scans<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> std::result::Result<(), D::Error> {
        input.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Scans<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of scans")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<(), A::Error> {
        while let Some(item) = list.next_element::<Value>()? {
            self.0.take(item).map_err(|error| self.0.fail(error))?;
        }
        Ok(())
    }
}
