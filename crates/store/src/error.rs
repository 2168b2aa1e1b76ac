//! The crate's one error type.

use std::path::{Path, PathBuf};

/// Result of every fallible call in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, where, and what to do about it.
///
/// Unless a variant says otherwise, the history is as it was before the call.
/// An empty `path` means a store held in memory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file, or the folder it should be in, is not there.
    #[error("no {what} at {}: check the path", .path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
        /// What was looked for: `history`, `backup` or `folder`.
        what: &'static str,
    },
    /// A new history was asked for, but a file of that name is there already.
    #[error("{} exists already: open it, or choose another name", .path.display())]
    Exists {
        /// The file that is in the way.
        path: PathBuf,
    },
    /// The file is no SkinKit history, or its first page is damaged.
    #[error("{} is not a SkinKit history, or its first page is damaged: choose another file or restore a backup", .path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// The key given is not the one that the history was sealed with. Nothing was changed.
    #[error("the key does not open {}: use the key it was created with (nothing was changed)", .path.display())]
    WrongKey {
        /// The history.
        path: PathBuf,
    },
    /// The key was rotated, or another history restored, while this store was open.
    #[error("the key of {} was changed while it was open: open it again with the new key", .path.display())]
    KeyChanged {
        /// The history.
        path: PathBuf,
    },
    /// An encrypted history was opened by one of the `unencrypted` calls.
    #[error("{} is encrypted: open it with its key", .path.display())]
    Encrypted {
        /// The history.
        path: PathBuf,
    },
    /// An unencrypted history was opened with a key.
    #[error("{} is not encrypted: open it by name with an unencrypted call, or export it and import it into an encrypted history", .path.display())]
    NotEncrypted {
        /// The history.
        path: PathBuf,
    },
    /// The history was written by a newer version of this crate.
    #[error("{} has schema {found}, this version knows up to {supported}: update the app (nothing was changed)", .path.display())]
    NewerSchema {
        /// The history.
        path: PathBuf,
        /// Schema number found in the file.
        found: i64,
        /// Highest schema number that this version knows.
        supported: i64,
    },
    /// The file or its folder can't be written.
    #[error("{} or its folder can't be written: make both writable, or open it read-only", .path.display())]
    ReadOnly {
        /// The history.
        path: PathBuf,
    },
    /// A page, a row or a sealed value is damaged.
    #[error("{} is damaged ({detail}): keep the file and restore a backup", .path.display())]
    Corrupt {
        /// The history.
        path: PathBuf,
        /// What was found, without any personal data.
        detail: String,
    },
    /// Beside the history lies a log (-wal) of another one. Nothing was changed.
    #[error("the log {}-wal belongs to another history: move it away, or put it back beside its own (nothing was changed)", .path.display())]
    ForeignLog {
        /// The history.
        path: PathBuf,
    },
    /// Another connection held its lock for longer than the busy timeout.
    #[error("{} is in use by another writer: try again", .path.display())]
    Busy {
        /// The history.
        path: PathBuf,
    },
    /// No space is left on the disk, or the size limit given at opening is reached.
    #[error("no space left for {}: free some space (or, under a size limit, erase scans) and try again", .path.display())]
    DiskFull {
        /// The history.
        path: PathBuf,
    },
    /// The operating system refused to read or write.
    #[error("{}: {detail}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system or SQLite said.
        detail: String,
    },
    /// A value to be stored is out of its range.
    #[error("{field}: {detail}")]
    BadValue {
        /// The field, as it is named in [`NewScan`](crate::NewScan).
        field: &'static str,
        /// What is wrong with it, without the value itself.
        detail: String,
    },
    /// Text that should be a key is not 64 hexadecimal digits.
    #[error("a key is 64 hexadecimal digits (32 bytes); {detail}")]
    BadKey {
        /// What was found instead, without the text itself.
        detail: String,
    },
    /// What is to be imported is no export of a history. Nothing was imported.
    #[error("this is no export of a SkinKit history ({detail}): nothing was imported")]
    BadExport {
        /// What is wrong and where, without the values themselves.
        detail: String,
    },
    /// There is no scan of that number (never was, or erased).
    #[error("no scan number {id} in this history")]
    UnknownScan {
        /// The number asked for.
        id: i64,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes ({detail}): try again")]
    Random {
        /// What it said.
        detail: String,
    },
    /// Anything else that SQLite reports; a bug in this crate if it is reproducible.
    #[error("{}: SQLite: {detail}", .path.display())]
    Sqlite {
        /// The history.
        path: PathBuf,
        /// SQLite's own message.
        detail: String,
    },
}

impl Error {
    /// Says which file an error is about, where that is not known yet.
    pub(crate) fn at(mut self, file: &Path) -> Self {
        if let Some(path) = self.path_mut()
            && path.as_os_str().is_empty()
        {
            *path = file.to_path_buf();
        }
        self
    }

    /// Says which file an error is about, in place of a copy of it.
    pub(crate) fn about(mut self, file: &Path) -> Self {
        if let Some(path) = self.path_mut() {
            *path = file.to_path_buf();
        }
        self
    }

    fn path_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::Missing { path, .. }
            | Self::Exists { path }
            | Self::NotAStore { path }
            | Self::WrongKey { path }
            | Self::KeyChanged { path }
            | Self::Encrypted { path }
            | Self::NotEncrypted { path }
            | Self::NewerSchema { path, .. }
            | Self::ReadOnly { path }
            | Self::Corrupt { path, .. }
            | Self::ForeignLog { path }
            | Self::Busy { path }
            | Self::DiskFull { path }
            | Self::Io { path, .. }
            | Self::Sqlite { path, .. } => Some(path),
            Self::BadValue { .. }
            | Self::BadKey { .. }
            | Self::BadExport { .. }
            | Self::UnknownScan { .. }
            | Self::Random { .. } => None,
        }
    }

    pub(crate) fn corrupt(detail: impl Into<String>) -> Self {
        Self::Corrupt {
            path: PathBuf::new(),
            detail: detail.into(),
        }
    }

    pub(crate) fn wrong_key() -> Self {
        Self::WrongKey { path: PathBuf::new() }
    }

    pub(crate) fn io(path: &Path, source: &std::io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            std::io::ErrorKind::NotFound => Self::Missing { path, what: "history" },
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            std::io::ErrorKind::AlreadyExists => Self::Exists { path },
            _ => Self::Io {
                path,
                detail: source.to_string(),
            },
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let path = PathBuf::new();
        let detail = error.to_string();
        match error {
            rusqlite::Error::SqliteFailure(code, _) => match code.code {
                Code::DatabaseBusy | Code::DatabaseLocked => Self::Busy { path },
                Code::DiskFull => Self::DiskFull { path },
                Code::ReadOnly => Self::ReadOnly { path },
                Code::DatabaseCorrupt => Self::Corrupt { path, detail },
                Code::NotADatabase => Self::NotAStore { path },
                Code::SystemIoFailure | Code::CannotOpen | Code::PermissionDenied => Self::Io { path, detail },
                _ => Self::Sqlite { path, detail },
            },
            // A column of the wrong type can only come from a damaged or altered file.
            rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => Self::Corrupt { path, detail },
            _ => Self::Sqlite { path, detail },
        }
    }
}
