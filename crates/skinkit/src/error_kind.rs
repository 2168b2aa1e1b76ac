//! What kind of failure an error is: what a host acts on, in every language.

use skinkit_inference::Error as InferenceError;
use skinkit_preprocess::Error as PictureError;
use skinkit_roi::Error as RoiError;
use skinkit_store::Error as StoreError;
use skinkit_tracking::Error as TrackingError;

use crate::Error;

/// One line a kind: its documentation, its name in Rust, its number and its name in C and in JSON.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $number:literal $name:literal,)*) => {
        /// What kind of failure an error is. Kinds are stable, and a host may act on them; the error's text says the rest.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
        pub enum ErrorKind {
            $($(#[$doc])* $kind,)*
        }

        impl ErrorKind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// Its number in C, above 0. Numbers never change their meaning.
            pub const fn number(self) -> i32 {
                match self {
                    $(Self::$kind => $number,)*
                }
            }

            /// Its name in C and in JSON, such as `invalid_argument`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// The call makes no sense: a value out of its range, bytes of the wrong length, an unknown name, a file of the host's
    /// choosing that cannot be read or written.
    InvalidArgument = 1 "invalid_argument",
    /// A photo or frame that cannot be read: missing, damaged, too large, of an unknown format, too few bytes.
    Picture = 2 "picture",
    /// What was asked for is not in the picture: no face, too small, cut off, outside.
    Region = 3 "region",
    /// The model pack is refused.
    Pack = 4 "pack",
    /// No engine, or an engine that failed.
    Runtime = 5 "runtime",
    /// A history was needed, but SkinKit was opened without one.
    NoHistory = 6 "no_history",
    /// The key does not open the history.
    WrongKey = 7 "wrong_key",
    /// The history's file: missing, damaged, newer than this version, not writable, full.
    History = 8 "history",
    /// The history is in use by another writer: try again.
    Busy = 9 "busy",
    /// No scan of that number (never was, or erased).
    NotFound = 10 "not_found",
    /// Too little to measure or compare.
    Unmeasurable = 11 "unmeasurable",
    /// The call's `Cancel` was cancelled; nothing was kept.
    Cancelled = 12 "cancelled",
    /// The object was shut, or the handle closed or never given out.
    Closed = 13 "closed",
    /// A fault of SkinKit itself: please report it.
    Internal = 14 "internal",
}

impl Error {
    /// What kind of failure this is. An error of a layer that has no kind of its own is of that layer's kind.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Picture(error) => picture(error),
            Self::Inference(error) => inference(error),
            Self::Roi(error) => roi(error),
            Self::Store(error) => store(error),
            Self::Tracking(error) => tracking(error),
            Self::Skin(skinkit_skin::Error::Picture(error)) => picture(error),
            Self::Skin(skinkit_skin::Error::Roi(error)) => roi(error),
            Self::Skin(_) | Self::SeveralFaces { .. } => ErrorKind::Unmeasurable,
            Self::RegionTooSmall { .. } => ErrorKind::Region,
            Self::FrameTooLarge { .. } => ErrorKind::Picture,
            Self::Thread(_) => ErrorKind::Runtime,
            Self::OpenedSmaller
            | Self::Region { .. }
            | Self::Pin(_)
            | Self::Place(_)
            | Self::File { .. }
            | Self::WouldReplace { .. }
            | Self::OtherSite { .. }
            | Self::SameScanTwice { .. }
            | Self::Record { .. }
            | Self::Import(_)
            | Self::Export(_)
            | Self::ThumbnailSide { .. } => ErrorKind::InvalidArgument,
            Self::PackNoise { .. } => ErrorKind::Pack,
            Self::NoHistory => ErrorKind::NoHistory,
            Self::UnknownSubject { .. } | Self::NothingToErase { .. } => ErrorKind::NotFound,
            Self::Stored { .. } => ErrorKind::History,
            Self::Cancelled => ErrorKind::Cancelled,
            Self::NoEmbedding { .. } => ErrorKind::Unmeasurable,
            Self::Panicked { .. } | Self::Encode(_) => ErrorKind::Internal,
        }
    }
}

fn picture(error: &PictureError) -> ErrorKind {
    match error {
        PictureError::Roi(_) => ErrorKind::Region,
        PictureError::Rotation(_) => ErrorKind::InvalidArgument,
        _ => ErrorKind::Picture,
    }
}

fn inference(error: &InferenceError) -> ErrorKind {
    match error {
        InferenceError::Pack { .. } | InferenceError::NotFinite { .. } => ErrorKind::Pack,
        InferenceError::Capture { .. } | InferenceError::Context { .. } => ErrorKind::InvalidArgument,
        _ => ErrorKind::Runtime,
    }
}

fn roi(error: &RoiError) -> ErrorKind {
    match error {
        RoiError::Picture(error) => picture(error),
        RoiError::Inference(error) => inference(error),
        RoiError::NetworkMissing { .. }
        | RoiError::NetworkNotEmbedded { .. }
        | RoiError::Input { .. }
        | RoiError::Output { .. } => ErrorKind::Runtime,
        RoiError::Argument { .. } | RoiError::Landmarks { .. } => ErrorKind::InvalidArgument,
        _ => ErrorKind::Region,
    }
}

fn store(error: &StoreError) -> ErrorKind {
    match error {
        StoreError::WrongKey { .. } | StoreError::KeyChanged { .. } => ErrorKind::WrongKey,
        StoreError::Busy { .. } => ErrorKind::Busy,
        StoreError::UnknownScan { .. } => ErrorKind::NotFound,
        StoreError::BadValue { .. } | StoreError::BadKey { .. } | StoreError::BadExport { .. } => {
            ErrorKind::InvalidArgument
        }
        _ => ErrorKind::History,
    }
}

fn tracking(error: &TrackingError) -> ErrorKind {
    match error {
        TrackingError::OutOfRange { .. } | TrackingError::UnknownId { .. } => ErrorKind::InvalidArgument,
        _ => ErrorKind::Unmeasurable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_number_and_a_name_of_its_own() {
        for (place, kind) in ErrorKind::ALL.iter().enumerate() {
            assert_eq!(kind.number(), place as i32 + 1);
            assert_eq!(
                format!("{kind:?}").to_lowercase(),
                kind.name().replace('_', ""),
                "the name is the variant's"
            );
        }
    }

    #[test]
    fn a_value_out_of_its_range_is_the_callers_mistake() {
        let error = Error::from(TrackingError::OutOfRange {
            what: "position_sd",
            value: -1.0,
            range: "the numbers above 0",
        });
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
}
