//! The history in C.

use std::ffi::c_char;

use super::argument::{Out, bytes, optional_text, text};
use super::call::{SkinkitError, call};
use super::handle::{SkinkitHandle, get, give};
use crate::History;

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

/// Sites of a person, in the order they were first recorded: a JSON array of strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_sites(
    history: SkinkitHandle,
    subject: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let history = get::<History>(history)?.held()?;
        // SAFETY: the header's rule for pointers.
        let (subject, out) = unsafe { (text("subject", subject)?, Out::new("json", json)?) };
        out.json(&history.sites(subject)?)
    })
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
    call(error, || {
        let history = get::<History>(history)?.held()?;
        // SAFETY: the header's rule for pointers.
        let (subject, site, out) = unsafe { (text("subject", subject)?, text("site", site)?, Out::new("json", json)?) };
        out.json(&history.scans(subject, site)?)
    })
}

/// Compares the two latest scans of a site: a JSON object, or `null` where there are fewer than two.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_compare(
    history: SkinkitHandle,
    subject: *const c_char,
    site: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let history = get::<History>(history)?.held()?;
        // SAFETY: the header's rule for pointers.
        let (subject, site, out) = unsafe { (text("subject", subject)?, text("site", site)?, Out::new("json", json)?) };
        out.json(&history.compare(subject, site)?)
    })
}

/// Erases one scan for good.
#[unsafe(no_mangle)]
pub extern "C" fn skinkit_history_erase_scan(history: SkinkitHandle, scan: i64, error: *mut SkinkitError) -> i32 {
    call(error, || get::<History>(history)?.erase_scan(scan).map(drop))
}

/// Erases a site with all its scans. Gives the number of scans erased: 0 where there is no such site.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_erase_site(
    history: SkinkitHandle,
    subject: *const c_char,
    site: *const c_char,
    scans: *mut u64,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let history = get::<History>(history)?;
        // SAFETY: the header's rule for pointers.
        let (subject, site, out) = unsafe {
            (
                text("subject", subject)?,
                text("site", site)?,
                Out::new("scans", scans)?,
            )
        };
        out.set(history.erase_site(subject.to_owned(), site.to_owned())?.scans);
        Ok(())
    })
}

/// Erases a person: destroys the data key and all that it sealed. Gives the number of scans erased.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_erase_subject(
    history: SkinkitHandle,
    subject: *const c_char,
    scans: *mut u64,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let history = get::<History>(history)?;
        // SAFETY: the header's rule for pointers.
        let (subject, out) = unsafe { (text("subject", subject)?, Out::new("scans", scans)?) };
        out.set(history.erase_subject(subject.to_owned())?.scans);
        Ok(())
    })
}

/// Erases everything; an empty history remains that the same key opens. Gives the number of scans erased.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_erase_everything(
    history: SkinkitHandle,
    scans: *mut u64,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let history = get::<History>(history)?;
        // SAFETY: the header's rule for pointers.
        let out = unsafe { Out::new("scans", scans) }?;
        out.set(history.erase_everything()?.scans);
        Ok(())
    })
}

/// Writes the history to a new JSON file, readable by anyone. `subject` NULL: of everyone; `pictures` not 0: with the
/// pictures that were kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_export(
    history: SkinkitHandle,
    path: *const c_char,
    subject: *const c_char,
    pictures: i32,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let history = get::<History>(history)?;
        // SAFETY: the header's rule for pointers.
        let (path, subject) = unsafe { (text("path", path)?, optional_text("subject", subject)?) };
        let subject = subject.map(str::to_owned);
        history.export_json(path.to_owned(), subject, pictures != 0).map(drop)
    })
}
