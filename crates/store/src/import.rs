//! Taking scans in that another history had.

use rusqlite::Transaction;
use serde::Serialize;

use crate::{Assignment, Error, NewScan, Result, Store, add, assign, vault::Vault};

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Imported {
    /// Scans that are new.
    pub added: u64,
    /// Scans that the history had already (by their `uid`), left as they are.
    pub known: u64,
}

/// An import under way: one transaction.
pub struct Import<'a> {
    tx: &'a Transaction<'a>,
    vault: &'a Vault,
    done: Imported,
}

impl Import<'_> {
    /// Whether the history has the scan of this `uid` already. It counts as [`Imported::known`] then.
    ///
    /// # Errors
    /// [`Error::BadExport`] for a `uid` that is not 32 hexadecimal digits.
    pub fn is_known(&mut self, uid: &str) -> Result<bool> {
        let known = self
            .tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM scan WHERE uid = ?1)")?
            .query_row([bytes(uid)?], |row| row.get(0))?;
        self.done.known += u64::from(known);
        Ok(known)
    }

    /// Adds a scan that [is not known](Import::is_known), under its own `uid` and with its assignments.
    ///
    /// # Errors
    /// As [`Store::add`]; [`Error::BadExport`] for a `uid` that is not 32 hexadecimal digits.
    pub fn add(&mut self, uid: &str, scan: &NewScan, assignments: &[Assignment]) -> Result<()> {
        let uid = bytes(uid)?;
        scan.check()?;
        let id = add::insert(self.tx, self.vault, scan, uid)?;
        if !assignments.is_empty() {
            let keys = self.vault.find_or_add_subject(self.tx, &scan.subject)?;
            for assignment in assignments {
                assign::insert(self.tx, &keys, id, assignment)?;
            }
        }
        self.done.added += 1;
        Ok(())
    }
}

impl Store {
    /// Runs an import in one transaction: all that `work` adds, or on an error nothing. Numbers
    /// ([`ScanId`](crate::ScanId)) are given anew.
    ///
    /// # Errors
    /// What `work` says; as [`Store::add`].
    pub fn import<E: From<Error>>(
        &self,
        work: impl FnOnce(&mut Import<'_>) -> std::result::Result<(), E>,
    ) -> std::result::Result<Imported, E> {
        let mut stopped = None;
        let imported = self.write(|tx, vault| {
            let mut import = Import {
                tx,
                vault,
                done: Imported::default(),
            };
            match work(&mut import) {
                Ok(()) => Ok(import.done),
                Err(error) => {
                    stopped = Some(error);
                    // Any error takes the transaction back.
                    Err(Error::corrupt("stopped"))
                }
            }
        });
        match stopped {
            Some(error) => Err(error),
            None => Ok(imported?),
        }
    }
}

fn bytes(uid: &str) -> Result<[u8; 16]> {
    let wrong = || Error::BadExport {
        detail: "a uid that is not 32 hexadecimal digits".to_owned(),
    };
    if uid.len() != 32 || !uid.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    u128::from_str_radix(uid, 16)
        .map(u128::to_be_bytes)
        .map_err(|_| wrong())
}
