//! How much one measure differs between two pictures of an unchanged lesion.

use crate::error::{Error, Result};
use crate::measure::measures::Measure;
use serde::{Deserialize, Serialize};
use skinkit_numerics::normal;
use skinkit_numerics::quantile::of_sorted;

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

    /// The same tail with an independent normal error of `sd` added: at each chance the two errors' bounds add in squares,
    /// which is exact where both are normal, and where either is far larger than the other.
    pub fn widened(&self, sd: f64) -> Self {
        if sd <= 0.0 {
            return self.clone();
        }
        let wide = self.sd.hypot(sd);
        let exceed = self.exceed.iter().map(|&(chance, z)| {
            let added = sd * normal::quantile(1.0 - 0.5 * chance);
            (chance, (z * self.sd).hypot(added) / wide)
        });
        Self {
            centre: self.centre,
            sd: wide,
            exceed: exceed.collect(),
        }
    }

    /// A normal tail of standard deviation `sd` around 0.
    pub fn normal(sd: f64) -> Self {
        let exceed = Self::CHANCES.map(|chance| (chance, normal::quantile(1.0 - 0.5 * chance)));
        Self {
            centre: 0.0,
            sd,
            exceed: exceed.into(),
        }
    }

    /// Mean of the smaller of z² and `cap` over unchanged pairs, z as in [`Tail::exceed`]: what a typical pair adds where
    /// such squares are summed. By the trapezoid rule on the chance of exceeding each z.
    pub(crate) fn mean_square(&self, cap: f64) -> f64 {
        const STEPS: usize = 400;
        let step = cap.sqrt() / STEPS as f64;
        let density = |k: usize| {
            let z = k as f64 * step;
            2.0 * z * self.chance(self.centre + z * self.sd)
        };
        let ends = 0.5 * (density(0) + density(STEPS));
        step * ((1..STEPS).map(density).sum::<f64>() + ends)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_falls_and_inverts() {
        let t = Tail::normal(2.0);
        assert!((t.chance(3.92) - 0.05).abs() < 1e-3);
        assert!(t.chance(8.0) < t.chance(6.0));
        for level in [0.2, 0.01, 0.001] {
            let d = t.detectable(level);
            assert!((t.chance(d) / level - 1.0).abs() < 1e-6, "{level}");
        }
    }

    #[test]
    fn an_added_error_counts_at_every_chance_as_much_as_its_own_bound() {
        let heavy = Tail {
            centre: 0.0,
            sd: 0.01,
            exceed: vec![(0.5, 0.7), (0.05, 5.0), (0.01, 12.0)],
        };
        // Far smaller than the error that is added, the tail leaves a normal one.
        let added = heavy.widened(1.0);
        assert!((added.detectable(0.05) - 1.96).abs() < 0.01, "{added:?}");
        assert!((heavy.widened(0.0).detectable(0.05) - 0.05).abs() < 1e-9);
        let sum = Tail::normal(0.3).widened(0.4);
        assert!((sum.detectable(0.05) - Tail::normal(0.5).detectable(0.05)).abs() < 1e-9);
    }

    #[test]
    fn the_mean_square_is_that_of_the_tail() {
        // Of a normal value cut at 4: a little less than 1.
        let normal = Tail::normal(3.0).mean_square(16.0);
        assert!((normal - 1.0).abs() < 0.08, "{normal}");
        let heavy = Tail {
            exceed: vec![(0.5, 0.7), (0.2, 2.0), (0.05, 5.0)],
            ..Tail::normal(1.0)
        };
        assert!(heavy.mean_square(16.0) > 2.0);
    }
}
