//! Import of a JSON export.

use std::{cell::RefCell, fmt, io::Read};

use base64::{Engine, engine::general_purpose::STANDARD};
use rusqlite::Transaction;
use serde::{
    Serialize,
    de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::{
    Error, Result, Store, add, assign,
    export::{FORMAT, Item, RasterText, VERSION},
    scan::{NewScan, Raster},
    vault::Vault,
};

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Imported {
    /// Scans that are new.
    pub added: u64,
    /// Scans that the history had already (by their `uid`), left as they are.
    pub known: u64,
}

impl Store {
    /// Adds the scans of a [JSON export](Store::export_json) in one transaction: all or, on an
    /// error, none. Reads scan by scan. Importing the same export twice adds nothing the second time.
    /// Numbers ([`ScanId`](crate::ScanId)) are given anew.
    ///
    /// # Errors
    /// [`Error::BadExport`] when it is none, or one of a newer version; [`Error::BadValue`] when a
    /// scan in it is out of range; otherwise as [`Store::add`].
    pub fn import_json(&self, input: impl Read) -> Result<Imported> {
        self.write(|tx, vault| {
            let import = Import {
                tx,
                vault,
                done: RefCell::default(),
                failed: RefCell::default(),
            };
            let mut json = serde_json::Deserializer::from_reader(std::io::BufReader::new(input));
            let read = Document(&import).deserialize(&mut json).and_then(|()| json.end());
            if let Some(error) = import.failed.into_inner() {
                return Err(error);
            }
            read.map_err(|e| match e.io_error_kind() {
                Some(kind) => Error::Io {
                    path: "import".into(),
                    detail: kind.to_string(),
                },
                // Category and place only: serde's own message can quote a value.
                None => bad(&format!("{:?}, line {}, column {}", e.classify(), e.line(), e.column())),
            })?;
            Ok(import.done.into_inner())
        })
    }
}

/// An import under way. The first error of our own is kept here, because serde can't carry it.
struct Import<'a> {
    tx: &'a Transaction<'a>,
    vault: &'a Vault,
    done: RefCell<Imported>,
    failed: RefCell<Option<Error>>,
}

impl Import<'_> {
    fn take(&self, item: Item) -> Result<()> {
        let uid = uid(&item.uid)?;
        let known: bool = self
            .tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM scan WHERE uid = ?1)")?
            .query_row([uid], |row| row.get(0))?;
        if known {
            self.done.borrow_mut().known += 1;
            return Ok(());
        }
        let assignments = item.assignments.clone();
        let scan = new_scan(item)?;
        scan.check()?;
        let id = add::insert(self.tx, self.vault, &scan, uid)?;
        if !assignments.is_empty() {
            let keys = self.vault.find_or_add_subject(self.tx, &scan.subject)?;
            for assignment in &assignments {
                assign::insert(self.tx, &keys, id, assignment)?;
            }
        }
        self.done.borrow_mut().added += 1;
        Ok(())
    }

    fn fail<E: serde::de::Error>(&self, error: Error) -> E {
        self.failed.borrow_mut().get_or_insert(error);
        E::custom("import failed")
    }
}

/// The export's outer object. Its fields may come in any order: nothing is kept until all is read.
struct Document<'a>(&'a Import<'a>);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> std::result::Result<(), D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an export of a SkinKit history")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        let (mut format, mut version, mut scans) = (false, false, false);
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "format" => {
                    if map.next_value::<String>()? != FORMAT {
                        return Err(self.0.fail(bad("another format")));
                    }
                    format = true;
                }
                "version" => {
                    if map.next_value::<u64>()? > VERSION {
                        return Err(self.0.fail(bad("made by a newer version: update the app")));
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
            Err(self.0.fail(bad("format, version or scans are missing")))
        }
    }
}

struct Scans<'a>(&'a Import<'a>);

impl<'de> DeserializeSeed<'de> for Scans<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> std::result::Result<(), D::Error> {
        input.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Scans<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of scans")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<(), A::Error> {
        while let Some(item) = list.next_element::<Item>()? {
            self.0.take(item).map_err(|error| self.0.fail(error))?;
        }
        Ok(())
    }
}

fn new_scan(item: Item) -> Result<NewScan> {
    Ok(NewScan {
        subject: item.subject,
        site: item.site,
        lesion: item.lesion,
        taken_at: item.taken_at,
        pack_id: item.pack_id,
        pack_version: item.pack_version,
        sdk_version: item.sdk_version,
        engine: item.engine,
        probabilities: item.probabilities,
        prediction_set: item.prediction_set,
        embedding: item.embedding,
        heatmap: item.heatmap.map(raster).transpose()?,
        mask: item.mask.map(raster).transpose()?,
        roi: item.roi,
        quality: item.quality,
        extra: item.extra,
        picture: item.picture.as_deref().map(bytes).transpose()?,
        receipt: item.receipt,
    })
}

fn raster(text: RasterText) -> Result<Raster> {
    Ok(Raster {
        width: text.width,
        height: text.height,
        channels: text.channels,
        bytes: bytes(&text.data)?,
    })
}

fn bytes(text: &str) -> Result<Vec<u8>> {
    STANDARD.decode(text).map_err(|_| bad("bytes that are no Base64"))
}

fn uid(text: &str) -> Result<[u8; 16]> {
    let wrong = || bad("a uid that is not 32 hexadecimal digits");
    if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    u128::from_str_radix(text, 16)
        .map(u128::to_be_bytes)
        .map_err(|_| wrong())
}

fn bad(detail: &str) -> Error {
    Error::BadExport {
        detail: detail.to_owned(),
    }
}
