//! Erasing.

use rusqlite::{Connection, OptionalExtension, Transaction};
use serde::Serialize;

use crate::{Error, Result, Store, read, scan::ScanId, vault::Vault};

/// What an erasure did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Erased {
    /// Number of scans erased.
    pub scans: u64,
    /// True when the write-ahead log was emptied too. False when another connection was reading
    /// at that moment, or the disk was full: what was erased then lies sealed in the log until a
    /// later erasure or the closing of the last store empties it.
    pub log_emptied: bool,
}

/// Nothing was there to erase.
const NOTHING: u64 = 0;

impl Store {
    /// Erases one scan. A lesion, site or subject that has no scans left goes with it.
    ///
    /// # Errors
    /// [`Error::UnknownScan`], [`Error::Busy`], [`Error::KeyChanged`] and the like;
    /// nothing is erased then.
    pub fn erase_scan(&self, id: ScanId) -> Result<Erased> {
        self.erase(|tx, _| {
            let (site, lesion): (i64, Option<i64>) = tx
                .query_row("SELECT site_id, lesion_id FROM scan WHERE id = ?1", [id.0], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?
                .ok_or(Error::UnknownScan { id: id.0 })?;
            tx.execute("DELETE FROM scan WHERE id = ?1", [id.0])?;
            if let Some(lesion) = lesion {
                prune_lesion(tx, lesion)?;
            }
            prune_site(tx, site)?;
            Ok(1)
        })
    }

    /// Erases one lesion with all its scans. Erases nothing when there is no such lesion.
    ///
    /// # Errors
    /// As [`Store::erase_scan`].
    pub fn erase_lesion(&self, subject: &str, site: &str, lesion: &str) -> Result<Erased> {
        self.erase(|tx, vault| {
            let Some((_, site, id)) = read::find_lesion(tx, vault, subject, site, lesion)? else {
                return Ok(NOTHING);
            };
            let scans = count(tx, "SELECT count(*) FROM scan WHERE lesion_id = ?1", id)?;
            tx.execute("DELETE FROM lesion WHERE id = ?1", [id])?;
            prune_site(tx, site)?;
            Ok(scans)
        })
    }

    /// Erases one site with all its lesions and scans. Erases nothing when there is no such site.
    ///
    /// # Errors
    /// As [`Store::erase_scan`].
    pub fn erase_site(&self, subject: &str, site: &str) -> Result<Erased> {
        self.erase(|tx, vault| {
            let Some((keys, id)) = read::find_site(tx, vault, subject, site)? else {
                return Ok(NOTHING);
            };
            let scans = count(tx, "SELECT count(*) FROM scan WHERE site_id = ?1", id)?;
            tx.execute("DELETE FROM site WHERE id = ?1", [id])?;
            prune_subject(tx, keys.id)?;
            Ok(scans)
        })
    }

    /// Erases one person: destroys the data key and all that it sealed.
    /// Erases nothing when there is no such subject.
    ///
    /// # Errors
    /// As [`Store::erase_scan`].
    pub fn erase_subject(&self, subject: &str) -> Result<Erased> {
        self.erase(|tx, vault| {
            let Some(keys) = vault.find_subject(tx, subject)? else {
                return Ok(NOTHING);
            };
            let scans = count(
                tx,
                "SELECT count(*) FROM scan JOIN site ON site.id = scan.site_id
                 WHERE site.subject_id = ?1",
                keys.id,
            )?;
            tx.execute("DELETE FROM subject WHERE id = ?1", [keys.id])?;
            Ok(scans)
        })
    }

    /// Erases everything: every subject, every data key and the look-up key. What remains is an
    /// empty history that the same key opens.
    ///
    /// # Errors
    /// As [`Store::erase_scan`].
    pub fn erase_everything(&self) -> Result<Erased> {
        let erased = self.erase(|tx, vault| {
            let scans = tx.query_row("SELECT count(*) FROM scan", [], |row| row.get(0))?;
            tx.execute("DELETE FROM subject", [])?;
            vault.renew(tx)?;
            Ok(scans)
        })?;
        // The file shrinks if nobody is reading; the scans are erased either way.
        let _ = self.with_writer(|connection| Ok(connection.execute_batch("VACUUM")?));
        Ok(Erased {
            log_emptied: self.with_writer(|connection| Ok(empty_log(connection)))?,
            ..erased
        })
    }

    fn erase(&self, work: impl FnOnce(&Transaction<'_>, &Vault) -> Result<u64>) -> Result<Erased> {
        let scans = self.write(|tx, vault| {
            let scans = work(tx, vault)?;
            tx.execute(
                "DELETE FROM pack WHERE NOT EXISTS
                     (SELECT 1 FROM embedding WHERE embedding.pack_id = pack.id)",
                [],
            )?;
            tx.execute("UPDATE vault SET erasures = erasures + 1", [])?;
            Ok(scans)
        })?;
        self.forget_embeddings();
        Ok(Erased {
            scans,
            log_emptied: self.with_writer(|connection| Ok(empty_log(connection)))?,
        })
    }
}

/// Removes a lesion without scans: its name must not outlive them.
pub(crate) fn prune_lesion(tx: &Transaction<'_>, id: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM lesion WHERE id = ?1
         AND NOT EXISTS (SELECT 1 FROM scan WHERE lesion_id = ?1)",
        [id],
    )?;
    Ok(())
}

fn prune_site(tx: &Transaction<'_>, id: i64) -> Result<()> {
    let subject: i64 = tx.query_row("SELECT subject_id FROM site WHERE id = ?1", [id], |row| row.get(0))?;
    tx.execute(
        "DELETE FROM site WHERE id = ?1
         AND NOT EXISTS (SELECT 1 FROM scan WHERE site_id = ?1)",
        [id],
    )?;
    prune_subject(tx, subject)
}

fn prune_subject(tx: &Transaction<'_>, id: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM subject WHERE id = ?1
         AND NOT EXISTS (SELECT 1 FROM site WHERE subject_id = ?1)",
        [id],
    )?;
    Ok(())
}

fn count(db: &Connection, sql: &str, parent: i64) -> Result<u64> {
    Ok(db.query_row(sql, [parent], |row| row.get(0))?)
}

/// Moves the log into the file and truncates it. False when a reader or a full disk prevents
/// that: the change before it is committed all the same, so this is no error.
pub(crate) fn empty_log(connection: &Connection) -> bool {
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .is_ok_and(|busy: bool| !busy)
}
