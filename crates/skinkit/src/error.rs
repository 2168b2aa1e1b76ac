//! The facade's error: one of the layers', or a call that makes no sense.

use std::path::PathBuf;

/// What went wrong in SkinKit. Each message says what was wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The picture or the camera frame.
    #[error(transparent)]
    Picture(#[from] skinkit_preprocess::Error),
    /// The runtime, a network or a model pack.
    #[error(transparent)]
    Inference(#[from] skinkit_inference::Error),
    /// Landmarks and regions.
    #[error(transparent)]
    Roi(#[from] skinkit_roi::Error),
    /// The history.
    #[error(transparent)]
    Store(#[from] skinkit_store::Error),
    /// Measures and comparison.
    #[error(transparent)]
    Tracking(#[from] skinkit_tracking::Error),
    /// The region is too small to measure anything in it.
    #[error(
        "the region is {side:.0} px wide, at least {needed:.0} px are needed: come closer or take a larger picture"
    )]
    RegionTooSmall {
        /// Its shorter side, in pixels of the picture.
        side: f32,
        /// The least that is accepted.
        needed: f32,
    },
    /// The text names no region.
    #[error(
        "'{text}' is not a region: use lesion, face, a face region such as left_cheek, or X,Y,SIZE (centre and side in \
         pixels, side at least 1)"
    )]
    Region {
        /// What was given.
        text: String,
    },
    /// A scan was to be kept or compared, but SkinKit was opened without a history.
    #[error("no history is open: give Config::history a file and a key")]
    NoHistory,
    /// A stored value cannot be read back as what it should be.
    #[error("the {what} of scan {scan} in {history} cannot be read ({reason}): it may come from a newer version")]
    Stored {
        /// Which value.
        what: &'static str,
        /// Which scan.
        scan: i64,
        /// Which history.
        history: PathBuf,
        /// Why.
        reason: String,
    },
    /// The analysed region could not be encoded for the history.
    #[error("the picture could not be encoded for the history: {0}")]
    Encode(String),
}

/// Shorthand for results of the facade.
pub type Result<T> = std::result::Result<T, Error>;
