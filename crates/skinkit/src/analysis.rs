//! What one picture gave.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use skinkit_inference::{EngineInfo, Finding};
use skinkit_preprocess::Roi;
use skinkit_preprocess::quality::Quality;
use skinkit_roi::{Face, Scale};
use skinkit_tracking::{Measures, Patch};

use crate::{LesionSearch, Region};

/// Everything that was recorded and measured on one picture. Nothing in it is a medical statement.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Analysis {
    /// Which part of the picture was asked for.
    pub region: Region,
    /// What was analyzed, in pixels of the upright picture: that part, or the lesion that was found there.
    pub roi: Roi,
    /// Where a lesion was looked for and found; `None` unless it was asked for.
    pub search: Option<LesionSearch>,
    /// The face that the region belongs to, where it is a face region.
    pub face: Option<Face>,
    /// Whether the picture is good enough, and what is wrong with it.
    pub quality: Quality,
    /// What the lesion model gave.
    pub finding: Finding,
    /// Measures of the lesion, where one stands out from the skin.
    pub measures: Option<Measures>,
    /// How large a pixel of [`Analysis::patch`] is, where the picture's scale was given.
    pub scale: Option<Scale>,
    /// Which engine ran the networks.
    pub engine: EngineInfo,
    /// Where the time went.
    pub timings: Timings,
    /// The analyzed region with its mask, for comparison and for the history; `None` where nothing was measured.
    #[serde(skip)]
    pub patch: Option<Patch>,
    /// Pixels of the picture as it was analyzed to one of its file: less than 1 for a photo that was opened for its region.
    #[serde(skip)]
    pub photo_scale: f32,
}

/// Milliseconds of wall time by stage of one analysis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Timings {
    /// Finding the face and its landmarks; 0 where no face was asked for.
    pub landmarks: f64,
    /// Judging the picture's quality.
    pub quality: f64,
    /// From the region's pixels to the network's input.
    pub tensor: f64,
    /// The lesion model.
    pub model: f64,
    /// Mask, measures and the patch for the history.
    pub measures: f64,
    /// All of it.
    pub total: f64,
}

/// Measures stages one after the other.
pub(crate) struct Stopwatch {
    start: Instant,
    last: Instant,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        let now = Instant::now();
        Self { start: now, last: now }
    }

    /// Milliseconds since the last lap.
    pub(crate) fn lap(&mut self) -> f64 {
        let now = Instant::now();
        let lap = now.duration_since(self.last);
        self.last = now;
        milliseconds(lap)
    }

    /// Milliseconds since the start.
    pub(crate) fn total(&self) -> f64 {
        milliseconds(self.start.elapsed())
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
