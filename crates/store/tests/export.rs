//! Export and import.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::HashSet;

use common::{full_scan, key, scan};
use proptest::prelude::*;
use serde_json::{Value, json};
use skinkit_store::{Error, ExportOptions, LabelProbability, NewScan, Raster, RasterKind, Scan, Store};

fn sample() -> Store {
    let store = Store::open_in_memory(&key()).unwrap();
    let id = store.add(&full_scan()).unwrap();
    store.assign(id, Some("mole 2"), 5, &json!({"by": "hand"})).unwrap();
    store
        .add(&NewScan {
            probabilities: vec![],
            ..scan("Ada", "left forearm", 3)
        })
        .unwrap();
    store
        .add(&NewScan {
            probabilities: vec![LabelProbability {
                label: "bkl".into(),
                p: 1.0,
            }],
            ..scan("=cmd|'/c calc'!A1", "back, lower \"left\"", -1)
        })
        .unwrap();
    store
}

fn export(store: &Store, options: &ExportOptions) -> Vec<u8> {
    let mut out = Vec::new();
    store.export_json(options, &mut out).unwrap();
    out
}

/// All scans, without their numbers, which an import gives anew.
fn scans(store: &Store) -> Vec<Scan> {
    let mut all = Vec::new();
    for site in store.sites().unwrap() {
        all.extend(store.scans(&site.subject, &site.site).unwrap());
    }
    for scan in &mut all {
        scan.id = skinkit_store::ScanId(0);
    }
    all
}

#[test]
fn an_export_imports_to_the_same_history_once() {
    let from = sample();
    let exported = export(&from, &ExportOptions::new());
    let to = Store::open_in_memory(&key()).unwrap();
    to.add(&scan("Zoe", "arm", 1)).unwrap();
    to.erase_everything().unwrap();
    let first = to.import_json(&exported[..]).unwrap();
    assert_eq!((first.added, first.known), (3, 0));
    let second = to.import_json(&exported[..]).unwrap();
    assert_eq!((second.added, second.known), (0, 3));
    assert_eq!(scans(&to), scans(&from));
    let id = to.scans("Ada", "left forearm").unwrap()[1].id;
    let full = full_scan();
    assert_eq!(to.raster(id, RasterKind::Heatmap).unwrap(), full.heatmap);
    assert_eq!(to.raster(id, RasterKind::Mask).unwrap(), full.mask);
    assert_eq!(to.picture(id).unwrap(), full.picture);
    assert_eq!(to.assignments(id).unwrap()[0].to.as_deref(), Some("mole 2"));
    assert_eq!(export(&to, &ExportOptions::new()), exported);
    assert!(to.check().unwrap().is_ok());
}

#[test]
fn an_export_can_be_of_one_subject_and_without_pictures() {
    let store = sample();
    let text = export(&store, &ExportOptions::new().subject("Ada").pictures(false));
    let value: Value = serde_json::from_slice(&text).unwrap();
    let scans = value["scans"].as_array().unwrap();
    assert_eq!(scans.len(), 2);
    assert!(scans.iter().all(|s| s["subject"] == "Ada" && s["picture"].is_null()));
    let none = export(&store, &ExportOptions::new().subject("Nobody"));
    assert_eq!(serde_json::from_slice::<Value>(&none).unwrap()["scans"], json!([]));
}

#[test]
fn what_is_no_export_imports_nothing() {
    let good: Value = serde_json::from_slice(&export(&sample(), &ExportOptions::new())).unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value);
        value.to_string()
    };
    let whole = good.to_string();
    let cases = [
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
        "a secret letter".to_owned(),
        whole[..whole.len() - 2].to_owned(),
        format!("{whole}x"),
        with(&|v| v["format"] = json!("another")),
        with(&|v| v["version"] = json!(2)),
        with(&|v| v["scans"][2]["taken_at"] = json!("a secret")),
        with(&|v| v["scans"][2]["uid"] = json!("+1234567890123456789012345678901")),
        with(&|v| v["scans"][0]["picture"] = json!("no base64!")),
        with(&|v| v["version"] = Value::Null),
        r#"{"scans":[],"version":1}"#.to_owned(),
    ];
    let store = Store::open_in_memory(&key()).unwrap();
    assert_eq!(store.import_json(whole.as_bytes()).unwrap().added, 3);
    store.erase_everything().unwrap();
    for text in cases {
        let error = store.import_json(text.as_bytes()).unwrap_err();
        assert!(matches!(error, Error::BadExport { .. }), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
        assert_eq!(store.subjects().unwrap(), [""; 0]);
    }
    let out_of_range = with(&|v| v["scans"][2]["probabilities"][0]["p"] = json!(2));
    let error = store.import_json(out_of_range.as_bytes()).unwrap_err();
    assert!(
        matches!(
            error,
            Error::BadValue {
                field: "probabilities",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(store.subjects().unwrap(), [""; 0]);
    // Fields of a later minor addition are passed over.
    let more = with(&|v| {
        v["scans"][0]["new_field"] = json!(1);
    });
    assert_eq!(store.import_json(more.as_bytes()).unwrap().added, 3);
}

#[test]
fn csv_is_one_line_a_scan_and_runs_no_formula() {
    let mut out = Vec::new();
    assert_eq!(sample().export_csv(&ExportOptions::new(), &mut out).unwrap(), 3);
    let mut reader = csv::Reader::from_reader(&out[..]);
    let headings = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let cell = |row: usize, name: &str| {
        let column = headings.iter().position(|h| h == name).unwrap();
        rows[row][column].to_owned()
    };
    assert_eq!(rows.len(), 3);
    assert_eq!(cell(0, "taken_at"), "1970-01-01T00:00:00.003Z");
    assert_eq!(cell(1, "taken_at"), "2023-11-14T22:13:20.123Z");
    assert_eq!(cell(2, "taken_at"), "1969-12-31T23:59:59.999Z");
    assert_eq!(
        (cell(1, "p:nv"), cell(1, "p:mel"), cell(1, "p:bkl")),
        ("0.3".into(), "0.7".into(), String::new())
    );
    assert_eq!((cell(2, "p:nv"), cell(2, "p:bkl")), (String::new(), "1".into()));
    assert_eq!(cell(2, "subject"), "'=cmd|'/c calc'!A1");
    assert_eq!(cell(2, "site"), "back, lower \"left\"");
    assert_eq!(cell(1, "lesion"), "mole 2");
}

/// Collects every `reference` in a resource.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("reference").and_then(Value::as_str));
            fields.values().for_each(|v| references(v, found));
        }
        Value::Array(items) => items.iter().for_each(|v| references(v, found)),
        _ => {}
    }
}

/// FHIR forbids empty arrays, empty objects and empty texts.
fn has_empty(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.is_empty() || fields.values().any(has_empty),
        Value::Array(items) => items.is_empty() || items.iter().any(has_empty),
        Value::String(text) => text.is_empty(),
        Value::Null => true,
        _ => false,
    }
}

#[test]
fn fhir_is_a_collection_of_preliminary_observations() {
    let mut out = Vec::new();
    let store = sample();
    assert_eq!(store.export_fhir(&ExportOptions::new(), &mut out).unwrap(), 3);
    let bundle: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(
        (&bundle["resourceType"], &bundle["type"]),
        (&json!("Bundle"), &json!("collection"))
    );
    let entries = bundle["entry"].as_array().unwrap();
    let of = |kind: &str| -> Vec<&Value> {
        entries
            .iter()
            .map(|e| &e["resource"])
            .filter(|r| r["resourceType"] == kind)
            .collect()
    };
    let urls: HashSet<&str> = entries.iter().map(|e| e["fullUrl"].as_str().unwrap()).collect();
    assert_eq!(urls.len(), entries.len());
    for url in &urls {
        assert_eq!(url.len(), "urn:uuid:".len() + 36, "{url}");
    }
    let mut used = Vec::new();
    references(&bundle, &mut used);
    assert!(
        used.iter().all(|reference| urls.contains(reference)),
        "every reference resolves"
    );
    assert!(!has_empty(&bundle));

    assert_eq!(of("Patient").len(), 2);
    assert_eq!(of("Device").len(), 1);
    assert_eq!(of("BodyStructure").len(), 3);
    assert!(
        of("BodyStructure")
            .iter()
            .all(|b| b["patient"]["reference"].is_string())
    );
    let observations = of("Observation");
    assert_eq!(observations.len(), 3);
    for observation in &observations {
        assert_eq!(observation["status"], "preliminary");
        assert!(observation["code"]["text"].is_string());
        assert!(observation["component"].is_array() != observation["dataAbsentReason"].is_object());
    }
    assert_eq!(observations[1]["component"][0]["valueQuantity"]["value"], json!(0.3));
    let pictures = of("DocumentReference");
    assert_eq!(pictures.len(), 1);
    assert_eq!(pictures[0]["docStatus"], "preliminary");
    assert!(observations[1]["derivedFrom"][0]["reference"].is_string());

    let mut again = Vec::new();
    store.export_fhir(&ExportOptions::new(), &mut again).unwrap();
    assert_eq!(again, out, "the same history gives the same bundle");
    let mut none = Vec::new();
    store
        .export_fhir(&ExportOptions::new().subject("Nobody"), &mut none)
        .unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&none).unwrap(),
        json!({"resourceType": "Bundle", "type": "collection"})
    );
}

#[test]
fn a_writer_that_fails_is_an_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let store = sample();
    let options = ExportOptions::new();
    assert!(matches!(store.export_json(&options, Full), Err(Error::Io { .. })));
    assert!(matches!(store.export_csv(&options, Full), Err(Error::Io { .. })));
    assert!(matches!(store.export_fhir(&options, Full), Err(Error::Io { .. })));
}

prop_compose! {
    fn any_scan()(
        subject in "[a-c]", site in "\\PC{1,8}x", lesion in prop::option::of("[a-z\\n\"]{0,4}x"),
        taken_at in -62_135_596_800_000..=253_402_300_799_999i64,
        p in 0.0f32..=1.0, label in "\\PC{0,6}",
        embedding in prop::collection::vec(prop::num::f32::NORMAL, 3),
        number in prop::num::f64::NORMAL, note in "\\PC{0,9}",
        picture in prop::option::of(prop::collection::vec(any::<u8>(), 0..20)),
        bytes in prop::collection::vec(any::<u8>(), 6),
    ) -> NewScan {
        NewScan {
            lesion, picture,
            probabilities: vec![LabelProbability { label, p }],
            embedding: Some(embedding),
            roi: json!({"number": number}),
            extra: json!([note]),
            mask: Some(Raster { width: 3, height: 1, channels: 2, bytes }),
            ..scan(&subject, &site, taken_at)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_is_stored_survives_export_and_import(new in prop::collection::vec(any_scan(), 1..6)) {
        let from = Store::open_in_memory(&key()).unwrap();
        from.add_all(&new).unwrap();
        let to = Store::open_in_memory(&key()).unwrap();
        let exported = export(&from, &ExportOptions::new());
        to.import_json(&exported[..]).unwrap();
        prop_assert_eq!(scans(&to), scans(&from));
        prop_assert_eq!(export(&to, &ExportOptions::new()), exported);
        for format in [Store::export_fhir, Store::export_csv] {
            prop_assert_eq!(format(&from, &ExportOptions::new(), Vec::new()).unwrap(), new.len() as u64);
        }
    }
}
