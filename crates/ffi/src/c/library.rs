//! The library itself, keys and cancelling.

use std::ffi::c_char;

use super::argument::Out;
use super::call::{SkinkitError, call};
use super::handle::{SkinkitHandle, get, give};
use crate::{Cancel, Result, SkinKitError};

/// The number of this ABI. It grows when a function or struct changes or goes; new functions and statuses do not change
/// it. Compare it with `SKINKIT_ABI_VERSION` before any other call.
#[unsafe(no_mangle)]
pub extern "C" fn skinkit_abi_version() -> u32 {
    SKINKIT_ABI_VERSION
}

/// What `skinkit_abi_version` gives in the library that this header belongs to.
pub const SKINKIT_ABI_VERSION: u32 = 1;

/// The version of SkinKit, for example `0.1.0`. A constant: do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn skinkit_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Writes 32 new bytes for a history, from the operating system's random source, to `key`; `length` must be 32.
/// Keep them where the platform keeps secrets, and overwrite your copy after use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_key_generate(key: *mut u8, length: usize, error: *mut SkinkitError) -> i32 {
    call(error, || -> Result<()> {
        if length != 32 {
            return Err(SkinKitError::argument(format!(
                "a key is 32 bytes, there is room for {length}"
            )));
        }
        // SAFETY: the header asks for `length` writable bytes; an array of bytes has no alignment.
        let out = unsafe { Out::new("key", key.cast::<[u8; 32]>()) }?;
        out.set(*skinkit::Key::generate()?.bytes());
        Ok(())
    })
}

/// Makes an object that stops calls from another thread: give it to a call, and `skinkit_cancel` it. One may serve
/// several calls; once cancelled it stays so. Close it with `skinkit_close`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_cancel_new(cancel: *mut SkinkitHandle, error: *mut SkinkitError) -> i32 {
    call(error, || {
        // SAFETY: the header's rule for pointers.
        let out = unsafe { Out::new("cancel", cancel) }?;
        out.set(give(Cancel::new())?);
        Ok(())
    })
}

/// Stops the calls that have this object: each ends with `SKINKIT_STATUS_CANCELLED` within one run of a network and keeps
/// nothing. Returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn skinkit_cancel(cancel: SkinkitHandle, error: *mut SkinkitError) -> i32 {
    call(error, || {
        get::<Cancel>(cancel)?.cancel();
        Ok(())
    })
}
