//! Histories and exports of SkinKit 0.1.0 (schema 2) are read, whole, and whatever is taken in can be read.
//!
//! The fixtures were made with its command line: `skinkit add` of `examples/photos` (two photos of one lesion with their
//! pictures, one of a person and a site whose names have blanks around them and a decomposed é, one of a face), `assign` of
//! the second scan, and `export --no-pictures`, from which masks but the first were taken out to keep it small. The key is
//! 32 bytes of 7.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use skinkit::tracking::Measure;
use skinkit::{
    Error, ExportFormat, ExportRequest, History, Key, StoredScan, SummaryRequest, ThumbnailView, TrendRequest,
};

const HISTORY: &[u8] = include_bytes!("fixtures/history-0.1.0.skinkit");
const EXPORT: &str = include_str!("fixtures/export-0.1.0.json");

struct Opened {
    _folder: tempfile::TempDir,
    history: History,
}

fn opened(bytes: Option<&[u8]>) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("h.skinkit");
    if let Some(bytes) = bytes {
        std::fs::write(&path, bytes).unwrap();
    }
    let history = History::open(&path, &Key::from_bytes([7; 32])).unwrap();
    Opened {
        _folder: folder,
        history,
    }
}

fn scans(history: &History) -> Vec<StoredScan> {
    let mut all = Vec::new();
    for subject in history.subjects().unwrap() {
        for site in history.sites(&subject).unwrap() {
            all.extend(history.scans(&subject, &site).unwrap());
        }
    }
    all
}

/// Every call that reads.
fn read_everything(history: &History) {
    let scans = scans(history);
    assert!(!scans.is_empty());
    for subject in history.subjects().unwrap() {
        history.noise_of(&subject).unwrap();
        for site in history.sites(&subject).unwrap() {
            history.compare(&subject, &site).unwrap();
            for lesion in [None]
                .into_iter()
                .chain(history.lesions(&subject, &site).unwrap().into_iter().map(Some))
            {
                let request = TrendRequest {
                    lesion,
                    ..TrendRequest::new(&subject, &site)
                };
                history.trends(&request).unwrap();
            }
        }
    }
    for scan in &scans {
        for view in [ThumbnailView::Picture, ThumbnailView::Mask, ThumbnailView::Heatmap] {
            history.thumbnail(scan.id, view, 64).unwrap();
        }
        if scan.embedding.is_some() {
            history.nearest(scan.id, 3).unwrap();
        }
        history.assignments(scan.id).unwrap();
    }
    let request = SummaryRequest {
        verdicts: true,
        ..SummaryRequest::default()
    };
    history.summary(&request).unwrap();
    for format in [ExportFormat::Json, ExportFormat::Csv, ExportFormat::Fhir] {
        history.export(&ExportRequest::new(format), Vec::new()).unwrap();
    }
    assert!(history.check().unwrap().is_ok());
}

#[test]
fn a_history_of_the_first_version_opens_and_compares() {
    let opened = opened(Some(HISTORY));
    let history = &opened.history;
    // Names are in their form now.
    assert_eq!(history.subjects().unwrap(), ["me", "Ana"]);
    assert_eq!(history.sites("me").unwrap(), ["left forearm", "cheek"]);
    assert_eq!(history.sites("Ana").unwrap(), ["caf\u{e9}"]);

    let pair = history
        .latest_pair("me", "left forearm", Some("upper"))
        .unwrap()
        .unwrap();
    let record = &pair.before.record;
    assert_eq!(pair.before.pack_id, "lesion-ham7");
    assert_eq!(record.region.unwrap().to_string(), "lesion");
    assert_eq!(record.position, Some([0.2, 0.3]));
    assert_eq!(record.probabilities.len(), 7);
    assert!(
        record
            .probabilities
            .iter()
            .all(|p| !p.name.is_empty() && p.name != p.label)
    );
    assert!(record.quality.as_ref().unwrap().accepted && record.roi.is_some());
    assert!(record.measures.as_ref().unwrap().get(Measure::Area).is_some());
    assert!(record.familiarity.is_some() && record.pack.noise.is_some());
    assert_eq!(record.pack.license, "CC-BY-NC-4.0");
    assert_eq!(record.receipt.picture_sha256.len(), 64);
    let change = history.compare_scans(&pair.before, &pair.after).unwrap();
    // What 0.1.0 said of the embeddings; the statistics of the verdict are `tracking`'s own.
    assert!((change.similarity.unwrap() - 0.954_598_6).abs() < 1e-6, "{change:?}");
    assert!(!change.measures.is_empty());
    assert_eq!(history.assignments(pair.after.id).unwrap().len(), 1);

    let cheek = &history.scans("me", "cheek").unwrap()[0];
    assert_eq!(cheek.record.region.unwrap().to_string(), "left_cheek");
    assert!(cheek.record.measures.is_none());
    read_everything(history);
}

#[test]
fn an_export_of_the_first_version_gives_the_same_scans() {
    let (from, to) = (opened(Some(HISTORY)), opened(None));
    let imported = to.history.import(EXPORT.as_bytes()).unwrap();
    assert_eq!((imported.added, imported.known), (4, 0));
    let of = |history| {
        let mut scans = scans(history);
        scans.sort_by(|a, b| a.uid.cmp(&b.uid));
        scans
            .into_iter()
            .map(|scan| json!({"scan": scan, "id": null}))
            .map(|mut scan| {
                scan["scan"]["id"] = Value::Null;
                scan
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&to.history), of(&from.history));
    read_everything(&to.history);
    // And what this version exports, it takes.
    let mut exported = Vec::new();
    from.history
        .export(&ExportRequest::new(ExportFormat::Json), &mut exported)
        .unwrap();
    let again = opened(None);
    assert_eq!(again.history.import(&exported[..]).unwrap().added, 4);
    assert_eq!(of(&again.history), of(&from.history));
}

#[test]
fn what_import_takes_every_call_can_read() {
    let good: Value = serde_json::from_str(EXPORT).unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value["scans"][1]);
        value.to_string()
    };
    let uid = good["scans"][1]["uid"].as_str().unwrap();
    let mut taken = 0;
    for (text, may_refuse) in [
        (with(&|scan| scan["taken_at"] = json!(253_402_300_000_000_i64)), false),
        (with(&|scan| scan["taken_at"] = json!(-62_135_596_800_000_i64)), false),
        (with(&|scan| drop(scan.as_object_mut().unwrap().remove("extra"))), false),
        (with(&|scan| scan["extra"] = Value::Null), false),
        (with(&|scan| scan["quality"] = Value::Null), false),
        (with(&|scan| scan["roi"] = Value::Null), false),
        (with(&|scan| scan["embedding"] = Value::Null), false),
        (with(&|scan| scan["probabilities"] = json!([])), false),
        (with(&|scan| scan["picture"] = json!("")), true),
        (with(&|scan| scan["picture"] = json!("c2VjcmV0")), true),
        (
            with(&|scan| scan["extra"]["measures"]["values"] = json!("secret")),
            true,
        ),
        (
            with(&|scan| scan["extra"]["measures"]["border"] = json!([[1e30, 0.0]])),
            true,
        ),
        (
            with(&|scan| scan["extra"]["scale"] = json!({"mm_per_pixel": 0.0, "error": 0.0, "source": "coin"})),
            true,
        ),
        (with(&|scan| scan["extra"]["noise"] = json!("secret")), true),
        (with(&|scan| scan["extra"]["region"] = json!("secret")), true),
        (with(&|scan| scan["quality"] = json!({"accepted": true})), true),
        (with(&|scan| scan["probabilities"][0]["p"] = json!(2)), true),
        (with(&|scan| scan["embedding"] = json!([1.0])), true),
        (with(&|scan| scan["taken_at"] = json!("secret")), true),
        (with(&|scan| scan["taken_at"] = json!(253_402_300_800_000_i64)), true),
        (with(&|scan| scan["site"] = json!("\u{1b}[2Jsecret")), true),
        (
            with(&|scan| scan["mask"] = json!({"width": 9, "height": 9, "channels": 1, "data": ""})),
            true,
        ),
    ] {
        let opened = opened(None);
        match opened.history.import(text.as_bytes()) {
            Ok(imported) => {
                assert_eq!(imported.added, 4);
                read_everything(&opened.history);
                taken += 1;
            }
            Err(error) => {
                assert!(may_refuse, "{error}");
                assert!(matches!(error, Error::Import(_)), "{error:?}");
                let line = error.to_string();
                assert!(line.contains(uid) && !line.contains("secret"), "{line}");
                assert!(opened.history.subjects().unwrap().is_empty(), "all or nothing");
            }
        }
    }
    assert_eq!(taken, 8);
}

#[test]
fn what_is_no_export_is_refused() {
    for text in [
        "",
        "null",
        "{}",
        "a secret letter",
        "[]",
        r#"{"format": "another", "version": 1, "scans": []}"#,
    ] {
        let opened = opened(None);
        let error = opened.history.import(text.as_bytes()).unwrap_err();
        assert!(matches!(error, Error::Import(_)), "{error:?}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    let newer = EXPORT.replacen("\"version\":1", "\"version\":99", 1);
    let opened = opened(None);
    let error = opened.history.import(newer.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("newer"), "{error}");
    // Fields of a later addition are passed over.
    let more = EXPORT.replacen("\"uid\"", "\"later\":1,\"uid\"", 1);
    assert_eq!(opened.history.import(more.as_bytes()).unwrap().added, 4);
}
