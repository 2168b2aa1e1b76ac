//! The sealed form of a record, of every version.

use std::path::Path;

use serde_json::{Map, Value, json};
use skinkit_inference::json::{self as fields, JsonError};
use skinkit_store::{Payload, ScanId};
use skinkit_tracking::Estimate;

use crate::record::ScanRecord;
use crate::{Error, Result};

/// The form that this version writes: [`ScanRecord`] as JSON.
const VERSION: u32 = 1;

/// Why a payload cannot be read. It says which field, never its value.
#[derive(Debug)]
pub(crate) struct Unreadable(String);

impl Unreadable {
    pub(crate) fn field(unfit: &JsonError) -> Self {
        match unfit.field() {
            "" => Self("it is no record".to_owned()),
            field => Self(format!("the field `{field}`")),
        }
    }

    pub(crate) fn reason(&self) -> &str {
        &self.0
    }

    /// As an error about a scan of a history.
    pub(crate) fn of(self, scan: ScanId, history: &Path) -> Error {
        Error::Stored {
            what: "record",
            scan: scan.0,
            history: history.to_owned(),
            reason: self.0,
        }
    }
}

pub(crate) fn write(record: &ScanRecord) -> Result<Payload> {
    check(record).map_err(|field| Error::Record { field })?;
    let bytes = serde_json::to_vec(record).map_err(|error| Error::Encode(error.to_string()))?;
    Ok(Payload {
        version: VERSION,
        bytes,
    })
}

/// Says which field is out of its range: what is written is fit for every reader.
fn check(record: &ScanRecord) -> std::result::Result<(), &'static str> {
    let part = |p: f32| (0.0..=1.0).contains(&p);
    if !record.probabilities.iter().all(|entry| part(entry.p)) {
        return Err("probabilities");
    }
    if let Some(scale) = &record.scale
        && !(scale.mm_per_pixel > 0.0 && scale.mm_per_pixel.is_finite() && (0.0..f32::INFINITY).contains(&scale.error))
    {
        return Err("scale");
    }
    if record
        .position
        .is_some_and(|position| !position.iter().all(|v| v.is_finite()))
    {
        return Err("position");
    }
    if let Some(measures) = &record.measures {
        let finite = |estimate: &Estimate| {
            [estimate.value, estimate.low, estimate.high]
                .iter()
                .all(|v| v.is_finite())
        };
        // A border lies in the patch; a corner may be off by rounding.
        let near = |point: &[f32; 2]| point.iter().all(|v| (-1.0..=2.0).contains(v));
        if !measures.values.iter().all(finite) || !measures.border.iter().all(near) {
            return Err("measures");
        }
    }
    Ok(())
}

pub(crate) fn read(payload: &Payload) -> std::result::Result<ScanRecord, Unreadable> {
    let value = || serde_json::from_slice(&payload.bytes).map_err(|_| Unreadable("it is not JSON".to_owned()));
    match payload.version {
        VERSION => read_present(&value()?),
        Payload::OF_FIRST_SCHEMAS => read_first(value()?),
        newer => Err(Unreadable(format!("its version {newer} is newer"))),
    }
}

/// A record in the form of this version.
pub(crate) fn read_present(value: &Value) -> std::result::Result<ScanRecord, Unreadable> {
    // Serde takes a list for a struct; a record is never one.
    if !value.is_object() {
        return Err(Unreadable("it is no record".to_owned()));
    }
    fields::from_value(value).map_err(|unfit| Unreadable::field(&unfit))
}

/// A record as SkinKit 0.1.0 kept and exported it: the store had some of the fields, an object `extra` had the others, and
/// what was missing counted as not recorded.
pub(crate) fn read_first(first: Value) -> std::result::Result<ScanRecord, Unreadable> {
    let Value::Object(mut first) = first else {
        return Err(Unreadable("it is no record".to_owned()));
    };
    let mut extra = match first.remove("extra") {
        Some(Value::Object(extra)) => extra,
        Some(Value::Null) | None => Map::new(),
        Some(_) => return Err(Unreadable("the field `extra`".to_owned())),
    };
    if let (Some(Value::Array(probabilities)), names) = (first.get_mut("probabilities"), extra.remove("names")) {
        name(probabilities, names.as_ref());
    }
    for field in ["measures", "familiarity", "scale", "position", "capture", "context"] {
        move_field(&mut extra, field, &mut first);
    }
    // It was an empty text where it was not known.
    if let Some(region) = extra.remove("region").filter(|region| region != "") {
        first.insert("region".to_owned(), region);
    }
    let mut pack = Map::new();
    for field in ["license", "intended_use", "noise"] {
        move_field(&mut extra, field, &mut pack);
    }
    first.insert("pack".to_owned(), Value::Object(pack));
    for field in ["receipt", "prediction_set", "probabilities"] {
        if first.get(field).is_some_and(Value::is_null) {
            first.remove(field);
        }
    }
    read_present(&Value::Object(first))
}

fn move_field(from: &mut Map<String, Value>, field: &str, to: &mut Map<String, Value>) {
    if let Some(value) = from.remove(field) {
        to.insert(field.to_owned(), value);
    }
}

/// Gives each label its name, which was kept in a list of its own.
fn name(probabilities: &mut [Value], names: Option<&Value>) {
    for (index, entry) in probabilities.iter_mut().enumerate() {
        if let Value::Object(entry) = entry {
            let name = names.and_then(|names| names.get(index)).filter(|name| name.is_string());
            let name = name.or(entry.get("label")).cloned().unwrap_or_else(|| json!(""));
            entry.entry("name").or_insert(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Region;

    #[test]
    fn a_record_is_read_back_as_it_was() {
        let record = ScanRecord {
            engine: "embedded".to_owned(),
            region: Some(Region::Lesion),
            position: Some([0.1, 0.25]),
            prediction_set: vec!["nv".to_owned()],
            ..ScanRecord::default()
        };
        assert_eq!(read(&record.payload().unwrap()).unwrap(), record);
    }

    #[test]
    fn what_cannot_be_read_is_named_without_its_value() {
        let of = |version, text: &str| {
            read(&Payload {
                version,
                bytes: text.as_bytes().to_vec(),
            })
        };
        for (version, text, reason) in [
            (1, r#"{"roi": {"width": "secret"}}"#, "roi"),
            (1, r#"{"region": "secret"}"#, "region"),
            (1, "[]", "no record"),
            (1, "secret", "not JSON"),
            (2, "{}", "newer"),
            (0, r#"{"extra": 5}"#, "extra"),
            (0, r#"{"extra": {"measures": {"values": "secret"}}}"#, "measures"),
        ] {
            let unreadable = of(version, text).unwrap_err();
            assert!(unreadable.reason().contains(reason), "{unreadable:?}");
            assert!(!unreadable.reason().contains("secret"), "{unreadable:?}");
        }
    }

    #[test]
    fn what_the_first_version_left_out_is_not_recorded() {
        let read = |value| read_first(value).unwrap();
        let empty = read(json!({"extra": null, "quality": null, "roi": null, "receipt": null}));
        assert_eq!(empty, ScanRecord::default());
        assert!(!empty.accepted());
        let some = read(json!({
            "probabilities": [{"label": "nv", "p": 0.5}, {"label": "mel", "p": 0.25}],
            "extra": {"region": "left_cheek", "names": ["Naevus"], "license": "X", "guided": true},
        }));
        assert_eq!(some.region, Some("left_cheek".parse().unwrap()));
        assert_eq!(some.pack.license, "X");
        let names: Vec<_> = some.probabilities.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["Naevus", "mel"]);
    }
}
