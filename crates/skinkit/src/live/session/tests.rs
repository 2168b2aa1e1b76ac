use std::path::Path;

use skinkit_preprocess::{Limits, Photo};

use super::*;
use crate::Config;

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
