//! What the tests share.
#![allow(dead_code, clippy::unwrap_used)] // each test binary uses a part; failing loudly is what tests do

pub mod pillow;

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

/// A copy of the tiny pack of format 1, with its pack.json changed.
pub fn tiny_pack(change: impl FnOnce(&mut serde_json::Value)) -> tempfile::TempDir {
    changed("pack", change)
}

/// A copy of the tiny pack of format 2, with two captures and a context, and its pack.json changed.
pub fn two_captures_pack(change: impl FnOnce(&mut serde_json::Value)) -> tempfile::TempDir {
    changed("pack2", change)
}

fn changed(pack: &str, change: impl FnOnce(&mut serde_json::Value)) -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().unwrap();
    for file in ["model.onnx", "LICENSE"] {
        std::fs::copy(fixtures().join(pack).join(file), folder.path().join(file)).unwrap();
    }
    let mut json = serde_json::from_slice(&fixture(&format!("{pack}/pack.json"))).unwrap();
    change(&mut json);
    std::fs::write(folder.path().join("pack.json"), json.to_string()).unwrap();
    folder
}

/// The same with another network, whose length and hash are set right.
pub fn with_network(onnx: &[u8], change: impl FnOnce(&mut serde_json::Value)) -> tempfile::TempDir {
    let folder = tiny_pack(|json| {
        let (bytes, sha256) = sign(onnx);
        json["variants"][0]["bytes"] = bytes.into();
        json["variants"][0]["sha256"] = sha256.into();
        change(json);
    });
    std::fs::write(folder.path().join("model.onnx"), onnx).unwrap();
    folder
}

/// Length and SHA-256.
pub fn sign(bytes: &[u8]) -> (u64, String) {
    use sha2::Digest;
    let sha256 = sha2::Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    (bytes.len() as u64, sha256)
}
