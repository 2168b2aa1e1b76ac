//! When scans were taken, as visits: which were missed, and when the next one is due.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use skinkit_numerics::quantile::median;

const DAY: f64 = 86_400_000.0;
/// A gap of this many usual gaps holds a missed visit.
const MISSED: f64 = 1.5;
/// Scans no further apart than this, in milliseconds, belong to one visit: long enough to take a few
/// shots again, short against any interval at which skin is looked at.
const ONE_VISIT: i64 = 3_600_000;

/// Visits of one site or lesion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Visits {
    /// When each visit was: its last scan, milliseconds since 1970-01-01T00:00Z, in order.
    pub at: Vec<i64>,
    /// Days from one visit to the next: as asked for, or else the median gap of four visits or more.
    pub usual_days: Option<f64>,
    /// When a visit seems to have been missed: one time for each.
    pub missing: Vec<i64>,
    /// When the next visit is due; `None` where the usual gap is not known.
    pub next_due: Option<i64>,
}

/// Groups times (any order) into visits.
///
/// `every_days` is how many days there should be between visits; without it, the usual gap is the
/// median of the gaps themselves, never under a day.
///
/// # Errors
/// [`Error::OutOfRange`] for `every_days` that is not a positive number.
pub fn visits(taken_at: &[i64], every_days: Option<f64>) -> Result<Visits> {
    if let Some(days) = every_days
        && !(days.is_finite() && days > 0.0)
    {
        return Err(Error::OutOfRange {
            what: "the days between visits",
            value: days,
            range: "the numbers above 0",
        });
    }
    let mut times = taken_at.to_vec();
    times.sort_unstable();
    let at: Vec<i64> = times
        .chunk_by(|a, b| same_visit(*a, *b))
        .filter_map(|visit| visit.last().copied())
        .collect();
    let gaps: Vec<f64> = at.windows(2).map(|w| w[1].saturating_sub(w[0]) as f64).collect();
    let usual = every_days
        .map(|days| days * DAY)
        .or_else(|| (gaps.len() >= 3).then(|| median(&mut gaps.clone()).max(DAY)));
    let mut missing = Vec::new();
    if let Some(usual) = usual {
        for (pair, gap) in at.windows(2).zip(gaps) {
            if gap > MISSED * usual {
                let visits = ((gap / usual).round() as i64).clamp(2, 1000);
                let step = gap / visits as f64;
                missing.extend((1..visits).map(|k| pair[0].saturating_add((k as f64 * step) as i64)));
            }
        }
    }
    Ok(Visits {
        next_due: usual
            .zip(at.last())
            .map(|(usual, last)| last.saturating_add(usual as i64)),
        usual_days: usual.map(|gap| gap / DAY),
        missing,
        at,
    })
}

/// Whether two scans, by their times in milliseconds, belong to one visit: an hour apart at most.
pub fn same_visit(a: i64, b: i64) -> bool {
    a.saturating_sub(b).saturating_abs() <= ONE_VISIT
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn weeks(days: &[f64]) -> Vec<i64> {
        days.iter()
            .map(|d| 1_700_000_000_000 + (d * 7.0 * DAY) as i64)
            .collect()
    }

    #[test]
    fn two_shots_a_visit_are_one_visit() {
        let mut times = weeks(&[0.0, 1.0, 2.0, 3.0]);
        let again: Vec<i64> = times.iter().map(|t| t + 60_000).collect();
        times.extend(&again);
        let v = visits(&times, None).unwrap();
        assert_eq!(v.at, again);
        assert_eq!(v.usual_days, Some(7.0));
        assert!(v.missing.is_empty());
        assert_eq!(v.next_due, Some(again[3] + (7.0 * DAY) as i64));
    }

    #[test]
    fn gaps_hold_missed_visits() {
        let times = weeks(&[0.0, 1.0, 3.0, 4.0]);
        assert_eq!(visits(&times, None).unwrap().missing, [times[1] + (7.0 * DAY) as i64]);
        assert_eq!(visits(&times, Some(14.0)).unwrap().missing.len(), 0);
        assert_eq!(visits(&times, Some(3.5)).unwrap().missing.len(), 1 + 3 + 1);
    }

    #[test]
    fn too_few_visits_have_no_usual_gap() {
        let v = visits(&weeks(&[0.0, 1.0, 9.0]), None).unwrap();
        assert_eq!((v.usual_days, v.next_due, v.missing.len()), (None, None, 0));
        assert_eq!(visits(&[], None).unwrap(), Visits::default());
        assert!(visits(&[], Some(-1.0)).is_err());
    }

    proptest! {
        #[test]
        fn any_times_are_taken(times in prop::collection::vec(any::<i64>(), 0..12), days in 0.001f64..1e6) {
            let v = visits(&times, Some(days)).unwrap();
            prop_assert!(v.at.len() <= times.len() && v.at.is_sorted());
        }
    }
}
