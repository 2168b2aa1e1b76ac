//! The one way in: panics caught, the error written, the status returned.

use std::any::Any;
use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use skinkit::ErrorKind;
use skinkit::inference::panic_message;

use super::status::SkinkitStatus;
use crate::{Result, SkinKitError};

/// Why a call failed. Make one, give its address to calls (or NULL where you do not want to know), and give it to
/// `skinkit_error_clear` after a call that failed. Each call overwrites it without looking at what was there.
#[repr(C)]
#[derive(Debug)]
pub struct SkinkitError {
    /// A `skinkit_status`.
    pub status: i32,
    /// What was wrong, where, and what to do, in English; NULL after a call that did not fail.
    pub reason: *mut c_char,
    /// The error as Rust prints it, for a log; NULL after a call that did not fail.
    pub details: *mut c_char,
}

/// Runs the body of an exported function.
pub(super) fn call(error: *mut SkinkitError, work: impl FnOnce() -> Result<()>) -> i32 {
    // Whatever a panic leaves half done lies in values that are dropped with it: nothing is seen afterwards.
    let outcome = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|cause| Err(panicked(&*cause)));
    let report = match &outcome {
        Ok(()) => SkinkitError {
            status: SkinkitStatus::Ok as i32,
            reason: ptr::null_mut(),
            details: ptr::null_mut(),
        },
        Err(error) => SkinkitError {
            status: error.kind().number(),
            reason: owned(error.to_string()),
            details: owned(error.details().to_owned()),
        },
    };
    let status = report.status;
    if error.is_null() || !error.is_aligned() {
        free(report.reason);
        free(report.details);
    } else {
        // SAFETY: not null, aligned, and by the header's rule valid for writing; what was there is not read.
        unsafe { error.write(report) };
    }
    status
}

/// A C string that the host frees; a NUL inside becomes a space.
pub(super) fn owned(text: String) -> *mut c_char {
    CString::new(text)
        .or_else(|nul| {
            let mut bytes = nul.into_vec();
            bytes
                .iter_mut()
                .filter(|byte| **byte == 0)
                .for_each(|byte| *byte = b' ');
            CString::new(bytes)
        })
        .unwrap_or_default()
        .into_raw()
}

/// Frees what [`owned`] made; null is fine.
pub(super) fn free(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: every string that leaves this crate for freeing was made by `owned`.
        drop(unsafe { CString::from_raw(text) });
    }
}

fn panicked(cause: &(dyn Any + Send)) -> SkinKitError {
    SkinKitError::detailed(
        ErrorKind::Internal,
        "SkinKit failed inside: please report it",
        panic_message(cause).unwrap_or_default(),
    )
}

/// Frees a string that a call gave; NULL is fine. The pointer is of no use afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_string_free(text: *mut c_char) {
    free(text);
}

/// Frees what a failed call wrote into the error, and zeroes it; NULL and a zeroed error are fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_error_clear(error: *mut SkinkitError) {
    if error.is_null() || !error.is_aligned() {
        return;
    }
    // SAFETY: not null, aligned, and by the header's rule an error that is zeroed or was written by a call.
    let error = unsafe { &mut *error };
    free(std::mem::replace(&mut error.reason, ptr::null_mut()));
    free(std::mem::replace(&mut error.details, ptr::null_mut()));
    error.status = SkinkitStatus::Ok as i32;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    fn fail(work: impl FnOnce() -> Result<()>) -> (i32, String, String) {
        let mut error = SkinkitError {
            status: -1,
            // Garbage, as on a C stack: calls must not read it.
            reason: ptr::without_provenance_mut(1),
            details: ptr::without_provenance_mut(1),
        };
        let status = call(&mut error, work);
        assert_eq!(status, error.status);
        // SAFETY: `call` wrote both.
        let [reason, details] = [error.reason, error.details].map(|text| unsafe { CStr::from_ptr(text) });
        let (reason, details) = (
            reason.to_str().unwrap().to_owned(),
            details.to_str().unwrap().to_owned(),
        );
        // SAFETY: `call` wrote it, and then it is zeroed.
        unsafe { skinkit_error_clear(&mut error) };
        assert!(error.reason.is_null() && error.details.is_null() && error.status == 0);
        // SAFETY: as above.
        unsafe { skinkit_error_clear(&mut error) };
        (status, reason, details)
    }

    #[test]
    fn a_panic_becomes_an_error() {
        let (status, reason, details) = fail(|| panic!("number {}", 7));
        assert_eq!(status, SkinkitStatus::Internal as i32);
        assert!(reason.contains("report"));
        assert_eq!(details, "number 7");
        // Nobody wants to know: the status is returned all the same, and nothing leaks or is written.
        assert_eq!(call(ptr::null_mut(), || Err(SkinKitError::argument("x"))), 1);
    }

    #[test]
    fn a_nul_inside_a_message_is_no_end() {
        let (status, reason, _) = fail(|| Err(SkinKitError::argument("a\0b")));
        assert_eq!((status, reason.as_str()), (1, "a b"));
    }
}
