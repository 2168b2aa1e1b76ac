//! How much a find looks like a spot of the skin.

use crate::blob::Blob;
use crate::plane::Plane;
use crate::statistics::{center_and_spread, median, quantile};

/// How many features there are.
pub(crate) const FEATURES: usize = 11;

/// Weights of a logistic regression on [`Features`], the constant last. Fitted on planted lesions and on what else was
/// found beside them (`skin_bench spots-learn`, see BENCHMARKS.md).
const WEIGHTS: [f32; FEATURES + 1] = [
    1.153, 1.59, 1.27, -1.302, 1.848, -0.63, 0.348, 0.034, -3.215, 0.024, 1.243, -6.928,
];

/// What tells a spot from a hair, a fold, a shadow or noise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Features(pub [f32; FEATURES]);

impl Features {
    /// `densities` are red, green and blue: 100 times the decadic logarithm of the inverse.
    pub fn of(blob: &Blob, densities: [&Plane<f32>; 3]) -> Self {
        let contrast = densities.map(|plane| {
            let mean =
                |cells: &[usize]| cells.iter().map(|&cell| plane.cells[cell]).sum::<f32>() / cells.len().max(1) as f32;
            mean(&blob.cells) - mean(&blob.ring)
        });
        let mut ring: Vec<f32> = blob.ring.iter().map(|&cell| densities[1].cells[cell]).collect();
        // Texture has places as dark as this one all around it, a spot has none.
        let darkest = quantile(&mut ring, 0.95).unwrap_or(0.0);
        let mut inside: Vec<f32> = blob.cells.iter().map(|&cell| densities[1].cells[cell]).collect();
        let own = median(&mut inside).unwrap_or(0.0);
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
            ((own - darkest) / noise).clamp(-3.0, 8.0),
            blob.diameter.max(1.0).ln(),
        ])
    }

    /// `0..=1`.
    pub fn confidence(&self) -> f32 {
        let sum: f32 = self
            .0
            .iter()
            .zip(WEIGHTS)
            .map(|(feature, weight)| feature * weight)
            .sum();
        1.0 / (1.0 + (-(sum + WEIGHTS[FEATURES])).exp())
    }
}
