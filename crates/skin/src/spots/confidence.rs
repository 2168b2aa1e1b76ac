//! How much a find looks like a spot of the skin.

use crate::blob::Blob;
use crate::plane::Plane;
use crate::statistics::center_and_spread;

/// How many features there are.
pub(crate) const FEATURES: usize = 9;

/// Weights of a logistic regression on [`Features`], the constant last. Fitted on planted lesions and on what else was
/// found beside them (`skin_bench spots-learn`, see BENCHMARKS.md).
const WEIGHTS: [f32; FEATURES + 1] = [2.0, 1.0, 1.0, -1.5, -2.0, -6.0, -3.0, 0.0, 0.0, -5.5];

/// What tells a spot from a hair, a fold, a shadow or noise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Features(pub [f32; FEATURES]);

impl Features {
    /// `densities` are red, green and blue: 100 times the decadic logarithm of the inverse.
    pub fn of(blob: &Blob, densities: [&Plane<f32>; 3]) -> Self {
        let contrast = densities.map(|plane| {
            let mean = |cells: &[usize]| {
                cells.iter().map(|&cell| plane.cells[cell]).sum::<f32>() / cells.len().max(1) as f32
            };
            mean(&blob.cells) - mean(&blob.ring)
        });
        let mut ring: Vec<f32> = blob.ring.iter().map(|&cell| densities[1].cells[cell]).collect();
        let noise = center_and_spread(&mut ring).map_or(1.0, |[_, spread]| spread).max(0.3);
        let green = contrast[1].max(0.5);
        Self([
            blob.contrast.max(0.5).ln(),
            blob.significance.max(0.5).ln(),
            (blob.contrast.max(0.5) / noise).ln(),
            blob.elongation - 1.0,
            1.0 - blob.solidity,
            blob.open,
            1.0 - blob.surrounded,
            (contrast[0] / green).clamp(-1.0, 2.0),
            (contrast[2] / green).clamp(-1.0, 2.0),
        ])
    }

    /// `0..=1`.
    pub fn confidence(&self) -> f32 {
        let sum: f32 = self.0.iter().zip(WEIGHTS).map(|(feature, weight)| feature * weight).sum();
        1.0 / (1.0 + (-(sum + WEIGHTS[FEATURES])).exp())
    }
}
