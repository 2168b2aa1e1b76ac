//! What this crate promises of itself: no other crate does without `unsafe` being forbidden or denied.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Rust sources below a folder.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push((path.clone(), std::fs::read_to_string(path).unwrap()));
        }
    }
    found
}

#[test]
fn unsafe_is_here_and_in_the_loading_of_a_library_alone() {
    let mut holders = Vec::new();
    for (path, text) in sources(&crates()) {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let uses = code
            .filter(|line| line.contains("unsafe {") || line.contains("unsafe fn") || line.contains("unsafe impl"))
            .count();
        if uses > 0 && path.components().any(|part| part.as_os_str() == "src") {
            let path = path.strip_prefix(crates()).unwrap().to_str().unwrap().to_owned();
            holders.push(path);
        }
    }
    assert!(holders.iter().any(|path| path.starts_with("ffi/src/c/")), "{holders:?}");
    let others: Vec<_> = holders.iter().filter(|path| !path.starts_with("ffi/")).collect();
    println!("{others:?}");
    assert!(
        others.iter().all(|path| path.starts_with("inference/src/library")),
        "{others:?}"
    );
}
