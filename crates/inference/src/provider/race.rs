//! The race between execution providers: what a host may choose, and what it is told.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::candidate::{Candidate, Provider};
use crate::library::locate;

/// A race between providers: each network, the first time that it is loaded on a device, is run a few times by every
/// candidate, and the fastest keeps it. The processor ([`Provider::Cpu`] with [`RuntimeConfig::threads`] threads) always
/// takes part, is what the others' results are held to, and keeps the network unless another is a tenth faster.
///
/// [`RuntimeConfig::threads`]: crate::RuntimeConfig::threads
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderRace {
    /// Who races against the processor.
    pub challengers: Vec<Candidate>,
    /// Timed runs of each, 1..=100 (values outside are clamped); their median counts.
    pub runs: usize,
    /// Where results are kept, so that a network races once on a device and not at every start: a JSON file, made when
    /// it is not there. `None` keeps them in memory only. A file that cannot be read is as good as none.
    pub file: Option<PathBuf>,
    /// What tells this device from others that may come to read the same file (a backup restored on a new phone).
    pub device: String,
}

impl Default for ProviderRace {
    /// XNNPACK, and CoreML on Apple's systems; five runs; `providers.json` in the cache folder.
    fn default() -> Self {
        let mut challengers = vec![Candidate::new(Provider::Xnnpack, 1)];
        if cfg!(target_vendor = "apple") {
            challengers.push(Candidate::new(Provider::CoreMl, 1));
        }
        Self {
            challengers,
            runs: 5,
            file: locate::cache_dir().map(|folder| folder.join("providers.json")),
            device: this_device(),
        }
    }
}

impl ProviderRace {
    /// The same with other challengers; naming [`Provider::Nnapi`] is what lets it in.
    #[must_use]
    pub fn challengers(mut self, challengers: impl Into<Vec<Candidate>>) -> Self {
        self.challengers = challengers.into();
        self
    }

    /// The same with results kept in another file, or in memory only.
    #[must_use]
    pub fn file(mut self, file: Option<PathBuf>) -> Self {
        self.file = file;
        self
    }

    /// The same with another number of timed runs.
    #[must_use]
    pub fn runs(mut self, runs: usize) -> Self {
        self.runs = runs;
        self
    }

    /// The same for a device that the host knows by a better name.
    #[must_use]
    pub fn device(mut self, device: impl Into<String>) -> Self {
        self.device = device.into();
        self
    }
}

/// System, architecture, number of processors, and the processor's name where Linux says it.
fn this_device() -> String {
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("", |(_, name)| name);
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let device = format!("{} {} {count} {name}", std::env::consts::OS, std::env::consts::ARCH);
    device.trim_end().to_owned()
}

/// How one candidate fared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RaceOutcome {
    /// It runs the network from now on.
    Won {
        /// Median of its runs.
        median_ms: f64,
    },
    /// It ran rightly and not fast enough.
    Lost {
        /// Median of its runs, or its first one where that was hopeless.
        median_ms: f64,
    },
    /// It could not be registered, or would not load the network.
    Refused {
        /// The runtime's own words.
        reason: String,
    },
    /// It loaded the network and failed to run it.
    Failed {
        /// The runtime's own words.
        reason: String,
    },
    /// Its results differ from the processor's.
    Disagreed {
        /// The largest difference, in parts of the range of the output that it is in.
        difference: f64,
        /// What would have been let pass.
        allowed: f64,
    },
}

impl fmt::Display for RaceOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Won { median_ms } => write!(f, "won with {median_ms:.2} ms"),
            Self::Lost { median_ms } => write!(f, "lost with {median_ms:.2} ms"),
            Self::Refused { reason } => write!(f, "refused: {reason}"),
            Self::Failed { reason } => write!(f, "failed to run: {reason}"),
            Self::Disagreed { difference, allowed } => write!(
                f,
                "gave other results: {difference:.1e} of their range off, at most {allowed:.1e} is allowed"
            ),
        }
    }
}

/// One candidate of a race.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RaceEntry {
    /// Who raced.
    pub candidate: Candidate,
    /// How it fared.
    #[serde(flatten)]
    pub outcome: RaceOutcome,
}

/// What a race is good for: the same network on the same device with the same ONNX Runtime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaceKey {
    /// SHA-256 of the network's file, in hex.
    pub network_sha256: String,
    /// [`ProviderRace::device`].
    pub device: String,
    /// Version of ONNX Runtime.
    pub runtime: String,
    /// Everyone who took part, the processor first.
    pub candidates: Vec<Candidate>,
}

/// A race's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RaceReport {
    /// The name given to the session.
    pub network: String,
    /// What was raced.
    pub key: RaceKey,
    /// Everyone who took part, the processor first; exactly one has won.
    pub entries: Vec<RaceEntry>,
    /// Whether it was run by an earlier process and read from [`ProviderRace::file`].
    #[serde(skip)]
    pub remembered: bool,
    /// Why the file could not be read or written, if so; the race was run all the same.
    #[serde(skip)]
    pub note: Option<String>,
}

impl RaceReport {
    /// Who runs the network.
    pub fn winner(&self) -> Option<Candidate> {
        let won = |entry: &&RaceEntry| matches!(entry.outcome, RaceOutcome::Won { .. });
        self.entries.iter().find(won).map(|entry| entry.candidate)
    }
}
