//! From a picture file to probabilities, the facade gives what the Python tools that made the pack give: decoding,
//! crop, resampling, network and calibration together, on the golden pictures of the shipped pack.

// Helpers of tests and benches are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use serde_json::Value;
use skinkit::inference::{EngineChoice, Error as InferenceError, RuntimeConfig};
use skinkit::{AnalyzeOptions, Config, Error, Limits, Photo, SkinKit};

/// Largest difference in probability between the two pipelines.
const PROBABILITY: f64 = 1e-3;

fn pack() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/lesion-ham7")
}

/// None, loudly, where ONNX Runtime is not installed; one that is there and cannot be used is a failure.
fn kit(engine: EngineChoice) -> Option<SkinKit> {
    let runtime = RuntimeConfig {
        engine,
        ..RuntimeConfig::default()
    };
    match SkinKit::open(Config::new(pack()).runtime(runtime)) {
        Ok(kit) => Some(kit),
        Err(Error::Inference(InferenceError::RuntimeMissing(report))) => {
            eprintln!("SKIPPED: the part that needs ONNX Runtime (`cargo xtask setup` fetches it):\n{report}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_facade_gives_what_the_python_pipeline_gives() {
    let golden: Value = serde_json::from_slice(&std::fs::read(pack().join("golden/golden.json")).unwrap()).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert!(!cases.is_empty(), "golden.json holds no picture");
    for kit in [EngineChoice::Embedded, EngineChoice::OnnxRuntime]
        .into_iter()
        .filter_map(kit)
    {
        let engine = kit.engine().kind;
        let variant = kit.pack().variant(engine).unwrap();
        assert_eq!(
            golden["sha256"][&variant.name], variant.sha256,
            "golden.json belongs to another network: run golden.py again"
        );
        for case in cases {
            let file = case["file"].as_str().unwrap();
            let want = case["pipeline"][&variant.name].as_object().unwrap();
            let photo = Photo::open(&pack().join("golden").join(file), &Limits::default()).unwrap();
            let got = kit
                .analyze(&photo.frame(), &AnalyzeOptions::default().measures(false))
                .unwrap()
                .finding
                .probabilities;
            assert_eq!(got.len(), want.len(), "{file}");
            let worst = got
                .iter()
                .map(|label| (f64::from(label.p) - want[&label.label].as_f64().unwrap()).abs())
                .fold(0.0, f64::max);
            println!("{file} {engine} {}: {worst:.1e}", variant.name);
            assert!(worst <= PROBABILITY, "{file} {engine} {}: {worst}", variant.name);
        }
    }
}
