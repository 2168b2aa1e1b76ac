//! `cargo xtask arm`: the test suites on a phone's instruction set, under QEMU. packaging/targets/arm.sh does the work.

use std::process::Command;

use crate::Outcome;
use crate::check_targets::folder;
use crate::command::{root, step, target_dir};
use crate::setup;
use crate::tally::Tally;

/// Crates that ship inside an app.
const CRATES: [&str; 8] = [
    "skinkit-numerics",
    "skinkit-preprocess",
    "skinkit-inference",
    "skinkit-roi",
    "skinkit-tracking",
    "skinkit-store",
    "skinkit",
    "skinkit-ffi",
];

/// `cargo xtask arm [CRATE]...`: without names, all crates that ship.
pub fn run(names: &[String]) -> Outcome {
    let logs = target_dir().join("test-logs");
    std::fs::create_dir_all(&logs).map_err(|error| format!("cannot make {}: {error}", logs.display()))?;
    let crates: Vec<&str> = match names {
        [] => CRATES.to_vec(),
        names => names.iter().map(String::as_str).collect(),
    };
    let runtime = step("set up ONNX Runtime for ARM", || setup::library_of("linux-aarch64"))?;
    let script = |command: &str| {
        let mut script = Command::new("bash");
        script
            .arg(root().join("packaging/targets/arm.sh"))
            .arg(command)
            .env("SKINKIT_TARGETS", folder())
            .env("SKINKIT_ARM_RUNTIME", &runtime)
            // The cargo of this task says which compiler it belongs to; the script's has another.
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("CARGO");
        script
    };
    let built = step("build for ARM, standard library included", || {
        let mut build = script("build");
        let status = build.args(&crates).status();
        status.map_err(|error| format!("cannot start packaging/targets/arm.sh: {error}"))
    })?;
    match built.code() {
        Some(0) => {}
        Some(3) => {
            println!("SKIPPED: arm: the reason is above; nothing was tested");
            return Ok(());
        }
        _ => return Err(format!("packaging/targets/arm.sh failed ({built})")),
    }
    let mut tally = Tally::default();
    let mut broken = Vec::new();
    for name in crates {
        let outcome = step(name, || {
            let mut test = script("test");
            test.args([name, "--no-fail-fast", "--", "--show-output"]);
            tally.record(&mut test, &logs.join(format!("arm-{name}.log")))
        });
        broken.extend(outcome.err());
    }
    tally.print();
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken.join("; "))
    }
}
