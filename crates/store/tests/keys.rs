//! The key hierarchy: rotation, erasing a person by destroying a key, what an attacker can move.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{full_scan, key, scan};
use rusqlite::Connection;
use skinkit_store::{Error, Key, NewScan, Store};

fn new_key() -> Key {
    Key::from_bytes([9; 32])
}

fn blobs(path: &Path, sql: &str) -> Vec<Vec<u8>> {
    let file = Connection::open(path).unwrap();
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Everything that lies in the folder, as one run of bytes.
fn on_disk(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        all.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    all
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn rotation_changes_the_key_and_rewrites_no_scan() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let store = Store::open(&path, &key()).unwrap();
    let id = store.add(&full_scan()).unwrap();
    store.add(&scan("Bob", "arm", 1)).unwrap();
    let before = store.scan(id).unwrap();
    let values = "SELECT record FROM scan UNION ALL SELECT value FROM picture
                  UNION ALL SELECT value FROM embedding UNION ALL SELECT name FROM subject";
    let keys = "SELECT data_key FROM subject UNION ALL SELECT lookup FROM vault";
    let (old_values, old_keys) = (blobs(&path, values), blobs(&path, keys));

    store.rotate_key(&new_key()).unwrap();
    assert_eq!(store.scan(id).unwrap(), before, "the same handle goes on");
    store.add(&scan("Cleo", "arm", 1)).unwrap();
    assert_eq!(blobs(&path, values)[..2], old_values[..2]);
    assert!(blobs(&path, values).iter().filter(|v| old_values.contains(v)).count() == old_values.len());
    let disk = on_disk(folder.path());
    for old in &old_keys {
        assert!(
            !contains(&disk, old),
            "a key sealed by the old key is still on the disk"
        );
    }
    drop(store);

    assert!(matches!(Store::open(&path, &key()), Err(Error::WrongKey { .. })));
    let store = Store::open(&path, &new_key()).unwrap();
    assert_eq!(store.scan(id).unwrap(), before);
    assert_eq!(store.subjects().unwrap(), ["Ada", "Bob", "Cleo"]);
    assert!(store.check().unwrap().is_ok());
}

#[test]
fn another_open_store_notices_a_rotation_and_writes_nothing_with_the_old_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let here = Store::open(&path, &key()).unwrap();
    here.add(&scan("Ada", "arm", 1)).unwrap();
    let there = Store::open(&path, &key()).unwrap();
    there.rotate_key(&new_key()).unwrap();
    assert!(matches!(
        here.add(&scan("Bob", "arm", 1)),
        Err(Error::KeyChanged { .. })
    ));
    assert!(matches!(here.sites(), Err(Error::KeyChanged { .. })));
    assert_eq!(there.subjects().unwrap(), ["Ada"]);
    assert!(there.check().unwrap().is_ok());
}

#[test]
fn erasing_everything_keeps_other_stores_going() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let here = Store::open(&path, &key()).unwrap();
    here.add(&scan("Ada", "arm", 1)).unwrap();
    let there = Store::open(&path, &key()).unwrap();
    there.erase_everything().unwrap();
    assert_eq!(here.subjects().unwrap(), [""; 0]);
    here.add(&scan("Bob", "arm", 1)).unwrap();
    assert_eq!(there.scans("Bob", "arm").unwrap().len(), 1);
}

#[test]
fn erasing_a_person_leaves_neither_the_key_nor_the_values_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let store = Store::open(&path, &key()).unwrap();
    store.add(&scan("Bob", "arm", 1)).unwrap();
    store.add(&full_scan()).unwrap();
    let of_ada = blobs(
        &path,
        "SELECT data_key FROM subject WHERE id = 2 UNION ALL SELECT name FROM subject WHERE id = 2
         UNION ALL SELECT lookup FROM subject WHERE id = 2
         UNION ALL SELECT record FROM scan WHERE id = 2
         UNION ALL SELECT value FROM picture UNION ALL SELECT value FROM raster",
    );
    assert_eq!(of_ada.len(), 7);
    let disk = on_disk(folder.path());
    assert!(
        of_ada.iter().all(|value| contains(&disk, value)),
        "the search would find them"
    );
    let erased = store.erase_subject("Ada").unwrap();
    assert_eq!((erased.scans, erased.log_emptied), (1, true));
    let disk = on_disk(folder.path());
    for value in &of_ada {
        assert!(!contains(&disk, value));
    }
    assert_eq!(store.scans("Bob", "arm").unwrap().len(), 1);
    assert!(store.check().unwrap().is_ok());
}

#[test]
fn an_erasure_during_a_read_says_that_the_log_could_not_be_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let store = Store::open(&path, &key()).unwrap();
    let store = {
        drop(store);
        skinkit_store::StoreOptions::new()
            .busy_timeout(std::time::Duration::from_millis(50))
            .open(&path, &key())
            .unwrap()
    };
    store.add(&scan("Ada", "arm", 1)).unwrap();
    let reader = Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM scan;").unwrap();
    let _: i64 = reader
        .query_row("SELECT count(*) FROM scan", [], |row| row.get(0))
        .unwrap();
    let erased = store.erase_subject("Ada").unwrap();
    assert_eq!((erased.scans, erased.log_emptied), (1, false));
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(store.subjects().unwrap(), [""; 0]);
}

/// A sealed value that is moved to another row, column or person doesn't open there.
#[test]
fn moved_values_are_noticed() {
    let moves = [
        "UPDATE scan SET record = (SELECT record FROM scan WHERE id = 2) WHERE id = 1",
        "UPDATE payload SET value = (SELECT record FROM scan WHERE id = 1) WHERE scan_id = 1",
        "UPDATE embedding SET value = (SELECT value FROM embedding WHERE scan_id = 3) WHERE scan_id = 1",
        "UPDATE subject SET data_key = (SELECT data_key FROM subject WHERE id = 2) WHERE id = 1",
        "UPDATE subject SET name = (SELECT name FROM site WHERE id = 1) WHERE id = 1",
        "UPDATE scan SET uid = zeroblob(16) WHERE id = 1",
        "UPDATE scan SET lesion_id = (SELECT id FROM lesion WHERE site_id = 1) WHERE id = 1",
        // A scan put under another site, and under another person's.
        "UPDATE scan SET site_id = 3 WHERE id = 1",
        "UPDATE scan SET site_id = 2 WHERE id = 1",
        // The mark of an unencrypted value is no way around.
        "UPDATE payload SET value = X'007B7D' WHERE scan_id = 1",
    ];
    for sql in moves {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let store = Store::open(&path, &key()).unwrap();
        let id = store.add(&scan("Ada", "arm", 1)).unwrap();
        store.add(&scan("Ada", "arm", 2)).unwrap();
        store.add(&scan("Bob", "leg", 1)).unwrap();
        store.add(&scan("Ada", "leg", 1)).unwrap();
        store
            .add(&NewScan {
                lesion: Some("mole".into()),
                ..scan("Ada", "arm", 3)
            })
            .unwrap();
        drop(store);
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let store = Store::open(&path, &key()).unwrap();
        assert!(matches!(store.scan(id), Err(Error::Corrupt { .. })), "{sql}");
        assert!(!store.check().unwrap().is_ok(), "{sql}");
    }
}
