//! Export and import of what this version records.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use serde_json::{Value, json};
use skinkit::store::{NewScan, Raster, RasterKind};
use skinkit::{Error, ExportFormat, ExportRequest, History, Key, ScanRecord, StoredScan};

struct Opened {
    _folder: tempfile::TempDir,
    history: History,
}

fn opened() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let history = History::open(folder.path().join("h.skinkit"), &Key::from_bytes([7; 32])).unwrap();
    Opened {
        _folder: folder,
        history,
    }
}

fn jpeg() -> Vec<u8> {
    let mut file = Vec::new();
    image::codecs::jpeg::JpegEncoder::new(&mut file)
        .encode(&[120; 32 * 32 * 3], 32, 32, image::ExtendedColorType::Rgb8)
        .unwrap();
    file
}

fn record() -> Value {
    json!({
        "sdk_version": "0.2.0",
        "engine": "embedded",
        "region": "lesion",
        "roi": {"centre": [50.0, 60.0], "width": 40.0, "height": 40.0, "rotation": 0.0},
        "probabilities": [
            {"label": "nv", "name": "Nevus", "p": 0.3},
            {"label": "mel", "name": "Melanoma", "p": 0.7},
        ],
        "prediction_set": ["mel"],
        "measures": {
            "unit": "millimetre",
            "values": [
                {"measure": "area", "value": 12.5, "low": 11.0, "high": 14.0},
                {"measure": "lightness", "value": -20.25, "low": -22.0, "high": -18.5},
            ],
        },
        "scale": {"mm_per_pixel": 0.1, "error": 0.001, "source": "coin"},
        "pack": {
            "license": "X",
            "labels": [
                {"id": "nv", "name": "Nevus", "snomed_ct": null, "icd10": "D22"},
                {"id": "mel", "name": "Melanoma", "snomed_ct": "372244006", "icd10": "C43"},
            ],
        },
        "receipt": {"picture_sha256": "ab"},
    })
}

fn scan(subject: &str, site: &str, taken_at: i64, record: &Value) -> NewScan {
    let record: ScanRecord = serde_json::from_value(record.clone()).unwrap();
    NewScan {
        subject: subject.to_owned(),
        site: site.to_owned(),
        taken_at,
        pack_id: "pack".to_owned(),
        pack_version: "1.0.0".to_owned(),
        embedding: Some(vec![0.25, -1.0, 3.5]),
        payload: record.payload().unwrap(),
        ..NewScan::default()
    }
}

/// A full scan, one without a model's run, and one whose names a spreadsheet would run.
fn sample() -> Opened {
    let opened = opened();
    let store = opened.history.store();
    let full = NewScan {
        lesion: Some("mole 1".to_owned()),
        mask: Some(Raster {
            width: 1,
            height: 2,
            channels: 1,
            bytes: vec![0, 255],
        }),
        heatmap: Some(Raster {
            width: 2,
            height: 1,
            channels: 1,
            bytes: vec![7, 8],
        }),
        picture: Some(jpeg()),
        ..scan("Ada", "left forearm", 1_700_000_000_123, &record())
    };
    let id = store.add(&full).unwrap();
    store.assign(id, Some("mole 2"), 5, &json!({"by": "hand"})).unwrap();
    store.add(&scan("Ada", "left forearm", 3, &json!({}))).unwrap();
    let other = json!({"probabilities": [{"label": "bkl", "name": "", "p": 1.0}]});
    store
        .add(&scan("=cmd|'/c calc'!A1", "back, lower \"left\"", -1, &other))
        .unwrap();
    opened
}

fn export(history: &History, request: &ExportRequest) -> Vec<u8> {
    let mut out = Vec::new();
    history.export(request, &mut out).unwrap();
    out
}

/// All scans, without their numbers, which an import gives anew.
fn scans(history: &History) -> Vec<Value> {
    let mut all: Vec<StoredScan> = Vec::new();
    for subject in history.subjects().unwrap() {
        for site in history.sites(&subject).unwrap() {
            all.extend(history.scans(&subject, &site).unwrap());
        }
    }
    let mut all: Vec<Value> = all.iter().map(|scan| json!(scan)).collect();
    for scan in &mut all {
        scan["id"] = Value::Null;
    }
    all
}

#[test]
fn an_export_imports_to_the_same_history_once() {
    let (from, to) = (sample(), opened());
    let request = ExportRequest::new(ExportFormat::Json);
    let exported = export(&from.history, &request);
    let first = to.history.import(&exported[..]).unwrap();
    assert_eq!((first.added, first.known), (3, 0));
    let second = to.history.import(&exported[..]).unwrap();
    assert_eq!((second.added, second.known), (0, 3));
    assert_eq!(scans(&to.history), scans(&from.history));
    let id = to.history.scans("Ada", "left forearm").unwrap()[1].id;
    let store = to.history.store();
    assert_eq!(store.raster(id, RasterKind::Heatmap).unwrap().unwrap().bytes, [7, 8]);
    assert_eq!(store.raster(id, RasterKind::Mask).unwrap().unwrap().bytes, [0, 255]);
    assert_eq!(to.history.picture(id).unwrap(), Some(jpeg()));
    assert_eq!(to.history.assignments(id).unwrap()[0].to.as_deref(), Some("mole 2"));
    assert_eq!(export(&to.history, &request), exported);
    assert!(to.history.check().unwrap().is_ok());
    let value: Value = serde_json::from_slice(&exported).unwrap();
    assert_eq!(
        (&value["format"], &value["version"]),
        (&json!("skinkit-history"), &json!(2))
    );
    assert_eq!(value["scans"][1]["taken_at"], "2023-11-14T22:13:20.123Z");
    assert_eq!(value["scans"][1]["assignments"][0]["at"], "1970-01-01T00:00:00.005Z");
}

#[test]
fn an_export_can_be_of_one_subject_and_without_pictures() {
    let sample = sample();
    let request = ExportRequest {
        subject: Some("Ada".to_owned()),
        pictures: false,
        ..ExportRequest::new(ExportFormat::Json)
    };
    let value: Value = serde_json::from_slice(&export(&sample.history, &request)).unwrap();
    let scans = value["scans"].as_array().unwrap();
    assert_eq!(scans.len(), 2);
    assert!(scans.iter().all(|s| s["subject"] == "Ada" && s["picture"].is_null()));
}

#[test]
fn csv_is_one_line_a_scan_with_measures_and_runs_no_formula() {
    let out = export(&sample().history, &ExportRequest::new(ExportFormat::Csv));
    let mut reader = csv::Reader::from_reader(&out[..]);
    let headings = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let cell = |row: usize, name: &str| {
        let column = headings.iter().position(|h| h == name).unwrap();
        rows[row][column].to_owned()
    };
    assert_eq!(rows.len(), 3);
    let times = [0, 1, 2].map(|row| cell(row, "taken_at"));
    assert_eq!(
        times,
        [
            "1970-01-01T00:00:00.003Z",
            "2023-11-14T22:13:20.123Z",
            "1969-12-31T23:59:59.999Z"
        ]
    );
    let labels = ["p:nv", "p:mel", "p:bkl"];
    assert_eq!(labels.map(|label| cell(1, label)), ["0.3", "0.7", ""]);
    assert_eq!(labels.map(|label| cell(2, label)), ["", "", "1"]);
    let measured = ["length_unit", "area", "area_low", "area_high", "lightness", "perimeter"];
    assert_eq!(
        measured.map(|name| cell(1, name)),
        ["mm", "12.5", "11", "14", "-20.25", ""]
    );
    assert_eq!(measured.map(|name| cell(0, name)), [""; 6]);
    assert_eq!(cell(2, "subject"), "'=cmd|'/c calc'!A1");
    assert_eq!(cell(2, "site"), "back, lower \"left\"");
    assert_eq!(cell(1, "lesion"), "mole 2");
    assert_eq!(cell(1, "region"), "lesion");
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
fn fhir_is_a_collection_of_preliminary_observations_with_measures_and_codes() {
    let sample = sample();
    let request = ExportRequest::new(ExportFormat::Fhir);
    let out = export(&sample.history, &request);
    let bundle: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(
        (&bundle["resourceType"], &bundle["type"]),
        (&json!("Bundle"), &json!("collection"))
    );
    let entries = bundle["entry"].as_array().unwrap();
    let of = |kind: &str| -> Vec<&Value> {
        let resources = entries.iter().map(|e| &e["resource"]);
        resources.filter(|r| r["resourceType"] == kind).collect()
    };
    let urls: HashSet<&str> = entries.iter().map(|e| e["fullUrl"].as_str().unwrap()).collect();
    assert_eq!(urls.len(), entries.len());
    let mut used = Vec::new();
    references(&bundle, &mut used);
    assert!(
        used.iter().all(|reference| urls.contains(reference)),
        "every reference resolves"
    );
    assert!(!has_empty(&bundle));

    assert_eq!(
        (of("Patient").len(), of("Device").len(), of("BodyStructure").len()),
        (2, 2, 3)
    );
    let observations = of("Observation");
    assert_eq!(observations.len(), 3);
    for observation in &observations {
        assert_eq!(observation["status"], "preliminary");
        assert!(observation["component"].is_array() != observation["dataAbsentReason"].is_object());
    }
    let component = |text: &str| -> &Value {
        let components = observations[1]["component"].as_array().unwrap();
        components.iter().find(|c| c["code"]["text"] == text).unwrap()
    };
    let melanoma = component("Probability of Melanoma");
    assert_eq!(melanoma["valueQuantity"]["value"], json!(0.7));
    assert_eq!(
        melanoma["code"]["coding"],
        json!([
            {"system": "http://snomed.info/sct", "code": "372244006"},
            {"system": "http://hl7.org/fhir/sid/icd-10", "code": "C43"},
        ])
    );
    assert_eq!(
        component("Area")["valueQuantity"],
        json!({"value": 12.5, "unit": "mm²", "system": "http://unitsofmeasure.org", "code": "mm2"})
    );
    assert_eq!(
        component("Area: 95 % interval")["valueRange"]["high"]["value"],
        json!(14.0)
    );
    let pictures = of("DocumentReference");
    assert_eq!((pictures.len(), &pictures[0]["docStatus"]), (1, &json!("preliminary")));
    assert!(observations[1]["derivedFrom"][0]["reference"].is_string());
    assert_eq!(
        export(&sample.history, &request),
        out,
        "the same history gives the same bundle"
    );
}

/// The bundle against the definitions of FHIR R4 (4.0.1), by an implementation of its own: the Python package
/// `fhir.resources`. `cargo xtask test` makes its environment.
#[test]
fn a_bundle_is_valid_fhir_r4() {
    let Some(python) = std::env::var_os("SKINKIT_FHIR_PYTHON") else {
        println!(
            "SKIPPED: FHIR R4 validation: SKINKIT_FHIR_PYTHON names no interpreter with tests/fhir/requirements.txt"
        );
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fhir/validate.py");
    let check = |bundle: &[u8]| {
        let path = folder.path().join("bundle.json");
        std::fs::write(&path, bundle).unwrap();
        let output = Command::new(&python).arg(&script).arg(&path).output().unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let old = opened();
    old.history
        .import(&include_bytes!("fixtures/export-0.1.0.json")[..])
        .unwrap();
    let request = ExportRequest::new(ExportFormat::Fhir);
    for history in [&sample().history, &old.history] {
        let bundle = export(history, &request);
        assert_eq!(check(&bundle), (true, String::new()));
        // It can say no.
        let text = String::from_utf8(bundle).unwrap();
        assert!(!check(text.replacen("valueQuantity", "valueQuantities", 1).as_bytes()).0);
        assert!(!check(text.replacen("\"status\":\"preliminary\",", "", 1).as_bytes()).0);
    }
    let empty = opened();
    assert_eq!(check(&export(&empty.history, &request)), (true, String::new()));
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
    let sample = sample();
    for format in [ExportFormat::Json, ExportFormat::Csv, ExportFormat::Fhir] {
        let error = sample.history.export(&ExportRequest::new(format), Full).unwrap_err();
        assert!(matches!(error, Error::Export(_)), "{error:?}");
    }
}

prop_compose! {
    fn any_scan()(
        subject in "[a-c]", site in "[^\\pC\\pZ]{1,8}x", lesion in prop::option::of("[a-z\"]{0,4}x"),
        taken_at in -62_135_596_800_000..=253_402_300_799_999i64,
        p in 0.0f32..=1.0, label in "\\PC{0,6}", name in "\\PC{0,6}",
        embedding in prop::collection::vec(prop::num::f32::NORMAL, 3),
        value in prop::num::f64::NORMAL, position in prop::option::of(prop::num::f32::NORMAL),
        bytes in prop::collection::vec(any::<u8>(), 3),
    ) -> NewScan {
        let record = json!({
            "probabilities": [{"label": label, "name": name, "p": p}],
            "measures": {
                "unit": "pixel",
                "values": [{"measure": "redness", "value": value, "low": value, "high": value}],
            },
            "position": position.map(|x| [x, x]),
        });
        NewScan {
            lesion,
            embedding: Some(embedding),
            mask: Some(Raster { width: 3, height: 1, channels: 1, bytes }),
            ..scan(&subject, &site, taken_at, &record)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn whatever_is_stored_survives_export_and_import(new in prop::collection::vec(any_scan(), 1..6)) {
        let (from, to) = (opened(), opened());
        from.history.store().add_all(&new).unwrap();
        let request = ExportRequest::new(ExportFormat::Json);
        let exported = export(&from.history, &request);
        to.history.import(&exported[..]).unwrap();
        prop_assert_eq!(scans(&to.history), scans(&from.history));
        prop_assert_eq!(export(&to.history, &request), exported);
        for format in [ExportFormat::Csv, ExportFormat::Fhir] {
            let written = from.history.export(&ExportRequest::new(format), Vec::new()).unwrap();
            prop_assert_eq!(written, new.len() as u64);
        }
    }
}
