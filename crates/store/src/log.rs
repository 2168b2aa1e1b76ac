//! SQLite's log (-wal), looked into before SQLite replays it: a log of another history would overwrite this one's pages.
//!
//! Offsets and the checksum are those of SQLite's file format, section "The Write-Ahead Log".

use std::{fs, path::Path};

use rusqlite::{Connection, OpenFlags};

use crate::{Error, Result, file};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// The two magic numbers: checksums are of little-endian or of big-endian words.
const LITTLE: u32 = 0x377f_0682;
const BIG: u32 = 0x377f_0683;

/// Refuses a log that holds whole transactions, none of which is of the history at `path`. Changes nothing.
///
/// Every transaction writes the row of `vault` that holds the history's identity, so a log of its own has it.
pub(crate) fn check(path: &Path) -> Result<()> {
    if !file::has_log(path) {
        return Ok(());
    }
    // A history of an earlier schema has no identity, and one that another process is just writing may not be readable
    // past its log: SQLite's own checks have to do then.
    let Some(history) = identity(path) else {
        return Ok(());
    };
    let log = fs::read(file::beside(path, "-wal")).map_err(|e| Error::io(path, &e))?;
    if committed(&log).is_none_or(|pages| contains(pages, &history)) {
        return Ok(());
    }
    Err(Error::ForeignLog {
        path: path.to_path_buf(),
    })
}

/// The history's identity as it is in the file itself, without its log.
fn identity(path: &Path) -> Option<[u8; 16]> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let file = Connection::open_with_flags(file::immutable_uri(path), flags).ok()?;
    file.query_row("SELECT history FROM vault WHERE id = 1", [], |row| row.get(0))
        .ok()
}

/// The frames of the log up to the last that ends a transaction; `None` where there is none.
fn committed(log: &[u8]) -> Option<&[u8]> {
    let word = |at: usize| -> Option<u32> { Some(u32::from_be_bytes(log.get(at..at + 4)?.try_into().ok()?)) };
    let big = match word(0)? {
        LITTLE => false,
        BIG => true,
        _ => return None,
    };
    let page = usize::try_from(word(8)?).ok()?;
    let mut sum = add((0, 0), log.get(..24)?, big);
    if sum != (word(24)?, word(28)?) {
        return None;
    }
    let (mut at, mut end) = (HEADER, HEADER);
    while let Some(frame) = log.get(at..at + FRAME_HEADER + page) {
        // Frames of before the log was begun anew have other salts.
        if frame[8..16] != log[16..24] {
            break;
        }
        sum = add(add(sum, &frame[..8], big), &frame[FRAME_HEADER..], big);
        if sum != (word(at + 16)?, word(at + 20)?) {
            break;
        }
        at += frame.len();
        if frame[4..8] != [0; 4] {
            end = at;
        }
    }
    (end > HEADER).then(|| &log[HEADER..end])
}

/// SQLite's checksum over pairs of words.
fn add(mut sum: (u32, u32), bytes: &[u8], big: bool) -> (u32, u32) {
    let word = |bytes: [u8; 4]| {
        if big {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    };
    for [a, b, c, d, e, f, g, h] in bytes.as_chunks().0 {
        sum.0 = sum.0.wrapping_add(word([*a, *b, *c, *d])).wrapping_add(sum.1);
        sum.1 = sum.1.wrapping_add(word([*e, *f, *g, *h])).wrapping_add(sum.0);
    }
    sum
}

fn contains(bytes: &[u8], part: &[u8; 16]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
