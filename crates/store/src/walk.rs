//! Reading a whole history, scan by scan.

use rusqlite::Connection;

use crate::{
    Assignment, Error, Raster, Result, Scan, Store, assign, read,
    scan::RasterKind,
    vault::{SubjectKeys, Vault},
};

/// A scan on a walk, with access to what is stored beside it.
pub struct Visited<'a> {
    scan: &'a Scan,
    db: &'a Connection,
    keys: &'a SubjectKeys,
}

impl Visited<'_> {
    /// The scan.
    pub fn scan(&self) -> &Scan {
        self.scan
    }

    /// As [`Store::raster`].
    ///
    /// # Errors
    /// As [`Store::raster`].
    pub fn raster(&self, kind: RasterKind) -> Result<Option<Raster>> {
        read::raster(self.db, self.keys, self.scan.id.0, kind)
    }

    /// As [`Store::picture`].
    ///
    /// # Errors
    /// As [`Store::picture`].
    pub fn picture(&self) -> Result<Option<Vec<u8>>> {
        read::picture(self.db, self.keys, self.scan.id.0)
    }

    /// As [`Store::assignments`].
    ///
    /// # Errors
    /// As [`Store::assignments`].
    pub fn assignments(&self) -> Result<Vec<Assignment>> {
        assign::list(self.db, self.keys, self.scan.id)
    }
}

impl Store {
    /// Hands every scan to `visit`, of one subject or of all, by subject, site and time; gives their number. What `visit`
    /// sees is one consistent snapshot; only one scan at a time is in memory. No scans when there is no such subject.
    ///
    /// # Errors
    /// The first error of `visit`, which ends the walk; [`Error::Corrupt`], [`Error::KeyChanged`], [`Error::Io`].
    pub fn walk<E: From<Error>>(
        &self,
        subject: Option<&str>,
        mut visit: impl FnMut(&Visited<'_>) -> std::result::Result<(), E>,
    ) -> std::result::Result<u64, E> {
        let mut stopped = None;
        let walked = self.read(|db, vault| {
            each_scan(db, vault, subject, |visited| {
                visit(visited).map_err(|error| {
                    stopped = Some(error);
                    Error::corrupt("stopped")
                })
            })
        });
        match stopped {
            Some(error) => Err(error),
            None => Ok(walked?),
        }
    }
}

fn each_scan(
    db: &Connection,
    vault: &Vault,
    subject: Option<&str>,
    mut visit: impl FnMut(&Visited<'_>) -> Result<()>,
) -> Result<u64> {
    let mut scans = 0;
    let subjects = match subject {
        Some(name) => vault.find_subject(db, name)?.map(|keys| keys.id).into_iter().collect(),
        None => read::subject_rows(db)?,
    };
    for id in subjects {
        let keys = vault.subject(db, id)?;
        let subject = read::subject_name(db, &keys)?;
        for (site, _) in read::names(db, &keys, "site", read::SITES_OF, id)? {
            read::each(db, read::SCANS_OF_SITE, site, |sealed| {
                scans += 1;
                visit(&Visited {
                    scan: &sealed.open(&keys, &subject)?,
                    db,
                    keys: &keys,
                })
            })?;
        }
    }
    Ok(scans)
}
