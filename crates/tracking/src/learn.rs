//! Noise of the measures: what ships, and what repeat shots teach.

use crate::change::{Change, MeasureChange};
use crate::error::{Error, Result};
use crate::measures::Measure;
use crate::noise::{MeasureNoise, Tail};
use std::collections::BTreeMap;

/// How many pairs the shipped noise is worth when a person's own repeats refine it.
const PRIOR_PAIRS: f64 = 20.0;

impl MeasureNoise {
    /// Learns noise from comparisons of unchanged lesions: two shots of the same visit.
    ///
    /// `together` are pictures laid over each other, `apart` the same pairs measured one by one
    /// (either may be short of a measure, none of both). `false_alarms` is the part of unchanged
    /// pairs that may show any change at all.
    ///
    /// # Errors
    /// [`Error::TooFew`] with fewer than 100 pairs in `together`; [`Error::OutOfRange`] for
    /// `false_alarms` outside 0.001..=0.5.
    pub fn learnt(
        together: &[Vec<MeasureChange>],
        apart: &[Vec<MeasureChange>],
        false_alarms: f64,
        fitted_on: &str,
    ) -> Result<Self> {
        const LEAST: usize = 100;
        if together.len() < LEAST {
            return Err(Error::TooFew {
                what: "a noise model",
                needed: LEAST,
                got: together.len(),
            });
        }
        if !(0.001..=0.5).contains(&false_alarms) {
            return Err(Error::OutOfRange {
                what: "false_alarms",
                value: false_alarms,
                range: "0.001..=0.5",
            });
        }
        let mut noise = Self {
            tails: tails(together),
            apart: tails(apart),
            level: 0.0,
            false_alarms,
            pairs: together.len() as u32,
            fitted_on: fitted_on.into(),
        };
        let mut least: Vec<f64> = together.iter().map(|c| noise.least_chance(c)).collect();
        least.sort_by(f64::total_cmp);
        let k = (false_alarms * least.len() as f64) as usize;
        noise.level = least[k.min(least.len() - 1)];
        Ok(noise)
    }

    /// Least chance over all measures of one comparison.
    fn least_chance(&self, changes: &[MeasureChange]) -> f64 {
        changes
            .iter()
            .filter_map(|c| Some(self.tails.get(&c.measure)?.chance(c.difference)))
            .fold(1.0, f64::min)
    }

    /// This noise, refined with comparisons of a person's own repeat shots: wider where they
    /// repeat worse than expected, a little narrower where better. The prior counts as 20 pairs.
    pub fn refined(&self, repeats: &[Change]) -> Self {
        let mut out = self.clone();
        for (measure, tail) in &mut out.tails {
            let z: Vec<f64> = repeats
                .iter()
                .flat_map(|c| &c.measures)
                .filter(|c| c.measure == *measure)
                .map(|c| (c.difference - tail.centre) / tail.sd)
                .collect();
            // One wild pair must not blind the comparison: a z counts as 4 at most.
            let squares: f64 = z.iter().map(|z| z.powi(2).min(16.0)).sum();
            let ratio = (PRIOR_PAIRS + squares) / (PRIOR_PAIRS + z.len() as f64);
            tail.sd *= ratio.sqrt();
        }
        out
    }
}

fn tails(pairs: &[Vec<MeasureChange>]) -> BTreeMap<Measure, Tail> {
    let mut seen: BTreeMap<Measure, Vec<f64>> = BTreeMap::new();
    for change in pairs.iter().flatten() {
        seen.entry(change.measure).or_default().push(change.difference);
    }
    seen.into_iter()
        .filter_map(|(m, d)| Some((m, Tail::learnt(&d).ok()?)))
        .collect()
}
