//! What the tests share.
#![allow(dead_code)] // each test binary uses a part

use std::path::{Path, PathBuf};

use skinkit_inference::{EngineChoice, Error, Runtime, RuntimeConfig};

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

pub fn fixture(name: &str) -> Vec<u8> {
    let path = fixtures().join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn embedded() -> Runtime {
    Runtime::new(&RuntimeConfig {
        engine: EngineChoice::Embedded,
        ..Default::default()
    })
    .unwrap()
}

/// ONNX Runtime where it is installed; says so loudly where it is not. A library that is there but can't be used is a
/// failure, not a reason to skip.
pub fn onnxruntime() -> Option<Runtime> {
    match Runtime::new(&RuntimeConfig {
        engine: EngineChoice::OnnxRuntime,
        ..Default::default()
    }) {
        Ok(runtime) => Some(runtime),
        Err(Error::RuntimeMissing(report)) => {
            eprintln!("SKIPPED: the part that needs ONNX Runtime (`cargo xtask setup` fetches it):\n{report}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Every engine there is on this machine.
pub fn runtimes() -> Vec<Runtime> {
    [Some(embedded()), onnxruntime()].into_iter().flatten().collect()
}
