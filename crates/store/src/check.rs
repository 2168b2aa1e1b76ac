//! Checking that a history is whole.

use rusqlite::Connection;
use serde::Serialize;

use crate::{
    Result, Store, assign, read,
    scan::{RasterKind, ScanId},
    vault::Vault,
};

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Check {
    /// Scans looked at.
    pub scans: u64,
    /// What is wrong, without any personal data; empty when all is well. At most 100 lines.
    pub problems: Vec<String>,
}

impl Check {
    /// True when nothing is wrong.
    pub fn is_ok(&self) -> bool {
        self.problems.is_empty()
    }

    fn note(&mut self, problem: String) {
        if self.problems.len() < 100 {
            self.problems.push(problem);
        }
    }

    /// Notes an error; gives the value otherwise.
    fn keep<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.note(error.to_string())).ok()
    }
}

impl Store {
    /// Checks pages and indexes (SQLite's integrity check), foreign keys, and that every sealed
    /// value opens, parses and is found by its look-up key. Reads everything, changes nothing.
    ///
    /// # Errors
    /// Only what keeps the check from being made; what it finds is in the result.
    pub fn check(&self) -> Result<Check> {
        self.read(check)
    }
}

pub(crate) fn check(db: &Connection, vault: &Vault) -> Result<Check> {
    let mut check = Check::default();
    // Damage can make SQLite refuse the check itself: that is a finding, too.
    let result = pages(db, &mut check).and_then(|()| values(db, vault, &mut check));
    check.keep(result);
    Ok(check)
}

fn pages(db: &Connection, check: &mut Check) -> Result<()> {
    let mut statement = db.prepare("PRAGMA integrity_check(100)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            check.note(line);
        }
    }
    let mut statement = db.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, id, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let id = id.map_or_else(String::new, |id| id.to_string());
        check.note(format!("row {id} of {table} has no row in {parent}"));
    }
    Ok(())
}

fn values(db: &Connection, vault: &Vault, check: &mut Check) -> Result<()> {
    for id in read::subject_rows(db)? {
        let found = vault
            .subject(db, id)
            .and_then(|keys| Ok((read::subject_name(db, &keys)?, keys)));
        let Some((subject, keys)) = check.keep(found) else {
            continue;
        };
        if vault.find_subject(db, &subject)?.map(|found| found.id) != Some(id) {
            check.note(format!("subject {id} is not found by its look-up key"));
        }
        let sites = read::names(db, &keys, "site", read::SITES_OF, id);
        for (site, name) in check.keep(sites).unwrap_or_default() {
            let found = read::find_site(db, vault, &subject, &name)?;
            if found.map(|(_, id)| id) != Some(site) {
                check.note(format!("site {site} is not found by its look-up key"));
            }
            let lesions = read::names(db, &keys, "lesion", read::LESIONS_OF, site);
            for (lesion, lesion_name) in check.keep(lesions).unwrap_or_default() {
                let found = read::find_lesion(db, vault, &subject, &name, &lesion_name)?;
                if found.map(|(_, _, id)| id) != Some(lesion) {
                    check.note(format!("lesion {lesion} is not found by its look-up key"));
                }
            }
            let mut last = i64::MIN;
            read::each(db, read::SCANS_OF_SITE, site, |sealed| {
                check.scans += 1;
                let id = sealed.id();
                if let Some(scan) = check.keep(sealed.open(&keys, &subject)) {
                    if scan.taken_at < last {
                        check.note(format!("scan {id} is out of order"));
                    }
                    last = scan.taken_at;
                }
                for kind in [RasterKind::Heatmap, RasterKind::Mask] {
                    check.keep(read::raster(db, &keys, id, kind));
                }
                check.keep(read::picture(db, &keys, id));
                check.keep(assign::list(db, &keys, ScanId(id)));
                Ok(())
            })?;
        }
    }
    let scans: u64 = db.query_row("SELECT count(*) FROM scan", [], |row| row.get(0))?;
    if scans != check.scans {
        check.note(format!(
            "{} of {scans} scans can't be reached",
            scans.abs_diff(check.scans)
        ));
    }
    Ok(())
}
