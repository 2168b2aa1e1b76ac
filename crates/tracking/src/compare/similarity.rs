use crate::error::{Error, Result};
use skinkit_numerics::cosine;

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
    cosine::similarity(a, b).ok_or(Error::EmbeddingValues)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
