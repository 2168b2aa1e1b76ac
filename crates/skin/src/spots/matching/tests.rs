//! Constellations that are drawn, turned and bent.

use super::*;
use crate::spots::{SkinArea, SpotKind};

fn map(spots: Vec<Spot>) -> SpotMap {
    SpotMap {
        spots,
        faint: Vec::new(),
        skin: SkinArea {
            size: [1, 1],
            cells: vec![true],
            picture: [1000, 1000],
        },
        coverage: 1.0,
        least_diameter: 12.0,
    }
}

fn spot(center: [f32; 2], diameter: f32) -> Spot {
    Spot {
        kind: SpotKind::Pigmented,
        center,
        diameter,
        diameter_mm: None,
        contrast: 20.0,
        confidence: 0.9,
    }
}

/// Places without order, and the same turned by 50 degrees, slanted and bent.
fn visits(count: usize) -> (Vec<Spot>, Vec<Spot>) {
    let mut state = 7u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1u32 << 24) as f32
    };
    let before: Vec<Spot> = (0..count)
        .map(|_| spot([250.0 + 500.0 * next(), 250.0 + 500.0 * next()], 16.0 + 20.0 * next()))
        .collect();
    let moved = |[x, y]: [f32; 2]| {
        let (x, y) = (x - 500.0, y - 500.0);
        let (sin, cos) = 50f32.to_radians().sin_cos();
        let (u, v) = (cos * x - sin * y, sin * x + cos * y);
        [
            500.0 + 0.9 * u + 1e-4 * u * u,
            500.0 + 0.8 * v + 0.05 * u - 1e-4 * u * v,
        ]
    };
    let after = before
        .iter()
        .map(|s| spot(moved(s.center), s.diameter * 0.85))
        .collect();
    (before, after)
}

#[test]
fn a_turned_and_bent_constellation_is_matched_with_what_is_new_and_gone() {
    let (before, mut after) = visits(20);
    after.swap_remove(3);
    after.push(spot([480.0, 520.0], 22.0));
    let matching = match_spots(&map(before.clone()), &map(after.clone()), &[]);
    assert_eq!(matching.count(Fate::Matched), 19, "{matching:?}");
    assert_eq!(
        (matching.count(Fate::New), matching.count(Fate::Gone)),
        (1, 1),
        "{matching:?}"
    );
    for pair in matching.spots.iter().filter(|s| s.fate == Fate::Matched) {
        let (i, k) = (pair.before.unwrap(), pair.after.unwrap());
        assert!(
            (after[k].diameter / before[i].diameter - 0.85).abs() < 1e-3,
            "the right one"
        );
    }
    let new = matching.spots.iter().find(|s| s.fate == Fate::New).unwrap();
    assert_eq!(after[new.after.unwrap()].diameter, 22.0);
}

#[test]
fn strangers_have_no_constellation() {
    let (before, _) = visits(18);
    let other: Vec<Spot> = visits(40).0.split_off(22);
    let matching = match_spots(&map(before), &map(other), &[]);
    assert_eq!(matching.count(Fate::Matched), 0, "{matching:?}");
    assert_eq!(matching.count(Fate::New), 0);
}

#[test]
fn what_the_person_says_is_kept() {
    let (before, after) = visits(3);
    let matching = match_spots(&map(before.clone()), &map(after.clone()), &[(0, 1)]);
    let said = matching.spots.iter().find(|s| s.before == Some(0)).unwrap();
    assert_eq!((said.after, said.confidence), (Some(1), 1.0));
    assert!(match_spots(&map(before), &map(after), &[(9, 9)]).count(Fate::Matched) == 0);
}

#[test]
fn a_place_that_the_other_picture_does_not_show_is_not_called_new() {
    let (before, mut after) = visits(16);
    after.push(spot([985.0, 985.0], 22.0));
    let matching = match_spots(&map(before), &map(after), &[]);
    assert_eq!(matching.count(Fate::New), 0, "{matching:?}");
    assert_eq!(matching.count(Fate::Unmatched), 1);
}
