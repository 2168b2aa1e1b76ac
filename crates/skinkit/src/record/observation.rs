//! From a stored scan to what `tracking` compares.

use skinkit_preprocess::{Limits, Photo};
use skinkit_roi::Scale;
use skinkit_store::Raster;
use skinkit_tracking::{Observation, Patch, PixelScale};

use crate::Result;
use crate::overlay::Map;
use crate::record::StoredScan;

/// What tracking compares, from what the history kept.
pub(crate) fn observation(scan: &StoredScan, mask: Option<Raster>, picture: Option<Vec<u8>>) -> Result<Observation> {
    let record = &scan.record;
    let patch = picture.map(|bytes| decode(&bytes, mask.as_ref())).transpose()?;
    Ok(Observation {
        embedding: scan.embedding.clone(),
        probabilities: record.probabilities.iter().map(|p| (p.label.clone(), p.p)).collect(),
        accepted: record.accepted(),
        patch,
        measures: record.measures.clone(),
        scale: record.scale.map(pixel_scale),
        ..Observation::new(scan.taken_at, scan.pack_id.clone(), scan.pack_version.clone())
    })
}

/// A scale in tracking's terms.
pub(crate) fn pixel_scale(scale: Scale) -> PixelScale {
    PixelScale {
        mm: scale.mm_per_pixel,
        error: scale.error / scale.mm_per_pixel,
    }
}

fn decode(bytes: &[u8], mask: Option<&Raster>) -> Result<Patch> {
    let photo = Photo::decode(bytes, &Limits::default())?;
    let mask = mask.and_then(|mask| Map::from_bytes(mask.width as usize, mask.height as usize, &mask.bytes));
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    crate::patch::masked(photo.pixels().to_vec(), (width, height), mask.as_ref())
}
