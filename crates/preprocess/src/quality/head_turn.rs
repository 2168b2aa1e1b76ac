//! How a head is turned.

use serde::{Deserialize, Serialize};

/// How a head is turned, in degrees; 0 looks straight into the camera.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct HeadTurn {
    /// About the vertical: positive where the face looks towards the picture's right. -90 to 90.
    pub yaw: f32,
    /// About the axis through the ears: positive where the face looks down. -180 to 180.
    pub pitch: f32,
    /// In the picture's plane, positive clockwise on screen. -180 to 180.
    pub roll: f32,
}

impl HeadTurn {
    /// Whether an angle lies beyond its limit, or is no number.
    pub(crate) fn exceeds(&self, most: &Self) -> bool {
        [(self.yaw, most.yaw), (self.pitch, most.pitch), (self.roll, most.roll)]
            .into_iter()
            .any(|(angle, most)| angle.is_nan() || angle.abs() > most)
    }
}
