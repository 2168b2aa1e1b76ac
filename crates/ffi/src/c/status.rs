//! What a call came to.

use crate::SkinKitError;

/// What a call came to. Numbers never change their meaning; new ones may be added.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkinkitStatus {
    /// Done.
    Ok = 0,
    /// The call makes no sense: a null pointer, a value out of its range, a wrong length, an unknown name.
    InvalidArgument = 1,
    /// A photo or frame that cannot be read.
    Picture = 2,
    /// What was asked for is not in the picture: no face, too small, cut off, outside.
    Region = 3,
    /// The model pack is refused.
    Pack = 4,
    /// No engine, or an engine that failed.
    Runtime = 5,
    /// A history was needed, but SkinKit was opened without one.
    NoHistory = 6,
    /// The key does not open the history.
    WrongKey = 7,
    /// The history's file: missing, damaged, newer than this version, not writable, full.
    History = 8,
    /// The history is in use by another writer: try again.
    Busy = 9,
    /// No such scan (never was, or erased).
    NotFound = 10,
    /// Too little to measure or compare.
    Unmeasurable = 11,
    /// The call was cancelled; nothing was kept.
    Cancelled = 12,
    /// The handle is closed, was never given out, or is of another kind.
    Closed = 13,
    /// A fault of SkinKit itself: please report it.
    Internal = 14,
}

impl From<&SkinKitError> for SkinkitStatus {
    fn from(error: &SkinKitError) -> Self {
        match error {
            SkinKitError::InvalidArgument { .. } => Self::InvalidArgument,
            SkinKitError::Picture { .. } => Self::Picture,
            SkinKitError::Region { .. } => Self::Region,
            SkinKitError::Pack { .. } => Self::Pack,
            SkinKitError::Runtime { .. } => Self::Runtime,
            SkinKitError::NoHistory { .. } => Self::NoHistory,
            SkinKitError::WrongKey { .. } => Self::WrongKey,
            SkinKitError::History { .. } => Self::History,
            SkinKitError::Busy { .. } => Self::Busy,
            SkinKitError::NotFound { .. } => Self::NotFound,
            SkinKitError::Unmeasurable { .. } => Self::Unmeasurable,
            SkinKitError::Cancelled { .. } => Self::Cancelled,
            SkinKitError::Closed { .. } => Self::Closed,
            SkinKitError::Internal { .. } => Self::Internal,
        }
    }
}

/// The name of a status as in `skinkit_status`, in lower case: `invalid_argument`; `unknown` for a number that is none.
/// A constant: do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn skinkit_status_name(status: i32) -> *const std::ffi::c_char {
    let name = match status {
        0 => c"ok",
        1 => c"invalid_argument",
        2 => c"picture",
        3 => c"region",
        4 => c"pack",
        5 => c"runtime",
        6 => c"no_history",
        7 => c"wrong_key",
        8 => c"history",
        9 => c"busy",
        10 => c"not_found",
        11 => c"unmeasurable",
        12 => c"cancelled",
        13 => c"closed",
        14 => c"internal",
        _ => c"unknown",
    };
    name.as_ptr()
}
