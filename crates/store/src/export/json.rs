//! The export that can be imported again.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{ExportOptions, FORMAT, Item, Outgoing, RasterText, VERSION, each_scan, json_error, write_error};
use crate::{RasterKind, Result, Store};

impl Store {
    /// Writes the history as one JSON object, **in clear**:
    /// `{"format": "skinkit-history", "version": 1, "scans": […]}`.
    /// Scans have the fields of [`Scan`](crate::Scan) without `id`, and `heatmap`, `mask`
    /// (`{width, height, channels, data}`), `picture` and `assignments`; bytes are Base64.
    /// It is one consistent snapshot, written scan by scan. Gives the number of scans.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) of `out`; [`Error::Corrupt`](crate::Error::Corrupt).
    pub fn export_json(&self, options: &ExportOptions, mut out: impl Write) -> Result<u64> {
        self.read(|db, vault| {
            write!(out, "{{\"format\":\"{FORMAT}\",\"version\":{VERSION},\"scans\":[").map_err(|e| write_error(&e))?;
            let mut first = true;
            let scans = each_scan(db, vault, options, |outgoing| {
                let separator = if first { "\n" } else { ",\n" };
                first = false;
                out.write_all(separator.as_bytes()).map_err(|e| write_error(&e))?;
                serde_json::to_writer(&mut out, &item(outgoing)?).map_err(json_error)
            })?;
            out.write_all(b"\n]}\n")
                .and_then(|()| out.flush())
                .map_err(|e| write_error(&e))?;
            Ok(scans)
        })
    }
}

fn item(outgoing: Outgoing<'_>) -> Result<Item> {
    let raster = |kind| -> Result<Option<RasterText>> {
        Ok(outgoing.raster(kind)?.map(|raster| RasterText {
            width: raster.width,
            height: raster.height,
            channels: raster.channels,
            data: STANDARD.encode(&raster.bytes),
        }))
    };
    let heatmap = raster(RasterKind::Heatmap)?;
    let mask = raster(RasterKind::Mask)?;
    let picture = outgoing.picture()?.map(|picture| STANDARD.encode(picture));
    let assignments = outgoing.assignments()?;
    let scan = outgoing.scan;
    Ok(Item {
        uid: scan.uid,
        subject: scan.subject,
        site: scan.site,
        lesion: scan.lesion,
        taken_at: scan.taken_at,
        pack_id: scan.pack_id,
        pack_version: scan.pack_version,
        sdk_version: scan.sdk_version,
        engine: scan.engine,
        probabilities: scan.probabilities,
        prediction_set: scan.prediction_set,
        embedding: scan.embedding,
        heatmap,
        mask,
        roi: scan.roi,
        quality: scan.quality,
        extra: scan.extra,
        receipt: scan.receipt,
        assignments,
        picture,
    })
}
