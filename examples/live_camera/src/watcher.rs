//! Hands what the session says to the main thread.

use std::sync::mpsc::SyncSender;
use std::time::Duration;

use skinkit::{Capture, Guidance, LiveFailure, LiveListener, LiveTimings, LiveUpdate, Roi};

/// What was said, without the mesh.
pub enum Said {
    Update(Box<Seen>),
    Capture { timestamp: Duration, chosen_from: u32 },
    Failure(String),
}

/// The part of an update that is drawn and counted.
pub struct Seen {
    pub timestamp: Duration,
    pub guidance: Guidance,
    pub progress: f32,
    pub roi: Option<Roi>,
    pub outline: [[f32; 2]; OUTLINE],
    pub timings: LiveTimings,
}

/// Points of an outline that are drawn: the longest, the whole face's, has 36.
const OUTLINE: usize = 36;

impl Seen {
    /// Which frame it was.
    pub fn index(&self, period: Duration) -> u64 {
        ((self.timestamp.as_secs_f64() / period.as_secs_f64()).round()) as u64
    }
}

impl From<&LiveUpdate> for Seen {
    fn from(update: &LiveUpdate) -> Self {
        let points = update.outline.len().max(1);
        Self {
            timestamp: update.timestamp,
            guidance: update.guidance,
            progress: update.progress,
            roi: update.roi,
            outline: std::array::from_fn(|i| update.outline.get(i % points).copied().unwrap_or_default()),
            timings: update.timings,
        }
    }
}

/// The session's listener.
pub struct Watcher(SyncSender<Said>);

impl Watcher {
    pub fn new(sender: SyncSender<Said>) -> Self {
        Self(sender)
    }

    fn send(&self, said: Said) {
        // Nobody hears it any more at the end of the program.
        let _ = self.0.send(said);
    }
}

impl LiveListener for Watcher {
    fn on_update(&self, update: &LiveUpdate) {
        self.send(Said::Update(Box::new(update.into())));
    }

    fn on_capture(&self, capture: &Capture) {
        self.send(Said::Capture {
            timestamp: capture.timestamp,
            chosen_from: capture.chosen_from,
        });
    }

    fn on_failure(&self, failure: &LiveFailure) {
        self.send(Said::Failure(failure.error.to_string()));
    }
}
