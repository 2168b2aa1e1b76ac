//! `cargo xtask report-check`: the demo's report in a real browser, offline and by keyboard.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::Outcome;
use crate::command::{self, root, step, target_dir};
use crate::python;

/// Programs that speak Chromium's protocol, in the order they are tried.
const BROWSERS: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// `cargo xtask report-check`.
pub fn run() -> Outcome {
    let report = target_dir().join("demo/report.html");
    if !report.is_file() {
        return Err(format!(
            "{} is not there: run `cargo xtask demo` first",
            report.display()
        ));
    }
    let Some(browser) = browser() else {
        println!(
            "SKIPPED: report-check: no Chromium was found. Install it (Debian: apt install chromium) or name it in CHROMIUM"
        );
        return Ok(());
    };
    let shots = target_dir().join("report-check");
    step("the report in a browser", || {
        command::run(
            "report_check.py",
            Command::new(python::interpreter()?)
                .arg(root().join("xtask/report-check/report_check.py"))
                .args([&browser, &report, &shots]),
        )
    })
}

/// `$CHROMIUM`, else the first that starts.
fn browser() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let starts = |program: &PathBuf| {
        let mut command = Command::new(program);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    named.into_iter().chain(BROWSERS.map(PathBuf::from)).find(starts)
}
