//! Which of a person's lesions look least like that person's others.

use crate::compare::similarity::similarity;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use skinkit_numerics::quantile::median;

/// Below this many lesions there are no "others" to speak of.
const LEAST: usize = 3;

/// One lesion's place among a person's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unlike {
    /// The lesion's id.
    pub id: String,
    /// 1 = least like the others.
    pub rank: usize,
    /// Median cosine similarity to the others, -1..=1.
    pub similarity: f32,
    /// How far `similarity` lies below the person's usual, in robust standard deviations;
    /// `None` below five lesions.
    pub deviation: Option<f64>,
}

/// Ranks a person's lesions by how little each is like the others, least alike first.
///
/// A rank, not a verdict: in everyone some lesion comes first. Embeddings must all be of one
/// model pack and version.
///
/// # Errors
/// [`Error::TooFew`] with fewer than three lesions; [`Error::EmbeddingLength`] and
/// [`Error::EmbeddingValues`] for embeddings that cannot be compared.
pub fn unlike_the_others(lesions: &[(String, Vec<f32>)]) -> Result<Vec<Unlike>> {
    let n = lesions.len();
    if n < LEAST {
        return Err(Error::TooFew {
            what: "a rank among a person's lesions",
            needed: LEAST,
            got: n,
        });
    }
    let mut typical = Vec::with_capacity(n);
    for (i, (_, own)) in lesions.iter().enumerate() {
        let mut others = Vec::with_capacity(n - 1);
        for (j, (_, other)) in lesions.iter().enumerate() {
            if i != j {
                others.push(f64::from(similarity(own, other)?));
            }
        }
        typical.push(median(&mut others));
    }
    let usual = median(&mut typical.clone());
    let mut spread: Vec<f64> = typical.iter().map(|s| (s - usual).abs()).collect();
    let spread = 1.4826 * median(&mut spread);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_unstable_by(|&i, &j| typical[i].total_cmp(&typical[j]).then(i.cmp(&j)));
    Ok(order
        .into_iter()
        .enumerate()
        .map(|(place, i)| Unlike {
            id: lesions[i].0.clone(),
            rank: place + 1,
            similarity: typical[i] as f32,
            deviation: (n >= 5 && spread > 1e-6).then(|| (usual - typical[i]) / spread),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesion(id: &str, angle: f32) -> (String, Vec<f32>) {
        (id.into(), vec![angle.cos(), angle.sin()])
    }

    #[test]
    fn the_odd_one_comes_first() {
        let all: Vec<_> = [("a", 0.0), ("b", 0.1), ("odd", 1.4), ("c", 0.15), ("d", 0.2)]
            .map(|(id, angle)| lesion(id, angle))
            .into();
        let ranked = unlike_the_others(&all).unwrap();
        assert_eq!((ranked[0].id.as_str(), ranked[0].rank), ("odd", 1));
        assert!(ranked[0].deviation.unwrap() > 3.0);
        assert_eq!(ranked.len(), 5);
        assert!(ranked.windows(2).all(|w| w[0].similarity <= w[1].similarity));
    }

    #[test]
    fn two_lesions_have_no_others() {
        let two = [lesion("a", 0.0), lesion("b", 1.0)];
        assert!(matches!(
            unlike_the_others(&two),
            Err(Error::TooFew { needed: 3, got: 2, .. })
        ));
    }
}
