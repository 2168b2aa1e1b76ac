//! Hands and poses with the real networks, which lie in the checkout but not in the crate.

// Helpers of tests are no #[test] functions themselves.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use serde::Deserialize;
use skinkit_preprocess::{Frame, Limits, Photo, Roi};
use skinkit_roi::{
    BodyPart, BodySite, HAND_POINTS, Hand, HandLandmarker, Networks, PersonSegmenter, Pose, PoseLandmarker, SkinFinder,
    SkinMask,
};
use support::Golden;

fn networks() -> Networks {
    Networks::from_folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("models"))
}

#[test]
fn a_portrait_has_a_pose_whose_nose_is_on_the_face() {
    for runtime in support::runtimes() {
        let mut poses = PoseLandmarker::new(&runtime, &networks()).unwrap();
        let mut landmarker = skinkit_roi::FaceLandmarker::new(&runtime).unwrap();
        for golden in support::committed().iter().filter(|g| !g.name.starts_with("noface")) {
            let photo = golden.photo();
            let pose = poses.find(&photo.frame()).unwrap().expect("a person");
            let face = &landmarker.find(&photo.frame()).unwrap()[0];
            let [x, y, _] = pose.points[0].position;
            let nose = face.mesh.points[1];
            let away = (x - nose[0]).hypot(y - nose[1]) / face.mesh.interocular_distance();
            println!(
                "{}: the pose's nose is {:.2} eye distances from the mesh's",
                golden.name, away
            );
            assert!(away < 0.5, "{}: {away}", golden.name);
            let site = pose.site_at([x, y]).map(|site| site.part);
            assert_eq!(site, Some(BodyPart::Face), "{}", golden.name);
            // Both people face the camera: their left shoulder is on the picture's right.
            assert!(pose.points[11].position[0] > pose.points[12].position[0]);
            assert!(pose.points.iter().all(|p| p.position.iter().all(|v| v.is_finite())));
            assert!(pose.points.iter().all(|p| (0.0..=1.0).contains(&p.visibility)));
        }
    }
}

/// Mean distance of the points that MediaPipe calls visible, in pixels, and the distance between its shoulders.
fn against_golden(pose: &Pose, golden: &Golden) -> (f32, f32) {
    let expected = golden.pose_lite.as_ref().unwrap();
    let (width, height) = (golden.width as f32, golden.height as f32);
    let place = |p: &[f32; 4]| [p[0] * width, p[1] * height];
    let visible: Vec<f32> = pose
        .points
        .iter()
        .zip(expected)
        .filter(|(_, expected)| expected[3] > 0.5)
        .map(|(point, expected)| {
            let [x, y] = place(expected);
            (point.position[0] - x).hypot(point.position[1] - y)
        })
        .collect();
    let ([a, b], [c, d]) = (place(&expected[11]), place(&expected[12]));
    (visible.iter().sum::<f32>() / visible.len() as f32, (a - c).hypot(b - d))
}

#[test]
fn poses_agree_with_mediapipe() {
    let runtime = support::runtime();
    let mut poses = PoseLandmarker::new(&runtime, &networks()).unwrap();
    assert!(!poses.has_detector());
    // Made by `models/tools/convert WORK --only pose_detection --out FOLDER`, beside the committed networks.
    let detector = std::env::var_os("SKINKIT_POSE_NETWORKS")
        .map(|folder| PoseLandmarker::new(&runtime, &Networks::from_folder(folder)).unwrap());
    if detector.is_none() {
        eprintln!("SKIPPED: poses with MediaPipe's person detector: SKINKIT_POSE_NETWORKS names no folder with it");
    }
    let mut detector = detector;
    for golden in support::committed().iter().filter(|g| g.pose_lite.is_some()) {
        let photo = golden.photo();
        let pose = poses.find(&photo.frame()).unwrap().expect("a person");
        let (error, shoulders) = against_golden(&pose, golden);
        println!(
            "| {} | from the face | {error:.2} px | {:.1} % |",
            golden.name,
            100.0 * error / shoulders
        );
        assert!(error < 0.25 * shoulders, "{}: {error} px", golden.name);
        if let Some(exact) = &mut detector {
            let pose = exact.find(&photo.frame()).unwrap().expect("a person");
            let (error, shoulders) = against_golden(&pose, golden);
            println!(
                "| {} | person detector | {error:.2} px | {:.2} % |",
                golden.name,
                100.0 * error / shoulders
            );
            assert!(
                error < 0.01 * shoulders,
                "{}: {error} px with the detector",
                golden.name
            );
        }
    }
}

#[derive(Deserialize)]
struct HandsGolden {
    width: f32,
    height: f32,
    hands: Vec<HandGolden>,
}

#[derive(Deserialize)]
struct HandGolden {
    /// As in a mirrored picture: `Right` for a left hand.
    label: String,
    score: f32,
    /// x, y as shares of the picture's width and height, z of its width.
    landmarks: Vec<[f32; 3]>,
}

#[test]
fn hands_agree_with_mediapipe() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/hands");
    let golden: HandsGolden = serde_json::from_slice(&std::fs::read(folder.join("hands.json")).unwrap()).unwrap();
    let photo = Photo::open(&folder.join("hands.png"), &Limits::default()).unwrap();
    for runtime in support::runtimes() {
        let engine = runtime.engine().kind;
        let mut finder = HandLandmarker::new(&runtime, &networks()).unwrap();
        let hands = finder.find(&photo.frame()).unwrap();
        assert_eq!(hands.len(), golden.hands.len());
        for expected in &golden.hands {
            let [x, y] = [
                expected.landmarks[9][0] * golden.width,
                expected.landmarks[9][1] * golden.height,
            ];
            let away = |hand: &&Hand| (hand.points[9][0] - x).hypot(hand.points[9][1] - y);
            let hand = hands.iter().min_by(|a, b| away(a).total_cmp(&away(b))).unwrap();
            let error = hand.points.iter().zip(&expected.landmarks).fold(0.0f32, |sum, (p, e)| {
                sum + (p[0] - e[0] * golden.width).hypot(p[1] - e[1] * golden.height)
            }) / HAND_POINTS as f32;
            let depth = hand
                .points
                .iter()
                .zip(&expected.landmarks)
                .fold(0.0f32, |most, (p, e)| most.max((p[2] - e[2] * golden.width).abs()));
            println!(
                "| {engine} | {error:.4} px | depth {depth:.4} px | {:.5} |",
                1.0 - hand.right
            );
            // Pixels that MediaPipe saw: a JPEG read by another decoder moves points by twenty times as much.
            assert!(error < 0.01 && depth < 0.05, "{error} px, {depth} px deep");
            // Its score is that of its label.
            assert_eq!(expected.label, "Right");
            assert!((1.0 - hand.right - expected.score).abs() < 1e-3);
            // Nails up: the backs of left hands, one of them upside down.
            assert_eq!(BodySite::from(hand).to_string(), "left_back_of_hand");
            // The picture has no scale: this only says that a hand of usual size was assumed.
            let rough = hand.hint.unwrap().rough_mm_per_pixel;
            let [x, y] = [0, 1].map(|axis| hand.points[12][axis] - hand.points[0][axis]);
            assert!((150.0..190.0).contains(&(rough * x.hypot(y))), "{rough} mm a pixel");
        }
    }
}

#[test]
fn the_skin_of_a_person_is_the_face_and_not_the_uniform() {
    let runtime = support::runtime();
    let golden = support::committed()
        .into_iter()
        .find(|g| g.name == "grace_hopper")
        .unwrap();
    let photo = golden.photo();
    let person = PersonSegmenter::new(&runtime).unwrap().mask(&photo.frame()).unwrap();
    let whole = Roi::whole(photo.width(), photo.height());
    let mut landmarker = skinkit_roi::FaceLandmarker::new(&runtime).unwrap();
    let face = landmarker.find(&photo.frame()).unwrap().remove(0).mesh;
    // With the face's own colour, and without it.
    for faces in [&[&face][..], &[]] {
        let skin = SkinFinder::new().body(&photo.frame(), &person, faces, &whole).unwrap();
        println!("{:.0} % of the person is skin, {:?}", 100.0 * skin.coverage, skin.tone);
        check_hopper(&skin);
    }
}

fn check_hopper(skin: &SkinMask) {
    for (part, point, expected) in [
        ("left cheek", [330.0, 270.0], true),
        ("right cheek", [205.0, 280.0], true),
        ("chin", [270.0, 320.0], true),
        ("cap", [265.0, 110.0], false),
        ("uniform", [110.0, 500.0], false),
        ("the other shoulder", [420.0, 500.0], false),
        ("the wall", [470.0, 200.0], false),
    ] {
        assert_eq!(skin.contains(point), expected, "{part}");
    }
}

#[test]
fn nobody_has_no_pose_and_no_hands() {
    let runtime = support::runtime();
    let mut poses = PoseLandmarker::new(&runtime, &networks()).unwrap();
    let mut hands = HandLandmarker::new(&runtime, &networks()).unwrap();
    for (width, height) in [(1, 1), (320, 240), (5000, 10)] {
        let pixels = vec![70; width * height * 3];
        let frame = Frame::rgb8(&pixels, width as u32, height as u32).unwrap();
        assert!(poses.find(&frame).unwrap().is_none(), "{width}x{height}");
        assert!(hands.find(&frame).unwrap().is_empty(), "{width}x{height}");
    }
    for golden in support::committed() {
        // No hand is in any of these pictures.
        assert!(
            hands.find(&golden.photo().frame()).unwrap().is_empty(),
            "{}",
            golden.name
        );
    }
}
