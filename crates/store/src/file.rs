//! The history's file: what is there, and making a new one so that it appears complete or not at all.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use crate::{
    Error, Result,
    key::{fill_random, hex},
};

/// Longest name of a history, in bytes: file systems allow 255, and SQLite keeps `-wal` and `-shm` beside it.
const LONGEST_NAME: usize = 255 - 4;

/// What lies at a path.
pub(crate) enum Found {
    /// A file that may be a history.
    History,
    /// Nothing, in a folder that exists.
    Nothing,
}

/// Looks before SQLite does: it would take an empty file for an empty database.
pub(crate) fn look(path: &Path) -> Result<Found> {
    match path.file_name() {
        None => {
            return Err(Error::Io {
                path: path.to_path_buf(),
                detail: "this names no file".to_owned(),
            });
        }
        Some(name) if name.len() > LONGEST_NAME => {
            return Err(Error::Io {
                path: path.to_path_buf(),
                detail: format!("the file's name is longer than {LONGEST_NAME} bytes: choose a shorter one"),
            });
        }
        Some(_) => {}
    }
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(Error::NotAStore {
            path: path.to_path_buf(),
        }),
        Ok(found) if found.len() == 0 => Err(Error::Corrupt {
            path: path.to_path_buf(),
            detail: "the file is empty".to_owned(),
        }),
        Ok(_) if is_cut_short(path) => Err(Error::Corrupt {
            path: path.to_path_buf(),
            detail: "the file is shorter than it says".to_owned(),
        }),
        Ok(_) => Ok(Found::History),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            if !folder(path).is_dir() {
                return Err(Error::Missing {
                    path: folder(path).to_path_buf(),
                    what: "folder",
                });
            }
            if beside(path, "-wal").exists() {
                // Creating a new file would make SQLite throw the old one's last scans away.
                return Err(Error::Corrupt {
                    path: path.to_path_buf(),
                    detail: "the file is gone but its log (-wal) is still there".to_owned(),
                });
            }
            Ok(Found::Nothing)
        }
        Err(error) => Err(Error::io(path, &error)),
    }
}

/// True when the file's last pages are missing. SQLite doesn't notice a cut within the last page
/// until it is read.
fn is_cut_short(path: &Path) -> bool {
    // Looked at more than once: another process may just be moving its log into the file.
    (0..3).all(|look| {
        if look > 0 {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        // With a log beside it, the rest may be there.
        !has_log(path) && length_in_header(path).is_some_and(|(says, is)| is < says)
    })
}

/// The length that the database's header states, and the file's. `None` without a valid header.
/// Offsets are those of SQLite's file format, section "The Database Header".
fn length_in_header(path: &Path) -> Option<(u64, u64)> {
    let mut file = File::open(path).ok()?;
    let mut header = [0; 100];
    io::Read::read_exact(&mut file, &mut header).ok()?;
    if &header[..16] != b"SQLite format 3\0" || header[24..28] != header[92..96] {
        return None;
    }
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u32::from_be_bytes([header[28], header[29], header[30], header[31]]);
    Some((page * u64::from(pages), file.metadata().ok()?.len()))
}

/// Makes a file by filling a temporary one in the same folder and giving it the name at the end.
///
/// A crash leaves at most the temporary file; an existing file is never replaced.
pub(crate) fn create(path: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    remove_abandoned(path);
    let temporary = temporary(path)?;
    let made = reserve(&temporary)
        .and_then(|()| fill(&temporary))
        .and_then(|()| sync(&temporary))
        .and_then(|()| publish(&temporary, path))
        .map_err(|error| match error {
            Error::Missing { .. } | Error::Io { .. } | Error::ReadOnly { .. } if !is_writable_folder(path) => {
                Error::ReadOnly {
                    path: path.to_path_buf(),
                }
            }
            other => other,
        });
    remove_temporary(&temporary);
    made
}

/// The file of a path with a suffix of SQLite's, such as `-wal`.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// True when a log with something in it lies beside the file: left by a crash, or in use.
pub(crate) fn has_log(path: &Path) -> bool {
    fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0)
}

/// The path as SQLite is to get it: `file:x` and `:memory:` are names of files like any other.
pub(crate) fn plain(path: &Path) -> PathBuf {
    if path.is_relative() {
        Path::new(".").join(path)
    } else {
        path.to_path_buf()
    }
}

/// The path as a URI that tells SQLite that nobody can write the file.
pub(crate) fn immutable_uri(path: &Path) -> String {
    let path = plain(path);
    let mut uri = String::from("file:");
    if path.is_absolute() {
        // No host.
        uri.push_str("//");
    }
    if cfg!(windows) && path.is_absolute() {
        // A drive letter follows a slash.
        uri.push('/');
    }
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b':' | b'.' | b'-' | b'_' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

/// End of the names of temporary files.
const TEMPORARY: &str = ".skinkit-new";

/// Removes temporary files that a crash left in the path's folder: a copy of a history must not
/// lie about for ever. One younger than an hour may still be in use.
pub(crate) fn remove_abandoned(path: &Path) {
    let hour = std::time::Duration::from_secs(3600);
    for entry in fs::read_dir(folder(path)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_ours = ["", "-wal", "-shm", "-journal"]
            .iter()
            .filter_map(|suffix| name.strip_suffix(suffix)?.strip_suffix(TEMPORARY))
            .filter_map(|rest| rest.rsplit_once('.'))
            .any(|(_, random)| random.len() == 16 && random.bytes().all(|b| b.is_ascii_hexdigit()));
        let age = entry
            .metadata()
            .and_then(|found| found.modified())
            .map(|time| time.elapsed());
        if is_ours && matches!(age, Ok(Ok(age)) if age > hour) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A name in the same folder that nobody else uses.
pub(crate) fn temporary(path: &Path) -> Result<PathBuf> {
    let mut random = [0; 8];
    fill_random(&mut random)?;
    // Not made from the path's own name, which may be as long as a name can be.
    Ok(folder(path).join(format!(".{}{TEMPORARY}", hex(&random))))
}

/// Makes sure that a file's bytes are on the disk.
pub(crate) fn sync(path: &Path) -> Result<()> {
    // Windows flushes only through a handle that may write.
    File::options()
        .read(true)
        .write(true)
        .open(path)
        .and_then(|file| file.sync_all())
        .map_err(|e| Error::io(path, &e))
}

/// Makes sure that a folder's entries are on the disk, where the platform can.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(folder(path))
            .and_then(|folder| folder.sync_all())
            .map_err(|e| Error::io(folder(path), &e))?;
    }
    Ok(())
}

/// True when a file can be made in the path's folder.
pub(crate) fn is_writable_folder(path: &Path) -> bool {
    let Ok(probe) = temporary(path) else {
        return false;
    };
    let made = reserve(&probe).is_ok();
    let _ = fs::remove_file(probe);
    made
}

/// Makes an empty file that only its owner can read.
fn reserve(path: &Path) -> Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|e| Error::io(path, &e))
}

/// Gives a complete file its name, unless there is one of that name.
pub(crate) fn publish(temporary: &Path, path: &Path) -> Result<()> {
    match fs::hard_link(temporary, path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(Error::io(path, &error));
        }
        // A file system without links (FAT on a memory card): the look before has to do.
        Err(_) if !path.exists() => {
            fs::rename(temporary, path).map_err(|e| Error::io(path, &e))?;
        }
        Err(error) => return Err(Error::io(path, &error)),
    }
    // A second name would make SQLite's locks guard the wrong file.
    let _ = fs::remove_file(temporary);
    sync_folder(path)
}

/// Copies a file to a name of its own that only its owner can read.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut source = File::open(from).map_err(|e| Error::io(from, &e))?;
    reserve(to)?;
    File::options()
        .write(true)
        .open(to)
        .and_then(|mut target| io::copy(&mut source, &mut target))
        .map(drop)
        .map_err(|e| Error::io(to, &e))
}

/// Removes a temporary file and what SQLite made beside it.
pub(crate) fn remove_temporary(path: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        // Gone already after a success; after a failure there is nothing more to be done.
        let _ = fs::remove_file(beside(path, suffix));
    }
}

/// A name in the same folder for a damaged file.
pub(crate) fn aside(path: &Path) -> Result<PathBuf> {
    let mut random = [0; 4];
    fill_random(&mut random)?;
    Ok(beside(path, &format!(".damaged-{}", hex(&random))))
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_path_survives_as_a_uri() {
        let uri = immutable_uri(Path::new("/data/a b?c#d%e/é.db"));
        assert_eq!(uri, "file:///data/a%20b%3Fc%23d%25e/%C3%A9.db?immutable=1");
        assert_eq!(immutable_uri(Path::new(":memory:")), "file:./:memory:?immutable=1");
        assert_eq!(immutable_uri(Path::new("//a")), "file:////a?immutable=1");
    }

    #[test]
    fn only_old_temporary_files_of_ours_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
        let make = |name: &str, old_file: bool| {
            let file = File::create(folder.path().join(name)).unwrap();
            if old_file {
                file.set_modified(old).unwrap();
            }
        };
        let left = || {
            let mut names: Vec<_> = fs::read_dir(folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        make("x.db", true);
        make("notes.skinkit-new", true);
        make("x.db.0123456789abcdef.skinkit-new2", true);
        make("x.db.1123456789abcdef.skinkit-new", false);
        let kept = left();
        make("x.db.0123456789abcdef.skinkit-new", true);
        make("x.db.0123456789abcdef.skinkit-new-wal", true);
        make("another.0123456789abcdef.skinkit-new", true);
        make(".0123456789abcdef.skinkit-new", true);
        remove_abandoned(&path);
        assert_eq!(left(), kept);
    }

    #[test]
    fn a_new_file_appears_complete_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let failed = create(&path, |_| Err(Error::corrupt("no")));
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let fill = |temporary: &Path| fs::write(temporary, "1").map_err(|e| Error::io(temporary, &e));
        create(&path, fill).unwrap();
        assert!(matches!(create(&path, fill), Err(Error::Exists { .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
