//! What a call came to.

use std::ffi::CString;
use std::sync::LazyLock;

use skinkit::ErrorKind;

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

impl From<ErrorKind> for SkinkitStatus {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidArgument => Self::InvalidArgument,
            ErrorKind::Picture => Self::Picture,
            ErrorKind::Region => Self::Region,
            ErrorKind::Pack => Self::Pack,
            ErrorKind::Runtime => Self::Runtime,
            ErrorKind::NoHistory => Self::NoHistory,
            ErrorKind::WrongKey => Self::WrongKey,
            ErrorKind::History => Self::History,
            ErrorKind::Busy => Self::Busy,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::Unmeasurable => Self::Unmeasurable,
            ErrorKind::Cancelled => Self::Cancelled,
            ErrorKind::Closed => Self::Closed,
            ErrorKind::Internal => Self::Internal,
        }
    }
}

static NAMES: LazyLock<Vec<(i32, CString)>> = LazyLock::new(|| {
    let kinds = ErrorKind::ALL.iter().map(|kind| (kind.number(), kind.name()));
    kinds
        .chain([(0, "ok")])
        .filter_map(|(number, name)| Some((number, CString::new(name).ok()?)))
        .collect()
});

/// The name of a status as in `skinkit_status`, in lower case: `invalid_argument`; `unknown` for a number that is none.
/// A constant: do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn skinkit_status_name(status: i32) -> *const std::ffi::c_char {
    let known = NAMES.iter().find(|(number, _)| *number == status);
    known.map_or(c"unknown".as_ptr(), |(_, name)| name.as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_the_number_of_its_kind() {
        for kind in ErrorKind::ALL {
            assert_eq!(SkinkitStatus::from(*kind) as i32, kind.number(), "{kind:?}");
        }
    }
}
