//! One run of each network on each engine that this machine has: `cargo bench -p skinkit-inference`.
//! The networks are those of `models/`; what is not there is not measured.
#![allow(missing_docs)]

use std::path::{Path, PathBuf};

use divan::Bencher;
use skinkit_inference::{
    DataType, EngineChoice, LesionModel, LesionOptions, ModelPack, Runtime, RuntimeConfig, Session,
};

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

const ENGINES: [EngineChoice; 2] = [EngineChoice::OnnxRuntime, EngineChoice::Embedded];

fn main() {
    divan::main();
}

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models")
}

fn cases() -> Vec<(String, EngineChoice)> {
    let Ok(folder) = std::fs::read_dir(models().join("landmarks")) else {
        return Vec::new();
    };
    let mut names: Vec<String> = folder
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|n| n.ends_with(".onnx"))
        .collect();
    names.sort();
    names
        .into_iter()
        .flat_map(|name| ENGINES.map(|engine| (name.clone(), engine)))
        .collect()
}

fn runtime(engine: EngineChoice) -> Option<Runtime> {
    Runtime::new(&RuntimeConfig {
        engine,
        ..Default::default()
    })
    .ok()
}

fn session(name: &str, engine: EngineChoice) -> Option<Session> {
    let onnx = std::fs::read(models().join("landmarks").join(name)).ok()?;
    runtime(engine)?.session(name, &onnx).ok()
}

#[divan::bench(args = labels())]
fn landmark_network(bencher: Bencher, label: &str) {
    let Some((name, engine)) = cases().into_iter().find(|case| label_of(case) == label) else {
        return;
    };
    let Some(mut session) = session(&name, engine) else {
        return;
    };
    let length = session.input().len();
    let (bytes, floats) = (vec![127u8; length], vec![0.5f32; length]);
    bencher.bench_local(|| match session.input().dtype {
        DataType::U8 => drop(session.run(bytes.as_slice())),
        _ => drop(session.run(floats.as_slice())),
    });
}

fn labels() -> Vec<String> {
    cases().iter().map(label_of).collect()
}

fn label_of((name, engine): &(String, EngineChoice)) -> String {
    format!("{} {engine:?}", name.trim_end_matches(".onnx"))
}

#[divan::bench(args = ENGINES)]
fn lesion_model(bencher: Bencher, engine: EngineChoice) {
    let (Some(runtime), Ok(pack)) = (runtime(engine), ModelPack::open(models().join("lesion-ham7"))) else {
        return;
    };
    let Ok(mut model) = LesionModel::new(&runtime, &pack) else {
        return;
    };
    let (width, height) = model.input_size();
    let picture: Vec<u8> = (0..width * height * 3).map(|i| (i * 31 % 251) as u8).collect();
    bencher.bench_local(|| model.analyze(picture.as_slice(), &LesionOptions::default()));
}

#[divan::bench(args = ENGINES, sample_count = 10)]
fn open_and_load_lesion_model(bencher: Bencher, engine: EngineChoice) {
    let Some(runtime) = runtime(engine) else { return };
    bencher.bench_local(|| {
        let pack = ModelPack::open(models().join("lesion-ham7")).ok()?;
        LesionModel::new(&runtime, &pack).ok()
    });
}
