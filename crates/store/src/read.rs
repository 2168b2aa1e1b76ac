//! Reading the history.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use crate::{
    Error, Result, Store,
    add::to_json,
    key::hex,
    name,
    scan::{FirstFinding, FirstRecord, Payload, Raster, RasterKind, Record, Scan, ScanId, embedding_from_bytes},
    seal::{Bound, Cell},
    vault::{SubjectKeys, Vault},
};

/// A site of a subject, with what is known there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Site {
    /// Whose skin it is.
    pub subject: String,
    /// Where on the body.
    pub site: String,
    /// Names of the lesions told apart there, in the order they were first seen.
    pub lesions: Vec<String>,
    /// Number of scans.
    pub scans: u64,
    /// When the last one was taken, milliseconds since 1970-01-01 UTC; `None` without scans.
    pub latest: Option<i64>,
}

/// When a scan was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScanTime {
    /// Which scan.
    pub id: ScanId,
    /// Number of its site: the same for all scans of one.
    pub site: i64,
    /// Number of its lesion: the same for all scans of one.
    pub lesion: Option<i64>,
    /// Milliseconds since 1970-01-01 UTC.
    pub taken_at: i64,
}

impl Store {
    /// Names of all subjects, in the order they were added.
    ///
    /// # Errors
    /// [`Error::Corrupt`], [`Error::KeyChanged`], [`Error::Io`].
    pub fn subjects(&self) -> Result<Vec<String>> {
        self.read(|db, vault| {
            subject_rows(db)?
                .into_iter()
                .map(|id| subject_name(db, &vault.subject(db, id)?))
                .collect()
        })
    }

    /// All sites of all subjects, in the order they were added.
    ///
    /// # Errors
    /// As [`Store::subjects`].
    pub fn sites(&self) -> Result<Vec<Site>> {
        self.read(|db, vault| {
            let mut sites = Vec::new();
            for id in subject_rows(db)? {
                let keys = vault.subject(db, id)?;
                let subject = subject_name(db, &keys)?;
                for (site, name) in names(db, &keys, "site", SITES_OF, keys.id)? {
                    let scans = db
                        .prepare_cached("SELECT count(*) FROM scan WHERE site_id = ?1")?
                        .query_row([site], |row| row.get(0))?;
                    let latest = one(db, &keys, &subject, LATEST_OF_SITE, site)?;
                    let lesions = names(db, &keys, "lesion", LESIONS_OF, site)?;
                    sites.push(Site {
                        subject: subject.clone(),
                        site: name,
                        lesions: only_names(lesions),
                        scans,
                        latest: latest.map(|scan| scan.taken_at),
                    });
                }
            }
            Ok(sites)
        })
    }

    /// Names of one subject's sites, in the order they were added; none when there is no such subject.
    ///
    /// # Errors
    /// As [`Store::subjects`].
    pub fn site_names(&self, subject: &str) -> Result<Vec<String>> {
        self.read(|db, vault| match vault.find_subject(db, subject)? {
            Some(keys) => Ok(only_names(names(db, &keys, "site", SITES_OF, keys.id)?)),
            None => Ok(Vec::new()),
        })
    }

    /// Names of the lesions told apart at a site, in the order they were first seen; none when there is no such site.
    ///
    /// # Errors
    /// As [`Store::subjects`].
    pub fn lesion_names(&self, subject: &str, site: &str) -> Result<Vec<String>> {
        self.read(|db, vault| match find_site(db, vault, subject, site)? {
            Some((keys, site)) => Ok(only_names(names(db, &keys, "lesion", LESIONS_OF, site)?)),
            None => Ok(Vec::new()),
        })
    }

    /// When each scan of a subject was taken, by site and time: what it costs is one small value a scan.
    ///
    /// # Errors
    /// As [`Store::subjects`].
    pub fn times(&self, subject: &str) -> Result<Vec<ScanTime>> {
        self.read(|db, vault| {
            let Some(keys) = vault.find_subject(db, subject)? else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(
                "SELECT scan.id, scan.uid, scan.site_id, scan.lesion_id, scan.record
                 FROM scan JOIN site ON site.id = scan.site_id
                 WHERE site.subject_id = ?1 ORDER BY scan.site_id, scan.position, scan.id",
            )?;
            let mut rows = statement.query([keys.id])?;
            let mut times = Vec::new();
            while let Some(row) = rows.next()? {
                let id = row.get(0)?;
                let bound = Bound {
                    uid: row.get(1)?,
                    site: row.get(2)?,
                    lesion: row.get(3)?,
                };
                let record: Record = open_record(&keys, id, bound, &row.get::<_, Vec<u8>>(4)?)?;
                times.push(ScanTime {
                    id: ScanId(id),
                    site: bound.site,
                    lesion: bound.lesion,
                    taken_at: record.taken_at,
                });
            }
            Ok(times)
        })
    }

    /// All scans of a site, oldest first; none when there is no such subject or site.
    ///
    /// # Errors
    /// As [`Store::subjects`].
    pub fn scans(&self, subject: &str, site: &str) -> Result<Vec<Scan>> {
        self.read(|db, vault| {
            let Some((keys, site)) = find_site(db, vault, subject, site)? else {
                return Ok(Vec::new());
            };
            many(db, &keys, subject, SCANS_OF_SITE, site)
        })
    }

    /// All scans of one lesion, oldest first; none when there is no such lesion.
    ///
    /// # Errors
    /// As [`Store::subjects`].
    pub fn lesion_scans(&self, subject: &str, site: &str, lesion: &str) -> Result<Vec<Scan>> {
        self.read(|db, vault| {
            let Some((keys, _, lesion)) = find_lesion(db, vault, subject, site, lesion)? else {
                return Ok(Vec::new());
            };
            many(db, &keys, subject, SCANS_OF_LESION, lesion)
        })
    }

    /// The scan of a site that was taken last, whatever the order of adding.
    ///
    /// # Errors
    /// As [`Store::subjects`].
    pub fn latest(&self, subject: &str, site: &str) -> Result<Option<Scan>> {
        self.read(|db, vault| match find_site(db, vault, subject, site)? {
            Some((keys, site)) => one(db, &keys, subject, LATEST_OF_SITE, site),
            None => Ok(None),
        })
    }

    /// The scan of a lesion that was taken last, whatever the order of adding.
    ///
    /// # Errors
    /// As [`Store::subjects`].
    pub fn latest_of_lesion(&self, subject: &str, site: &str, lesion: &str) -> Result<Option<Scan>> {
        self.read(|db, vault| match find_lesion(db, vault, subject, site, lesion)? {
            Some((keys, _, lesion)) => one(db, &keys, subject, LATEST_OF_LESION, lesion),
            None => Ok(None),
        })
    }

    /// One scan by its number.
    ///
    /// # Errors
    /// [`Error::UnknownScan`], and as [`Store::subjects`].
    pub fn scan(&self, id: ScanId) -> Result<Scan> {
        self.read(|db, vault| {
            let keys = keys_of_scan(db, vault, id)?;
            let subject = subject_name(db, &keys)?;
            one(db, &keys, &subject, SCAN_BY_ID, id.0)?.ok_or(Error::UnknownScan { id: id.0 })
        })
    }

    /// A raster of a scan, if it was stored.
    ///
    /// # Errors
    /// As [`Store::scan`].
    pub fn raster(&self, id: ScanId, kind: RasterKind) -> Result<Option<Raster>> {
        self.read(|db, vault| {
            let keys = keys_of_scan(db, vault, id)?;
            raster(db, &keys, id.0, kind)
        })
    }

    /// The picture of a scan, if it was stored.
    ///
    /// # Errors
    /// As [`Store::scan`].
    pub fn picture(&self, id: ScanId) -> Result<Option<Vec<u8>>> {
        self.read(|db, vault| {
            let keys = keys_of_scan(db, vault, id)?;
            picture(db, &keys, id.0)
        })
    }
}

pub(crate) const SITES_OF: &str = "SELECT id, name FROM site WHERE subject_id = ?1 ORDER BY id";
pub(crate) const LESIONS_OF: &str = "SELECT id, name FROM lesion WHERE site_id = ?1 ORDER BY id";

macro_rules! select_scans {
    ($rest:literal) => {
        concat!(
            "SELECT scan.id, scan.uid, scan.record, payload.value, embedding.value,
                    site.id, site.name, lesion.id, lesion.name
             FROM scan
             JOIN payload ON payload.scan_id = scan.id
             JOIN site ON site.id = scan.site_id
             LEFT JOIN embedding ON embedding.scan_id = scan.id
             LEFT JOIN lesion ON lesion.id = scan.lesion_id
             WHERE ",
            $rest
        )
    };
}

const SCAN_BY_ID: &str = select_scans!("scan.id = ?1");
pub(crate) const SCANS_OF_SITE: &str = select_scans!("scan.site_id = ?1 ORDER BY scan.position, scan.id");
const SCANS_OF_LESION: &str = select_scans!("scan.lesion_id = ?1 ORDER BY scan.position, scan.id");
const LATEST_OF_SITE: &str = select_scans!("scan.site_id = ?1 ORDER BY scan.position DESC, scan.id DESC LIMIT 1");
const LATEST_OF_LESION: &str = select_scans!("scan.lesion_id = ?1 ORDER BY scan.position DESC, scan.id DESC LIMIT 1");

/// A row of [`select_scans`], still sealed.
pub(crate) struct Sealed {
    id: i64,
    uid: [u8; 16],
    record: Vec<u8>,
    payload: Vec<u8>,
    embedding: Option<Vec<u8>>,
    site: (i64, Vec<u8>),
    lesion: Option<(i64, Vec<u8>)>,
}

impl Sealed {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let lesion = row.get::<_, Option<i64>>(7)?.zip(row.get(8)?);
        Ok(Self {
            id: row.get(0)?,
            uid: row.get(1)?,
            record: row.get(2)?,
            payload: row.get(3)?,
            embedding: row.get(4)?,
            site: (row.get(5)?, row.get(6)?),
            lesion,
        })
    }

    pub fn id(&self) -> i64 {
        self.id
    }

    pub fn open(&self, keys: &SubjectKeys, subject: &str) -> Result<Scan> {
        let open = |table, column, stored: &[u8]| keys.values.open(Cell::new(table, self.id, column), stored);
        let bound = Bound {
            uid: self.uid,
            site: self.site.0,
            lesion: self.lesion.as_ref().map(|(id, _)| *id),
        };
        let opened = keys.values.open(Cell::record(self.id, bound), &self.record)?;
        let record: Record = from_json("record", self.id, &opened)?;
        let (payload, has_embedding) = match record.payload {
            Some(version) => {
                let bytes = open("payload", "value", &self.payload)?.to_vec();
                (Payload { version, bytes }, record.has_embedding)
            }
            // The first schemas had these fields in the record, and a table `finding` in place of `payload`.
            None => {
                let first: FirstRecord = from_json("record", self.id, &opened)?;
                let finding: FirstFinding = from_json("finding", self.id, &open("finding", "value", &self.payload)?)?;
                let has_embedding = finding.has_embedding;
                let payload = Payload {
                    version: Payload::OF_FIRST_SCHEMAS,
                    bytes: to_json(&first.with(finding))?,
                };
                (payload, has_embedding)
            }
        };
        let embedding = match &self.embedding {
            Some(stored) => Some(embedding_from_bytes(&open("embedding", "value", stored)?)?),
            None if has_embedding == Some(true) => {
                return Err(Error::corrupt(format!("the embedding of scan {} is gone", self.id)));
            }
            None => None,
        };
        let lesion = match &self.lesion {
            Some((id, stored)) => Some(open_name(keys, "lesion", *id, stored)?),
            None => None,
        };
        Ok(Scan {
            id: ScanId(self.id),
            uid: hex(&self.uid),
            subject: subject.to_owned(),
            site: open_name(keys, "site", self.site.0, &self.site.1)?,
            lesion,
            taken_at: record.taken_at,
            pack_id: record.pack_id,
            pack_version: record.pack_version,
            embedding,
            payload,
        })
    }
}

fn one(db: &Connection, keys: &SubjectKeys, subject: &str, sql: &str, parent: i64) -> Result<Option<Scan>> {
    db.prepare_cached(sql)?
        .query_row([parent], Sealed::from_row)
        .optional()?
        .map(|sealed| sealed.open(keys, subject))
        .transpose()
}

fn many(db: &Connection, keys: &SubjectKeys, subject: &str, sql: &str, parent: i64) -> Result<Vec<Scan>> {
    let mut scans: Vec<Scan> = Vec::new();
    each(db, sql, parent, |sealed| {
        let scan = sealed.open(keys, subject)?;
        // The order is kept in clear; the times are not, and have the last word.
        if scans.last().is_some_and(|last| last.taken_at > scan.taken_at) {
            return Err(Error::corrupt(format!("scan {} is out of order", scan.id)));
        }
        scans.push(scan);
        Ok(())
    })?;
    Ok(scans)
}

/// Hands one scan after the other to `work`, still sealed.
pub(crate) fn each(db: &Connection, sql: &str, parent: i64, mut work: impl FnMut(&Sealed) -> Result<()>) -> Result<()> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([parent])?;
    while let Some(row) = rows.next()? {
        work(&Sealed::from_row(row)?)?;
    }
    Ok(())
}

pub(crate) fn raster(db: &Connection, keys: &SubjectKeys, id: i64, kind: RasterKind) -> Result<Option<Raster>> {
    let stored: Option<Vec<u8>> = db
        .prepare_cached("SELECT value FROM raster WHERE scan_id = ?1 AND kind = ?2")?
        .query_row((id, kind.code()), |row| row.get(0))
        .optional()?;
    stored
        .map(|stored| {
            let opened = keys.values.open(Cell::new("raster", id, kind.name()), &stored)?;
            Raster::from_bytes(&opened, kind)
        })
        .transpose()
}

pub(crate) fn picture(db: &Connection, keys: &SubjectKeys, id: i64) -> Result<Option<Vec<u8>>> {
    let stored: Option<Vec<u8>> = db
        .prepare_cached("SELECT value FROM picture WHERE scan_id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    stored
        .map(|stored| Ok(keys.values.open(Cell::new("picture", id, "value"), &stored)?.to_vec()))
        .transpose()
}

pub(crate) fn subject_rows(db: &Connection) -> Result<Vec<i64>> {
    let mut statement = db.prepare_cached("SELECT id FROM subject ORDER BY id")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(crate) fn subject_name(db: &Connection, keys: &SubjectKeys) -> Result<String> {
    let stored: Vec<u8> = db
        .prepare_cached("SELECT name FROM subject WHERE id = ?1")?
        .query_row([keys.id], |row| row.get(0))?;
    open_name(keys, "subject", keys.id, &stored)
}

/// Rows and names of a subject's sites, or of a site's lesions.
pub(crate) fn names(
    db: &Connection,
    keys: &SubjectKeys,
    table: &'static str,
    sql: &str,
    parent: i64,
) -> Result<Vec<(i64, String)>> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([parent], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    rows.map(|row| {
        let (id, stored) = row?;
        Ok((id, open_name(keys, table, id, &stored)?))
    })
    .collect()
}

pub(crate) fn find_site(
    db: &Connection,
    vault: &Vault,
    subject: &str,
    site: &str,
) -> Result<Option<(SubjectKeys, i64)>> {
    let Some(keys) = vault.find_subject(db, subject)? else {
        return Ok(None);
    };
    let found = site_row(db, &keys, site)?;
    Ok(found.map(|id| (keys, id)))
}

/// The row of a subject's site.
pub(crate) fn site_row(db: &Connection, keys: &SubjectKeys, site: &str) -> Result<Option<i64>> {
    let mut statement = db.prepare_cached("SELECT id FROM site WHERE subject_id = ?1 AND lookup = ?2")?;
    for name in name::forms(site) {
        let lookup = keys.lookup("site", keys.id, &name);
        let found = statement.query_row((keys.id, lookup), |row| row.get(0)).optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The row of a site's lesion.
pub(crate) fn lesion_row(db: &Connection, keys: &SubjectKeys, site: i64, lesion: &str) -> Result<Option<i64>> {
    let mut statement = db.prepare_cached("SELECT id FROM lesion WHERE site_id = ?1 AND lookup = ?2")?;
    for name in name::forms(lesion) {
        let lookup = keys.lookup("lesion", site, &name);
        let found = statement.query_row((site, lookup), |row| row.get(0)).optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The subject's keys, the site's row and the lesion's row.
pub(crate) fn find_lesion(
    db: &Connection,
    vault: &Vault,
    subject: &str,
    site: &str,
    lesion: &str,
) -> Result<Option<(SubjectKeys, i64, i64)>> {
    let Some((keys, site)) = find_site(db, vault, subject, site)? else {
        return Ok(None);
    };
    let found = lesion_row(db, &keys, site, lesion)?;
    Ok(found.map(|id| (keys, site, id)))
}

fn only_names(rows: Vec<(i64, String)>) -> Vec<String> {
    rows.into_iter().map(|(_, name)| name).collect()
}

/// The record of a scan.
pub(crate) fn open_record(keys: &SubjectKeys, id: i64, bound: Bound, stored: &[u8]) -> Result<Record> {
    from_json("record", id, &keys.values.open(Cell::record(id, bound), stored)?)
}

pub(crate) fn keys_of_scan(db: &Connection, vault: &Vault, id: ScanId) -> Result<SubjectKeys> {
    let subject = db
        .prepare_cached(
            "SELECT site.subject_id FROM scan JOIN site ON site.id = scan.site_id
             WHERE scan.id = ?1",
        )?
        .query_row([id.0], |row| row.get(0))
        .optional()?
        .ok_or(Error::UnknownScan { id: id.0 })?;
    vault.subject(db, subject)
}

pub(crate) fn open_name(keys: &SubjectKeys, table: &'static str, id: i64, stored: &[u8]) -> Result<String> {
    let opened = keys.values.open(Cell::new(table, id, "name"), stored)?;
    String::from_utf8(opened.to_vec()).map_err(|_| Error::corrupt(format!("the name of {table} {id} is not UTF-8")))
}

pub(crate) fn from_json<T: serde::de::DeserializeOwned>(what: &str, id: i64, json: &[u8]) -> Result<T> {
    serde_json::from_slice(json).map_err(|e| {
        // The category and place only: serde's own message can quote a value.
        Error::corrupt(format!(
            "the {what} of scan {id} is no valid JSON ({:?}, byte {})",
            e.classify(),
            e.column()
        ))
    })
}
