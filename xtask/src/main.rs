//! Developer tasks: `cargo xtask setup | demo | report-check | test | bench | bindings | kotlin | package | check-targets | …`.

mod bench;
mod bindings;
mod check_targets;
mod command;
mod dart;
mod demo;
mod instructions;
mod kotlin;
mod package;
mod python;
mod readme;
mod report_check;
mod setup;
mod swift;
mod test;

use std::process::ExitCode;

const USAGE: &str = "cargo xtask COMMAND

  setup     fetch the pinned ONNX Runtime library through pip (once per machine)
  demo      run the main job on the sample photos and write target/demo/report.html
  report-check
            open the demo's report in headless Chromium, offline: console, requests, names, keyboard; screenshots
  test      get what the tests need and run all of them; says what was skipped and why
  kotlin    build and test the Kotlin package (Maven and a JDK)
  bindings  write the generated Kotlin and Swift anew; --check only says whether they are up to date
  package   aar | c | dart: pack and validate what this machine can build, into target/package;
            swift: on a Mac, an XCFramework of the libraries built for Apple's targets, beside Package.swift;
            sizes: compare what was built with packaging/sizes.json; --record keeps it, --cheap looks at what tests build
  check-targets
            type-check for Android and iOS, link the Android library, build the iOS archive, as far as Linux can
  bench     measure SkinKit beside its peers and write benches/REPORT.md; --json prints the figures as one object
  instructions
          count the instructions of the hot functions under valgrind and hold them against benches/instructions.json;
          --record keeps the new counts
";

/// What a task returns: an explanation for the person who ran it.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["setup"] => setup::run(),
        ["demo"] => demo::run(),
        ["report-check"] => report_check::run(),
        ["test"] => test::run(),
        ["kotlin"] => kotlin::test(),
        ["package", "aar"] => package::aar(),
        ["package", "c"] => package::c(),
        ["package", "dart"] => package::dart(),
        ["package", "sizes"] => package::sizes(false),
        ["package", "sizes", "--record"] => package::sizes(true),
        ["package", "sizes", "--cheap"] => package::cheap_sizes(),
        ["check-targets"] => check_targets::run_all(),
        ["bindings"] => bindings::write(),
        ["bindings", "--check"] => bindings::check(),
        ["package", "swift"] => swift::package(),
        ["bench"] => bench::run(false),
        ["bench", "--json"] => bench::run(true),
        ["instructions"] => instructions::run(false),
        ["instructions", "--record"] => instructions::run(true),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
