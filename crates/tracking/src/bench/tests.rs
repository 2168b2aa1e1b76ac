//! The bench on drawn lesions: small, but with every step of the real one.

use super::*;
use crate::noise::model::NoiseModel;
use crate::testing::Spot;

fn pictures(n: u32) -> Vec<Picture> {
    (0..n)
        .map(|seed| {
            let spot = Spot {
                width: 320,
                height: 240,
                centre: [160.0, 120.0],
                radius: 34.0 + 2.0 * seed as f32,
                seed,
                ..Spot::default()
            };
            Picture {
                lesion: seed.to_string(),
                width: spot.width,
                height: spot.height,
                rgb: spot.patch().rgb().to_vec(),
                mask: spot.mask(),
            }
        })
        .collect()
}

#[test]
fn growth_and_new_spots_are_told_from_re_shots() {
    let settings = Settings {
        changes: vec![Alteration::Growth(0.5), Alteration::Satellite(21.0)],
        ..Settings::default()
    };
    let mut give = |_: &[u8], _: usize, _: usize| Given {
        embedding: Some(vec![1.0, 0.0]),
        mask: None,
    };
    let report = run(pictures(6), &settings, &NoiseModel::default(), &mut give);
    assert_eq!((report.pictures, report.lesions), (6, 6));
    let share = |c| report.found(c).map(Proportion::share);
    assert!(share(Alteration::Growth(0.5)) >= Some(0.8), "{report:?}");
    assert!(share(Alteration::Satellite(21.0)) >= Some(0.8), "{report:?}");
    assert!(report.specificity().map(Proportion::share) >= Some(0.8), "{report:?}");
    // An embedding that never changes finds nothing.
    assert!(report.rows.iter().all(|r| r.by_cosine.is_some_and(|p| p.hits == 0)));
    assert!(report.to_markdown().contains("Synthetic"));
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let settings = Settings {
        changes: vec![Alteration::Notch(0.5)],
        ..Settings::default()
    };
    let mut give = |_: &[u8], _: usize, _: usize| Given::default();
    let mut once = || run(pictures(2), &settings, &NoiseModel::default(), &mut give);
    assert_eq!(once(), once());
}

#[test]
fn a_lesion_that_does_not_fit_is_passed_over() {
    let mut all = pictures(1);
    all[0].mask.fill(255);
    let mut give = |_: &[u8], _: usize, _: usize| Given::default();
    let report = run(all, &Settings::default(), &NoiseModel::default(), &mut give);
    assert_eq!(report.pictures, 0);
    assert_eq!(report.specificity().map(|s| s.of), Some(0));
}
