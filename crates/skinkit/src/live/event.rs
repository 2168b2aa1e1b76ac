//! What a live session tells its host. All of it is plain owned data.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use skinkit_preprocess::Roi;
use skinkit_preprocess::quality::{HeadTurn, Quality, QualityIssue};
use skinkit_store::ScanId;

use crate::{Analysis, Error};

/// What the user should be shown. A host turns it into words or symbols of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Guidance {
    /// There is no face in the picture, and the region belongs to one.
    #[default]
    ShowFace,
    /// Something about the picture has to be better first; the most telling issue.
    Improve(QualityIssue),
    /// All is well: stay like this. See [`LiveUpdate::progress`].
    Hold,
    /// The capture is being analyzed; the camera may move.
    Wait,
    /// The capture has been delivered.
    Done,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum LivePhase {
    /// No good frame yet.
    #[default]
    Looking,
    /// Good frames are being collected.
    Holding,
    /// One was captured and is being analyzed.
    Analyzing,
    /// It was delivered; nothing more is captured until a restart.
    Done,
}

/// What one frame gave. All coordinates are pixels of the upright frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LiveUpdate {
    /// Counts the frames that were looked at, from 1.
    pub sequence: u64,
    /// The frame's time, as the host gave it.
    pub timestamp: Duration,
    /// Width of the upright frame.
    pub width: u32,
    /// Height of the upright frame.
    pub height: u32,
    /// Where the session stands after this frame.
    pub phase: LivePhase,
    /// What to show.
    pub guidance: Guidance,
    /// How much of the hold is over, 0 to 1.
    pub progress: f32,
    /// The watched region; `None` where its face is not in the picture.
    pub roi: Option<Roi>,
    /// The region's outline, closed, `[x, y]` each: of a face region along the face, else the four corners.
    pub outline: Vec<[f32; 2]>,
    /// The face that the region belongs to.
    pub face: Option<LiveFace>,
    /// Quality of the region; `None` where there is none.
    pub quality: Option<Quality>,
    /// Where the time went.
    pub timings: LiveTimings,
}

/// A face that is followed through the stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LiveFace {
    /// The same as long as the face is not lost; never used again.
    pub id: u64,
    /// Probability that it is a face, 0 to 1.
    pub presence: f32,
    /// How the head is turned.
    pub turn: HeadTurn,
    /// The 468 points of MediaPipe's mesh: x and y, and depth in the same unit, smaller nearer to the camera.
    pub points: Vec<[f32; 3]>,
}

/// Milliseconds of wall time by stage of one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct LiveTimings {
    /// Copying the camera's planes, on the pushing thread; 0 where the frame was looked at in place.
    pub copy: f64,
    /// Waiting for the frame before.
    pub wait: f64,
    /// Following the face.
    pub landmarks: f64,
    /// Judging the region.
    pub quality: f64,
    /// From the start of landmarks to the update.
    pub total: f64,
}

/// The capture of a session, analyzed exactly like a photo.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Capture {
    /// The captured frame's time, as the host gave it.
    pub timestamp: Duration,
    /// Quality of the frame as the stream showed it, movement included; that in `analysis` is of the frame alone.
    pub quality: Quality,
    /// How many good frames it was chosen from; 0 for the shutter.
    pub chosen_from: u32,
    /// What was recorded and measured.
    pub analysis: Analysis,
    /// Its number in the history, where it was kept.
    #[serde(skip)]
    pub scan: Option<ScanId>,
}

/// What a failure interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LiveStage {
    /// Looking at a frame. Told once for a run of failing frames; the session goes on with the next.
    Frame,
    /// Analyzing or keeping the capture. The session looks for another.
    Capture,
}

/// Something went wrong in a session; the session goes on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LiveFailure {
    /// The frame's time, as the host gave it.
    pub timestamp: Duration,
    /// What was interrupted.
    pub stage: LiveStage,
    /// Why.
    pub error: Arc<Error>,
}

/// Hears what a session has to say.
///
/// Updates come one at a time and in order, from the thread that looks at frames; captures come from another thread. No
/// lock is held during a call, so every method of the session may be called from within. A slow listener makes the
/// session drop frames, nothing worse. A listener that panics is not called again; the session goes on and can be
/// polled. A listener that needs its session should hold it weakly, or neither is ever freed.
pub trait LiveListener: Send + Sync {
    /// A frame was looked at. Copy what has to outlive the call.
    fn on_update(&self, update: &LiveUpdate) {
        let _ = update;
    }

    /// A capture was analyzed, and kept if that was asked for.
    fn on_capture(&self, capture: &Capture) {
        let _ = capture;
    }

    /// Something went wrong.
    fn on_failure(&self, failure: &LiveFailure) {
        let _ = failure;
    }
}
