//! Where a history lies, what lies beside it, and what its people and places are called.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::Command,
};

use common::{full_scan, key, scan};
use rusqlite::Connection;
use skinkit_store::{Error, Key, Store};

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Names of the files in a folder, but for the log that a reader cannot take away.
fn made(folder: &Path) -> Vec<std::ffi::OsString> {
    let beside: [&[u8]; 2] = [b"-wal", b"-shm"];
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.retain(|name| !beside.iter().any(|end| name.as_bytes().ends_with(end)));
    names.sort();
    names
}

/// Everything that works on the file by its name.
fn whole_life(path: &Path) {
    let store = Store::create(path, &key()).unwrap();
    let id = store.add(&full_scan()).unwrap();
    let backup = path.with_file_name("backup");
    assert!(store.backup(&backup).unwrap() > 0);
    store.erase_scan(id).unwrap();
    drop(store);
    assert!(path.is_file(), "{}", path.display());
    assert_eq!(Store::restore(&backup, path, &key()).unwrap().scans, 1);
    let store = Store::open_read_only(path, &key()).unwrap();
    assert!(store.check().unwrap().is_ok());
    drop(store);
    fs::remove_file(backup).unwrap();
}

#[test]
fn any_name_of_a_file_will_do() {
    let folder = tempfile::tempdir().unwrap();
    let names: [&[u8]; 6] = [
        b"x.db",
        b"file:x.db",
        b"a?mode=ro&b#c%41",
        b"\xff\xfe\x80.db",
        b" ",
        b"'quoted\".db",
    ];
    for name in names {
        whole_life(&folder.path().join(OsStr::from_bytes(name)));
    }
    let long = "n".repeat(251);
    whole_life(&folder.path().join(&long));
    let error = Store::create(folder.path().join(format!("{long}n")), &key()).unwrap_err();
    assert!(error.to_string().contains("251 bytes"), "{error}");
    for name in ["", "..", "/"] {
        assert!(Store::open(name, &key()).is_err(), "{name:?}");
    }
    assert_eq!(made(folder.path()).len(), names.len() + 1, "nothing else is made");
}

#[test]
fn a_name_without_a_folder_is_a_file_of_that_name() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["child_in_a_folder", "--exact", "--ignored"])
        .current_dir(folder.path())
        .env("SKINKIT_STORE_CHILD", folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(made(folder.path()), [":memory:", "file:x.db"]);
}

#[test]
#[ignore = "child of a_name_without_a_folder_is_a_file_of_that_name"]
fn child_in_a_folder() {
    std::env::var_os("SKINKIT_STORE_CHILD").expect("run by its parent test only");
    for name in [":memory:", "file:x.db"] {
        whole_life(Path::new(name));
    }
}

/// A history with its log, as a crash leaves it: copied while it is open.
fn crashed(folder: &Path, name: &str, subject: &str) -> PathBuf {
    let open = folder.join("open");
    let store = Store::create(&open, &key()).unwrap();
    for time in 0..5 {
        store.add(&scan(subject, "arm", time)).unwrap();
    }
    let path = folder.join(name);
    for suffix in ["", "-wal"] {
        fs::copy(with(&open, suffix), with(&path, suffix)).unwrap();
    }
    drop(store);
    fs::remove_file(open).unwrap();
    path
}

#[test]
fn the_log_of_another_history_is_never_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let own = crashed(folder.path(), "own", "Ada");
    // Its own log is: it holds all of its scans.
    assert_eq!(Store::open(&own, &key()).unwrap().scans("Ada", "arm").unwrap().len(), 5);

    // With the same key, the same number of scans, and so the same pages.
    let one = crashed(folder.path(), "one", "Ada");
    let other = crashed(folder.path(), "other", "Bob");
    let foreign = fs::read(with(&other, "-wal")).unwrap();
    fs::write(with(&one, "-wal"), &foreign).unwrap();
    let before = fs::read(&one).unwrap();
    for opened in [
        Store::open(&one, &key()),
        Store::open_existing(&one, &key()),
        Store::open_read_only(&one, &key()),
        Store::open(&one, &Key::from_bytes([8; 32])),
    ] {
        let error = opened.unwrap_err();
        assert!(matches!(error, Error::ForeignLog { .. }), "{error:?}");
        assert!(error.to_string().contains("one-wal"), "{error}");
    }
    assert_eq!(fs::read(&one).unwrap(), before);
    assert_eq!(fs::read(with(&one, "-wal")).unwrap(), foreign);
    // A whole one, whose log is gone as it should be, is no worse.
    let closed = folder.path().join("closed");
    let store = Store::create(&closed, &key()).unwrap();
    store.add(&scan("Cy", "arm", 1)).unwrap();
    drop(store);
    fs::write(with(&closed, "-wal"), &foreign).unwrap();
    assert!(matches!(Store::open(&closed, &key()), Err(Error::ForeignLog { .. })));
    fs::remove_file(with(&closed, "-wal")).unwrap();
    assert_eq!(
        Store::open(&closed, &key()).unwrap().scans("Cy", "arm").unwrap().len(),
        1
    );
}

#[test]
fn a_log_of_its_own_is_known_after_every_kind_of_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("h");
    let backup = folder.path().join("backup");
    let store = Store::create(&path, &key()).unwrap();
    store.add(&full_scan()).unwrap();
    store.backup(&backup).unwrap();
    let copy = folder.path().join("copy");
    let opens = |what: &str, key: &Key| {
        for suffix in ["", "-wal"] {
            fs::copy(with(&path, suffix), with(&copy, suffix)).unwrap();
        }
        let opened = Store::open_existing(&copy, key);
        assert!(opened.is_ok(), "after {what}: {:?}", opened.err());
        drop(opened);
    };
    let id = store.add(&scan("Ada", "back", 2)).unwrap();
    opens("adding", &key());
    store.assign(id, Some("mole"), 3, &serde_json::json!(null)).unwrap();
    opens("assigning", &key());
    store.erase_scan(id).unwrap();
    opens("erasing", &key());
    store.erase_everything().unwrap();
    opens("erasing everything", &key());
    Store::restore(&backup, &path, &key()).unwrap();
    opens("restoring", &key());
    store.add(&scan("Ada", "back", 2)).unwrap();
    opens("adding to what was restored", &key());
    let new = Key::from_bytes([9; 32]);
    store.rotate_key(&new).unwrap();
    store.add(&scan("Ada", "back", 4)).unwrap();
    opens("changing the key", &new);
}

/// What schema 2 held is brought into form, but for names that would become one.
#[test]
fn names_of_before_are_brought_into_form() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("h");
    // An unencrypted history of schema 2, whose names are text with a mark in front.
    let file = Connection::open(&path).unwrap();
    let sql = include_str!("fixtures/schema_2.sql");
    file.execute_batch(sql).unwrap();
    drop(file);
    let store = Store::open(&path, &key()).unwrap();
    assert_eq!(store.subjects().unwrap(), ["Ada", "Bob"], "names in form stay");
    for spelling in ["Ada", " Ada", "Ada\n"] {
        assert_eq!(store.scans(spelling, "left forearm ").unwrap().len(), 2, "{spelling:?}");
    }
    store.add(&scan("Ada ", "caf\u{e9}", 1)).unwrap();
    store.add(&scan("Ada", "cafe\u{301}", 2)).unwrap();
    assert_eq!(store.scans("Ada", "cafe\u{301}").unwrap().len(), 2);
    assert_eq!(store.lesion_names("Ada", "left forearm").unwrap(), ["mole 1"]);
    assert_eq!(store.site_names("Nobody").unwrap(), [""; 0]);
    for name in ["a\u{1b}b", "a\nb", "\u{202e}ab", " "] {
        assert!(matches!(
            store.add(&scan(name, "arm", 1)),
            Err(Error::BadValue { field: "subject", .. })
        ));
        assert!(matches!(
            store.add(&scan("Ada", name, 1)),
            Err(Error::BadValue { field: "site", .. })
        ));
    }
    assert!(store.check().unwrap().is_ok());
}
