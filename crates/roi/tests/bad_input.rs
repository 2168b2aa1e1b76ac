//! Pictures that hold no usable face: a typed outcome or a clear error, never a panic, never a NaN.

// Helpers of tests are no #[test] functions themselves.
#![allow(clippy::unwrap_used)]

mod support;

use skinkit_preprocess::Frame;
use skinkit_roi::{Error, FaceLandmarker, FaceOptions, FaceOutcome, FaceRange, FaceTracker, Networks, PersonSegmenter};

struct Picture {
    pixels: Vec<u8>,
    width: u32,
    height: u32,
}

impl Picture {
    fn filled(width: u32, height: u32, value: u8) -> Self {
        Self {
            pixels: vec![value; (width * height * 3) as usize],
            width,
            height,
        }
    }

    fn astronaut() -> Self {
        let golden = support::committed()
            .into_iter()
            .find(|g| g.name == "astronaut_scale050")
            .unwrap();
        let photo = golden.photo();
        Self {
            pixels: photo.pixels().to_vec(),
            width: photo.width(),
            height: photo.height(),
        }
    }

    fn frame(&self) -> Frame<'_> {
        Frame::rgb8(&self.pixels, self.width, self.height).unwrap()
    }

    fn pixel(&self, x: u32, y: u32) -> &[u8] {
        let at = ((y * self.width + x) * 3) as usize;
        &self.pixels[at..at + 3]
    }

    /// A picture whose pixel (x, y) is this one's at `source(x, y)`.
    fn remapped(&self, width: u32, height: u32, source: impl Fn(u32, u32) -> (u32, u32)) -> Self {
        let mut pixels = Vec::with_capacity((width * height * 3) as usize);
        for y in 0..height {
            for x in 0..width {
                let (sx, sy) = source(x, y);
                pixels.extend_from_slice(self.pixel(sx.min(self.width - 1), sy.min(self.height - 1)));
            }
        }
        Self { pixels, width, height }
    }
}

fn landmarker(range: FaceRange) -> FaceLandmarker {
    let options = FaceOptions::default().with_range(range).with_irises(true);
    FaceLandmarker::with_options(&support::runtime(), &Networks::embedded(), options).unwrap()
}

#[test]
fn pictures_without_a_face_have_no_face() {
    for range in [FaceRange::Short, FaceRange::Full] {
        let mut landmarker = landmarker(range);
        for (width, height, value) in [
            (1, 1, 0),
            (1, 1, 255),
            (64, 64, 0),
            (640, 480, 0),
            (640, 480, 255),
            (20_000, 10, 128),
            (10, 20_000, 90),
        ] {
            let picture = Picture::filled(width, height, value);
            let outcome = landmarker.find_one(&picture.frame()).unwrap();
            assert_eq!(outcome, FaceOutcome::NoFace, "{width}x{height}");
            let person = PersonSegmenter::new(&support::runtime())
                .unwrap()
                .mask(&picture.frame())
                .unwrap();
            assert!(person.values.iter().all(|v| (0.0..=1.0).contains(v)));
        }
    }
}

#[test]
fn a_face_ten_pixels_wide_is_too_small_or_unseen() {
    let face = Picture::astronaut();
    // The face is 48 of 256 pixels wide: every fifth pixel leaves 10.
    let small = face.remapped(51, 51, |x, y| (x * 5, y * 5));
    match landmarker(FaceRange::Short).find_one(&small.frame()).unwrap() {
        FaceOutcome::TooSmall(face) => {
            assert!(matches!(
                FaceOutcome::TooSmall(face).into_face(),
                Err(Error::FaceTooSmall { .. })
            ));
        }
        other => assert_eq!(other, FaceOutcome::NoFace),
    }
}

#[test]
fn an_upside_down_face_is_found_upside_down() {
    let face = Picture::astronaut();
    let (w, h) = (face.width, face.height);
    let upright = landmarker(FaceRange::Short).find(&face.frame()).unwrap().remove(0);
    let turned = face.remapped(w, h, |x, y| (w - 1 - x, h - 1 - y));
    let found = landmarker(FaceRange::Short).find(&turned.frame()).unwrap().remove(0);
    assert!(found.mesh.roll().abs() > 2.7, "{}", found.mesh.roll());
    for (mesh, expected) in [
        (&found.mesh, &upright.mesh),
        (&found.mesh_478.unwrap(), &upright.mesh_478.unwrap()),
    ] {
        let sum: f32 = mesh
            .points
            .iter()
            .zip(&expected.points)
            .map(|(a, b)| (a[0] - (w as f32 - b[0])).hypot(a[1] - (h as f32 - b[1])))
            .sum();
        let error = sum / mesh.points.len() as f32 / expected.interocular_distance();
        println!("upside down: {:.3} of the distance between the eyes", error);
        assert!(error < 0.1, "{error}");
    }
}

#[test]
fn half_a_face_is_not_taken_for_a_whole_one() {
    let face = Picture::astronaut();
    // The nose is at x 112: the picture ends there.
    let half = face.remapped(112, 256, |x, y| (x, y));
    match landmarker(FaceRange::Short).find_one(&half.frame()).unwrap() {
        FaceOutcome::CutOff { face, visible } => {
            assert!(visible < 0.7);
            assert!(matches!(
                FaceOutcome::CutOff { face, visible }.into_face(),
                Err(Error::FaceCutOff { .. })
            ));
        }
        other => assert_eq!(other, FaceOutcome::NoFace),
    }
}

#[test]
fn forty_faces_are_forty_faces_at_most_once_each() {
    let face = Picture::astronaut();
    // Eight by five copies of the head.
    let crowd = face.remapped(8 * 76, 5 * 84, |x, y| (74 + x % 76, 20 + y % 84));
    let found = landmarker(FaceRange::Full).find(&crowd.frame()).unwrap();
    // Heads side by side without shoulders are hard for the detector: what counts is that none is told twice.
    println!("{} of 40 faces", found.len());
    assert!((4..=40).contains(&found.len()), "{}", found.len());
    for (i, a) in found.iter().enumerate() {
        for b in &found[..i] {
            let ([ax, ay], [bx, by]) = (a.detection.centre(), b.detection.centre());
            assert!((ax - bx).hypot(ay - by) > 20.0);
        }
    }
    assert!(
        found
            .iter()
            .flat_map(|f| f.mesh.points.iter().flatten())
            .all(|v| v.is_finite())
    );
    let few = FaceOptions::default().with_range(FaceRange::Full).with_max_faces(3);
    let mut few = FaceLandmarker::with_options(&support::runtime(), &Networks::embedded(), few).unwrap();
    assert_eq!(few.find(&crowd.frame()).unwrap().len(), 3);
}

#[test]
fn a_tracker_survives_cuts_between_pictures_of_any_size() {
    let mut tracker = FaceTracker::new(&support::runtime()).unwrap();
    let face = Picture::astronaut();
    let frames = [
        &face,
        &Picture::filled(1, 1, 0),
        &face,
        &Picture::filled(20_000, 10, 0),
        &face.remapped(64, 48, |x, y| (x, y)),
        &face,
    ];
    for (i, picture) in frames.iter().enumerate() {
        tracker.update(&picture.frame(), i as f64 / 30.0).unwrap();
    }
    assert_eq!(tracker.faces().len(), 1);
}
