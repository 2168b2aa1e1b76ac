//! Reads a shared library's own headers: a cut or foreign file must be known before the system maps it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Reads the first bytes: is this a shared library at all, and is it complete?
pub(crate) fn check(path: &Path) -> Result<(), String> {
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
