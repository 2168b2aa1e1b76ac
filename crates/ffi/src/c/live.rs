//! Live capture in C: flat structs on the frame path, JSON for the rest.

use std::ffi::{c_char, c_void};
use std::sync::Arc;
use std::time::Duration;

use skinkit::preprocess::quality::QualityIssue;
use skinkit::{Guidance, LivePhase, Pushed, ThermalLevel};

use super::argument::{Out, json, optional, text};
use super::call::{SkinkitError, call, free, owned};
use super::frame::{SkinkitFrame, frame};
use super::handle::{SkinkitHandle, get, give};
use super::kit::region;
use crate::live::nanoseconds;
use crate::{LiveOptions, LiveSession, Result, SkinKit, SkinKitError};

/// What the user should be shown.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkinkitGuidance {
    /// There is no face in the picture, and the region belongs to one.
    ShowFace = 0,
    /// Something about the picture has to be better first: see `issue`.
    Improve = 1,
    /// All is well: stay like this.
    Hold = 2,
    /// The capture is being analyzed; the camera may move.
    Wait = 3,
    /// The capture has been delivered.
    Done = 4,
}

/// Where a session stands.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkinkitLivePhase {
    /// No good frame yet.
    Looking = 0,
    /// Good frames are being collected.
    Holding = 1,
    /// One was captured and is being analyzed.
    Analyzing = 2,
    /// It was delivered; nothing more is captured until a restart.
    Done = 3,
}

/// Why a picture is not good enough.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkinkitQualityIssue {
    /// It is good enough.
    None = 0,
    /// The region has too few pixels: move closer.
    TooSmall = 1,
    /// Part of the region lies outside of the picture: frame it whole.
    CutOff = 2,
    /// The head is turned away: face the camera.
    Turned = 3,
    /// Too little light.
    TooDark = 4,
    /// Too much light.
    TooBright = 5,
    /// The camera or the skin moves from frame to frame: hold still.
    Unsteady = 6,
    /// Out of focus: hold the camera steady and let it focus.
    Blurred = 7,
    /// Blurred along one direction: hold still.
    Moved = 8,
    /// The light is mirrored: change the angle.
    Glare = 9,
    /// Coloured light: use daylight or white light.
    ColourCast = 10,
    /// One that this version of the header does not know.
    Other = 99,
}

/// What became of a frame.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkinkitPushed {
    /// It will be looked at unless a newer one comes first; or it was looked at, in `skinkit_live_process`.
    Taken = 0,
    /// A newer or equally old one was there before.
    Stale = 1,
    /// All buffers are in use, or another frame is being looked at.
    Busy = 2,
    /// The device is too warm for it.
    Skipped = 3,
    /// The session is paused.
    Paused = 4,
    /// The session is closed.
    Closed = 5,
}

/// What one frame gave. Coordinates are pixels of the upright frame. The arrays are valid during the call only.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SkinkitLiveUpdate {
    /// Counts the frames that were looked at, from 1.
    pub sequence: u64,
    /// The frame's time, as the host gave it.
    pub timestamp_ns: u64,
    /// Width of the upright frame.
    pub width: u32,
    /// Height of the upright frame.
    pub height: u32,
    /// A `skinkit_live_phase`.
    pub phase: i32,
    /// A `skinkit_guidance`.
    pub guidance: i32,
    /// A `skinkit_quality_issue`: what to improve.
    pub issue: i32,
    /// How much of the hold is over, 0 to 1.
    pub progress: f32,
    /// Points of the region's outline, 0 where its face is not in the picture.
    pub outline_count: usize,
    /// x, y of each.
    pub outline: *const f32,
    /// Points of the face's mesh, 0 where the region belongs to none or it is not in the picture.
    pub mesh_count: usize,
    /// x, y, z of each.
    pub mesh: *const f32,
    /// The same as long as the face is not lost; 0 where there is none.
    pub face: u64,
    /// How the head is turned, in degrees: yaw, pitch, roll.
    pub turn: [f32; 3],
    /// Milliseconds from the start of landmarks to the update.
    pub total_ms: f64,
}

/// Hears what a session has to say. Any of the functions may be NULL; `user` is handed to each and not looked at.
///
/// Updates come one at a time and in order, from the thread that looks at frames; captures from another thread. No lock is
/// held: every function of SkinKit may be called from within, `skinkit_close` too. They must not throw C++ exceptions or
/// `longjmp`. After `skinkit_close` of the session (not from within a callback) none is called any more, but by a
/// `skinkit_live_process` that another thread is still in.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SkinkitLiveListener {
    /// The host's own.
    pub user: *mut c_void,
    /// A frame was looked at.
    pub on_update: Option<unsafe extern "C" fn(user: *mut c_void, update: *const SkinkitLiveUpdate)>,
    /// A capture was analyzed: its number in the history, or -1 where it was not kept, and a JSON object with
    /// `timestamp` (an object of `secs` and `nanos`), `quality`, `chosen_from`, `analysis`. The text is SkinKit's: copy it.
    pub on_capture: Option<unsafe extern "C" fn(user: *mut c_void, scan: i64, json: *const c_char)>,
    /// Something went wrong with a frame or the capture, and the session goes on: a `skinkit_status` and the reason, which
    /// is SkinKit's.
    pub on_failure: Option<unsafe extern "C" fn(user: *mut c_void, status: i32, reason: *const c_char)>,
}

// SAFETY: the functions may be called from any thread, as the header says, and `user` is only handed to them.
unsafe impl Send for SkinkitLiveListener {}
// SAFETY: as above; nothing in it changes.
unsafe impl Sync for SkinkitLiveListener {}

impl skinkit::LiveListener for SkinkitLiveListener {
    fn on_update(&self, update: &skinkit::LiveUpdate) {
        let Some(tell) = self.on_update else { return };
        let outline = update.outline.as_flattened();
        let face = update.face.as_ref();
        let mesh = face.map_or(&[][..], |face| face.points.as_flattened());
        let (guidance, issue) = match update.guidance {
            Guidance::ShowFace => (SkinkitGuidance::ShowFace, SkinkitQualityIssue::None),
            Guidance::Hold => (SkinkitGuidance::Hold, SkinkitQualityIssue::None),
            Guidance::Wait => (SkinkitGuidance::Wait, SkinkitQualityIssue::None),
            Guidance::Done => (SkinkitGuidance::Done, SkinkitQualityIssue::None),
            Guidance::Improve(issue) => (SkinkitGuidance::Improve, issue.into()),
            _ => (SkinkitGuidance::Improve, SkinkitQualityIssue::Other),
        };
        let flat = SkinkitLiveUpdate {
            sequence: update.sequence,
            timestamp_ns: nanoseconds(update.timestamp),
            width: update.width,
            height: update.height,
            phase: match update.phase {
                LivePhase::Holding => SkinkitLivePhase::Holding,
                LivePhase::Analyzing => SkinkitLivePhase::Analyzing,
                LivePhase::Done => SkinkitLivePhase::Done,
                _ => SkinkitLivePhase::Looking,
            } as i32,
            guidance: guidance as i32,
            issue: issue as i32,
            progress: update.progress,
            outline_count: outline.len() / 2,
            outline: outline.as_ptr(),
            mesh_count: mesh.len() / 3,
            mesh: mesh.as_ptr(),
            face: face.map_or(0, |face| face.id),
            turn: face.map_or([0.0; 3], |face| [face.turn.yaw, face.turn.pitch, face.turn.roll]),
            total_ms: update.timings.total,
        };
        // SAFETY: the host's own function, with what the header says it gets.
        unsafe { tell(self.user, &flat) };
    }

    fn on_capture(&self, capture: &skinkit::Capture) {
        let Some(tell) = self.on_capture else { return };
        let Ok(json) = crate::json::json(capture) else { return };
        let json = owned(json);
        // SAFETY: the host's own function, with what the header says it gets.
        unsafe { tell(self.user, capture.scan.map_or(-1, |scan| scan.0), json) };
        free(json);
    }

    fn on_failure(&self, failure: &skinkit::LiveFailure) {
        let Some(tell) = self.on_failure else { return };
        let error = SkinKitError::from(&*failure.error);
        let reason = owned(error.to_string());
        // SAFETY: the host's own function, with what the header says it gets.
        unsafe { tell(self.user, error.kind().number(), reason) };
        free(reason);
    }
}

impl From<QualityIssue> for SkinkitQualityIssue {
    fn from(issue: QualityIssue) -> Self {
        match issue {
            QualityIssue::TooSmall => Self::TooSmall,
            QualityIssue::CutOff => Self::CutOff,
            QualityIssue::Turned => Self::Turned,
            QualityIssue::TooDark => Self::TooDark,
            QualityIssue::TooBright => Self::TooBright,
            QualityIssue::Unsteady => Self::Unsteady,
            QualityIssue::Blurred => Self::Blurred,
            QualityIssue::Moved => Self::Moved,
            QualityIssue::Glare => Self::Glare,
            QualityIssue::ColourCast => Self::ColourCast,
            _ => Self::Other,
        }
    }
}

impl From<Pushed> for SkinkitPushed {
    fn from(pushed: Pushed) -> Self {
        match pushed {
            Pushed::Taken => Self::Taken,
            Pushed::Stale => Self::Stale,
            Pushed::Skipped => Self::Skipped,
            Pushed::Paused => Self::Paused,
            Pushed::Closed => Self::Closed,
            _ => Self::Busy,
        }
    }
}

/// Starts a live session: a camera's frames in; guidance for each, and at last one analyzed capture out.
///
/// `options` is a JSON object, all of it optional: `region` (as for `skinkit_analyze`; `lesion`), `hold_ms` (how long frames
/// must be good before the best of them is captured; 500), `grace_ms` (how long bad ones may interrupt that; 120),
/// `auto_capture` (true), `max_pixels` (frames with more are refused), `quality` (what a frame must meet), `keep` (a request of `skinkit_scan`: adds the capture
/// to the history). `listener` is copied; NULL for a host that polls. The session keeps the kit's models in memory; end it
/// with `skinkit_close`, which waits for its threads: at most for a model run and a callback under way.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_live_start(
    kit: SkinkitHandle,
    options: *const c_char,
    listener: *const SkinkitLiveListener,
    live: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let kit = get::<SkinKit>(kit)?.held()?;
        // SAFETY: the header's rule for pointers.
        let (options, listener, out) = unsafe {
            (
                json::<LiveOptions>("options", options)?,
                optional("listener", listener)?,
                Out::new("live", live)?,
            )
        };
        let listener = listener.map(|listener| Box::new(*listener) as Box<dyn skinkit::LiveListener>);
        let session = skinkit::LiveSession::start(kit, options.facade(), listener)?;
        out.set(give(LiveSession::with_listener(session))?);
        Ok(())
    })
}

/// Hands over a frame taken at `timestamp_ns` nanoseconds, counted from any fixed moment. Its planes are copied before this
/// returns. Gives a `skinkit_pushed`, unless `pushed` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_live_push(
    live: SkinkitHandle,
    frame: *const SkinkitFrame,
    timestamp_ns: u64,
    pushed: *mut i32,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let session = get::<LiveSession>(live)?.held()?;
        // SAFETY: the header's rule for pointers.
        let frame = unsafe { self::frame(frame) }?;
        let outcome = session.push(&frame, Duration::from_nanos(timestamp_ns))?;
        // SAFETY: the header's rule for pointers.
        unsafe { tell(pushed, outcome) }
    })
}

/// Looks at a frame on the calling thread, in place; the listener is called from here. Gives a `skinkit_pushed`, unless
/// `pushed` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_live_process(
    live: SkinkitHandle,
    frame: *const SkinkitFrame,
    timestamp_ns: u64,
    pushed: *mut i32,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let session = get::<LiveSession>(live)?.held()?;
        // SAFETY: the header's rule for pointers.
        let frame = unsafe { self::frame(frame) }?;
        let outcome = session.process(&frame, Duration::from_nanos(timestamp_ns))?;
        // SAFETY: the header's rule for pointers.
        unsafe { tell(pushed, outcome) }
    })
}

/// What the latest frame gave, as JSON; `null` before the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_live_latest(
    live: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let session = get::<LiveSession>(live)?.held()?;
        // SAFETY: the header's rule for pointers.
        unsafe { Out::new("json", json) }?.json(&session.latest().as_deref())
    })
}

/// The capture, once: its number in the history (-1 where it was not kept) and the JSON object of `on_capture`; `null` while
/// there is none. Fails, once, with what went wrong with the last frame or capture.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_live_take_capture(
    live: SkinkitHandle,
    scan: *mut i64,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let session = get::<LiveSession>(live)?.held()?;
        // SAFETY: the header's rule for pointers.
        let (id, out) = unsafe { (Out::new("scan", scan)?, Out::new("json", json)?) };
        let capture = session
            .take_outcome()
            .transpose()
            .map_err(|failure| SkinKitError::from(&*failure.error))?;
        out.json(&capture.as_deref())?;
        id.set(capture.and_then(|capture| capture.scan).map_or(-1, |scan| scan.0));
        Ok(())
    })
}

/// Frames so far: a JSON object with `pushed`, `looked_at`, `replaced`, `stale`, `busy`, `skipped`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_live_counts(
    live: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let session = get::<LiveSession>(live)?.held()?;
        // SAFETY: the header's rule for pointers.
        unsafe { Out::new("json", json) }?.json(&session.counts())
    })
}

/// Captures the next frame that shows the region, whatever its quality. Without effect after a capture, until a restart.
#[unsafe(no_mangle)]
pub extern "C" fn skinkit_live_shutter(live: SkinkitHandle, error: *mut SkinkitError) -> i32 {
    session(live, error, |session| session.shutter())
}

/// Begins again after a capture; or cancels one that is held or analyzed, which is then neither delivered nor kept.
#[unsafe(no_mangle)]
pub extern "C" fn skinkit_live_restart(live: SkinkitHandle, error: *mut SkinkitError) -> i32 {
    session(live, error, |session| session.restart())
}

/// Looks at no more frames. An analysis under way goes on.
#[unsafe(no_mangle)]
pub extern "C" fn skinkit_live_pause(live: SkinkitHandle, error: *mut SkinkitError) -> i32 {
    session(live, error, |session| session.pause())
}

/// Looks at frames again. Timestamps may start anew.
#[unsafe(no_mangle)]
pub extern "C" fn skinkit_live_resume(live: SkinkitHandle, error: *mut SkinkitError) -> i32 {
    session(live, error, |session| session.resume())
}

/// Watches another region from the next frame on (as for `skinkit_analyze`); also cancels, as `skinkit_live_restart` does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_live_set_region(
    live: SkinkitHandle,
    region: *const c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let session = get::<LiveSession>(live)?.held()?;
        // SAFETY: the header's rule for pointers.
        session.set_region(self::region(unsafe { text("region", region) }?)?);
        Ok(())
    })
}

/// How warm the device is: 0 nominal, 1 fair (at most about 30 frames a second are looked at), 2 serious (10), 3 critical
/// (none). iOS's `ProcessInfo.thermalState` has these numbers; Android's thermal status less one, at least 0 and at most 3.
#[unsafe(no_mangle)]
pub extern "C" fn skinkit_live_set_thermal_level(live: SkinkitHandle, level: i32, error: *mut SkinkitError) -> i32 {
    call(error, || {
        let session = get::<LiveSession>(live)?.held()?;
        session.set_thermal_level(match level {
            0 => ThermalLevel::Nominal,
            1 => ThermalLevel::Fair,
            2 => ThermalLevel::Serious,
            3 => ThermalLevel::Critical,
            other => {
                return Err(SkinKitError::argument(format!(
                    "{other} is no thermal level: 0 to 3 are"
                )));
            }
        });
        Ok(())
    })
}

fn session(live: SkinkitHandle, error: *mut SkinkitError, work: impl FnOnce(&Arc<skinkit::LiveSession>)) -> i32 {
    call(error, || {
        work(&get::<LiveSession>(live)?.held()?);
        Ok(())
    })
}

/// # Safety
/// `at` is null or valid for writing.
unsafe fn tell(at: *mut i32, pushed: Pushed) -> Result<()> {
    if !at.is_null() {
        // SAFETY: as the caller promises.
        unsafe { Out::new("pushed", at) }?.set(SkinkitPushed::from(pushed) as i32);
    }
    Ok(())
}
