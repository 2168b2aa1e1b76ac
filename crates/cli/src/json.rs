//! Objects that several commands print.

use std::path::Path;

use serde_json::{Value, json};
use skinkit::time::rfc3339;
use skinkit::{Roi, StoredScan, roi};

/// A region as every command prints it.
pub fn square(roi: &Roi) -> Value {
    json!({ "center": roi.centre, "size": roi.width, "height": roi.height, "rotation": roi.rotation })
}

/// A body site as every command prints it.
pub fn body_site(site: &roi::BodySite) -> Value {
    json!({ "code": site, "words": site.words(), "snomed": site.snomed_expression() })
}

/// A stored scan as every command prints it.
pub fn scan(scan: &StoredScan) -> Value {
    let record = &scan.record;
    json!({
        "id": scan.id,
        "taken_at": rfc3339(scan.taken_at),
        "pack": {"id": scan.pack_id, "version": scan.pack_version, "license": record.pack.license},
        "engine": record.engine,
        "region": record.region,
        "quality": record.quality,
        "probabilities": record.probabilities,
        "prediction_set": record.prediction_set,
        "measures": record.measures,
        "lesion": scan.lesion,
        "receipt": record.receipt,
    })
}

/// A file's name: one that is not UTF-8 is printed as nearly as it can be.
pub fn path(path: &Path) -> String {
    path.display().to_string()
}

/// Fields of SkinKit's own types that hold a point in time, or several, in milliseconds.
const TIMES: [&str; 6] = [
    "taken_at",
    "first_taken_at",
    "last_taken_at",
    "next_due",
    "missing",
    "at",
];

/// The same object with every point in time as RFC 3339.
pub fn with_times(mut value: Value) -> Value {
    write_times(&mut value);
    value
}

fn write_times(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(write_times),
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::Array(times) if TIMES.contains(&&**name) => times.iter_mut().for_each(write_time),
                    Value::Number(_) if TIMES.contains(&&**name) => write_time(field),
                    other => write_times(other),
                }
            }
        }
        _ => {}
    }
}

fn write_time(value: &mut Value) {
    if let Some(milliseconds) = value.as_i64() {
        *value = rfc3339(milliseconds).into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_in_time_is_rfc_3339() {
        let value = with_times(json!({"a": [{"taken_at": 0, "missing": [1000], "next_due": null, "scans": 7}]}));
        assert_eq!(
            value,
            json!({"a": [{
                "taken_at": "1970-01-01T00:00:00Z", "missing": ["1970-01-01T00:00:01Z"], "next_due": null, "scans": 7,
            }]})
        );
    }
}
