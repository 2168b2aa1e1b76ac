//! Objects that several commands print.

use serde_json::{Value, json};
use skinkit::store::Scan;
use skinkit::{History, Roi, roi};

use crate::failure::Failure;
use crate::terminal::format::date;

/// A region as every command prints it.
pub fn square(roi: &Roi) -> Value {
    json!({ "center": roi.centre, "size": roi.width, "height": roi.height, "rotation": roi.rotation })
}

/// A body site as every command prints it.
pub fn body_site(site: &roi::BodySite) -> Value {
    json!({ "code": site, "words": site.words(), "snomed": site.snomed_expression() })
}

/// A stored scan as every command prints it.
pub fn scan(history: &History, scan: &Scan) -> Result<Value, Failure> {
    let details = history.details(scan)?;
    Ok(json!({
        "id": scan.id,
        "taken_at": date(scan.taken_at),
        "pack": {"id": scan.pack_id, "version": scan.pack_version, "license": details.license},
        "engine": scan.engine,
        "region": details.region,
        "quality": scan.quality,
        "probabilities": scan.probabilities,
        "prediction_set": scan.prediction_set,
        "measures": details.measures,
        "lesion": scan.lesion,
        "receipt": scan.receipt,
    }))
}
