//! What was measured of a picture's quality, and whether it is good enough.

use serde::{Deserialize, Serialize};

use crate::quality::head_turn::HeadTurn;
use crate::quality::issue::QualityIssue;
use crate::quality::thresholds::QualityThresholds;

/// What was measured of a picture's quality.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Quality {
    /// 0 (nothing but blur) to 1, of the least sharp of four directions: one minus the blur effect of Crété et al.,
    /// "The blur effect: perception and estimation with a new no-reference perceptual blur metric", 2007, on the luma
    /// of the region at 192 pixels a side, differences of a single level not counting as detail. Dermoscopic and
    /// close-up pictures have 0.23 to 0.65.
    pub sharpness: f32,
    /// Mean luma of the region, 0 black to 1 white.
    pub exposure: f32,
    /// Share of the region that is black, 0 to 1.
    pub clipped_dark: f32,
    /// Share of the region with two or three channels at their end (red alone often is, on skin), 0 to 1.
    pub clipped_bright: f32,
    /// Share of the region that mirrors the light, 0 to 1.
    pub glare: f32,
    /// How far the light's estimated colour lies from that of ordinary skin pictures, in standard deviations of the
    /// latter: 1 is usual, 4 rare; 0 where the picture is too dark or clipped to tell.
    pub colour_cast: f32,
    /// How much sharper one direction is than another, 0 (all alike) to 1: high where the camera moved.
    #[serde(default)]
    pub motion: f32,
    /// Shorter side of the region, in pixels of the picture.
    pub roi_pixels: f32,
    /// Share of the region that lies inside the picture, 0 to 1.
    pub visible: f32,
    /// How the head is turned, where the region belongs to a face.
    #[serde(default)]
    pub turn: Option<HeadTurn>,
    /// Speed of the region in its own sides a second, over the last tenth of a second of a stream; `None` for a single
    /// picture and at the start of a stream.
    #[serde(default)]
    pub movement: Option<f32>,
    /// Whether the picture meets every threshold.
    pub accepted: bool,
    /// What it does not meet, most telling first.
    pub issues: Vec<QualityIssue>,
}

impl Quality {
    /// Says which thresholds are not met.
    pub(crate) fn judge(&mut self, t: &QualityThresholds) {
        let blur = if self.motion >= t.moved {
            QualityIssue::Moved
        } else {
            QualityIssue::Blurred
        };
        let turned = self.turn.is_some_and(|turn| turn.exceeds(&t.max_turn));
        let unsteady = self.movement.is_some_and(|movement| movement > t.max_movement);
        let dark = self.exposure < t.min_exposure || self.clipped_dark > t.max_clipped_dark;
        let bright = self.exposure > t.max_exposure || self.clipped_bright > t.max_clipped_bright;
        let checks = [
            (self.roi_pixels < t.min_roi_pixels, QualityIssue::TooSmall),
            (self.visible < t.min_visible, QualityIssue::CutOff),
            (turned, QualityIssue::Turned),
            (dark, QualityIssue::TooDark),
            (bright, QualityIssue::TooBright),
            (unsteady, QualityIssue::Unsteady),
            (self.sharpness < t.min_sharpness, blur),
            (self.glare > t.max_glare, QualityIssue::Glare),
            (self.colour_cast > t.max_colour_cast, QualityIssue::ColourCast),
        ];
        self.issues.clear();
        self.issues
            .extend(checks.into_iter().filter_map(|(wrong, issue)| wrong.then_some(issue)));
        self.accepted = self.issues.is_empty();
    }
}
