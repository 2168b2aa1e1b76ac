//! `cargo xtask instructions`: counts the instructions of the frame path's hot functions, which no load on the machine
//! changes, and holds them against `benches/instructions.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::command::{self, cargo, compiler, root, step, target_dir};

/// A function may cost this much more than the ledger says.
const MORE: f64 = 1.05;

/// A machine whose counts compare: architecture, vector unit, compiler.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Kind {
    processor: String,
    compiler: String,
}

/// Instructions of one call of each function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Counted {
    #[serde(flatten)]
    kind: Kind,
    instructions: BTreeMap<String, u64>,
}

/// `cargo xtask instructions [--record]`.
pub fn run(record: bool) -> Outcome {
    if !cfg!(target_arch = "x86_64") || Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!(
            "SKIPPED: instructions are counted by valgrind on x86-64; it is not here (Debian: apt install valgrind)"
        );
        return Ok(());
    }
    let Some(processor) = vector_unit() else {
        eprintln!("SKIPPED: this processor has no AVX2, for which the counts are kept");
        return Ok(());
    };
    step("build the hot functions", || {
        let mut build = cargo();
        build.args(["build", "--package", "skinkit-benches", "--bin", "hot-functions"]);
        command::run("cargo build", &mut build)
    })?;
    let program = target_dir().join("debug/hot-functions");
    let here = Counted {
        kind: Kind {
            processor,
            compiler: compiler()?,
        },
        instructions: step("count instructions", || count_all(&program))?,
    };
    let mut ledger = read()?;
    let known = ledger.iter().find(|counted| counted.kind == here.kind);
    let verdict = match known {
        Some(known) => compare(&known.instructions, &here.instructions),
        None if record => Ok(()),
        None => {
            eprintln!(
                "SKIPPED: benches/instructions.json has no counts for {} with {}; `cargo xtask instructions --record` \
                 adds them",
                here.kind.processor, here.kind.compiler
            );
            Ok(())
        }
    };
    if record {
        ledger.retain(|counted| counted.kind != here.kind);
        ledger.push(here);
        ledger.sort_by(|a, b| a.kind.cmp(&b.kind));
        return write(&ledger);
    }
    verdict
}

/// What the functions choose their code by. Valgrind knows AVX2 and nothing later, so that all such machines are alike.
fn vector_unit() -> Option<String> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
        return Some("x86_64 AVX2".to_owned());
    }
    None
}

fn count_all(program: &Path) -> Result<BTreeMap<String, u64>, String> {
    let names = Command::new(program)
        .output()
        .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
    let mut counts = BTreeMap::new();
    for name in String::from_utf8_lossy(&names.stdout).lines() {
        // What is done once, and what grows with the first calls, is in both.
        let (few, many) = (count(program, name, 2)?, count(program, name, 5)?);
        let each = many.saturating_sub(few) / 3;
        eprintln!("    {name}: {each}");
        counts.insert(name.to_owned(), each);
    }
    Ok(counts)
}

/// Instructions of the whole program.
fn count(program: &Path, name: &str, times: u32) -> Result<u64, String> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([name, &times.to_string()])
        .output()
        .map_err(|error| format!("cannot start valgrind: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines()
        .find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
        .filter(|_| output.status.success())
        .ok_or_else(|| format!("valgrind failed on `{name}`:\n{said}"))
}

fn compare(known: &BTreeMap<String, u64>, here: &BTreeMap<String, u64>) -> Outcome {
    let mut faults = Vec::new();
    for (name, &got) in here {
        match known.get(name) {
            None => faults.push(format!("{name}: not in the ledger")),
            Some(&before) if got as f64 > before as f64 * MORE => {
                let percent = (got as f64 / before as f64 - 1.0) * 100.0;
                faults.push(format!("{name}: {got} instructions, {percent:.1} % more than {before}"));
            }
            Some(&before) if before as f64 > got as f64 * MORE => {
                eprintln!("    {name}: {got} instructions, down from {before}; `--record` keeps it");
            }
            Some(_) => {}
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(format!(
        "more instructions than benches/instructions.json allows (5 %):\n  {}\nfind out why, or `cargo xtask instructions \
         --record` where it is worth it",
        faults.join("\n  ")
    ))
}

fn path() -> PathBuf {
    root().join("benches/instructions.json")
}

fn read() -> Result<Vec<Counted>, String> {
    match std::fs::read(path()) {
        Ok(json) => serde_json::from_slice(&json).map_err(|error| format!("{}: {error}", path().display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(format!("cannot read {}: {error}", path().display())),
    }
}

fn write(ledger: &[Counted]) -> Outcome {
    let json = serde_json::to_string_pretty(ledger).map_err(|error| error.to_string())?;
    std::fs::write(path(), json + "\n").map_err(|error| format!("cannot write {}: {error}", path().display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_per_cent_more_is_too_much() {
        let counts = |got: u64| BTreeMap::from([("warp".to_owned(), got)]);
        assert!(compare(&counts(1000), &counts(1050)).is_ok());
        assert!(compare(&counts(1000), &counts(500)).is_ok());
        let error = compare(&counts(1000), &counts(1051)).unwrap_err();
        assert!(
            error.contains("warp: 1051 instructions, 5.1 % more than 1000"),
            "{error}"
        );
        assert!(
            compare(&BTreeMap::new(), &counts(1))
                .unwrap_err()
                .contains("not in the ledger")
        );
    }
}
