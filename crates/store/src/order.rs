//! The order of a site's scans in time, kept as plain numbers so that the times can be sealed.

use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::{Error, Result, read, seal::Bound, vault::SubjectKeys};

/// Room left between neighbours for scans that are added later but were taken earlier.
const STEP: i64 = 1 << 20;

/// The position at which a scan taken at `taken_at` belongs: after all that are not later.
///
/// Appending costs one look at the last scan; anything else is a bisection over positions.
pub(crate) fn position(tx: &Transaction<'_>, keys: &SubjectKeys, site: i64, taken_at: i64) -> Result<i64> {
    let Some(last) = probe(tx, keys, LAST, site, i64::MIN, i64::MAX)? else {
        return Ok(0);
    };
    if last.taken_at <= taken_at {
        return Ok(last.position.saturating_add(STEP));
    }
    let Some(first) = probe(tx, keys, FIRST, site, i64::MIN, i64::MAX)? else {
        return Err(Error::corrupt("an index of scans is incomplete"));
    };
    if taken_at < first.taken_at {
        return Ok(first.position.saturating_sub(STEP));
    }
    // Everything at or before `low` is not later than the new scan, everything from `high` on is.
    let (mut low, mut high) = (first.position, last.position);
    loop {
        let middle = low + (high - low) / 2;
        let found = match probe(tx, keys, FIRST, site, middle, high)? {
            Some(found) => Some(found),
            None => probe(tx, keys, LAST, site, low, middle.saturating_add(1))?,
        };
        match found {
            Some(scan) if scan.taken_at <= taken_at => low = scan.position,
            Some(scan) => high = scan.position,
            None if high - low >= 2 => return Ok(low + (high - low) / 2),
            None => {
                spread(tx, site)?;
                return position(tx, keys, site, taken_at);
            }
        }
    }
}

const FIRST: &str = "SELECT id, position, record, uid, lesion_id FROM scan
    WHERE site_id = ?1 AND position > ?2 AND position < ?3 ORDER BY position LIMIT 1";
const LAST: &str = "SELECT id, position, record, uid, lesion_id FROM scan
    WHERE site_id = ?1 AND position > ?2 AND position < ?3 ORDER BY position DESC LIMIT 1";

struct Probe {
    position: i64,
    taken_at: i64,
}

fn probe(
    connection: &Connection,
    keys: &SubjectKeys,
    sql: &str,
    site: i64,
    after: i64,
    before: i64,
) -> Result<Option<Probe>> {
    let row = connection
        .prepare_cached(sql)?
        .query_row((site, after, before), |row| {
            let bound = Bound {
                uid: row.get(3)?,
                site,
                lesion: row.get(4)?,
            };
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, Vec<u8>>(2)?,
                bound,
            ))
        })
        .optional()?;
    let Some((id, position, stored, bound)) = row else {
        return Ok(None);
    };
    let record = read::open_record(keys, id, bound, &stored)?;
    Ok(Some(Probe {
        position,
        taken_at: record.taken_at,
    }))
}

/// Gives the scans of a site new positions with full room between them.
fn spread(tx: &Transaction<'_>, site: i64) -> Result<()> {
    tx.execute(
        "UPDATE scan SET position = ranked.place * ?2
         FROM (SELECT id, row_number() OVER (ORDER BY position, id) AS place
               FROM scan WHERE site_id = ?1) AS ranked
         WHERE scan.id = ranked.id",
        (site, STEP),
    )?;
    Ok(())
}
