//! Following faces through a moving picture.

// Helpers of tests are no #[test] functions themselves.
#![allow(clippy::unwrap_used)]

mod support;

use skinkit_preprocess::{Frame, Photo};
use skinkit_roi::{FaceOptions, FaceRange, FaceTracker, Networks, TrackerOptions};

const SIDE: u32 = 200;

fn astronaut() -> Photo {
    support::committed()
        .into_iter()
        .find(|g| g.name == "astronaut_scale050")
        .unwrap()
        .photo()
}

/// A window of the photo whose corner moves: a hand-held camera.
fn window(photo: &Photo, left: u32, top: u32) -> Vec<u8> {
    let row = |y: u32| {
        let start = ((y * photo.width() + left) * 3) as usize;
        &photo.pixels()[start..start + (SIDE * 3) as usize]
    };
    (top..top + SIDE).flat_map(row).copied().collect()
}

fn tracker(options: TrackerOptions) -> FaceTracker {
    FaceTracker::with_options(&support::runtime(), &Networks::embedded(), options).unwrap()
}

#[test]
fn a_moving_face_keeps_its_id_and_the_detector_rests() {
    let photo = astronaut();
    let mut tracker = tracker(TrackerOptions::default().with_smoothing(None));
    let mut first = None;
    for step in 0..40u32 {
        let (left, top) = (step, step / 4);
        let pixels = window(&photo, left, top);
        let faces = tracker
            .update(&Frame::rgb8(&pixels, SIDE, SIDE).unwrap(), f64::from(step) / 30.0)
            .unwrap();
        assert_eq!(faces.len(), 1, "step {step}");
        let [x, y, _] = faces[0].mesh.points[1];
        let place = [x + left as f32, y + top as f32];
        let (id, start) = *first.get_or_insert((faces[0].id, place));
        assert_eq!(faces[0].id, id);
        let drift = (place[0] - start[0]).hypot(place[1] - start[1]);
        assert!(drift < 0.03 * 48.0 + 0.5, "step {step}: the nose drifts by {drift} px");
    }
    assert_eq!(tracker.detector_runs(), 1);
}

#[test]
fn a_face_that_leaves_is_dropped_and_gets_a_new_id_when_it_returns() {
    let photo = astronaut();
    let (pixels, empty) = (window(&photo, 20, 0), vec![0; (SIDE * SIDE * 3) as usize]);
    let (seen, unseen) = (
        Frame::rgb8(&pixels, SIDE, SIDE).unwrap(),
        Frame::rgb8(&empty, SIDE, SIDE).unwrap(),
    );
    let mut tracker = tracker(TrackerOptions::default());
    let id = tracker.update(&seen, 0.0).unwrap()[0].id;
    assert!(tracker.update(&unseen, 0.03).unwrap().is_empty());
    let again = tracker.update(&seen, 0.06).unwrap()[0].id;
    assert_ne!(id, again);
}

#[test]
fn an_upside_down_face_is_followed_upside_down() {
    let photo = astronaut();
    let mut tracker = tracker(TrackerOptions::default().with_smoothing(None));
    let mut id = None;
    for step in 0..10u32 {
        let mut pixels = window(&photo, 2 * step, 0);
        // Reversed pixels are the picture turned by half a turn; reversing the bytes turns RGB into BGR, so undo that.
        pixels.reverse();
        pixels.chunks_exact_mut(3).for_each(|p| p.swap(0, 2));
        let faces = tracker
            .update(&Frame::rgb8(&pixels, SIDE, SIDE).unwrap(), f64::from(step) / 30.0)
            .unwrap();
        assert_eq!(faces.len(), 1, "step {step}");
        assert!(
            faces[0].mesh.roll().abs() > 2.7,
            "step {step}: {}",
            faces[0].mesh.roll()
        );
        assert_eq!(*id.get_or_insert(faces[0].id), faces[0].id);
    }
    assert_eq!(tracker.detector_runs(), 1);
}

#[test]
fn smoothing_steadies_a_still_face_and_can_be_turned_off() {
    let photo = astronaut();
    let mut jitter = [0.0f32; 2];
    for (sum, smoothing) in jitter.iter_mut().zip([None, TrackerOptions::default().smoothing]) {
        let mut tracker = tracker(TrackerOptions::default().with_smoothing(smoothing));
        let mut last: Option<Vec<[f32; 3]>> = None;
        for step in 0..30u32 {
            let mut pixels = window(&photo, 20, 0);
            // Sensor noise, the same for both trackers.
            let mut state = step + 1;
            for value in &mut pixels {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *value = value.saturating_add_signed(((state >> 24) % 25) as i8 - 12);
            }
            let frame = Frame::rgb8(&pixels, SIDE, SIDE).unwrap();
            let points = tracker.update(&frame, f64::from(step) / 30.0).unwrap()[0]
                .mesh
                .points
                .clone();
            if let (Some(last), true) = (&last, step > 10) {
                *sum += points
                    .iter()
                    .zip(last)
                    .map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]))
                    .sum::<f32>();
            }
            last = Some(points);
        }
    }
    println!(
        "frame-to-frame motion of a still face: {} raw, {} smoothed",
        jitter[0], jitter[1]
    );
    assert!(jitter[1] < 0.5 * jitter[0], "{jitter:?}");
}

#[test]
fn two_faces_are_followed_apart() {
    let Some(folder) = support::shared("goldens") else {
        return;
    };
    let _ = folder;
    let golden = support::all()
        .into_iter()
        .find(|g| g.name == "hopper_astronaut_two")
        .unwrap();
    let photo = golden.photo();
    let faces = FaceOptions::default().with_range(FaceRange::Full).with_max_faces(4);
    let mut tracker = tracker(TrackerOptions::default().with_faces(faces));
    let ids: Vec<_> = tracker
        .update(&photo.frame(), 0.0)
        .unwrap()
        .iter()
        .map(|f| f.id)
        .collect();
    assert_eq!(ids.len(), 2);
    for step in 1..15 {
        let now: Vec<_> = tracker
            .update(&photo.frame(), f64::from(step) / 30.0)
            .unwrap()
            .iter()
            .map(|f| f.id)
            .collect();
        assert_eq!(now, ids, "step {step}");
    }
}
