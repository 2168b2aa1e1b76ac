//! Taking a history along, keeping it safe, and erasing from it, in C.

use std::ffi::c_char;
use std::path::Path;

use super::argument::{Out, bytes, json, text};
use super::call::{SkinkitError, call};
use super::handle::{SkinkitHandle, get};
use super::history::answer;
use crate::History;
use crate::options::key;

/// Writes an export, in clear, into a file that only its owner can read and that appears under its name only when it is
/// whole; a file of that name is replaced. Gives the number of scans as JSON. `request` is a JSON object: `format`
/// (`json`, `csv`, `fhir`), `subject` (one person only; null for everybody), `pictures` (whether kept pictures go
/// along).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_export(
    history: SkinkitHandle,
    request: *const c_char,
    path: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.export_file(&self::json("request", request)?, Path::new(text("path", path)?))?)
        })
    }
}

/// Adds the scans of a JSON export: all of them, or on an error none. Gives a JSON object of `added` and `known`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_import(
    history: SkinkitHandle,
    path: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.import_file(Path::new(text("path", path)?))?)
        })
    }
}

/// Erases for good: a JSON object of `scans` and `log_emptied`. `what` is a JSON object whose `kind` is `scan` (with
/// `scan`), `lesion` (`subject`, `site`, `lesion`), `site` (`subject`, `site`), `subject` (`subject`), or `everything`.
/// What is not there erases nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_erase(
    history: SkinkitHandle,
    what: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.erase(&self::json("what", what)?)?)
        })
    }
}

/// Writes a backup, sealed with the present key, while the history is in use; gives its size in bytes as JSON. A file
/// of that name is not replaced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_backup(
    history: SkinkitHandle,
    path: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        answer(history, json, error, |history| {
            Ok(history.backup(Path::new(text("path", path)?))?)
        })
    }
}

/// Puts a backup in place of the history at `path`, after checking it whole: a JSON object of `scans` and `set_aside`. What is
/// there has to have the same key; a damaged file is moved aside. Histories that are open go on with what was restored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_restore(
    backup: *const c_char,
    path: *const c_char,
    key: *const u8,
    key_length: usize,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        // SAFETY: the header's rule for pointers.
        let (backup, path, key, out) = unsafe {
            (
                text("backup", backup)?,
                text("path", path)?,
                self::key(bytes("key", key, key_length)?)?,
                Out::new("json", json)?,
            )
        };
        out.json(&skinkit::History::restore(Path::new(backup), Path::new(path), &key)?)
    })
}

/// Reads everything and says what is damaged: a JSON object of `scans` and `problems`. Changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_check(
    history: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe { answer(history, json, error, |history| Ok(history.check()?)) }
}

/// Changes the key to another `key_length` = 32 bytes: afterwards only these open the history. Backups made before still need
/// the old key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history_rotate_key(
    history: SkinkitHandle,
    new_key: *const u8,
    key_length: usize,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let history = get::<History>(history)?;
        // SAFETY: the header's rule for pointers.
        history.rotate_key(unsafe { bytes("new_key", new_key, key_length) }?)
    })
}
