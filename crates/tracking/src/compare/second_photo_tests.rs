//! Second photos as people take them, drawn: another distance and turn, another light, and what must not be taken for one.

use crate::compare::change::{Change, Reason, Verdict};
use crate::compare::judge::compare;
use crate::compare::observation::Observation;
use crate::measure::measures::Measure;
use crate::measure::patch::Patch;
use crate::noise::model::NoiseModel;
use crate::raster::plane::Plane;
use crate::testing::Spot;

fn seen(patch: Patch) -> Observation {
    Observation {
        patch: Some(patch),
        ..Observation::new(0, "p", "1")
    }
}

fn compared(before: Patch, after: Patch) -> Change {
    compare(&seen(before), &seen(after), &NoiseModel::default())
}

fn first() -> Spot {
    Spot {
        width: 240,
        height: 240,
        centre: [120.0, 120.0],
        radius: 26.0,
        ..Spot::default()
    }
}

/// Each pixel through `f` of its place and bytes.
fn altered(patch: &Patch, f: impl Fn(usize, usize) -> [u8; 3]) -> Patch {
    let (w, h) = (patch.width(), patch.height());
    let rgb = (0..w * h).flat_map(|i| f(i % w, i / w)).collect();
    Patch::new(w, h, rgb, None).unwrap()
}

fn pixel(patch: &Patch, x: usize, y: usize) -> [u8; 3] {
    let at = (y * patch.width() + x) * 3;
    core::array::from_fn(|c| patch.rgb()[at + c])
}

fn why(change: &Change) -> Option<Reason> {
    match change.verdict {
        Verdict::CannotCompare { why } => Some(why),
        _ => None,
    }
}

#[test]
fn any_turn_and_twice_the_distance_are_laid_and_unchanged() {
    for (scale, turn) in [(1.9, 0.0), (0.55, 0.3), (1.0, 2.6), (1.5, -1.9)] {
        let after = Spot {
            view: (scale, turn, [6.0, -4.0]),
            gain: [1.1, 0.9, 0.7],
            shade: 0.2,
            ..first()
        };
        let change = compared(first().patch(), after.patch());
        assert_eq!(
            change.verdict,
            Verdict::NoMeasurableChange,
            "{scale} {turn}: {change:?}"
        );
        let laid = change.alignment.unwrap();
        assert!(
            laid.scale_known && (laid.scale / scale - 1.0).abs() < 0.02,
            "{scale} {turn}: {laid:?}"
        );
        assert!((laid.rotation - turn).abs() < 0.03, "{scale} {turn}: {laid:?}");
    }
}

#[test]
fn growth_is_found_between_different_views() {
    let after = Spot {
        radius: 1.7 * first().radius,
        view: (0.6, 2.2, [0.0, 0.0]),
        ..first()
    };
    let change = compared(first().patch(), after.patch());
    let area = change.measures.iter().find(|m| m.measure == Measure::Area).unwrap();
    assert!((area.difference - 2.0 * 1.7f64.ln()).abs() < 0.1, "{area:?}");
    assert!(
        area.exceeds_noise && matches!(change.verdict, Verdict::Changed { .. }),
        "{change:?}"
    );
    // What would count between shots of one view would not here.
    assert!(area.minimum_detectable.unwrap() > 0.5, "{area:?}");
}

#[test]
fn the_same_file_twice_has_not_changed() {
    let change = compared(first().patch(), first().patch());
    assert_eq!(change.verdict, Verdict::NoMeasurableChange);
    assert!(change.measures.iter().all(|m| m.difference.abs() < 1e-6), "{change:?}");
}

#[test]
fn a_mirrored_picture_is_not_laid() {
    let patch = first().patch();
    let mirrored = altered(&patch, |x, y| pixel(&patch, patch.width() - 1 - x, y));
    let change = compared(patch, mirrored);
    assert!(
        matches!(why(&change), Some(Reason::NoOverlap | Reason::UnknownScale)),
        "{change:?}"
    );
    assert!(change.alignment.is_none_or(|a| !a.scale_known), "{change:?}");
}

#[test]
fn another_lesion_on_other_skin_is_not_laid() {
    let other = Spot {
        seed: 99,
        radius: 31.0,
        stretch: 0.8,
        ..first()
    };
    let change = compared(first().patch(), other.patch());
    assert!(change.alignment.is_none_or(|a| !a.scale_known), "{change:?}");
    assert!(!matches!(change.verdict, Verdict::NoMeasurableChange), "{change:?}");
}

#[test]
fn another_lesion_on_the_same_skin_is_not_the_same() {
    let far = Spot {
        centre: [60.0, 60.0],
        radius: 18.0,
        stretch: 1.0,
        ..first()
    };
    let other = Spot {
        centre: [180.0, 180.0],
        ..far.clone()
    };
    assert_eq!(why(&compared(far.patch(), other.patch())), Some(Reason::NotSameLesion));
}

#[test]
fn a_blurred_second_photo_is_laid_or_refused_but_not_called_larger() {
    let patch = first().patch();
    let planes: [Plane; 3] = core::array::from_fn(|c| {
        let plane = Plane::from_fn(240, 240, |x, y| f32::from(pixel(&patch, x, y)[c]));
        plane.blurred(4.0)
    });
    let blurred = altered(&patch, |x, y| {
        core::array::from_fn(|c| planes[c].at(x, y).round() as u8)
    });
    let change = compared(patch, blurred);
    let larger = change.measures.iter().find(|m| m.measure == Measure::Area);
    assert!(larger.is_none_or(|m| m.difference.abs() < 0.15), "{change:?}");
}

#[test]
fn a_photo_of_a_screen_is_read_as_more_colors_and_nothing_else() {
    let patch = first().patch();
    // Faint stripes of a display's red, green and blue, two pixels wide, and its lines.
    let screen = altered(&patch, |x, y| {
        let rgb = pixel(&patch, x, y);
        core::array::from_fn(|c| {
            let lit = if (x / 2) % 3 == c { 1.1 } else { 0.95 };
            let line = if y % 4 == 0 { 0.95 } else { 1.0 };
            (f32::from(rgb[c]) * lit * line).min(255.0) as u8
        })
    });
    let change = compared(patch, screen);
    let beyond: Vec<Measure> = change
        .measures
        .iter()
        .filter(|m| m.exceeds_noise)
        .map(|m| m.measure)
        .collect();
    assert_eq!(beyond, [Measure::Variegation], "{change:?}");
}

#[test]
fn skin_without_a_lesion_is_said_to_be_that() {
    let skin = Spot { depth: 1.0, ..first() };
    assert_eq!(why(&compared(first().patch(), skin.patch())), Some(Reason::NoLesion));
}
