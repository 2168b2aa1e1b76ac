//! The history in C.

use std::ffi::c_char;

use serde::Serialize;
use skinkit::store::ScanId;

use super::argument::{Out, bytes, json, optional_text, text, word};
use super::call::{SkinkitError, call};
use super::handle::{SkinkitHandle, get, give};
use crate::{History, Result};

/// A call that gives JSON.
///
/// # Safety
/// The header's rule for pointers.
pub(super) unsafe fn answer<T: Serialize>(
    history: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
    work: impl FnOnce(&skinkit::History) -> Result<T>,
) -> i32 {
    call(error, || {
        let history = get::<History>(history)?.held()?;
        // SAFETY: the caller's.
        let out = unsafe { Out::new("json", json) }?;
        out.json(&work(&history)?)
    })
}

/// Opens a history with its `key_length` = 32 bytes. `existing` not 0: it has to be there already; else it is made.
/// Needs neither a model pack nor an engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_open(
    path: *const c_char,
    key: *const u8,
    key_length: usize,
    existing: i32,
    history: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        // SAFETY: the header's rule for pointers.
        let (path, key, out) = unsafe {
            (
                text("path", path)?,
                bytes("key", key, key_length)?,
                Out::new("history", history)?,
            )
        };
        let open = if existing == 0 {
            History::open
        } else {
            History::open_existing
        };
        out.set(give(open(path.to_owned(), key)?)?);
        Ok(())
    })
}

/// Everybody in the history, in the order they were first recorded: a JSON array of strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_subjects(
    history: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe { answer(history, json, error, |history| Ok(history.subjects()?)) }
}

/// Sites of a person, in the order they were first recorded: a JSON array of strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_sites(
    history: SkinkitHandle,
    subject: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.sites(text("subject", subject)?)?)
        })
    }
}

/// Names of the lesions told apart at a site, in the order they were first seen: a JSON array of strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_lesions(
    history: SkinkitHandle,
    subject: *const c_char,
    site: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.lesions(text("subject", subject)?, text("site", site)?)?)
        })
    }
}

/// Scans of a site, oldest first: a JSON array of objects.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_scans(
    history: SkinkitHandle,
    subject: *const c_char,
    site: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.scans(text("subject", subject)?, text("site", site)?)?)
        })
    }
}

/// One scan: a JSON object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_scan(
    history: SkinkitHandle,
    scan: i64,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe { answer(history, json, error, |history| Ok(history.scan(ScanId(scan))?)) }
}

/// Compares the two latest visits of the site's lesion that was scanned last: a JSON object, or `null` where there are
/// fewer than two scans.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_compare(
    history: SkinkitHandle,
    subject: *const c_char,
    site: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.compare(text("subject", subject)?, text("site", site)?)?)
        })
    }
}

/// Compares two scans, with the noise of the later one's person: a JSON object. Blocks for some tens of milliseconds,
/// and as long again for each pair of repeat shots.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_compare_scans(
    history: SkinkitHandle,
    before: i64,
    after: i64,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.compare_scans(&history.scan(ScanId(before))?, &history.scan(ScanId(after))?)?)
        })
    }
}

/// What a person's own repeat shots say about the noise of a comparison: a JSON object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_noise(
    history: SkinkitHandle,
    subject: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.noise_of(text("subject", subject)?)?)
        })
    }
}

/// Every measure of a lesion over time: a JSON array. `request` is a JSON object: `subject`, `site`, `lesion` (which
/// one there; scans that were put to none if not given), `visit_days` (days that should lie between two visits).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_trends(
    history: SkinkitHandle,
    request: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.trends(&self::json("request", request)?)?)
        })
    }
}

/// One measure of a lesion over time (`area`, `greatest_diameter` …): a JSON object. `request` as for
/// `skinkit_history_trends`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_trend(
    history: SkinkitHandle,
    request: *const c_char,
    measure: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.trend(&self::json("request", request)?, word("measure", measure)?)?)
        })
    }
}

/// Counts, dates, due and missed visits of every lesion: a JSON array, an object a person. `request` is a JSON object,
/// all of it optional: `subject` (one person only), `visit_days`, `verdicts` (true: also what each lesion's latest pair
/// shows), `now` (milliseconds since 1970-01-01 UTC).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_summary(
    history: SkinkitHandle,
    request: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.summary(&self::json("request", request)?)?)
        })
    }
}

/// Says which of a site's known lesions each scan of a visit shows: a JSON object, in which an `earlier` id is a
/// lesion's name and a `later` id a scan's number. Nothing is changed. `request` is a JSON object: `subject`, `site`,
/// `scans` (numbers), `position_sd` (how far a lesion's position may move between visits), `overrides` (a person's
/// word: objects of `earlier`, `later`, `note`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_match_lesions(
    history: SkinkitHandle,
    request: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.match_lesions(&self::json("request", request)?)?)
        })
    }
}

/// Puts scans to lesions as a matching of `skinkit_history_match_lesions` says: a JSON array. `at` is when, in
/// milliseconds since 1970-01-01 UTC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_apply_matching(
    history: SkinkitHandle,
    subject: *const c_char,
    site: *const c_char,
    matching: *const c_char,
    at: i64,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.apply_matching(
                text("subject", subject)?,
                text("site", site)?,
                &self::json("matching", matching)?,
                at,
            )?)
        })
    }
}

/// Every assignment of a scan to a lesion after it was added, oldest first: a JSON array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_assignments(
    history: SkinkitHandle,
    scan: i64,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe { answer(history, json, error, |history| Ok(history.assignments(ScanId(scan))?)) }
}

/// The `most` scans of anybody that look most like this one, itself left out, most alike first: a JSON array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_nearest(
    history: SkinkitHandle,
    scan: i64,
    most: u32,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.nearest(ScanId(scan), most as usize)?)
        })
    }
}

/// Ranks a person's lesions by how little each is like that person's others, least alike first: a JSON array. A rank,
/// not a verdict: in everyone some lesion comes first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_unlike_the_others(
    history: SkinkitHandle,
    subject: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.unlike_the_others(text("subject", subject)?)?)
        })
    }
}

/// Puts one scan to a lesion of its site by a person's word (NULL: to no lesion), and keeps the note as evidence. `at` is when,
/// in milliseconds since 1970-01-01 UTC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_assign(
    history: SkinkitHandle,
    scan: i64,
    lesion: *const c_char,
    note: *const c_char,
    at: i64,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let history = get::<History>(history)?.held()?;
        // SAFETY: the header's rule for pointers.
        let (lesion, note) = unsafe { (optional_text("lesion", lesion)?, text("note", note)?) };
        Ok(history.assign(ScanId(scan), lesion, note, at)?)
    })
}

/// The analyzed region of a scan as a PNG, its longer side `side` pixels (16 to 2048). `view` is `picture`, `mask` (with the
/// lesion's outline) or `heatmap`. Gives the file's bytes, to be freed with `skinkit_bytes_free`; NULL and 0 where what was
/// asked for was not kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_thumbnail(
    history: SkinkitHandle,
    scan: i64,
    view: *const c_char,
    side: u32,
    png: *mut *mut u8,
    length: *mut usize,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let history = get::<History>(history)?.held()?;
        // SAFETY: the header's rule for pointers.
        let (view, png, length) = unsafe { (word("view", view)?, Out::new("png", png)?, Out::new("length", length)?) };
        let file = history.thumbnail(ScanId(scan), view, side)?;
        length.set(file.as_ref().map_or(0, Vec::len));
        png.set(file.map_or(std::ptr::null_mut(), |file| {
            Box::into_raw(file.into_boxed_slice()).cast()
        }));
        Ok(())
    })
}

/// Frees bytes that a call gave, with the length that it gave; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_bytes_free(bytes: *mut u8, length: usize) {
    if !bytes.is_null() {
        // SAFETY: by the header's rule made by a call above as a boxed slice of this length.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(bytes, length)) });
    }
}
