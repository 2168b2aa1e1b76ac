//! What a spot's color comes from.

use serde::{Deserialize, Serialize};

use crate::blob::Blob;
use crate::plane::Plane;

/// Share of a spot's contrast in green light that its contrast in red light must reach for pigment. Blood absorbs about
/// a tenth as much there, melanin about half (Jacques 2013, Physics in Medicine and Biology 58:R37).
const PIGMENT_SHARE: f32 = 0.33;

/// What a spot's color looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SpotKind {
    /// Darker in red light too, as melanin is.
    Pigmented,
    /// Darker in green light only, as blood is.
    Red,
}

impl SpotKind {
    /// By the contrast in red light; `red` is 100 times the decadic logarithm of its inverse.
    pub(crate) fn of(blob: &Blob, red: &Plane<f32>) -> Self {
        let mean = |cells: &[usize]| cells.iter().map(|&cell| red.cells[cell]).sum::<f32>() / cells.len().max(1) as f32;
        if mean(&blob.cells) - mean(&blob.ring) >= PIGMENT_SHARE * blob.contrast {
            Self::Pigmented
        } else {
            Self::Red
        }
    }
}
