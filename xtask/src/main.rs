//! Developer tasks: `cargo xtask --help` lists them.

mod arm;
mod bench;
mod bindings;
mod check_targets;
mod command;
mod dart;
mod demo;
mod instructions;
mod kotlin;
mod network_check;
mod package;
mod python;
mod readme;
mod report_check;
mod setup;
mod swift;
mod tally;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Developer tasks of SkinKit
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 110)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Fetch the pinned ONNX Runtime library through pip (once per machine)
    Setup,
    /// Run the main job on the sample photos and write target/demo/report.html
    Demo,
    /// Open the demo's report in headless Chromium, offline: console, requests, names, keyboard; screenshots
    ReportCheck,
    /// Trace a whole run of the command line: no network socket is opened, and no socket function is imported (Linux, strace)
    NetworkCheck,
    /// Get what the tests need and run all of them; says what was skipped and why
    Test,
    /// Build and test the Kotlin package (Maven and a JDK)
    Kotlin,
    /// Write the generated Kotlin and Swift anew
    Bindings {
        /// Only say whether they are up to date
        #[arg(long)]
        check: bool,
    },
    /// Pack and validate what this machine can build, into target/package
    #[command(subcommand)]
    Package(Package),
    /// Type-check for Android and iOS, link the Android library, build the iOS archive, as far as Linux can
    CheckTargets,
    /// Run the test suites on a phone's instruction set (64-bit ARM) under QEMU; needs Debian 12
    Arm {
        /// Crates to test [default: all that ship]
        crates: Vec<String>,
    },
    /// Measure SkinKit beside its peers and write benches/REPORT.md
    Bench {
        /// Print the figures as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Count the instructions of the hot functions under valgrind and compare them with benches/instructions.json
    Instructions {
        /// Keep the new counts
        #[arg(long)]
        record: bool,
    },
}

#[derive(Subcommand)]
enum Package {
    /// The Android archive
    Aar,
    /// The C library with its header, pkg-config and CMake files
    C,
    /// The archive of the Dart package
    Dart,
    /// On a Mac, an XCFramework of the libraries built for Apple's targets, beside Package.swift
    Swift,
    /// Compare what was built with packaging/sizes.json
    Sizes {
        /// Keep the new sizes
        #[arg(long, conflicts_with = "cheap")]
        record: bool,
        /// Look only at what the tests build
        #[arg(long)]
        cheap: bool,
    },
}

/// What a task returns: an explanation for the person who ran it.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Outcome {
    match task {
        Task::Setup => setup::run(),
        Task::Demo => demo::run(),
        Task::ReportCheck => report_check::run(),
        Task::NetworkCheck => network_check::check(),
        Task::Test => test::run(),
        Task::Kotlin => kotlin::test(),
        Task::Bindings { check: false } => bindings::write(),
        Task::Bindings { check: true } => bindings::check(),
        Task::Package(Package::Aar) => package::aar(),
        Task::Package(Package::C) => package::c(),
        Task::Package(Package::Dart) => package::dart(),
        Task::Package(Package::Swift) => swift::package(),
        Task::Package(Package::Sizes { cheap: true, .. }) => package::cheap_sizes(),
        Task::Package(Package::Sizes { record, .. }) => package::sizes(record),
        Task::CheckTargets => check_targets::run_all(),
        Task::Arm { crates } => arm::run(&crates),
        Task::Bench { json } => bench::run(json),
        Task::Instructions { record } => instructions::run(record),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_make_sense() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
