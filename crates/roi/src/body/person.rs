//! Person against background.

use serde::{Deserialize, Serialize};
use skinkit_inference::Runtime;
use skinkit_preprocess::warp::Border;
use skinkit_preprocess::{Frame, Roi};

use crate::Result;
use crate::network::networks::{Network, Networks};
use crate::network::picture::{PictureNetwork, Sampling};

/// Width and height of a [`PersonMask`].
pub const PERSON_MASK_SIDE: usize = 256;

/// How likely each part of a picture belongs to a person. It marks the person, not the skin: clothes and
/// hair belong to it (and 89 % of a cat does too).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonMask {
    /// Size of the picture it covers, in pixels.
    pub picture: [u32; 2],
    /// Probabilities `0..=1`, [`PERSON_MASK_SIDE`] rows of as many columns, stretched over the picture.
    pub values: Vec<f32>,
}

impl PersonMask {
    /// Probability at a point of the picture, between the mask's cells by bilinear mixing; outside, that of
    /// the nearest edge.
    pub fn at(&self, [x, y]: [f32; 2]) -> f32 {
        let last = (PERSON_MASK_SIDE - 1) as f32;
        let cell =
            |value: f32, size: u32| ((value + 0.5) / size as f32 * PERSON_MASK_SIDE as f32 - 0.5).clamp(0.0, last);
        let (u, v) = (cell(x, self.picture[0]), cell(y, self.picture[1]));
        let (left, top) = (u as usize, v as usize);
        let (right, bottom) = (
            (left + 1).min(PERSON_MASK_SIDE - 1),
            (top + 1).min(PERSON_MASK_SIDE - 1),
        );
        let (fx, fy) = (u - left as f32, v - top as f32);
        let value = |row: usize, column: usize| self.values[row * PERSON_MASK_SIDE + column];
        let upper = value(top, left) * (1.0 - fx) + value(top, right) * fx;
        let lower = value(bottom, left) * (1.0 - fx) + value(bottom, right) * fx;
        upper * (1.0 - fy) + lower * fy
    }

    /// Share of the picture that is a person at the given threshold, `0..=1`.
    pub fn share(&self, threshold: f32) -> f32 {
        self.values.iter().filter(|v| **v >= threshold).count() as f32 / self.values.len().max(1) as f32
    }
}

/// Separates people from the background (MediaPipe selfie segmentation). Holds its work buffers.
pub struct PersonSegmenter {
    network: PictureNetwork,
}

impl PersonSegmenter {
    /// Loads the embedded network.
    ///
    /// # Errors
    /// The network cannot be loaded by this runtime, or is not embedded.
    pub fn new(runtime: &Runtime) -> Result<Self> {
        Self::with_networks(runtime, &Networks::embedded())
    }

    /// Loads the network from `networks`.
    ///
    /// # Errors
    /// The network is not there or cannot be loaded by this runtime.
    pub fn with_networks(runtime: &Runtime, networks: &Networks) -> Result<Self> {
        let sampling = Sampling {
            side: PERSON_MASK_SIDE,
            border: Border::Zero,
            range: (0.0, 1.0),
        };
        Ok(Self {
            network: PictureNetwork::new(runtime, networks, Network::SelfieSegmentation, sampling)?,
        })
    }

    /// The mask of a frame.
    ///
    /// # Errors
    /// The network cannot be run.
    pub fn mask(&mut self, frame: &Frame<'_>) -> Result<PersonMask> {
        let outputs = self.network.run(frame, &Roi::whole(frame.width(), frame.height()))?;
        let values = outputs.values("mask", PERSON_MASK_SIDE * PERSON_MASK_SIDE)?;
        Ok(PersonMask {
            picture: [frame.width(), frame.height()],
            values: values.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_read_between_its_cells_and_beyond_its_edges() {
        let mut values = vec![0.0; PERSON_MASK_SIDE * PERSON_MASK_SIDE];
        values[0] = 1.0;
        let mask = PersonMask {
            picture: [256, 256],
            values,
        };
        assert_eq!(mask.at([0.0, 0.0]), 1.0);
        assert_eq!(mask.at([0.5, 0.0]), 0.5);
        assert_eq!(mask.at([-100.0, -100.0]), 1.0);
        assert_eq!(mask.at([1e9, 1e9]), 0.0);
        assert!(mask.share(0.5) > 0.0 && mask.share(0.5) < 1e-4);
    }
}
