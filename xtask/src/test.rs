//! `cargo xtask test`: every test that this machine can run, and what was skipped.

use std::path::PathBuf;
use std::process::Command;

use crate::Outcome;
use crate::command::{cargo, root, step, target_dir};
use crate::tally::Tally;
use crate::{bindings, dart, kotlin, python, setup, swift};

/// The Python that checks FHIR bundles.
fn fhir_python() -> Result<PathBuf, String> {
    let environment = skinkit_inference::locate::cache_dir()
        .ok_or("no cache folder: set SKINKIT_CACHE or HOME")?
        .join("python-fhir");
    python::environment(&environment, &root().join("crates/skinkit/tests/fhir/requirements.txt"))
}

/// `cargo xtask test`.
pub fn run() -> Outcome {
    let logs = target_dir().join("test-logs");
    std::fs::create_dir_all(&logs).map_err(|error| format!("cannot make {}: {error}", logs.display()))?;
    let mut tally = Tally::default();
    // Without ONNX Runtime the embedded engine runs everything but the parity tests, which say that they are skipped.
    if let Err(message) = setup::run() {
        tally.skipped.push(format!("ONNX Runtime: {message}"));
    }
    let suites = [
        step("Rust tests", || {
            let mut command = cargo();
            command.args(["test", "--workspace", "--no-fail-fast", "--", "--show-output"]);
            // The suite of photo files is made by Pillow; without it its test says that it is skipped.
            match test_python() {
                Ok(python) => {
                    command.env("SKINKIT_PYTHON", python);
                }
                Err(message) => tally.skipped.push(format!("photo conformance suite: {message}")),
            }
            // The FHIR export is held to the definitions of FHIR R4; without the environment its test says that it is skipped.
            match fhir_python() {
                Ok(python) => {
                    command.env("SKINKIT_FHIR_PYTHON", python);
                }
                Err(message) => tally.skipped.push(format!("FHIR R4 validation: {message}")),
            }
            tally.record(&mut command, &logs.join("rust.log"))
        }),
        step("Rust example", || {
            let mut command = cargo();
            command.args(["run", "--quiet", "--package", "skinkit-example-rust"]);
            tally.record_whole("examples/rust", &mut command, &logs.join("example.log"))
        }),
        step("generated bindings", || {
            let outcome = bindings::check();
            tally.whole(&outcome);
            outcome
        }),
        step("Swift package", || {
            // The tests below build their package against this library.
            bindings::library()?;
            match swift::tests()? {
                Ok(mut command) => tally.record(&mut command, &logs.join("swift.log")),
                Err(why) => {
                    tally.skipped.push(format!("Swift package: {why}"));
                    Ok(())
                }
            }
        }),
        step("XCFramework tool", || {
            let mut command = swift::framework_tests()?;
            tally.record_whole(
                "packaging/swift/test_xcframework.py",
                &mut command,
                &logs.join("xcframework.log"),
            )
        }),
        step("Dart package (checked, not executed)", || {
            let mut command = dart::tests(&bindings::library()?)?;
            tally.record(&mut command, &logs.join("dart.log"))
        }),
        step("Kotlin", || match kotlin::missing() {
            Some(why) => {
                tally.skipped.push(why);
                Ok(())
            }
            None => tally.record(&mut kotlin::maven(&["test"])?, &logs.join("kotlin.log")),
        }),
        step("model tools (Python)", || {
            let mut command = Command::new(test_python()?);
            command.current_dir(root()).args([
                "-m",
                "pytest",
                "-q",
                "-rs",
                "-p",
                "no:cacheprovider",
                "models/tools",
                "packaging",
            ]);
            tally.record(&mut command, &logs.join("python.log"))
        }),
    ];
    eprintln!("\nlogs: {}", logs.display());
    tally.print();
    let broken: Vec<String> = suites.into_iter().filter_map(Result::err).collect();
    if broken.is_empty() && tally.failed == 0 {
        Ok(())
    } else {
        Err(broken.join("; "))
    }
}

/// The Python that tests use, with the packages of the model tools' tests.
fn test_python() -> Result<PathBuf, String> {
    let environment = skinkit_inference::locate::cache_dir()
        .ok_or("no cache folder: set SKINKIT_CACHE or HOME")?
        .join("python-tests");
    python::environment(&environment, &root().join("models/tools/requirements-test.txt"))
}
