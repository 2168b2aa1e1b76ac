//! Same lesion or not, from the cosine of two embeddings.

use super::random::Random;

/// Pairs of different lesions looked at: all where there are no more than this, else a sample.
pub const DIFFERENT_PAIRS: usize = 2_000_000;
const SEED: u64 = 0x736b_696e_6b69_7402;

/// How well the embedding tells one lesion from another.
pub struct SameLesion {
    /// Chance that a pair of one lesion is more alike than a pair of two lesions, ties half.
    pub auc: Option<f64>,
    /// Of the pictures that have another of their lesion, the share whose most similar picture is one.
    pub top1: Option<f64>,
    /// Pairs of one lesion.
    pub same: usize,
    /// Pairs of two lesions that were looked at.
    pub different: usize,
    /// Whether those are a sample.
    pub sampled: bool,
    /// Pictures that have another of their lesion.
    pub queries: usize,
    /// By lesion: sum over its pairs of each pair's share of different pairs below it, and how many.
    placements: Vec<(f64, f64)>,
    /// By lesion: queries answered rightly, and queries.
    hits: Vec<(f64, f64)>,
}

impl SameLesion {
    /// `lesions[i]` is the number of picture i's lesion (0 up to the largest, none left out);
    /// `embeddings[i]` has unit length and all have one size. O(n²·d) time, O(pairs) memory.
    pub fn measure(lesions: &[usize], embeddings: &[Vec<f32>]) -> Self {
        Self::measure_with(lesions, embeddings, DIFFERENT_PAIRS)
    }

    fn measure_with(lesions: &[usize], embeddings: &[Vec<f32>], limit: usize) -> Self {
        let pictures = lesions.len();
        let count = lesions.iter().max().map_or(0, |last| last + 1);
        let mut of_lesion = vec![0usize; count];
        for &lesion in lesions {
            of_lesion[lesion] += 1;
        }
        let pairs = pictures * pictures.saturating_sub(1) / 2;
        let same: usize = of_lesion.iter().map(|&n| n * n.saturating_sub(1) / 2).sum();
        let sampled = pairs - same > limit;

        let mut alike: Vec<(usize, f32)> = Vec::with_capacity(same);
        let mut unlike: Vec<f32> = Vec::with_capacity((pairs - same).min(limit));
        let mut nearest = vec![(f32::NEG_INFINITY, usize::MAX); pictures];
        for a in 0..pictures {
            for b in a + 1..pictures {
                let cosine = dot(&embeddings[a], &embeddings[b]);
                for (one, other) in [(a, b), (b, a)] {
                    if cosine > nearest[one].0 {
                        nearest[one] = (cosine, other);
                    }
                }
                if lesions[a] == lesions[b] {
                    alike.push((lesions[a], cosine));
                } else if !sampled {
                    unlike.push(cosine);
                }
            }
        }
        if sampled {
            let mut random = Random::new(SEED);
            while unlike.len() < limit {
                let (a, b) = (random.below(pictures), random.below(pictures));
                if lesions[a] != lesions[b] {
                    unlike.push(dot(&embeddings[a], &embeddings[b]));
                }
            }
        }
        unlike.sort_unstable_by(f32::total_cmp);

        let mut placements = vec![(0.0, 0.0); count];
        if !unlike.is_empty() {
            for &(lesion, cosine) in &alike {
                let below = unlike.partition_point(|&other| other < cosine);
                let to = unlike.partition_point(|&other| other <= cosine);
                placements[lesion].0 += (below + to) as f64 / 2.0 / unlike.len() as f64;
                placements[lesion].1 += 1.0;
            }
        }
        let mut hits = vec![(0.0, 0.0); count];
        for (picture, &(_, other)) in nearest.iter().enumerate() {
            let lesion = lesions[picture];
            if of_lesion[lesion] > 1 {
                hits[lesion].0 += f64::from(u8::from(lesions.get(other) == Some(&lesion)));
                hits[lesion].1 += 1.0;
            }
        }
        let ones = vec![1; count];
        Self {
            auc: ratio(&placements, &ones),
            top1: ratio(&hits, &ones),
            same,
            different: unlike.len(),
            sampled,
            queries: hits.iter().map(|hit| hit.1 as usize).sum(),
            placements,
            hits,
        }
    }

    /// The lesions that have a say in the two figures, by number.
    pub fn lesions(&self) -> Vec<usize> {
        (0..self.hits.len())
            .filter(|&lesion| self.hits[lesion].1 > 0.0)
            .collect()
    }

    /// `[auc, top1]` with lesion i drawn `weights[i]` times. What the pairs of one lesion are held
    /// against (pairs of two lesions, the other pictures) stays as it is.
    pub fn drawn(&self, weights: &[u32]) -> Vec<Option<f64>> {
        vec![ratio(&self.placements, weights), ratio(&self.hits, weights)]
    }
}

fn ratio(parts: &[(f64, f64)], weights: &[u32]) -> Option<f64> {
    let (mut sum, mut of) = (0.0, 0.0);
    for (part, &weight) in parts.iter().zip(weights) {
        sum += part.0 * f64::from(weight);
        of += part.1 * f64::from(weight);
    }
    (of > 0.0).then(|| sum / of)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    // Eight sums at once, so that the compiler can use vector instructions.
    let mut sums = [0.0f32; 8];
    let (a_eights, b_eights) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a_eights
        .remainder()
        .iter()
        .zip(b_eights.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in a_eights.zip(b_eights) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(degrees: f32) -> Vec<f32> {
        vec![degrees.to_radians().cos(), degrees.to_radians().sin()]
    }

    #[test]
    fn by_hand() {
        // Lesion 0 at 0° and 10°, lesion 1 at 30° and 61°, lesion 2 alone at 100°.
        let lesions = [0, 0, 1, 1, 2];
        let embeddings: Vec<_> = [0.0, 10.0, 30.0, 61.0, 100.0].map(at).to_vec();
        let got = SameLesion::measure(&lesions, &embeddings);
        // Same: 10° and 31° apart. Different: 30 61 100, 20 51 90, 70, 39.
        // 10° beats all 8; 31° beats 6 and loses to 30° and 20°.
        assert_eq!((got.same, got.different, got.sampled, got.queries), (2, 8, false, 4));
        assert_eq!(got.auc, Some(14.0 / 16.0));
        // Nearest: 0→10 right, 10→0 right, 30→10 wrong, 61→30 right.
        assert_eq!(got.top1, Some(0.75));
        assert_eq!(got.lesions(), [0, 1]);
        assert_eq!(got.drawn(&[1, 1, 1]), [got.auc, got.top1]);
        assert_eq!(got.drawn(&[2, 0, 1]), [Some(1.0), Some(1.0)]);
        assert_eq!(got.drawn(&[0, 0, 5]), [None, None]);
    }

    #[test]
    fn exact_ties_count_half() {
        let embeddings = vec![vec![1.0, 0.0]; 4];
        let got = SameLesion::measure(&[0, 0, 1, 1], &embeddings);
        assert_eq!(got.auc, Some(0.5));
    }

    #[test]
    fn nothing_to_compare() {
        let none = SameLesion::measure(&[], &[]);
        assert_eq!((none.auc, none.top1), (None, None));
        let strangers = SameLesion::measure(&[0, 1], &[at(0.0), at(1.0)]);
        assert_eq!((strangers.auc, strangers.top1), (None, None));
        let one_lesion = SameLesion::measure(&[0, 0], &[at(0.0), at(1.0)]);
        assert_eq!((one_lesion.auc, one_lesion.top1), (None, Some(1.0)));
    }

    #[test]
    fn a_sample_comes_close_and_repeats() {
        let mut random = Random::new(3);
        let lesions: Vec<usize> = (0..200).map(|i| i / 2).collect();
        let embeddings: Vec<_> = lesions
            .iter()
            .map(|&l| at((l * 3) as f32 + random.below(40) as f32))
            .collect();
        let all = SameLesion::measure(&lesions, &embeddings);
        let some = SameLesion::measure_with(&lesions, &embeddings, 5_000);
        assert!(some.sampled && !all.sampled);
        assert_eq!(some.different, 5_000);
        assert!((all.auc.unwrap() - some.auc.unwrap()).abs() < 0.02);
        assert_eq!(some.auc, SameLesion::measure_with(&lesions, &embeddings, 5_000).auc);
    }

    #[test]
    fn dot_takes_every_element() {
        let a: Vec<f32> = (0..19).map(|i| i as f32).collect();
        assert_eq!(dot(&a, &a), (0..19).map(|i| i * i).sum::<i32>() as f32);
    }
}
