//! Runs test suites and counts what they report: cargo's, pytest's, Maven's and XCTest's.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;

/// What the suites reported.
#[derive(Default)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
    /// One line each: what was skipped and why.
    pub skipped: Vec<String>,
}

impl Tally {
    /// Runs a suite whose output is cargo test's, pytest's or XCTest's; keeps all of it in a log and shows what matters.
    pub fn record(&mut self, command: &mut Command, log: &Path) -> Outcome {
        let mut file = File::create(log).map_err(|error| format!("cannot write {}: {error}", log.display()))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| format!("cannot start {:?}: {error}", command.get_program()))?;
        let output = child.stdout.take().ok_or("the suite's output is not to be had")?;
        for line in BufReader::new(output).lines() {
            let line = line.map_err(|error| format!("cannot read the suite's output: {error}"))?;
            writeln!(file, "{line}").map_err(|error| format!("cannot write {}: {error}", log.display()))?;
            self.line(&line);
        }
        let status = child.wait().map_err(|error| format!("the suite was lost: {error}"))?;
        if status.success() {
            Ok(())
        } else {
            Err(format!(
                "{:?} failed ({status}): see {}",
                command.get_program(),
                log.display()
            ))
        }
    }

    /// Runs a program that is one test: it passes when it exits with 0.
    pub fn record_whole(&mut self, name: &str, command: &mut Command, log: &Path) -> Outcome {
        let outcome = self.record(command, log);
        self.whole(&outcome);
        outcome.map_err(|message| format!("{name}: {message}"))
    }

    /// Counts what is one test.
    pub fn whole(&mut self, outcome: &Outcome) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(_) => self.failed += 1,
        }
    }

    /// A class's totals as Maven's Surefire says them: `12, Failures: 1, Errors: 0, Skipped: 2, …`.
    fn surefire(&mut self, totals: &str) {
        println!("    {totals}");
        let numbers: Vec<usize> = totals
            .split(", ")
            .take(4)
            .filter_map(|part| part.rsplit(' ').next()?.parse().ok())
            .collect();
        if let [run, failures, errors, skipped] = numbers[..] {
            self.passed += run.saturating_sub(failures + errors + skipped);
            self.failed += failures + errors;
            if skipped > 0 {
                self.skipped.push(format!("{skipped} Kotlin tests: see the log"));
            }
        }
    }

    /// Prints the totals and what was skipped.
    pub fn print(&self) {
        for line in &self.skipped {
            println!("SKIPPED: {line}");
        }
        println!(
            "{} passed, {} failed, {} skipped",
            self.passed,
            self.failed,
            self.skipped.len()
        );
    }

    fn line(&mut self, line: &str) {
        if let Some(reason) = line.trim_start().strip_prefix("SKIPPED") {
            self.skipped.push(reason.trim_start_matches([':', ' ']).to_owned());
        } else if let Some(totals) = line.strip_prefix("test result: ") {
            println!("    {line}");
            self.passed += count(totals, " passed");
            self.failed += count(totals, " failed");
        } else if let Some((test, reason)) = line.split_once(" ... ignored") {
            // The child process of another test has run as part of that test.
            let reason = reason.trim_start_matches([',', ' ']);
            if !["child of", "run by another test"]
                .iter()
                .any(|start| reason.starts_with(start))
            {
                self.skipped
                    .push(format!("{}: {reason}", test.trim_start_matches("test ")));
            }
        } else if let Some(case) = line.strip_prefix("Test Case ") {
            if case.contains("' passed (") {
                self.passed += 1;
            } else if case.contains("' failed (") {
                println!("    {line}");
                self.failed += 1;
            } else if case.contains("' skipped (") {
                self.skipped.push(format!("Swift: {case}"));
            }
        } else if line.starts_with(|c: char| c.is_ascii_digit())
            && line.ends_with('s')
            && line.contains(" in ")
            && (line.contains(" passed") || line.contains(" failed"))
        {
            println!("    {line}");
            self.passed += count(line, " passed");
            self.failed += count(line, " failed");
        } else if let Some(class) = line
            .strip_prefix("[INFO] Tests run: ")
            .filter(|line| line.contains(" -- in "))
        {
            self.surefire(class);
        } else if let Some(class) = line
            .strip_prefix("[ERROR] Tests run: ")
            .filter(|line| line.contains(" -- in "))
        {
            self.surefire(class);
        } else if line.contains("FAILED") || line.contains("<<< ") || line.contains("panicked at") {
            println!("    {line}");
        }
    }
}

/// The number before a word: `count("3 passed; 1 failed", " failed")` is 1.
fn count(text: &str, word: &str) -> usize {
    let Some(end) = text.find(word) else { return 0 };
    let digits: Vec<char> = text[..end].chars().rev().take_while(char::is_ascii_digit).collect();
    digits.iter().rev().collect::<String>().parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_of_every_suite_are_counted() {
        let mut tally = Tally::default();
        tally.line("test child_that_is_killed ... ignored, child of no_kill_loses_an_acknowledged_scan");
        tally.line("test slow ... ignored, takes an hour");
        tally.line("test result: ok. 12 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.31s");
        tally.line("SKIPPED: parity: no ONNX Runtime library");
        tally.line("3 passed, 1 skipped in 0.12s");
        tally.line("Test Case 'KitTests.testA' started at 2026-01-01 10:00:00.000");
        tally.line("Test Case 'KitTests.testA' passed (0.5 seconds)");
        tally.line("Test Case 'KitTests.testB' failed (0.5 seconds)");
        tally
            .line("[INFO] Tests run: 9, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1.5 s -- in skinkit.KitTest");
        tally.line(
            "[ERROR] Tests run: 3, Failures: 1, Errors: 1, Skipped: 0, Time elapsed: 1 s <<< FAILURE! -- in skinkit.A",
        );
        tally.line("[INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 0");
        tally.line("    test result: what a test printed. 7 passed; 7 failed in 0.1s");
        assert_eq!((tally.passed, tally.failed), (26, 4));
        assert_eq!(
            tally.skipped,
            ["slow: takes an hour", "parity: no ONNX Runtime library"]
        );
    }
}
