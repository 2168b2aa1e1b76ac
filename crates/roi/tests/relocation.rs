//! Finding a place on a face again in a second photo. The README's table is this test's output:
//! `cargo test -p skinkit-roi --test relocation -- --nocapture`.

// Helpers of tests are no #[test] functions themselves.
#![allow(clippy::unwrap_used)]

#[path = "support/reshot.rs"]
mod reshot;
mod support;

use reshot::{Numbers, Shot, View, render};
use skinkit_preprocess::Frame;
use skinkit_roi::{
    FaceDetection, FaceDetector, FaceMesh, FaceMesher, FaceRange, FaceSite, MeshKind, Networks, topology,
};

const POINTS: usize = 50;
const SHOTS: usize = 6;
/// Median error as a share of the distance between the eyes.
const TARGET: f32 = 0.02;
/// The same for a single look, as a live preview takes.
const FAST_TARGET: f32 = 0.03;

fn shots(kind: &str, numbers: &mut Numbers) -> Shot {
    let mut shot = Shot::SAME;
    if kind == "pose" || kind == "all" {
        shot.yaw = numbers.within(-20.0, 20.0);
        shot.pitch = numbers.within(-20.0, 20.0);
        shot.roll = numbers.within(-20.0, 20.0);
    }
    if kind == "scale" || kind == "all" {
        shot.scale = numbers.within(0.6, 1.6);
    }
    if kind == "light" || kind == "all" {
        let gain = numbers.within(0.5, 1.5);
        shot.light = std::array::from_fn(|_| gain * numbers.within(0.85, 1.15));
        shot.gradient = numbers.within(-0.6, 0.6);
    }
    shot
}

/// A random visible point of the face, with its depth.
fn point(mesh: &FaceMesh, numbers: &mut Numbers) -> [f32; 3] {
    loop {
        let index = (numbers.next() * topology::TRIANGLES.len() as f32) as usize;
        let corners = topology::TRIANGLES[index.min(897)].map(|i| mesh.points[usize::from(i)]);
        let (mut u, mut v) = (numbers.next(), numbers.next());
        if u + v > 1.0 {
            (u, v) = (1.0 - u, 1.0 - v);
        }
        let point: [f32; 3] = std::array::from_fn(|i| {
            corners[0][i] + u * (corners[1][i] - corners[0][i]) + v * (corners[2][i] - corners[0][i])
        });
        let site = FaceSite::at(mesh, [point[0], point[1]]);
        if site.is_ok_and(|site| site.locate(mesh).facing > 0.4) {
            return point;
        }
    }
}

#[test]
fn places_are_found_again() {
    let runtime = support::runtime();
    let mut detector = FaceDetector::new(&runtime, FaceRange::Short).unwrap();
    let goldens = support::all();
    let pictures: Vec<_> = goldens
        .iter()
        .filter(|g| g.name == "astronaut" || g.name == "grace_hopper")
        .collect();
    assert!(!pictures.is_empty());
    for (kind, steady, target) in [
        (MeshKind::Points468, false, FAST_TARGET),
        (MeshKind::Points478, false, FAST_TARGET),
        (MeshKind::Points478, true, TARGET),
    ] {
        let mut mesher = FaceMesher::with_networks(&runtime, &Networks::embedded(), kind).unwrap();
        let mut fit = |frame: &Frame<'_>, face: &FaceDetection| match steady {
            true => mesher.steady_landmarks(frame, face).unwrap(),
            false => mesher.landmarks(frame, face).unwrap(),
        };
        for golden in &pictures {
            let photo = golden.photo();
            let face = detector.detect(&photo.frame()).unwrap()[0];
            let mesh = fit(&photo.frame(), &face);
            for change in ["pose", "scale", "light", "all"] {
                let mut numbers = Numbers(0x5eed_0000 + change.len() as u64);
                let (mut errors, mut lost) = (Vec::new(), 0);
                for _ in 0..SHOTS {
                    let shot = shots(change, &mut numbers);
                    let pixels = render(&photo, &mesh, &shot);
                    let frame = Frame::rgb8(&pixels, photo.width(), photo.height()).unwrap();
                    let found = detector.detect(&frame).unwrap();
                    let Some(again) = found.first() else {
                        lost += 1;
                        continue;
                    };
                    let second = fit(&frame, again);
                    let view = View::new(&mesh, &shot);
                    for _ in 0..POINTS {
                        let point = point(&mesh, &mut numbers);
                        let place = FaceSite::at(&mesh, [point[0], point[1]]).unwrap().locate(&second);
                        let [x, y, _] = view.place(point);
                        if place.visible {
                            let error = (place.point[0] - x).hypot(place.point[1] - y);
                            errors.push(error / second.interocular_distance());
                        }
                    }
                }
                errors.sort_by(f32::total_cmp);
                assert!(
                    errors.len() > SHOTS * POINTS / 3,
                    "{} places were visible",
                    errors.len()
                );
                let quantile = |q: f32| errors[((errors.len() - 1) as f32 * q) as usize];
                println!(
                    "| {kind:?}{} | {} | {change} | {:.2} | {:.2} | {} | {lost} of {SHOTS} |",
                    if steady { ", steady" } else { "" },
                    golden.name,
                    100.0 * quantile(0.5),
                    100.0 * quantile(0.9),
                    errors.len()
                );
                assert!(
                    quantile(0.5) <= target,
                    "{kind:?} {} {change}: {}",
                    golden.name,
                    quantile(0.5)
                );
            }
        }
    }
}
