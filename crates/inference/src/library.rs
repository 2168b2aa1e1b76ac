//! Looks at a shared library before `ort` touches it.
//!
//! `ort` panics, or keeps a useless library for the rest of the process, when a library has the right symbol but not the
//! right interface; and loading a truncated file can kill the process. So the file's own headers are read first, then
//! the library is opened and asked for its version and its interface table here. That takes `unsafe`, which is confined
//! to this module.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use libloading::{Library, Symbol};
use ort::sys::{ORT_API_VERSION, OrtApiBase};

/// Opens the library, checks it, and returns its version. It stays loaded for the life of the process.
pub(crate) fn probe(path: &Path) -> Result<String, String> {
    check_file(path)?;
    // SAFETY: opening a library runs its initialisers, which nobody can vouch for; the host chose this file or put it
    // into one of the documented places, and its headers are those of a complete library.
    let library = unsafe { Library::new(path) }.map_err(|error| format!("the system can't load it ({error})"))?;
    let version = interrogate(&library)?;
    // ort opens the same file again by path; keeping this handle makes sure that both are one and the same mapping.
    std::mem::forget(library);
    Ok(version)
}

fn interrogate(library: &Library) -> Result<String, String> {
    // SAFETY: the symbol is only used with the signature it has in every ONNX Runtime (onnxruntime_c_api.h).
    let entry: Symbol<'_, unsafe extern "C" fn() -> *const OrtApiBase> = unsafe { library.get(b"OrtGetApiBase\0") }
        .map_err(|_| "it is another library: it has no function OrtGetApiBase".to_owned())?;
    // SAFETY: as above; the result is checked before use.
    let base = unsafe { entry().as_ref() }.ok_or("its OrtGetApiBase returns nothing")?;
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

/// Reads the first bytes: is this a shared library at all, and is it complete?
fn check_file(path: &Path) -> Result<(), String> {
    let mut file = File::open(path).map_err(|error| format!("it can't be opened ({error})"))?;
    let length = file
        .metadata()
        .map_err(|error| format!("it can't be read ({error})"))?
        .len();
    let mut head = Vec::with_capacity(4096);
    file.by_ref()
        .take(4096)
        .read_to_end(&mut head)
        .map_err(|error| format!("it can't be read ({error})"))?;
    if length == 0 {
        return Err("it is empty".to_owned());
    }
    let known = match head.get(..4) {
        Some([0x7f, b'E', b'L', b'F']) => cfg!(not(any(target_vendor = "apple", windows))),
        // Mach-O, 64-bit little-endian, and universal files.
        Some([0xcf, 0xfa, 0xed, 0xfe] | [0xca, 0xfe, 0xba, 0xbe]) => cfg!(target_vendor = "apple"),
        Some([b'M', b'Z', ..]) => cfg!(windows),
        _ => return Err("it is not a shared library".to_owned()),
    };
    if !known {
        return Err("it is a shared library for another operating system".to_owned());
    }
    match elf_end(&head) {
        Some(end) if end > length => Err(format!(
            "it is incomplete: {length} bytes, its own headers ask for {end}; download it again"
        )),
        _ => Ok(()),
    }
}

/// How long a 64-bit little-endian ELF file says it is: the end of its segments and of its section table. Mapping a
/// segment that lies beyond the end of the file kills the process at the first touch, so this must be known before.
/// `None` for other files, which their own loaders check.
fn elf_end(head: &[u8]) -> Option<u64> {
    let number = |at: usize, size: usize| -> Option<u64> {
        let bytes = head.get(at..at.checked_add(size)?)?;
        Some(bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    };
    if head.get(..6)? != [0x7f, b'E', b'L', b'F', 2, 1] {
        return None;
    }
    let (programs, sections) = (number(32, 8)?, number(40, 8)?);
    let (program_size, program_count) = (number(54, 2)?, number(56, 2)?);
    let (section_size, section_count) = (number(58, 2)?, number(60, 2)?);
    let mut end = sections.saturating_add(section_size * section_count);
    for index in 0..program_count {
        let at = usize::try_from(programs.checked_add(index * program_size)?).ok()?;
        let (Some(offset), Some(size)) = (number(at + 8, 8), number(at + 32, 8)) else {
            break;
        };
        end = end.max(offset.saturating_add(size));
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_elf_file_is_that_of_its_last_part() {
        let mut head = vec![0u8; 64 + 56];
        head[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1]);
        head[32] = 64; // program table right behind the header
        head[41] = 2; // section table at 512
        head[54] = 56;
        head[56] = 1;
        head[58] = 64;
        head[60] = 3;
        assert_eq!(elf_end(&head), Some(512 + 3 * 64));
        head[64 + 9] = 4; // a segment at 1024 ...
        head[64 + 32] = 100; // ... of 100 bytes
        assert_eq!(elf_end(&head), Some(1124));
        assert_eq!(elf_end(b"MZ"), None);
        assert_eq!(elf_end(&head[..40]), None);
    }
}
