//! The frame path: follow the face, judge the region, say what to show, choose the frame.

use std::sync::Arc;
use std::time::{Duration, Instant};

use skinkit_preprocess::quality::{FrameContext, Meter, Quality, QualityIssue, QualityThresholds};
use skinkit_preprocess::{Frame, FrameBuffer, Roi};
use skinkit_roi::{FaceTracker, TrackedFace, region_roi};

use super::config::LiveConfig;
use super::event::{Guidance, LiveFace, LivePhase, LiveTimings, LiveUpdate};
use super::frame_info::FrameInfo;
use super::hold::{Hold, HoldStep};
use super::settings::SessionSettings;
use crate::analysis::Stopwatch;
use crate::{Region, Result, SkinKit};

/// Updates in turn: one that is being filled, one that is the latest, and one that a polling host may still read.
const UPDATES: usize = 3;

/// Looks at one frame after the other. It belongs to one thread at a time.
pub(crate) struct Guide {
    kit: Arc<SkinKit>,
    thresholds: QualityThresholds,
    tracker: Option<FaceTracker>,
    meter: Meter,
    hold: Hold,
    /// The best frame of the hold.
    pub best: Option<FrameBuffer>,
    /// What the stream said of it.
    pub best_frame: BestFrame,
    updates: [Arc<LiveUpdate>; UPDATES],
    /// Spare memory while no face is seen.
    face: LiveFace,
    settings: SessionSettings,
    sequence: u64,
    /// Whether the frame before failed.
    pub failing: bool,
}

/// What the stream said of the best frame.
#[derive(Debug, Default)]
pub(crate) struct BestFrame {
    pub timestamp: Duration,
    pub quality: Quality,
}

/// What is to be done with a frame that was looked at.
pub(crate) struct Step {
    /// What the host is told.
    pub update: Arc<LiveUpdate>,
    /// The frame is the best so far.
    pub keep: bool,
    /// The best frame is to be analyzed.
    pub capture: bool,
    /// Good frames that it was chosen from.
    pub frames: u32,
}

impl BestFrame {
    /// A good frame has no issues, so that cloning its quality allocates nothing.
    fn keep(&mut self, timestamp: Duration, quality: &Quality) {
        self.timestamp = timestamp;
        self.quality.clone_from(quality);
    }
}

impl Guide {
    /// Loads the face networks if the region needs them.
    pub fn new(kit: Arc<SkinKit>, config: &LiveConfig) -> Result<Self> {
        let tracker = match config.region {
            Region::Face(_) => Some(kit.landmarks().face_tracker()?),
            _ => None,
        };
        Ok(Self {
            thresholds: config.quality.unwrap_or_else(|| kit.thresholds()),
            kit,
            tracker,
            meter: Meter::new(),
            hold: Hold::new(config.hold, config.grace),
            best: None,
            best_frame: BestFrame::default(),
            updates: Default::default(),
            face: LiveFace::default(),
            settings: SessionSettings::default(),
            sequence: 0,
            failing: false,
        })
    }

    /// Starts the hold afresh.
    pub fn forget_hold(&mut self) {
        self.hold.reset();
    }

    /// Makes everything anew that a panic may have left half done.
    pub fn start_over(&mut self) {
        self.tracker = None;
        self.meter = Meter::new();
        self.hold.reset();
        self.updates = Default::default();
        self.face = LiveFace::default();
    }

    /// Looks at one frame.
    ///
    /// # Errors
    /// A failing network, or a region outside of the frame.
    pub fn step(&mut self, frame: &Frame<'_>, info: &FrameInfo, settings: &SessionSettings) -> Result<Step> {
        self.apply(settings);
        let mut shared = self.spare_update();
        // Nobody else holds it: `spare_update` saw to that.
        let update = Arc::make_mut(&mut shared);
        let step = self.look(frame, info, update);
        // Also after an error: the memory is used again.
        self.updates[0] = Arc::clone(&shared);
        let HoldStep {
            keep, capture, frames, ..
        } = step?;
        Ok(Step {
            update: shared,
            keep,
            capture,
            frames,
        })
    }

    /// Forgets what belongs to another region or stream.
    fn apply(&mut self, settings: &SessionSettings) {
        if settings.stream != self.settings.stream {
            self.meter.reset();
            if let Some(tracker) = &mut self.tracker {
                tracker.reset();
            }
        }
        if settings.stream != self.settings.stream
            || settings.round != self.settings.round
            || settings.phase != LivePhase::Looking
        {
            self.hold.reset();
        }
        self.settings = *settings;
    }

    /// The first of the updates that nobody reads any more, moved to the front; a new one if a host keeps them all.
    fn spare_update(&mut self) -> Arc<LiveUpdate> {
        let free = self
            .updates
            .iter_mut()
            .position(|update| Arc::get_mut(update).is_some());
        let index = free.unwrap_or(UPDATES - 1);
        self.updates[..=index].rotate_right(1);
        if free.is_none() {
            self.updates[0] = Arc::default();
        }
        // Leaves a placeholder behind without allocating: another update's handle.
        let placeholder = Arc::clone(&self.updates[1]);
        std::mem::replace(&mut self.updates[0], placeholder)
    }

    fn look(&mut self, frame: &Frame<'_>, info: &FrameInfo, update: &mut LiveUpdate) -> Result<HoldStep> {
        let start = Instant::now();
        let mut watch = Stopwatch::start();
        let seconds = info.timestamp.as_secs_f64();
        self.sequence += 1;
        let quality = update.quality.take().unwrap_or_default();
        if let Some(face) = update.face.take() {
            self.face = face;
        }
        update.sequence = self.sequence;
        update.timestamp = info.timestamp;
        (update.width, update.height) = (frame.width(), frame.height());
        (update.progress, update.roi) = (0.0, None);
        update.outline.clear();
        update.timings = LiveTimings {
            copy: info.copy,
            wait: start.duration_since(info.pushed).as_secs_f64() * 1e3,
            ..LiveTimings::default()
        };

        self.find_region(frame, seconds, update)?;
        update.timings.landmarks = watch.lap();
        let judged = match update.roi {
            Some(roi) => self.judge(frame, roi, seconds, quality, update)?,
            None => false,
        };
        update.timings.quality = watch.lap();
        let step = self.decide(seconds, judged, update);
        update.timings.total = watch.total();
        Ok(step)
    }

    /// Where the region is in this frame; nowhere if its face is not there.
    fn find_region(&mut self, frame: &Frame<'_>, seconds: f64, update: &mut LiveUpdate) -> Result<()> {
        let Region::Face(part) = self.settings.region else {
            let roi = self.kit.square((frame.width(), frame.height()), self.settings.region);
            update.outline.extend(roi.corners());
            update.roi = Some(roi);
            return Ok(());
        };
        let tracker = match &mut self.tracker {
            Some(tracker) => tracker,
            none => none.insert(self.kit.landmarks().face_tracker()?),
        };
        let Some(TrackedFace { id, mesh, .. }) = tracker.update(frame, seconds)?.first() else {
            return Ok(());
        };
        let mut points = std::mem::take(&mut self.face.points);
        points.clear();
        points.extend_from_slice(&mesh.points);
        let outline = part.outline().iter().map(|&index| {
            let [x, y, _] = mesh.points[usize::from(index)];
            [x, y]
        });
        update.outline.extend(outline);
        update.roi = Some(region_roi(mesh, part));
        update.face = Some(LiveFace {
            id: *id,
            presence: mesh.presence,
            turn: mesh.turn(),
            points,
        });
        Ok(())
    }

    /// Whether the region could be judged: that of a face may lie outside of the picture.
    fn judge(
        &mut self,
        frame: &Frame<'_>,
        roi: Roi,
        seconds: f64,
        mut quality: Quality,
        update: &mut LiveUpdate,
    ) -> Result<bool> {
        let turn = update.face.as_ref().map(|face| face.turn);
        let context = FrameContext { seconds, turn };
        match self.meter.follow(frame, &roi, &context, &self.thresholds, &mut quality) {
            Ok(()) => {
                update.quality = Some(quality);
                Ok(true)
            }
            Err(skinkit_preprocess::Error::Roi(_)) if update.face.is_some() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn decide(&mut self, seconds: f64, judged: bool, update: &mut LiveUpdate) -> HoldStep {
        update.phase = self.settings.phase;
        match self.settings.phase {
            LivePhase::Analyzing => update.guidance = Guidance::Wait,
            LivePhase::Done => update.guidance = Guidance::Done,
            _ => return self.watch(seconds, judged, update),
        }
        HoldStep::default()
    }

    /// Collects good frames, or says what has to be better.
    fn watch(&mut self, seconds: f64, judged: bool, update: &mut LiveUpdate) -> HoldStep {
        let quality = update.quality.as_ref().filter(|_| judged);
        if let Some(quality) = quality
            && self.settings.shutter
        {
            self.best_frame.keep(update.timestamp, quality);
            self.hold.reset();
            (update.phase, update.guidance, update.progress) = (LivePhase::Analyzing, Guidance::Wait, 1.0);
            return HoldStep {
                progress: 1.0,
                keep: true,
                capture: true,
                frames: 0,
            };
        }
        // All good frames meet every threshold, so what is left to choose by is how much is to be seen.
        // A frame of which nobody knows whether it moved is not good yet.
        let score = quality
            .filter(|quality| quality.accepted && quality.movement.is_some())
            .map(|quality| quality.sharpness);
        let mut step = self.hold.step(seconds, score);
        if step.keep
            && let Some(quality) = quality
        {
            self.best_frame.keep(update.timestamp, quality);
        }
        step.capture &= self.settings.auto_capture;
        update.progress = step.progress;
        update.phase = match (step.capture, step.frames) {
            (true, _) => LivePhase::Analyzing,
            (false, 0) => LivePhase::Looking,
            _ => LivePhase::Holding,
        };
        update.guidance = match quality {
            _ if step.capture => Guidance::Wait,
            None if update.roi.is_some() => Guidance::Improve(QualityIssue::CutOff),
            None => Guidance::ShowFace,
            Some(quality) => quality
                .issues
                .first()
                .map_or(Guidance::Hold, |issue| Guidance::Improve(*issue)),
        };
        step
    }
}
