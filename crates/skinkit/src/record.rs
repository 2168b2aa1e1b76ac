//! What the history keeps of a scan: one type, for whoever writes and whoever reads.

mod observation;
mod payload;
mod recording;

pub(crate) use observation::{observation, pixel_scale};
pub(crate) use payload::{Unreadable, read, read_first, read_present};
pub(crate) use recording::{Recording, opened_smaller};

use std::path::Path;

use serde::{Deserialize, Serialize};
use skinkit_inference::json;
use skinkit_inference::{
    Capture, CaptureUsed, ContextEffect, EmbeddingNoise, Familiarity, Label, LabelProbability, Manifest,
};
use skinkit_preprocess::Roi;
use skinkit_preprocess::quality::Quality;
use skinkit_roi::Scale;
use skinkit_store::{Payload, ScanId};
use skinkit_tracking::{Measures, NoiseModel};

use crate::{Error, Region, Result};

/// What was recorded of one picture, beside the names and the time by which it is found and its pixels.
///
/// The store seals it as [`ScanRecord::payload`]. What an earlier version did not record is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ScanRecord {
    /// Version of the SDK that made it.
    pub sdk_version: String,
    /// The engine that ran the networks, in words.
    pub engine: String,
    /// Which part of the picture was asked for.
    pub region: Option<Region>,
    /// That part, in pixels of the upright picture.
    pub roi: Option<Roi>,
    /// Whether the picture is good enough, and what is wrong with it.
    pub quality: Option<Quality>,
    /// Probability of each label, 0 to 1, in the order of the pack.
    pub probabilities: Vec<LabelProbability>,
    /// Ids of the labels in the prediction set, likeliest first.
    pub prediction_set: Vec<String>,
    /// Whether the picture looks like what the pack was trained on.
    pub familiarity: Option<Familiarity>,
    /// Measures of the lesion, where one stands out from the skin.
    pub measures: Option<Measures>,
    /// How large a pixel of the analysed region is once that is brought to the side at which it is measured and kept.
    pub scale: Option<Scale>,
    /// Where on the site, as the host gave it.
    pub position: Option<[f32; 2]>,
    /// How the picture was taken, as it was calibrated for; `None` in records of before that was kept.
    pub capture: Option<CaptureUsed>,
    /// What the person's answers changed, where any were given.
    pub context: Option<ContextEffect>,
    /// What the pack said of itself.
    pub pack: PackStatement,
    /// Hashes for a replay.
    pub receipt: Receipt,
}

/// What a model pack says of itself, kept with each scan so that reading a history takes no pack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PackStatement {
    /// Id of its licence.
    pub license: String,
    /// What it is for, in its own words.
    pub intended_use: Option<String>,
    /// Its labels with their clinical codes, in the order of [`ScanRecord::probabilities`]; empty in records of before
    /// they were kept.
    pub labels: Vec<Label>,
    /// How much the embeddings of two pictures of one lesion differ, where it says.
    pub noise: Option<EmbeddingNoise>,
}

/// What is needed to replay a scan to the same numbers: hashes of everything that went into it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Receipt {
    /// SHA-256 of the picture's file, hexadecimal.
    pub picture_sha256: String,
    /// Identity of the preprocessing (its version and settings, or their hash).
    pub preprocessing: String,
    /// SHA-256 of the model pack, hexadecimal.
    pub pack_sha256: String,
    /// Version of the SDK.
    pub sdk_version: String,
}

/// A scan as it is in the history; its pixels are fetched on their own.
///
/// As JSON it is one object: the fields of [`ScanRecord`] lie beside its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StoredScan {
    /// Number within this history.
    pub id: ScanId,
    /// 32 hexadecimal digits that stay the same across export and import.
    pub uid: String,
    /// Whose skin it is.
    pub subject: String,
    /// Where on the body.
    pub site: String,
    /// Which lesion at that site, where they are told apart.
    pub lesion: Option<String>,
    /// Milliseconds since 1970-01-01T00:00Z.
    pub taken_at: i64,
    /// Model pack that made the result.
    pub pack_id: String,
    /// Its version.
    pub pack_version: String,
    /// The picture as a point among others of the same pack and version.
    pub embedding: Option<Vec<f32>>,
    /// What was recorded.
    #[serde(flatten)]
    pub record: ScanRecord,
}

impl ScanRecord {
    /// Whether the picture passed the quality gate.
    pub fn accepted(&self) -> bool {
        self.quality.as_ref().is_some_and(|quality| quality.accepted)
    }

    /// Its sealed form, for [`NewScan`](skinkit_store::NewScan).
    ///
    /// # Errors
    /// [`Error::Record`] for a value out of its range.
    pub fn payload(&self) -> Result<Payload> {
        payload::write(self)
    }
}

impl StoredScan {
    /// Whether the picture passed the quality gate.
    pub fn accepted(&self) -> bool {
        self.record.accepted()
    }

    /// A scan as the store gives it. `history` is for the message.
    pub(crate) fn read(scan: skinkit_store::Scan, history: &Path) -> Result<Self> {
        let record = read(&scan.payload).map_err(|unreadable| unreadable.of(scan.id, history))?;
        Ok(Self {
            id: scan.id,
            uid: scan.uid,
            subject: scan.subject,
            site: scan.site,
            lesion: scan.lesion,
            taken_at: scan.taken_at,
            pack_id: scan.pack_id,
            pack_version: scan.pack_version,
            embedding: scan.embedding,
            record,
        })
    }

    /// The noise that the scan's pack stated; a pack without one leaves the embedding unjudged.
    pub(crate) fn noise(&self, history: &Path) -> Result<NoiseModel> {
        noise_model(self.record.pack.noise.as_ref()).map_err(|unreadable| unreadable.of(self.id, history))
    }
}

/// The pack's noise models in tracking's terms, of the captures for which it states one.
///
/// # Errors
/// A noise model that tracking cannot read.
pub(crate) fn noise_models(pack: &Manifest) -> Result<Vec<(Capture, NoiseModel)>> {
    let stated = pack.captures.iter().filter(|profile| profile.embedding_noise.is_some());
    stated
        .map(|profile| {
            let model = noise_model(profile.embedding_noise.as_ref());
            let model = model.map_err(|unreadable| Error::PackNoise {
                capture: profile.id,
                reason: unreadable.reason().to_owned(),
            })?;
            Ok((profile.id, model))
        })
        .collect()
}

/// A stated noise in tracking's terms; where none is stated the embedding is not judged.
fn noise_model(stated: Option<&EmbeddingNoise>) -> std::result::Result<NoiseModel, Unreadable> {
    match stated {
        Some(noise) => json::from_value(&serde_json::json!(noise)).map_err(|unfit| Unreadable::field(&unfit)),
        None => Ok(NoiseModel::default()),
    }
}
