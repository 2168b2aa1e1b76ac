use crate::error::{Error, Result};
use crate::measure::measures::Measure;
use serde::{Deserialize, Serialize};
use skinkit_numerics::normal;
use skinkit_numerics::quantile::of_sorted;
use std::collections::BTreeMap;

/// How much two shots of one *unchanged* lesion differ.
///
/// The embedding part is a model pack's `embedding_noise` object and deserialises from it; the
/// measures part has a default that ships with this crate (see the README for how it was learnt)
/// and can be refined with a person's own repeat shots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoiseModel {
    /// Cosine similarity of pairs of pictures of the same lesion.
    #[serde(default)]
    pub same_lesion: Option<Spread>,
    /// Cosine similarity of pairs of pictures of different lesions.
    #[serde(default)]
    pub different_lesion: Option<Spread>,
    /// How many pairs the embedding part was learnt from.
    #[serde(default)]
    pub pairs: u32,
    /// What it was learnt from, in words.
    #[serde(default)]
    pub fitted_on: String,
    /// Noise of each measure between two registered shots.
    #[serde(default = "MeasureNoise::shipped")]
    pub measures: MeasureNoise,
}

/// Distribution of a similarity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation, > 0.
    pub sd: f64,
    /// Quantiles by probability, the key a decimal such as `"0.05"`.
    #[serde(default)]
    pub quantiles: BTreeMap<String, f64>,
}

/// Noise of the measures, and how improbable a difference must be to count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureNoise {
    /// Noise of each measure's difference between two pictures that, laid over each other, agree
    /// at least `close_from`. A measure that is missing is reported, never judged.
    pub close: BTreeMap<Measure, Tail>,
    /// The same for pictures that agree less: another camera, another pressure on the skin.
    pub loose: BTreeMap<Measure, Tail>,
    /// [`Alignment::agreement`](crate::Alignment) that parts `close` from `loose`.
    pub close_from: f32,
    /// Noise of each measure's difference where each picture was measured by itself.
    pub apart: BTreeMap<Measure, Tail>,
    /// A measure counts as changed when chance alone would give a difference as large in fewer
    /// than this part of unchanged pairs. Learnt so that all measures together keep
    /// `false_alarms`.
    pub level: f64,
    /// Part of unchanged pairs in which any measure at all counts as changed, 0..1.
    pub false_alarms: f64,
    /// How many unchanged pairs this was learnt from.
    pub pairs: u32,
    /// What it was learnt from, in words.
    pub fitted_on: String,
}

/// Spread and tail of one measure's difference in unchanged pairs.
///
/// Tails of real differences are heavier than a normal distribution's, so they are kept as
/// measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// Median of the differences: what a re-shot adds by itself.
    pub centre: f64,
    /// Robust standard deviation (half the 68 % range), > 0.
    pub sd: f64,
    /// `(chance, z)`: this part of unchanged pairs has |difference - centre| / sd above z.
    /// Chance falling, z rising.
    pub exceed: Vec<(f64, f64)>,
}

impl Tail {
    /// Chances at which a learnt tail is tabulated.
    pub(crate) const CHANCES: [f64; 7] = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005];

    /// Learns a tail from differences seen in unchanged pairs.
    ///
    /// # Errors
    /// [`Error::TooFew`] with fewer than 20 differences.
    pub fn learnt(differences: &[f64]) -> Result<Self> {
        const LEAST: usize = 20;
        let mut sorted: Vec<f64> = differences.iter().copied().filter(|d| d.is_finite()).collect();
        if sorted.len() < LEAST {
            return Err(Error::TooFew {
                what: "a noise tail",
                needed: LEAST,
                got: sorted.len(),
            });
        }
        sorted.sort_unstable_by(f64::total_cmp);
        let centre = of_sorted(&sorted, 0.5);
        // Never 0: a measure that repeats exactly would make any difference infinitely improbable.
        let sd = (0.5 * (of_sorted(&sorted, 0.84) - of_sorted(&sorted, 0.16))).max(1e-3);
        let mut z: Vec<f64> = sorted.iter().map(|d| (d - centre).abs() / sd).collect();
        z.sort_unstable_by(f64::total_cmp);
        let exceed = Self::CHANCES
            .into_iter()
            // A quantile needs a few values beyond it.
            .filter(|c| c * z.len() as f64 >= 3.0)
            .map(|c| (c, of_sorted(&z, 1.0 - c)))
            .collect();
        Ok(Self { centre, sd, exceed })
    }

    /// The same tail, as wide as if an independent normal error of `sd` were added.
    pub fn widened(&self, sd: f64) -> Self {
        Self {
            sd: self.sd.hypot(sd),
            ..self.clone()
        }
    }

    /// A normal tail of standard deviation `sd` around 0.
    pub fn normal(sd: f64) -> Self {
        // Two-sided standard normal quantiles for CHANCES.
        const Z: [f64; 7] = [0.674, 1.282, 1.645, 1.960, 2.326, 2.576, 2.807];
        Self {
            centre: 0.0,
            sd,
            exceed: Self::CHANCES.into_iter().zip(Z).collect(),
        }
    }

    /// Chance that an unchanged pair differs by at least `difference`, 0..=1.
    ///
    /// Between tabulated points the logarithm of the chance is linear in z; beyond the last
    /// one the same slope is carried on, down to a floor of 1e-6.
    pub fn chance(&self, difference: f64) -> f64 {
        let z = (difference - self.centre).abs() / self.sd.max(1e-12);
        let (mut c0, mut z0) = (1.0f64, 0.0f64);
        let mut slope = -1.0;
        for &(c1, z1) in &self.exceed {
            if z1 > z0 {
                slope = (c1.ln() - c0.ln()) / (z1 - z0);
            }
            if z <= z1 {
                break;
            }
            (c0, z0) = (c1, z1);
        }
        (c0.ln() + slope * (z - z0)).exp().clamp(1e-6, 1.0)
    }

    /// [`Tail::chance`] for a given measure: those of a pair are never below 0, and only more than
    /// usual of them is a change.
    pub(crate) fn chance_of(&self, measure: Measure, difference: f64) -> f64 {
        if Measure::PAIR.contains(&measure) && difference <= self.centre {
            return 1.0;
        }
        self.chance(difference)
    }

    /// Smallest |difference - centre| whose chance is at most `level`: the minimum detectable change.
    pub fn detectable(&self, level: f64) -> f64 {
        let (mut low, mut high) = (0.0f64, 1.0f64);
        let at = |z: f64| self.chance(self.centre + z * self.sd);
        while at(high) > level && high < 1e6 {
            high *= 2.0;
        }
        for _ in 0..60 {
            let mid = 0.5 * (low + high);
            if at(mid) > level { low = mid } else { high = mid }
        }
        high * self.sd
    }
}

impl Default for NoiseModel {
    fn default() -> Self {
        Self {
            same_lesion: None,
            different_lesion: None,
            pairs: 0,
            fitted_on: String::new(),
            measures: MeasureNoise::shipped(),
        }
    }
}

impl Spread {
    /// Part of the distribution at or below `value`: the stored quantiles, linear between
    /// them, and beyond them the normal curve of `mean` and `sd`.
    pub fn below(&self, value: f64) -> f64 {
        let mut table: Vec<(f64, f64)> = self
            .quantiles
            .iter()
            .filter_map(|(p, v)| Some((p.parse::<f64>().ok()?, *v)))
            .filter(|(p, v)| (0.0..=1.0).contains(p) && v.is_finite())
            .collect();
        table.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let normal = normal::below((value - self.mean) / self.sd.max(1e-9));
        let (Some(first), Some(last)) = (table.first(), table.last()) else {
            return normal;
        };
        if value <= first.1 {
            return normal.min(first.0);
        }
        if value >= last.1 {
            return normal.max(last.0);
        }
        for pair in table.windows(2) {
            let ((p0, v0), (p1, v1)) = (pair[0], pair[1]);
            if value <= v1 {
                let t = if v1 > v0 { (value - v0) / (v1 - v0) } else { 1.0 };
                return p0 + t * (p1 - p0);
            }
        }
        last.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tail_chance_falls_and_inverts() {
        let t = Tail::normal(2.0);
        assert!((t.chance(3.92) - 0.05).abs() < 1e-3);
        assert!(t.chance(8.0) < t.chance(6.0));
        for level in [0.2, 0.01, 0.001] {
            let d = t.detectable(level);
            assert!((t.chance(d) / level - 1.0).abs() < 1e-6, "{level}");
        }
    }

    #[test]
    fn spread_follows_quantiles_then_the_normal_curve() {
        let s = Spread {
            mean: 0.9,
            sd: 0.05,
            quantiles: [("0.01", 0.7), ("0.05", 0.8), ("0.5", 0.92)]
                .map(|(k, v)| (k.to_string(), v))
                .into(),
        };
        assert!((s.below(0.75) - 0.03).abs() < 1e-9);
        assert!(s.below(0.5) < 1e-6);
        assert!(s.below(0.99) > 0.9);
        assert!(s.below(0.7) <= 0.01);
    }
}
