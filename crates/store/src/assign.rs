//! Putting a scan to a lesion after the fact, with the reasons kept.

use rusqlite::{Connection, OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Error, Name, Result, Store, add,
    erase::prune_lesion,
    read,
    scan::ScanId,
    seal::{Bound, Cell},
    vault::{SubjectKeys, next_id},
};

/// A decision to which lesion a scan belongs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Assignment {
    /// When it was decided: milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Lesion before.
    pub from: Option<String>,
    /// Lesion after.
    pub to: Option<String>,
    /// Why, as the host serialises it (the matching's costs, or who overrode it).
    pub evidence: Value,
}

impl Assignment {
    /// A decision that another history had.
    pub fn new(at: i64, from: Option<String>, to: Option<String>, evidence: Value) -> Self {
        Self { at, from, to, evidence }
    }
}

impl Store {
    /// Puts a scan to a lesion of its site (`None`: to no lesion) and keeps the evidence.
    /// A lesion that has no scans left is removed.
    ///
    /// # Errors
    /// [`Error::UnknownScan`], [`Error::BadValue`] for a bad name, and as [`Store::add`].
    pub fn assign(&self, id: ScanId, lesion: Option<&str>, at: i64, evidence: &Value) -> Result<()> {
        if let Some(name) = lesion {
            Name::new("lesion", name)?;
        }
        self.write(|tx, vault| {
            let keys = read::keys_of_scan(tx, vault, id)?;
            let (old, stored) = tx
                .prepare_cached("SELECT uid, site_id, lesion_id, record FROM scan WHERE id = ?1")?
                .query_row([id.0], |row| {
                    let bound = Bound {
                        uid: row.get(0)?,
                        site: row.get(1)?,
                        lesion: row.get(2)?,
                    };
                    Ok((bound, row.get::<_, Vec<u8>>(3)?))
                })?;
            let record = keys.values.open(Cell::record(id.0, old), &stored)?;
            let from = match old.lesion {
                Some(old) => Some(lesion_name(tx, &keys, old)?),
                None => None,
            };
            let lesion_id = match lesion {
                Some(name) => Some(add::find_or_add_lesion(tx, &keys, old.site, name)?),
                None => None,
            };
            let new = Bound {
                lesion: lesion_id,
                ..old
            };
            tx.execute(
                "UPDATE scan SET lesion_id = ?2, record = ?3 WHERE id = ?1",
                (id.0, lesion_id, keys.values.seal(Cell::record(id.0, new), &record)?),
            )?;
            let assignment = Assignment {
                at,
                from,
                to: lesion_id.map(|id| lesion_name(tx, &keys, id)).transpose()?,
                evidence: evidence.clone(),
            };
            insert(tx, &keys, id, &assignment)?;
            match old.lesion {
                Some(old) => prune_lesion(tx, old),
                None => Ok(()),
            }
        })
    }

    /// All assignments of a scan after it was added, oldest first.
    ///
    /// # Errors
    /// [`Error::UnknownScan`], [`Error::Corrupt`], [`Error::Io`].
    pub fn assignments(&self, id: ScanId) -> Result<Vec<Assignment>> {
        self.read(|db, vault| list(db, &read::keys_of_scan(db, vault, id)?, id))
    }
}

pub(crate) fn insert(tx: &Transaction<'_>, keys: &SubjectKeys, scan: ScanId, assignment: &Assignment) -> Result<()> {
    let id = next_id(tx, "assignment")?;
    let value = keys
        .values
        .seal(Cell::new("assignment", id, "value"), &add::to_json(assignment)?)?;
    tx.prepare_cached("INSERT INTO assignment (id, scan_id, value) VALUES (?1, ?2, ?3)")?
        .execute((id, scan.0, value))?;
    Ok(())
}

pub(crate) fn list(db: &Connection, keys: &SubjectKeys, scan: ScanId) -> Result<Vec<Assignment>> {
    let mut statement = db.prepare_cached("SELECT id, value FROM assignment WHERE scan_id = ?1 ORDER BY id")?;
    let rows = statement.query_map([scan.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    rows.map(|row| {
        let (id, stored) = row?;
        let opened = keys.values.open(Cell::new("assignment", id, "value"), &stored)?;
        read::from_json("assignment", id, &opened)
    })
    .collect()
}

fn lesion_name(db: &Connection, keys: &SubjectKeys, id: i64) -> Result<String> {
    let stored: Vec<u8> = db
        .prepare_cached("SELECT name FROM lesion WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Error::corrupt("a scan's lesion is missing"))?;
    read::open_name(keys, "lesion", id, &stored)
}
