//! The Swift package: its toolchain, its tests, its XCFramework. The work is done by the scripts in packaging/swift, which
//! a release machine calls too.

use std::process::{Command, Stdio};

use crate::Outcome;
use crate::command::{cargo, root, run, target_dir};
use crate::python;

/// What the XCFramework is made of; as TARGETS in packaging/swift/xcframework.py.
const APPLE: [&str; 3] = ["aarch64-apple-ios", "aarch64-apple-ios-sim", "aarch64-apple-darwin"];

/// The suite against the library of the daily profile; or why there is no Swift 6 here. Makes the toolchain if it can.
pub fn tests() -> Result<Result<Command, String>, String> {
    let script = |name: &str| root().join("packaging/swift").join(name);
    let made = Command::new("bash")
        .arg(script("toolchain.sh"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| format!("cannot start packaging/swift/toolchain.sh: {error}"))?;
    let said = String::from_utf8_lossy(&made.stderr);
    let last = said.lines().last().unwrap_or("it said nothing").to_owned();
    match made.status.code() {
        Some(0) => {}
        Some(3) => return Ok(Err(last)),
        // A mirror that does not answer, or a container that may not mount: no fault of the package.
        _ => {
            return Ok(Err(format!(
                "packaging/swift/toolchain.sh failed ({}): {last}",
                made.status
            )));
        }
    }
    let mut command = Command::new("bash");
    command.arg(script("test.sh")).env("SKINKIT_WORK", target_dir());
    Ok(Ok(command))
}

/// The tests of the tool that makes and checks XCFrameworks.
pub fn framework_tests() -> Result<Command, String> {
    let mut command = Command::new(python::interpreter()?);
    command.current_dir(root()).args([
        "-m",
        "unittest",
        "discover",
        "--start-directory",
        "packaging/swift",
        "--pattern",
        "test_*.py",
    ]);
    Ok(command)
}

/// `cargo xtask package swift`: on a Mac, builds the library for Apple's targets; everywhere, makes the XCFramework beside
/// Package.swift out of what has been built for them, and checks it.
pub fn package() -> Outcome {
    if cfg!(target_os = "macos") {
        for target in APPLE {
            let mut build = cargo();
            build.args([
                "rustc",
                "--locked",
                "--profile",
                "dist",
                "--package",
                "skinkit-ffi",
                "--lib",
                // Or there is no link-time optimization: see `release` in package.rs.
                "--crate-type",
                "staticlib",
                "--target",
                target,
            ]);
            run(
                &format!("cargo rustc --target {target} (rustup target add {target}?)"),
                &mut build,
            )?;
        }
    }
    let mut command = Command::new(python::interpreter()?);
    command
        .current_dir(root())
        .arg("packaging/swift/xcframework.py")
        .arg("make")
        .arg(target_dir())
        .arg("bindings/swift/CSkinKit.xcframework");
    run("packaging/swift/xcframework.py", &mut command)
}
