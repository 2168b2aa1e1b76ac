use super::random::Random;

/// Resamplings behind each interval.
pub const REPLICATES: usize = 1_000;
/// One seed, so that the same predictions always print the same interval.
const SEED: u64 = 0x736b_696e_6b69_7401;

/// Percentile-bootstrap 95 % intervals of several figures at once.
///
/// `clusters` lists the pictures that are drawn together (all pictures of one lesion: they are not
/// independent), `pictures` is how many there are in all. `figures` gets how often each picture was
/// drawn and answers one value a figure, `None` where a draw leaves it undefined. A figure undefined
/// in more than half of the draws has no interval.
pub fn intervals(
    clusters: &[Vec<usize>],
    pictures: usize,
    mut figures: impl FnMut(&[u32]) -> Vec<Option<f64>>,
) -> Vec<Option<[f64; 2]>> {
    let mut random = Random::new(SEED);
    let mut drawn: Vec<Vec<f64>> = Vec::new();
    let mut weights = vec![0u32; pictures];
    for _ in 0..REPLICATES {
        weights.fill(0);
        for _ in 0..clusters.len() {
            for &picture in &clusters[random.below(clusters.len())] {
                weights[picture] += 1;
            }
        }
        let values = figures(&weights);
        drawn.resize_with(values.len().max(drawn.len()), Vec::new);
        for (all, value) in drawn.iter_mut().zip(values) {
            all.extend(value.filter(|v| v.is_finite()));
        }
    }
    drawn
        .into_iter()
        .map(|mut all| {
            if all.len() * 2 < REPLICATES {
                return None;
            }
            all.sort_by(f64::total_cmp);
            Some([quantile(&all, 0.025)?, quantile(&all, 0.975)?])
        })
        .collect()
}

/// Quantile `q` (0..=1) of ascending values, linear between neighbours as numpy's default does.
pub fn quantile(ascending: &[f64], q: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    let at = q.clamp(0.0, 1.0) * last as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(last);
    Some(ascending[below] + (ascending[above] - ascending[below]) * (at - below as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_by_hand() {
        let hundred: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(quantile(&hundred, 0.025), Some(2.5));
        assert_eq!(quantile(&hundred, 0.975), Some(97.5));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
        assert_eq!(quantile(&[3.0], 0.5), Some(3.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn a_proportions_interval_is_near_the_binomial_one() {
        // 80 of 100: the normal approximation gives 0.8 ± 1.96·0.04 = 0.722..0.878.
        let clusters: Vec<Vec<usize>> = (0..100).map(|i| vec![i]).collect();
        let mean = |weights: &[u32]| {
            let hits: u32 = weights[..80].iter().sum();
            vec![Some(f64::from(hits) / f64::from(weights.iter().sum::<u32>()))]
        };
        let [low, high] = intervals(&clusters, 100, mean)[0].unwrap();
        assert!(
            (0.70..0.74).contains(&low) && (0.86..0.90).contains(&high),
            "{low} {high}"
        );
        assert_eq!(
            intervals(&clusters, 100, mean)[0],
            Some([low, high]),
            "the same every time"
        );
    }

    #[test]
    fn pictures_of_one_cluster_move_together() {
        // Ten lesions of ten pictures, each all right or all wrong: as wide as ten single pictures.
        let together: Vec<Vec<usize>> = (0..10).map(|c| (c * 10..c * 10 + 10).collect()).collect();
        let apart: Vec<Vec<usize>> = (0..100).map(|i| vec![i]).collect();
        let mean = |weights: &[u32]| {
            let hits: u32 = weights[..50].iter().sum();
            vec![Some(f64::from(hits) / f64::from(weights.iter().sum::<u32>()))]
        };
        let width = |clusters: &[Vec<usize>]| {
            let [low, high] = intervals(clusters, 100, mean)[0].unwrap();
            high - low
        };
        assert!(width(&together) > 2.5 * width(&apart));
    }

    #[test]
    fn mostly_undefined_means_no_interval() {
        let clusters = vec![vec![0], vec![1]];
        let mut count = 0;
        let rarely = |_: &[u32]| {
            count += 1;
            vec![(count % 3 == 0).then_some(1.0), Some(2.0)]
        };
        assert_eq!(intervals(&clusters, 2, rarely), vec![None, Some([2.0, 2.0])]);
    }
}
