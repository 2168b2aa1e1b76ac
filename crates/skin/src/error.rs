//! What can go wrong as a whole. What cannot be measured in one zone is a [`Reason`](crate::Reason) there instead.

/// Why a picture gives no skin measures at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The picture or a region of it.
    #[error(transparent)]
    Picture(#[from] skinkit_preprocess::Error),
    /// The face or its skin.
    #[error(transparent)]
    Roi(#[from] skinkit_roi::Error),
    /// What lies where the cheeks should be has no color of skin.
    #[error(
        "the face's cheeks have no color of skin (hue angle {hue:.0} degrees): a mask, paint or colored light covers them; \
         take the picture of the bare face in plain light"
    )]
    NotSkin {
        /// CIELAB hue angle of what was taken for skin, in degrees.
        hue: f32,
    },
    /// Less than this is left of the face's zones after hair, glasses and shadow are cut out.
    #[error("only {share:.0} % of the face's zones shows skin: take hair, glasses or hands away and face the light")]
    Covered {
        /// Percent of all zones that shows skin.
        share: f32,
    },
    /// No skin dominates a picture that spots were to be found in.
    #[error("no skin fills enough of this picture to look for spots in it: come closer, in plain light")]
    NoSkin,
}

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Error>;
