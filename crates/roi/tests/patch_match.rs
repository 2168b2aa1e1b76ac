//! Finding a place on the body again by its texture, on smartphone close-ups. The README's figures are this test's
//! output: `cargo test -p skinkit-roi --test patch_match -- --nocapture`.

// Helpers of tests are no #[test] functions themselves.
#![allow(clippy::unwrap_used)]

#[path = "support/reshot.rs"]
mod reshot;
mod support;

use std::path::Path;

use reshot::Numbers;
use skinkit_preprocess::ndarray::Array3;
use skinkit_preprocess::{Frame, Limits, Photo, Resampler, Roi};
use skinkit_roi::{PatchMatch, PatchMatcher};

/// Side of the pictures that are compared.
const SIDE: u32 = 320;
/// Side of the patch in them.
const PATCH: f32 = 180.0;

fn home() -> Roi {
    Roi::square([SIDE as f32 / 2.0; 2], PATCH)
}

/// What a camera that looks at `roi` sees, in another light.
fn shot(photo: &Photo, roi: &Roi, gains: [f32; 3]) -> Vec<u8> {
    let mut pixels = Array3::zeros((SIDE as usize, SIDE as usize, 3));
    Resampler::new().rgb8(&photo.frame(), roi, pixels.view_mut()).unwrap();
    let mut pixels = pixels.into_raw_vec_and_offset().0;
    for (i, value) in pixels.iter_mut().enumerate() {
        *value = (f32::from(*value) * gains[i % 3]).round().clamp(0.0, 255.0) as u8;
    }
    pixels
}

fn frame(pixels: &[u8]) -> Frame<'_> {
    Frame::rgb8(pixels, SIDE, SIDE).unwrap()
}

#[test]
fn the_sample_lesion_is_found_in_its_second_photo() {
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/photos");
    if !photos.is_dir() {
        eprintln!("SKIPPED: the sample photos lie in the repository, not in the crate");
        return;
    }
    let [first, second] = ["lesion-first.jpg", "lesion-second.jpg"]
        .map(|name| Photo::open(&photos.join(name), &Limits::default()).unwrap());
    let side = |photo: &Photo| 0.6 * photo.width().min(photo.height()) as f32;
    let middle = |photo: &Photo| Roi::centre_square(photo.width(), photo.height()).centre;
    let mut matcher = PatchMatcher::new();
    let patch = matcher
        .take(&first.frame(), &Roi::square(middle(&first), side(&first)))
        .unwrap();
    let search = Roi::square(middle(&second), side(&second));
    match matcher.find(&patch, &second.frame(), &search).unwrap() {
        PatchMatch::Matched { roi, confidence } => {
            println!("{roi:?}, confidence {confidence:.2}");
            // The second photo is the first, turned by six degrees against the clock.
            assert!(
                (roi.rotation.to_degrees() + 6.0).abs() < 1.0,
                "{}",
                roi.rotation.to_degrees()
            );
        }
        unmatched => panic!("{unmatched:?}"),
    }
}

#[test]
fn close_ups_match_themselves_and_nothing_else() {
    let Some(folder) = support::shared("data/pad_ufes/images") else {
        return;
    };
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let photos: Vec<Photo> = paths
        .iter()
        .map(|path| Photo::open(path, &Limits::default()).unwrap())
        .collect();
    assert!(photos.len() >= 20);
    let mut matcher = PatchMatcher::new();
    let mut numbers = Numbers(0x5eed);
    let (mut errors, mut unmatched, mut false_matches, mut strangers) = (Vec::new(), 0, 0, 0);
    let first_roi = |photo: &Photo| Roi::centre_square(photo.width(), photo.height()).scaled(0.7);
    for (index, photo) in photos.iter().enumerate() {
        let roi = first_roi(photo);
        let first = shot(photo, &roi, [1.0; 3]);
        let patch = matcher.take(&frame(&first), &home()).unwrap();
        for _ in 0..2 {
            let aside = |numbers: &mut Numbers| numbers.within(-0.06, 0.06) * roi.width;
            let again = Roi {
                centre: [roi.centre[0] + aside(&mut numbers), roi.centre[1] + aside(&mut numbers)],
                rotation: numbers.within(-0.6, 0.6),
                ..roi.scaled(numbers.within(0.8, 1.25))
            };
            let gain = numbers.within(0.75, 1.2);
            let gains = std::array::from_fn(|_| gain * numbers.within(0.93, 1.07));
            let second = shot(photo, &again, gains);
            match matcher.find(&patch, &frame(&second), &home()).unwrap() {
                PatchMatch::Matched { roi: found, .. } => {
                    let [u, v] = again.to_unit(roi.centre);
                    let off = (found.centre[0] - u * SIDE as f32).hypot(found.centre[1] - v * SIDE as f32);
                    errors.push(100.0 * off / PATCH);
                }
                _ => unmatched += 1,
            }
        }
        for step in [1, 7] {
            let other = &photos[(index + step) % photos.len()];
            let second = shot(other, &first_roi(other), [1.0; 3]);
            strangers += 1;
            let result = matcher.find(&patch, &frame(&second), &home()).unwrap();
            false_matches += u32::from(matches!(result, PatchMatch::Matched { .. }));
        }
    }
    errors.sort_by(f32::total_cmp);
    let quantile = |q: f32| errors[((errors.len() - 1) as f32 * q) as usize];
    println!(
        "{} of {} re-shots matched, {:.2} % of the patch off (90 %: {:.2} %); {false_matches} of {strangers} strangers",
        errors.len(),
        errors.len() + unmatched,
        quantile(0.5),
        quantile(0.9)
    );
    assert!(
        errors.len() > 3 * unmatched,
        "{unmatched} unmatched of {}",
        errors.len() + unmatched
    );
    assert!(quantile(0.5) < 1.0);
    assert!(
        20 * false_matches <= strangers,
        "{false_matches} of {strangers} strangers matched"
    );
}
