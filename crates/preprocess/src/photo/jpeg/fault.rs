//! Why a JPEG is not read.

use crate::Error;

/// The reason, before it becomes an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The data contradict themselves, or end early.
    Damaged(&'static str),
    /// A kind of JPEG that is not read.
    Unsupported(&'static str),
}

pub(super) fn damaged(reason: &'static str) -> Fault {
    Fault::Damaged(reason)
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Damaged(reason) => Self::Damaged {
                format: "JPEG",
                reason: reason.into(),
            },
            Fault::Unsupported(kind) => Self::Unsupported(kind),
        }
    }
}
