//! Where a series stops following one straight line.

use serde::{Deserialize, Serialize};
use skinkit_numerics::random::Random;

/// Fewest points on either side of a change.
const SIDE: usize = 3;
/// Fewest points in all.
const LEAST: usize = 8;
/// Shuffles of the permutation test.
const SHUFFLES: usize = 999;
/// Chance at or below which a change point is reported.
const LEVEL: f64 = 0.01;

/// A time at which level or slope changed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ChangePoint {
    /// Half-way between the last scan before and the first after, milliseconds since 1970.
    pub at: i64,
    /// The same in days from the first scan.
    pub at_day: f64,
    /// Slope a day before it.
    pub slope_before: f64,
    /// Slope a day after it.
    pub slope_after: f64,
    /// Chance that a series along one line looks so broken, by permutation.
    pub chance: f64,
}

/// The split into two lines that fits best, if it fits so much better than one line that at most
/// 1 % of shuffled series do as well. Marked outliers are drawn in before fitting.
pub(crate) fn change_point(days: &[f64], values: &[f64], outliers: &[bool]) -> Option<ChangePoint> {
    let n = days.len();
    if n < LEAST {
        return None;
    }
    let kept: Vec<usize> = (0..n).filter(|&i| !outliers[i]).collect();
    let of = |list: &[f64]| kept.iter().map(|&i| list[i]).collect::<Vec<f64>>();
    let (days, values) = (of(days), of(values));
    if days.len() < LEAST {
        return None;
    }
    let whole = Line::fit(&days, &values)?;
    let residuals: Vec<f64> = days.iter().zip(&values).map(|(d, v)| v - whole.at(*d)).collect();
    let scale: f64 = values.iter().map(|v| v.abs()).fold(0.0, f64::max);
    if whole.squares <= 1e-18 * (1.0 + scale * scale) {
        return None;
    }
    let (split, gain) = best_split(&days, &values, whole.squares)?;
    let mut random = Random::new(0x5EED);
    let mut as_good = 1usize;
    let mut shuffled = residuals.clone();
    for _ in 0..SHUFFLES {
        // From a fixed seed: the same series gets the same answer every time.
        random.shuffle(&mut shuffled);
        let line = Line::fit(&days, &shuffled)?;
        if best_split(&days, &shuffled, line.squares).is_some_and(|(_, g)| g >= gain) {
            as_good += 1;
        }
    }
    let chance = as_good as f64 / (SHUFFLES + 1) as f64;
    if chance > LEVEL {
        return None;
    }
    let before = Line::fit(&days[..split], &values[..split])?;
    let after = Line::fit(&days[split..], &values[split..])?;
    Some(ChangePoint {
        at: 0,
        at_day: 0.5 * (days[split - 1] + days[split]),
        slope_before: before.slope,
        slope_after: after.slope,
        chance,
    })
}

/// First index of the second part, and how many times the squares fall.
fn best_split(days: &[f64], values: &[f64], whole: f64) -> Option<(usize, f64)> {
    (SIDE..=days.len() - SIDE)
        .filter_map(|k| {
            let a = Line::fit(&days[..k], &values[..k])?;
            let b = Line::fit(&days[k..], &values[k..])?;
            Some((k, whole / (a.squares + b.squares).max(1e-12 * whole)))
        })
        .max_by(|x, y| x.1.total_cmp(&y.1))
}

/// A least-squares line.
struct Line {
    slope: f64,
    offset: f64,
    squares: f64,
}

impl Line {
    fn fit(days: &[f64], values: &[f64]) -> Option<Self> {
        let n = days.len() as f64;
        let (md, mv) = (days.iter().sum::<f64>() / n, values.iter().sum::<f64>() / n);
        let (mut dd, mut dv) = (0.0, 0.0);
        for (d, v) in days.iter().zip(values) {
            dd += (d - md).powi(2);
            dv += (d - md) * (v - mv);
        }
        if dd <= 0.0 {
            return None;
        }
        let slope = dv / dd;
        let offset = mv - slope * md;
        let squares = days
            .iter()
            .zip(values)
            .map(|(d, v)| (v - offset - slope * d).powi(2))
            .sum();
        Some(Self { slope, offset, squares })
    }

    fn at(&self, day: f64) -> f64 {
        self.offset + self.slope * day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise that is the same on every run.
    fn noise(i: usize) -> f64 {
        ((i * 7919 + 13) % 101) as f64 / 101.0 - 0.5
    }

    fn found(f: impl Fn(f64) -> f64, n: usize) -> Option<ChangePoint> {
        let days: Vec<f64> = (0..n).map(|i| 7.0 * i as f64).collect();
        let values: Vec<f64> = days.iter().enumerate().map(|(i, d)| f(*d) + noise(i)).collect();
        change_point(&days, &values, &vec![false; n])
    }

    #[test]
    fn a_bend_and_a_step_are_found_where_they_are() {
        let bend = found(|d| if d < 70.0 { 10.0 } else { 10.0 + 0.2 * (d - 70.0) }, 20).unwrap();
        assert!((bend.at_day - 70.0).abs() < 15.0, "{bend:?}");
        assert!(bend.slope_after > bend.slope_before + 0.1);
        let step = found(|d| if d < 50.0 { 10.0 } else { 14.0 }, 20).unwrap();
        assert!((step.at_day - 50.0).abs() < 8.0, "{step:?}");
    }

    #[test]
    fn a_line_has_none() {
        assert_eq!(found(|d| 5.0 + 0.3 * d, 24), None);
        assert_eq!(found(|_| 5.0, 24), None);
        assert_eq!(found(|d| if d < 20.0 { 1.0 } else { 9.0 }, 6), None);
    }
}
