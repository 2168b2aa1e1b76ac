//! One measure over many scans.

use crate::error::{Error, Result};
use crate::noise::interval::Interval;
use crate::trend::change_point::{ChangePoint, change_point};
use crate::trend::visits::{same_visit, visits};
use serde::{Deserialize, Serialize};
use skinkit_numerics::quantile::{median, of_sorted};

const DAY: f64 = 86_400_000.0;
/// A residual beyond this many robust standard deviations is marked (Iglewicz & Hoaglin 1993).
const OUTLIER: f64 = 3.5;

/// One value of a series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub taken_at: i64,
    /// The value, in any one unit for the whole series; finite.
    pub value: f64,
    /// Standard deviation of one shot's value, in the unit of `value`; >= 0, 0 where not known.
    pub sd: f64,
}

/// One value of a series with what the trend makes of it: ready to plot.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrendPoint {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub taken_at: i64,
    /// The value.
    pub value: f64,
    /// Lower end of the value's 95 % interval for a re-shot ([`Interval::of_reshot`]).
    pub low: f64,
    /// Upper end of that interval.
    pub high: f64,
    /// The trend line at this time.
    pub fitted: f64,
    /// Far from the line. Marked for a person to look at; it still counts.
    pub outlier: bool,
}

/// Trend of one measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trend {
    /// Every point, in order of time.
    pub points: Vec<TrendPoint>,
    /// Theil-Sen slope a day. Its interval is Sen's (from Kendall's tau), for four visits or
    /// more; with fewer it comes from the points' own noise.
    pub slope_a_day: Interval,
    /// Whether the slope's interval leaves zero out.
    pub has_direction: bool,
    /// Where one straight line stops fitting, for eight visits or more.
    pub change_point: Option<ChangePoint>,
    /// When a visit seems to have been missed: one time for each.
    pub missing: Vec<i64>,
}

/// Fits a robust line to a series.
///
/// Shots at most an hour apart are one visit and count once, by their mean.
///
/// `visit_days` is how many days there should be between visits; without it, the usual gap is
/// the series' own median. Points need not be in order.
///
/// # Errors
/// [`Error::TooFew`] with fewer than two points in time, [`Error::OutOfRange`] for a value that
/// is not finite or an `sd` or `visit_days` that makes no sense.
pub fn trend(points: &[Point], visit_days: Option<f64>) -> Result<Trend> {
    for p in points {
        if !(p.value.is_finite() && p.sd.is_finite() && p.sd >= 0.0) {
            return Err(Error::OutOfRange {
                what: "a trend point's value or sd",
                value: if p.value.is_finite() { p.sd } else { p.value },
                range: "finite values with sd >= 0",
            });
        }
    }
    let times: Vec<i64> = points.iter().map(|p| p.taken_at).collect();
    let visits = visits(&times, visit_days)?;
    let mut points = points.to_vec();
    points.sort_by_key(|p| p.taken_at);
    let day = |taken_at: i64| taken_at.saturating_sub(points[0].taken_at) as f64 / DAY;
    let seen = by_visit(&points);
    let days: Vec<f64> = seen.iter().map(|p| day(p.taken_at)).collect();
    let values: Vec<f64> = seen.iter().map(|p| p.value).collect();
    let mut slopes = pair_slopes(&days, &values);
    if slopes.is_empty() {
        return Err(Error::TooFew {
            what: "a trend",
            needed: 2,
            got: seen.len(),
        });
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let slope = of_sorted(&slopes, 0.5);
    let mut offsets: Vec<f64> = days.iter().zip(&values).map(|(d, v)| v - slope * d).collect();
    let offset = median(&mut offsets);
    let (low, high) = slope_interval(&slopes, &seen, &days);
    let fitted = |taken_at: i64| offset + slope * day(taken_at);
    let residuals = |points: &[Point]| -> Vec<f64> { points.iter().map(|p| p.value - fitted(p.taken_at)).collect() };
    let of_visits = residuals(&seen);
    let of_points = residuals(&points);
    let change_point = change_point(&days, &values, &outliers(&of_visits, &of_visits, &seen)).map(|c| ChangePoint {
        at: points[0].taken_at.saturating_add((c.at_day * DAY) as i64),
        ..c
    });
    let outliers = outliers(&of_points, &of_visits, &points);
    Ok(Trend {
        points: points
            .iter()
            .zip(outliers)
            .map(|(p, outlier)| {
                let Interval { value, low, high } = Interval::of_reshot(p.value, p.sd);
                TrendPoint {
                    taken_at: p.taken_at,
                    value,
                    low,
                    high,
                    fitted: fitted(p.taken_at),
                    outlier,
                }
            })
            .collect(),
        slope_a_day: Interval {
            value: slope,
            low,
            high,
        },
        has_direction: low > 0.0 || high < 0.0,
        change_point,
        missing: visits.missing,
    })
}

/// One point a visit, at the time of its last shot: the mean of its shots. It is taken as no surer than one of them,
/// because shots of one visit share light and skin.
fn by_visit(points: &[Point]) -> Vec<Point> {
    points
        .chunk_by(|a, b| same_visit(a.taken_at, b.taken_at))
        .filter_map(|shots| {
            let n = shots.len() as f64;
            Some(Point {
                taken_at: shots.last()?.taken_at,
                value: shots.iter().map(|p| p.value).sum::<f64>() / n,
                sd: shots.iter().map(|p| p.sd).sum::<f64>() / n,
            })
        })
        .collect()
}

/// How much of what the first scan showed is gone, in percent: 100 is back to none of it, 0 as at
/// first, negative is worse. For a measure whose zero is "like the skin around" (area, a colour
/// difference, variegation).
///
/// # Errors
/// [`Error::OutOfRange`] where the first value is zero or a value is not finite.
pub fn recovery(first: &Point, latest: &Point) -> Result<Interval> {
    let (a, b) = (first.value.abs(), latest.value.abs());
    if !(a.is_finite() && b.is_finite() && a > 0.0) {
        return Err(Error::OutOfRange {
            what: "the first value of a recovery",
            value: first.value,
            range: "finite numbers other than 0",
        });
    }
    let left = b / a;
    // Error propagation of a ratio.
    let sd = (latest.sd / a).hypot(left * first.sd / a);
    Ok(Interval::around(100.0 * (1.0 - left), 100.0 * Interval::half_width(sd)))
}

fn pair_slopes(days: &[f64], values: &[f64]) -> Vec<f64> {
    let mut slopes = Vec::with_capacity(days.len() * days.len().saturating_sub(1) / 2);
    for i in 0..days.len() {
        for j in i + 1..days.len() {
            if days[j] > days[i] {
                slopes.push((values[j] - values[i]) / (days[j] - days[i]));
            }
        }
    }
    slopes
}

/// Sen's interval (Sen 1968), never narrower than the points' own noise allows.
fn slope_interval(sorted: &[f64], points: &[Point], days: &[f64]) -> (f64, f64) {
    let n = points.len() as f64;
    let slope = of_sorted(sorted, 0.5);
    let mean = days.iter().sum::<f64>() / n;
    let spread: f64 = days.iter().map(|d| (d - mean).powi(2)).sum();
    let noise = points.iter().map(|p| p.sd * p.sd).sum::<f64>() / n;
    let own = Interval::half_width((noise / spread.max(1e-12)).sqrt());
    let (mut low, mut high) = (slope - own, slope + own);
    if points.len() >= 4 {
        let c = Interval::half_width((n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt());
        let count = sorted.len() as f64;
        let at = |k: f64| sorted[(k.round().max(0.0) as usize).min(sorted.len() - 1)];
        low = low.min(at((count - c) / 2.0 - 1.0));
        high = high.max(at((count + c) / 2.0));
    } else if noise == 0.0 {
        // Two or three points of unknown noise say nothing about the direction.
        (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
    }
    (low, high)
}

/// Which of `residuals` lie far from the line, by the spread of those of the visits.
fn outliers(residuals: &[f64], of_visits: &[f64], points: &[Point]) -> Vec<bool> {
    if of_visits.len() < 4 {
        return vec![false; residuals.len()];
    }
    let mut sizes: Vec<f64> = of_visits.iter().map(|r| r.abs()).collect();
    let spread = 1.4826 * median(&mut sizes);
    residuals
        .iter()
        .zip(points)
        .map(|(r, p)| {
            let limit = OUTLIER * spread.max(p.sd);
            limit > 0.0 && r.abs() > limit
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn series(values: &[f64], sd: f64) -> Vec<Point> {
        values
            .iter()
            .enumerate()
            .map(|(i, &value)| Point {
                taken_at: 1_700_000_000_000 + (i as f64 * 7.0 * DAY) as i64,
                value,
                sd,
            })
            .collect()
    }

    #[test]
    fn one_wild_point_is_marked_and_does_not_bend_the_line() {
        let mut values: Vec<f64> = (0..10).map(|i| 20.0 + 0.7 * f64::from(i)).collect();
        values[4] = 60.0;
        let t = trend(&series(&values, 0.1), None).unwrap();
        assert!((t.slope_a_day.value - 0.1).abs() < 0.01, "{:?}", t.slope_a_day);
        assert!(t.has_direction);
        let marked: Vec<usize> = (0..10).filter(|&i| t.points[i].outlier).collect();
        assert_eq!(marked, [4]);
        assert_eq!(t.points.len(), 10);
        assert_eq!(t.change_point, None);
    }

    #[test]
    fn two_shots_a_visit_are_one_visit() {
        let once = series(&[10.0, 10.6, 10.4, 11.0, 10.9], 0.3);
        let twice: Vec<Point> = once
            .iter()
            .flat_map(|p| {
                let shot = |minutes: i64, more: f64| Point {
                    taken_at: p.taken_at + minutes * 60_000,
                    value: p.value + more,
                    ..*p
                };
                [shot(-5, 0.1), shot(0, -0.1)]
            })
            .collect();
        let (a, b) = (trend(&once, None).unwrap(), trend(&twice, None).unwrap());
        let near = |x: f64, y: f64| (x - y).abs() < 1e-9;
        assert!(near(a.slope_a_day.low, b.slope_a_day.low) && near(a.slope_a_day.high, b.slope_a_day.high));
        assert_eq!((b.points.len(), b.missing), (10, a.missing));
        let same_visit = [
            once[0],
            Point {
                taken_at: once[0].taken_at + 60_000,
                ..once[0]
            },
        ];
        assert!(matches!(trend(&same_visit, None), Err(Error::TooFew { got: 1, .. })));
    }

    #[test]
    fn two_points_have_a_direction_only_beyond_their_noise() {
        let far = trend(&series(&[10.0, 14.0], 0.5), None).unwrap();
        let near = trend(&series(&[10.0, 11.0], 0.5), None).unwrap();
        let unknown = trend(&series(&[10.0, 14.0], 0.0), None).unwrap();
        assert!(far.has_direction && !near.has_direction && !unknown.has_direction);
    }

    #[test]
    fn gaps_hold_missed_visits() {
        let mut points = series(&[1.0, 1.0, 1.0, 1.0, 1.0], 0.1);
        points.remove(2);
        assert_eq!(trend(&points, None).unwrap().missing.len(), 1);
        assert_eq!(trend(&points, Some(14.0)).unwrap().missing.len(), 0);
        assert_eq!(trend(&points, Some(3.5)).unwrap().missing.len(), 1 + 3 + 1);
    }

    #[test]
    fn recovery_runs_from_none_to_full() {
        let [a, b] = [40.0, 10.0].map(|value| Point {
            taken_at: 0,
            value,
            sd: 2.0,
        });
        let r = recovery(&a, &b).unwrap();
        assert!((r.value - 75.0).abs() < 1e-9 && r.low < 66.0 && r.high > 84.0);
        assert!(recovery(&Point { value: 0.0, ..a }, &b).is_err());
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(matches!(trend(&[], None), Err(Error::TooFew { .. })));
        let same_time = [series(&[1.0], 0.0)[0]; 3];
        assert!(matches!(trend(&same_time, None), Err(Error::TooFew { .. })));
        assert!(trend(&series(&[1.0, f64::NAN], 0.0), None).is_err());
        assert!(trend(&series(&[1.0, 2.0], -1.0), None).is_err());
        assert!(trend(&series(&[1.0, 2.0], 0.1), Some(0.0)).is_err());
    }

    proptest! {
        #[test]
        fn the_slope_moves_with_units_and_not_with_offsets(
            values in prop::collection::vec(-50f64..50.0, 2..20), k in 0.1f64..10.0, c in -99f64..99.0,
        ) {
            let a = trend(&series(&values, 0.5), None).unwrap().slope_a_day;
            let other: Vec<f64> = values.iter().map(|v| k * v + c).collect();
            let b = trend(&series(&other, 0.5 * k), None).unwrap().slope_a_day;
            let near = |x: f64, y: f64| (x - y).abs() < 1e-6 * (1.0 + y.abs());
            prop_assert!(near(b.value, k * a.value) && near(b.low, k * a.low) && near(b.high, k * a.high));
            prop_assert!(a.low <= a.value && a.value <= a.high);
        }
    }
}
