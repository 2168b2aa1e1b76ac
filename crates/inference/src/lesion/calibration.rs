//! From raw numbers to calibrated ones: probabilities, prediction set, out-of-distribution score. Plain arithmetic, no
//! engine.

use ndarray::ArrayView1;

use super::finding::Familiarity;
use super::maps::Embedding;
use crate::pack::{Calibration, Conformal, Ood, OodMethod};

/// Probabilities of the labels, in f64; without a calibration, softmax of the logits.
pub(crate) fn probabilities(logits: &[f32], calibration: Option<&Calibration>) -> Vec<f64> {
    let logits = logits.iter().copied().map(f64::from);
    let scores: Vec<f64> = match calibration {
        None => logits.collect(),
        Some(Calibration::Temperature { temperature, .. }) => logits.map(|z| z / f64::from(*temperature)).collect(),
        Some(Calibration::Vector { scale, bias, .. }) => logits
            .zip(scale.iter().zip(bias))
            .map(|(z, (scale, bias))| match bias {
                Some(bias) => f64::from(*scale) * z + f64::from(*bias),
                None => f64::NEG_INFINITY,
            })
            .collect(),
    };
    softmax(&scores)
}

/// Of scores that are finite or minus infinity, at least one of them finite.
pub(crate) fn softmax(scores: &[f64]) -> Vec<f64> {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

/// Indices of the labels in the prediction set, likeliest first.
pub(crate) fn prediction_set(probabilities: &[f64], conformal: &Conformal) -> Vec<usize> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_unstable_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]).then(a.cmp(b)));
    let likeliest = order.first().copied();
    // A label that is never given cannot be in a set, whatever its threshold.
    order.retain(|label| probabilities[*label] > 0.0 && probabilities[*label] >= 1.0 - conformal.threshold(*label));
    // An empty set says nothing useful; the likeliest label stands in.
    if order.is_empty() {
        order.extend(likeliest);
    }
    order
}

/// The out-of-distribution score. `None` where the method needs an embedding and there is none.
pub(crate) fn familiarity(
    ood: &Ood,
    logits: &[f32],
    embedding: Option<&Embedding>,
    temperature: f32,
) -> Option<Familiarity> {
    let score = match &ood.method {
        OodMethod::Energy => energy(logits, temperature),
        OodMethod::Mahalanobis { mean, whitening } => mahalanobis(mean, whitening, embedding?.array()),
    };
    let score = score as f32;
    Some(Familiarity {
        score,
        threshold: ood.threshold,
        in_distribution: score <= ood.threshold,
    })
}

fn energy(logits: &[f32], temperature: f32) -> f64 {
    let temperature = f64::from(temperature);
    let scaled: Vec<f64> = logits.iter().map(|z| f64::from(*z) / temperature).collect();
    let most = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    -temperature * (most + scaled.iter().map(|z| (z - most).exp()).sum::<f64>().ln())
}

fn mahalanobis(mean: &[f32], whitening: &[Vec<f32>], embedding: ArrayView1<'_, f32>) -> f64 {
    let centred: Vec<f64> = embedding
        .iter()
        .zip(mean)
        .map(|(e, m)| f64::from(*e) - f64::from(*m))
        .collect();
    let squares = whitening.iter().map(|row| {
        let length: f64 = row.iter().zip(&centred).map(|(w, c)| f64::from(*w) * c).sum();
        length * length
    });
    squares.sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temperature_scaling(temperature: f32) -> Calibration {
        Calibration::Temperature {
            temperature,
            fitted_on: String::new(),
        }
    }

    fn lac(threshold: f64) -> Conformal {
        Conformal::Lac {
            alpha: 0.1,
            threshold,
            fitted_on: String::new(),
        }
    }

    #[test]
    fn probabilities_sum_to_one_however_large_the_logits() {
        for logits in [
            vec![1000.0, 0.0, -1000.0],
            vec![0.0; 7],
            vec![f32::MAX / 4.0, f32::MIN / 4.0],
            vec![-3.0],
        ] {
            for temperature in [0.1, 1.0, 10.0] {
                let p = probabilities(&logits, Some(&temperature_scaling(temperature)));
                assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12);
                assert!(p.iter().all(|p| (0.0..=1.0).contains(p)));
            }
        }
    }

    #[test]
    fn temperature_flattens() {
        let cold = probabilities(&[2.0, 0.0], None);
        let warm = probabilities(&[2.0, 0.0], Some(&temperature_scaling(2.0)));
        assert!((cold[0] - 1.0 / (1.0 + (-2.0f64).exp())).abs() < 1e-12);
        assert!((warm[0] - 1.0 / (1.0 + (-1.0f64).exp())).abs() < 1e-12);
    }

    #[test]
    fn a_vector_scales_and_shifts_each_label() {
        let calibration = |bias| Calibration::Vector {
            scale: vec![1.0, 2.0, 1.0],
            bias,
            fitted_on: String::new(),
        };
        // e^0, e^(2·1 + 1), e^2, over their sum.
        let p = probabilities(
            &[0.0, 1.0, 2.0],
            Some(&calibration(vec![Some(0.0), Some(1.0), Some(0.0)])),
        );
        let parts = [1.0, 3.0f64.exp(), 2.0f64.exp()];
        for (p, part) in p.iter().zip(parts) {
            assert!((p - part / parts.iter().sum::<f64>()).abs() < 1e-12);
        }
        let p = probabilities(&[0.0, 99.0, 0.0], Some(&calibration(vec![Some(0.0), None, Some(0.0)])));
        assert_eq!(p, [0.5, 0.0, 0.5], "a label without a bias is never given");
    }

    #[test]
    fn thresholds_are_of_each_label() {
        let sets = |thresholds: [f64; 3]| Conformal::LacByClass {
            alpha: 0.1,
            thresholds: thresholds.to_vec(),
            fitted_on: String::new(),
        };
        let p = [0.2, 0.7, 0.1];
        assert_eq!(prediction_set(&p, &sets([0.9, 0.9, 0.9])), [1, 0, 2]);
        assert_eq!(prediction_set(&p, &sets([0.5, 0.2, 0.95])), [2]);
        assert_eq!(prediction_set(&p, &sets([0.5, 0.2, 0.5])), [1]);
        assert_eq!(prediction_set(&[0.0, 1.0, 0.0], &sets([1.0; 3])), [1]);
    }

    #[test]
    fn the_set_keeps_what_is_likely_enough_and_never_nothing() {
        let p = [0.2, 0.5, 0.3];
        assert_eq!(prediction_set(&p, &lac(0.72)), [1, 2]);
        assert_eq!(prediction_set(&p, &lac(0.82)), [1, 2, 0]);
        assert_eq!(prediction_set(&p, &lac(1.0)), [1, 2, 0]);
        assert_eq!(prediction_set(&p, &lac(0.1)), [1]);
    }

    #[test]
    fn energy_is_the_negative_logsumexp() {
        let ood = Ood {
            method: OodMethod::Energy,
            threshold: 0.0,
        };
        let score = familiarity(&ood, &[1.0, 2.0, 3.0], None, 1.0).unwrap();
        assert!((score.score + 3.407_606).abs() < 1e-5 && score.in_distribution);
        assert!(!familiarity(&ood, &[-3.0, -3.0], None, 1.0).unwrap().in_distribution);
    }

    #[test]
    fn mahalanobis_is_the_length_after_whitening() {
        let method = OodMethod::Mahalanobis {
            mean: vec![1.0, 1.0],
            whitening: vec![vec![2.0, 0.0], vec![0.0, 1.0]],
        };
        let ood = Ood { method, threshold: 5.0 };
        let score = familiarity(&ood, &[], Some(&Embedding::from(vec![2.5, 5.0])), 1.0).unwrap();
        assert!((score.score - 5.0).abs() < 1e-6 && score.in_distribution);
        assert!(
            !familiarity(&ood, &[], Some(&Embedding::from(vec![2.5, 5.1])), 1.0)
                .unwrap()
                .in_distribution
        );
        assert!(familiarity(&ood, &[], None, 1.0).is_none());
    }
}
