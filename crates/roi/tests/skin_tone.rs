//! The skin mask on darkened and hue-shifted copies of the face pictures, by the tone that results. The README's table
//! is this test's output: `cargo test -p skinkit-roi --test skin_tone -- --nocapture`.
//!
//! Copies are not people: they show that the mask follows the colour it is given, not that it works for everyone.

// Helpers of tests are no #[test] functions themselves.
#![allow(clippy::unwrap_used)]

mod support;

use skinkit_preprocess::Frame;
use skinkit_roi::{FaceLandmarker, FaceRegion, SkinFinder, SkinMask};

/// Overlap with the mask of the unchanged picture.
const TARGET: f32 = 0.85;

/// Linear light times `gain`, hue turned by `degrees` about the grey axis.
fn changed(pixels: &[u8], gain: f32, degrees: f32) -> Vec<u8> {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let third = 1.0f32 / 3.0;
    let skew = sin * third.sqrt();
    let (same, next, last) = (
        cos + (1.0 - cos) * third,
        (1.0 - cos) * third - skew,
        (1.0 - cos) * third + skew,
    );
    pixels
        .chunks_exact(3)
        .flat_map(|p| {
            let [r, g, b] = [p[0], p[1], p[2]].map(|v| (f32::from(v) / 255.0).powf(2.2) * gain);
            [
                same * r + next * g + last * b,
                last * r + same * g + next * b,
                next * r + last * g + same * b,
            ]
            .map(|v| (v.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0).round() as u8)
        })
        .collect()
}

fn overlap(a: &SkinMask, b: &SkinMask) -> f32 {
    let count = |f: fn(bool, bool) -> bool| a.cells.iter().zip(&b.cells).filter(|(a, b)| f(**a, **b)).count() as f32;
    count(|a, b| a && b) / count(|a, b| a || b).max(1.0)
}

#[test]
fn the_mask_follows_the_tone() {
    let mut landmarker = FaceLandmarker::new(&support::runtime()).unwrap();
    let mut finder = SkinFinder::new();
    for golden in support::all()
        .iter()
        .filter(|g| ["astronaut", "astronaut_scale050", "grace_hopper"].contains(&&*g.name))
    {
        let photo = golden.photo();
        let mesh = landmarker.find(&photo.frame()).unwrap()[0].mesh.clone();
        let reference = finder.face(&photo.frame(), &mesh, FaceRegion::WholeFace).unwrap();
        assert!((0.4..0.95).contains(&reference.coverage));
        for (gain, degrees) in [
            (1.0, 0.0),
            (0.5, 0.0),
            (0.25, 0.0),
            (0.12, 0.0),
            (0.06, 0.0),
            (1.0, 15.0),
            (1.0, -15.0),
            (0.25, 15.0),
            (0.12, -15.0),
        ] {
            let pixels = changed(photo.pixels(), gain, degrees);
            let frame = Frame::rgb8(&pixels, photo.width(), photo.height()).unwrap();
            let mask = finder.face(&frame, &mesh, FaceRegion::WholeFace).unwrap();
            let overlap = overlap(&mask, &reference);
            println!(
                "| {} | {gain} | {degrees} | {:.0} | {:.0} | {:.0} | {overlap:.3} |",
                golden.name,
                mask.tone.lightness,
                mask.tone.hue_angle,
                mask.coverage * 100.0
            );
            assert!(
                overlap >= TARGET,
                "{} gain {gain}, hue {degrees}: {overlap}",
                golden.name
            );
        }
    }
}
