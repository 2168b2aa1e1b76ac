//! The work of a session's threads, and what they share.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use skinkit_inference::panic_message;
use skinkit_preprocess::{Frame, FrameBuffer};

use super::event::{Capture, LiveFailure, LiveListener, LivePhase, LiveStage};
use super::frame_info::FrameInfo;
use super::guide::{Guide, Step};
use super::settings::SessionSettings;
use super::state::{CaptureJob, Outcome, State, Waiting};
use crate::{AnalyzeOptions, Error, Result, ScanRequest, SkinKit};

/// What the session and its two threads share.
pub(super) struct Shared {
    pub kit: Arc<SkinKit>,
    pub keep: Option<ScanRequest>,
    pub max_pixels: u64,
    pub listener: Option<Box<dyn LiveListener>>,
    pub listener_failed: AtomicBool,
    pub state: Mutex<State>,
    /// A frame waits, or the guide is back, or the session was closed.
    pub frames: Condvar,
    /// A capture waits to be analyzed, or the device is cooler, or the session was closed.
    pub jobs: Condvar,
    /// Makes this stage panic once.
    #[cfg(test)]
    pub trap: Mutex<Option<LiveStage>>,
    /// Makes the commit of a frame panic once.
    #[cfg(test)]
    pub commit_trap: AtomicBool,
}

/// The frame that is being looked at.
pub(super) enum Source<'f> {
    /// The session's own copy.
    Copied(FrameBuffer),
    /// The camera's buffer.
    Borrowed(&'f Frame<'f>),
}

impl Shared {
    /// A poisoned lock guards whole values all the same: nothing in here panics between two changes that belong together.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn check_size(&self, frame: &Frame<'_>) -> Result<()> {
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

    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.restart();
        state.drop_waiting();
        drop(state);
        self.frames.notify_all();
        self.jobs.notify_all();
    }

    /// The frame thread.
    pub fn watch(&self) {
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
    pub fn process_frame(
        &self,
        mut guide: Box<Guide>,
        source: Source<'_>,
        info: &FrameInfo,
        settings: &SessionSettings,
    ) {
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
    pub fn analyze(&self) {
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
