use crate::measure::measures::Measures;
use crate::measure::patch::Patch;
use crate::measure::scale::PixelScale;
use serde::{Deserialize, Serialize};

/// One scan as tracking sees it: plain values, no model and no camera.
///
/// More of it filled in means a better comparison: an embedding alone says only
/// "looks different", stored [`Measures`] add size and colour, and a [`Patch`] on
/// both sides lets the two pictures be laid over each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// When the picture was taken, in milliseconds since 1970-01-01T00:00Z.
    pub taken_at: i64,
    /// Id of the model pack that made `embedding` and `probabilities`.
    pub pack_id: String,
    /// Version of that pack. Embeddings of different packs or versions are never compared.
    pub pack_version: String,
    /// Embedding of the lesion, any positive length, finite.
    #[serde(default)]
    pub embedding: Option<Vec<f32>>,
    /// Label id and probability 0..1, carried along for the host's report.
    #[serde(default)]
    pub probabilities: Vec<(String, f32)>,
    /// Whether the picture passed the quality gate.
    pub accepted: bool,
    /// Lesion crop with its surroundings.
    #[serde(default)]
    pub patch: Option<Patch>,
    /// How large a pixel of `patch` is, where a ruler, the iris or the optics give it.
    #[serde(default)]
    pub scale: Option<PixelScale>,
    /// Measures taken when the picture was at hand, so that a history without stored
    /// pictures can still be compared.
    #[serde(default)]
    pub measures: Option<Measures>,
}

impl Observation {
    /// An accepted observation with nothing in it yet but its time and pack.
    pub fn new(taken_at: i64, pack_id: impl Into<String>, pack_version: impl Into<String>) -> Self {
        Self {
            taken_at,
            pack_id: pack_id.into(),
            pack_version: pack_version.into(),
            accepted: true,
            ..Self::default()
        }
    }
}
