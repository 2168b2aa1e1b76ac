//! Whatever a host passes in, a comparison ends in a verdict and never in a panic.

use proptest::prelude::*;
use skinkit_tracking::{NoiseModel, Observation, Patch, PixelScale, Reason, Verdict, compare, measure, segment};

const SCALE: PixelScale = PixelScale { mm: 0.1, error: 0.02 };

fn seen(patch: Option<Patch>) -> Observation {
    Observation {
        patch,
        ..Observation::new(0, "pack", "1")
    }
}

/// A dark square on plain skin.
fn square(width: usize, height: usize, side: usize, mask: Option<Vec<u8>>) -> Patch {
    let mut rgb = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let inside = x.abs_diff(width / 2) < side && y.abs_diff(height / 2) < side;
            rgb.extend(if inside { [90, 50, 40] } else { [200, 150, 125] });
        }
    }
    Patch::new(width, height, rgb, mask).expect("planes of the stated size")
}

#[test]
fn flat_tiny_and_huge_patches_end_in_a_verdict() {
    let noise = NoiseModel::default();
    let flat = |v: u8, w: usize, h: usize| Patch::new(w, h, vec![v; w * h * 3], None).unwrap();
    for patch in [
        flat(0, 16, 16),
        flat(255, 16, 2048),
        flat(128, 640, 480),
        square(16, 16, 3, None),
        square(2048, 16, 4, None),
    ] {
        let c = compare(&seen(Some(patch.clone())), &seen(Some(patch)), &noise);
        assert!(
            !matches!(c.verdict, Verdict::Changed { .. }),
            "a picture differs from itself: {c:?}"
        );
    }
}

#[test]
fn masks_that_are_empty_full_or_wrong_do_not_break_it() {
    let noise = NoiseModel::default();
    let (w, h) = (64, 48);
    for mask in [vec![0; w * h], vec![255; w * h], vec![127; w * h]] {
        let patch = square(w, h, 10, Some(mask));
        let c = compare(&seen(Some(patch.clone())), &seen(Some(patch.clone())), &noise);
        assert!(!matches!(c.verdict, Verdict::Changed { .. }), "{c:?}");
        let _ = measure(&patch, Some(SCALE), &noise);
    }
}

#[test]
fn without_texture_or_millimetres_size_is_not_judged() {
    let patch = square(128, 96, 20, None);
    let bare = compare(
        &seen(Some(patch.clone())),
        &seen(Some(patch.clone())),
        &NoiseModel::default(),
    );
    let why = Reason::UnknownScale;
    assert_eq!(bare.verdict, Verdict::CannotCompare { why }, "{bare:?}");
    let scaled = |patch: Patch| Observation {
        scale: Some(SCALE),
        ..seen(Some(patch))
    };
    let known = compare(&scaled(patch.clone()), &scaled(patch), &NoiseModel::default());
    assert_eq!(known.verdict, Verdict::NoMeasurableChange, "{known:?}");
}

#[test]
fn a_picture_against_plain_skin_cannot_be_compared() {
    let noise = NoiseModel::default();
    let skin = square(64, 48, 0, None);
    let c = compare(&seen(Some(square(64, 48, 10, None))), &seen(Some(skin)), &noise);
    assert_eq!(c.verdict, Verdict::CannotCompare { why: Reason::NoLesion });
}

#[test]
fn a_noise_model_comes_from_a_packs_json() {
    let json = r#"{"same_lesion":{"mean":0.9,"sd":0.05,"quantiles":{"0.01":0.7,"0.05":0.8}},
        "different_lesion":{"mean":0.3,"sd":0.1},"pairs":200,"fitted_on":"held-out lesions"}"#;
    let noise: NoiseModel = serde_json::from_str(json).unwrap();
    assert_eq!(noise.pairs, 200);
    assert_eq!(noise.measures, NoiseModel::default().measures);
    let back: NoiseModel = serde_json::from_str(&serde_json::to_string(&noise).unwrap()).unwrap();
    assert_eq!(back, noise);
}

#[test]
fn observations_and_changes_survive_json() {
    let noise = NoiseModel::default();
    let patch = square(64, 48, 10, None);
    let mut o = seen(Some(patch.clone()));
    o.measures = Some(measure(&patch, Some(SCALE), &noise).unwrap());
    let text = serde_json::to_string(&o).unwrap();
    let back: Observation = serde_json::from_str(&text).unwrap();
    assert_eq!(back.patch, o.patch);
    let (a, b) = (back.measures.unwrap(), o.measures.clone().unwrap());
    for (a, b) in a.values.iter().zip(&b.values) {
        // serde_json's reader may be off by the last bit.
        assert_eq!(a.measure, b.measure);
        assert!((a.value - b.value).abs() <= 1e-12 * b.value.abs());
    }
    let bad = text.replace("\"width\":64", "\"width\":63");
    assert!(serde_json::from_str::<Observation>(&bad).is_err());
    let c = compare(&o, &o, &noise);
    let text = serde_json::to_string(&c).unwrap();
    let back: skinkit_tracking::Change = serde_json::from_str(&text).unwrap();
    assert_eq!((back.verdict, back.basis), (c.verdict, c.basis));
    assert_eq!(back.measures.len(), c.measures.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn noise_for_a_picture_is_no_lesion_or_a_mask_of_its_size(
        seed in any::<u64>(), w in 16usize..80, h in 16usize..80,
    ) {
        let mut state = seed | 1;
        let rgb: Vec<u8> = (0..w * h * 3).map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        }).collect();
        let patch = Patch::new(w, h, rgb, None).unwrap();
        if let Ok(mask) = segment(&patch) {
            prop_assert_eq!(mask.len(), w * h);
        }
        let c = compare(&seen(Some(patch.clone())), &seen(Some(patch)), &NoiseModel::default());
        let changed = matches!(c.verdict, Verdict::Changed { .. });
        prop_assert!(!changed, "{c:?}");
    }
}
