//! The scenario of `bindings/scenario`: the objects in Rust, the C ABI in C and in Python, all with the same results.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};
use skinkit::inference::EngineChoice;
use skinkit::roi::FaceRegion;
use skinkit::store::ScanId;
use skinkit::tracking::Measure;
use skinkit::{Erase, Region, Verdict};
use skinkit_ffi::{
    Analysis, AnalyzeOptions, Cancel, History, Options, Photo, ScanRequest, SkinKit, SkinKitError, generate_key,
};

/// The flat results of `expected.json`.
type Results = BTreeMap<String, Value>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join("bindings/scenario").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn same(results: &Results) {
    let expected: Results = serde_json::from_value(read("expected.json")).unwrap();
    let tolerance = read("scenario.json")["tolerance"].as_f64().unwrap();
    let keys = |results: &Results| results.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(results), keys(&expected));
    for (key, value) in results {
        match (value.as_f64(), expected[key].as_f64()) {
            (Some(got), Some(wanted)) => {
                let most = tolerance * wanted.abs().max(1.0);
                assert!((got - wanted).abs() <= most, "{key}: {got}, expected {wanted}");
            }
            _ => assert_eq!(value, &expected[key], "{key}"),
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Value {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    json!(sum / f64::from(count))
}

fn joined(values: impl Iterator<Item = String>, by: &str) -> Value {
    json!(values.collect::<Vec<_>>().join(by))
}

/// The results of the lines that a driver over the C ABI prints.
fn from_lines(lines: &str) -> Results {
    let mut results = Results::new();
    for line in lines.lines() {
        let (step, json) = line.split_once('\t').unwrap();
        let value: Value = serde_json::from_str(json).unwrap();
        for (key, value) in from_json(step, value) {
            results.insert(key, value);
        }
    }
    results
}

/// The results of one step's JSON.
fn from_json(step: &str, value: Value) -> Vec<(String, Value)> {
    let list = |value: &Value| value.as_array().unwrap().clone();
    let words = |value: &Value, by| joined(list(value).iter().map(|v| v.as_str().unwrap().to_owned()), by);
    let named = |name: &str, value: Value| (format!("{step}.{name}"), value);
    let labels = || {
        let all = list(&value["finding"]["probabilities"]);
        all.into_iter().map(|label| {
            (
                format!("{step}.p.{}", label["label"].as_str().unwrap()),
                label["p"].clone(),
            )
        })
    };
    match step {
        "pack" => vec![
            named("id", value["id"].clone()),
            named("labels", json!(list(&value["labels"]).len())),
        ],
        "scan.1" | "scan.2" => labels().collect(),
        "face" => vec![
            named("roi.width", value["roi"]["width"].clone()),
            named("mesh", mean(numbers(&value["face"]["mesh"]["points"]).into_iter())),
            named("accepted", value["quality"]["accepted"].clone()),
        ],
        "large.size" => vec![
            ("large.width".to_owned(), value[0].clone()),
            ("large.height".to_owned(), value[1].clone()),
        ],
        "large" => {
            let mut results: Vec<_> = labels().collect();
            results.extend([
                named("roi.width", value["roi"]["width"].clone()),
                named("accepted", value["quality"]["accepted"].clone()),
            ]);
            let measures = list(&value["measures"]["values"]);
            let area = measures.into_iter().find(|estimate| estimate["measure"] == "area");
            results.push(named("measure.area", area.unwrap()["value"].clone()));
            results
        }
        "analyse" => {
            let finding = &value["finding"];
            let mut results: Vec<_> = labels().collect();
            let frequencies = list(&finding["probabilities"]);
            let rarest = frequencies.iter().map(|label| label["frequency"].as_f64().unwrap());
            results.push(("pack.rarest".to_owned(), json!(rarest.reduce(f64::min))));
            for measure in list(&value["measures"]["values"]) {
                let name = format!("measure.{}", measure["measure"].as_str().unwrap());
                results.push(named(&name, measure["value"].clone()));
            }
            let average = |value: &Value| mean(numbers(value).into_iter());
            results.extend([
                named("accepted", value["quality"]["accepted"].clone()),
                named("sharpness", value["quality"]["sharpness"].clone()),
                named("roi.width", value["roi"]["width"].clone()),
                named("set", words(&finding["prediction_set"], " ")),
                named("unit", value["measures"]["unit"].clone()),
                named("border", average(&value["measures"]["border"])),
                named("embedding", average(&finding["embedding"])),
                named("mask", average(&finding["mask"]["values"])),
                named("heatmap", average(&finding["heatmap"]["values"])),
            ]);
            results
        }
        "compare" => vec![
            named("verdict", value["verdict"]["kind"].clone()),
            named("similarity", value["similarity"].clone()),
            named("basis", value["basis"].clone()),
            named("measures", json!(list(&value["measures"]).len())),
            named("unit", value["unit"].clone()),
        ],
        "history.sites" => vec![(step.to_owned(), words(&value, ","))],
        "history.scans" => {
            let times = list(&value).into_iter().map(|scan| scan["taken_at"].to_string());
            vec![("history.taken_at".to_owned(), joined(times, ","))]
        }
        "erase.left" | "erase.sites" => vec![(step.to_owned(), json!(list(&value).len()))],
        "erase.everything" => vec![(step.to_owned(), value["scans"].clone())],
        _ => vec![(step.to_owned(), value)],
    }
}

/// All numbers in nested lists.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

fn floats(bytes: &[u8]) -> impl Iterator<Item = f64> + '_ {
    let (floats, _) = bytes.as_chunks::<4>();
    floats.iter().map(|bytes| f32::from_le_bytes(*bytes).into())
}

/// `LeftCheek` as `left_cheek`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// The variant's name of an enum's debug text.
fn variant(value: &dyn std::fmt::Debug) -> Value {
    let text = format!("{value:?}");
    json!(snake(
        text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
    ))
}

fn kind<T>(outcome: Result<T, SkinKitError>) -> Value {
    outcome.map_or_else(|error| json!(error.kind().name()), |_| json!("no error"))
}

fn labels(prefix: &str, analysis: &Analysis, results: &mut Results) {
    for label in &analysis.finding.probabilities {
        results.insert(format!("{prefix}.p.{}", label.label), json!(label.p));
    }
}

/// Options for a part of the picture.
fn of(region: Region) -> AnalyzeOptions {
    AnalyzeOptions {
        region,
        ..AnalyzeOptions::default()
    }
}

#[test]
fn the_objects() {
    let scenario = read("scenario.json");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let path = |value: &Value| root().join(text(value)).to_str().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scans.skinkit").to_str().unwrap().to_owned();
    let key = generate_key().unwrap();
    let options = Options {
        pack: path(&scenario["pack"]),
        history: None,
        key: None,
        engine: Some(EngineChoice::Embedded),
        library: None,
        threads: 1,
        networks: None,
        keep_pictures: false,
        race: Vec::new(),
        race_results: None,
        quality: None,
    };
    let kit = SkinKit::open(Options {
        history: Some(file.clone()),
        key: Some(key.clone()),
        ..options.clone()
    })
    .unwrap();
    let mut results = Results::new();
    let pack = kit.pack().unwrap();
    results.insert("pack.id".to_owned(), json!(pack.id));
    results.insert("pack.labels".to_owned(), json!(pack.labels.len()));

    let scans = scenario["scans"].as_array().unwrap();
    let photo = Photo::open(path(&scans[0]["photo"])).unwrap();
    let analysis = kit.analyze(&photo, of(Region::Lesion), None).unwrap();
    labels("analyse", &analysis, &mut results);
    let frequencies = analysis
        .finding
        .probabilities
        .iter()
        .filter_map(|label| label.frequency);
    results.insert("pack.rarest".to_owned(), json!(frequencies.reduce(f32::min).unwrap()));
    let (finding, measures) = (&analysis.finding, analysis.measures.as_ref().unwrap());
    for estimate in &measures.values {
        let name = variant(&estimate.measure);
        results.insert(
            format!("analyse.measure.{}", name.as_str().unwrap()),
            json!(estimate.value),
        );
    }
    for (key, value) in [
        ("accepted", json!(analysis.quality.accepted)),
        ("sharpness", json!(analysis.quality.sharpness)),
        ("roi.width", json!(analysis.roi.width)),
        ("set", joined(finding.prediction_set.iter().cloned(), " ")),
        ("unit", variant(&measures.unit)),
        (
            "border",
            mean(measures.border.iter().flat_map(|point| point.map(f64::from))),
        ),
        (
            "embedding",
            mean(finding.embedding.as_ref().unwrap().to_vec().into_iter().map(f64::from)),
        ),
        ("mask", mean(floats(&finding.mask.as_ref().unwrap().values))),
        ("heatmap", mean(floats(&finding.heatmap.as_ref().unwrap().values))),
    ] {
        results.insert(format!("analyse.{key}"), value);
    }
    assert_eq!(scenario["face"]["region"], "left_cheek");
    let face = Photo::open(path(&scenario["face"]["photo"])).unwrap();
    let face = kit
        .analyze(&face, of(Region::Face(FaceRegion::LeftCheek)), None)
        .unwrap();
    results.insert("face.roi.width".to_owned(), json!(face.roi.width));
    results.insert("face.accepted".to_owned(), json!(face.quality.accepted));
    results.insert("face.mesh".to_owned(), mean(floats(&face.face.unwrap().mesh.points)));

    assert_eq!(scenario["large"]["region"], "lesion");
    let large = kit
        .open_photo(path(&scenario["large"]["photo"]), Region::Lesion)
        .unwrap();
    let analysis = kit.analyze(&large, of(Region::Lesion), None).unwrap();
    labels("large", &analysis, &mut results);
    let mut measures = analysis.measures.as_ref().unwrap().values.iter();
    let area = measures.find(|estimate| estimate.measure == Measure::Area).unwrap();
    for (key, value) in [
        ("width", json!(large.width())),
        ("height", json!(large.height())),
        ("roi.width", json!(analysis.roi.width)),
        ("accepted", json!(analysis.quality.accepted)),
        ("measure.area", json!(area.value)),
    ] {
        results.insert(format!("large.{key}"), value);
    }

    let (subject, site) = (text(&scenario["subject"]), text(&scenario["site"]));
    let request = |taken_at| ScanRequest {
        site: site.clone(),
        subject: subject.clone(),
        lesion: None,
        position: None,
        options: AnalyzeOptions::default(),
        taken_at,
        picture_sha256: None,
    };
    let mut ids = Vec::new();
    for (number, scan) in scans.iter().enumerate() {
        let photo = Photo::open(path(&scan["photo"])).unwrap();
        let scan = kit.scan(&photo, request(scan["taken_at"].as_i64()), None).unwrap();
        ids.push(scan.id);
        labels(&format!("scan.{}", number + 1), &scan.analysis, &mut results);
    }
    let change = kit.compare(subject.clone(), site.clone()).unwrap().unwrap();
    let history = kit.history().unwrap();
    let kept = history.scans(subject.clone(), site.clone()).unwrap();
    assert!(matches!(change.verdict, Verdict::NoMeasurableChange));
    for (key, value) in [
        ("compare.verdict", variant(&change.verdict)),
        ("compare.similarity", json!(change.similarity)),
        ("compare.basis", variant(&change.basis)),
        ("compare.measures", json!(change.measures.len())),
        ("compare.unit", variant(&change.unit)),
        (
            "history.sites",
            joined(history.sites(subject.clone()).unwrap().into_iter(), ","),
        ),
        (
            "history.taken_at",
            joined(kept.iter().map(|scan| scan.taken_at.to_string()), ","),
        ),
    ] {
        results.insert(key.to_owned(), value);
    }
    history.erase(Erase::Scan { scan: ids[0] }).unwrap();
    let left = history.scans(subject.clone(), site.clone()).unwrap().len();
    results.insert("erase.left".to_owned(), json!(left));
    let erased = history.erase(Erase::Everything).unwrap().scans;
    results.insert("erase.everything".to_owned(), json!(erased));
    results.insert(
        "erase.sites".to_owned(),
        json!(history.sites(subject.clone()).unwrap().len()),
    );

    let cancel = Arc::new(Cancel::new());
    cancel.cancel();
    let nowhere = Options {
        pack: "nowhere".to_owned(),
        ..options.clone()
    };
    let plain = SkinKit::open(options).unwrap();
    for (key, value) in [
        ("pack", kind(SkinKit::open(nowhere))),
        ("photo", kind(Photo::open("nowhere.jpg".to_owned()))),
        (
            "photo_for",
            kind(kit.open_photo("nowhere.jpg".to_owned(), Region::Lesion)),
        ),
        (
            "other_region",
            kind(kit.analyze(&large, of(Region::Face(FaceRegion::LeftCheek)), None)),
        ),
        ("key", kind(History::open_existing(file.clone(), &[0; 32]))),
        ("key_length", kind(History::open_existing(file, &key[1..]))),
        (
            "region",
            kind(kit.analyze(&photo, of(Region::Face(FaceRegion::Nose)), None)),
        ),
        ("scan", kind(history.erase(Erase::Scan { scan: ScanId(999) }))),
        ("cancelled", kind(kit.analyze(&photo, of(Region::Lesion), Some(cancel)))),
        ("no_history", kind(plain.scan(&photo, request(None), None))),
        ("closed", {
            kit.shut();
            kind(kit.analyze(&photo, of(Region::Lesion), None))
        }),
    ] {
        results.insert(format!("error.{key}"), value);
    }
    if std::env::var_os("SKINKIT_WRITE").is_some() {
        let text = serde_json::to_string_pretty(&results).unwrap() + "\n";
        std::fs::write(root().join("bindings/scenario/expected.json"), text).unwrap();
    }
    same(&results);
}

/// Where Cargo put the library beside this test.
fn library_folder() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

/// What a driver printed.
fn lines(command: &mut Command) -> String {
    command.current_dir(root());
    command.env("LD_LIBRARY_PATH", library_folder());
    command.env("DYLD_LIBRARY_PATH", library_folder());
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn in_c() {
    let scenario = read("scenario.json");
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("scenario");
    lines(
        Command::new("cc")
            .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-I", "bindings/c/include"])
            .args(["crates/ffi/tests/c/scenario.c", "-o"])
            .arg(&binary)
            .arg("-L")
            .arg(library_folder())
            .arg("-lskinkit_ffi"),
    );
    let mut command = Command::new(&binary);
    for pointer in [
        "/pack",
        "/engine",
        "/subject",
        "/site",
        "/scans/0/photo",
        "/scans/0/taken_at",
        "/scans/1/photo",
        "/scans/1/taken_at",
        "/face/photo",
        "/face/region",
        "/large/photo",
        "/large/region",
    ] {
        let value = scenario.pointer(pointer).unwrap();
        command.arg(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    same(&from_lines(&lines(command.arg(folder.path().join("scans.skinkit")))));
}

#[test]
fn in_python() {
    let folder = tempfile::tempdir().unwrap();
    let suffix = if cfg!(target_os = "macos") { "dylib" } else { "so" };
    let mut command = Command::new(std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into()));
    command
        .arg("bindings/scenario/scenario.py")
        .arg(library_folder().join(format!("libskinkit_ffi.{suffix}")))
        .arg(folder.path());
    same(&from_lines(&lines(&mut command)));
}
