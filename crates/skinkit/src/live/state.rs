//! What the threads of a session share: one short lock, five frames at most.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use skinkit_preprocess::FrameBuffer;
use skinkit_preprocess::quality::Quality;

use super::config::{LiveConfig, ThermalLevel};
use super::event::{Capture, LiveFailure, LivePhase, LiveUpdate};
use super::frame_info::FrameInfo;
use super::guide::Guide;
use super::settings::SessionSettings;
use crate::{Cancel, Region};

/// Frames in memory: one that is being copied in, one that waits, one that is looked at, the best of the hold, and one
/// that is analyzed.
pub(crate) const BUFFERS: usize = 5;

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Pushed {
    /// It will be looked at unless a newer one comes first; or it was looked at, in [`process`].
    ///
    /// [`process`]: super::LiveSession::process
    Taken,
    /// A newer or equally old one was there before.
    Stale,
    /// All buffers are in use, or, in [`process`](super::LiveSession::process), another frame is being looked at.
    Busy,
    /// The device is too warm for it.
    Skipped,
    /// The session is paused.
    Paused,
    /// The session is closed.
    Closed,
}

/// Frames of a session so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct LiveCounts {
    /// Frames that were pushed while the session was neither paused nor closed.
    pub pushed: u64,
    /// Frames that were looked at.
    pub looked_at: u64,
    /// Frames that waited until a newer one took their place.
    pub replaced: u64,
    /// Frames older than one that came before.
    pub stale: u64,
    /// Frames left out because everything was in use.
    pub busy: u64,
    /// Frames left out because of warmth.
    pub skipped: u64,
}

/// A frame that waits for the frame path.
pub(crate) struct Waiting {
    pub buffer: FrameBuffer,
    pub info: FrameInfo,
}

/// A captured frame that waits for the lesion model.
pub(crate) struct CaptureJob {
    pub buffer: FrameBuffer,
    pub timestamp: Duration,
    pub region: Region,
    pub quality: Quality,
    pub frames: u32,
    pub cancel: Cancel,
}

/// What came of a capture.
pub(crate) type Outcome = std::result::Result<Arc<Capture>, LiveFailure>;

/// Everything behind the lock.
pub(crate) struct State {
    pub closed: bool,
    pub paused: bool,
    pub thermal: ThermalLevel,
    pub settings: SessionSettings,
    pub free: Vec<FrameBuffer>,
    pub waiting: Option<Waiting>,
    /// Time of the newest frame that was let in.
    newest: Option<Duration>,
    /// Time of the newest frame that was handed to the frame path.
    looked_at: Option<Duration>,
    /// `None` while a thread works with it.
    pub guide: Option<Box<Guide>>,
    pub job: Option<CaptureJob>,
    /// Stops the analysis of this round.
    pub cancel: Cancel,
    pub latest: Option<Arc<LiveUpdate>>,
    pub outcome: Option<Outcome>,
    pub counts: LiveCounts,
}

impl State {
    pub fn new(guide: Guide, config: &LiveConfig) -> Self {
        Self {
            closed: false,
            paused: false,
            thermal: ThermalLevel::default(),
            settings: SessionSettings {
                region: config.region,
                auto_capture: config.auto_capture,
                ..SessionSettings::default()
            },
            free: std::iter::repeat_with(FrameBuffer::new).take(BUFFERS).collect(),
            waiting: None,
            newest: None,
            looked_at: None,
            guide: Some(Box::new(guide)),
            job: None,
            cancel: Cancel::default(),
            latest: None,
            outcome: None,
            counts: LiveCounts::default(),
        }
    }

    /// Why a frame of this time is not wanted, if so.
    pub fn turn_away(&mut self, timestamp: Duration) -> Option<Pushed> {
        if self.closed {
            return Some(Pushed::Closed);
        }
        if self.paused {
            return Some(Pushed::Paused);
        }
        self.counts.pushed += 1;
        if self.newest.is_some_and(|newest| timestamp <= newest) {
            self.counts.stale += 1;
            return Some(Pushed::Stale);
        }
        let too_soon = match (self.thermal.least_interval(), self.newest) {
            (None, _) => true,
            (Some(least), Some(newest)) => timestamp - newest < least,
            (Some(_), None) => false,
        };
        if too_soon {
            self.counts.skipped += 1;
            return Some(Pushed::Skipped);
        }
        None
    }

    /// A buffer for a frame of this time, which is the newest from now on.
    pub fn admit(&mut self, timestamp: Duration) -> std::result::Result<FrameBuffer, Pushed> {
        if let Some(reason) = self.turn_away(timestamp) {
            return Err(reason);
        }
        let Some(buffer) = self.spare_buffer() else {
            self.counts.busy += 1;
            return Err(Pushed::Busy);
        };
        self.newest = Some(timestamp);
        Ok(buffer)
    }

    /// The guide, for a frame of this time, which is the newest from now on.
    pub fn admit_in_place(&mut self, timestamp: Duration) -> std::result::Result<Box<Guide>, Pushed> {
        if let Some(reason) = self.turn_away(timestamp) {
            return Err(reason);
        }
        let Some(guide) = self.guide.take() else {
            self.counts.busy += 1;
            return Err(Pushed::Busy);
        };
        (self.newest, self.looked_at) = (Some(timestamp), Some(timestamp));
        Ok(guide)
    }

    /// The frame that waits and the guide: both or neither.
    pub fn next_frame(&mut self) -> Option<(Box<Guide>, Waiting)> {
        let guide = self.guide.take_if(|_| self.waiting.is_some())?;
        let waiting = self.waiting.take()?;
        self.looked_at = Some(waiting.info.timestamp);
        Some((guide, waiting))
    }

    /// A free buffer, or that of a frame which waits: it is older than whoever asks.
    pub fn spare_buffer(&mut self) -> Option<FrameBuffer> {
        self.free.pop().or_else(|| {
            let stale = self.waiting.take()?;
            self.counts.replaced += 1;
            Some(stale.buffer)
        })
    }

    /// Puts a copied frame where the frame path finds it, unless a newer one got there first.
    pub fn post(&mut self, waiting: Waiting) -> Pushed {
        if self.closed || self.paused {
            self.free.push(waiting.buffer);
            return if self.closed { Pushed::Closed } else { Pushed::Paused };
        }
        // Other threads may have been faster with newer frames, or the camera was changed during the copy.
        let info = &waiting.info;
        let there = self.waiting.as_ref().map(|there| there.info.timestamp);
        if there.max(self.looked_at) >= Some(info.timestamp) || info.stream != self.settings.stream {
            self.counts.stale += 1;
            self.free.push(waiting.buffer);
            return Pushed::Stale;
        }
        if let Some(old) = self.waiting.replace(waiting) {
            self.counts.replaced += 1;
            self.free.push(old.buffer);
        }
        Pushed::Taken
    }

    /// Drops the frame that waits.
    pub fn drop_waiting(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            self.free.push(waiting.buffer);
        }
    }

    /// Begins again: what was captured and not delivered is dropped.
    pub fn restart(&mut self) {
        std::mem::take(&mut self.cancel).cancel();
        self.settings.round += 1;
        self.settings.phase = LivePhase::Looking;
        self.settings.shutter = false;
        self.outcome = None;
        if let Some(job) = self.job.take() {
            self.free.push(job.buffer);
        }
    }

    /// Another camera or another place: time may start anew.
    pub fn new_stream(&mut self) {
        self.settings.stream += 1;
        (self.newest, self.looked_at) = (None, None);
        self.drop_waiting();
    }
}
