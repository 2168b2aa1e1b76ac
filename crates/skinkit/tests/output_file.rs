//! What is written for a person: whole or not at all, for its owner alone, and never over what is needed.
#![cfg(unix)]
// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use skinkit::{Error, ExportFormat, ExportRequest, History, Key, OutputFile};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn with(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// A history with its key and nothing in it.
    fn history(&self) -> (PathBuf, Key) {
        let (path, key) = (self.path("h.skinkit"), Key::generate().unwrap());
        drop(History::open(&path, &key).unwrap());
        (path, key)
    }
}

fn write(path: &Path, inputs: &[&Path], text: &str) -> Result<(), Error> {
    OutputFile::new(path, inputs)?.write_bytes(text.as_bytes())
}

fn refused(path: &Path, inputs: &[&Path]) -> String {
    let before = fs::read(path).unwrap();
    let error = write(path, inputs, "new").unwrap_err();
    assert!(matches!(error, Error::WouldReplace { .. }), "{error:?}");
    assert_eq!(fs::read(path).unwrap(), before, "{error}");
    error.to_string()
}

#[test]
fn a_file_is_whole_private_and_alone() {
    let folder = Folder::new();
    let old = folder.with("x.html", "old");
    fs::set_permissions(&old, fs::Permissions::from_mode(0o644)).unwrap();
    // Somebody else's file: such names were used for temporary files once.
    folder.with("x.html.part", "mine");
    let file = OutputFile::new(&old, &[]).unwrap();
    let failed = file.write::<()>(|out| {
        out.write_all(b"half").unwrap();
        Err(Error::NoHistory)
    });
    assert!(matches!(failed, Err(Error::NoHistory)));
    assert_eq!(fs::read_to_string(&old).unwrap(), "old");
    file.write_bytes(b"new").unwrap();
    assert_eq!(fs::read_to_string(&old).unwrap(), "new");
    assert_eq!(fs::metadata(&old).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(folder.path("x.html.part")).unwrap(), "mine");
    assert_eq!(folder.names(), ["x.html", "x.html.part"]);
}

#[test]
fn a_name_of_255_bytes_is_written() {
    let folder = Folder::new();
    let path = folder.path(&"n".repeat(255));
    write(&path, &[], "x").unwrap();
    assert_eq!(fs::read_to_string(path).unwrap(), "x");
}

#[test]
fn what_the_call_reads_is_never_replaced() {
    let folder = Folder::new();
    let photo = folder.with("photo.jpg", "a photo");
    assert!(refused(&photo, &[&photo]).contains("photo.jpg"));
    let hard = folder.path("hard.jpg");
    fs::hard_link(&photo, &hard).unwrap();
    refused(&hard, &[&photo]);
    let soft = folder.path("soft.jpg");
    symlink(&photo, &soft).unwrap();
    refused(&soft, &[&photo]);
    refused(&photo, &[&soft]);
    let roundabout = folder.0.path().join("..").join(folder.0.path().file_name().unwrap());
    refused(&roundabout.join("photo.jpg"), &[&photo]);
    assert_eq!(fs::read_to_string(&photo).unwrap(), "a photo");
}

#[test]
fn no_history_key_or_pack_is_ever_replaced() {
    let folder = Folder::new();
    let (history, key) = folder.history();
    assert!(refused(&history, &[]).contains("a history"));
    let wal = folder.with("h.skinkit-wal", "the last scans");
    assert!(refused(&wal, &[]).contains("a file of a history"));
    // One that is not there yet would be taken for the history's own.
    let journal = folder.path("h.skinkit-journal");
    assert!(matches!(write(&journal, &[], "x"), Err(Error::WouldReplace { .. })));
    assert!(!journal.exists());
    let hidden = folder.path("other-name");
    symlink(&wal, &hidden).unwrap();
    refused(&hidden, &[]);

    let key = folder.with("my.key", &format!("{}\n", key.to_hex().as_str()));
    assert!(refused(&key, &[]).contains("a key"));

    fs::create_dir(folder.path("pack")).unwrap();
    let manifest = folder.with("pack/pack.json", r#"{"variants": [{"file": "model.onnx"}]}"#);
    assert!(refused(&manifest, &[]).contains("a model pack"));
    let network = folder.with("pack/model.onnx", "weights");
    assert!(refused(&network, &[]).contains("a model pack"));
    // What the pack does not name is an ordinary file.
    let note = folder.with("pack/note.html", "old");
    write(&note, &[], "new").unwrap();
}

#[test]
fn an_export_never_lands_on_its_own_history() {
    let folder = Folder::new();
    let (path, key) = folder.history();
    let history = History::open_existing(&path, &key).unwrap();
    let request = ExportRequest::new(ExportFormat::Json);
    for beside in ["", "-wal", "-shm"] {
        let mut target = path.as_os_str().to_owned();
        target.push(beside);
        let error = history.export_file(&request, Path::new(&target)).unwrap_err();
        assert!(matches!(error, Error::WouldReplace { .. }), "{error:?}");
    }
    assert!(history.check().unwrap().is_ok());
    let out = folder.path("out.json");
    assert_eq!(history.export_file(&request, &out).unwrap(), 0);
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn of_a_link_the_target_is_replaced() {
    let folder = Folder::new();
    fs::create_dir(folder.path("elsewhere")).unwrap();
    let target = folder.with("elsewhere/target", "old");
    let link = folder.path("link");
    symlink("elsewhere/target", &link).unwrap();
    write(&link, &[], "new").unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    // A link to what is not there yet makes it there.
    let dangling = folder.path("dangling");
    symlink("elsewhere/made", &dangling).unwrap();
    write(&dangling, &[], "made").unwrap();
    assert_eq!(fs::read_to_string(folder.path("elsewhere/made")).unwrap(), "made");
    assert!(fs::symlink_metadata(&dangling).unwrap().is_symlink());
    symlink("b", folder.path("a")).unwrap();
    symlink("a", folder.path("b")).unwrap();
    assert!(matches!(write(&folder.path("a"), &[], "x"), Err(Error::File { .. })));
}

#[test]
fn devices_and_pipes_are_written_through() {
    write(Path::new("/dev/null"), &[], "x").unwrap();
    let folder = Folder::new();
    let pipe = folder.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || {
            let mut text = String::new();
            fs::File::open(pipe).unwrap().read_to_string(&mut text).unwrap();
            text
        }
    });
    write(&pipe, &[], "through").unwrap();
    assert_eq!(reader.join().unwrap(), "through");
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert!(matches!(
        write(Path::new("/dev/full"), &[], "x"),
        Err(Error::File { .. })
    ));
    assert!(matches!(write(folder.0.path(), &[], "x"), Err(Error::File { .. })));
}

#[test]
fn a_new_file_never_replaces_one() {
    let folder = Folder::new();
    let path = folder.path("new.key");
    OutputFile::new(&path, &[]).unwrap().write_new(b"first").unwrap();
    let again = OutputFile::new(&path, &[]).unwrap().write_new(b"second").unwrap_err();
    assert!(matches!(again, Error::File { source, .. } if source.kind() == std::io::ErrorKind::AlreadyExists));
    assert_eq!(fs::read_to_string(&path).unwrap(), "first");
    assert_eq!(folder.names(), ["new.key"]);
}

#[test]
fn no_room_leaves_the_old_file_and_nothing_beside_it() {
    let folder = Folder::new();
    let path = folder.with("report.html", "old");
    // A limit on a file's size (in blocks of 512 or 1,024 bytes) stands for a disk that runs full.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["child_writes_more_than_there_is_room_for", "--exact", "--ignored"])
        .env("SKINKIT_OUTPUT_CHILD", &path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(folder.names(), ["report.html"]);
}

#[test]
#[ignore = "child of no_room_leaves_the_old_file_and_nothing_beside_it"]
fn child_writes_more_than_there_is_room_for() {
    let path = PathBuf::from(std::env::var_os("SKINKIT_OUTPUT_CHILD").expect("run by its parent test only"));
    let error = write(&path, &[], &"new ".repeat(100_000)).unwrap_err();
    assert!(matches!(error, Error::File { .. }), "{error:?}");
}
