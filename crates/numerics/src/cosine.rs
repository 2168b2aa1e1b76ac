//! Cosine similarity.

/// Cosine of the angle between two vectors of one length, -1..=1, summed in double precision; `None` where the lengths
/// differ or a vector is empty, all zero or not finite.
pub fn similarity(a: &[f32], b: &[f32]) -> Option<f32> {
    if a.len() != b.len() {
        return None;
    }
    let (mut dot, mut aa, mut bb) = (0f64, 0f64, 0f64);
    for (&x, &y) in a.iter().zip(b) {
        let (x, y) = (f64::from(x), f64::from(y));
        dot += x * y;
        aa += x * x;
        bb += y * y;
    }
    let length = (aa * bb).sqrt();
    (length.is_finite() && length > 0.0).then(|| (dot / length).clamp(-1.0, 1.0) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_angles_and_bad_vectors() {
        assert_eq!(similarity(&[1.0, 0.0], &[0.0, 2.0]), Some(0.0));
        assert_eq!(similarity(&[1.0, 0.0], &[-3.0, 0.0]), Some(-1.0));
        assert_eq!(similarity(&[1.0], &[1.0, 2.0]), None);
        for bad in [&[][..], &[0.0, 0.0], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0]] {
            assert_eq!(similarity(bad, bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn symmetric_bounded_and_blind_to_length(
            a in prop::collection::vec(-10f32..10.0, 8),
            b in prop::collection::vec(-10f32..10.0, 8),
            k in 0.1f32..9.0,
        ) {
            prop_assume!(a.iter().any(|v| v.abs() > 0.1) && b.iter().any(|v| v.abs() > 0.1));
            let s = similarity(&a, &b).unwrap();
            prop_assert!((-1.0..=1.0).contains(&s));
            prop_assert_eq!(s, similarity(&b, &a).unwrap());
            let scaled: Vec<f32> = a.iter().map(|v| v * k).collect();
            prop_assert!((s - similarity(&scaled, &b).unwrap()).abs() < 1e-5);
        }
    }
}
