//! The one error that crosses the border.

use skinkit::ErrorKind;

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, SkinKitError>;

/// Why a call failed. Neither text carries pixels, keys or names of people; paths of files may be in both.
#[derive(Clone, Debug, PartialEq, thiserror::Error, uniffi::Error)]
pub enum SkinKitError {
    /// The only case: what a host acts on is the kind.
    #[error("{reason}")]
    Failed {
        /// What kind of failure it is.
        kind: ErrorKind,
        /// One English sentence or more that say what was wrong, where, and what to do.
        reason: String,
        /// The error as Rust prints it: for a log, not stable, and empty where the reason says all.
        details: String,
    },
}

impl SkinKitError {
    /// An error of this kind that its reason says all of.
    pub(crate) fn new(kind: ErrorKind, reason: impl ToString) -> Self {
        Self::detailed(kind, reason, "")
    }

    /// An error with details for a log.
    pub(crate) fn detailed(kind: ErrorKind, reason: impl ToString, details: impl ToString) -> Self {
        Self::Failed {
            kind,
            reason: reason.to_string(),
            details: details.to_string(),
        }
    }

    /// A value that makes no sense.
    pub(crate) fn argument(reason: impl ToString) -> Self {
        Self::new(ErrorKind::InvalidArgument, reason)
    }

    /// Something that is shut or closed.
    pub(crate) fn closed(what: &str) -> Self {
        Self::new(ErrorKind::Closed, format!("{what} is closed: open it again"))
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        let Self::Failed { kind, .. } = self;
        *kind
    }

    /// The error as Rust prints it.
    pub fn details(&self) -> &str {
        let Self::Failed { details, .. } = self;
        details
    }
}

impl From<&skinkit::Error> for SkinKitError {
    fn from(error: &skinkit::Error) -> Self {
        Self::detailed(error.kind(), error, format!("{error:?}"))
    }
}

impl From<skinkit::Error> for SkinKitError {
    fn from(error: skinkit::Error) -> Self {
        (&error).into()
    }
}

impl From<skinkit::preprocess::Error> for SkinKitError {
    fn from(error: skinkit::preprocess::Error) -> Self {
        skinkit::Error::from(error).into()
    }
}

impl From<skinkit::store::Error> for SkinKitError {
    fn from(error: skinkit::store::Error) -> Self {
        skinkit::Error::from(error).into()
    }
}
