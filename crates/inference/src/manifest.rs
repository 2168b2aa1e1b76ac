//! The content of `pack.json`, format 1.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::EngineKind;

/// The format number this version reads.
pub const FORMAT: u32 = 1;

/// What a model pack says about itself: the content of `pack.json`. Unknown fields are ignored, so that a pack may carry
/// more than this.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format of the pack; only [`FORMAT`] is read.
    pub format: u32,
    /// Short name, `a-z`, `0-9`, `-`, `_` and `.`. With `version` it names the space its embeddings live in.
    pub id: String,
    /// Version of the pack.
    pub version: String,
    /// One line for people.
    #[serde(default)]
    pub title: String,
    /// Under which conditions the pack may be used.
    pub license: License,
    /// What it is for.
    #[serde(default)]
    pub intended_use: String,
    /// What it can't do.
    #[serde(default)]
    pub limitations: String,
    /// The picture the network takes.
    pub input: InputSpec,
    /// Names of the network's outputs, by role.
    pub outputs: OutputNames,
    /// Length of the embedding; needed where there is one.
    #[serde(default)]
    pub embedding_dim: Option<usize>,
    /// Height and width of the heatmap; needed where there is one.
    #[serde(default)]
    pub heatmap_size: Option<[usize; 2]>,
    /// Height and width of the lesion mask; needed where there is one.
    #[serde(default)]
    pub mask_size: Option<[usize; 2]>,
    /// The same network in one or more files; the first that suits the engine is used.
    pub variants: Vec<Variant>,
    /// The classes, in the order of the logits.
    pub labels: Vec<Label>,
    /// Temperature scaling of the logits; `None` counts as temperature 1.
    #[serde(default)]
    pub calibration: Option<Calibration>,
    /// Threshold of the prediction set; `None`: no prediction set.
    #[serde(default)]
    pub conformal: Option<Conformal>,
    /// How to tell pictures unlike those it was trained on; `None`: not told.
    #[serde(default)]
    pub ood: Option<Ood>,
    /// How much the embedding of one lesion varies between pictures; `None`: similarities have no scale.
    #[serde(default)]
    pub embedding_noise: Option<EmbeddingNoise>,
    /// How it was trained, free form.
    #[serde(default)]
    pub training: Value,
    /// How well it did, free form, with the commands that measured it.
    #[serde(default)]
    pub evaluation: Value,
}

impl Manifest {
    /// The file to use with this engine: the first variant that names it.
    pub fn variant(&self, engine: EngineKind) -> Option<&Variant> {
        self.variants
            .iter()
            .find(|variant| variant.engines.iter().any(|name| name == engine.as_str()))
    }

    /// Whether its labels have frequencies: all have, or none has.
    pub fn has_frequencies(&self) -> bool {
        self.labels.iter().any(|label| label.frequency.is_some())
    }

    /// Temperature that the logits are divided by, > 0.
    pub fn temperature(&self) -> f32 {
        self.calibration
            .as_ref()
            .map_or(1.0, |calibration| calibration.temperature)
    }
}

/// Licence of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// SPDX identifier, or a name.
    pub id: String,
    /// Whether the licence allows commercial use.
    pub commercial_use: bool,
    /// Whom to name.
    #[serde(default)]
    pub attribution: String,
    /// File in the pack with the full text.
    #[serde(default)]
    pub file: Option<String>,
}

/// The picture that a network takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputSpec {
    /// Name of the input in the graph.
    pub name: String,
    /// Width in pixels, 16..=2048.
    pub width: usize,
    /// Height in pixels, 16..=2048.
    pub height: usize,
    /// Order of the axes: `NHWC`.
    pub layout: String,
    /// Element type: `u8`.
    pub dtype: String,
    /// Order of the channels: `RGB`.
    pub colour: String,
    /// Which part of a picture becomes the input.
    pub crop: CropRule,
}

/// Which part of a picture becomes the input.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CropRule {
    /// An upright square in the middle.
    CentreSquare {
        /// Its side as a part of the picture's shorter side, in (0, 1].
        scale: f32,
    },
}

impl CropRule {
    /// Centre `[x, y]` and side of the crop, in pixels of an upright picture of `width` x `height`.
    pub fn square(self, width: u32, height: u32) -> ([f32; 2], f32) {
        match self {
            Self::CentreSquare { scale } => (
                [width as f32 / 2.0, height as f32 / 2.0],
                width.min(height) as f32 * scale,
            ),
        }
    }
}

/// Names of the outputs in the graph, by role. Only the logits are needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputNames {
    /// `[1, classes]`, raw.
    pub logits: String,
    /// `[1, embedding_dim]`, of length 1. Without it scans can't be compared.
    #[serde(default)]
    pub embedding: Option<String>,
    /// `[1, classes, h, w]`, raw evidence.
    #[serde(default)]
    pub heatmap: Option<String>,
    /// `[1, 1, h, w]`, probability of lesion, 0..1.
    #[serde(default)]
    pub mask: Option<String>,
}

/// One file with the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Name of the variant.
    pub name: String,
    /// File name within the pack's folder, without any folder.
    pub file: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256, 64 lower-case hex digits.
    pub sha256: String,
    /// For people: `fp32`, `int8`, `w16`, `w8`.
    #[serde(default)]
    pub precision: String,
    /// Engines it suits: `onnxruntime`, `embedded`; names unknown here are skipped.
    pub engines: Vec<String>,
}

/// One class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// Short name, unique in the pack.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// SNOMED CT concept, where there is one.
    #[serde(default)]
    pub snomed_ct: Option<String>,
    /// ICD-10 code, where there is one.
    #[serde(default)]
    pub icd10: Option<String>,
    /// Its share among the pictures that the probabilities are meant for, in (0, 1]; all labels have one or none has. Next
    /// to it a probability shows what the picture itself says: 0.3 is a lot for a label of one picture in a hundred.
    #[serde(default)]
    pub frequency: Option<f32>,
}

impl Label {
    /// How many times its frequency a probability of this label is; `None` without a frequency.
    pub fn multiple(&self, p: f32) -> Option<f32> {
        self.frequency.map(|share| p / share)
    }
}

/// Temperature scaling: probabilities are softmax(logits / temperature).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The temperature, > 0.
    pub temperature: f32,
    /// On which pictures it was fitted.
    #[serde(default)]
    pub fitted_on: String,
}

/// The least ambiguous classifier ("lac", Sadinle et al. 2019): the prediction set holds each label with
/// p >= 1 - threshold, or the likeliest alone if there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conformal {
    /// `lac`.
    pub method: String,
    /// Share of sets that may miss the truth, in (0, 1).
    pub alpha: f64,
    /// The threshold, 0..=1.
    pub threshold: f64,
    /// On which pictures it was fitted.
    #[serde(default)]
    pub fitted_on: String,
}

/// How far a picture is from those the network was trained on. Larger scores are stranger; a picture is familiar when
/// its score is at most `threshold`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ood {
    /// How the score is computed.
    #[serde(flatten)]
    pub method: OodMethod,
    /// The largest familiar score.
    pub threshold: f32,
}

/// How a strangeness score is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OodMethod {
    /// |W (e - mean)| of the embedding e (Lee et al. 2018).
    Mahalanobis {
        /// Mean embedding of the training pictures, `embedding_dim` long.
        mean: Vec<f32>,
        /// W, rows of `embedding_dim` numbers: WᵀW is the inverse covariance.
        whitening: Vec<Vec<f32>>,
    },
    /// -T·logsumexp(logits / T) with the pack's temperature T (Liu et al. 2020).
    Energy,
}

/// How much embeddings vary: cosine similarities of pairs of pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingNoise {
    /// Two pictures of one lesion.
    pub same_lesion: Spread,
    /// Pictures of two lesions.
    #[serde(default)]
    pub different_lesion: Option<Spread>,
    /// How many pairs of pictures of one lesion.
    #[serde(default)]
    pub pairs: u32,
    /// On which pictures it was fitted.
    #[serde(default)]
    pub fitted_on: String,
}

/// The distribution of a similarity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Mean, -1..=1.
    pub mean: f64,
    /// Standard deviation, > 0.
    pub sd: f64,
    /// Quantiles, by level written as a decimal.
    #[serde(default)]
    pub quantiles: BTreeMap<String, f64>,
}
