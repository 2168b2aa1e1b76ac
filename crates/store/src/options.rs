//! How a store is opened.

use std::{path::Path, time::Duration};

#[cfg(doc)]
use crate::Error;
use crate::{Key, Result, Store, vault::Access};

/// How to open a store, for hosts that need more than [`Store::open`].
#[derive(Debug, Clone)]
pub struct StoreOptions {
    pub(crate) busy_timeout: Duration,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) may_create: bool,
    pub(crate) may_open: bool,
    pub(crate) read_only: bool,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            busy_timeout: Duration::from_secs(5),
            max_bytes: None,
            may_create: true,
            may_open: true,
            read_only: false,
        }
    }
}

impl StoreOptions {
    /// Open if it is there, else create; wait up to 5 s for another writer; no size limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long a writer waits for another one before [`Error::Busy`].
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Largest size of the file, in bytes, rounded down to whole pages of 4,096.
    /// A scan that would exceed it is refused with [`Error::DiskFull`].
    /// The limit holds for this store's own writes; it is not remembered in the file.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Refuse to create: a missing file is [`Error::Missing`].
    #[must_use]
    pub fn existing_only(mut self) -> Self {
        self.may_create = false;
        self
    }

    /// Refuse to open what is there: an existing file is [`Error::Exists`].
    #[must_use]
    pub fn new_only(mut self) -> Self {
        self.may_open = false;
        self
    }

    /// Only read: works on a read-only folder or medium; every change is [`Error::ReadOnly`].
    /// Implies [`existing_only`](Self::existing_only).
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self.may_create = false;
        self
    }

    /// Opens the encrypted history at `path`.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open(&self, path: impl AsRef<Path>, key: &Key) -> Result<Store> {
        Store::open_file(path.as_ref(), Access::Key(key), self)
    }

    /// Opens the **unencrypted** history at `path`: whoever can read the file can read it all.
    ///
    /// # Errors
    /// As [`Store::open`], and [`Error::Encrypted`] when the history there is encrypted.
    pub fn open_unencrypted(&self, path: impl AsRef<Path>) -> Result<Store> {
        Store::open_file(path.as_ref(), Access::Unencrypted, self)
    }
}
