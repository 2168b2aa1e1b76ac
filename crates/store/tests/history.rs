//! Adding, reading and erasing through the public interface.
#![allow(clippy::unwrap_used)]

mod common;

use common::{full_scan, key, scan};
use skinkit_store::{Error, Key, NewScan, Raster, RasterKind, Store};

#[test]
fn a_scan_comes_back_as_it_went_in_also_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let new = full_scan();
    let store = Store::open(&path, &key()).unwrap();
    let id = store.add(&new).unwrap();
    let first = store.scan(id).unwrap();
    drop(store);
    let store = Store::open_existing(&path, &key()).unwrap();
    let scan = store.scan(id).unwrap();
    assert_eq!(scan, first);
    assert_eq!(
        (&scan.subject, &scan.site, &scan.lesion, scan.taken_at),
        (&new.subject, &new.site, &new.lesion, new.taken_at)
    );
    assert_eq!(scan.payload, new.payload);
    assert_eq!(scan.embedding, new.embedding);
    assert_eq!(scan.uid.len(), 32);
    assert_eq!(store.raster(id, RasterKind::Heatmap).unwrap(), new.heatmap);
    assert_eq!(store.raster(id, RasterKind::Mask).unwrap(), new.mask);
    assert_eq!(store.picture(id).unwrap(), new.picture);
}

#[test]
fn scans_come_in_the_order_they_were_taken() {
    let store = Store::open_in_memory(&key()).unwrap();
    let times = [50, 10, 40, 40, 20, 30, 60, 5, 45];
    for time in times {
        store.add(&scan("Ada", "arm", time)).unwrap();
    }
    store.add(&scan("Ada", "leg", 99)).unwrap();
    let scans = store.scans("Ada", "arm").unwrap();
    let mut sorted = times;
    sorted.sort_unstable();
    assert_eq!(scans.iter().map(|s| s.taken_at).collect::<Vec<_>>(), sorted);
    let equal: Vec<_> = scans.iter().filter(|s| s.taken_at == 40).map(|s| s.id).collect();
    assert!(equal[0] < equal[1], "equal times keep the order of adding");
    assert_eq!(store.latest("Ada", "arm").unwrap().unwrap().taken_at, 60);
    assert_eq!(store.latest("Ada", "nose").unwrap(), None);
    assert_eq!(store.scans("Bob", "arm").unwrap(), []);
}

#[test]
fn sites_and_lesions_are_listed() {
    let store = Store::open_in_memory(&key()).unwrap();
    store
        .add(&NewScan {
            lesion: Some("a".into()),
            ..scan("Ada", "arm", 3)
        })
        .unwrap();
    store
        .add(&NewScan {
            lesion: Some("b".into()),
            ..scan("Ada", "arm", 2)
        })
        .unwrap();
    store
        .add(&NewScan {
            lesion: Some("a".into()),
            ..scan("Ada", "arm", 1)
        })
        .unwrap();
    store.add(&scan("Bob", "arm", 9)).unwrap();
    let sites = store.sites().unwrap();
    assert_eq!(sites.len(), 2);
    assert_eq!(
        (sites[0].subject.as_str(), sites[0].scans, sites[0].latest),
        ("Ada", 3, Some(3))
    );
    assert_eq!(sites[0].lesions, ["a", "b"]);
    assert_eq!((sites[1].subject.as_str(), sites[1].scans), ("Bob", 1));
    assert_eq!(store.subjects().unwrap(), ["Ada", "Bob"]);
    let times: Vec<_> = store
        .lesion_scans("Ada", "arm", "a")
        .unwrap()
        .iter()
        .map(|s| s.taken_at)
        .collect();
    assert_eq!(times, [1, 3]);
    assert_eq!(store.latest_of_lesion("Ada", "arm", "b").unwrap().unwrap().taken_at, 2);
    assert_eq!(store.latest_of_lesion("Bob", "arm", "b").unwrap(), None);
}

#[test]
fn erasing_takes_what_it_names_and_nothing_else() {
    let store = Store::open_in_memory(&key()).unwrap();
    let lesion = |name: &str| NewScan {
        lesion: Some(name.into()),
        ..scan("Ada", "arm", 1)
    };
    let a = store.add(&lesion("a")).unwrap();
    let ids = store
        .add_all(&[lesion("a"), lesion("b"), scan("Ada", "arm", 1)])
        .unwrap();
    store.add_all(&[scan("Ada", "leg", 1), scan("Bob", "arm", 1)]).unwrap();

    assert_eq!(store.erase_scan(a).unwrap().scans, 1);
    assert!(matches!(store.scan(a), Err(Error::UnknownScan { .. })));
    assert!(matches!(store.erase_scan(a), Err(Error::UnknownScan { .. })));
    assert_eq!(store.scans("Ada", "arm").unwrap().len(), 3);

    assert_eq!(store.erase_lesion("Ada", "arm", "a").unwrap().scans, 1);
    assert_eq!(store.erase_lesion("Ada", "arm", "a").unwrap().scans, 0);
    assert_eq!(store.scans("Ada", "arm").unwrap().len(), 2);
    assert!(store.scan(ids[2]).is_ok());

    assert_eq!(store.erase_site("Ada", "arm").unwrap().scans, 2);
    assert_eq!(store.sites().unwrap().len(), 2);

    assert_eq!(store.erase_subject("Ada").unwrap().scans, 1);
    assert_eq!(store.subjects().unwrap(), ["Bob"]);

    assert_eq!(store.erase_everything().unwrap().scans, 1);
    assert_eq!(store.subjects().unwrap(), [""; 0]);
    let again = store.add(&scan("Ada", "arm", 1)).unwrap();
    assert!(again > ids[2], "numbers are never given out twice");
}

#[test]
fn a_wrong_key_is_one_error_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let store = Store::open(&path, &key()).unwrap();
    store.add(&full_scan()).unwrap();
    drop(store);
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(&path, &Key::from_bytes([8; 32])).unwrap_err();
    assert!(matches!(error, Error::WrongKey { .. }), "{error}");
    assert!(matches!(Store::open_unencrypted(&path), Err(Error::Encrypted { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn nothing_readable_is_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let store = Store::open(&path, &key()).unwrap();
    store.add(&full_scan()).unwrap();
    let marks: [&[u8]; 8] = [
        b"Ada",
        b"left forearm",
        b"mole 1",
        "ünïcode".as_bytes(),
        b"pack",
        b"1700000000123",
        b"JPEG",
        &[7; 32],
    ];
    let count = |marks: &[&[u8]]| {
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend(std::fs::read(folder.path().join("history.db-wal")).unwrap_or_default());
        // The schema's own text names its tables.
        let text = String::from_utf8_lossy(&bytes).replace("pack", "");
        marks
            .iter()
            .filter(|mark| text.as_bytes().windows(mark.len()).any(|w| w == **mark))
            .count()
    };
    assert_eq!(count(&marks), 0);
    drop(store);
    assert_eq!(count(&marks), 0);

    // The same search does find them where they are in clear.
    std::fs::remove_file(&path).unwrap();
    let store = Store::open_unencrypted(&path).unwrap();
    store.add(&full_scan()).unwrap();
    drop(store);
    assert_eq!(count(&marks[..4]), 4);
    assert!(matches!(Store::open(&path, &key()), Err(Error::NotEncrypted { .. })));
}

#[test]
fn values_out_of_range_are_refused() {
    let store = Store::open_in_memory(&key()).unwrap();
    let good = full_scan();
    let bad = [
        NewScan {
            subject: "  ".into(),
            ..good.clone()
        },
        NewScan {
            site: String::new(),
            ..good.clone()
        },
        NewScan {
            lesion: Some("x".repeat(257)),
            ..good.clone()
        },
        NewScan {
            taken_at: i64::MAX,
            ..good.clone()
        },
        NewScan {
            embedding: Some(vec![f32::NAN]),
            ..good.clone()
        },
        NewScan {
            embedding: Some(vec![]),
            ..good.clone()
        },
        NewScan {
            picture: Some(Vec::new()),
            ..good.clone()
        },
        NewScan {
            site: "a\u{1b}[2Jb".to_owned(),
            ..good.clone()
        },
        NewScan {
            mask: Some(Raster {
                width: 2,
                height: 2,
                channels: 1,
                bytes: vec![0; 3],
            }),
            ..good.clone()
        },
    ];
    for scan in &bad {
        assert!(matches!(store.add(scan), Err(Error::BadValue { .. })));
    }
    store.add(&good).unwrap();
    let other_length = NewScan {
        embedding: Some(vec![1.0]),
        ..good
    };
    assert!(matches!(
        store.add(&other_length),
        Err(Error::BadValue { field: "embedding", .. })
    ));
    assert_eq!(store.sites().unwrap()[0].scans, 1);
}

#[test]
fn create_and_open_existing_mean_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    assert!(matches!(
        Store::open_existing(&path, &key()),
        Err(Error::Missing { what: "history", .. })
    ));
    drop(Store::create(&path, &key()).unwrap());
    assert!(matches!(Store::create(&path, &key()), Err(Error::Exists { .. })));
    drop(Store::open(&path, &key()).unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_store_serves_many_threads() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("history.db"), &key()).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..3 {
            let store = &store;
            scope.spawn(move || {
                for at in 0..20 {
                    store.add(&scan(&format!("person {writer}"), "arm", at)).unwrap();
                }
            });
            scope.spawn(move || {
                for _ in 0..20 {
                    let scans = store.scans("person 0", "arm").unwrap();
                    assert!(scans.is_sorted_by_key(|s| s.taken_at));
                }
            });
        }
    });
    assert_eq!(store.sites().unwrap().iter().map(|s| s.scans).sum::<u64>(), 60);
}

#[test]
fn a_scan_can_be_put_to_another_lesion_and_the_evidence_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let store = Store::open(&path, &key()).unwrap();
    let id = store.add(&full_scan()).unwrap();
    let other = store.add(&scan("Ada", "left forearm", 5)).unwrap();
    let evidence = serde_json::json!({"cost": 0.25, "by": "hand"});
    store.assign(id, Some("mole 2"), 10, &evidence).unwrap();
    store
        .assign(other, Some("mole 2"), 11, &serde_json::Value::Null)
        .unwrap();
    assert_eq!(
        store.sites().unwrap()[0].lesions,
        ["mole 2"],
        "an emptied lesion is gone"
    );
    assert_eq!(store.lesion_scans("Ada", "left forearm", "mole 2").unwrap().len(), 2);
    store.assign(id, None, 12, &evidence).unwrap();
    drop(store);

    let store = Store::open(&path, &key()).unwrap();
    assert_eq!(store.scan(id).unwrap().lesion, None);
    let kept: Vec<_> = store
        .assignments(id)
        .unwrap()
        .into_iter()
        .map(|a| (a.at, a.from, a.to, a.evidence))
        .collect();
    let name = |n: &str| Some(n.to_owned());
    assert_eq!(
        kept,
        [
            (10, name("mole 1"), name("mole 2"), evidence.clone()),
            (12, name("mole 2"), None, evidence)
        ]
    );
    assert!(matches!(
        store.assign(skinkit_store::ScanId(99), None, 0, &serde_json::Value::Null),
        Err(Error::UnknownScan { id: 99 })
    ));
    assert!(matches!(
        store.assign(id, Some(""), 0, &serde_json::Value::Null),
        Err(Error::BadValue { field: "lesion", .. })
    ));
    assert!(store.check().unwrap().is_ok());
}

#[test]
fn a_name_does_not_outlive_its_last_scan() {
    let store = Store::open_in_memory(&key()).unwrap();
    let lesion = NewScan {
        lesion: Some("a".into()),
        ..scan("Ada", "arm", 1)
    };
    let ids = store
        .add_all(&[lesion, scan("Ada", "arm", 2), scan("Ada", "leg", 3)])
        .unwrap();
    store.erase_scan(ids[0]).unwrap();
    assert_eq!(store.sites().unwrap()[0].lesions, [""; 0]);
    store.erase_scan(ids[1]).unwrap();
    let sites: Vec<_> = store.sites().unwrap().into_iter().map(|s| s.site).collect();
    assert_eq!(sites, ["leg"]);
    store.erase_scan(ids[2]).unwrap();
    assert_eq!(store.subjects().unwrap(), [""; 0]);
}
