use serde::{Deserialize, Serialize};

use crate::quality::head_turn::HeadTurn;

/// What a picture has to meet. `BENCHMARKS.md` says what the defaults keep and reject.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct QualityThresholds {
    /// Least sharpness.
    pub min_sharpness: f32,
    /// Least mean luma.
    pub min_exposure: f32,
    /// Greatest mean luma.
    pub max_exposure: f32,
    /// Greatest share of black pixels.
    pub max_clipped_dark: f32,
    /// Greatest share of clipped bright pixels.
    pub max_clipped_bright: f32,
    /// Greatest share of mirrored light.
    pub max_glare: f32,
    /// Greatest colour cast, in standard deviations.
    pub max_colour_cast: f32,
    /// Motion from which a blurred picture counts as moved.
    pub moved: f32,
    /// Least region side in pixels.
    pub min_roi_pixels: f32,
    /// Least share of the region inside the picture.
    pub min_visible: f32,
    /// Greatest turn of the head either way about each axis, in degrees: yaw, pitch and roll. Roll costs nothing (the
    /// region turns with the head); beyond about 35° of yaw half of a cheek is foreshortened to less than half.
    pub max_turn: HeadTurn,
    /// Greatest movement in a stream, in sides of the region a second. A camera that exposes for 1/60 s then smears
    /// 0.005 of a side: 1.0 of the 192 pixels that a network sees.
    pub max_movement: f32,
}

impl Default for QualityThresholds {
    fn default() -> Self {
        Self {
            min_sharpness: 0.215,
            min_exposure: 0.2,
            max_exposure: 0.9,
            max_clipped_dark: 0.25,
            max_clipped_bright: 0.1,
            max_glare: 0.08,
            max_colour_cast: 4.0,
            moved: 0.5,
            min_roi_pixels: 96.0,
            min_visible: 0.9,
            max_turn: HeadTurn {
                yaw: 35.0,
                pitch: 25.0,
                roll: 45.0,
            },
            max_movement: 0.3,
        }
    }
}
