//! Looks at a shared library before `ort` touches it.
//!
//! `ort` panics, or keeps a useless library for the rest of the process, when a library has the right symbol but not the
//! right interface; and loading a truncated file can kill the process. So the file's own headers are read first, then
//! the library is opened and asked for its version and its interface table here. That takes `unsafe`, which is confined
//! to this module.
#![allow(unsafe_code)]

use std::ffi::CStr;
#[cfg(feature = "onnxruntime")]
use std::path::Path;

#[cfg(feature = "onnxruntime")]
use libloading::{Library, Symbol};
use ort::sys::{ORT_API_VERSION, OrtApiBase};

#[cfg(feature = "onnxruntime")]
use super::elf;

/// Opens the library, checks it, and returns its version. It stays loaded for the life of the process.
#[cfg(feature = "onnxruntime")]
pub(crate) fn probe(path: &Path) -> Result<String, String> {
    elf::check(path)?;
    // SAFETY: opening a library runs its initialisers, which nobody can vouch for; the host chose this file or put it
    // into one of the documented places, and its headers are those of a complete library.
    let library = unsafe { Library::new(path) }.map_err(|error| format!("the system can't load it ({error})"))?;
    let version = interrogate(&library)?;
    // ort opens the same file again by path; keeping this handle makes sure that both are one and the same mapping.
    std::mem::forget(library);
    Ok(version)
}

#[cfg(feature = "onnxruntime")]
fn interrogate(library: &Library) -> Result<String, String> {
    // SAFETY: the symbol is only used with the signature it has in every ONNX Runtime (onnxruntime_c_api.h).
    let entry: Symbol<'_, unsafe extern "C" fn() -> *const OrtApiBase> = unsafe { library.get(b"OrtGetApiBase\0") }
        .map_err(|_| "it is another library: it has no function OrtGetApiBase".to_owned())?;
    // SAFETY: as above; the result is checked before use.
    check_interface(unsafe { entry().as_ref() })
}

/// Checks the library that was linked when the app was built, and returns its version.
#[cfg(not(feature = "onnxruntime"))]
pub(crate) fn linked() -> Result<String, String> {
    // SAFETY: the linker found this symbol in ONNX Runtime; the result is checked before use.
    check_interface(unsafe { ort::sys::OrtGetApiBase().as_ref() })
}

fn check_interface(base: Option<&OrtApiBase>) -> Result<String, String> {
    let base = base.ok_or("its OrtGetApiBase returns nothing")?;
    // SAFETY: OrtApiBase is two function pointers in every version; the string is static in the library.
    let version = unsafe { (base.GetVersionString)() };
    if version.is_null() {
        return Err("it does not tell its version".to_owned());
    }
    // SAFETY: not null, ends in a zero byte by the contract of GetVersionString, and lives as long as the library.
    let version = unsafe { CStr::from_ptr(version) }.to_string_lossy().into_owned();
    let minor = version
        .strip_prefix("1.")
        .and_then(|rest| rest.split('.').next())
        .and_then(|m| m.parse::<u32>().ok());
    match minor {
        None => return Err(format!("its version `{version}` is not of the form 1.N.M")),
        Some(minor) if minor < ORT_API_VERSION => {
            return Err(format!(
                "its version {version} is too old: 1.{ORT_API_VERSION} or later is needed"
            ));
        }
        Some(_) => {}
    }
    // SAFETY: GetApi may be called with any version number and returns null for one it does not have.
    if unsafe { (base.GetApi)(ORT_API_VERSION) }.is_null() {
        return Err(format!(
            "its version {version} does not offer the interface 1.{ORT_API_VERSION}"
        ));
    }
    Ok(version)
}
