//! Agreement with MediaPipe 0.10.21 on its golden outputs. The README's table is this test's output:
//! `cargo test -p skinkit-roi --test parity -- --nocapture`.

// Helpers of tests are no #[test] functions themselves.
#![allow(clippy::unwrap_used)]

mod support;

use skinkit_roi::{
    FaceDetection, FaceDetector, FaceLandmarker, FaceMesh, FaceMesher, FaceOptions, FaceRange, MeshKind, Networks,
    PersonSegmenter,
};
use support::{Golden, GoldenFace};

/// Mean distance of the landmarks, in pixels. The target is 0.05; the sampling rule is exact, so hold more.
const MESH_TOLERANCE: f32 = 0.01;
/// Intersection over union of the person masks at 0.5.
const MASK_OVERLAP: f32 = 0.995;
/// Boxes, key points (as shares of the picture) and scores. The target is 1e-3.
const DETECTION_TOLERANCE: f32 = 1e-4;

#[test]
fn detections_agree() {
    for runtime in support::runtimes() {
        let engine = format!("{:?}", runtime.engine().kind);
        for range in [FaceRange::Short, FaceRange::Full] {
            let mut detector = FaceDetector::new(&runtime, range).unwrap();
            for golden in support::all() {
                let photo = golden.photo();
                let found = detector.detect(&photo.frame()).unwrap();
                let expected = match range {
                    FaceRange::Short => &golden.face_detection_short,
                    FaceRange::Full => &golden.face_detection_full,
                };
                assert_eq!(found.len(), expected.len(), "{engine} {range:?} {}", golden.name);
                let worst = found
                    .iter()
                    .zip(expected)
                    .map(|(face, golden_face)| difference(face, golden_face, &golden))
                    .fold(0.0, f32::max);
                println!(
                    "| {engine} | {range:?} | {} | {} | {worst:.5} |",
                    golden.name,
                    found.len()
                );
                assert!(
                    worst <= DETECTION_TOLERANCE,
                    "{engine} {range:?} {}: {worst}",
                    golden.name
                );
            }
        }
    }
}

#[test]
fn meshes_agree() {
    for runtime in support::runtimes() {
        let engine = format!("{:?}", runtime.engine().kind);
        let mut detector = FaceDetector::new(&runtime, FaceRange::Short).unwrap();
        for kind in [MeshKind::Points468, MeshKind::Points478] {
            let mut mesher = FaceMesher::with_networks(&runtime, &Networks::embedded(), kind).unwrap();
            for golden in support::all() {
                let expected = match kind {
                    MeshKind::Points468 => &golden.face_mesh_468,
                    MeshKind::Points478 => &golden.face_landmarker_v2_478,
                };
                let photo = golden.photo();
                let faces = detector.detect(&photo.frame()).unwrap();
                assert_eq!(faces.len(), expected.len(), "{engine} {kind:?} {}", golden.name);
                for (face, expected) in faces.iter().zip(expected) {
                    let mesh = mesher.landmarks(&photo.frame(), face).unwrap();
                    assert!(mesh.presence > 0.5);
                    let error = mean_distance(&mesh, expected, &golden);
                    let depth = mean_depth_difference(&mesh, kind, expected, &golden);
                    let share = 100.0 * error / mesh.interocular_distance();
                    println!(
                        "| {engine} | {kind:?} | {} | {error:.4} | {share:.3} | {depth:.4} |",
                        golden.name
                    );
                    assert!(error <= MESH_TOLERANCE, "{engine} {kind:?} {}: {error} px", golden.name);
                    assert!(
                        depth <= 2.0 * MESH_TOLERANCE,
                        "{engine} {kind:?} {}: {depth} px deep",
                        golden.name
                    );
                }
            }
        }
    }
}

#[test]
fn person_masks_agree() {
    for runtime in support::runtimes() {
        let engine = format!("{:?}", runtime.engine().kind);
        let mut segmenter = PersonSegmenter::new(&runtime).unwrap();
        for golden in support::all() {
            let mask = segmenter.mask(&golden.photo().frame()).unwrap();
            let (mut shared, mut joint, mut difference) = (0u32, 0u32, 0.0);
            let expected = golden.mask();
            for (i, expected) in expected.iter().map(|v| f32::from(*v) / 255.0).enumerate() {
                let (x, y) = (i as u32 % golden.width, i as u32 / golden.width);
                let value = mask.at([x as f32, y as f32]);
                let (a, b) = (value >= 0.5, expected >= 0.5);
                shared += u32::from(a && b);
                joint += u32::from(a || b);
                difference += (value - expected).abs();
            }
            let overlap = shared as f32 / joint.max(1) as f32;
            println!(
                "| {engine} | person | {} | {overlap:.5} | {:.5} |",
                golden.name,
                difference / expected.len() as f32
            );
            assert!(overlap >= MASK_OVERLAP, "{engine} {}: {overlap}", golden.name);
        }
    }
}

#[test]
fn there_is_no_face_on_the_cat() {
    for runtime in support::runtimes() {
        for range in [FaceRange::Short, FaceRange::Full] {
            let options = FaceOptions::default().with_range(range);
            let mut landmarker = FaceLandmarker::with_options(&runtime, &Networks::embedded(), options).unwrap();
            for golden in support::all().iter().filter(|g| g.name.starts_with("noface")) {
                assert!(
                    landmarker.find(&golden.photo().frame()).unwrap().is_empty(),
                    "{}",
                    golden.name
                );
            }
        }
    }
}

/// Largest difference in box, key points (both as shares of the picture) and score.
fn difference(face: &FaceDetection, golden: &GoldenFace, picture: &Golden) -> f32 {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let [left, top, w, h] = golden.bbox;
    let expected = [left * width, top * height, (left + w) * width, (top + h) * height];
    let sizes = [width, height, width, height];
    let mut worst = (face.score - golden.score).abs();
    for ((a, b), size) in face.bbox.iter().zip(expected).zip(sizes) {
        worst = worst.max((a - b).abs() / size);
    }
    for (a, b) in face.key_points.iter().zip(&golden.key_points) {
        worst = worst.max((a[0] / width - b[0]).abs()).max((a[1] / height - b[1]).abs());
    }
    worst
}

fn mean_distance(mesh: &FaceMesh, expected: &[[f32; 3]], picture: &Golden) -> f32 {
    let (width, height) = (picture.width as f32, picture.height as f32);
    assert_eq!(mesh.points.len(), expected.len());
    let sum: f32 = mesh
        .points
        .iter()
        .zip(expected)
        .map(|(a, b)| (a[0] - b[0] * width).hypot(a[1] - b[1] * height))
        .sum();
    sum / expected.len() as f32
}

fn mean_depth_difference(mesh: &FaceMesh, kind: MeshKind, expected: &[[f32; 3]], picture: &Golden) -> f32 {
    let (width, height) = (picture.width as f32, picture.height as f32);
    // MediaPipe's 478-point graph scales depth by the region's x axis in coordinates that are divided by width and by
    // height, so a turned face in an oblong picture gets deeper or flatter. Here depth stays in pixels.
    let stretch = match kind {
        MeshKind::Points468 => 1.0,
        MeshKind::Points478 => mesh.roi.rotation.cos().hypot(mesh.roi.rotation.sin() * width / height),
    };
    let sum: f32 = mesh
        .points
        .iter()
        .zip(expected)
        .map(|(a, b)| (a[2] * stretch - b[2] * width).abs())
        .sum();
    sum / expected.len() as f32
}
