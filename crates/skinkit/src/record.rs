//! Between what was measured and what the history keeps.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::json;
use skinkit_inference::json::{self, JsonError};
use skinkit_inference::{Capture, CaptureUsed, ContextEffect, Familiarity, Manifest, ModelPack};
use skinkit_preprocess::{Limits, Photo};
use skinkit_roi::Scale;
use skinkit_store::{LabelProbability, NewScan, Raster, Receipt};
use skinkit_tracking::{Measures, NoiseModel, Observation, Patch, PixelScale};

use crate::analysis::Analysis;
use crate::overlay::{self, Map};
use crate::{Error, Result, ScanRequest};

/// Quality of a kept picture as JPEG, 1 to 100: above it the size grows faster than the measures gain.
const JPEG_QUALITY: u8 = 92;

/// Names the rule by which pixels become the network's input, for the receipt.
const PREPROCESSING: &str = concat!("roi-triangle-u8/", env!("CARGO_PKG_VERSION"));

/// Stands before that of a photo which was opened with fewer pixels than its file has; then comes how many to one.
const OPENED_SMALLER: &str = "jpeg-dct-1/";

/// What SkinKit keeps beside the store's own fields.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Which part of the picture, as [`Region`](crate::Region) writes it.
    pub region: String,
    /// Measures of the lesion.
    pub measures: Option<Measures>,
    /// The pack's own words on how much two pictures of one lesion differ, so that a comparison does not need the pack.
    pub noise: Option<serde_json::Value>,
    /// The pack's licence id.
    pub license: String,
    /// What the pack is for, in its own words.
    pub intended_use: Option<String>,
    /// Whether the picture looks like what the pack was trained on.
    pub familiarity: Option<Familiarity>,
    /// Names of the labels, in the order of the probabilities.
    pub names: Vec<String>,
    /// How large a pixel of the analyzed region is once that is brought to the side at which it is measured and kept.
    pub scale: Option<Scale>,
    /// Whether the picture was taken by a guided capture.
    pub guided: bool,
    /// Where on the site, as the host gave it.
    pub position: Option<[f32; 2]>,
    /// How the picture was taken, as it was calibrated for; `None` in scans from before that was kept.
    pub capture: Option<CaptureUsed>,
    /// What the person's answers changed, where any were given.
    pub context: Option<ContextEffect>,
}

pub(crate) fn new_scan(
    request: &ScanRequest,
    taken_at: i64,
    analysis: &Analysis,
    pack: &ModelPack,
    keep_picture: bool,
) -> Result<NewScan> {
    let finding = &analysis.finding;
    let manifest = pack.manifest();
    let details = Details {
        region: analysis.region.to_string(),
        measures: analysis.measures.clone(),
        noise: manifest
            .capture(finding.capture.capture)
            .and_then(|profile| profile.embedding_noise.as_ref())
            .map(|noise| json!(noise)),
        capture: Some(finding.capture),
        context: finding.context.clone(),
        license: manifest.license.id.clone(),
        intended_use: Some(manifest.intended_use.clone()),
        familiarity: finding.familiarity,
        names: finding.probabilities.iter().map(|p| p.name.clone()).collect(),
        scale: analysis.scale,
        guided: request.guided,
        position: request.position,
    };
    Ok(NewScan {
        subject: request.subject.clone(),
        site: request.site.clone(),
        lesion: request.lesion.clone(),
        taken_at,
        pack_id: manifest.id.clone(),
        pack_version: manifest.version.clone(),
        sdk_version: env!("CARGO_PKG_VERSION").to_owned(),
        engine: analysis.engine.to_string(),
        probabilities: finding
            .probabilities
            .iter()
            .map(|p| LabelProbability {
                label: p.label.clone(),
                p: p.p,
            })
            .collect(),
        prediction_set: finding.prediction_set.clone(),
        embedding: finding.embedding.as_ref().map(|e| e.to_vec()),
        heatmap: overlay::evidence(finding).and_then(|map| raster(&map)),
        mask: overlay::mask(finding).and_then(|map| raster(&map)),
        roi: json!(analysis.roi),
        quality: json!(analysis.quality),
        extra: json!(details),
        picture: if keep_picture {
            analysis.patch.as_ref().map(encode).transpose()?
        } else {
            None
        },
        receipt: Receipt {
            picture_sha256: request.picture_sha256.clone().unwrap_or_default(),
            preprocessing: preprocessing(analysis.photo_scale),
            pack_sha256: pack.sha256().to_owned(),
            sdk_version: env!("CARGO_PKG_VERSION").to_owned(),
        },
    })
}

fn preprocessing(photo_scale: f32) -> String {
    if photo_scale < 1.0 {
        format!("{OPENED_SMALLER}{}+{PREPROCESSING}", 1.0 / photo_scale)
    } else {
        PREPROCESSING.to_owned()
    }
}

/// Whether the scan's photo was opened for its region, with fewer pixels than its file has.
pub(crate) fn opened_smaller(scan: &skinkit_store::Scan) -> bool {
    scan.receipt.preprocessing.starts_with(OPENED_SMALLER)
}

/// What was kept beside the scan's own fields.
pub(crate) fn details(scan: &skinkit_store::Scan, history: &Path) -> Result<Details> {
    json::from_value(&scan.extra).map_err(|error| unreadable(scan, "details", &error, history))
}

/// Whether the picture passed the quality gate.
pub(crate) fn accepted(scan: &skinkit_store::Scan) -> bool {
    let stated = scan.quality.get("accepted");
    stated.and_then(serde_json::Value::as_bool).unwrap_or(false)
}

/// The noise that the scan's pack stated, if it stated any.
pub(crate) fn noise_of(scan: &skinkit_store::Scan, history: &Path) -> Result<Option<NoiseModel>> {
    let stated = details(scan, history)?.noise;
    stated
        .map(|noise| json::from_value(&noise).map_err(|error| unreadable(scan, "noise model", &error, history)))
        .transpose()
}

/// What tracking compares, from what the history kept.
pub(crate) fn observation(
    scan: &skinkit_store::Scan,
    mask: Option<Raster>,
    picture: Option<Vec<u8>>,
    history: &Path,
) -> Result<Observation> {
    let details = details(scan, history)?;
    let patch = picture.map(|bytes| decode(&bytes, mask.as_ref())).transpose()?;
    Ok(Observation {
        embedding: scan.embedding.clone(),
        probabilities: scan.probabilities.iter().map(|p| (p.label.clone(), p.p)).collect(),
        accepted: accepted(scan),
        patch,
        measures: details.measures,
        scale: details.scale.map(pixel_scale),
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

fn unreadable(scan: &skinkit_store::Scan, what: &'static str, error: &JsonError, history: &Path) -> Error {
    Error::Stored {
        what,
        scan: scan.id.0,
        history: history.to_owned(),
        // The field only: the reason can quote a value.
        reason: format!("the field `{}`", error.field()),
    }
}

/// The pack's noise models in tracking's terms, of the captures for which it states one.
///
/// # Errors
/// A noise model that tracking cannot read.
pub(crate) fn noise_models(pack: &Manifest) -> Result<Vec<(Capture, NoiseModel)>> {
    let stated = pack
        .captures
        .iter()
        .filter_map(|profile| profile.embedding_noise.as_ref().map(|noise| (profile.id, noise)));
    stated
        .map(|(capture, noise)| {
            let model = json::from_value(&json!(noise)).map_err(|error| Error::PackNoise {
                capture,
                reason: error.to_string(),
            })?;
            Ok((capture, model))
        })
        .collect()
}

fn raster(map: &Map) -> Option<Raster> {
    Some(Raster {
        width: u32::try_from(map.width()).ok()?,
        height: u32::try_from(map.height()).ok()?,
        channels: 1,
        bytes: map.to_bytes(),
    })
}

fn encode(patch: &Patch) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY)
        .encode(
            patch.rgb(),
            patch.width() as u32,
            patch.height() as u32,
            image::ExtendedColorType::Rgb8,
        )
        .map_err(|error| Error::Encode(error.to_string()))?;
    Ok(out)
}

fn decode(bytes: &[u8], mask: Option<&Raster>) -> Result<Patch> {
    let photo = Photo::decode(bytes, &Limits::default())?;
    let mask = mask.and_then(|mask| Map::from_bytes(mask.width as usize, mask.height as usize, &mask.bytes));
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    crate::patch::masked(photo.pixels().to_vec(), (width, height), mask.as_ref())
}
