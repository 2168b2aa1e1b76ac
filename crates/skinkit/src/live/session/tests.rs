use std::path::Path;
use std::sync::OnceLock;

use skinkit_preprocess::{Limits, Photo};

use super::*;
use crate::Config;
use crate::live::event::LiveStage;

fn started() -> (LiveSession, Photo) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let kit = Arc::new(SkinKit::open(Config::new(root.join("models/lesion-ham7"))).unwrap());
    let photo = Photo::open(&root.join("examples/photos/lesion-first.jpg"), &Limits::default()).unwrap();
    (LiveSession::start(kit, LiveConfig::default(), None).unwrap(), photo)
}

fn outcome(session: &LiveSession) -> std::result::Result<Arc<Capture>, LiveFailure> {
    let start = Instant::now();
    loop {
        if let Some(outcome) = session.take_outcome() {
            return outcome;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "the session stands still");
        std::thread::yield_now();
    }
}

fn trap(session: &LiveSession, stage: LiveStage) {
    *session.shared.trap.lock().unwrap() = Some(stage);
}

fn is_panic(failure: &LiveFailure, stage: LiveStage) -> bool {
    failure.stage == stage
        && matches!(&*failure.error, Error::Panicked { reason, .. } if reason.contains("a trap of the test"))
}

#[test]
fn a_panic_is_an_error_and_the_session_goes_on() {
    let (session, photo) = started();
    let time = Duration::from_millis;
    // On the session's own thread, and on the host's.
    trap(&session, LiveStage::Frame);
    session.push(&photo.frame(), time(1)).unwrap();
    assert!(is_panic(&outcome(&session).unwrap_err(), LiveStage::Frame));
    while session.process(&photo.frame(), time(2)).unwrap() == Pushed::Busy {
        std::thread::yield_now();
    }
    trap(&session, LiveStage::Frame);
    session.process(&photo.frame(), time(3)).unwrap();
    assert!(is_panic(&outcome(&session).unwrap_err(), LiveStage::Frame));
    // The capture's thread.
    trap(&session, LiveStage::Capture);
    session.shutter();
    session.process(&photo.frame(), time(4)).unwrap();
    assert!(is_panic(&outcome(&session).unwrap_err(), LiveStage::Capture));
    session.shutter();
    session.process(&photo.frame(), time(5)).unwrap();
    assert_eq!(outcome(&session).unwrap().timestamp, time(5));
}

#[test]
fn a_panic_while_a_frame_is_kept_leaves_the_session_whole() {
    let (session, photo) = started();
    let time = Duration::from_millis;
    // More often than there are buffers: none may be lost. On the session's own thread, and on the host's.
    for frame in 1..=8 {
        session.shared.commit_trap.store(true, Ordering::Relaxed);
        if frame % 2 == 0 {
            session.push(&photo.frame(), time(frame * 10)).unwrap();
        } else {
            while session.process(&photo.frame(), time(frame * 10)).unwrap() == Pushed::Busy {
                std::thread::yield_now();
            }
        }
        while session.shared.commit_trap.load(Ordering::Relaxed) || session.shared.lock().guide.is_none() {
            std::thread::yield_now();
        }
    }
    assert!(is_panic(&outcome(&session).unwrap_err(), LiveStage::Frame));
    session.shutter();
    assert_eq!(session.push(&photo.frame(), time(1_000)).unwrap(), Pushed::Taken);
    assert_eq!(outcome(&session).unwrap().timestamp, time(1_000));
}

/// Closes its session from within a callback, and says when that is done.
struct Closer(std::sync::mpsc::Sender<()>, Arc<OnceLock<std::sync::Weak<LiveSession>>>);

impl LiveListener for Closer {
    fn on_update(&self, _: &LiveUpdate) {
        if let Some(session) = self.1.get().and_then(std::sync::Weak::upgrade) {
            session.close();
            let _ = self.0.send(());
            // Still in the callback when the host closes.
            std::thread::sleep(Duration::from_millis(300));
            drop(session);
        }
    }
}

#[test]
fn closing_from_a_callback_leaves_the_waiting_to_the_host() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let kit = Arc::new(SkinKit::open(Config::new(root.join("models/lesion-ham7"))).unwrap());
    let photo = Photo::open(&root.join("examples/photos/lesion-first.jpg"), &Limits::default()).unwrap();
    let (closed, closing) = std::sync::mpsc::channel();
    let slot = Arc::new(OnceLock::new());
    let listener = Box::new(Closer(closed, Arc::clone(&slot)));
    let session = Arc::new(LiveSession::start(kit, LiveConfig::default(), Some(listener)).unwrap());
    slot.set(Arc::downgrade(&session)).unwrap();
    session.push(&photo.frame(), Duration::from_millis(1)).unwrap();
    closing.recv().unwrap();
    session.close();
    // Both threads have ended: nothing else holds what they share.
    assert!(session.threads.lock().unwrap().is_empty());
    assert_eq!(Arc::strong_count(&session.shared), 1);
}
