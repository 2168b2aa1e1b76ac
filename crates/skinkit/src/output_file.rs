//! Files that a person asks for: exports, reports, overlays, thumbnails, places, keys.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use skinkit_store::Key;

use crate::{Error, Result};

/// Name of the standard output in place of a path.
const STDOUT: &str = "-";

/// Links that are followed before a path counts as one that leads in circles: as many as Linux follows.
const MOST_LINKS: usize = 40;

/// First bytes of an SQLite database, where its application id lies, and the one of a history (the store's schema.rs).
const SQLITE: &[u8] = b"SQLite format 3\0";
const APPLICATION_ID: std::ops::Range<usize> = 68..72;
const HISTORY_ID: &[u8] = b"SKNK";

/// What SQLite keeps beside a database while it is in use or after a crash.
const BESIDE_HISTORY: [&str; 3] = ["-wal", "-shm", "-journal"];

/// A key file holds 64 digits and perhaps a line break; anything longer is another file.
const LONGEST_KEY: u64 = 128;

/// The largest `pack.json` that is looked into, in bytes.
const LONGEST_MANIFEST: u64 = 1 << 20;

/// A file that a person asked for, to be written once and whole.
///
/// A regular file appears under its name only when it is complete and on the disk, readable by its owner alone (mode 0600
/// on Unix): it may hold health data. Until then an older file of that name is as it was, also when the disk runs full.
/// Of a link the target is replaced and the link stays. A device or a pipe is written through, and `-` is the standard
/// output.
///
/// Refused are what the same call reads, and every history (with SQLite's files beside it), key and file of a model pack.
#[derive(Debug)]
pub struct OutputFile<'a> {
    asked: &'a Path,
    inputs: &'a [&'a Path],
    target: Target,
}

/// Where the bytes go.
#[derive(Debug)]
enum Target {
    Stdout,
    /// A device or a pipe.
    Stream,
    /// A regular file, or none yet; links are followed.
    File(PathBuf),
}

impl<'a> OutputFile<'a> {
    /// Looks at `path` before anything is done. `inputs` are the files and folders that the same call reads.
    ///
    /// # Errors
    /// [`Error::WouldReplace`] for a file that must not be replaced; [`Error::File`] for a folder, for a folder that is
    /// missing, and for links that lead in circles.
    pub fn new(path: &'a Path, inputs: &'a [&'a Path]) -> Result<Self> {
        let target = target(path).map_err(|source| cannot_write(path, source))?;
        let output = Self {
            asked: path,
            inputs,
            target,
        };
        output.check()?;
        Ok(output)
    }

    /// Whether the standard output was asked for: nothing else is to be written there then.
    pub fn is_stdout(&self) -> bool {
        matches!(self.target, Target::Stdout)
    }

    /// Writes the whole of the file by `fill`; gives what that gives. On an error what was there before is as it was
    /// (a device, a pipe or the standard output may have got a part).
    ///
    /// # Errors
    /// What `fill` says; as [`OutputFile::new`]; [`Error::File`] for what the system refuses.
    pub fn write<T>(&self, fill: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
        let failed = |source| cannot_write(self.asked, source);
        match &self.target {
            Target::Stdout => {
                let mut out = io::stdout().lock();
                let done = fill(&mut out)?;
                out.flush().map_err(failed)?;
                Ok(done)
            }
            Target::Stream => {
                let file = File::options().write(true).open(self.asked).map_err(failed)?;
                let mut out = BufWriter::new(file);
                let done = fill(&mut out)?;
                out.flush().map_err(failed)?;
                Ok(done)
            }
            Target::File(path) => {
                let (file, done) = self.temporary(path, fill)?;
                // The work may have taken long: what lies there now counts.
                self.check()?;
                file.persist(path).map_err(|refused| failed(refused.error))?;
                sync_folder(path);
                Ok(done)
            }
        }
    }

    /// [`OutputFile::write`] for bytes that are there already.
    ///
    /// # Errors
    /// As [`OutputFile::write`].
    pub fn write_bytes(&self, bytes: &[u8]) -> Result<()> {
        self.write(|out| out.write_all(bytes).map_err(|source| cannot_write(self.asked, source)))
    }

    /// [`OutputFile::write_bytes`] where there must be no file yet.
    ///
    /// # Errors
    /// [`Error::File`] of the kind `AlreadyExists` where there is one, or anything else than a regular file; as
    /// [`OutputFile::write`].
    pub fn write_new(&self, bytes: &[u8]) -> Result<()> {
        let failed = |source| cannot_write(self.asked, source);
        let Target::File(path) = &self.target else {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        };
        let (file, ()) = self.temporary(path, |out| out.write_all(bytes).map_err(failed))?;
        file.persist_noclobber(path).map_err(|refused| failed(refused.error))?;
        sync_folder(path);
        Ok(())
    }

    /// A file with a name of its own in the folder of `path`, complete and on the disk. Dropping it removes it.
    fn temporary<T>(
        &self,
        path: &Path,
        fill: impl FnOnce(&mut dyn Write) -> Result<T>,
    ) -> Result<(tempfile::NamedTempFile, T)> {
        let failed = |source| cannot_write(self.asked, source);
        // `tempfile` makes it with mode 0600.
        let file = tempfile::Builder::new()
            .prefix(".skinkit-")
            .suffix(".part")
            .tempfile_in(folder(path))
            .map_err(failed)?;
        let mut out = BufWriter::new(file.as_file());
        let done = fill(&mut out)?;
        out.flush().map_err(failed)?;
        drop(out);
        file.as_file().sync_all().map_err(failed)?;
        Ok((file, done))
    }

    /// Refuses what must not be replaced.
    fn check(&self) -> Result<()> {
        let Target::File(path) = &self.target else {
            return Ok(());
        };
        let refuse = |what| {
            Err(Error::WouldReplace {
                path: self.asked.to_owned(),
                what,
            })
        };
        if let Some(history) = history_of(path)
            && (is_history(&history) || self.inputs.iter().any(|input| is_same(input, &history)))
        {
            return refuse("a file of a history");
        }
        let Ok(found) = fs::metadata(path) else {
            return Ok(());
        };
        for input in self.inputs {
            let beside = BESIDE_HISTORY.iter().map(|suffix| with_suffix(input, suffix));
            if is_same(input, path) || beside.into_iter().any(|file| is_same(&file, path)) {
                return refuse("a file that is read by the same call");
            }
        }
        if is_history(path) {
            return refuse("a history");
        }
        if is_key(path, &found) {
            return refuse("a key");
        }
        if is_of_pack(path) {
            return refuse("a file of a model pack");
        }
        Ok(())
    }
}

fn target(path: &Path) -> io::Result<Target> {
    if path == Path::new(STDOUT) {
        return Ok(Target::Stdout);
    }
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => Ok(Target::Stream),
        Ok(_) => Ok(Target::File(fs::canonicalize(path)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Target::File(end_of_links(path)?)),
        Err(error) => Err(error),
    }
}

/// Where a path leads that has no file at its end.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = folder(&path).join(next),
            Err(_) if path.file_name().is_none() => return Err(io::ErrorKind::InvalidInput.into()),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("links lead in circles"))
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The history that a file would belong to by its name.
fn history_of(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy();
    let stem = BESIDE_HISTORY.iter().find_map(|suffix| name.strip_suffix(suffix))?;
    Some(path.with_file_name(stem))
}

/// Whether two paths lead to one file, through links of any kind too.
fn is_same(a: &Path, b: &Path) -> bool {
    let (Ok(found), Ok(other)) = (fs::metadata(a), fs::metadata(b)) else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        (found.dev(), found.ino()) == (other.dev(), other.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = (found, other);
        matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
    }
}

/// The first bytes of a regular file, at most `most`; empty where it cannot be read.
fn beginning(path: &Path, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if fs::metadata(path).is_ok_and(|found| found.is_file())
        && let Ok(file) = File::open(path)
    {
        let _ = file.take(most).read_to_end(&mut bytes);
    }
    bytes
}

fn is_history(path: &Path) -> bool {
    let bytes = beginning(path, APPLICATION_ID.end as u64);
    bytes.starts_with(SQLITE) && bytes.get(APPLICATION_ID) == Some(HISTORY_ID)
}

fn is_key(path: &Path, found: &Metadata) -> bool {
    if found.len() > LONGEST_KEY {
        return false;
    }
    let text = zeroize::Zeroizing::new(beginning(path, LONGEST_KEY));
    std::str::from_utf8(&text).is_ok_and(|text| Key::from_hex(text.trim()).is_ok())
}

/// Whether it is a `pack.json`, or one beside it names it.
fn is_of_pack(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return false;
    };
    let manifest = beginning(&path.with_file_name("pack.json"), LONGEST_MANIFEST);
    match serde_json::from_slice::<serde_json::Value>(&manifest) {
        Ok(manifest) => name == "pack.json" || names(&manifest, name),
        Err(_) => false,
    }
}

/// Whether any text in a JSON value is `name`.
fn names(value: &serde_json::Value, name: &str) -> bool {
    match value {
        serde_json::Value::String(text) => text == name,
        serde_json::Value::Array(items) => items.iter().any(|item| names(item, name)),
        serde_json::Value::Object(fields) => fields.values().any(|field| names(field, name)),
        _ => false,
    }
}

/// Makes sure that a folder's entries are on the disk, where the platform can. The file is there either way.
fn sync_folder(path: &Path) {
    if cfg!(unix) {
        let _ = File::open(folder(path)).and_then(|folder| folder.sync_all());
    }
}

fn cannot_write(path: &Path, source: io::Error) -> Error {
    Error::File {
        what: "write",
        path: path.to_owned(),
        source,
    }
}
