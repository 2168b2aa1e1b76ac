//! The timed runs of a race. What loads and runs a network is behind traits, so that tests can enter networks that are
//! slow, broken or wrong.

use std::time::Instant;

use super::candidate::Candidate;
use super::race::{RaceEntry, RaceOutcome};

/// A candidate has to be this much faster than the CPU: less is within what two races differ by.
const FASTER: f64 = 0.9;

/// Results may differ by this part of an output's range: accelerators compute in 16 bits (1e-3 a step), and int8 networks
/// round to 1/256 of a tensor's range.
pub(crate) const ALLOWED: f64 = 0.02;

/// A candidate that takes this many times the CPU's time in its first run is not run again.
const TOO_SLOW: f64 = 8.0;

/// Loads the network for a candidate.
pub(crate) trait Loader {
    type Benchmark: Benchmark;

    /// Ready to run, or why not.
    fn load(&self, candidate: &Candidate) -> Result<Self::Benchmark, String>;
}

/// A network that is ready to run.
pub(crate) trait Benchmark {
    /// Runs it on the race's input, always the same; every output.
    fn run(&mut self) -> Result<Vec<Vec<f32>>, String>;
}

/// Every outcome, the baseline's first, and the winner, loaded.
pub(crate) type Finish<R> = (Vec<RaceEntry>, R);

struct Entrant<R> {
    candidate: Candidate,
    state: Result<R, RaceOutcome>,
    times: Vec<f64>,
}

impl<R: Benchmark> Entrant<R> {
    fn new(loader: &impl Loader<Benchmark = R>, candidate: Candidate) -> Self {
        Self {
            candidate,
            state: loader
                .load(&candidate)
                .map_err(|reason| RaceOutcome::Refused { reason }),
            times: Vec::new(),
        }
    }

    /// One timed run, in milliseconds; nothing for a candidate that is out.
    fn run(&mut self) -> Option<(f64, Vec<Vec<f32>>)> {
        let runner = self.state.as_mut().ok()?;
        let start = Instant::now();
        match runner.run() {
            Ok(outputs) => Some((start.elapsed().as_secs_f64() * 1e3, outputs)),
            Err(reason) => {
                self.state = Err(RaceOutcome::Failed { reason });
                None
            }
        }
    }

    /// The first run: warms up, and shows whether the results are right.
    fn qualify(&mut self, baseline_ms: f64, expected: &[Vec<f32>]) {
        // What is compiled on the first run is not held against it.
        let _ = self.run();
        let Some((took, outputs)) = self.run() else {
            return;
        };
        self.state = match difference(expected, &outputs) {
            Err(reason) => Err(RaceOutcome::Failed { reason }),
            Ok(difference) if difference > ALLOWED => Err(RaceOutcome::Disagreed {
                difference,
                allowed: ALLOWED,
            }),
            Ok(_) if took > TOO_SLOW * baseline_ms => Err(RaceOutcome::Lost { median_ms: took }),
            Ok(_) => return,
        };
    }

    fn median(&self) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or(f64::INFINITY)
    }
}

/// Runs `candidates` and `baseline` in turn, so that other load on the device slows all of them alike.
///
/// # Errors
/// The baseline cannot load or run the network: then there is nothing to hold the other results to.
pub(crate) fn race<L: Loader>(
    loader: &L,
    baseline: Candidate,
    candidates: &[Candidate],
    runs: usize,
) -> Result<Finish<L::Benchmark>, String> {
    let mut first = Entrant {
        candidate: baseline,
        state: Ok(loader.load(&baseline)?),
        times: Vec::new(),
    };
    let mut take = || match first.run() {
        Some(run) => Ok(run),
        None => Err(match &first.state {
            Err(outcome) => outcome.to_string(),
            Ok(_) => "it did not run".to_owned(),
        }),
    };
    take()?;
    let (baseline_ms, expected) = take()?;
    let mut entrants = vec![first];
    for &candidate in candidates {
        let mut entrant = Entrant::new(loader, candidate);
        entrant.qualify(baseline_ms, &expected);
        entrants.push(entrant);
    }
    for _ in 0..runs.clamp(1, 100) {
        for entrant in &mut entrants {
            if let Some((took, _)) = entrant.run() {
                entrant.times.push(took);
            }
        }
    }
    finish(entrants)
}

fn finish<R: Benchmark>(entrants: Vec<Entrant<R>>) -> Result<Finish<R>, String> {
    let limit = entrants.first().map_or(0.0, Entrant::median) * FASTER;
    let winner = entrants
        .iter()
        .enumerate()
        .filter(|(index, entrant)| entrant.state.is_ok() && (*index == 0 || entrant.median() <= limit))
        .min_by(|(_, a), (_, b)| a.median().total_cmp(&b.median()))
        .map(|(index, _)| index);
    let mut won = None;
    let entries = entrants
        .into_iter()
        .enumerate()
        .map(|(index, entrant)| {
            let median_ms = entrant.median();
            let outcome = match entrant.state {
                Ok(runner) if Some(index) == winner => {
                    won = Some(runner);
                    RaceOutcome::Won { median_ms }
                }
                Ok(_) => RaceOutcome::Lost { median_ms },
                Err(outcome) => outcome,
            };
            RaceEntry {
                candidate: entrant.candidate,
                outcome,
            }
        })
        .collect();
    won.map(|runner| (entries, runner))
        .ok_or_else(|| "no provider ran the network to the end".to_owned())
}

/// The largest difference between two runs' outputs, in parts of each output's range (of 1 at least: an output that is
/// all but constant has none of its own).
///
/// # Errors
/// Why they do not compare at all.
fn difference(expected: &[Vec<f32>], got: &[Vec<f32>]) -> Result<f64, String> {
    let lengths = |outputs: &[Vec<f32>]| outputs.iter().map(Vec::len).collect::<Vec<_>>();
    if lengths(expected) != lengths(got) {
        return Err(format!(
            "it gave outputs of {:?} values, not {:?}",
            lengths(got),
            lengths(expected)
        ));
    }
    if got.iter().flatten().any(|value| !value.is_finite()) {
        return Err("it gave a number that is not finite".to_owned());
    }
    let mut most = 0.0f64;
    for (expected, got) in expected.iter().zip(got) {
        let (low, high) = expected
            .iter()
            .fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        let range = f64::from(high - low).max(1.0);
        for (a, b) in expected.iter().zip(got) {
            most = most.max(f64::from(a - b).abs() / range);
        }
    }
    Ok(most)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::provider::{Optimization, Provider};

    /// Benchmarks told apart by their number of threads.
    struct Fakes;

    enum Fake {
        Sleeps(u64),
        Wrong,
        NotFinite,
        Breaks(u32),
    }

    const CPU: usize = 1;
    const FAST: usize = 2;
    const SLOW: usize = 3;
    const TOO_SLOWLY_SLOW: usize = 4;
    const UNREGISTERED: usize = 5;
    const WRONG: usize = 6;
    const NOT_FINITE: usize = 7;
    const BREAKS_AT_ONCE: usize = 8;
    const BREAKS_LATER: usize = 9;
    const A_LITTLE_FASTER: usize = 10;

    impl Loader for Fakes {
        type Benchmark = Fake;

        fn load(&self, candidate: &Candidate) -> Result<Fake, String> {
            Ok(match candidate.threads {
                CPU => Fake::Sleeps(20),
                FAST => Fake::Sleeps(5),
                SLOW => Fake::Sleeps(40),
                TOO_SLOWLY_SLOW => Fake::Sleeps(300),
                UNREGISTERED => return Err("this build has no such provider".to_owned()),
                WRONG => Fake::Wrong,
                NOT_FINITE => Fake::NotFinite,
                BREAKS_AT_ONCE => Fake::Breaks(0),
                BREAKS_LATER => Fake::Breaks(3),
                A_LITTLE_FASTER => Fake::Sleeps(19),
                _ => unreachable!("no such fake"),
            })
        }
    }

    impl Benchmark for Fake {
        fn run(&mut self) -> Result<Vec<Vec<f32>>, String> {
            let right = || vec![vec![0.0, 5.0, 10.0], vec![0.25]];
            match self {
                Self::Sleeps(ms) => {
                    std::thread::sleep(Duration::from_millis(*ms));
                    Ok(right())
                }
                Self::Wrong => Ok(vec![vec![0.0, 5.5, 10.0], vec![0.25]]),
                Self::NotFinite => Ok(vec![vec![0.0, f32::NAN, 10.0], vec![0.25]]),
                Self::Breaks(0) => Err("the driver is gone".to_owned()),
                Self::Breaks(left) => {
                    *left -= 1;
                    Ok(right())
                }
            }
        }
    }

    fn fake(threads: usize) -> Candidate {
        Candidate::new(Provider::Xnnpack, threads)
    }

    fn run(candidates: &[usize]) -> Vec<RaceOutcome> {
        let candidates: Vec<Candidate> = candidates.iter().map(|threads| fake(*threads)).collect();
        let baseline = Candidate::new(Provider::Cpu, CPU);
        let (entries, mut winner) = race(&Fakes, baseline, &candidates, 3).unwrap();
        assert_eq!(entries[0].candidate, baseline);
        assert!(winner.run().is_ok(), "the winner is handed over, ready to run");
        entries.into_iter().map(|entry| entry.outcome).collect()
    }

    #[test]
    fn the_fastest_wins_and_the_slow_lose() {
        let outcomes = run(&[SLOW, FAST]);
        assert!(
            matches!(outcomes[0], RaceOutcome::Lost { median_ms } if median_ms >= 20.0),
            "{outcomes:?}"
        );
        assert!(
            matches!(outcomes[1], RaceOutcome::Lost { median_ms } if median_ms >= 40.0),
            "{outcomes:?}"
        );
        assert!(
            matches!(outcomes[2], RaceOutcome::Won { median_ms } if median_ms < 20.0),
            "{outcomes:?}"
        );
    }

    #[test]
    fn the_processor_keeps_what_nobody_is_much_faster_at() {
        for candidates in [&[][..], &[SLOW], &[A_LITTLE_FASTER]] {
            let outcomes = run(candidates);
            assert!(matches!(outcomes[0], RaceOutcome::Won { .. }), "{outcomes:?}");
        }
    }

    #[test]
    fn whoever_fails_is_out_for_a_reason_of_its_own() {
        let outcomes = run(&[UNREGISTERED, WRONG, NOT_FINITE, BREAKS_AT_ONCE, BREAKS_LATER]);
        assert!(matches!(outcomes[0], RaceOutcome::Won { .. }), "{outcomes:?}");
        assert!(matches!(&outcomes[1], RaceOutcome::Refused { reason } if reason.contains("no such provider")));
        assert!(
            matches!(outcomes[2], RaceOutcome::Disagreed { difference, .. } if (difference - 0.05).abs() < 1e-6),
            "{outcomes:?}"
        );
        assert!(matches!(&outcomes[3], RaceOutcome::Failed { reason } if reason.contains("not finite")));
        for broken in &outcomes[4..] {
            assert!(matches!(broken, RaceOutcome::Failed { reason } if reason.contains("driver")));
        }
    }

    #[test]
    fn a_hopeless_one_is_not_waited_for() {
        let start = Instant::now();
        let outcomes = run(&[TOO_SLOWLY_SLOW]);
        assert!(
            matches!(outcomes[1], RaceOutcome::Lost { median_ms } if median_ms >= 300.0),
            "{outcomes:?}"
        );
        // Two runs of it, not five.
        assert!(start.elapsed() < Duration::from_millis(1200), "{:?}", start.elapsed());
    }

    #[test]
    fn without_the_processor_there_is_no_race() {
        let baseline = |threads| race(&Fakes, fake(threads), &[fake(FAST)], 1).err().unwrap();
        assert!(baseline(UNREGISTERED).contains("no such provider"));
        assert!(baseline(BREAKS_AT_ONCE).contains("driver"));
        assert_eq!(fake(1).optimization, Optimization::All);
    }
}
