//! Erasing.

use rusqlite::{Connection, Transaction};
use serde::Serialize;

use crate::{Error, Result, Store, read, scan::ScanId, vault::Vault};

/// What an erasure did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Erased {
    /// Number of scans erased.
    pub scans: u64,
    /// True when the write-ahead log was emptied too. False when another connection was reading
    /// at that moment: what was erased then lies sealed in the log until a later write or the
    /// closing of the last store empties it.
    pub log_emptied: bool,
}

impl Store {
    /// Erases one scan.
    ///
    /// # Errors
    /// [`Error::UnknownScan`], [`Error::Busy`], [`Error::KeyChanged`] and the like;
    /// nothing is erased then.
    pub fn erase_scan(&self, id: ScanId) -> Result<Erased> {
        self.erase(|tx, _| match tx.execute("DELETE FROM scan WHERE id = ?1", [id.0])? {
            0 => Err(Error::UnknownScan { id: id.0 }),
            _ => Ok(()),
        })
    }

    /// Erases one lesion with all its scans. Erases nothing when there is no such lesion.
    ///
    /// # Errors
    /// As [`Store::erase_scan`].
    pub fn erase_lesion(&self, subject: &str, site: &str, lesion: &str) -> Result<Erased> {
        self.erase(|tx, vault| {
            if let Some((_, _, id)) = read::find_lesion(tx, vault, subject, site, lesion)? {
                tx.execute("DELETE FROM lesion WHERE id = ?1", [id])?;
            }
            Ok(())
        })
    }

    /// Erases one site with all its lesions and scans. Erases nothing when there is no such site.
    ///
    /// # Errors
    /// As [`Store::erase_scan`].
    pub fn erase_site(&self, subject: &str, site: &str) -> Result<Erased> {
        self.erase(|tx, vault| {
            if let Some((_, id)) = read::find_site(tx, vault, subject, site)? {
                tx.execute("DELETE FROM site WHERE id = ?1", [id])?;
            }
            Ok(())
        })
    }

    /// Erases one person: destroys the data key and all that it sealed.
    /// Erases nothing when there is no such subject.
    ///
    /// # Errors
    /// As [`Store::erase_scan`].
    pub fn erase_subject(&self, subject: &str) -> Result<Erased> {
        self.erase(|tx, vault| {
            if let Some(keys) = vault.find_subject(tx, subject)? {
                tx.execute("DELETE FROM subject WHERE id = ?1", [keys.id])?;
            }
            Ok(())
        })
    }

    /// Erases everything: every subject, every data key and the look-up key. What remains is an
    /// empty history that the same key opens.
    ///
    /// # Errors
    /// As [`Store::erase_scan`].
    pub fn erase_everything(&self) -> Result<Erased> {
        let erased = self.erase(|tx, vault| {
            tx.execute("DELETE FROM subject", [])?;
            tx.execute("DELETE FROM pack", [])?;
            vault.renew(tx)
        })?;
        // The file shrinks if nobody is reading; the scans are erased either way.
        let _ = self.with_writer(|connection| Ok(connection.execute_batch("VACUUM")?));
        Ok(Erased {
            log_emptied: self.with_writer(empty_log)?,
            ..erased
        })
    }

    fn erase(&self, work: impl FnOnce(&Transaction<'_>, &Vault) -> Result<()>) -> Result<Erased> {
        let scans = self.write(|tx, vault| {
            let before = count(tx)?;
            work(tx, vault)?;
            tx.execute("DELETE FROM pack WHERE id NOT IN (SELECT pack_id FROM embedding)", [])?;
            tx.execute("UPDATE vault SET erasures = erasures + 1", [])?;
            Ok(before - count(tx)?)
        })?;
        Ok(Erased {
            scans,
            log_emptied: self.with_writer(empty_log)?,
        })
    }
}

fn count(connection: &Connection) -> Result<u64> {
    Ok(connection.query_row("SELECT count(*) FROM scan", [], |row| row.get(0))?)
}

/// Moves the log into the file and truncates it; false when a reader prevents that.
pub(crate) fn empty_log(connection: &mut Connection) -> Result<bool> {
    let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(!busy)
}
