//! A program that runs implementations when told: `benches/src/protocol.rs` says how.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

/// What one visit of a implementation gave.
#[derive(Debug, Deserialize)]
pub struct Visit {
    pub wall_ms: Vec<f64>,
    pub cpu_ms: Vec<f64>,
    pub result: Vec<f64>,
}

/// A running peer; it ends when it is dropped.
pub struct Peer {
    name: String,
    child: Child,
    questions: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
    /// Task and name of each implementation.
    pub implementations: Vec<(String, String)>,
}

impl Peer {
    /// Starts the program and waits until it is warm; what it says on stderr goes to `log`.
    pub fn start(name: &str, mut command: Command, log: &Path) -> Result<Self, String> {
        let file = File::create(log).map_err(|error| format!("cannot write {}: {error}", log.display()))?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .map_err(|error| format!("cannot start {:?}: {error}", command.get_program()))?;
        let questions = child.stdin.take();
        let output = child.stdout.take().ok_or("no output to be had")?;
        let mut peer = Self {
            name: name.to_owned(),
            child,
            questions,
            answers: BufReader::new(output).lines(),
            implementations: Vec::new(),
        };
        let first = peer
            .answer()
            .map_err(|message| format!("{message}; see {}", log.display()))?;
        peer.implementations =
            serde_json::from_str(&first).map_err(|error| format!("{name} says `{first}`: {error}"))?;
        Ok(peer)
    }

    /// Runs the implementation `index` so many times.
    pub fn visit(&mut self, index: usize, runs: usize) -> Result<Visit, String> {
        let mut questions = self.questions.as_ref().ok_or("the peer has ended")?;
        writeln!(questions, "{index} {runs}").map_err(|error| format!("{}: {error}", self.name))?;
        let answer = self.answer()?;
        serde_json::from_str(&answer).map_err(|error| format!("{} says `{answer}`: {error}", self.name))
    }

    fn answer(&mut self) -> Result<String, String> {
        match self.answers.next() {
            Some(Ok(line)) => Ok(line),
            Some(Err(error)) => Err(format!("{}: {error}", self.name)),
            None => Err(format!("{} ended early", self.name)),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // At the end of its input it ends by itself.
        drop(self.questions.take());
        let _ = self.child.wait();
    }
}
