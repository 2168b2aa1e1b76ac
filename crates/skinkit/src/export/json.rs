//! The export that can be imported again.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::Value;
use skinkit_store::{RasterKind, Visited};

use super::{FORMAT, RasterText, VERSION, each_scan, json_error, picture, write_error};
use crate::history::History;
use crate::time::rfc3339;
use crate::{ExportRequest, Result, ScanRecord, StoredScan};

/// A scan: what [`StoredScan`] has but its number, and its pixels.
#[derive(Serialize)]
struct Item<'a> {
    uid: &'a str,
    subject: &'a str,
    site: &'a str,
    lesion: Option<&'a str>,
    taken_at: String,
    pack_id: &'a str,
    pack_version: &'a str,
    embedding: Option<&'a [f32]>,
    #[serde(flatten)]
    record: &'a ScanRecord,
    heatmap: Option<RasterText>,
    mask: Option<RasterText>,
    assignments: Vec<AssignmentText>,
    picture: Option<String>,
}

/// An assignment to a lesion, its time as text.
#[derive(Serialize)]
struct AssignmentText {
    at: String,
    from: Option<String>,
    to: Option<String>,
    evidence: Value,
}

/// Writes one JSON object, `{"format": "skinkit-history", "version": 2, "scans": [...]}`, scan by scan. A scan has the
/// fields of [`StoredScan`] but `id`, times as RFC 3339, and `heatmap`, `mask` (`{width, height, channels, data}`),
/// `assignments` and `picture`; bytes are Base64.
pub(crate) fn write(history: &History, request: &ExportRequest, mut out: impl Write) -> Result<u64> {
    write!(out, "{{\"format\":\"{FORMAT}\",\"version\":{VERSION},\"scans\":[").map_err(write_error)?;
    let mut separator = "\n";
    let scans = each_scan(history, request, |scan, visited| {
        out.write_all(separator.as_bytes()).map_err(write_error)?;
        separator = ",\n";
        serde_json::to_writer(&mut out, &item(&scan, visited, request)?).map_err(json_error)
    })?;
    out.write_all(b"\n]}\n")
        .and_then(|()| out.flush())
        .map_err(write_error)?;
    Ok(scans)
}

fn item<'a>(scan: &'a StoredScan, visited: &Visited<'_>, request: &ExportRequest) -> Result<Item<'a>> {
    let raster = |kind| -> Result<Option<RasterText>> {
        Ok(visited.raster(kind)?.map(|raster| RasterText {
            width: raster.width,
            height: raster.height,
            channels: raster.channels,
            data: STANDARD.encode(&raster.bytes),
        }))
    };
    let assignments = visited.assignments()?.into_iter().map(|assignment| AssignmentText {
        at: rfc3339(assignment.at),
        from: assignment.from,
        to: assignment.to,
        evidence: assignment.evidence,
    });
    Ok(Item {
        uid: &scan.uid,
        subject: &scan.subject,
        site: &scan.site,
        lesion: scan.lesion.as_deref(),
        taken_at: rfc3339(scan.taken_at),
        pack_id: &scan.pack_id,
        pack_version: &scan.pack_version,
        embedding: scan.embedding.as_deref(),
        record: &scan.record,
        heatmap: raster(RasterKind::Heatmap)?,
        mask: raster(RasterKind::Mask)?,
        assignments: assignments.collect(),
        picture: picture(request, visited)?.map(|picture| STANDARD.encode(picture)),
    })
}
