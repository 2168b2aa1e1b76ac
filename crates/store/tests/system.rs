//! Faults that only the operating system can make: folders without permission, disks without space.
//!
//! Each test runs its work in a child process that lives under that fault. Where the system
//! doesn't let a test make the fault, it says so loudly and is skipped.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
    process::Command,
};

use common::{full_scan, key};
use skinkit_store::{Error, NewScan, Store};

/// Nobody's user number on every common Unix.
const NOBODY: u32 = 65534;

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// True when this user may write where permissions say nobody may: the superuser.
fn is_superuser() -> bool {
    let folder = tempfile::tempdir().unwrap();
    chmod(folder.path(), 0o555);
    let may = fs::write(folder.path().join("x"), "x").is_ok();
    chmod(folder.path(), 0o755);
    may
}

/// Runs one of the `child_…` tests on a history.
fn child(executable: &Path, name: &str, history: &Path) -> Command {
    let mut command = Command::new(executable);
    command
        .args([name, "--exact", "--ignored", "--nocapture"])
        .env("SKINKIT_STORE_CHILD", history);
    command
}

fn history() -> std::path::PathBuf {
    std::env::var_os("SKINKIT_STORE_CHILD")
        .expect("run by its parent test only")
        .into()
}

fn assert_passed(output: &std::process::Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}\n{errors}");
}

#[test]
fn a_read_only_folder_is_named_and_can_still_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    Store::open(&path, &key()).unwrap().add(&full_scan()).unwrap();
    // The executable must be where the child's user can reach it.
    let tools = tempfile::tempdir().unwrap();
    let executable = tools.path().join("system");
    fs::copy(std::env::current_exe().unwrap(), &executable).unwrap();
    chmod(tools.path(), 0o755);
    chmod(&executable, 0o755);
    chmod(&path, 0o444);
    chmod(folder.path(), 0o555);
    let before = fs::read(&path).unwrap();
    let mut command = child(&executable, "child_in_a_read_only_folder", &path);
    if is_superuser() {
        // Permissions don't bind the superuser, so the child becomes somebody else.
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output();
    chmod(folder.path(), 0o755);
    match output {
        Ok(output) => assert_passed(&output),
        Err(error) => eprintln!("SKIPPED: read-only folder: can't run as another user: {error}"),
    }
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
#[ignore = "child of a_read_only_folder_is_named_and_can_still_be_read"]
fn child_in_a_read_only_folder() {
    let path = history();
    let folder = path.parent().unwrap();
    let error = Store::open(&path, &key()).unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error:?}");
    let error = Store::create(folder.join("new.db"), &key()).unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error:?}");
    assert!(error.to_string().contains("new.db"), "{error}");

    let store = Store::open_read_only(&path, &key()).unwrap();
    let sites = store.sites().unwrap();
    assert_eq!(sites[0].scans, 1);
    assert!(store.check().unwrap().is_ok());
    for error in [
        store.add(&full_scan()).map(drop).unwrap_err(),
        store.erase_subject("Ada").map(drop).unwrap_err(),
        store.rotate_key(&key()).unwrap_err(),
        store.backup(folder.join("backup.db")).map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, Error::ReadOnly { .. }), "{error:?}");
    }
    assert_eq!(store.sites().unwrap(), sites);
}

#[test]
fn a_store_opened_for_reading_sees_what_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let writer = Store::open(&path, &key()).unwrap();
    let reader = Store::open_read_only(&path, &key()).unwrap();
    assert_eq!(reader.subjects().unwrap(), [""; 0]);
    writer.add(&full_scan()).unwrap();
    assert_eq!(reader.subjects().unwrap(), ["Ada"]);
    assert!(matches!(reader.add(&full_scan()), Err(Error::ReadOnly { .. })));
}

/// Adds scans until there is no room, then reads all of them again.
fn fill_up(path: &Path) -> (usize, Error) {
    let store = Store::open(path, &key()).unwrap();
    let large = NewScan {
        picture: Some(vec![1; 50_000]),
        ..full_scan()
    };
    let mut ids = Vec::new();
    let error = loop {
        match store.add(&large) {
            Ok(id) => ids.push(id),
            Err(error) => break error,
        }
        assert!(ids.len() < 2000, "the disk has no end");
    };
    for id in &ids {
        assert_eq!(store.picture(*id).unwrap(), large.picture);
    }
    drop(store);
    let store = Store::open(path, &key()).unwrap();
    assert_eq!(store.scans("Ada", "left forearm").unwrap().len(), ids.len());
    assert_eq!(store.check().unwrap().problems, [""; 0]);
    (ids.len(), error)
}

/// A file system of 4 MB in a mount namespace of the child's own.
#[test]
fn a_full_disk_loses_no_scan() {
    let folder = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=4m tmpfs \"$0\" && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c"]);
    let can = Command::new("unshare")
        .args(["--mount", "sh", "-c", mount])
        .arg(folder.path())
        .arg("true")
        .output();
    if !can.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: full disk: this system lets no test mount a small file system");
        return;
    }
    let output = command
        .arg(mount)
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .args(["child_on_a_small_disk", "--exact", "--ignored", "--nocapture"])
        .env("SKINKIT_STORE_CHILD", folder.path().join("history.db"))
        .output()
        .unwrap();
    assert_passed(&output);
}

#[test]
#[ignore = "child of a_full_disk_loses_no_scan"]
fn child_on_a_small_disk() {
    let path = history();
    let ballast = path.with_file_name("ballast");
    fs::write(&ballast, vec![1; 512 * 1024]).unwrap();
    let (scans, error) = fill_up(&path);
    assert!(matches!(error, Error::DiskFull { .. }), "{error:?}");
    assert!(error.to_string().contains("history.db"), "{error}");
    assert!(scans > 10);
    let folder = path.parent().unwrap();
    let store = Store::open(&path, &key()).unwrap();
    let error = store.backup(folder.join("backup.db")).unwrap_err();
    assert!(matches!(error, Error::DiskFull { .. }), "{error:?}");
    assert!(!folder.join("backup.db").exists());
    let error = Store::restore(&path, folder.join("copy.db"), &key()).unwrap_err();
    assert!(matches!(error, Error::DiskFull { .. }), "{error:?}");
    // Only the history and what SQLite keeps beside it while it is open.
    let mut left: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !["ballast", "history.db", "history.db-wal", "history.db-shm"].contains(&&**name))
        .collect();
    left.sort();
    assert_eq!(left, [""; 0]);
    // An erasure needs a little space for the log.
    fs::remove_file(folder.join("ballast")).unwrap();
    let first = store.scans("Ada", "left forearm").unwrap()[0].id;
    assert_eq!(store.erase_scan(first).unwrap().scans, 1);
    assert_eq!(store.scans("Ada", "left forearm").unwrap().len(), scans - 1);
}

/// A limit on the size of every file: the system refuses in the middle of a write.
#[test]
fn a_write_that_the_system_cuts_short_loses_no_scan() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 4096 && exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["child_with_a_file_limit", "--exact", "--ignored", "--nocapture"])
        .env("SKINKIT_STORE_CHILD", folder.path().join("history.db"))
        .output()
        .unwrap();
    assert_passed(&output);
}

#[test]
#[ignore = "child of a_write_that_the_system_cuts_short_loses_no_scan"]
fn child_with_a_file_limit() {
    let (scans, error) = fill_up(&history());
    assert!(matches!(error, Error::Io { .. } | Error::DiskFull { .. }), "{error:?}");
    assert!(scans > 10);
}
