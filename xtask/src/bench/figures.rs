//! The numbers of a run, as `--json` gives them.

use serde::Serialize;

use super::peer::Visit;
use super::targets::{self, Target};
use super::tasks::TASKS;

/// One implementation's visits.
pub struct Track {
    pub peer: usize,
    pub index: usize,
    pub task: String,
    pub implementation: String,
    pub visits: Vec<Visit>,
}

impl Track {
    pub fn new(peer: usize, index: usize, task: &str, implementation: &str) -> Self {
        Self {
            peer,
            index,
            task: task.to_owned(),
            implementation: implementation.to_owned(),
            visits: Vec::new(),
        }
    }

    /// Wall time of a run so far.
    pub fn typical_ms(&self) -> Option<f64> {
        let walls: Vec<f64> = self.visits.iter().flat_map(|visit| visit.wall_ms.clone()).collect();
        (!walls.is_empty()).then(|| Spread::of(walls).median)
    }

    /// Median processor time of each round.
    pub fn cpu_by_round(&self) -> Vec<f64> {
        self.visits
            .iter()
            .map(|visit| Spread::of(visit.cpu_ms.clone()).median)
            .collect()
    }

    fn spread(&self, times: impl Fn(&Visit) -> &Vec<f64>) -> Spread {
        Spread::of(self.visits.iter().flat_map(|visit| times(visit).clone()).collect())
    }
}

/// A median with the quartiles around it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    pub median: f64,
    pub low: f64,
    pub high: f64,
}

impl Spread {
    /// Of any numbers; all zero of none.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = part * (values.len().saturating_sub(1)) as f64;
            let (low, high) = (place.floor() as usize, place.ceil() as usize);
            match (values.get(low), values.get(high)) {
                (Some(a), Some(b)) => a + (b - a) * (place - place.floor()),
                _ => 0.0,
            }
        };
        Self {
            median: at(0.5),
            low: at(0.25),
            high: at(0.75),
        }
    }
}

/// Where it was measured.
#[derive(Debug, Serialize)]
pub struct Machine {
    pub processor: String,
    pub threads: usize,
    pub system: String,
    /// Processes that wanted to run when the run began, besides it.
    pub load: Option<f64>,
}

impl Machine {
    pub fn here() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let processor = read("/proc/cpuinfo").lines().find_map(|line| {
            line.strip_prefix("model name")?
                .split_once(": ")
                .map(|(_, name)| name.to_owned())
        });
        Self {
            processor: processor.unwrap_or_else(|| "an unnamed processor".to_owned()),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            load: read("/proc/loadavg")
                .split(' ')
                .next()
                .and_then(|load| load.parse().ok()),
        }
    }
}

/// One implementation's figures.
#[derive(Debug, Serialize)]
pub struct Row {
    pub task: String,
    pub implementation: String,
    pub cpu_ms: Spread,
    pub wall_ms: Spread,
    /// Processor time of this implementation over that of the task's first implementation, round by round.
    pub ratio: Spread,
    /// Largest difference of the result from that of the task's first implementation, in the task's unit.
    pub difference: Option<f64>,
}

/// Everything that a run found.
#[derive(Debug, Serialize)]
pub struct Figures {
    pub machine: Machine,
    pub rows: Vec<Row>,
    pub peak_memory_mb: Option<f64>,
    pub targets: Vec<Target>,
    pub skipped: Vec<String>,
}

impl Figures {
    pub fn new(machine: Machine, tracks: &[Track], peak_memory_mb: Option<f64>, skipped: Vec<String>) -> Self {
        let rows = tracks
            .iter()
            .map(|track| {
                let first = tracks.iter().find(|other| other.task == track.task).unwrap_or(track);
                Row {
                    task: track.task.clone(),
                    implementation: track.implementation.clone(),
                    cpu_ms: track.spread(|visit| &visit.cpu_ms),
                    wall_ms: track.spread(|visit| &visit.wall_ms),
                    ratio: ratio(track, first),
                    difference: difference(track, first),
                }
            })
            .collect();
        Self {
            machine,
            rows,
            targets: targets::check(tracks, peak_memory_mb),
            peak_memory_mb,
            skipped,
        }
    }
}

/// Processor time of one implementation over that of another, round by round: what disturbs a round disturbs both.
pub fn ratio(above: &Track, below: &Track) -> Spread {
    let rounds = above.cpu_by_round().into_iter().zip(below.cpu_by_round());
    Spread::of(rounds.map(|(a, b)| a / b).collect())
}

fn difference(track: &Track, first: &Track) -> Option<f64> {
    let (_, unit) = TASKS.iter().find(|task| task.id == track.task)?.unit?;
    let (a, b) = (&track.visits.last()?.result, &first.visits.last()?.result);
    if a.is_empty() || a.len() != b.len() || std::ptr::eq(track, first) {
        return None;
    }
    Some(a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(implementation: &str, rounds: &[f64], result: f64) -> Track {
        let mut track = Track::new(0, 0, "rgb-12mp", implementation);
        for &ms in rounds {
            track.visits.push(Visit {
                wall_ms: vec![2.0 * ms],
                cpu_ms: vec![ms],
                result: vec![result],
            });
        }
        track
    }

    #[test]
    fn quartiles_lie_between_the_values() {
        let spread = Spread::of(vec![4.0, 1.0, 2.0, 3.0]);
        assert_eq!((spread.low, spread.median, spread.high), (1.75, 2.5, 3.25));
        assert_eq!(Spread::of(Vec::new()).median, 0.0);
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        // The machine was twice as slow in the second round, for both.
        let (ours, theirs) = (track("SkinKit", &[1.0, 2.0], 0.5), track("image", &[3.0, 6.0], 0.25));
        assert_eq!(ratio(&theirs, &ours).median, 3.0);
        let figures = Figures::new(Machine::here(), &[ours, theirs], None, Vec::new());
        assert_eq!(figures.rows[0].difference, None);
        assert_eq!(figures.rows[1].difference, Some(0.25 * 127.5));
        assert_eq!(figures.rows[1].wall_ms.median, 9.0);
    }
}
