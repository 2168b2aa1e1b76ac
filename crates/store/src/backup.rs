//! Backups, and putting them back.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};
use serde::Serialize;

use crate::{
    Error, Key, Result, Store, StoreOptions,
    erase::empty_log,
    file::{self, Found},
    schema,
    vault::{Access, Vault},
};

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Restored {
    /// Scans in the history now.
    pub scans: u64,
    /// Where the damaged file that was in the way has been moved to.
    pub set_aside: Option<PathBuf>,
}

impl Store {
    /// Writes a backup to `to`, where there must be no file, while the history is in use.
    ///
    /// The backup is one consistent, compact file, sealed with the same keys: it needs the host's
    /// key of this moment, and holds whoever is erased only later. It appears complete and on
    /// the disk, or not at all. Gives its size in bytes.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::Missing`] (the folder), [`Error::ReadOnly`],
    /// [`Error::DiskFull`], [`Error::Corrupt`] when the history is damaged.
    pub fn backup(&self, to: impl AsRef<Path>) -> Result<u64> {
        let to = to.as_ref();
        match file::look(to) {
            Ok(Found::Nothing) => {}
            Ok(Found::History) => return Err(Error::Exists { path: to.into() }),
            Err(Error::Corrupt { .. }) if to.exists() => {
                return Err(Error::Exists { path: to.into() });
            }
            Err(error) => return Err(error),
        }
        file::create(to, |temporary| {
            // As bytes: the name may be no UTF-8.
            let name = file::plain(temporary).into_os_string().into_encoded_bytes();
            self.with_reader(|connection| {
                connection.execute("VACUUM INTO CAST(?1 AS TEXT)", [name])?;
                Ok(())
            })?;
            let copy = Connection::open_with_flags(file::plain(temporary), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            schema::identify(&copy)?;
            let found: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            if found == "ok" {
                Ok(())
            } else {
                Err(Error::corrupt(found))
            }
        })?;
        fs::metadata(to).map(|made| made.len()).map_err(|e| Error::io(to, &e))
    }

    /// Puts the history of `backup` at `to`, in place of what is there.
    ///
    /// A copy of the backup is checked as by [`Store::check`] first; on any error `to` is as it was.
    /// A readable history at `to` must have the same key; it is replaced in one transaction, and
    /// stores that have it open go on with the restored one. A damaged file is moved aside, not
    /// deleted. `backup` itself is never written.
    ///
    /// # Errors
    /// As [`Store::open_existing`], for the backup and for `to`; the error names which.
    pub fn restore(backup: impl AsRef<Path>, to: impl AsRef<Path>, key: &Key) -> Result<Restored> {
        restore(backup.as_ref(), to.as_ref(), Access::Key(key))
    }

    /// [`Store::restore`] for an **unencrypted** history.
    ///
    /// # Errors
    /// As [`Store::restore`].
    pub fn restore_unencrypted(backup: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<Restored> {
        restore(backup.as_ref(), to.as_ref(), Access::Unencrypted)
    }
}

fn restore(backup: &Path, to: &Path, access: Access<'_>) -> Result<Restored> {
    let damaged = match file::look(to) {
        Ok(Found::Nothing) => None,
        Ok(Found::History) => Some(false),
        Err(Error::Corrupt { .. }) => Some(true),
        Err(error) => return Err(error),
    };
    if matches!(file::look(backup)?, Found::Nothing) {
        return Err(Error::Missing {
            path: backup.into(),
            what: "backup",
        });
    }
    let staged = Staged::copy(backup, to)?;
    let scans = staged.check(access).map_err(|e| e.about(backup))?;
    let set_aside = match damaged {
        None => {
            staged.finish(access, None)?;
            file::publish(&staged.path, to)?;
            None
        }
        Some(true) => {
            staged.finish(access, None)?;
            Some(staged.replace_damaged(to)?)
        }
        Some(false) => {
            let options = StoreOptions::new().existing_only();
            match Store::open_file(to, access, &options) {
                Ok(present) => {
                    let identity = present.read(|db, _| Vault::identity(db))?;
                    staged.finish(access, Some(identity))?;
                    staged.replace_in_use(&present)?;
                    None
                }
                Err(Error::Corrupt { .. } | Error::NotAStore { .. }) => {
                    staged.finish(access, None)?;
                    Some(staged.replace_damaged(to)?)
                }
                Err(error) => return Err(error),
            }
        }
    };
    Ok(Restored { scans, set_aside })
}

/// A copy of the backup beside its destination, removed when done.
struct Staged {
    path: PathBuf,
}

impl Staged {
    fn copy(backup: &Path, to: &Path) -> Result<Self> {
        file::remove_abandoned(to);
        let staged = Self {
            path: file::temporary(to)?,
        };
        file::copy(backup, &staged.path)?;
        // Somebody may hand in a copied history with its log instead of a backup.
        if file::has_log(backup) {
            file::copy(&file::beside(backup, "-wal"), &file::beside(&staged.path, "-wal"))?;
        }
        Ok(staged)
    }

    /// Checks the copy; gives the number of its scans.
    fn check(&self, access: Access<'_>) -> Result<u64> {
        let check = self.open(access)?.check()?;
        match check.problems.into_iter().next() {
            Some(problem) => Err(Error::corrupt(problem)),
            None => Ok(check.scans),
        }
    }

    /// Makes the checked copy ready to take its place, which may be that of a history.
    fn finish(&self, access: Access<'_>, place_of: Option<[u8; 16]>) -> Result<()> {
        let copy = self.open(access)?;
        copy.write(|tx, _| Vault::mark_restored(tx, place_of))?;
        if !copy.with_writer(|connection| Ok(empty_log(connection)))? {
            return Err(Error::Busy {
                path: self.path.clone(),
            });
        }
        drop(copy);
        file::sync(&self.path)
    }

    fn open(&self, access: Access<'_>) -> Result<Store> {
        Store::open_file(&self.path, access, &StoreOptions::new().existing_only())
    }

    fn replace_in_use(&self, present: &Store) -> Result<()> {
        let from = Connection::open_with_flags(file::plain(&self.path), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        present.with_writer(|to| {
            let patience = Instant::now() + Duration::from_secs(5);
            {
                // One step is one transaction of the destination: all pages or none.
                let copy = Backup::new(&from, to)?;
                while copy.step(-1)? != StepResult::Done {
                    if Instant::now() > patience {
                        return Err(Error::Busy { path: PathBuf::new() });
                    }
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
            empty_log(to);
            Ok(())
        })
    }

    fn replace_damaged(&self, to: &Path) -> Result<PathBuf> {
        let aside = file::aside(to)?;
        for suffix in ["-wal", "-shm", ""] {
            let from = file::beside(to, suffix);
            if from.exists() {
                fs::rename(&from, file::beside(&aside, suffix)).map_err(|e| Error::io(&from, &e))?;
            }
        }
        file::publish(&self.path, to)?;
        Ok(aside)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        file::remove_temporary(&self.path);
    }
}
