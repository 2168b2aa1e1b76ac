//! The one error that crosses the border.

use skinkit::inference::Error as InferenceError;
use skinkit::preprocess::Error as PictureError;
use skinkit::roi::Error as RoiError;
use skinkit::store::Error as StoreError;

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, SkinKitError>;

/// Makes the error of its kinds: each has the same two fields and is told by its reason.
macro_rules! kinds {
    ($($(#[$($doc:tt)*])* $kind:ident,)*) => {
        /// Why a call failed. The variant is the stable kind that a host may act on; `reason` is one English sentence or more
        /// that say what was wrong, where, and what to do; `details` is the error as Rust prints it: for a log, not stable, and
        /// empty where the reason says all. Neither carries pixels, keys or names of people; paths of files may be in both.
        #[derive(Clone, Debug, PartialEq, thiserror::Error, uniffi::Error)]
        pub enum SkinKitError {$(
            $(#[$($doc)*])*
            #[error("{reason}")]
            $kind {
                /// What was wrong, and what to do.
                reason: String,
                /// The error as Rust prints it.
                details: String,
            },
        )*}

        impl SkinKitError {
            /// The error as Rust prints it.
            pub fn details(&self) -> &str {
                match self {$(
                    Self::$kind { details, .. } => details,
                )*}
            }
        }
    };
}

kinds! {
    /// The call makes no sense: a value out of its range, bytes of the wrong length, an unknown name.
    InvalidArgument,
    /// A photo or frame that cannot be read: missing, damaged, too large, of an unknown format, too few bytes.
    Picture,
    /// What was asked for is not in the picture: no face, too small, cut off, outside.
    Region,
    /// The model pack is refused.
    Pack,
    /// No engine, or an engine that failed.
    Runtime,
    /// A history was needed, but SkinKit was opened without one.
    NoHistory,
    /// The key does not open the history.
    WrongKey,
    /// The history's file: missing, damaged, newer than this version, not writable, full.
    History,
    /// The history is in use by another writer: try again.
    Busy,
    /// No scan of that number (never was, or erased).
    NotFound,
    /// Too little to measure or compare.
    Unmeasurable,
    /// The call's [`Cancel`](crate::Cancel) was cancelled; nothing was kept.
    Cancelled,
    /// The object was shut, or the handle closed or never given out.
    Closed,
    /// A fault of SkinKit itself: please report it.
    Internal,
}

impl SkinKitError {
    /// A value that makes no sense.
    pub(crate) fn argument(reason: impl ToString) -> Self {
        Self::InvalidArgument {
            reason: reason.to_string(),
            details: String::new(),
        }
    }

    /// Something that is shut or closed.
    pub(crate) fn closed(what: &str) -> Self {
        Self::Closed {
            reason: format!("{what} is closed: open it again"),
            details: String::new(),
        }
    }
}

impl From<skinkit::Error> for SkinKitError {
    fn from(error: skinkit::Error) -> Self {
        (&error).into()
    }
}

impl From<&skinkit::Error> for SkinKitError {
    fn from(error: &skinkit::Error) -> Self {
        use skinkit::Error as E;
        let (reason, details) = (error.to_string(), format!("{error:?}"));
        match error {
            E::FrameTooLarge { .. } => Self::Picture { reason, details },
            E::Thread(_) => Self::Runtime { reason, details },
            E::Picture(error) | E::Roi(RoiError::Picture(error)) => picture(error)(reason, details),
            E::Inference(error) | E::Roi(RoiError::Inference(error)) => inference(error)(reason, details),
            E::Roi(error) => roi(error)(reason, details),
            E::Store(error) => store(error)(reason, details),
            E::Tracking(_) => Self::Unmeasurable { reason, details },
            E::RegionTooSmall { .. } => Self::Region { reason, details },
            E::Region { .. } | E::OpenedSmaller | E::Pin(_) | E::Place(_) | E::File { .. } | E::WouldReplace { .. } => {
                Self::InvalidArgument { reason, details }
            }
            E::PackNoise { .. } => Self::Pack { reason, details },
            E::NoHistory => Self::NoHistory { reason, details },
            E::Stored { .. } => Self::History { reason, details },
            E::Cancelled => Self::Cancelled { reason, details },
            _ => Self::Internal { reason, details },
        }
    }
}

impl From<PictureError> for SkinKitError {
    fn from(error: PictureError) -> Self {
        skinkit::Error::from(error).into()
    }
}

impl From<StoreError> for SkinKitError {
    fn from(error: StoreError) -> Self {
        skinkit::Error::from(error).into()
    }
}

/// Makes an error of one kind from its reason and details.
type Make = fn(String, String) -> SkinKitError;

fn picture(error: &PictureError) -> Make {
    match error {
        PictureError::Roi(_) => |reason, details| SkinKitError::Region { reason, details },
        PictureError::Rotation(_) => |reason, details| SkinKitError::InvalidArgument { reason, details },
        _ => |reason, details| SkinKitError::Picture { reason, details },
    }
}

fn inference(error: &InferenceError) -> Make {
    match error {
        InferenceError::Pack { .. } | InferenceError::NotFinite { .. } => {
            |reason, details| SkinKitError::Pack { reason, details }
        }
        InferenceError::Capture { .. } | InferenceError::Context { .. } => {
            |reason, details| SkinKitError::InvalidArgument { reason, details }
        }
        _ => |reason, details| SkinKitError::Runtime { reason, details },
    }
}

fn roi(error: &RoiError) -> Make {
    match error {
        RoiError::NetworkMissing { .. }
        | RoiError::NetworkNotEmbedded { .. }
        | RoiError::Input { .. }
        | RoiError::Output { .. } => |reason, details| SkinKitError::Runtime { reason, details },
        RoiError::Argument { .. } | RoiError::Landmarks { .. } => {
            |reason, details| SkinKitError::InvalidArgument { reason, details }
        }
        _ => |reason, details| SkinKitError::Region { reason, details },
    }
}

fn store(error: &StoreError) -> Make {
    match error {
        StoreError::WrongKey { .. } | StoreError::KeyChanged { .. } => {
            |reason, details| SkinKitError::WrongKey { reason, details }
        }
        StoreError::Busy { .. } => |reason, details| SkinKitError::Busy { reason, details },
        StoreError::UnknownScan { .. } => |reason, details| SkinKitError::NotFound { reason, details },
        StoreError::BadValue { .. } | StoreError::BadKey { .. } | StoreError::BadExport { .. } => {
            |reason, details| SkinKitError::InvalidArgument { reason, details }
        }
        _ => |reason, details| SkinKitError::History { reason, details },
    }
}
