//! What a host passed in, checked.

use std::ffi::{CStr, c_char};
use std::slice;

use serde::de::DeserializeOwned;
use skinkit::inference::json;

use super::call::owned;
use crate::{Result, SkinKitError};

/// Borrowed text.
///
/// # Safety
/// `text` is null or ends with a NUL, and stays as it is during the call.
pub(super) unsafe fn text<'a>(name: &str, text: *const c_char) -> Result<&'a str> {
    if text.is_null() {
        return Err(null(name));
    }
    // SAFETY: not null; the caller promises the rest.
    unsafe { CStr::from_ptr(text) }
        .to_str()
        .map_err(|_| SkinKitError::argument(format!("{name} is not UTF-8")))
}

/// Text that may be left out.
///
/// # Safety
/// As [`text`].
pub(super) unsafe fn optional_text<'a>(name: &str, at: *const c_char) -> Result<Option<&'a str>> {
    if at.is_null() {
        Ok(None)
    } else {
        // SAFETY: as the caller promises.
        unsafe { text(name, at) }.map(Some)
    }
}

/// Borrowed bytes; null is fine where the length is 0.
///
/// # Safety
/// `data` is null or valid for `length` bytes, which stay as they are during the call.
pub(super) unsafe fn bytes<'a>(name: &str, data: *const u8, length: usize) -> Result<&'a [u8]> {
    if length == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(null(name));
    }
    if isize::try_from(length).is_err() {
        return Err(SkinKitError::argument(format!("{name} cannot be {length} bytes long")));
    }
    // SAFETY: not null, no longer than a slice may be; the caller promises the rest.
    Ok(unsafe { slice::from_raw_parts(data, length) })
}

/// A struct that is read.
///
/// # Safety
/// `at` is null or points to a `T` that stays as it is during the call.
pub(super) unsafe fn read<'a, T>(name: &str, at: *const T) -> Result<&'a T> {
    if at.is_null() {
        return Err(null(name));
    }
    if !at.is_aligned() {
        return Err(SkinKitError::argument(format!(
            "{name} is not aligned: it points to something else"
        )));
    }
    // SAFETY: not null, aligned; the caller promises the rest.
    Ok(unsafe { &*at })
}

/// JSON with exactly the fields that are known.
///
/// # Safety
/// As [`text`].
pub(super) unsafe fn json<T: DeserializeOwned>(name: &str, at: *const c_char) -> Result<T> {
    // SAFETY: as the caller promises.
    json::from_slice(unsafe { text(name, at) }?.as_bytes())
        .map_err(|error| SkinKitError::argument(format!("{name} is not what it should be: {error}")))
}

/// [`json`] that may be left out.
///
/// # Safety
/// As [`text`].
pub(super) unsafe fn optional_json<T: DeserializeOwned>(name: &str, at: *const c_char) -> Result<Option<T>> {
    if at.is_null() {
        Ok(None)
    } else {
        // SAFETY: as the caller promises.
        unsafe { json(name, at) }.map(Some)
    }
}

/// One of a few names.
///
/// # Safety
/// As [`text`].
pub(super) unsafe fn word<T: DeserializeOwned>(name: &str, at: *const c_char) -> Result<T> {
    // SAFETY: as the caller promises.
    let text = unsafe { text(name, at) }?;
    json::from_value(&text.into()).map_err(|error| SkinKitError::argument(format!("{name}: {error}")))
}

/// [`read`] of what may be left out.
///
/// # Safety
/// As [`read`].
pub(super) unsafe fn optional<'a, T>(name: &str, at: *const T) -> Result<Option<&'a T>> {
    if at.is_null() {
        Ok(None)
    } else {
        // SAFETY: as the caller promises.
        unsafe { read(name, at) }.map(Some)
    }
}

/// A place for a result: null is refused before any work is done, and nothing is written unless there is a result.
pub(super) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// # Safety
    /// `at` is null or valid for writing a `T` during the call.
    pub(super) unsafe fn new(name: &str, at: *mut T) -> Result<Self> {
        if at.is_null() {
            return Err(null(name));
        }
        if !at.is_aligned() {
            return Err(SkinKitError::argument(format!(
                "{name} is not aligned: it points to something else"
            )));
        }
        Ok(Self(at))
    }

    pub(super) fn set(self, value: T) {
        // SAFETY: checked and promised in `new`; what was there is not read.
        unsafe { self.0.write(value) };
    }
}

impl Out<*mut c_char> {
    /// Gives the facade's own JSON.
    pub(super) fn json<T: serde::Serialize + ?Sized>(self, value: &T) -> Result<()> {
        self.set(owned(crate::json::json(value)?));
        Ok(())
    }
}

fn null(name: &str) -> SkinKitError {
    SkinKitError::argument(format!("{name} is NULL"))
}
