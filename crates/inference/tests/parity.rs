//! The engines agree with each other on the networks of `models/`, and with Python on the lesion model.
//! What a machine or a packaged crate lacks is skipped, loudly.
#![allow(clippy::unwrap_used)] // helpers of tests fail loudly

mod common;

use std::path::{Path, PathBuf};

use common::{embedded, onnxruntime, pillow, runtimes};
use serde_json::Value;
use skinkit_inference::{DataType, Embedding, Finding, LesionModel, LesionOptions, ModelPack, Runtime, Tensor};
use skinkit_preprocess::{Limits, Photo};

/// Largest difference in probability between engines, and between Python and Rust.
const PROBABILITY: f32 = 1e-3;

/// Least cosine of an embedding to Python's. The embedding's layer works in 8 bits: one activation that rounds the other
/// way moves the cosine by up to 2e-4 (ONNX Runtime moves its own by 6e-5 when its graph optimiser is switched off).
const COSINE: f32 = 0.9995;

/// Largest difference of a landmark network's raw output, as a part of that output's largest value. 0.05 px of a face of
/// 200 px is 2.5e-4; the landmarks themselves are held to 0.05 px in skinkit-roi.
const RAW: f32 = 2.5e-4;

fn models(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models").join(name);
    if !path.exists() {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    }
    Some(path)
}

/// Smooth, coloured, not symmetrical: exercises a network without being a picture of anybody.
fn pattern(length: usize, seed: usize) -> Vec<f32> {
    let wave = |i: usize| {
        let (x, c) = ((i / 3) as f32, (i % 3) as f32);
        0.5 + 0.25 * (x * 0.013 * (seed as f32 + 1.0) + c).sin() + 0.25 * (x * 0.0007 + c * 2.0 + seed as f32).cos()
    };
    (0..length).map(wave).collect()
}

/// Pixels of three channels, plane by plane.
fn planes(pixels: &[f32]) -> Vec<f32> {
    (0..3)
        .flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied())
        .collect()
}

#[test]
fn the_engines_agree_on_the_landmark_networks() {
    let (Some(folder), Some(other)) = (models("landmarks"), onnxruntime()) else {
        return;
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "onnx"));
    assert!(!files.is_empty(), "models/landmarks holds no network");
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy();
        let onnx = std::fs::read(&path).unwrap();
        let mut ours = embedded().session(&name, &onnx).unwrap();
        let mut theirs = other.session(&name, &onnx).unwrap();
        assert_eq!(ours.input(), theirs.input(), "{name}");
        assert_eq!(ours.outputs(), theirs.outputs(), "{name}");
        for seed in 0..2 {
            let mut input = pattern(ours.input().len(), seed);
            if ours.input().shape[1] == 3 {
                input = planes(&input);
            }
            let bytes: Vec<u8> = input.iter().map(|x| (x * 255.0) as u8).collect();
            let input = match ours.input().dtype {
                DataType::U8 => Tensor::from(bytes.as_slice()),
                _ => Tensor::from(input.as_slice()),
            };
            let infos = ours.outputs().to_vec();
            let (ours, theirs) = (ours.run(input.clone()).unwrap(), theirs.run(input).unwrap());
            for info in &infos {
                let (a, b) = (ours.f32(&info.name).unwrap(), theirs.f32(&info.name).unwrap());
                // A map of logits matters as the probabilities it stands for; its own values reach hundreds.
                let logits = info.name == "segmentation";
                let meaning = |x: f32| if logits { 1.0 / (1.0 + (-x).exp()) } else { x };
                let scale = b.iter().fold(1.0f32, |most, x| most.max(meaning(*x).abs()));
                let limit = if logits { PROBABILITY } else { RAW };
                let worst = a
                    .iter()
                    .zip(b)
                    .map(|(x, y)| (meaning(*x) - meaning(*y)).abs())
                    .fold(0.0, f32::max)
                    / scale;
                println!("{name} {}: {worst:.1e} of {scale:.3}", info.name);
                assert!(worst <= limit, "{name} {}: {worst} of {scale}", info.name);
            }
        }
    }
}

struct Case {
    name: String,
    /// The same pixels but for rounding: see [`pillow`].
    inputs: [Vec<u8>; 2],
    golden: Value,
}

/// The golden pictures of the lesion pack, cropped and resized as the pack says, with Pillow's own arithmetic: here the
/// networks are compared, so both must see the same pixels.
fn cases(folder: &Path, pack: &ModelPack) -> Vec<Case> {
    let Some(golden) = models("lesion-ham7/golden/golden.json") else {
        return Vec::new();
    };
    let golden: Value = serde_json::from_slice(&std::fs::read(golden).unwrap()).unwrap();
    assert_eq!(
        golden["version"],
        pack.version(),
        "golden.json belongs to another version: run golden.py again"
    );
    for variant in &pack.manifest().variants {
        assert_eq!(
            golden["sha256"][&variant.name], variant.sha256,
            "golden.json belongs to another network"
        );
    }
    let input = &pack.manifest().input;
    let cases = golden["cases"].as_array().unwrap();
    cases
        .iter()
        .map(|case| {
            let name = case["file"].as_str().unwrap().to_owned();
            let photo = Photo::open(&folder.join("golden").join(&name), &Limits::default()).unwrap();
            let square = input.crop.square(photo.width(), photo.height());
            let size = (photo.width() as usize, photo.height() as usize);
            let inputs = pillow::resize(photo.pixels(), size, square, input.width, input.height);
            Case {
                name,
                inputs,
                golden: case["variants"].clone(),
            }
        })
        .collect()
}

fn variant_of(pack: &ModelPack, runtime: &Runtime) -> String {
    pack.manifest().variant(runtime.engine().kind).unwrap().name.clone()
}

fn worst_probability(a: &Finding, b: impl Fn(&str) -> f32) -> f32 {
    a.probabilities
        .iter()
        .map(|label| (label.p - b(&label.label)).abs())
        .fold(0.0, f32::max)
}

#[test]
fn the_lesion_model_gives_what_python_gives() {
    let Some(folder) = models("lesion-ham7") else { return };
    let pack = ModelPack::open(&folder).unwrap();
    let cases = cases(&folder, &pack);
    for runtime in runtimes() {
        let mut model = LesionModel::new(&runtime, &pack).unwrap();
        let variant = variant_of(&pack, &runtime);
        for case in &cases {
            let golden = &case.golden[&variant];
            let number = |value: &Value| value.as_f64().unwrap() as f32;
            let embedding = Embedding::from(
                golden["embedding"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(number)
                    .collect::<Vec<f32>>(),
            );
            // Of the two roundings of the pixels, the one Python had gives its embedding.
            let findings = case
                .inputs
                .iter()
                .map(|input| model.analyze(input.as_slice(), &LesionOptions::default()).unwrap());
            let alike = |finding: &Finding| finding.embedding.as_ref().unwrap().cosine(&embedding).unwrap();
            let finding = findings.max_by(|a, b| alike(a).total_cmp(&alike(b))).unwrap();
            let worst = worst_probability(&finding, |label| number(&golden["probabilities"][label]));
            let (engine, cosine) = (runtime.engine().kind, alike(&finding));
            println!("{} {engine} {variant}: {worst:.1e}, cosine {cosine}", case.name);
            assert!(worst <= PROBABILITY, "{} {engine} {variant}: {worst}", case.name);
            assert!(cosine >= COSINE, "{} {engine}: {cosine}", case.name);
            if let Some(score) = golden["ood_score"].as_f64() {
                let familiarity = finding.familiarity.unwrap();
                assert!(
                    (familiarity.score - score as f32).abs() <= 0.01 * score.abs() as f32,
                    "{familiarity:?} {score}"
                );
            }
            let share = number(&golden["mask_share"]);
            let coverage = finding.mask.unwrap().coverage();
            assert!(
                (coverage - share).abs() < 2e-3,
                "{} {engine}: {coverage} {share}",
                case.name
            );
        }
    }
}

#[test]
fn the_engines_agree_on_the_lesion_model() {
    let (Some(folder), Some(other)) = (models("lesion-ham7"), onnxruntime()) else {
        return;
    };
    let pack = ModelPack::open(&folder).unwrap();
    let ours = embedded();
    assert_eq!(
        variant_of(&pack, &ours),
        variant_of(&pack, &other),
        "different networks can't be compared"
    );
    let (mut ours, mut theirs) = (
        LesionModel::new(&ours, &pack).unwrap(),
        LesionModel::new(&other, &pack).unwrap(),
    );
    let (width, height) = ours.input_size();
    let mut inputs: Vec<Vec<u8>> = cases(&folder, &pack).into_iter().flat_map(|case| case.inputs).collect();
    inputs.extend((0..4).map(|seed| {
        pattern(width * height * 3, seed)
            .iter()
            .map(|x| (x * 255.0) as u8)
            .collect()
    }));
    for (index, input) in inputs.iter().enumerate() {
        let (a, b) = (
            ours.analyze(input.as_slice(), &LesionOptions::default()).unwrap(),
            theirs.analyze(input.as_slice(), &LesionOptions::default()).unwrap(),
        );
        let worst = worst_probability(&a, |label| {
            b.probabilities
                .iter()
                .find(|other| other.label == label)
                .map_or(f32::NAN, |other| other.p)
        });
        println!("input {index}: {worst:.1e}");
        assert!(worst <= PROBABILITY, "input {index}: {worst}");
    }
}

#[test]
fn every_shipped_pack_opens_and_gives_what_its_manifest_promises() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let Ok(entries) = std::fs::read_dir(&root) else {
        eprintln!("SKIPPED: {} is not there", root.display());
        return;
    };
    let folders = entries.map(|entry| entry.unwrap().path());
    let folders: Vec<PathBuf> = folders.filter(|path| path.join("pack.json").is_file()).collect();
    assert!(!folders.is_empty(), "{} holds no pack", root.display());
    for folder in folders {
        let pack = ModelPack::open(&folder).unwrap();
        let manifest = pack.manifest();
        for runtime in runtimes() {
            let mut model = LesionModel::new(&runtime, &pack).unwrap();
            let (width, height) = model.input_size();
            let pixels = pattern(width * height * 3, 1);
            let pixels: Vec<u8> = pixels.iter().map(|x| (x * 255.0) as u8).collect();
            let finding = model.analyze(pixels.as_slice(), &LesionOptions::default()).unwrap();
            let at = format!("{} {}", folder.display(), runtime.engine().kind);
            let sum: f32 = finding.probabilities.iter().map(|label| label.p).sum();
            assert!((sum - 1.0).abs() < 1e-4, "{at}: {sum}");
            assert_eq!(finding.probabilities.len(), manifest.labels.len(), "{at}");
            assert_eq!(
                finding.embedding.is_some(),
                manifest.outputs.embedding.is_some(),
                "{at}"
            );
            assert_eq!(finding.mask.is_some(), manifest.outputs.mask.is_some(), "{at}");
            assert_eq!(
                finding.familiarity.is_some(),
                manifest.captures[0].ood.is_some(),
                "{at}"
            );
        }
    }
}
