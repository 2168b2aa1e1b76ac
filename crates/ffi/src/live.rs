//! Live capture: a camera's frames in, guidance and at last one analyzed capture out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Deserialize;
use skinkit::preprocess::quality::{HeadTurn, Quality, QualityThresholds};
use skinkit::store::ScanId;
use skinkit::{Guidance, LiveCounts, LivePhase, LiveTimings, Pushed, Region, Roi, ThermalLevel};
use skinkit_border::{PointXy, to_bytes};

use crate::slot::Slot;
use crate::{Analysis, FrameLayout, Result, ScanRequest, SkinKit, SkinKitError};

/// How to start a [`LiveSession`]. In the C ABI it is JSON.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
#[serde(default, deny_unknown_fields)]
pub struct LiveOptions {
    /// Which part of the picture is watched and captured.
    pub region: Region,
    /// How long frames must be good before the best of them is captured, in milliseconds.
    #[uniffi(default = 500)]
    pub hold_ms: u32,
    /// How long bad frames may interrupt that, in milliseconds.
    #[uniffi(default = 120)]
    pub grace_ms: u32,
    /// Whether the session captures by itself; otherwise only [`LiveSession::shutter`] does.
    #[uniffi(default = true)]
    pub auto_capture: bool,
    /// Adds the capture to the history under this request, with its options but for the region, which is the
    /// session's.
    #[uniffi(default = None)]
    pub keep: Option<ScanRequest>,
    /// Frames with more pixels are refused; the session holds at most five frames.
    #[uniffi(default = 16777216)]
    pub max_pixels: u64,
    /// What a frame must meet; none takes those of [`Options`](crate::Options).
    #[uniffi(default = None)]
    pub quality: Option<QualityThresholds>,
}

impl Default for LiveOptions {
    fn default() -> Self {
        let config = skinkit::LiveConfig::default();
        let milliseconds = |time: Duration| time.as_millis() as u32;
        Self {
            region: config.region,
            hold_ms: milliseconds(config.hold),
            grace_ms: milliseconds(config.grace),
            auto_capture: config.auto_capture,
            keep: None,
            max_pixels: config.max_pixels,
            quality: config.quality,
        }
    }
}

/// What one frame gave. All coordinates are pixels of the upright frame.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct LiveUpdate {
    /// Counts the frames that were looked at, from 1.
    pub sequence: u64,
    /// The frame's time in nanoseconds, as the host gave it.
    pub timestamp_ns: u64,
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
    /// The watched region; none where its face is not in the picture.
    pub roi: Option<Roi>,
    /// The region's outline, closed.
    pub outline: Vec<PointXy>,
    /// The face that the region belongs to.
    pub face: Option<LiveFace>,
    /// Quality of the region; none where there is none.
    pub quality: Option<Quality>,
    /// Where the time went.
    pub timings: LiveTimings,
}

/// A face that is followed through the stream.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct LiveFace {
    /// The same as long as the face is not lost; never used again.
    pub id: u64,
    /// Probability that it is a face, 0 to 1.
    pub presence: f32,
    /// How the head is turned.
    pub turn: HeadTurn,
    /// x, y, z of the 468 points as little-endian 32-bit floats.
    pub points: Vec<u8>,
}

/// The capture of a session, analyzed exactly like a photo.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Capture {
    /// The captured frame's time in nanoseconds, as the host gave it.
    pub timestamp_ns: u64,
    /// Quality of the frame as the stream showed it, movement included.
    pub quality: Quality,
    /// How many good frames it was chosen from; 0 for the shutter.
    pub chosen_from: u32,
    /// What was recorded and measured.
    pub analysis: Analysis,
    /// Its number in the history, where it was kept.
    pub scan: Option<ScanId>,
}

/// What a listener may throw. It is then not called again; the session goes on and can be polled.
#[derive(Clone, Debug, thiserror::Error, uniffi::Error)]
pub enum ListenerError {
    /// The host's own failure.
    #[error("the listener failed: {reason}")]
    Failed {
        /// What it said.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ListenerError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}

/// Hears what a session has to say.
///
/// Updates come one at a time and in order, from the thread that looks at frames; captures from another thread: hop to the
/// UI thread by yourself. No lock is held during a call, so every method of the session may be called from within. A slow
/// listener makes the session drop frames, nothing worse. A listener that throws is not called again. One that needs its
/// session should hold it weakly, or neither is ever freed.
#[uniffi::export(with_foreign)]
pub trait LiveListener: Send + Sync {
    /// A frame was looked at.
    fn on_update(&self, update: LiveUpdate) -> std::result::Result<(), ListenerError>;
    /// A capture was analyzed, and kept if that was asked for.
    fn on_capture(&self, capture: Capture) -> std::result::Result<(), ListenerError>;
    /// Something went wrong with a frame or the capture; the session goes on.
    fn on_failure(&self, error: SkinKitError) -> std::result::Result<(), ListenerError>;
}

/// A camera's frames in; guidance for each, and at last one analyzed capture out.
///
/// Push frames from any thread: the newest is copied into one of five recycled buffers, older ones that nobody looked at
/// are dropped. Hear of it through a [`LiveListener`], or poll. No method but `process` and `shut` waits for a model run.
/// It keeps its [`SkinKit`]'s models in memory. The last reference that goes ends it, as `shut` does.
#[derive(uniffi::Object)]
pub struct LiveSession {
    session: Slot<skinkit::LiveSession>,
    listener_failed: Arc<AtomicBool>,
}

#[uniffi::export]
impl LiveSession {
    /// Loads the face networks if the region needs them (some 100 ms) and starts the session's two threads.
    ///
    /// # Errors
    /// `Runtime`, `NoHistory` where captures are to be kept and there is none, `Closed`.
    #[uniffi::constructor]
    pub fn start(kit: &SkinKit, options: LiveOptions, listener: Option<Arc<dyn LiveListener>>) -> Result<Self> {
        let listener_failed = Arc::new(AtomicBool::new(false));
        let listener = listener.map(|host| {
            let failed = Arc::clone(&listener_failed);
            Box::new(Listener { host, failed }) as Box<dyn skinkit::LiveListener>
        });
        let session = skinkit::LiveSession::start(kit.held()?, options.facade(), listener)?;
        Ok(Self {
            session: Slot::new("this session", Arc::new(session)),
            listener_failed,
        })
    }

    /// Ends the session and waits for its threads: at most for a model run and a callback under way (from a callback it
    /// does not wait). What was being analyzed is not delivered. Later calls end with `Closed`; shutting twice is no error.
    pub fn shut(&self) {
        if let Ok(session) = self.session.get() {
            session.close();
        }
        self.session.shut();
    }

    /// Hands over a frame taken at `timestamp_ns` nanoseconds, counted from any fixed moment. The planes are copied before
    /// this returns; nothing is converted.
    ///
    /// # Errors
    /// `Picture` where the planes do not fit the layout or the frame is too large, `InvalidArgument`, `Closed`.
    pub fn push(&self, layout: FrameLayout, y: &[u8], u: &[u8], v: &[u8], timestamp_ns: u64) -> Result<Pushed> {
        let frame = layout.frame(y, u, v)?;
        Ok(self.held()?.push(&frame, Duration::from_nanos(timestamp_ns))?)
    }

    /// Looks at a frame on the calling thread, in place; the listener is called from here.
    ///
    /// # Errors
    /// As [`LiveSession::push`]. What goes wrong with the frame itself is told to the listener.
    pub fn process(&self, layout: FrameLayout, y: &[u8], u: &[u8], v: &[u8], timestamp_ns: u64) -> Result<Pushed> {
        let frame = layout.frame(y, u, v)?;
        Ok(self.held()?.process(&frame, Duration::from_nanos(timestamp_ns))?)
    }

    /// What the latest frame gave; none before the first.
    ///
    /// # Errors
    /// `Closed`.
    pub fn latest(&self) -> Result<Option<LiveUpdate>> {
        Ok(self.held()?.latest().map(|update| LiveUpdate::of(&update)))
    }

    /// The capture, once; none while there is none.
    ///
    /// # Errors
    /// Why the last frame or capture failed, once; `Closed`.
    pub fn take_capture(&self) -> Result<Option<Capture>> {
        match self.held()?.take_outcome() {
            None => Ok(None),
            Some(Ok(capture)) => Ok(Some(Capture::of(&capture))),
            Some(Err(failure)) => Err((&*failure.error).into()),
        }
    }

    /// Frames so far.
    ///
    /// # Errors
    /// `Closed`.
    pub fn counts(&self) -> Result<LiveCounts> {
        Ok(self.held()?.counts())
    }

    /// Whether the listener has thrown and is not called any more.
    pub fn listener_failed(&self) -> bool {
        self.listener_failed.load(Ordering::Relaxed)
    }

    /// Captures the next frame that shows the region, whatever its quality. Without effect after a capture, until a
    /// restart.
    ///
    /// # Errors
    /// `Closed`.
    pub fn shutter(&self) -> Result<()> {
        self.held()?.shutter();
        Ok(())
    }

    /// Begins again after a capture; or cancels one that is held or analyzed, which is then neither delivered nor kept.
    ///
    /// # Errors
    /// `Closed`.
    pub fn restart(&self) -> Result<()> {
        self.held()?.restart();
        Ok(())
    }

    /// Watches another region from the next frame on; also cancels, as `restart` does.
    ///
    /// # Errors
    /// `InvalidArgument`, `Closed`.
    pub fn set_region(&self, region: Region) -> Result<()> {
        self.held()?.set_region(region);
        Ok(())
    }

    /// Looks at no more frames. An analysis under way goes on.
    ///
    /// # Errors
    /// `Closed`.
    pub fn pause(&self) -> Result<()> {
        self.held()?.pause();
        Ok(())
    }

    /// Looks at frames again. Timestamps may start anew.
    ///
    /// # Errors
    /// `Closed`.
    pub fn resume(&self) -> Result<()> {
        self.held()?.resume();
        Ok(())
    }

    /// How warm the device is, as its system says.
    ///
    /// # Errors
    /// `Closed`.
    pub fn set_thermal_level(&self, level: ThermalLevel) -> Result<()> {
        self.held()?.set_thermal_level(level);
        Ok(())
    }
}

impl LiveSession {
    /// What it holds, until it is shut.
    pub(crate) fn held(&self) -> Result<Arc<skinkit::LiveSession>> {
        self.session.get()
    }

    /// A session with the facade's own listener.
    pub(crate) fn with_listener(session: skinkit::LiveSession) -> Self {
        Self {
            session: Slot::new("this session", Arc::new(session)),
            listener_failed: Arc::default(),
        }
    }
}

impl LiveOptions {
    pub(crate) fn facade(self) -> skinkit::LiveConfig {
        let mut config = skinkit::LiveConfig::new(self.region)
            .hold(Duration::from_millis(self.hold_ms.into()))
            .auto_capture(self.auto_capture);
        config.grace = Duration::from_millis(self.grace_ms.into());
        config.max_pixels = self.max_pixels;
        config.keep = self.keep.map(|keep| keep.facade(None));
        config.quality = self.quality;
        config
    }
}

impl LiveUpdate {
    fn of(update: &skinkit::LiveUpdate) -> Self {
        Self {
            sequence: update.sequence,
            timestamp_ns: nanoseconds(update.timestamp),
            width: update.width,
            height: update.height,
            phase: update.phase,
            guidance: update.guidance,
            progress: update.progress,
            roi: update.roi,
            outline: update.outline.clone(),
            face: update.face.as_ref().map(|face| LiveFace {
                id: face.id,
                presence: face.presence,
                turn: face.turn,
                points: to_bytes(face.points.as_flattened()),
            }),
            quality: update.quality.clone(),
            timings: update.timings,
        }
    }
}

impl Capture {
    fn of(capture: &skinkit::Capture) -> Self {
        Self {
            timestamp_ns: nanoseconds(capture.timestamp),
            quality: capture.quality.clone(),
            chosen_from: capture.chosen_from,
            analysis: capture.analysis.clone().into(),
            scan: capture.scan,
        }
    }
}

pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The host's listener in the facade's terms.
struct Listener {
    host: Arc<dyn LiveListener>,
    failed: Arc<AtomicBool>,
}

impl Listener {
    /// Tells the host, unless it has thrown before.
    fn notify(&self, call: impl FnOnce(&dyn LiveListener) -> std::result::Result<(), ListenerError>) {
        if !self.failed.load(Ordering::Relaxed) && call(&*self.host).is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
    }
}

impl skinkit::LiveListener for Listener {
    fn on_update(&self, update: &skinkit::LiveUpdate) {
        self.notify(|host| host.on_update(LiveUpdate::of(update)));
    }

    fn on_capture(&self, capture: &skinkit::Capture) {
        self.notify(|host| host.on_capture(Capture::of(capture)));
    }

    fn on_failure(&self, failure: &skinkit::LiveFailure) {
        self.notify(|host| host.on_failure((&*failure.error).into()));
    }
}
