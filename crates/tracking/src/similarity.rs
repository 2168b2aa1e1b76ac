use crate::error::{Error, Result};

/// Cosine similarity of two embeddings, -1..=1.
///
/// # Errors
/// [`Error::EmbeddingLength`] when the lengths differ; [`Error::EmbeddingValues`] when one is
/// empty, all zero or not finite.
pub fn similarity(a: &[f32], b: &[f32]) -> Result<f32> {
    if a.len() != b.len() {
        return Err(Error::EmbeddingLength {
            left: a.len(),
            right: b.len(),
        });
    }
    let (mut dot, mut aa, mut bb) = (0f64, 0f64, 0f64);
    for (&x, &y) in a.iter().zip(b) {
        let (x, y) = (f64::from(x), f64::from(y));
        dot += x * y;
        aa += x * x;
        bb += y * y;
    }
    let length = (aa * bb).sqrt();
    if !length.is_finite() || length == 0.0 {
        return Err(Error::EmbeddingValues);
    }
    Ok((dot / length).clamp(-1.0, 1.0) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_angles() {
        assert_eq!(similarity(&[1.0, 0.0], &[0.0, 2.0]).unwrap(), 0.0);
        assert_eq!(similarity(&[1.0, 0.0], &[-3.0, 0.0]).unwrap(), -1.0);
        let s = similarity(&[1.0, 1.0], &[1.0, 0.0]).unwrap();
        assert!((s - 0.5f32.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn bad_embeddings_are_refused() {
        assert!(matches!(
            similarity(&[1.0], &[1.0, 2.0]),
            Err(Error::EmbeddingLength { left: 1, right: 2 })
        ));
        for bad in [&[][..], &[0.0, 0.0], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0]] {
            assert!(similarity(bad, bad).is_err(), "{bad:?}");
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
