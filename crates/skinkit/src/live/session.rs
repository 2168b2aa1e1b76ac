//! The threads of a live session.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use skinkit_inference::panic_message;
use skinkit_preprocess::{Frame, FrameBuffer};

use super::config::{LiveConfig, ThermalLevel};
use super::event::{Capture, LiveFailure, LiveListener, LivePhase, LiveStage, LiveUpdate};
use super::guide::{Guide, Step};
use super::state::{CaptureJob, FrameInfo, LiveCounts, Outcome, Pushed, SessionSettings, State, Waiting};
use crate::{AnalyzeOptions, Error, Region, Result, ScanRequest, SkinKit};

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

struct Shared {
    kit: Arc<SkinKit>,
    keep: Option<ScanRequest>,
    max_pixels: u64,
    listener: Option<Box<dyn LiveListener>>,
    listener_failed: AtomicBool,
    state: Mutex<State>,
    /// A frame waits, or the guide is back, or the session was closed.
    frames: Condvar,
    /// A capture waits to be analyzed, or the device is cooler, or the session was closed.
    jobs: Condvar,
    /// Makes this stage panic once.
    #[cfg(test)]
    trap: Mutex<Option<LiveStage>>,
    /// Makes the commit of a frame panic once.
    #[cfg(test)]
    commit_trap: AtomicBool,
}

/// The frame that is being looked at.
enum Source<'f> {
    /// The session's own copy.
    Copied(FrameBuffer),
    /// The camera's buffer.
    Borrowed(&'f Frame<'f>),
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

impl Shared {
    /// A poisoned lock guards whole values all the same: nothing in here panics between two changes that belong together.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_size(&self, frame: &Frame<'_>) -> Result<()> {
        let pixels = u64::from(frame.width()) * u64::from(frame.height());
        if pixels > self.max_pixels {
            return Err(Error::FrameTooLarge {
                width: frame.width(),
                height: frame.height(),
                max_pixels: self.max_pixels,
            });
        }
        Ok(())
    }

    fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.restart();
        state.drop_waiting();
        drop(state);
        self.frames.notify_all();
        self.jobs.notify_all();
    }

    /// The frame thread.
    fn watch(&self) {
        loop {
            let mut state = self.lock();
            let (guide, waiting, settings) = loop {
                if state.closed {
                    return;
                }
                if let Some((guide, waiting)) = state.next_frame() {
                    break (guide, waiting, state.settings);
                }
                state = self.frames.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            drop(state);
            let Waiting { buffer, info } = waiting;
            self.process_frame(guide, Source::Copied(buffer), &info, &settings);
        }
    }

    /// Looks at one frame, notifies the listener, and puts everything back, after a panic too.
    fn process_frame(&self, mut guide: Box<Guide>, source: Source<'_>, info: &FrameInfo, settings: &SessionSettings) {
        let is_copy = matches!(source, Source::Copied(_));
        let mut source = Some(source);
        let looked = self.guarded(LiveStage::Frame, || {
            let step = match &source {
                Some(Source::Copied(buffer)) => match buffer.frame() {
                    Some(frame) => guide.step(&frame, info, settings)?,
                    None => return Ok(None),
                },
                Some(Source::Borrowed(frame)) => guide.step(frame, info, settings)?,
                None => return Ok(None),
            };
            let source = source.take();
            Ok(self.commit(&mut guide, source, &step, settings).then_some(step))
        });
        match source {
            Some(source) => self.recycle(source),
            // The buffer went with the panic.
            None if is_copy && looked.is_err() => self.lock().free.push(FrameBuffer::new()),
            None => {}
        }
        if let Err(Error::Panicked { .. }) = &looked {
            guide.start_over();
        }
        let failed_before = std::mem::replace(&mut guide.failing, looked.is_err());
        match looked {
            Ok(Some(step)) => self.notify(|listener| listener.on_update(&step.update)),
            Ok(None) => {}
            Err(error) if !failed_before => {
                let failure = LiveFailure {
                    timestamp: info.timestamp,
                    stage: LiveStage::Frame,
                    error: Arc::new(error),
                };
                self.lock().outcome.get_or_insert_with(|| Err(failure.clone()));
                self.notify(|listener| listener.on_failure(&failure));
            }
            Err(_) => {}
        }
        // Only now, so that updates come one at a time and in order.
        self.lock().guide = Some(guide);
        self.frames.notify_one();
    }

    fn recycle(&self, source: Source<'_>) {
        if let Source::Copied(buffer) = source {
            self.lock().free.push(buffer);
        }
    }

    /// Keeps the frame if it is the best, sends the best to be analyzed if it is time, and publishes the update.
    /// `false` if the session has moved on meanwhile, so that nothing of this frame counts.
    fn commit(&self, guide: &mut Guide, source: Option<Source<'_>>, step: &Step, settings: &SessionSettings) -> bool {
        #[cfg(test)]
        assert!(!self.commit_trap.swap(false, Ordering::Relaxed), "a trap of the test");
        let left = match source {
            Some(source) if step.keep => self.keep_best(guide, source),
            Some(Source::Copied(buffer)) => Some(buffer),
            _ => None,
        };
        let mut state = self.lock();
        state.free.extend(left);
        state.counts.looked_at += 1;
        let current = !state.closed
            && !state.paused
            && (state.settings.round, state.settings.stream) == (settings.round, settings.stream);
        if !current {
            return false;
        }
        if step.capture
            && let Some(buffer) = guide.best.take()
        {
            state.settings.phase = LivePhase::Analyzing;
            state.settings.shutter = false;
            state.job = Some(CaptureJob {
                buffer,
                timestamp: guide.best_frame.timestamp,
                region: settings.region,
                quality: guide.best_frame.quality.clone(),
                frames: step.frames,
                cancel: state.cancel.clone(),
            });
            self.jobs.notify_one();
        }
        state.latest = Some(Arc::clone(&step.update));
        true
    }

    /// Makes the frame the best; returns the buffer that is left over.
    fn keep_best(&self, guide: &mut Guide, source: Source<'_>) -> Option<FrameBuffer> {
        match source {
            Source::Copied(buffer) => guide.best.replace(buffer),
            Source::Borrowed(frame) => {
                let spare = guide.best.take().or_else(|| self.lock().spare_buffer());
                guide.best = spare.map(|mut buffer| {
                    buffer.copy_from(frame);
                    buffer
                });
                if guide.best.is_none() {
                    guide.forget_hold();
                }
                None
            }
        }
    }

    /// The capture thread.
    fn analyze(&self) {
        loop {
            let mut state = self.lock();
            let job = loop {
                if state.closed {
                    return;
                }
                if state.thermal.least_interval().is_some()
                    && let Some(job) = state.job.take()
                {
                    break job;
                }
                state = self.jobs.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            drop(state);
            let outcome = self.analyze_capture(&job);
            let mut state = self.lock();
            state.free.push(job.buffer);
            let Some(outcome) = outcome.filter(|_| !job.cancel.is_cancelled()) else {
                continue;
            };
            state.settings.phase = match outcome {
                Ok(_) => LivePhase::Done,
                Err(_) => LivePhase::Looking,
            };
            state.outcome = Some(outcome.clone());
            drop(state);
            self.notify(|listener| match &outcome {
                Ok(capture) => listener.on_capture(capture),
                Err(failure) => listener.on_failure(failure),
            });
        }
    }

    /// Analyzes a capture and keeps it if asked to; `None` if it shows nothing.
    fn analyze_capture(&self, job: &CaptureJob) -> Option<Outcome> {
        let frame = job.buffer.frame()?;
        let kept = self.guarded(LiveStage::Capture, || {
            let keep = self.keep.clone();
            let options = keep
                .as_ref()
                .map_or_else(AnalyzeOptions::default, |keep| keep.options.clone());
            let options = options.region(job.region).cancel(&job.cancel);
            let analysis = self.kit.analyze(&frame, &options)?;
            let scan = keep.map(|request| self.kit.keep(&request.options(options), &analysis));
            Ok((analysis, scan.transpose()?))
        });
        Some(match kept {
            Ok((analysis, scan)) => Ok(Arc::new(Capture {
                timestamp: job.timestamp,
                quality: job.quality.clone(),
                chosen_from: job.frames,
                analysis,
                scan,
            })),
            Err(error) => Err(LiveFailure {
                timestamp: job.timestamp,
                stage: LiveStage::Capture,
                error: Arc::new(error),
            }),
        })
    }

    /// Does a stage's work. A panic in it, which would be a fault of SkinKit's, becomes an error like any other: the
    /// camera must not stand still for it.
    fn guarded<T>(&self, stage: LiveStage, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            #[cfg(test)]
            {
                let trapped = self.trap.lock().unwrap().take_if(|trap| *trap == stage);
                assert!(trapped.is_none(), "a trap of the test");
            }
            work()
        }));
        outcome.unwrap_or_else(|cause| {
            Err(Error::Panicked {
                what: match stage {
                    LiveStage::Frame => "frame",
                    LiveStage::Capture => "capture",
                },
                reason: panic_message(&*cause).unwrap_or("without a message").to_owned(),
            })
        })
    }

    /// Calls the listener, unless it has panicked before.
    fn notify(&self, call: impl FnOnce(&dyn LiveListener)) {
        if let Some(listener) = &self.listener
            && !self.listener_failed.load(Ordering::Relaxed)
            && catch_unwind(AssertUnwindSafe(|| call(&**listener))).is_err()
        {
            self.listener_failed.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
