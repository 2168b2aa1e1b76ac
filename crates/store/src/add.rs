//! Adding scans.

use rusqlite::{OptionalExtension, Transaction};

use crate::{
    Error, Name, Result, Store,
    key::fill_random,
    order, read,
    scan::{NewScan, RasterKind, Record, ScanId, bad, embedding_to_bytes},
    seal::{Bound, Cell},
    vault::{SubjectKeys, Vault, next_id},
};

impl Store {
    /// Adds a scan. When this returns, the scan is on the disk.
    ///
    /// # Errors
    /// [`Error::BadValue`] when a field is out of its range; [`Error::Busy`],
    /// [`Error::DiskFull`], [`Error::KeyChanged`] and the like. The scan is stored whole or not at all.
    pub fn add(&self, scan: &NewScan) -> Result<ScanId> {
        scan.check()?;
        self.write(|tx, vault| insert(tx, vault, scan, new_uid()?))
    }

    /// Adds many scans in one transaction: all of them or, on an error, none.
    ///
    /// # Errors
    /// As [`Store::add`].
    pub fn add_all(&self, scans: &[NewScan]) -> Result<Vec<ScanId>> {
        for scan in scans {
            scan.check()?;
        }
        self.write(|tx, vault| scans.iter().map(|scan| insert(tx, vault, scan, new_uid()?)).collect())
    }
}

/// Writes a checked scan.
pub(crate) fn insert(tx: &Transaction<'_>, vault: &Vault, scan: &NewScan, uid: [u8; 16]) -> Result<ScanId> {
    let keys = vault.find_or_add_subject(tx, &scan.subject)?;
    let site = find_or_add_site(tx, &keys, &scan.site)?;
    let lesion = match &scan.lesion {
        Some(name) => Some(find_or_add_lesion(tx, &keys, site, name)?),
        None => None,
    };
    let position = order::position(tx, &keys, site, scan.taken_at)?;
    let id = next_id(tx, "scan")?;
    let seal = |table, column, value: &[u8]| keys.values.seal(Cell::new(table, id, column), value);

    let bound = Bound { uid, site, lesion };
    let record = to_json(&Record {
        taken_at: scan.taken_at,
        pack_id: scan.pack_id.clone(),
        pack_version: scan.pack_version.clone(),
        has_embedding: Some(scan.embedding.is_some()),
        payload: Some(scan.payload.version),
    })?;
    tx.prepare_cached(
        "INSERT INTO scan (id, uid, site_id, lesion_id, position, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((
        id,
        uid,
        site,
        lesion,
        position,
        keys.values.seal(Cell::record(id, bound), &record)?,
    ))?;

    tx.prepare_cached("INSERT INTO payload (scan_id, value) VALUES (?1, ?2)")?
        .execute((id, seal("payload", "value", &scan.payload.bytes)?))?;

    if let Some(embedding) = &scan.embedding {
        let pack = find_or_add_pack(tx, vault, scan, embedding.len())?;
        let value = seal("embedding", "value", &embedding_to_bytes(embedding))?;
        tx.prepare_cached("INSERT INTO embedding (scan_id, pack_id, value) VALUES (?1, ?2, ?3)")?
            .execute((id, pack, value))?;
    }
    for (kind, raster) in [(RasterKind::Heatmap, &scan.heatmap), (RasterKind::Mask, &scan.mask)] {
        if let Some(raster) = raster {
            let value = seal("raster", kind.name(), &raster.to_bytes())?;
            tx.prepare_cached("INSERT INTO raster (scan_id, kind, value) VALUES (?1, ?2, ?3)")?
                .execute((id, kind.code(), value))?;
        }
    }
    if let Some(picture) = &scan.picture {
        tx.prepare_cached("INSERT INTO picture (scan_id, value) VALUES (?1, ?2)")?
            .execute((id, seal("picture", "value", picture)?))?;
    }
    Ok(ScanId(id))
}

pub(crate) fn new_uid() -> Result<[u8; 16]> {
    let mut uid = [0; 16];
    fill_random(&mut uid)?;
    Ok(uid)
}

fn find_or_add_site(tx: &Transaction<'_>, keys: &SubjectKeys, name: &str) -> Result<i64> {
    if let Some(id) = read::site_row(tx, keys, name)? {
        return Ok(id);
    }
    let name = Name::new("site", name)?;
    let id = next_id(tx, "site")?;
    let sealed = keys
        .values
        .seal(Cell::new("site", id, "name"), name.as_str().as_bytes())?;
    tx.execute(
        "INSERT INTO site (id, subject_id, lookup, name) VALUES (?1, ?2, ?3, ?4)",
        (id, keys.id, keys.lookup("site", keys.id, name.as_str()), sealed),
    )?;
    Ok(id)
}

pub(crate) fn find_or_add_lesion(tx: &Transaction<'_>, keys: &SubjectKeys, site: i64, name: &str) -> Result<i64> {
    if let Some(id) = read::lesion_row(tx, keys, site, name)? {
        return Ok(id);
    }
    let name = Name::new("lesion", name)?;
    let id = next_id(tx, "lesion")?;
    let sealed = keys
        .values
        .seal(Cell::new("lesion", id, "name"), name.as_str().as_bytes())?;
    tx.execute(
        "INSERT INTO lesion (id, site_id, lookup, name) VALUES (?1, ?2, ?3, ?4)",
        (id, site, keys.lookup("lesion", site, name.as_str()), sealed),
    )?;
    Ok(id)
}

fn find_or_add_pack(tx: &Transaction<'_>, vault: &Vault, scan: &NewScan, length: usize) -> Result<i64> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let lookup = vault.pack_lookup(&scan.pack_id, &scan.pack_version);
    let found = tx
        .prepare_cached("SELECT id, length FROM pack WHERE lookup = ?1")?
        .query_row([lookup], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
        .optional()?;
    match found {
        Some((id, known)) if known == length => Ok(id),
        Some((_, known)) => Err(bad(
            "embedding",
            &format!("{length} values, but this pack's have {known}"),
        )),
        None => {
            let id = next_id(tx, "pack")?;
            tx.execute(
                "INSERT INTO pack (id, lookup, length) VALUES (?1, ?2, ?3)",
                (id, lookup, length),
            )?;
            Ok(id)
        }
    }
}

pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|e| Error::BadValue {
        field: "scan",
        detail: e.to_string(),
    })
}
