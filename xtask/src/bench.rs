//! `cargo xtask bench`: SkinKit beside what an app would use instead, in one interleaved run.

mod figures;
mod peer;
mod report;
mod targets;
mod tasks;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::command::{self, cargo, root, step, target_dir};
use crate::{python, setup};
use figures::{Figures, Machine, Track};
use peer::Peer;

/// Times that every implementation is visited, in turn.
const ROUNDS: usize = 15;

/// Milliseconds that one implementation may take in one round; at least one run.
const VISIT_MS: f64 = 80.0;

/// Most runs of one implementation in one round.
const MOST_RUNS: usize = 40;

/// `cargo xtask bench [--json]`.
pub fn run(json: bool) -> Outcome {
    let library = step("set up ONNX Runtime", setup::library)?;
    step("build SkinKit and its Rust peers (release)", || {
        let mut build = cargo();
        build.args([
            "build",
            "--release",
            "--package",
            "skinkit-benches",
            "--package",
            "skinkit-cli",
        ]);
        command::run("cargo build", &mut build)
    })?;
    let bench = Bench {
        folder: target_dir().join("bench"),
        library,
    };
    step("make the pictures", || {
        let mut make = Command::new(program("pictures"));
        command::run(
            "pictures",
            make.arg(bench.pictures()).arg(root().join("examples/photos")),
        )
    })?;
    let (mut peers, mut skipped) = bench.peers()?;
    let machine = Machine::here();
    let mut tracks = step(&format!("{ROUNDS} rounds"), || rounds(&mut peers))?;
    drop(peers);
    let peak_memory_mb = match step("peak memory of `skinkit analyze`", || bench.peak_memory()) {
        Ok(peak) => Some(peak),
        Err(message) => {
            skipped.push(format!("peak memory: {message}"));
            None
        }
    };
    tracks.sort_by_key(|track| tasks::place(&track.task));
    let figures = Figures::new(machine, &tracks, peak_memory_mb, skipped);
    let path = root().join("benches/REPORT.md");
    std::fs::write(&path, report::markdown(&figures))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    eprintln!("    report: {}", path.display());
    if json {
        println!("{}", serde_json::json!(figures));
    }
    Ok(())
}

/// A program of the release build.
fn program(name: &str) -> PathBuf {
    target_dir()
        .join("release")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

struct Bench {
    folder: PathBuf,
    library: PathBuf,
}

impl Bench {
    fn pictures(&self) -> PathBuf {
        self.folder.join("pictures")
    }

    /// Everyone who can be had, and why not the others. SkinKit comes first.
    fn peers(&self) -> Result<(Vec<Peer>, Vec<String>), String> {
        let mut skipped = Vec::new();
        let mut peers = vec![
            step("start SkinKit", || {
                self.start("SkinKit", &program("skinkit-peer"), None)
            })?,
            step("start image + ort", || {
                self.start("image + ort", &program("rust-peers"), None)
            })?,
        ];
        let scripts = [
            ("cv2 + onnxruntime", "requirements.txt", "cv2_peer.py"),
            ("Pillow + onnxruntime", "requirements.txt", "pillow_peer.py"),
            ("mediapipe", "requirements-mediapipe.txt", "mediapipe_peer.py"),
        ];
        for (name, requirements, script) in scripts {
            let started = step(&format!("get and start {name} (a private Python environment)"), || {
                let folder = root().join("benches/peers");
                let environment = self.folder.join(requirements.trim_end_matches(".txt"));
                let python = python::environment(&environment, &folder.join(requirements))?;
                self.start(name, &python, Some(&folder.join(script)))
            });
            match started {
                Ok(peer) => peers.push(peer),
                Err(message) => skipped.push(format!("{name}: {message}")),
            }
        }
        Ok((peers, skipped))
    }

    fn start(&self, name: &str, program: &Path, script: Option<&Path>) -> Result<Peer, String> {
        let mut command = Command::new(program);
        command
            .args(script)
            .arg(self.pictures())
            .arg(root().join("models"))
            .env("ORT_DYLIB_PATH", &self.library)
            // One thread for everyone, also in libraries that are not asked otherwise.
            .env("OMP_NUM_THREADS", "1")
            .env("OPENBLAS_NUM_THREADS", "1");
        Peer::start(
            name,
            command,
            &self.folder.join(format!("{}.log", name.replace(' ', "-"))),
        )
    }

    /// Megabytes.
    fn peak_memory(&self) -> Result<f64, String> {
        let arguments: [&OsStr; 3] = ["analyze".as_ref(), "--json".as_ref(), "--pack".as_ref()];
        let output = Command::new(python::interpreter()?)
            .arg(root().join("benches/peers/peak_memory.py"))
            .arg(program("skinkit"))
            .args(arguments)
            .arg(root().join("models/lesion-ham7"))
            .arg(self.pictures().join("lesion-12mp.jpg"))
            .env("ORT_DYLIB_PATH", &self.library)
            .output()
            .map_err(|error| format!("cannot start Python: {error}"))?;
        let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        words(&output.stdout).parse().map_err(|_| {
            words(&output.stderr)
                .lines()
                .last()
                .unwrap_or("it says nothing")
                .to_owned()
        })
    }
}

/// Visits every implementation once a round, task by task, so that whatever else the machine does meets all alike.
fn rounds(peers: &mut [Peer]) -> Result<Vec<Track>, String> {
    let mut tracks: Vec<Track> = Vec::new();
    for (peer, one) in peers.iter().enumerate() {
        for (index, (task, implementation)) in one.implementations.iter().enumerate() {
            tracks.push(Track::new(peer, index, task, implementation));
        }
    }
    // Implementations of one task are neighbors in time.
    tracks.sort_by_key(|track| tasks::place(&track.task));
    for round in 0..ROUNDS {
        eprintln!("    round {} of {ROUNDS}", round + 1);
        let count = tracks.len();
        for step in 0..count {
            // Every other round runs backwards: nobody always goes first.
            let track = &mut tracks[if round % 2 == 0 { step } else { count - 1 - step }];
            let runs = track
                .typical_ms()
                .map_or(1, |ms| (VISIT_MS / ms).clamp(1.0, MOST_RUNS as f64) as usize);
            let visit = peers[track.peer].visit(track.index, runs)?;
            track.visits.push(visit);
        }
    }
    Ok(tracks)
}
