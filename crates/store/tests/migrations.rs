//! Every schema there ever was still opens, from a fixture made when it was the newest.
#![allow(clippy::unwrap_used)]

mod common;

use common::{key, scan};
use rusqlite::Connection;
use serde_json::{Value, json};
use skinkit_store::{Key, Payload, RasterKind, SCHEMA, ScanId, Store};

const FIXTURES: &[&str] = &[
    include_str!("fixtures/schema_1.sql"),
    include_str!("fixtures/schema_2.sql"),
    include_str!("fixtures/schema_3.sql"),
];

#[test]
fn there_is_a_fixture_of_every_schema() {
    assert_eq!(FIXTURES.len() as i64, SCHEMA, "see examples/fixture.rs");
    for (number, sql) in (1..).zip(FIXTURES) {
        assert!(sql.contains(&format!("PRAGMA user_version = {number};")));
    }
}

/// As examples/fixture.rs writes it.
fn of_the_fixture() -> Payload {
    Payload {
        version: 1,
        bytes: b"what the host keeps".to_vec(),
    }
}

#[test]
fn every_past_schema_opens_with_all_its_scans() {
    for (number, sql) in (1..).zip(FIXTURES) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let file = Connection::open(&path).unwrap();
        file.execute_batch(sql).unwrap();
        file.close().unwrap();

        let before = std::fs::read(&path).unwrap();
        Store::open(&path, &Key::from_bytes([8; 32])).unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), before, "a wrong key must not migrate");

        let store = Store::open(&path, &key()).unwrap();
        let sites = store.sites().unwrap();
        let listed: Vec<_> = sites
            .iter()
            .map(|s| (s.subject.as_str(), s.site.as_str(), s.scans))
            .collect();
        assert_eq!(
            listed,
            [("Ada", "left forearm", 2), ("Ada", "back", 1), ("Bob", "nose", 1)]
        );
        let first = store.scan(ScanId(1)).unwrap();
        assert_eq!(first.lesion.as_deref(), Some("mole 1"));
        assert_eq!(first.taken_at, 1_700_000_000_000);
        assert_eq!(first.embedding.as_deref(), Some(&[1.0, 0.0, -0.5][..]));
        if number < 3 {
            assert_eq!(first.payload.version, Payload::OF_FIRST_SCHEMAS);
            let payload: Value = serde_json::from_slice(&first.payload.bytes).unwrap();
            assert_eq!(payload["roi"], json!({"width": 3.5}));
            assert_eq!(payload["receipt"]["picture_sha256"], "ab");
            assert_eq!(payload["probabilities"][0], json!({"label": "nv", "p": 0.3}));
            assert_eq!(payload["prediction_set"], json!(["nv"]));
        } else {
            assert_eq!(first.payload, of_the_fixture());
        }
        assert_eq!(
            store.raster(first.id, RasterKind::Heatmap).unwrap().unwrap().bytes,
            [1, 2]
        );
        assert_eq!(store.picture(first.id).unwrap().unwrap(), b"picture");
        let times: Vec<_> = store
            .scans("Ada", "left forearm")
            .unwrap()
            .iter()
            .map(|s| s.taken_at)
            .collect();
        assert_eq!(times, [1_699_999_999_000, 1_700_000_000_000]);
        assert_eq!(store.check().unwrap().problems, [""; 0]);

        assert_eq!(store.add(&scan("Ada", "back", 5)).unwrap(), ScanId(5));
        store.assign(ScanId(3), Some("mole 2"), 7, &json!("by hand")).unwrap();
        assert_eq!(store.assignments(ScanId(3)).unwrap().len(), 1);
        drop(store);
        let file = Connection::open(&path).unwrap();
        let version: i64 = file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(version, SCHEMA);
    }
}

/// A migrated history and a new one have the same tables, columns and indexes.
#[test]
fn migrating_and_creating_give_the_same_schema() {
    let folder = tempfile::tempdir().unwrap();
    let schema = |path: &std::path::Path| -> Vec<String> {
        let file = Connection::open(path).unwrap();
        let mut statement = file
            .prepare("SELECT coalesce(sql, name) FROM sqlite_master ORDER BY name")
            .unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let new = folder.path().join("new.db");
    drop(Store::create(&new, &key()).unwrap());
    for (number, sql) in FIXTURES.iter().enumerate() {
        let old = folder.path().join(format!("{number}.db"));
        Connection::open(&old).unwrap().execute_batch(sql).unwrap();
        drop(Store::open(&old, &key()).unwrap());
        assert_eq!(schema(&old), schema(&new));
    }
}
