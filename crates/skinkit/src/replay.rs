//! Whether a scan gives the same numbers again.

use std::path::Path;

use serde::{Deserialize, Serialize};
use skinkit_preprocess::{Limits, Photo};
use skinkit_store::{RasterKind, ScanId};
use skinkit_tracking::Measures;

use crate::{AnalyzeOptions, Error, Picture, Region, Result, ScanRecord, ScanRequest, SkinKit, StoredScan, record};

/// Numbers that differ by no more than this are the same: a sum of 32-bit floats may come out so in another order.
const SAME: f64 = 1e-5;

/// What a second run over a scan's picture gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Replay {
    /// The scan.
    pub scan: ScanId,
    /// Whether it is the picture's own file, where both hashes are known.
    pub same_picture: Option<bool>,
    /// Whether the model pack is the same to the byte.
    pub same_pack: bool,
    /// Whether pixels become the network's input by the same rule.
    pub same_preprocessing: bool,
    /// Whether the same engine ran it.
    pub same_engine: bool,
    /// Largest difference of any probability, embedding value, mask value (of 1), or measure (as a part of it).
    pub largest_difference: f64,
    /// Whether the prediction set, the measures taken and every number are the same (to 1e-5).
    pub reproduced: bool,
}

impl SkinKit {
    /// Opens the photo of a scan as it was opened then, for the scan's region or whole, to [`SkinKit::replay`] it.
    ///
    /// # Errors
    /// As [`Photo::open`]; no scan of this number; a scan that cannot be read back.
    pub fn reopen_photo(&self, id: ScanId, path: &Path, limits: &Limits) -> Result<Photo> {
        let then = self.history()?.scan(id)?;
        if !record::opened_smaller(&then.record) {
            return Ok(Photo::open(path, limits)?);
        }
        self.open_photo(path, limits, self.region_of(&then)?)
    }

    /// Runs a scan's picture again, by the scan's own region, and compares every number with what was recorded. Nothing
    /// is added. A photo has to be opened as it was then: [`SkinKit::reopen_photo`]. `picture_sha256` is that of the
    /// picture's file in hex, as in [`ScanRequest`].
    ///
    /// # Errors
    /// As [`SkinKit::analyze`]; no scan of this number; a scan that cannot be read back.
    pub fn replay<'a>(
        &self,
        id: ScanId,
        picture: impl Into<Picture<'a>>,
        picture_sha256: Option<&str>,
    ) -> Result<Replay> {
        let history = self.history()?;
        let then = history.scan(id)?;
        let mut analysis = self.analyze(picture, &AnalyzeOptions::new(self.region_of(&then)?))?;
        if let (Some(scale), Some(patch)) = (then.record.scale, &analysis.patch) {
            analysis.measures = skinkit_tracking::measure(
                patch,
                Some(record::pixel_scale(scale)),
                self.noise(analysis.finding.capture.capture),
            )
            .ok();
        }
        let request = ScanRequest {
            picture_sha256: picture_sha256.map(str::to_owned),
            ..ScanRequest::new(then.site.as_str())
        };
        let now = self.recording(&request, &analysis);
        let mask = history.store().raster(id, RasterKind::Mask)?;
        let mask = (mask.map(|mask| mask.bytes), now.mask().map(|mask| mask.bytes));
        let differences = [
            numbers(
                (&then.record, then.embedding.as_ref()),
                (&now.record, now.embedding().as_ref()),
            ),
            measures(&then.record.measures, &now.record.measures),
            match &mask {
                (None, None) => Some(0.0),
                (Some(a), Some(b)) => furthest(a, b, |v| f64::from(*v) / 255.0),
                _ => None,
            },
        ];
        let largest = differences
            .into_iter()
            .try_fold(0.0, |most, next| Some(f64::max(most, next?)));
        let (then, now) = (&then.record, &now.record);
        let (was, is) = (&then.receipt, &now.receipt);
        Ok(Replay {
            scan: id,
            same_picture: (!was.picture_sha256.is_empty() && !is.picture_sha256.is_empty())
                .then(|| was.picture_sha256 == is.picture_sha256),
            same_pack: was.pack_sha256 == is.pack_sha256,
            same_preprocessing: was.preprocessing == is.preprocessing,
            same_engine: then.engine == now.engine,
            largest_difference: largest.unwrap_or(f64::MAX),
            reproduced: largest.is_some_and(|most| most <= SAME) && then.prediction_set == now.prediction_set,
        })
    }

    /// The region that a scan was made of.
    fn region_of(&self, scan: &StoredScan) -> Result<Region> {
        scan.record.region.ok_or_else(|| Error::Stored {
            what: "region",
            scan: scan.id.0,
            history: self
                .history()
                .map(|history| history.path().to_owned())
                .unwrap_or_default(),
            reason: "it was not recorded".to_owned(),
        })
    }
}

/// Largest difference of probabilities and embedding; `None` where they are not of the same kind.
fn numbers(
    (then, then_embedding): (&ScanRecord, Option<&Vec<f32>>),
    (now, now_embedding): (&ScanRecord, Option<&Vec<f32>>),
) -> Option<f64> {
    let labels = |record: &ScanRecord| record.probabilities.iter().map(|p| p.label.clone()).collect::<Vec<_>>();
    if labels(then) != labels(now) {
        return None;
    }
    let probabilities = furthest(&then.probabilities, &now.probabilities, |p| f64::from(p.p))?;
    let embedding = match (then_embedding, now_embedding) {
        (None, None) => 0.0,
        (Some(a), Some(b)) => furthest(a, b, |v| f64::from(*v))?,
        _ => return None,
    };
    Some(probabilities.max(embedding))
}

/// Largest difference of a measure as a part of it; `None` where not the same were taken.
fn measures(then: &Option<Measures>, now: &Option<Measures>) -> Option<f64> {
    match (then, now) {
        (None, None) => Some(0.0),
        (Some(a), Some(b)) if a.unit == b.unit => {
            let named = |m: &Measures| m.values.iter().map(|e| e.measure).collect::<Vec<_>>();
            if named(a) != named(b) {
                return None;
            }
            let parts = a.values.iter().zip(&b.values);
            Some(parts.fold(0.0, |most: f64, (a, b)| {
                most.max((a.value - b.value).abs() / a.value.abs().max(1.0))
            }))
        }
        _ => None,
    }
}

fn furthest<T>(a: &[T], b: &[T], value: impl Fn(&T) -> f64) -> Option<f64> {
    (a.len() == b.len()).then(|| {
        let pairs = a.iter().zip(b);
        pairs.fold(0.0, |most: f64, (a, b)| most.max((value(a) - value(b)).abs()))
    })
}
