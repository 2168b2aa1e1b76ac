//! A live session as its host sees it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use skinkit_preprocess::Frame;

use super::config::{LiveConfig, ThermalLevel};
use super::event::{Capture, LiveFailure, LiveListener, LivePhase, LiveUpdate};
use super::frame_info::FrameInfo;
use super::guide::Guide;
use super::shared::{Shared, Source};
use super::state::{LiveCounts, Pushed, State, Waiting};
use crate::{Error, Region, Result, SkinKit};

/// A camera's frames in; guidance for each, and at last one analyzed capture out.
///
/// [`push`](Self::push) frames from any thread: the newest is copied, in the camera's own format, into one of five
/// recycled buffers; older ones that nobody looked at are dropped. One thread follows the face and judges the frames,
/// another runs the lesion model on the frame that was captured, so that guidance goes on meanwhile. A host with a
/// camera thread of its own may [`process`](Self::process) frames there instead, without a copy.
///
/// Hear of it through a [`LiveListener`], or poll [`latest`](Self::latest) and [`take_outcome`](Self::take_outcome).
/// `LiveSession` is `Send + Sync`; no method but `process`, `close` and dropping it waits for a model run. It keeps its
/// [`SkinKit`] alive. Dropping it closes it.
pub struct LiveSession {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl LiveSession {
    /// Loads the face networks if the region needs them (some 100 ms) and starts the threads.
    ///
    /// # Errors
    /// A network cannot be loaded, no thread can be started, or captures are to be kept and there is no history.
    pub fn start(kit: Arc<SkinKit>, config: LiveConfig, listener: Option<Box<dyn LiveListener>>) -> Result<Self> {
        if config.keep.is_some() {
            kit.history()?;
        }
        let guide = Guide::new(Arc::clone(&kit), &config)?;
        let shared = Arc::new(Shared {
            kit,
            state: Mutex::new(State::new(guide, &config)),
            keep: config.keep,
            max_pixels: config.max_pixels,
            listener,
            listener_failed: AtomicBool::new(false),
            frames: Condvar::new(),
            jobs: Condvar::new(),
            #[cfg(test)]
            trap: Mutex::default(),
            #[cfg(test)]
            commit_trap: AtomicBool::new(false),
        });
        // From here on dropping the session ends what was started.
        let session = Self {
            shared,
            threads: Mutex::default(),
        };
        session.spawn("skinkit-live", Shared::watch)?;
        session.spawn("skinkit-capture", Shared::analyze)?;
        Ok(session)
    }

    fn spawn(&self, name: &str, work: fn(&Shared)) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || work(&shared))
            .map_err(Error::Thread)?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    /// Hands over a frame taken at `timestamp`, counted from any fixed moment. The planes are copied before this
    /// returns; nothing is allocated once the buffers have the camera's size.
    ///
    /// # Errors
    /// [`Error::FrameTooLarge`] beyond [`LiveConfig::max_pixels`].
    pub fn push(&self, frame: &Frame<'_>, timestamp: Duration) -> Result<Pushed> {
        self.shared.check_size(frame)?;
        let (mut buffer, stream) = {
            let mut state = self.shared.lock();
            match state.admit(timestamp) {
                Ok(buffer) => (buffer, state.settings.stream),
                Err(reason) => return Ok(reason),
            }
        };
        let start = Instant::now();
        buffer.copy_from(frame);
        let pushed = Instant::now();
        let info = FrameInfo {
            timestamp,
            pushed,
            copy: pushed.duration_since(start).as_secs_f64() * 1e3,
            stream,
        };
        let outcome = self.shared.lock().post(Waiting { buffer, info });
        self.shared.frames.notify_one();
        Ok(outcome)
    }

    /// Looks at a frame on the calling thread, in place: only frames that may become the capture are copied. The
    /// listener is called from here. Frames that another thread pushes or processes meanwhile find the session busy.
    ///
    /// # Errors
    /// [`Error::FrameTooLarge`] beyond [`LiveConfig::max_pixels`]. What goes wrong with the frame itself is told to the
    /// listener, as for pushed frames.
    pub fn process(&self, frame: &Frame<'_>, timestamp: Duration) -> Result<Pushed> {
        self.shared.check_size(frame)?;
        let pushed = Instant::now();
        let (guide, settings) = {
            let mut state = self.shared.lock();
            match state.admit_in_place(timestamp) {
                Ok(guide) => (guide, state.settings),
                Err(reason) => return Ok(reason),
            }
        };
        let info = FrameInfo {
            timestamp,
            pushed,
            copy: 0.0,
            stream: settings.stream,
        };
        self.shared
            .process_frame(guide, Source::Borrowed(frame), &info, &settings);
        Ok(Pushed::Taken)
    }

    /// What the latest frame gave; `None` before the first. Give it back (drop it) before two more frames are through,
    /// or the session has to allocate another.
    pub fn latest(&self) -> Option<Arc<LiveUpdate>> {
        self.shared.lock().latest.clone()
    }

    /// The capture, or why it failed, once: for hosts without a listener.
    pub fn take_outcome(&self) -> Option<std::result::Result<Arc<Capture>, LiveFailure>> {
        self.shared.lock().outcome.take()
    }

    /// Frames so far.
    pub fn counts(&self) -> LiveCounts {
        self.shared.lock().counts
    }

    /// Whether the listener has panicked and is not called any more.
    pub fn listener_failed(&self) -> bool {
        self.shared.listener_failed.load(Ordering::Relaxed)
    }

    /// Captures the next frame that shows the region, whatever its quality. Without effect after a capture, until a
    /// restart.
    pub fn shutter(&self) {
        let mut state = self.shared.lock();
        state.settings.shutter = state.settings.phase == LivePhase::Looking;
    }

    /// Begins again after a capture; or cancels one that is held or analyzed, which is then neither delivered nor kept
    /// (unless it was being written just then).
    pub fn restart(&self) {
        self.shared.lock().restart();
    }

    /// Watches another region from the next frame on; also cancels, as [`restart`](Self::restart) does.
    pub fn set_region(&self, region: Region) {
        let mut state = self.shared.lock();
        state.settings.region = region;
        state.restart();
        state.new_stream();
    }

    /// Looks at no more frames. An analysis under way goes on; an update under way may still come.
    pub fn pause(&self) {
        let mut state = self.shared.lock();
        state.paused = true;
        state.drop_waiting();
    }

    /// Looks at frames again. Timestamps may start anew: the camera may have been restarted.
    pub fn resume(&self) {
        let mut state = self.shared.lock();
        if std::mem::take(&mut state.paused) {
            state.new_stream();
        }
    }

    /// How warm the device is, as its system says.
    pub fn set_thermal_level(&self, level: ThermalLevel) {
        self.shared.lock().thermal = level;
        self.shared.jobs.notify_one();
    }

    /// Ends the session and waits for its threads: at most for a model run and a callback under way. What was being
    /// analyzed is not delivered. Called from a callback it does not wait: closing again or dropping the session does.
    pub fn close(&self) {
        self.shared.close();
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let here = std::thread::current().id();
        // From a callback: a later close, or dropping the session, waits for them.
        if threads.iter().any(|thread| thread.thread().id() == here) {
            return;
        }
        let ending = std::mem::take(&mut *threads);
        drop(threads);
        for thread in ending {
            // A thread that panicked has ended, which is all that is wanted.
            let _ = thread.join();
        }
    }
}

impl Drop for LiveSession {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::fmt::Debug for LiveSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveSession")
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
