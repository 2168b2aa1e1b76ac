//! What can be wrong with a file, a folder or a disk: a clear error, and the file untouched.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use common::{full_scan, key, scan};
use proptest::prelude::*;
use rusqlite::Connection;
use skinkit_store::{Error, Key, NewScan, Scan, Store, StoreOptions};

/// A history of a few pages, closed; gives its scans.
fn make(path: &Path, scans: i64) -> Vec<Scan> {
    let store = Store::create(path, &key()).unwrap();
    let new: Vec<NewScan> = (0..scans)
        .map(|at| NewScan {
            taken_at: at,
            ..full_scan()
        })
        .collect();
    store.add_all(&new).unwrap();
    store.scans("Ada", "left forearm").unwrap()
}

fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn what_is_no_history_is_refused_and_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("folder")).unwrap();
    fs::write(at("empty"), "").unwrap();
    fs::write(at("letter"), "Dear reader, this is no database. ".repeat(100)).unwrap();
    fs::write(at("short"), "SQLite format 3\0").unwrap();
    Connection::open(at("other"))
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    fs::write(at("gone-wal"), "the log of a file that is gone").unwrap();
    let inside = fs::read_dir(folder.path()).unwrap().count();
    let cases = [
        ("folder", "NotAStore"),
        ("empty", "Corrupt"),
        ("letter", "NotAStore"),
        ("short", "NotAStore"),
        ("other", "NotAStore"),
        ("gone", "Corrupt"),
        ("no/such/folder", "Missing"),
        ("letter/inside", "Missing"),
    ];
    for (name, expected) in cases {
        let before = at(name).is_file().then(|| fs::read(at(name)).unwrap());
        for result in [
            Store::open(at(name), &key()),
            Store::open_existing(at(name), &key()),
            Store::open_read_only(at(name), &key()),
            Store::open_unencrypted(at(name)),
        ] {
            let error = result.unwrap_err();
            assert!(format!("{error:?}").starts_with(expected), "{name}: {error:?}");
            assert_eq!(error.to_string().lines().count(), 1);
        }
        let after = at(name).is_file().then(|| fs::read(at(name)).unwrap());
        assert_eq!(before, after, "{name}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), inside);
}

#[test]
fn a_future_schema_is_refused_and_untouched_even_with_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    make(&path, 1);
    let newer = Connection::open(&path).unwrap();
    newer.execute_batch("PRAGMA user_version = 99").unwrap();
    // A crash of the newer version leaves its log: what is in it is not ours to move.
    let crashed = tempfile::tempdir().unwrap();
    for name in ["history.db", "history.db-wal"] {
        fs::copy(folder.path().join(name), crashed.path().join(name)).unwrap();
    }
    newer.close().unwrap();
    for folder in [&folder, &crashed] {
        let contents = |folder: &Path| -> Vec<Vec<u8>> {
            snapshot(folder)
                .into_iter()
                .filter(|(path, _)| !path.to_string_lossy().ends_with("-shm"))
                .map(|(_, bytes)| bytes)
                .collect()
        };
        let before = contents(folder.path());
        let error = Store::open(folder.path().join("history.db"), &key()).unwrap_err();
        assert!(matches!(error, Error::NewerSchema { found: 99, .. }), "{error:?}");
        assert_eq!(contents(folder.path()), before);
    }
}

#[test]
fn a_newer_version_taking_over_while_open_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let store = Store::open(&path, &key()).unwrap();
    store.add(&full_scan()).unwrap();
    Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    assert!(matches!(store.add(&full_scan()), Err(Error::NewerSchema { .. })));
    assert!(matches!(store.sites(), Err(Error::NewerSchema { .. })));
}

#[test]
fn a_truncated_file_is_an_error_or_whole_and_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let scans = make(&path, 30);
    let whole = fs::read(&path).unwrap();
    for length in (1..whole.len()).step_by(1021) {
        fs::write(&path, &whole[..length]).unwrap();
        let error = Store::open(&path, &key()).unwrap_err();
        let kind = format!("{error:?}");
        assert!(
            kind.starts_with("Corrupt") || kind.starts_with("NotAStore"),
            "{length}: {kind}"
        );
        assert_eq!(fs::read(&path).unwrap(), &whole[..length]);
    }
    fs::write(&path, &whole).unwrap();
    let store = Store::open(&path, &key()).unwrap();
    assert_eq!(store.scans("Ada", "left forearm").unwrap(), scans);
}

/// Opens a damaged file and reads all of it: whatever comes back must be right, and what doesn't
/// come back must be reported by an error or by the check.
fn read_damaged(path: &Path, scans: &[Scan]) -> Result<(), TestCaseError> {
    let before = fs::read(path).unwrap();
    let store = match Store::open(path, &key()) {
        Ok(store) => store,
        Err(error) => {
            prop_assert!(
                !matches!(error, Error::Io { .. } | Error::Missing { .. } | Error::DiskFull { .. }),
                "{error:?}"
            );
            prop_assert_eq!(fs::read(path).unwrap(), before);
            return Ok(());
        }
    };
    let mut missing = false;
    match store.scans("Ada", "left forearm") {
        Ok(found) => {
            for scan in &found {
                prop_assert!(scans.contains(scan), "a scan came back wrong");
            }
            missing |= found.len() != scans.len();
        }
        Err(_) => missing = true,
    }
    let expected = full_scan();
    for scan in scans {
        match store.picture(scan.id) {
            Ok(picture) => {
                missing |= picture.is_none();
                prop_assert!(picture.is_none() || picture == expected.picture);
            }
            Err(_) => missing = true,
        }
    }
    let check = store.check().unwrap_or_default();
    prop_assert!(!missing || !check.is_ok() || check.scans == 0, "damage went unnoticed");
    Ok(())
}

#[test]
fn no_damaged_page_goes_unnoticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let scans = make(&path, 20);
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(4096) {
        let mut bad = whole.clone();
        bad[at..at + 4096].fill(0xa5);
        fs::write(&path, &bad).unwrap();
        read_damaged(&path, &scans).unwrap();
        let opened = Store::open(&path, &key()).and_then(|store| store.check());
        assert!(opened.is_err() || !opened.unwrap().is_ok(), "page at {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]
    #[test]
    fn flipped_bits_never_give_a_wrong_scan(flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8u8), 1..20)) {
        // Made once: creating a history waits for the disk several times.
        static WHOLE: LazyLock<(Vec<u8>, Vec<Scan>)> = LazyLock::new(|| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("history.db");
            let scans = make(&path, 3);
            (fs::read(&path).unwrap(), scans)
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let (mut bytes, scans) = WHOLE.clone();
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        fs::write(&path, bytes).unwrap();
        read_damaged(&path, &scans)?;
    }
}

#[test]
fn a_lost_embedding_is_not_a_scan_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    make(&path, 3);
    let database = rusqlite::Connection::open(&path).unwrap();
    assert_eq!(
        database.execute("DELETE FROM embedding WHERE scan_id = 2", []).unwrap(),
        1
    );
    drop(database);
    let store = Store::open(&path, &key()).unwrap();
    let error = store.scans("Ada", "left forearm").unwrap_err();
    assert!(
        matches!(&error, Error::Corrupt { .. }) && error.to_string().contains("scan 2"),
        "{error}"
    );
}

/// What a loss of power leaves: the log cut anywhere, or with a bad sector in it.
#[test]
fn a_torn_log_gives_a_prefix_of_the_scans() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let store = Store::create(&path, &key()).unwrap();
    for at in 0..20 {
        store.add(&scan("Ada", "arm", at)).unwrap();
    }
    let file = fs::read(&path).unwrap();
    let log = fs::read(folder.path().join("history.db-wal")).unwrap();
    assert!(log.len() > 20 * 4096, "the scans are still in the log");
    let mut seen = std::collections::BTreeSet::new();
    let cuts = (0..log.len()).step_by(1777).chain([log.len()]);
    for (round, cut) in cuts.enumerate() {
        let crashed = tempfile::tempdir().unwrap();
        let path = crashed.path().join("history.db");
        let mut torn = log.clone();
        if round % 2 == 0 {
            torn.truncate(cut);
        } else if let Some(byte) = torn.get_mut(cut) {
            *byte ^= 0x10;
        }
        fs::write(&path, &file).unwrap();
        fs::write(crashed.path().join("history.db-wal"), torn).unwrap();
        let store = Store::open(&path, &key()).unwrap();
        let times: Vec<_> = store.scans("Ada", "arm").unwrap().iter().map(|s| s.taken_at).collect();
        assert_eq!(times, (0..times.len() as i64).collect::<Vec<_>>());
        assert_eq!(store.check().unwrap().problems, [""; 0]);
        store.add(&scan("Ada", "arm", 99)).unwrap();
        seen.insert(times.len());
    }
    assert!(
        seen.contains(&20) && seen.len() > 10,
        "cuts fell on many scans: {seen:?}"
    );
}

#[test]
fn another_writer_is_waited_for_and_then_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    make(&path, 1);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let impatient = StoreOptions::new()
        .busy_timeout(Duration::from_millis(30))
        .open(&path, &key())
        .unwrap();
    let error = impatient.add(&full_scan()).unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error:?}");
    assert!(error.to_string().contains("history.db"));
    assert_eq!(
        impatient.scans("Ada", "left forearm").unwrap().len(),
        1,
        "readers don't wait"
    );

    let patient = Store::open(&path, &key()).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| patient.add(&full_scan()));
        std::thread::sleep(Duration::from_millis(100));
        assert!(!waiting.is_finished());
        other.execute_batch("COMMIT").unwrap();
        waiting.join().unwrap().unwrap();
    });
    assert_eq!(impatient.scans("Ada", "left forearm").unwrap().len(), 2);
}

#[test]
fn a_full_history_refuses_whole_scans_and_goes_on_after_an_erasure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let limit = 400 * 1024;
    let store = StoreOptions::new().max_bytes(limit).open(&path, &key()).unwrap();
    let large = NewScan {
        picture: Some(vec![1; 30_000]),
        ..full_scan()
    };
    let mut ids = Vec::new();
    let error = loop {
        match store.add(&large) {
            Ok(id) => ids.push(id),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::DiskFull { .. }), "{error:?}");
    assert!(ids.len() > 5);
    assert!(matches!(
        store.add_all(&[large.clone(), large.clone()]),
        Err(Error::DiskFull { .. })
    ));
    assert_eq!(store.scans("Ada", "left forearm").unwrap().len(), ids.len());
    assert!(store.check().unwrap().is_ok());
    store.erase_scan(ids[0]).unwrap();
    store.erase_scan(ids[1]).unwrap();
    store.add(&large).unwrap();
    drop(store);
    assert!(fs::metadata(&path).unwrap().len() <= limit);
    // The limit is the handle's, not the file's.
    Store::open(&path, &key()).unwrap().add(&large).unwrap();
}

#[test]
fn a_key_of_zeros_is_a_key_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    drop(Store::create(&path, &Key::from_bytes([0; 32])).unwrap());
    assert!(matches!(Store::open_unencrypted(&path), Err(Error::Encrypted { .. })));
    assert!(matches!(Store::open(&path, &key()), Err(Error::WrongKey { .. })));
}
