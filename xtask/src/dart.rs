//! What can be held of the Dart package without a Dart SDK: bindings/dart/check/test_dart.py says what.

use std::path::Path;
use std::process::Command;

use crate::command::root;
use crate::python;

/// The suite, ready to run against a library.
pub fn tests(library: &Path) -> Result<Command, String> {
    let check = root().join("bindings/dart/check");
    let environment = skinkit_inference::locate::cache_dir()
        .ok_or("no cache folder: set SKINKIT_CACHE or HOME")?
        .join("dart-tests");
    let python = python::environment(&environment, &check.join("requirements.txt"))?;
    let mut command = Command::new(python);
    command.current_dir(root()).env("SKINKIT_LIBRARY", library).args([
        "-m",
        "pytest",
        "-q",
        "-rs",
        "-p",
        "no:cacheprovider",
        "bindings/dart/check",
    ]);
    Ok(command)
}
