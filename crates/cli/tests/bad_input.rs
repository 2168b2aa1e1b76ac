//! Wrong input: one clear line, the documented exit status, nothing half written, the history untouched.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Recorded, fails, photo, root, skinkit, succeeds};

fn analyze(path: &Path) -> Command {
    let mut command = skinkit(["analyze"]);
    command.arg(path);
    command
}

fn written(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A PNG whose header promises far more pixels than the file holds.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", &header[..]), (b"IDAT", b""), (b"IEND", b"")] {
        let chunk = [&name[..], data].concat();
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(&chunk);
        out.extend(crc32(&chunk).to_be_bytes());
    }
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

#[test]
fn files_that_are_no_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let jpeg = std::fs::read(photo("lesion-first.jpg")).unwrap();
    let cases = [
        (folder.path().join("missing.jpg"), "missing.jpg"),
        (folder.path().to_owned(), "not a file"),
        (written(&folder, "empty.jpg", b""), "empty"),
        (
            written(&folder, "text.jpg", b"this is no picture at all, just words"),
            "text.jpg",
        ),
        (written(&folder, "cut.jpg", &jpeg[..jpeg.len() / 3]), "cut.jpg"),
        (written(&folder, "bomb.png", &bomb(100_000, 100_000)), "100000"),
    ];
    for (path, said) in cases {
        let line = fails(&mut analyze(&path), 3);
        assert!(line.to_lowercase().contains(said), "{said}: {line}");
        let name = path.file_name().unwrap().to_str().unwrap();
        assert_eq!(line.matches(name).count(), 1, "the file is named once: {line}");
    }
}

#[test]
fn a_picture_of_one_pixel() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dot.png");
    image::RgbImage::new(1, 1).save(&path).unwrap();
    let line = fails(&mut analyze(&path), 3);
    assert!(line.contains("dot.png") && line.contains("at least"), "{line}");
}

#[test]
fn no_face_where_one_was_asked_for() {
    let line = fails(analyze(&photo("lesion-first.jpg")).args(["--region", "face"]), 3);
    assert!(line.contains("no face"), "{line}");
}

#[test]
fn arguments_that_make_no_sense() {
    assert!(fails(analyze(&photo("lesion-first.jpg")).args(["--region", "elbow"]), 2).contains("elbow"));
    // The pack knows dermoscopy only and asks nothing.
    let ham7 = root().join("models/lesion-ham7");
    let ask = |arguments: &[&str]| {
        let mut command = analyze(&photo("lesion-first.jpg"));
        fails(command.arg("--pack").arg(&ham7).args(arguments), 2)
    };
    assert!(ask(&["--capture", "close-up"]).contains("`dermoscope`"));
    assert!(ask(&["--answer", "itches=yes"]).contains("takes no answers"));
    assert!(ask(&["--answer", "itches"]).contains("QUESTION=ANSWER"));
    let recorded = Recorded::new();
    let mut add = recorded.command("add");
    add.arg("arm")
        .arg(photo("lesion-first.jpg"))
        .args(["--taken-at", "yesterday"]);
    assert!(fails(&mut add, 2).contains("yesterday"));
    let mut history = skinkit(["history"]);
    assert!(
        fails(history.arg(recorded.db()), 2).contains("--key-file"),
        "a key is needed"
    );
}

#[test]
fn a_pack_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let line = fails(analyze(&photo("lesion-first.jpg")).arg("--pack").arg(folder.path()), 4);
    assert!(line.contains("pack.json"), "{line}");
}

#[test]
fn a_library_that_is_no_library() {
    let folder = tempfile::tempdir().unwrap();
    let library = written(&folder, "libonnxruntime.so", b"not a library");
    let mut command = analyze(&photo("lesion-first.jpg"));
    command
        .args(["--engine", "onnxruntime"])
        .env("ORT_DYLIB_PATH", &library);
    let line = fails(&mut command, 4);
    assert!(line.contains("libonnxruntime.so"), "{line}");
}

#[test]
fn a_wrong_or_broken_key_changes_nothing() {
    let recorded = Recorded::new();
    let before = recorded.history();
    let other = recorded.folder.path().join("other.key");
    succeeds(skinkit(["key", "new"]).arg(&other));
    let mut add = recorded.command("add");
    add.arg("left forearm")
        .arg(photo("lesion-first.jpg"))
        .arg("--key-file")
        .arg(&other);
    assert!(fails(&mut add, 5).contains("key"));
    std::fs::write(&other, "not hex").unwrap();
    assert!(fails(recorded.command("history").arg("--key-file").arg(&other), 5).contains("64 hex"));
    assert!(fails(recorded.command("history").args(["--key-file", "nowhere.key"]), 5).contains("nowhere.key"));
    assert_eq!(recorded.history(), before);
}

#[test]
fn a_bad_photo_adds_nothing_and_makes_no_history() {
    let recorded = Recorded::new();
    let before = recorded.history();
    let text = written(&recorded.folder, "text.jpg", b"just words");
    fails(recorded.command("add").arg("left forearm").arg(&text), 3);
    assert_eq!(recorded.history(), before);

    let fresh = recorded.folder.path().join("fresh.skinkit");
    let mut add = skinkit(["add"]);
    add.arg(&fresh)
        .arg("arm")
        .arg(&text)
        .env("SKINKIT_KEY_FILE", recorded.key());
    fails(&mut add, 3);
    assert!(!fresh.exists(), "a history was made for a picture that is none");
}

#[test]
fn a_history_that_is_missing_damaged_or_something_else() {
    let recorded = Recorded::new();
    let of = |path: &Path| {
        let mut command = skinkit(["history"]);
        command.arg(path).env("SKINKIT_KEY_FILE", recorded.key());
        command
    };
    let nowhere = recorded.folder.path().join("nowhere.skinkit");
    assert!(fails(&mut of(&nowhere), 5).contains("nowhere.skinkit"));
    assert!(!nowhere.exists());
    let text = written(
        &recorded.folder,
        "notes.skinkit",
        b"my notes, no history, but long enough to look at a header of one",
    );
    fails(&mut of(&text), 5);
    assert_eq!(std::fs::read(&text).unwrap()[..8], *b"my notes");
    assert!(fails(recorded.command("compare").arg("right knee"), 3).contains("0 scan"));
}

#[test]
fn a_history_from_a_newer_version() {
    let recorded = Recorded::new();
    let db = rusqlite::Connection::open(recorded.db()).unwrap();
    db.pragma_update(None, "user_version", 9_999).unwrap();
    drop(db);
    let bytes = std::fs::read(recorded.db()).unwrap();
    let line = fails(&mut recorded.command("history"), 5);
    assert!(line.contains("9999") && line.contains("update"), "{line}");
    assert_eq!(std::fs::read(recorded.db()).unwrap(), bytes, "the file was touched");
}

#[test]
fn a_folder_that_cannot_be_written() {
    let recorded = Recorded::new();
    // Nobody can make files in /proc, not even root.
    let place = if cfg!(target_os = "linux") {
        "/proc/history.skinkit"
    } else {
        "/nowhere/at/all/history.skinkit"
    };
    let mut add = skinkit(["add", place, "arm"]);
    add.arg(photo("lesion-first.jpg"))
        .env("SKINKIT_KEY_FILE", recorded.key());
    fails(&mut add, 5);
    let mut report = recorded.command("report");
    assert!(fails(report.arg("--out").arg("/nowhere/at/all/report.html"), 3).contains("report.html"));
}
