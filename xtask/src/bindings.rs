//! `cargo xtask bindings [--check]`: the Kotlin and Swift that UniFFI writes from `crates/ffi`, kept in the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::command::{cargo, root, run, step, target_dir};

/// What the generator writes, and where it is kept.
const KEPT: [(&str, &str); 3] = [
    (
        "skinkit/skinkit_ffi.kt",
        "bindings/kotlin/src/generated/kotlin/skinkit/skinkit_ffi.kt",
    ),
    (
        "SkinKit.swift",
        "bindings/swift/Sources/SkinKit/Generated/SkinKitFFI.swift",
    ),
    ("CSkinKit.h", "bindings/swift/Sources/CSkinKit/include/CSkinKit.h"),
];

/// Writes the generated sources anew.
pub fn write() -> Outcome {
    let made = generate()?;
    for (from, to) in KEPT {
        let to = root().join(to);
        let parent = to.parent().unwrap_or(&to);
        std::fs::create_dir_all(parent).map_err(|error| format!("cannot make {}: {error}", parent.display()))?;
        std::fs::write(&to, read(&made.join(from))?)
            .map_err(|error| format!("cannot write {}: {error}", to.display()))?;
    }
    Ok(())
}

/// Whether the sources in the repository are what the generator writes today.
pub fn check() -> Outcome {
    let made = generate()?;
    for (from, to) in KEPT {
        let (new, kept) = (read(&made.join(from))?, read(&root().join(to)).unwrap_or_default());
        if new != kept {
            let line = new
                .lines()
                .zip(kept.lines())
                .take_while(|(new, kept)| new == kept)
                .count()
                + 1;
            return Err(format!(
                "{to} is not what crates/ffi gives (first at line {line}): run cargo xtask bindings"
            ));
        }
    }
    Ok(())
}

/// The library as the daily profile builds it: for the generator and for the bindings' tests.
pub fn library() -> Result<PathBuf, String> {
    run(
        "cargo build -p skinkit-ffi",
        cargo().args(["build", "--quiet", "--package", "skinkit-ffi"]),
    )?;
    let (before, after) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    Ok(target_dir().join("debug").join(format!("{before}skinkit_ffi{after}")))
}

/// Runs the generator into a fresh folder.
fn generate() -> Result<PathBuf, String> {
    let library = step("build the library", library)?;
    let out = target_dir().join("bindings");
    if out.exists() {
        std::fs::remove_dir_all(&out).map_err(|error| format!("cannot clear {}: {error}", out.display()))?;
    }
    step("generate", || {
        let generator = "build --quiet --package skinkit-ffi --features bindgen --bin uniffi-bindgen";
        run("cargo build uniffi-bindgen", cargo().args(generator.split(' ')))?;
        let program = format!("debug/uniffi-bindgen{}", std::env::consts::EXE_SUFFIX);
        let mut command = Command::new(target_dir().join(program));
        command
            .current_dir(root())
            .args(["generate", "--no-format", "--config", "uniffi.toml"])
            .args(["--language", "kotlin", "--language", "swift", "--out-dir"]);
        run("uniffi-bindgen", command.arg(&out).arg(&library))
    })?;
    Ok(out)
}

/// What UniFFI's Kotlin says, and what it should say. A closed object that is passed as an argument: its handle is freed, so
/// cloning it unasked is a use after free. A closed object that other threads keep busy: it takes new calls for ever.
const MENDED: [(&str, &str); 2] = [
    (
        "\n        return value.uniffiCloneHandle()\n",
        "\n        return value.callWithHandle { it }\n",
    ),
    (
        "            if (c == 0L) {\n",
        "            if (c == 0L || this.wasDestroyed.get()) {\n",
    ),
];

/// A generated file as it is kept. What ends its lines in spaces is the generator, not us.
fn read(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let text = lines.join("\n").trim_end().to_owned() + "\n";
    // Swift has lines of the same words and another meaning.
    if path.extension().is_none_or(|ending| ending != "kt") {
        return Ok(text);
    }
    Ok(MENDED
        .iter()
        .fold(text, |text, (said, meant)| text.replace(said, meant)))
}
