//! Similarity search through the public interface.
#![allow(clippy::unwrap_used)]

mod common;

use common::{key, scan};
use proptest::prelude::*;
use skinkit_store::{Error, NewScan, ScanId, Store};

fn with_embedding(embedding: Vec<f32>) -> NewScan {
    NewScan {
        embedding: Some(embedding),
        ..scan("Ada", "arm", 0)
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum() };
    let norms = (dot(a, a) * dot(b, b)).sqrt();
    if norms == 0.0 { 0.0 } else { dot(a, b) / norms }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn top_k_is_what_comparing_with_each_gives(
        rows in prop::collection::vec(prop::collection::vec(-10.0f32..10.0, 5), 1..40),
        query in prop::collection::vec(0.5f32..10.0, 5),
        k in 0..50usize,
    ) {
        let store = Store::open_in_memory(&key()).unwrap();
        let scans: Vec<_> = rows.iter().cloned().map(with_embedding).collect();
        let ids = store.add_all(&scans).unwrap();
        let found = store.nearest("pack", "1.0.0", &query, k).unwrap();
        prop_assert_eq!(found.len(), k.min(rows.len()));
        let mut all: Vec<f64> = rows.iter().map(|row| cosine(row, &query)).collect();
        for neighbour in &found {
            let at = ids.iter().position(|id| *id == neighbour.id).unwrap();
            prop_assert!((f64::from(neighbour.similarity) - cosine(&rows[at], &query)).abs() < 1e-6);
        }
        all.sort_by(|a, b| b.total_cmp(a));
        for (neighbour, best) in found.iter().zip(all) {
            prop_assert!((f64::from(neighbour.similarity) - best).abs() < 1e-6);
        }
    }
}

#[test]
fn what_is_added_or_erased_later_is_noticed_also_across_stores() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let here = Store::open(&path, &key()).unwrap();
    let there = Store::open(&path, &key()).unwrap();
    let ids = |store: &Store| -> Vec<ScanId> {
        let found = store.nearest("pack", "1.0.0", &[1.0, 0.0], 10).unwrap();
        found.iter().map(|n| n.id).collect()
    };
    assert_eq!(ids(&here), []);
    let far = here.add(&with_embedding(vec![0.0, 1.0])).unwrap();
    assert_eq!(ids(&here), [far]);
    let near = there.add(&with_embedding(vec![2.0, 0.1])).unwrap();
    assert_eq!(ids(&here), [near, far]);
    assert_eq!(ids(&there), [near, far]);
    there.erase_scan(near).unwrap();
    assert_eq!(ids(&here), [far]);
    // One erased and one added: the number of embeddings alone would not tell.
    there.erase_scan(far).unwrap();
    let new = there.add(&with_embedding(vec![1.0, 1.0])).unwrap();
    assert_eq!(ids(&here), [new]);
    there.erase_everything().unwrap();
    assert_eq!(ids(&here), []);
}

#[test]
fn packs_and_versions_are_never_mixed() {
    let store = Store::open_in_memory(&key()).unwrap();
    store.add(&with_embedding(vec![1.0, 0.0])).unwrap();
    let other = NewScan {
        pack_version: "2.0.0".into(),
        ..with_embedding(vec![1.0, 0.0, 0.0])
    };
    let other = store.add(&other).unwrap();
    let found = store.nearest("pack", "2.0.0", &[1.0, 0.0, 0.0], 10).unwrap();
    assert_eq!(found.iter().map(|n| n.id).collect::<Vec<_>>(), [other]);
    assert_eq!(store.nearest("pack1", ".0.0", &[1.0], 10).unwrap(), []);
    for query in [&[1.0][..], &[0.0, 0.0], &[f32::NAN, 0.0]] {
        let error = store.nearest("pack", "1.0.0", query, 1).unwrap_err();
        assert!(matches!(error, Error::BadValue { field: "embedding", .. }), "{error}");
    }
}

#[test]
fn no_direction_is_similarity_zero() {
    let store = Store::open_in_memory(&key()).unwrap();
    let zero = store.add(&with_embedding(vec![0.0, 0.0])).unwrap();
    let opposite = store.add(&with_embedding(vec![-1.0, 0.0])).unwrap();
    let found = store.nearest("pack", "1.0.0", &[1.0, 0.0], 2).unwrap();
    assert_eq!((found[0].id, found[0].similarity), (zero, 0.0));
    assert_eq!((found[1].id, found[1].similarity), (opposite, -1.0));
}
