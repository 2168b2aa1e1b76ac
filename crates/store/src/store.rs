//! Opening a history, and its connections.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, config::DbConfig};

use crate::{
    Error, Key, Result, StoreOptions, file, log, schema,
    search::Indexes,
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
    indexes: RwLock<Indexes>,
    /// Idle connections for reading; `None` for a store in memory, which has the writer only.
    readers: Option<Mutex<Vec<Connection>>>,
    writer: Mutex<Connection>,
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

    /// Opens the history at `path`, which must exist, for reading only: works on a read-only folder
    /// or medium. Every change is [`Error::ReadOnly`].
    ///
    /// # Errors
    /// As [`Store::open_existing`]; [`Error::ReadOnly`] when reading needs a write first
    /// (an older schema, or a log left by a crash in a folder that can't be written).
    pub fn open_read_only(path: impl AsRef<Path>, key: &Key) -> Result<Self> {
        StoreOptions::new().read_only().open(path, key)
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
        schema::migrate(&mut connection, None)?;
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

    pub(crate) fn open_file(path: &Path, access: Access<'_>, options: &StoreOptions) -> Result<Self> {
        let opened = match file::look(path)? {
            file::Found::History if !options.may_open => Err(Error::Exists {
                path: path.to_path_buf(),
            }),
            file::Found::History => Self::open_present(path, access, options),
            file::Found::Nothing if !options.may_create => Err(Error::Missing {
                path: path.to_path_buf(),
                what: "history",
            }),
            file::Found::Nothing => {
                match file::create(path, |temporary| Self::fill_new(temporary, access)) {
                    // Another process was quicker.
                    Err(Error::Exists { .. }) if options.may_open => {}
                    other => other?,
                }
                Self::open_present(path, access, options)
            }
        };
        opened.map_err(|error| error.at(path))
    }

    /// Writes an empty history into a file that nobody else knows of yet.
    fn fill_new(path: &Path, access: Access<'_>) -> Result<()> {
        let mut connection = Connection::open_with_flags(
            file::plain(path),
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )?;
        schema::configure(&connection)?;
        schema::use_wal(&connection)?;
        schema::migrate(&mut connection, None)?;
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
        let log = file::has_log(path);
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, log)?;
        let found = schema::identify(&connection);
        if !matches!(found, Err(Error::NewerSchema { .. })) {
            // Nothing of the log is moved into the file yet.
            log::check(path)?;
        }
        let found = found.map_err(|e| refine(e, path))?;
        let vault = Vault::open(&connection, access)?;
        if options.read_only {
            if found < schema::SCHEMA {
                return Err(read_only(path));
            }
        } else {
            if connection.is_readonly(rusqlite::MAIN_DB)? {
                return Err(read_only(path));
            }
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        }
        schema::configure(&connection)?;
        if !options.read_only {
            schema::use_wal(&connection)?;
            schema::migrate(&mut connection, Some(&vault))?;
        }
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
                indexes: RwLock::default(),
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
            // Every log holds the history's identity: see `log`.
            tx.prepare_cached("UPDATE vault SET writes = writes + 1")?.execute([])?;
            tx.commit()?;
            Ok(result)
        };
        run().map_err(|error: Error| error.at(&self.inner.path))
    }

    /// Runs `work` on the writing connection, outside a transaction.
    pub(crate) fn with_writer<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        work(&mut lock(&self.inner.writer)).map_err(|error| error.at(&self.inner.path))
    }

    /// Runs `work` on a connection of its own, without a transaction and without stopping writers.
    pub(crate) fn with_reader<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        if self.inner.readers.is_none() {
            return self.with_writer(work);
        }
        connect(&self.inner.path, &self.inner.options)
            .and_then(|mut connection| {
                schema::configure(&connection)?;
                work(&mut connection)
            })
            .map_err(|error| error.at(&self.inner.path))
    }

    pub(crate) fn indexes(&self) -> RwLockReadGuard<'_, Indexes> {
        read(&self.inner.indexes)
    }

    pub(crate) fn indexes_mut(&self) -> RwLockWriteGuard<'_, Indexes> {
        write(&self.inner.indexes)
    }

    /// Takes over the keys of a rotation that has just been committed.
    pub(crate) fn set_vault(&self, vault: Vault) {
        *write(&self.inner.vault) = Arc::new(vault);
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
        let known = Arc::clone(&read(&self.inner.vault));
        if known.is_current(connection)? {
            return Ok(known);
        }
        let fresh = Arc::new(known.reopen(connection)?);
        *write(&self.inner.vault) = Arc::clone(&fresh);
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

fn read<T>(shared: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    shared.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(shared: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    shared.write().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path, options: &StoreOptions) -> Result<Connection> {
    // No CREATE: a file that vanished is an error, not an empty history. No URI: a path is a path.
    let connection = if !options.read_only {
        Connection::open_with_flags(
            file::plain(path),
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?
    } else if file::has_log(path) || file::is_writable_folder(path) {
        Connection::open_with_flags(
            file::plain(path),
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?
    } else {
        // SQLite can't make its log here, and needs none: nobody else can write either.
        Connection::open_with_flags(
            file::immutable_uri(path),
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI,
        )?
    };
    connection.busy_timeout(options.busy_timeout)?;
    Ok(connection)
}

/// SQLite says "can't open" for a folder in which it can't make its log; say what it means.
fn refine(error: Error, path: &Path) -> Error {
    match error {
        Error::Io { .. } if !file::is_writable_folder(path) => read_only(path),
        other => other,
    }
}

fn read_only(path: &Path) -> Error {
    Error::ReadOnly {
        path: path.to_path_buf(),
    }
}
