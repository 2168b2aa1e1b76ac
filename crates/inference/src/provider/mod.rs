//! Execution providers: which part of a device runs a network, and the race that chooses one.

#[cfg(feature = "_ort")]
pub(crate) mod benchmark;
mod candidate;
mod race;
#[cfg(feature = "_ort")]
pub(crate) mod results_file;

pub use candidate::{Candidate, Optimization, Provider};
pub use race::{ProviderRace, RaceEntry, RaceKey, RaceOutcome, RaceReport};
