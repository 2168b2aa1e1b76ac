//! What a host says when it starts a live session.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use skinkit_preprocess::quality::QualityThresholds;

use crate::{Region, ScanRequest};

/// Configuration of a [`LiveSession`](super::LiveSession).
///
/// ```
/// # use skinkit::{LiveConfig, Region, roi::FaceRegion};
/// let config = LiveConfig::new(Region::Face(FaceRegion::LeftCheek));
/// assert!(config.auto_capture);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LiveConfig {
    /// Which part of the picture is watched and captured.
    pub region: Region,
    /// What a frame must meet; `None` takes those of [`Config::quality`](crate::Config::quality).
    pub quality: Option<QualityThresholds>,
    /// How long frames must be good before the best of them is captured. 500 ms unless said otherwise.
    pub hold: Duration,
    /// How long bad frames may interrupt that. 120 ms unless said otherwise: two frames of a slow camera.
    pub grace: Duration,
    /// Whether the session captures by itself; otherwise only [`LiveSession::shutter`](super::LiveSession::shutter) does.
    pub auto_capture: bool,
    /// Adds the capture to the history under this request, with its options but for region and cancel, which are the
    /// session's own; `None` keeps nothing. Without `taken_at` a capture is dated when its analysis ends.
    pub keep: Option<ScanRequest>,
    /// Frames with more pixels are refused. 4096² unless said otherwise: the session holds at most five frames, so a
    /// frame of NV12 with this size makes 126 MB; one of 1080p makes 16 MB.
    pub max_pixels: u64,
}

impl LiveConfig {
    /// Watches a region, captures by itself, keeps nothing.
    pub fn new(region: Region) -> Self {
        Self {
            region,
            quality: None,
            hold: Duration::from_millis(500),
            grace: Duration::from_millis(120),
            auto_capture: true,
            keep: None,
            max_pixels: 4096 * 4096,
        }
    }

    /// What a frame must meet.
    #[must_use]
    pub fn quality(mut self, thresholds: QualityThresholds) -> Self {
        self.quality = Some(thresholds);
        self
    }

    /// How long frames must be good before the best of them is captured.
    #[must_use]
    pub fn hold(mut self, hold: Duration) -> Self {
        self.hold = hold;
        self
    }

    /// Whether the session captures by itself.
    #[must_use]
    pub fn auto_capture(mut self, auto: bool) -> Self {
        self.auto_capture = auto;
        self
    }

    /// Adds the capture to the history.
    #[must_use]
    pub fn keep(mut self, request: ScanRequest) -> Self {
        self.keep = Some(request);
        self
    }
}

impl Default for LiveConfig {
    /// A close-up of one spot.
    fn default() -> Self {
        Self::new(Region::Lesion)
    }
}

/// How warm the device is: iOS's `ProcessInfo.thermalState`; of Android's thermal status, 0 and 1 are nominal, 2 is
/// fair, 3 serious, the rest critical.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum ThermalLevel {
    /// Every frame is looked at.
    #[default]
    Nominal,
    /// At most about 30 frames a second.
    Fair,
    /// At most about 10 frames a second.
    Serious,
    /// None: neither a frame nor a capture is looked at until it is cooler.
    Critical,
}

impl ThermalLevel {
    /// Least time between two frames that are looked at, a little less than its rate says because cameras are not
    /// exact; `None` where none is.
    pub fn least_interval(self) -> Option<Duration> {
        match self {
            Self::Nominal => Some(Duration::ZERO),
            Self::Fair => Some(Duration::from_millis(30)),
            Self::Serious => Some(Duration::from_millis(95)),
            Self::Critical => None,
        }
    }
}
