//! Puts the pinned ONNX Runtime library where SkinKit looks for it.

use std::path::{Path, PathBuf};
use std::process::Command;

use skinkit_inference::locate::{self, Pin, Pins};

use crate::Outcome;
use crate::command::{self, step};
use crate::python;

/// The library of this machine, fetched if it is not there yet.
pub fn library() -> Result<PathBuf, String> {
    let pins = pins()?;
    let Some(pin) = pins.here() else {
        let known: Vec<_> = pins.platforms.keys().map(String::as_str).collect();
        return Err(format!(
            "no ONNX Runtime is pinned for {}-{} (known: {}). SkinKit runs with its embedded engine; for ONNX Runtime \
             set ORT_DYLIB_PATH to a library of version {} or newer",
            std::env::consts::OS,
            std::env::consts::ARCH,
            known.join(", "),
            pins.version
        ));
    };
    kept(&pins, pin, "onnxruntime")
}

/// The library of another platform, for an emulator; `platform` as in crates/inference/onnxruntime.json.
pub fn library_of(platform: &str) -> Result<PathBuf, String> {
    let pins = pins()?;
    let pin = pins
        .platforms
        .get(platform)
        .ok_or_else(|| format!("no ONNX Runtime is pinned for {platform}"))?;
    kept(&pins, pin, &format!("onnxruntime-{platform}"))
}

fn pins() -> Result<Pins, String> {
    Pins::load().ok_or_else(|| "crates/inference/onnxruntime.json is malformed".to_owned())
}

/// The library in a folder of the cache, fetched if it is not there yet.
fn kept(pins: &Pins, pin: &Pin, name: &str) -> Result<PathBuf, String> {
    let folder = locate::cache_dir()
        .ok_or("no cache folder: set SKINKIT_CACHE or HOME")?
        .join(name)
        .join(&pins.version);
    let library = folder.join(&pin.library);
    let done = if library.is_file() {
        "is in place"
    } else {
        fetch(pins, pin, &folder, &library)?;
        "put in place"
    };
    eprintln!("    ONNX Runtime {} {done}: {}", pins.version, library.display());
    Ok(library)
}

/// `cargo xtask setup`.
pub fn run() -> Outcome {
    step("set up ONNX Runtime", library).map(|_| ())
}

/// pip checks the hash; the library appears under its final name only when it is whole.
fn fetch(pins: &Pins, pin: &Pin, folder: &Path, library: &Path) -> Outcome {
    let failed = |what: &str, path: &Path, error: std::io::Error| format!("cannot {what} {}: {error}", path.display());
    let work = folder.join(format!("part-{}", std::process::id()));
    let requirements = work.join("requirements.txt");
    std::fs::create_dir_all(&work).map_err(|error| failed("make", &work, error))?;
    std::fs::write(
        &requirements,
        format!("onnxruntime=={} --hash=sha256:{}\n", pins.version, pin.sha256),
    )
    .map_err(|error| failed("write", &requirements, error))?;
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
            .args(["--only-binary=:all:", "--require-hashes", "--implementation", "cp"])
            .args([
                "--python-version",
                &pins.python,
                "--platform",
                &pin.pip_platform,
                "--dest",
            ])
            .arg(&work)
            .arg("--requirement")
            .arg(&requirements),
    )?;
    let script = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract(sys.argv[2], sys.argv[3])";
    command::run(
        "unpack the wheel",
        Command::new(&python)
            .args(["-c", script])
            .arg(work.join(&pin.wheel))
            .arg(&pin.library)
            .arg(&work),
    )?;
    let parent = library.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent).map_err(|error| failed("make", parent, error))?;
    std::fs::rename(work.join(&pin.library), library).map_err(|error| failed("put in place", library, error))?;
    std::fs::remove_dir_all(&work).map_err(|error| failed("clear", &work, error))
}
