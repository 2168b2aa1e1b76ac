//! Spots of drawn skin in any tone, and hair beside them.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use skinkit_preprocess::Frame;
use skinkit_skin::{SpotFinder, SpotKind, SpotMap, SpotOptions};

const SIDE: u32 = 400;
/// Middles and diameters of the drawn spots; the last one is red.
const SPOTS: [([f32; 2], f32); 4] = [
    ([90.0, 100.0], 16.0),
    ([280.0, 90.0], 26.0),
    ([120.0, 290.0], 40.0),
    ([300.0, 280.0], 20.0),
];

fn scene(tone: [f32; 3], hair: bool) -> SpotMap {
    let mut state = 1u32;
    let pixels: Vec<u8> = (0..SIDE * SIDE)
        .flat_map(|i| {
            let (x, y) = ((i % SIDE) as f32 + 0.5, (i / SIDE) as f32 + 0.5);
            let mut color = tone;
            for (number, (center, diameter)) in SPOTS.iter().enumerate() {
                if (x - center[0]).hypot(y - center[1]) < diameter / 2.0 {
                    let factors = if number == 3 {
                        [0.97, 0.66, 0.68]
                    } else {
                        [0.66, 0.52, 0.48]
                    };
                    color = std::array::from_fn(|c| color[c] * factors[c]);
                }
            }
            // Hairs three pixels wide, across.
            if hair && ((x + 0.3 * y) % 97.0) < 3.0 {
                color = color.map(|v| v * 0.45);
            }
            color.map(|v| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (v + (state >> 28) as f32 - 8.0).clamp(0.0, 255.0) as u8
            })
        })
        .collect();
    let frame = Frame::rgb8(&pixels, SIDE, SIDE).unwrap();
    SpotFinder::new().find(&frame, SpotOptions::default()).unwrap()
}

fn near(map: &SpotMap, center: [f32; 2]) -> Option<skinkit_skin::Spot> {
    let spots = map.spots.iter();
    spots
        .copied()
        .find(|s| (s.center[0] - center[0]).hypot(s.center[1] - center[1]) < 3.0)
}

#[test]
fn every_spot_is_found_with_its_size_and_kind_in_every_tone() {
    for tone in [[232.0, 190.0, 165.0], [180.0, 125.0, 92.0], [96.0, 62.0, 47.0]] {
        let map = scene(tone, false);
        assert_eq!(map.spots.len(), SPOTS.len(), "{tone:?}: {:?}", map.spots);
        for (number, (center, diameter)) in SPOTS.into_iter().enumerate() {
            let spot = near(&map, center).unwrap_or_else(|| panic!("{tone:?}: {center:?}"));
            assert!((spot.diameter / diameter - 1.0).abs() < 0.12, "{tone:?}: {spot:?}");
            assert_eq!(spot.kind == SpotKind::Red, number == 3, "{tone:?}: {spot:?}");
        }
    }
}

#[test]
fn hairs_are_no_spots() {
    let map = scene([220.0, 175.0, 150.0], true);
    let real = SPOTS.iter().filter(|(center, _)| near(&map, *center).is_some()).count();
    assert!(map.spots.len() - real <= 1, "{:?}", map.spots);
    assert!(real >= 2, "{:?}", map.spots);
}
