//! `cargo xtask package`: what a release hands out, as far as this machine can build it, and how large it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::command::{cargo, root, run, step, target_dir};
use crate::{kotlin, python};

/// Growth of any artefact by more than this fails.
const GROWTH: u64 = 100_000;
/// SDK code, without runtime and models, is at most this.
const MOST: u64 = 3_500_000;

/// Where packages lie.
fn out() -> PathBuf {
    target_dir().join("package")
}

/// `package aar`: the Android archive with its POM, sources and javadoc jars. Libraries are taken from
/// `target/package/jni/ABI`, where the release workflow's NDK build puts them.
pub fn aar() -> Outcome {
    if let Some(why) = kotlin::missing() {
        return Err(why);
    }
    step("build the classes", || {
        run(
            "mvn package",
            &mut kotlin::maven(&["--quiet", "package", "-DskipTests"])?,
        )
    })?;
    let classes = root().join("bindings/kotlin/android/target/skinkit-android-classes-0.1.0.jar");
    step("pack and validate the archive", || {
        run(
            "packaging/aar.py",
            Command::new(python::interpreter()?)
                .arg(root().join("packaging/aar.py"))
                .arg("pack")
                .args([&classes, &out(), &out().join("jni")]),
        )
    })
}

/// `package c`: the size-optimised library with header, pkg-config and CMake files; compiled against and run once.
pub fn c() -> Outcome {
    let built = step("build the library for release", release)?;
    let prefix = out().join("c");
    if prefix.exists() {
        std::fs::remove_dir_all(&prefix).map_err(|error| format!("cannot clear {}: {error}", prefix.display()))?;
    }
    step("lay it out", || {
        run(
            "bindings/c/install.sh",
            Command::new("bash")
                .arg(root().join("bindings/c/install.sh"))
                .args([built.parent().unwrap_or(Path::new(".")), &prefix]),
        )
    })?;
    step("compile and run the example against it", || {
        let program = out().join("scan");
        let library = prefix.join("lib");
        run(
            "cc examples/c/scan.c",
            Command::new("cc")
                .arg("-I")
                .arg(prefix.join("include"))
                .arg(root().join("examples/c/scan.c"))
                .arg("-o")
                .arg(&program)
                .arg("-L")
                .arg(&library)
                .arg("-lskinkit_ffi"),
        )?;
        let output = Command::new(&program)
            .current_dir(root())
            .args(["models/lesion-ham7", "examples/photos/lesion-first.jpg"])
            .env("LD_LIBRARY_PATH", &library)
            .env("DYLD_LIBRARY_PATH", &library)
            .output()
            .map_err(|error| format!("examples/c/scan: {error}"))?;
        if output.status.success() && String::from_utf8_lossy(&output.stdout).contains("\"probabilities\"") {
            Ok(())
        } else {
            Err(format!("examples/c/scan: {}", String::from_utf8_lossy(&output.stderr)))
        }
    })?;
    step("compare sizes", sizes)
}

/// `package sizes`: what was packed against the ledger `packaging/sizes.json`; new entries are written into it.
pub fn sizes() -> Outcome {
    let ledger = root().join("packaging/sizes.json");
    let mut kept: BTreeMap<String, u64> = match std::fs::read_to_string(&ledger) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| format!("packaging/sizes.json: {error}"))?,
        Err(_) => BTreeMap::new(),
    };
    let code = format!(
        "libskinkit_ffi {}-{}, stripped",
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let candidates = [
        (code.clone(), release_library()),
        (
            "skinkit-android classes.jar".to_owned(),
            root().join("bindings/kotlin/android/target/skinkit-android-classes-0.1.0.jar"),
        ),
    ];
    let mut wrong = Vec::new();
    for (name, file) in candidates {
        let Ok(found) = std::fs::metadata(&file) else {
            println!("SKIPPED: {name} was not built");
            continue;
        };
        let size = found.len();
        let before = *kept.entry(name.clone()).or_insert(size);
        println!("{size:>10}  {name} (ledger: {before})");
        if size > before + GROWTH {
            wrong.push(format!(
                "{name} grew by {} bytes, {GROWTH} are allowed: make it smaller, or change packaging/sizes.json and say \
                 why",
                size - before
            ));
        }
        if name == code && size > MOST {
            wrong.push(format!("{name} has {size} bytes, SDK code may have {MOST}"));
        }
    }
    let text = serde_json::to_string_pretty(&kept).map_err(|error| error.to_string())? + "\n";
    std::fs::write(&ledger, text).map_err(|error| format!("cannot write packaging/sizes.json: {error}"))?;
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("; "))
    }
}

/// The library as it ships.
fn release() -> Result<PathBuf, String> {
    let arguments = ["build", "--profile", "dist", "--package", "skinkit-ffi"];
    run("cargo build --profile dist", cargo().args(arguments))?;
    Ok(release_library())
}

fn release_library() -> PathBuf {
    let (before, after) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    target_dir().join("dist").join(format!("{before}skinkit_ffi{after}"))
}
