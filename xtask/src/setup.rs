//! Puts the pinned ONNX Runtime library where SkinKit looks for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::Outcome;
use crate::command::{self, root, step};
use crate::python;

/// `crates/inference/onnxruntime.json`: one version, one wheel a platform.
#[derive(Deserialize)]
struct Pins {
    version: String,
    platforms: BTreeMap<String, Wheel>,
}

#[derive(Deserialize)]
struct Wheel {
    /// pip's platform tag.
    pip_platform: String,
    /// Of the wheel, in hex.
    sha256: String,
    /// The library's path inside the wheel.
    library: String,
}

/// The library of this machine, fetched if it is not there yet.
pub fn library() -> Result<PathBuf, String> {
    let file = root().join("crates/inference/onnxruntime.json");
    let text = std::fs::read_to_string(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let pins: Pins = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let platform = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
    let Some(wheel) = pins.platforms.get(&platform) else {
        let known: Vec<_> = pins.platforms.keys().map(String::as_str).collect();
        return Err(format!(
            "no ONNX Runtime is pinned for {platform} (known: {}). SkinKit runs with its embedded engine; \
             for ONNX Runtime set ORT_DYLIB_PATH to a library of version {} or newer",
            known.join(", "),
            pins.version
        ));
    };
    let folder = skinkit_inference::locate::cache_dir()
        .ok_or("no cache folder: set SKINKIT_CACHE or HOME")?
        .join("onnxruntime")
        .join(&pins.version);
    let name = Path::new(&wheel.library)
        .file_name()
        .ok_or("onnxruntime.json: library is not a file name")?;
    let library = folder.join(name);
    if library.is_file() {
        eprintln!("    ONNX Runtime {} is in place: {}", pins.version, library.display());
        return Ok(library);
    }
    fetch(&pins.version, wheel, &folder, &library)?;
    eprintln!("    ONNX Runtime {} put in place: {}", pins.version, library.display());
    Ok(library)
}

/// `cargo xtask setup`.
pub fn run() -> Outcome {
    step("set up ONNX Runtime", library).map(|_| ())
}

/// pip checks the hash; the file appears under its final name only when it is whole.
fn fetch(version: &str, wheel: &Wheel, folder: &Path, library: &Path) -> Outcome {
    let failed = |what: &str, error: std::io::Error| format!("{what}: {error}");
    let work = folder.join(format!("part-{}", std::process::id()));
    std::fs::create_dir_all(&work).map_err(|error| failed(&format!("cannot make {}", work.display()), error))?;
    let requirements = work.join("requirements.txt");
    std::fs::write(
        &requirements,
        format!("onnxruntime=={version} --hash=sha256:{}\n", wheel.sha256),
    )
    .map_err(|error| failed("cannot write the requirements file", error))?;
    let python = python::interpreter()?;
    command::run(
        "pip download onnxruntime",
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
            ])
            .args([
                "--only-binary=:all:",
                "--require-hashes",
                "--implementation",
                "cp",
                "--python-version",
                "3.12",
            ])
            .args(["--platform", &wheel.pip_platform, "--dest"])
            .arg(&work)
            .arg("--requirement")
            .arg(&requirements),
    )?;
    let archive = std::fs::read_dir(&work)
        .map_err(|error| failed("cannot list the download", error))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or("pip downloaded no wheel")?;
    let script = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract(sys.argv[2], sys.argv[3])";
    command::run(
        "unpack the wheel",
        Command::new(&python)
            .args(["-c", script])
            .arg(&archive)
            .arg(&wheel.library)
            .arg(&work),
    )?;
    std::fs::rename(work.join(&wheel.library), library)
        .map_err(|error| failed(&format!("cannot put {} in place", library.display()), error))?;
    std::fs::remove_dir_all(&work).map_err(|error| failed("cannot clear the download", error))
}
