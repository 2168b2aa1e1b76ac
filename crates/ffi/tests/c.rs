//! The C ABI as a C program meets it: every function of the library is declared, called as it is meant and misused,
//! plainly and under AddressSanitizer; the example, whose path is a host's own, under valgrind too where there is one.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where Cargo put the library beside this test.
fn library_folder() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

fn library() -> PathBuf {
    let name = if cfg!(target_os = "macos") {
        "libskinkit_ffi.dylib"
    } else {
        "libskinkit_ffi.so"
    };
    library_folder().join(name)
}

/// A program that finds the library. Not by an rpath: valgrind takes glibc's own reading of one for a fault.
fn program(path: &Path) -> Command {
    let mut command = Command::new(path);
    command.env("LD_LIBRARY_PATH", library_folder());
    command.env("DYLD_LIBRARY_PATH", library_folder());
    command
}

/// Runs a command to its end; what it wrote to standard output.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    out.into_owned()
}

fn is_here(program: &str) -> bool {
    let here = Command::new(program).arg("--version").output().is_ok();
    if !here {
        println!("SKIPPED: {program} is not installed");
    }
    here
}

/// Compiles a C program against the header and the library.
fn compile(source: &Path, to: &Path, flags: &[&str]) {
    run(Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pthread", "-g"])
        .args(flags)
        .arg("-I")
        .arg(root().join("bindings/c/include"))
        .arg(source)
        .arg("-o")
        .arg(to)
        .arg("-L")
        .arg(library_folder())
        .arg("-lskinkit_ffi"));
}

/// Runs the test program in a folder of its own.
fn every_call(flags: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("every_call");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/every_call.c");
    compile(&source, &binary, flags);
    // ONNX Runtime keeps memory until the process ends, which leak checkers report; the embedded engine frees all of it.
    let said = run(program(&binary).arg(root()).arg(folder.path()).arg("embedded"));
    assert!(said.contains(" checks"), "{said}");
}

#[test]
fn every_call_and_every_misuse() {
    every_call(&[]);
}

#[test]
fn every_call_under_address_sanitizer() {
    every_call(&["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]);
}

#[test]
#[cfg(target_os = "linux")]
fn ten_thousand_of_every_kind_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("leaks");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/leaks.c");
    compile(&source, &binary, &["-O1"]);
    // A pack of a kilobyte: opening the real one takes a hundred times as long and tells no more.
    let pack = root().join("crates/inference/tests/fixtures/pack");
    let said = run(program(&binary).arg(pack).arg(folder.path()));
    print!("{said}");
    assert!(said.contains("more than after 1,000"), "{said}");
}

#[test]
fn the_example_under_valgrind() {
    if !is_here("valgrind") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("scan");
    compile(&root().join("examples/c/scan.c"), &binary, &[]);
    let suppressions = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/valgrind.supp");
    let said = run(program(Path::new("valgrind"))
        .args(["--quiet", "--error-exitcode=9", "--leak-check=full"])
        .arg("--errors-for-leak-kinds=definite")
        .arg(format!("--suppressions={}", suppressions.display()))
        .arg(&binary)
        .arg(root().join("models/lesion-ham7"))
        .arg(root().join("examples/photos/lesion-first.jpg")));
    assert!(said.contains("\"probabilities\""), "{said}");
}

#[test]
fn the_example_prints_json() {
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("scan");
    compile(&root().join("examples/c/scan.c"), &binary, &["-fsanitize=address"]);
    let said = run(program(&binary)
        .arg(root().join("models/lesion-ham7"))
        .arg(root().join("examples/photos/lesion-first.jpg"))
        // ONNX Runtime's own memory is not this test's matter.
        .env("ASAN_OPTIONS", "detect_leaks=0"));
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(json["region"], "lesion");
    assert_eq!(json["finding"]["probabilities"].as_array().unwrap().len(), 7);
    let refused = program(&binary).args(["nowhere", "nothing"]).output().unwrap();
    assert!(
        String::from_utf8_lossy(&refused.stderr).starts_with("pack: "),
        "{refused:?}"
    );
}

#[test]
fn the_snippet_of_the_readme_compiles_and_runs() {
    let readme = std::fs::read_to_string(root().join("bindings/c/README.md")).unwrap();
    let snippet = readme.split("```c\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("snippet.c");
    std::fs::write(&source, snippet).unwrap();
    compile(&source, &folder.path().join("snippet"), &[]);
    let said = run(program(&folder.path().join("snippet")).current_dir(root()));
    assert!(said.contains("\"probabilities\""), "{said}");
}

/// Functions that a C source declares or calls.
fn functions(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in source.match_indices("skinkit_") {
        let name: String = source[at..]
            .chars()
            .take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_')
            .collect();
        let before = source[..at].chars().next_back();
        if source[at + name.len()..].starts_with('(') && !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
        {
            found.insert(name);
        }
    }
    found
}

#[test]
fn the_library_the_header_and_the_test_have_the_same_functions() {
    let header = std::fs::read_to_string(root().join("bindings/c/include/skinkit.h")).unwrap();
    let test = [include_str!("c/every_call.c"), include_str!("c/every_photo.h")].concat();
    let declared = functions(&header);
    assert_eq!(
        declared,
        functions(&test),
        "declared in skinkit.h and called in every_call.c"
    );
    if is_here("nm") {
        let listed = run(Command::new("nm").args(["-D", "--defined-only"]).arg(library()));
        let exported: BTreeSet<String> = listed
            .lines()
            .filter_map(|line| line.split_whitespace().last())
            .filter(|name| name.starts_with("skinkit_"))
            .map(str::to_owned)
            .collect();
        assert_eq!(exported, declared, "exported by the library and declared in skinkit.h");
    }
}
