//! `cargo xtask package`: what a release hands out, as far as this machine can build it, and how large it is.

mod sizes;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::command::{cargo, root, run, step, target_dir};
use crate::{kotlin, python};

pub use sizes::{cheap as cheap_sizes, ledger as sizes};

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
    })?;
    step("compare sizes", || sizes(false))
}

/// `package dart`: the archive of the Dart package.
pub fn dart() -> Outcome {
    step("pack and validate the archive", || {
        run(
            "packaging/dart.py",
            Command::new(python::interpreter()?)
                .arg(root().join("packaging/dart.py"))
                .arg("pack")
                .arg(out()),
        )
    })?;
    step("compare sizes", || sizes(false))
}

/// `package c`: the size-optimized library with header, pkg-config and CMake files; compiled against and run once.
pub fn c() -> Outcome {
    step("build SDK code alone, for the ledger", || {
        release("cdylib", &["--no-default-features"])?;
        let alone = code_alone();
        let folder = alone.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        std::fs::copy(release_library(), &alone)
            .map(drop)
            .map_err(|error| format!("cannot copy {}: {error}", alone.display()))
    })?;
    step("build the library for release", || release("cdylib,staticlib", &[]))?;
    let prefix = out().join("c");
    clear(&prefix)?;
    step("lay it out", || {
        run(
            "bindings/c/install.sh",
            Command::new("bash")
                .arg(root().join("bindings/c/install.sh"))
                .args([release_library().parent().unwrap_or(Path::new(".")), &prefix]),
        )
    })?;
    step("compile the example against it as a user would, and run it", || {
        try_out(&prefix)
    })?;
    step("compare sizes", || sizes(false))
}

/// What a user of the package does first: once with pkg-config, once with CMake.
fn try_out(prefix: &Path) -> Outcome {
    let program = out().join("scan");
    let mut compile = Command::new("cc");
    compile
        .arg(root().join("examples/c/scan.c"))
        .arg("-o")
        .arg(&program)
        .args(flags(prefix)?);
    run("cc examples/c/scan.c", &mut compile)?;
    scan(&program, prefix)?;
    if !is_here("cmake") {
        println!("SKIPPED: cmake is not installed: its files were not read");
        return Ok(());
    }
    let build = out().join("cmake");
    clear(&build)?;
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(root().join("examples/c")).arg("-B").arg(&build);
    let prefix_path = format!("-DCMAKE_PREFIX_PATH={}", prefix.display());
    run("cmake", configure.arg("--log-level=WARNING").arg(prefix_path))?;
    run("cmake --build", Command::new("cmake").arg("--build").arg(&build))?;
    scan(&build.join("scan"), prefix)
}

/// Runs the example on the sample photo.
fn scan(program: &Path, prefix: &Path) -> Outcome {
    let library = prefix.join("lib");
    let output = Command::new(program)
        .current_dir(root())
        .args(["models/lesion-ham7", "examples/photos/lesion-first.jpg"])
        .env("LD_LIBRARY_PATH", &library)
        .env("DYLD_LIBRARY_PATH", &library)
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    if output.status.success() && String::from_utf8_lossy(&output.stdout).contains("\"probabilities\"") {
        Ok(())
    } else {
        Err(format!(
            "{}: {}",
            program.display(),
            String::from_utf8_lossy(&output.stderr)
        ))
    }
}

/// Removes a folder that an earlier run left.
fn clear(folder: &Path) -> Outcome {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|error| format!("cannot clear {}: {error}", folder.display()))?;
    }
    Ok(())
}

fn is_here(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

/// How to compile against the package: what its .pc file says, read by pkg-config where there is one.
fn flags(prefix: &Path) -> Result<Vec<String>, String> {
    if !is_here("pkg-config") {
        println!("SKIPPED: pkg-config is not installed: its file was not read");
        return Ok(vec![
            format!("-I{}", prefix.join("include").display()),
            format!("-L{}", prefix.join("lib").display()),
            "-lskinkit_ffi".to_owned(),
        ]);
    }
    let output = Command::new("pkg-config")
        .args(["--cflags", "--libs", "skinkit"])
        .env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"))
        .output()
        .map_err(|error| format!("pkg-config: {error}"))?;
    if !output.status.success() {
        return Err(format!("pkg-config: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(said.split_whitespace().map(str::to_owned).collect())
}

/// Builds the library as it ships: these kinds of it, with these features. The kinds are named because the manifest's list has
/// a Rust library too, for the tests, and beside one cargo leaves out link-time optimization without a word
/// (<https://github.com/rust-lang/cargo/issues/9672>): the result is more than twice as large.
fn release(kinds: &str, features: &[&str]) -> Outcome {
    let arguments = ["rustc", "--locked", "--profile", "dist", "--package", "skinkit-ffi"];
    run(
        "cargo rustc --profile dist",
        cargo()
            .args(arguments)
            .args(["--lib", "--crate-type", kinds])
            .args(features),
    )
}

/// Where it lies.
fn release_library() -> PathBuf {
    let (before, after) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    target_dir().join("dist").join(format!("{before}skinkit_ffi{after}"))
}

/// The library without engine and networks, kept aside by [`c`].
fn code_alone() -> PathBuf {
    out()
        .join("code-alone")
        .join(release_library().file_name().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    /// For a package with settings of its own in the profile cargo forgets `strip`: what ships would keep its symbols.
    #[test]
    fn what_ships_is_stripped() {
        let manifest = include_str!("../../Cargo.toml");
        assert!(manifest.contains("strip = \"symbols\""));
        assert!(!manifest.contains("skinkit-ffi.opt-level"));
    }

    /// What `cargo build` makes for shipping lacks link-time optimization: see [`super::release`].
    #[test]
    fn every_recipe_names_the_kind_of_library() {
        for (name, text) in [
            ("release.yml", include_str!("../../.github/workflows/release.yml")),
            (
                "release-swift.yml",
                include_str!("../../.github/workflows/release-swift.yml"),
            ),
            (
                "packaging/targets/check.sh",
                include_str!("../../packaging/targets/check.sh"),
            ),
        ] {
            for line in text.lines().filter(|line| line.contains("--profile dist")) {
                assert!(line.contains("--crate-type"), "{name}: {line}");
            }
        }
    }
}
