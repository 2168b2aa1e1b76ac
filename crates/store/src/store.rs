//! Opening a history, and its connections.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, config::DbConfig};

use crate::{
    Error, Key, Result, file, schema,
    vault::{Access, Vault},
};

/// A history of scans in one SQLite file (or in memory), sealed with the host's key.
///
/// Cloning is cheap and gives another handle to the same store. Handles may be used from any
/// number of threads, and any number of processes may open the same file: readers never wait,
/// writers take turns (see [`StoreOptions::busy_timeout`]).
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    options: StoreOptions,
    vault: RwLock<Arc<Vault>>,
    /// Idle connections for reading; `None` for a store in memory, which has the writer only.
    readers: Option<Mutex<Vec<Connection>>>,
    writer: Mutex<Connection>,
}

/// How to open a store, for hosts that need more than [`Store::open`].
#[derive(Debug, Clone)]
pub struct StoreOptions {
    busy_timeout: Duration,
    max_bytes: Option<u64>,
    when_missing: WhenMissing,
    when_present: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WhenMissing {
    Create,
    Refuse,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            busy_timeout: Duration::from_secs(5),
            max_bytes: None,
            when_missing: WhenMissing::Create,
            when_present: true,
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
        self.when_missing = WhenMissing::Refuse;
        self
    }

    /// Refuse to open what is there: an existing file is [`Error::Exists`].
    #[must_use]
    pub fn new_only(mut self) -> Self {
        self.when_present = false;
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

impl Store {
    /// Opens the history at `path`, or creates it if there is none. The folder must exist.
    ///
    /// # Errors
    /// [`Error::WrongKey`], [`Error::Missing`] (the folder), [`Error::ReadOnly`],
    /// [`Error::NewerSchema`], [`Error::NotAStore`], [`Error::NotEncrypted`],
    /// [`Error::Corrupt`], [`Error::Busy`], [`Error::DiskFull`], [`Error::Io`].
    /// None of them changes the file.
    pub fn open(path: impl AsRef<Path>, key: &Key) -> Result<Self> {
        StoreOptions::new().open(path, key)
    }

    /// Opens the history at `path`, which must exist.
    ///
    /// # Errors
    /// As [`Store::open`]; [`Error::Missing`] also when there is no such file.
    pub fn open_existing(path: impl AsRef<Path>, key: &Key) -> Result<Self> {
        StoreOptions::new().existing_only().open(path, key)
    }

    /// Creates a history at `path`, where there must be none.
    ///
    /// # Errors
    /// As [`Store::open`], and [`Error::Exists`].
    pub fn create(path: impl AsRef<Path>, key: &Key) -> Result<Self> {
        StoreOptions::new().new_only().open(path, key)
    }

    /// Opens the **unencrypted** history at `path`, or creates one: whoever can read the file
    /// can read it all.
    ///
    /// # Errors
    /// As [`Store::open`], and [`Error::Encrypted`] when the history there is encrypted.
    pub fn open_unencrypted(path: impl AsRef<Path>) -> Result<Self> {
        StoreOptions::new().open_unencrypted(path)
    }

    /// An empty history in memory, sealed as one in a file; gone when its last handle is dropped.
    ///
    /// # Errors
    /// [`Error::Random`] or [`Error::Sqlite`] when the machine is out of resources.
    pub fn open_in_memory(key: &Key) -> Result<Self> {
        Self::open_memory(Access::Key(key))
    }

    /// An empty, unencrypted history in memory.
    ///
    /// # Errors
    /// As [`Store::open_in_memory`].
    pub fn open_unencrypted_in_memory() -> Result<Self> {
        Self::open_memory(Access::Unencrypted)
    }

    /// The file that holds the history; `None` for one in memory.
    pub fn path(&self) -> Option<&Path> {
        self.inner.readers.is_some().then_some(self.inner.path.as_path())
    }

    fn open_memory(access: Access<'_>) -> Result<Self> {
        let mut connection = Connection::open_in_memory()?;
        schema::configure(&connection)?;
        schema::migrate(&mut connection)?;
        let tx = connection.transaction()?;
        Vault::create(&tx, access)?;
        tx.commit()?;
        let vault = Vault::open(&connection, access)?;
        Ok(Self::new(
            PathBuf::new(),
            StoreOptions::default(),
            vault,
            connection,
            None,
        ))
    }

    fn open_file(path: &Path, access: Access<'_>, options: &StoreOptions) -> Result<Self> {
        let opened = match file::look(path)? {
            file::Found::History if !options.when_present => Err(Error::Exists {
                path: path.to_path_buf(),
            }),
            file::Found::History => Self::open_present(path, access, options),
            file::Found::Nothing if options.when_missing == WhenMissing::Refuse => Err(Error::Missing {
                path: path.to_path_buf(),
                what: "history",
            }),
            file::Found::Nothing => {
                match file::create(path, |temporary| Self::fill_new(temporary, access)) {
                    // Another process was quicker.
                    Err(Error::Exists { .. }) if options.when_present => {}
                    other => other?,
                }
                Self::open_present(path, access, options)
            }
        };
        opened.map_err(|error| error.at(path))
    }

    /// Writes an empty history into a file that nobody else knows of yet.
    fn fill_new(path: &Path, access: Access<'_>) -> Result<()> {
        let mut connection =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        schema::configure(&connection)?;
        schema::use_wal(&connection)?;
        schema::migrate(&mut connection)?;
        let tx = connection.transaction()?;
        Vault::create(&tx, access)?;
        tx.commit()?;
        // Closing the last connection moves the log into the file.
        connection.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    fn open_present(path: &Path, access: Access<'_>, options: &StoreOptions) -> Result<Self> {
        let mut connection = connect(path, options).map_err(|e| refine(e, path))?;
        // Until the file is known to be ours, closing must not even move its log into it.
        // Without a log there is nothing to move, and closing tidies up after this look.
        let log = std::fs::metadata(file::beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, log)?;
        schema::identify(&connection).map_err(|e| refine(e, path))?;
        let vault = Vault::open(&connection, access)?;
        if connection.is_readonly(rusqlite::MAIN_DB)? {
            return Err(Error::ReadOnly {
                path: path.to_path_buf(),
            });
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        schema::configure(&connection)?;
        schema::use_wal(&connection)?;
        schema::migrate(&mut connection)?;
        if let Some(bytes) = options.max_bytes {
            let pages = i64::try_from(bytes / 4096).unwrap_or(i64::MAX).max(1);
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        }
        Ok(Self::new(
            path.to_path_buf(),
            options.clone(),
            vault,
            connection,
            Some(Mutex::default()),
        ))
    }

    fn new(
        path: PathBuf,
        options: StoreOptions,
        vault: Vault,
        writer: Connection,
        readers: Option<Mutex<Vec<Connection>>>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                path,
                options,
                vault: RwLock::new(Arc::new(vault)),
                readers,
                writer: Mutex::new(writer),
            }),
        }
    }

    /// Runs `work` on one consistent snapshot.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection, &Vault) -> Result<T>) -> Result<T> {
        let run = || match &self.inner.readers {
            None => self.snapshot(&lock(&self.inner.writer), work),
            Some(pool) => {
                // Bound before the match, so that the pool is not locked while the query runs.
                let idle = lock(pool).pop();
                let connection = match idle {
                    Some(connection) => connection,
                    None => self.reader()?,
                };
                let result = self.snapshot(&connection, work);
                lock(pool).push(connection);
                result
            }
        };
        run().map_err(|error| error.at(&self.inner.path))
    }

    /// Runs `work` in one transaction, which is durable when this returns `Ok`.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>, &Vault) -> Result<T>) -> Result<T> {
        let run = || {
            let mut connection = lock(&self.inner.writer);
            // Immediate: waiting for the other writer happens here, not half-way.
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let vault = self.vault(&tx)?;
            let result = work(&tx, &vault)?;
            tx.commit()?;
            Ok(result)
        };
        run().map_err(|error: Error| error.at(&self.inner.path))
    }

    /// Runs `work` on the writing connection, outside a transaction.
    pub(crate) fn with_writer<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        work(&mut lock(&self.inner.writer)).map_err(|error| error.at(&self.inner.path))
    }

    fn snapshot<T>(&self, connection: &Connection, work: impl FnOnce(&Connection, &Vault) -> Result<T>) -> Result<T> {
        let tx = connection.unchecked_transaction()?;
        let vault = self.vault(&tx)?;
        work(&tx, &vault)
    }

    fn reader(&self) -> Result<Connection> {
        let connection = connect(&self.inner.path, &self.inner.options)?;
        schema::configure(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    /// The keys, once it is certain that they still are the store's.
    fn vault(&self, connection: &Connection) -> Result<Arc<Vault>> {
        let known = Arc::clone(&self.inner.vault.read().unwrap_or_else(PoisonError::into_inner));
        if known.is_current(connection)? {
            return Ok(known);
        }
        let fresh = Arc::new(known.reopen(connection)?);
        *self.inner.vault.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.inner.path)
            .finish_non_exhaustive()
    }
}

/// A panic while the lock was held can't have left a transaction open: dropping it rolled back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path, options: &StoreOptions) -> Result<Connection> {
    // No CREATE: a file that vanished is an error, not an empty history. No URI: a path is a path.
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(options.busy_timeout)?;
    Ok(connection)
}

/// SQLite says "can't open" for a folder in which it can't make its log; say what it means.
fn refine(error: Error, path: &Path) -> Error {
    match error {
        Error::Io { .. } if !file::is_writable_folder(path) => Error::ReadOnly {
            path: path.to_path_buf(),
        },
        other => other,
    }
}
