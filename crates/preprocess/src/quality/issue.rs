use serde::{Deserialize, Serialize};

/// Why a picture is not good enough: what a host turns into words of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum QualityIssue {
    /// The region has too few pixels: move closer.
    TooSmall,
    /// Part of the region lies outside of the picture: frame it whole.
    CutOff,
    /// The head is turned away: face the camera.
    Turned,
    /// Too little light.
    TooDark,
    /// Too much light.
    TooBright,
    /// The camera or the skin moves from frame to frame: hold still.
    Unsteady,
    /// Out of focus: hold the camera steady and let it focus.
    Blurred,
    /// Blurred along one direction: hold still.
    Moved,
    /// The light is mirrored: change the angle.
    Glare,
    /// Coloured light: use daylight or white light.
    ColourCast,
}

impl std::fmt::Display for QualityIssue {
    /// A plain English hint, for logs and the command line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooSmall => "too small: move closer",
            Self::CutOff => "cut off: frame it whole",
            Self::Turned => "turned away: face the camera",
            Self::TooDark => "too dark: use more light",
            Self::TooBright => "too bright: use less light",
            Self::Unsteady => "unsteady: hold still",
            Self::Blurred => "blurred: let the camera focus",
            Self::Moved => "moved: hold still",
            Self::Glare => "glare: change the angle of the light",
            Self::ColourCast => "coloured light: use daylight or white light",
        })
    }
}
