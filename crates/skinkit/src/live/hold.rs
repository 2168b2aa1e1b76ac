//! When to capture, and which frame: the best of those that were good for long enough.

use std::time::Duration;

/// Good frames that a capture is chosen from at least.
const LEAST_FRAMES: u32 = 3;

/// Good frames farther apart than this, in seconds, are not one hold.
const LONGEST_GAP: f64 = 1.0;

/// Follows a stream of good and bad frames.
#[derive(Debug)]
pub(crate) struct Hold {
    needed: f64,
    grace: f64,
    run: Option<Run>,
}

/// An unbroken run of good frames.
#[derive(Debug, Clone, Copy)]
struct Run {
    since: f64,
    latest: f64,
    frames: u32,
    best: f32,
}

/// What one frame means for the hold.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct HoldStep {
    /// 0 to 1.
    pub progress: f32,
    /// This frame is the best so far.
    pub keep: bool,
    /// The hold is over: capture the best.
    pub capture: bool,
    /// Good frames in the run.
    pub frames: u32,
}

impl Hold {
    pub fn new(needed: Duration, grace: Duration) -> Self {
        Self {
            needed: needed.as_secs_f64(),
            grace: grace.as_secs_f64(),
            run: None,
        }
    }

    pub fn reset(&mut self) {
        self.run = None;
    }

    /// The next frame: `score` orders good frames, higher is better; `None` is a bad one.
    pub fn step(&mut self, seconds: f64, score: Option<f32>) -> HoldStep {
        let Some(score) = score else {
            self.run = self
                .run
                .filter(|run| (0.0..=self.grace).contains(&(seconds - run.latest)));
            return self.report(false);
        };
        let run = self
            .run
            .filter(|run| (0.0..=LONGEST_GAP).contains(&(seconds - run.latest)));
        let keep = run.is_none_or(|run| score > run.best);
        self.run = Some(match run {
            None => Run {
                since: seconds,
                latest: seconds,
                frames: 1,
                best: score,
            },
            Some(run) => Run {
                latest: seconds,
                frames: run.frames.saturating_add(1),
                best: run.best.max(score),
                ..run
            },
        });
        self.report(keep)
    }

    fn report(&self, keep: bool) -> HoldStep {
        let Some(run) = self.run else {
            return HoldStep::default();
        };
        let held = run.latest - run.since;
        let progress = if self.needed > 0.0 { held / self.needed } else { 1.0 };
        HoldStep {
            progress: progress.min(1.0) as f32,
            keep,
            capture: progress >= 1.0 && run.frames >= LEAST_FRAMES,
            frames: run.frames,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold() -> Hold {
        Hold::new(Duration::from_millis(500), Duration::from_millis(120))
    }

    /// Frames 1/16 s apart (exact in binary), and what they led to.
    fn play(hold: &mut Hold, scores: &[Option<f32>]) -> Vec<HoldStep> {
        scores
            .iter()
            .enumerate()
            .map(|(i, score)| hold.step(i as f64 / 16.0, *score))
            .collect()
    }

    #[test]
    fn the_best_of_a_hold_is_captured_at_its_end() {
        let scores = [0.3, 0.5, 0.4, 0.6, 0.2, 0.6, 0.1, 0.1, 0.1].map(Some);
        let steps = play(&mut hold(), &scores);
        let kept: Vec<usize> = (0..steps.len()).filter(|i| steps[*i].keep).collect();
        assert_eq!(kept, [0, 1, 3], "each better one, the first of equals");
        let captured: Vec<usize> = (0..steps.len()).filter(|i| steps[*i].capture).collect();
        assert_eq!(captured, [8], "after half a second");
        assert!(steps.windows(2).all(|pair| pair[0].progress < pair[1].progress));
    }

    #[test]
    fn a_short_break_is_forgiven_and_a_long_one_starts_afresh() {
        let mut scores = vec![Some(0.5); 4];
        scores.push(None);
        scores.extend(vec![Some(0.5); 4]);
        assert!(play(&mut hold(), &scores).last().unwrap().capture);
        scores.splice(4..5, [None; 3]);
        let steps = play(&mut hold(), &scores);
        assert_eq!(steps[6], HoldStep::default());
        assert!(steps[7].keep && !steps.last().unwrap().capture);
    }

    #[test]
    fn a_hold_needs_three_frames_even_from_a_slow_camera() {
        let mut hold = hold();
        assert!(!hold.step(0.0, Some(0.5)).capture);
        assert!(!hold.step(0.6, Some(0.5)).capture);
        assert!(hold.step(1.2, Some(0.5)).capture);
        assert!(
            hold.step(9.0, Some(0.1)).keep,
            "after a gap the old best counts no more"
        );
    }

    #[test]
    fn time_that_steps_back_starts_afresh() {
        let mut hold = hold();
        for (seconds, frames) in [(5.0, 1), (5.1, 2), (1.0, 1), (f64::NAN, 1), (2.0, 1)] {
            assert_eq!(hold.step(seconds, Some(0.5)).frames, frames, "at {seconds}");
        }
    }
}
