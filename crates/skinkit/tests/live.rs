//! Live sessions with real networks on real pictures. Time is the frames' own, so nothing here depends on speed.

// Helpers of tests and benches are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use skinkit::preprocess::quality::{QualityIssue, QualityThresholds};
use skinkit::roi::FaceRegion;
use skinkit::{
    AnalyzeOptions, Capture, Config, Error, Guidance, Key, Limits, LiveConfig, LiveFailure, LiveListener, LivePhase,
    LiveSession, LiveStage, LiveUpdate, Photo, Pushed, Region, ScanRequest, SkinKit, ThermalLevel,
};

/// Longer than anything takes; only a hang gets there.
const HANG: Duration = Duration::from_secs(120);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn config() -> Config {
    Config::new(root().join("models/lesion-ham7"))
}

fn kit() -> Arc<SkinKit> {
    static KIT: OnceLock<Arc<SkinKit>> = OnceLock::new();
    Arc::clone(KIT.get_or_init(|| Arc::new(SkinKit::open(config()).unwrap())))
}

fn photo(name: &str) -> Photo {
    Photo::open(&root().join("examples/photos").join(name), &Limits::default()).unwrap()
}

fn lesion() -> &'static Photo {
    static PHOTO: OnceLock<Photo> = OnceLock::new();
    PHOTO.get_or_init(|| photo("lesion-first.jpg"))
}

/// The time of frame `i` of 16 a second.
fn at(i: u64) -> Duration {
    Duration::from_micros(62_500 * i)
}

enum Said {
    Update(Box<LiveUpdate>),
    Capture(Box<Capture>),
    Failure(LiveFailure),
}

/// Sends on whatever it hears.
struct Ear(Mutex<Sender<Said>>);

impl Ear {
    fn new() -> (Box<Self>, Receiver<Said>) {
        let (sender, receiver) = channel();
        (Box::new(Self(Mutex::new(sender))), receiver)
    }

    fn send(&self, said: Said) {
        // The test may have stopped listening.
        let _ = self.0.lock().unwrap().send(said);
    }
}

impl LiveListener for Ear {
    fn on_update(&self, update: &LiveUpdate) {
        self.send(Said::Update(Box::new(update.clone())));
    }

    fn on_capture(&self, capture: &Capture) {
        self.send(Said::Capture(Box::new(capture.clone())));
    }

    fn on_failure(&self, failure: &LiveFailure) {
        self.send(Said::Failure(failure.clone()));
    }
}

fn next_capture(said: &Receiver<Said>) -> Capture {
    loop {
        match said.recv_timeout(HANG).unwrap() {
            Said::Capture(capture) => return *capture,
            Said::Failure(failure) => panic!("{}", failure.error),
            Said::Update(_) => {}
        }
    }
}

fn next_update(said: &Receiver<Said>) -> LiveUpdate {
    match said.recv_timeout(HANG).unwrap() {
        Said::Update(update) => *update,
        Said::Capture(_) => panic!("a capture came instead of an update"),
        Said::Failure(failure) => panic!("{}", failure.error),
    }
}

/// A session without a listener, for frames that are looked at in place.
fn in_place(config: LiveConfig) -> LiveSession {
    LiveSession::start(kit(), config, None).unwrap()
}

/// Looks at the picture until the session has captured it; returns the frames needed.
fn hold_until_captured(session: &LiveSession, picture: &Photo, from: u64) -> u64 {
    for i in from..from + 100 {
        assert_eq!(session.process(&picture.frame(), at(i)).unwrap(), Pushed::Taken);
        let update = session.latest().unwrap();
        if update.phase == LivePhase::Analyzing {
            assert_eq!(update.guidance, Guidance::Wait);
            return i - from + 1;
        }
    }
    panic!("nothing was captured: {:?}", session.latest());
}

fn wait_for_outcome(session: &LiveSession) -> Result<Arc<Capture>, LiveFailure> {
    let start = std::time::Instant::now();
    loop {
        if let Some(outcome) = session.take_outcome() {
            return outcome;
        }
        assert!(start.elapsed() < HANG, "no outcome");
        std::thread::yield_now();
    }
}

#[test]
fn a_steady_lesion_is_captured_and_analysed_like_a_photo() {
    let session = in_place(LiveConfig::default());
    let frames = hold_until_captured(&session, lesion(), 0);
    assert_eq!(
        frames, 11,
        "two to know the movement, and half a second of 16 frames a second"
    );
    let capture = wait_for_outcome(&session).unwrap();
    let photo = kit().analyze(&lesion().frame(), &AnalyzeOptions::default()).unwrap();
    assert_eq!(capture.analysis.finding, photo.finding);
    assert_eq!(capture.analysis.quality, photo.quality);
    assert_eq!(capture.chosen_from, 9);
    assert!(
        capture.quality.movement.is_some_and(|speed| speed < 0.01),
        "{:?}",
        capture.quality
    );
    assert!(session.take_outcome().is_none(), "told once");
    session.process(&lesion().frame(), at(50)).unwrap();
    assert_eq!(session.latest().unwrap().guidance, Guidance::Done);
}

#[test]
fn pushed_frames_come_to_the_listener_in_order_and_end_in_a_capture() {
    let (ear, said) = Ear::new();
    let session = LiveSession::start(kit(), LiveConfig::default(), Some(ear)).unwrap();
    let mut last = 0;
    for i in 0.. {
        assert_eq!(session.push(&lesion().frame(), at(i)).unwrap(), Pushed::Taken);
        let update = next_update(&said);
        assert!(update.sequence == last + 1 && update.timestamp == at(i));
        last = update.sequence;
        if update.phase == LivePhase::Analyzing {
            break;
        }
    }
    let capture = next_capture(&said);
    assert!(capture.scan.is_none() && capture.analysis.measures.is_some());
    let counts = session.counts();
    assert_eq!((counts.pushed, counts.looked_at), (last, last));
}

#[test]
fn the_sharpest_frame_of_the_hold_is_the_capture() {
    let sharp = lesion();
    // A mean over six pixels each way.
    let soft: Vec<u8> = {
        let (width, height) = (sharp.width() as usize, sharp.height() as usize);
        let pixel = |x: usize, y: usize| &sharp.pixels()[(y * width + x) * 3..][..3];
        let blur = |x: usize, y: usize, c: usize| {
            let sum: u32 = (0..36)
                .map(|k| u32::from(pixel((x + k % 6).min(width - 1), (y + k / 6).min(height - 1))[c]))
                .sum();
            (sum / 36) as u8
        };
        (0..width * height * 3)
            .map(|i| blur(i / 3 % width, i / 3 / width, i % 3))
            .collect()
    };
    let soft = Photo::from_rgb8(soft, sharp.width(), sharp.height()).unwrap();
    let mut lenient = QualityThresholds::default();
    (lenient.min_sharpness, lenient.max_movement) = (0.0, f32::INFINITY);
    let session = in_place(LiveConfig::default().quality(lenient));
    for i in 0..11 {
        let picture = if i == 4 { sharp } else { &soft };
        session.process(&picture.frame(), at(i)).unwrap();
    }
    let capture = wait_for_outcome(&session).unwrap();
    assert_eq!(capture.timestamp, at(4));
    assert_eq!(
        capture.analysis.finding,
        kit()
            .analyze(&sharp.frame(), &AnalyzeOptions::default())
            .unwrap()
            .finding
    );
}

#[test]
fn a_face_is_followed_and_its_region_outlined_in_frame_pixels() {
    let region = Region::Face(FaceRegion::LeftCheek);
    let session = in_place(LiveConfig::new(region).auto_capture(false));
    let face = photo("face.jpg");
    // The mesh, which looks where it saw the face before, settles within some twenty frames.
    for i in 0..30 {
        session.process(&face.frame(), at(i)).unwrap();
    }
    let update = session.latest().unwrap();
    assert_eq!((update.width, update.height), (face.width(), face.height()));
    let live = update.face.as_ref().expect("there is a face");
    assert_eq!((live.id, live.points.len()), (1, 468));
    assert!(
        live.turn.yaw.abs() < 20.0 && live.turn.pitch.abs() < 25.0 && live.turn.roll.abs() < 20.0,
        "{:?}",
        live.turn
    );
    let (roi, quality) = (update.roi.unwrap(), update.quality.as_ref().unwrap());
    assert_eq!(update.outline.len(), FaceRegion::LeftCheek.outline().len());
    assert!(
        update
            .outline
            .iter()
            .all(|p| roi.to_unit(*p).iter().all(|u| (0.0..=1.0).contains(u)))
    );
    assert!(quality.movement.unwrap() < 0.03, "a still: {quality:?}");
    assert_eq!(update.phase == LivePhase::Holding, quality.accepted, "{quality:?}");
    // A photo of the same frame finds the same place.
    let photo = kit().analyze(&face.frame(), &AnalyzeOptions::new(region)).unwrap();
    let off = (photo.roi.centre[0] - roi.centre[0]).hypot(photo.roi.centre[1] - roi.centre[1]);
    assert!(off < 0.05 * roi.width, "{off} px of {}", roi.width);
}

#[test]
fn guidance_says_what_is_missing() {
    let face = in_place(LiveConfig::new(Region::Face(FaceRegion::WholeFace)));
    face.process(&lesion().frame(), at(0)).unwrap();
    let update = face.latest().unwrap();
    assert_eq!(update.guidance, Guidance::ShowFace);
    assert!(update.roi.is_none() && update.face.is_none() && update.quality.is_none());

    let dark: Vec<u8> = lesion().pixels().iter().map(|v| v / 8).collect();
    let dark = Photo::from_rgb8(dark, lesion().width(), lesion().height()).unwrap();
    let session = in_place(LiveConfig::default());
    session.process(&dark.frame(), at(0)).unwrap();
    assert_eq!(
        session.latest().unwrap().guidance,
        Guidance::Improve(QualityIssue::TooDark)
    );
    let small = Region::Square {
        centre: [500.0, 500.0],
        size: 40.0,
    };
    session.set_region(small);
    session.process(&lesion().frame(), at(0)).unwrap();
    let update = session.latest().unwrap();
    assert_eq!(update.guidance, Guidance::Improve(QualityIssue::TooSmall));
    assert_eq!(update.roi.unwrap().width, 40.0);
}

#[test]
fn a_camera_that_moves_is_told_to_hold_still() {
    let session = in_place(LiveConfig::default());
    let picture = lesion();
    let (width, height) = (picture.width(), picture.height());
    for i in 0..40u64 {
        // 40 pixels a frame to and fro, in a window of the picture.
        let x = [0, 40, 80, 120, 80, 40][i as usize % 6];
        let side = width.min(height) - 120;
        let from = x * 3;
        let plane = skinkit::preprocess::Plane::with_stride(&picture.pixels()[from..], width as usize * 3);
        let planes = [plane];
        let layout = skinkit::preprocess::FrameLayout::new(skinkit::preprocess::PixelFormat::Rgb8, side, side, &planes);
        session.process(&skinkit::Frame::new(&layout).unwrap(), at(i)).unwrap();
    }
    let update = session.latest().unwrap();
    assert_eq!(update.phase, LivePhase::Looking, "{update:?}");
    assert_eq!(update.guidance, Guidance::Improve(QualityIssue::Unsteady));
}

/// Blocks its session in the first update until told to go on.
struct Gate {
    reached: Mutex<Sender<()>>,
    open: Mutex<Receiver<()>>,
    updates: Arc<AtomicUsize>,
}

impl LiveListener for Gate {
    fn on_update(&self, _: &LiveUpdate) {
        if self.updates.fetch_add(1, Ordering::SeqCst) == 0 {
            self.reached.lock().unwrap().send(()).unwrap();
            self.open.lock().unwrap().recv_timeout(HANG).unwrap();
        }
    }
}

fn gate() -> (Box<Gate>, Receiver<()>, Sender<()>, Arc<AtomicUsize>) {
    let ((reached, arrived), (go, open)) = (channel(), channel());
    let updates = Arc::new(AtomicUsize::new(0));
    let gate = Gate {
        reached: Mutex::new(reached),
        open: Mutex::new(open),
        updates: Arc::clone(&updates),
    };
    (Box::new(gate), arrived, go, updates)
}

#[test]
fn while_a_frame_is_looked_at_only_the_newest_waits() {
    let (gate, arrived, go, updates) = gate();
    let session = LiveSession::start(kit(), LiveConfig::default(), Some(gate)).unwrap();
    session.push(&lesion().frame(), at(0)).unwrap();
    arrived.recv_timeout(HANG).unwrap();
    // The frame thread is stuck in its callback; pushing goes on all the same.
    for i in 1..=10 {
        assert_eq!(session.push(&lesion().frame(), at(i)).unwrap(), Pushed::Taken);
    }
    assert_eq!(session.push(&lesion().frame(), at(10)).unwrap(), Pushed::Stale);
    assert_eq!(session.push(&lesion().frame(), at(5)).unwrap(), Pushed::Stale);
    assert_eq!(session.process(&lesion().frame(), at(11)).unwrap(), Pushed::Busy);
    go.send(()).unwrap();
    while updates.load(Ordering::SeqCst) < 2 {
        std::thread::yield_now();
    }
    assert_eq!(session.latest().unwrap().timestamp, at(10));
    let counts = session.counts();
    assert_eq!(
        (counts.looked_at, counts.replaced, counts.stale, counts.busy),
        (2, 9, 2, 1)
    );
}

#[test]
fn closing_and_dropping_while_running_ends_everything() {
    let (gate, arrived, go, updates) = gate();
    let session = LiveSession::start(kit(), LiveConfig::default(), Some(gate)).unwrap();
    session.push(&lesion().frame(), at(0)).unwrap();
    arrived.recv_timeout(HANG).unwrap();
    session.push(&lesion().frame(), at(1)).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| session.close());
        while session.push(&lesion().frame(), at(2)).unwrap() != Pushed::Closed {
            std::thread::yield_now();
        }
        go.send(()).unwrap();
    });
    assert_eq!(updates.load(Ordering::SeqCst), 1, "nothing is told after the close");
    assert_eq!(session.process(&lesion().frame(), at(3)).unwrap(), Pushed::Closed);
    session.close();
    drop(session);
    // A capture that is being analysed does not hold up the end, nor come after it.
    let (ear, said) = Ear::new();
    let session = LiveSession::start(kit(), LiveConfig::default(), Some(ear)).unwrap();
    hold_until_captured(&session, lesion(), 0);
    drop(session);
    assert!(said.iter().all(|said| matches!(said, Said::Update(_))));
}

#[test]
fn a_session_outlives_the_hosts_own_handle_on_the_kit() {
    let kit = Arc::new(SkinKit::open(config()).unwrap());
    let session = LiveSession::start(Arc::clone(&kit), LiveConfig::default(), None).unwrap();
    drop(kit);
    hold_until_captured(&session, lesion(), 0);
    assert!(wait_for_outcome(&session).is_ok());
}

#[test]
fn a_restart_cancels_and_begins_again() {
    let (ear, said) = Ear::new();
    let session = LiveSession::start(kit(), LiveConfig::default(), Some(ear)).unwrap();
    // Half a hold, then a cancel: the other half is not enough.
    for i in 0..8 {
        session.process(&lesion().frame(), at(i)).unwrap();
    }
    session.restart();
    assert_eq!(hold_until_captured(&session, lesion(), 8), 9);
    session.restart();
    assert!(session.take_outcome().is_none(), "what was captured is cancelled");
    assert_eq!(hold_until_captured(&session, lesion(), 17), 9);
    assert!(wait_for_outcome(&session).unwrap().timestamp >= at(17));
    // The listener may have heard of the first one, if it was ready before the restart.
    while next_capture(&said).timestamp < at(17) {}
}

#[test]
fn captures_are_kept_only_if_asked_for_and_never_after_a_cancel() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scans.skinkit");
    let kit = Arc::new(SkinKit::open(config().history(&path, Key::generate().unwrap())).unwrap());
    let keep = LiveConfig::default().keep(ScanRequest::new("left forearm"));
    let session = LiveSession::start(Arc::clone(&kit), keep.clone(), None).unwrap();
    hold_until_captured(&session, lesion(), 0);
    let capture = wait_for_outcome(&session).unwrap();
    let scans = kit.history().unwrap().scans("me", "left forearm").unwrap();
    assert_eq!(Some(scans[0].id), capture.scan);
    drop(session);
    assert!(matches!(
        LiveSession::start(self::kit(), keep, None),
        Err(Error::NoHistory)
    ));
}

#[test]
fn a_paused_session_looks_at_nothing_and_a_resumed_one_starts_its_clock_anew() {
    let session = in_place(LiveConfig::default());
    for i in 0..8 {
        session.process(&lesion().frame(), at(100 + i)).unwrap();
    }
    session.pause();
    assert_eq!(session.process(&lesion().frame(), at(108)).unwrap(), Pushed::Paused);
    assert_eq!(session.push(&lesion().frame(), at(109)).unwrap(), Pushed::Paused);
    session.resume();
    assert_eq!(hold_until_captured(&session, lesion(), 0), 11, "and the hold as well");
    assert_eq!(session.counts().pushed, 19, "paused frames are not counted");
}

#[test]
fn warmth_lowers_the_rate_and_stops_at_last() {
    let session = in_place(LiveConfig::default());
    let taken = |level, from: u64| {
        session.set_thermal_level(level);
        (from..from + 60)
            .filter(|i| {
                let time = Duration::from_micros(16_667 * i);
                session.process(&lesion().frame(), time).unwrap() == Pushed::Taken
            })
            .count()
    };
    // One second of 60 frames each.
    assert_eq!(taken(ThermalLevel::Nominal, 0), 60);
    assert_eq!(taken(ThermalLevel::Fair, 60), 30);
    assert_eq!(taken(ThermalLevel::Serious, 120), 10);
    assert_eq!(taken(ThermalLevel::Critical, 180), 0);
    assert_eq!(taken(ThermalLevel::Nominal, 240), 60);
}

#[test]
fn a_capture_waits_until_a_critical_device_has_cooled() {
    let (ear, said) = Ear::new();
    let session = Arc::new(LiveSession::start(kit(), LiveConfig::default(), Some(ear)).unwrap());
    session.set_thermal_level(ThermalLevel::Critical);
    session.shutter();
    assert_eq!(session.process(&lesion().frame(), at(0)).unwrap(), Pushed::Skipped);
    session.set_thermal_level(ThermalLevel::Serious);
    assert_eq!(session.process(&lesion().frame(), at(1)).unwrap(), Pushed::Taken);
    assert_eq!(next_capture(&said).chosen_from, 0, "the shutter was remembered");
}

#[test]
fn the_shutter_captures_whatever_there_is() {
    let session = in_place(LiveConfig::default().auto_capture(false));
    let dark: Vec<u8> = lesion().pixels().iter().map(|v| v / 8).collect();
    let dark = Photo::from_rgb8(dark, lesion().width(), lesion().height()).unwrap();
    for i in 0..20 {
        session.process(&dark.frame(), at(i)).unwrap();
    }
    assert!(session.take_outcome().is_none());
    session.shutter();
    session.process(&dark.frame(), at(20)).unwrap();
    let capture = wait_for_outcome(&session).unwrap();
    assert_eq!((capture.timestamp, capture.chosen_from), (at(20), 0));
    assert!(!capture.quality.accepted);
}

/// Panics at the first update.
struct Bomb;

impl LiveListener for Bomb {
    fn on_update(&self, _: &LiveUpdate) {
        panic!("a listener's own fault");
    }
}

#[test]
fn a_listener_that_panics_is_left_alone_and_the_session_goes_on() {
    let session = LiveSession::start(kit(), LiveConfig::default(), Some(Box::new(Bomb))).unwrap();
    hold_until_captured(&session, lesion(), 0);
    assert!(session.listener_failed());
    assert!(wait_for_outcome(&session).is_ok());
}

/// Closes its own session from a callback.
#[derive(Default)]
struct Closer(Arc<OnceLock<std::sync::Weak<LiveSession>>>);

impl LiveListener for Closer {
    fn on_update(&self, _: &LiveUpdate) {
        if let Some(session) = self.0.get().and_then(std::sync::Weak::upgrade) {
            session.close();
            // Perhaps the last handle: the session is dropped on its own thread.
        }
    }
}

#[test]
fn a_callback_may_close_and_even_drop_its_session() {
    let closer = Closer::default();
    let slot = Arc::clone(&closer.0);
    let session = Arc::new(LiveSession::start(kit(), LiveConfig::default(), Some(Box::new(closer))).unwrap());
    slot.set(Arc::downgrade(&session)).unwrap();
    let weak = Arc::downgrade(&session);
    for i in 0.. {
        if session.push(&lesion().frame(), at(i)).unwrap() == Pushed::Closed {
            break;
        }
    }
    drop(session);
    let start = std::time::Instant::now();
    while weak.strong_count() > 0 {
        assert!(start.elapsed() < HANG, "the session was never freed");
        std::thread::yield_now();
    }
}

#[test]
fn many_threads_push_and_every_frame_is_accounted_for() {
    let session = in_place(LiveConfig::default().auto_capture(false));
    let clock = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let i = clock.fetch_add(1, Ordering::SeqCst) as u64;
                    session.push(&lesion().frame(), at(i)).unwrap();
                }
            });
        }
    });
    // Whatever waited has been looked at once the guide answers again.
    let last = at(1000);
    while session.process(&lesion().frame(), last).unwrap() == Pushed::Busy {
        std::thread::yield_now();
    }
    session.close();
    let counts = session.counts();
    assert!(counts.looked_at >= 2, "{counts:?}");
    let known = counts.looked_at + counts.replaced + counts.stale + counts.busy + counts.skipped;
    // The last frame to wait may have been dropped by the close.
    assert!((known..=known + 1).contains(&counts.pushed), "{counts:?}");
}

#[test]
fn a_failing_frame_is_told_once_and_does_not_end_the_session() {
    let (ear, said) = Ear::new();
    let session = LiveSession::start(kit(), LiveConfig::default(), Some(ear)).unwrap();
    session.set_region(Region::Square {
        centre: [-9_000.0, 0.0],
        size: 100.0,
    });
    for i in 0..3 {
        session.process(&lesion().frame(), at(i)).unwrap();
    }
    session.set_region(Region::Lesion);
    session.process(&lesion().frame(), at(0)).unwrap();
    let failure = match said.recv_timeout(HANG).unwrap() {
        Said::Failure(failure) => failure,
        _ => panic!("the region lies outside of the picture"),
    };
    assert_eq!(failure.stage, LiveStage::Frame);
    assert!(failure.error.to_string().contains("outside"), "{}", failure.error);
    assert_eq!(next_update(&said).guidance, Guidance::Hold);
}

#[test]
fn a_frame_beyond_the_limit_is_refused_with_its_size() {
    let mut config = LiveConfig::default();
    config.max_pixels = 1000;
    let session = in_place(config);
    let error = session.push(&lesion().frame(), at(0)).unwrap_err().to_string();
    assert!(error.contains("1000 pixels"), "{error}");
}

#[test]
fn events_are_plain_data() {
    let session = in_place(LiveConfig::default());
    session.process(&lesion().frame(), at(0)).unwrap();
    let update = session.latest().unwrap();
    let json = serde_json::to_string(&*update).unwrap();
    assert_eq!(serde_json::from_str::<LiveUpdate>(&json).unwrap(), *update);
    assert!(json.contains("\"guidance\":\"hold\""), "{json}");
    let improve = Guidance::Improve(QualityIssue::TooDark);
    assert_eq!(serde_json::to_string(&improve).unwrap(), r#"{"improve":"too_dark"}"#);
}
