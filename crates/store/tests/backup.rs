//! Backup while in use, and restore that checks before it replaces.
#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, path::Path};

use common::{full_scan, key, scan};
use skinkit_store::{Error, Key, NewScan, Store};

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_backup_is_one_complete_file_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let backup = folder.path().join("a backup?.db");
    let store = Store::open(&path, &key()).unwrap();
    let id = store.add(&full_scan()).unwrap();
    let size = store.backup(&backup).unwrap();
    assert_eq!(size, fs::metadata(&backup).unwrap().len());
    assert!(matches!(store.backup(&backup), Err(Error::Exists { .. })));
    let missing = folder.path().join("no/backup.db");
    assert!(matches!(
        store.backup(&missing),
        Err(Error::Missing { what: "folder", .. })
    ));
    let bytes = fs::read(&backup).unwrap();

    // Opened where it is, moved to a new place, and put back in place of a changed history.
    let elsewhere = folder.path().join("elsewhere.db");
    let restored = Store::restore(&backup, &elsewhere, &key()).unwrap();
    assert_eq!((restored.scans, restored.set_aside), (1, None));
    let copy = Store::open_existing(&elsewhere, &key()).unwrap();
    assert_eq!(copy.scan(id).unwrap(), store.scan(id).unwrap());

    store.add(&scan("Bob", "arm", 1)).unwrap();
    store.erase_subject("Ada").unwrap();
    assert_eq!(store.nearest("pack", "1.0.0", &[1.0, 0.0, 0.0], 9).unwrap().len(), 1);
    Store::restore(&backup, &path, &key()).unwrap();
    assert_eq!(store.subjects().unwrap(), ["Ada"], "the open store goes on with it");
    assert_eq!(store.scan(id).unwrap(), copy.scan(id).unwrap());
    assert_eq!(store.nearest("pack", "1.0.0", &[1.0, 0.0, 0.0], 9).unwrap()[0].id, id);
    store.add(&scan("Cleo", "arm", 1)).unwrap();
    assert!(store.check().unwrap().is_ok());

    assert_eq!(fs::read(&backup).unwrap(), bytes, "the backup is never written");
    drop((store, copy));
    assert_eq!(files(folder.path()), ["a backup?.db", "elsewhere.db", "history.db"]);
}

#[test]
fn a_store_in_memory_can_be_backed_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let store = Store::open_in_memory(&key()).unwrap();
    let id = store.add(&full_scan()).unwrap();
    store.backup(&path).unwrap();
    let opened = Store::open_existing(&path, &key()).unwrap();
    assert_eq!(opened.scan(id).unwrap(), store.scan(id).unwrap());
}

#[test]
fn a_backup_does_not_stop_the_writer_and_is_consistent() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("history.db"), &key()).unwrap();
    for at in 0..50 {
        store.add(&scan("Ada", "arm", at)).unwrap();
    }
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for at in 50..100 {
                store.add(&scan("Ada", "arm", at)).unwrap();
            }
        });
        for round in 0..5 {
            let backup = folder.path().join(format!("{round}.db"));
            store.backup(&backup).unwrap();
            let copy = Store::open_existing(&backup, &key()).unwrap();
            let times: Vec<_> = copy.scans("Ada", "arm").unwrap().iter().map(|s| s.taken_at).collect();
            assert!(times.len() >= 50);
            assert_eq!(times, (0..times.len() as i64).collect::<Vec<_>>());
            assert!(copy.check().unwrap().is_ok());
        }
    });
    assert_eq!(store.scans("Ada", "arm").unwrap().len(), 100);
}

#[test]
fn a_bad_backup_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let backup = folder.path().join("backup.db");
    let store = Store::open(&path, &key()).unwrap();
    let many: Vec<NewScan> = (0..40).map(|at| scan("Ada", "arm", at)).collect();
    store.add_all(&many).unwrap();
    store.backup(&backup).unwrap();
    drop(store);
    let present = fs::read(&path).unwrap();
    let good = fs::read(&backup).unwrap();
    let try_restore = |expected: &str| {
        let error = Store::restore(&backup, &path, &key()).unwrap_err();
        assert!(format!("{error:?}").starts_with(expected), "{expected}: {error:?}");
        assert!(error.to_string().contains("backup.db"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), present);
        assert_eq!(files(folder.path()).len(), 1 + usize::from(backup.exists()));
    };

    let error = Store::restore(&backup, &path, &Key::from_bytes([8; 32])).unwrap_err();
    assert!(matches!(error, Error::WrongKey { .. }));
    assert!(matches!(
        Store::restore_unencrypted(&backup, &path),
        Err(Error::Encrypted { .. })
    ));
    assert_eq!(fs::read(&path).unwrap(), present);

    for at in (4096..good.len()).step_by(4096) {
        let mut bad = good.clone();
        bad[at..at + 4096].fill(0x5a);
        fs::write(&backup, bad).unwrap();
        try_restore("Corrupt");
    }
    fs::write(&backup, &good[..good.len() / 2]).unwrap();
    try_restore("Corrupt");
    fs::write(&backup, "a letter, no backup").unwrap();
    try_restore("NotAStore");
    fs::write(&backup, "").unwrap();
    try_restore("Corrupt");
    fs::remove_file(&backup).unwrap();
    try_restore("Missing");
}

#[test]
fn a_history_with_another_key_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let backup = folder.path().join("backup.db");
    drop(Store::create(&backup, &key()).unwrap());
    drop(Store::create(&path, &Key::from_bytes([8; 32])).unwrap());
    let present = fs::read(&path).unwrap();
    let error = Store::restore(&backup, &path, &key()).unwrap_err();
    assert!(matches!(error, Error::WrongKey { .. }));
    assert!(error.to_string().contains("history.db"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), present);
}

#[test]
fn a_damaged_history_is_moved_aside_not_deleted() {
    for damage in [&b""[..], b"SQLite format 3\0 and then nothing", &[0; 9000]] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let backup = folder.path().join("backup.db");
        let store = Store::open(&path, &key()).unwrap();
        let id = store.add(&full_scan()).unwrap();
        store.backup(&backup).unwrap();
        drop(store);
        fs::write(&path, damage).unwrap();
        let restored = Store::restore(&backup, &path, &key()).unwrap();
        let aside = restored.set_aside.unwrap();
        assert_eq!(fs::read(&aside).unwrap(), damage);
        let store = Store::open_existing(&path, &key()).unwrap();
        assert_eq!(store.scan(id).unwrap().subject, "Ada");
    }
}
