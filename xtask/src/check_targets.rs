//! `cargo xtask check-targets`: SkinKit for Android and iOS, as far as a Linux machine can build it. The work is done by
//! packaging/targets/check.sh, which a release workflow may call too.

use std::path::PathBuf;
use std::process::Command;

use crate::Outcome;
use crate::command::{root, run, step, target_dir};

/// Their crates are type-checked.
const TARGETS: [&str; 3] = ["aarch64-linux-android", "aarch64-apple-ios", "aarch64-apple-ios-sim"];

/// Where the other compiler builds; in the usual folder it would make cargo build everything anew each time.
pub fn folder() -> PathBuf {
    target_dir().join("targets")
}

/// `cargo xtask check-targets`.
pub fn run_all() -> Outcome {
    let tools = Command::new("bash")
        .arg(root().join("packaging/targets/tools.sh"))
        .status()
        .map_err(|error| format!("cannot start packaging/targets/tools.sh: {error}"))?;
    match tools.code() {
        Some(0) => {}
        Some(3) => {
            println!("SKIPPED: check-targets: the reason is above; nothing was checked");
            return Ok(());
        }
        _ => return Err(format!("packaging/targets/tools.sh failed ({tools})")),
    }
    for target in TARGETS {
        step(&format!("type-check all crates for {target}"), || {
            check(&["types", target])
        })?;
    }
    step("link the Android library: 16 KB pages, API 24's symbols", || {
        check(&["android"])
    })?;
    step("build the iOS archives and an XCFramework of them", || check(&["ios"]))?;
    println!(
        "check-targets: passed. What it built is a check and not for shipping: a release builds with the NDK and Xcode."
    );
    Ok(())
}

fn check(arguments: &[&str]) -> Outcome {
    let mut command = Command::new("bash");
    command
        .arg(root().join("packaging/targets/check.sh"))
        .args(arguments)
        .env("SKINKIT_TARGETS", folder())
        // The cargo of this task says which compiler it belongs to; the script's has another.
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO");
    run("packaging/targets/check.sh", &mut command)
}
