//! Between what was measured and what the history keeps.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::json;
use skinkit_inference::{Familiarity, Heatmap, Mask, ModelPack};
use skinkit_preprocess::{Limits, Photo};
use skinkit_store::{LabelProbability, NewScan, Raster, Receipt};
use skinkit_tracking::{Measures, NoiseModel, Observation, Patch};

use crate::analysis::Analysis;
use crate::kit::ScanRequest;
use crate::{Error, Result};

/// Quality of a kept picture as JPEG, 1 to 100: above it the size grows faster than the measures gain.
const JPEG_QUALITY: u8 = 92;

/// Names the rule by which pixels become the network's input, for the receipt.
const PREPROCESSING: &str = concat!("roi-triangle-u8/", env!("CARGO_PKG_VERSION"));

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
        noise: manifest.embedding_noise.as_ref().map(|noise| json!(noise)),
        license: manifest.license.id.clone(),
        intended_use: Some(manifest.intended_use.clone()),
        familiarity: finding.familiarity,
        names: finding.probabilities.iter().map(|p| p.name.clone()).collect(),
    };
    Ok(NewScan {
        subject: request.subject.clone(),
        site: request.site.clone(),
        lesion: None,
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
        embedding: finding.embedding.as_ref().map(|e| e.0.clone()),
        heatmap: finding
            .heatmap
            .as_ref()
            .and_then(|heatmap| evidence(heatmap, finding.top())),
        mask: finding.mask.as_ref().and_then(mask_raster),
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
            preprocessing: PREPROCESSING.to_owned(),
            pack_sha256: pack.sha256().to_owned(),
            sdk_version: env!("CARGO_PKG_VERSION").to_owned(),
        },
    })
}

/// What tracking compares, from what the history kept.
pub(crate) fn observation(
    scan: &skinkit_store::Scan,
    mask: Option<Raster>,
    picture: Option<Vec<u8>>,
    history: &Path,
) -> Result<(Observation, Option<NoiseModel>)> {
    let unreadable = |what: &'static str, reason: String| Error::Stored {
        what,
        scan: scan.id.0,
        history: history.to_owned(),
        reason,
    };
    let details: Details =
        serde_json::from_value(scan.extra.clone()).map_err(|error| unreadable("details", error.to_string()))?;
    let accepted = scan
        .quality
        .get("accepted")
        .and_then(serde_json::Value::as_bool)
        .unwrap_or(false);
    let patch = picture.map(|bytes| decode(&bytes, mask.as_ref())).transpose()?;
    let observation = Observation {
        embedding: scan.embedding.clone(),
        probabilities: scan.probabilities.iter().map(|p| (p.label.clone(), p.p)).collect(),
        accepted,
        patch,
        measures: details.measures,
        ..Observation::new(scan.taken_at, scan.pack_id.clone(), scan.pack_version.clone())
    };
    Ok((
        observation,
        details.noise.and_then(|noise| serde_json::from_value(noise).ok()),
    ))
}

/// The pack's noise model in tracking's terms; a pack without one leaves the embedding unjudged.
pub(crate) fn noise_model(pack: &ModelPack) -> NoiseModel {
    let stated = pack.manifest().embedding_noise.as_ref();
    stated
        .and_then(|noise| serde_json::from_value(json!(noise)).ok())
        .unwrap_or_default()
}

/// Where the most probable class found its evidence: 0 none, 255 the most.
fn evidence(heatmap: &Heatmap, class: usize) -> Option<Raster> {
    let values = heatmap.class(class)?;
    let most = values.iter().copied().fold(0.0f32, f32::max);
    let scale = if most > 0.0 { 255.0 / most } else { 0.0 };
    raster(
        heatmap.width,
        heatmap.height,
        values.iter().map(|v| (v.max(0.0) * scale).round() as u8).collect(),
    )
}

fn mask_raster(mask: &Mask) -> Option<Raster> {
    let bytes = mask
        .values
        .iter()
        .map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8)
        .collect();
    raster(mask.width, mask.height, bytes)
}

fn raster(width: usize, height: usize, bytes: Vec<u8>) -> Option<Raster> {
    Some(Raster {
        width: u32::try_from(width).ok()?,
        height: u32::try_from(height).ok()?,
        channels: 1,
        bytes,
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
    let mask = mask.map(|raster| Mask {
        width: raster.width as usize,
        height: raster.height as usize,
        values: raster.bytes.iter().map(|&b| f32::from(b) / 255.0).collect(),
    });
    crate::patch::from_pixels(photo.pixels().to_vec(), photo.width() as usize, mask.as_ref())
}
