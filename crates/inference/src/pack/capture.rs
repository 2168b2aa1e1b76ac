//! How a picture was taken.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a picture was taken: colors, magnification and what it shows of the skin differ so much that a pack states its
/// calibration for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
// In Kotlin and Swift a `Capture` is what a live session delivers.
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum), uniffi(name = "CaptureKind"))]
pub enum Capture {
    /// Through a dermatoscope, on the skin.
    Dermoscope,
    /// By a phone or a camera, without a dermatoscope.
    #[serde(alias = "close-up")]
    CloseUp,
}

impl Capture {
    /// Both, in a fixed order.
    pub const ALL: [Self; 2] = [Self::Dermoscope, Self::CloseUp];

    /// The name used in packs, results and JSON: `dermoscope` or `close_up`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dermoscope => "dermoscope",
            Self::CloseUp => "close_up",
        }
    }
}

impl fmt::Display for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a host says about how a picture was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum CaptureChoice {
    /// Nothing: the pack's only capture, or the one that its network takes the picture for.
    #[default]
    Auto,
    /// Through a dermatoscope.
    Dermoscope,
    /// By a phone or a camera.
    #[serde(alias = "close-up")]
    CloseUp,
}

impl CaptureChoice {
    /// The capture that was stated; `None` for [`CaptureChoice::Auto`].
    pub fn stated(self) -> Option<Capture> {
        match self {
            Self::Auto => None,
            Self::Dermoscope => Some(Capture::Dermoscope),
            Self::CloseUp => Some(Capture::CloseUp),
        }
    }
}

impl From<Capture> for CaptureChoice {
    fn from(capture: Capture) -> Self {
        match capture {
            Capture::Dermoscope => Self::Dermoscope,
            Capture::CloseUp => Self::CloseUp,
        }
    }
}

impl fmt::Display for CaptureChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.stated().map_or("auto", Capture::as_str))
    }
}

impl FromStr for CaptureChoice {
    type Err = String;

    /// Reads `auto`, `dermoscope`, `close_up` or `close-up`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "dermoscope" => Ok(Self::Dermoscope),
            "close_up" | "close-up" => Ok(Self::CloseUp),
            _ => Err("a capture is `auto`, `dermoscope` or `close-up`".to_owned()),
        }
    }
}

/// Where the capture of a result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum CaptureSource {
    /// The host stated it.
    Host,
    /// The network took the picture for it.
    Network,
    /// The pack knows no other.
    Pack,
}

/// Which capture's calibration a result was computed with, and why.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct CaptureUsed {
    /// The capture.
    pub capture: Capture,
    /// Who chose it.
    pub source: CaptureSource,
    /// The network's own probability that the picture was taken so, 0..=1; `None` for a pack of one capture. Low beside a
    /// capture that the host stated: the two disagree.
    pub probability: Option<f32>,
}
