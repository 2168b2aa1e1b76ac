//! What a model pack says about itself.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::capture::Capture;
use super::context_model::ContextModel;
use super::profile::CaptureProfile;
use crate::engine::EngineKind;

/// The newest format of `pack.json` that this version reads; format 1 is read too.
pub const FORMAT: u32 = 2;

/// What a model pack says about itself: the content of `pack.json`, format 2. A `pack.json` of format 1 becomes this with
/// one capture, [`Capture::Dermoscope`]. Unknown fields of the file are ignored, so that a pack may carry more.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    /// Format of this content: [`FORMAT`].
    pub format: u32,
    /// Format of the file it was read from; errors name the fields of that one.
    #[serde(skip)]
    pub(crate) file_format: u32,
    /// Short name, `a-z`, `0-9`, `-`, `_` and `.`. With `version` it names the space its embeddings live in.
    pub id: String,
    /// Version of the pack.
    pub version: String,
    /// One line for people.
    pub title: String,
    /// Under which conditions the pack may be used.
    pub license: License,
    /// What it is for.
    pub intended_use: String,
    /// What it can't do.
    pub limitations: String,
    /// The picture the network takes.
    pub input: InputSpec,
    /// Names of the network's outputs, by role.
    pub outputs: OutputNames,
    /// Length of the embedding; needed where there is one.
    pub embedding_dim: Option<usize>,
    /// Height and width of the heatmap; needed where there is one.
    pub heatmap_size: Option<[usize; 2]>,
    /// Height and width of the lesion mask; needed where there is one.
    pub mask_size: Option<[usize; 2]>,
    /// The same network in one or more files; the first that suits the engine is used.
    pub variants: Vec<Variant>,
    /// The classes, in the order of the logits.
    pub labels: Vec<Label>,
    /// What it states for each way of taking pictures that it knows; at least one. With several, in the order of the
    /// network's output `capture`.
    pub captures: Vec<CaptureProfile>,
    /// How a person's answers move the probabilities; `None`: it takes no answers.
    pub context: Option<ContextModel>,
    /// How it was trained, free form.
    pub training: Value,
    /// How well it did, free form, with the commands that measured it.
    pub evaluation: Value,
}

impl Manifest {
    /// The file to use with this engine: the first variant that names it.
    pub fn variant(&self, engine: EngineKind) -> Option<&Variant> {
        self.variants
            .iter()
            .find(|variant| variant.engines.iter().any(|name| name == engine.as_str()))
    }

    /// What it states for a capture; `None` where it does not know that capture.
    pub fn capture(&self, capture: Capture) -> Option<&CaptureProfile> {
        self.captures.iter().find(|profile| profile.id == capture)
    }
}

/// License of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct License {
    /// SPDX identifier, or a name.
    pub id: String,
    /// Whether the license allows commercial use.
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
    #[serde(rename = "colour", alias = "color")]
    pub color: String,
    /// Which part of a picture becomes the input.
    pub crop: CropRule,
}

/// Which part of a picture becomes the input.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CropRule {
    /// An upright square in the middle.
    #[serde(rename = "centre_square", alias = "center_square")]
    CenterSquare {
        /// Its side as a part of the picture's shorter side, in (0, 1].
        scale: f32,
    },
}

impl CropRule {
    /// Centre `[x, y]` and side of the crop, in pixels of an upright picture of `width` x `height`.
    pub fn square(self, width: u32, height: u32) -> ([f32; 2], f32) {
        match self {
            Self::CenterSquare { scale } => (
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
    /// `[1, captures]`, raw: how the picture was taken. Needed with two captures or more.
    #[serde(default)]
    pub capture: Option<String>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
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
}
