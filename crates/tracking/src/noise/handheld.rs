//! Noise of second photos as people take them: from another distance and turn, in other light.

use crate::compare::change::Change;
use crate::error::{Error, Result};
use crate::measure::measures::Measure;
use crate::noise::learn::{least_chance, tails};
use crate::noise::shipped::{self, Row};
use crate::noise::tail::Tail;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much pictures of one unchanged lesion differ that were not taken from one view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandheldNoise {
    /// Noise of each measure's difference. A measure that is missing is reported, never judged.
    pub tails: BTreeMap<Measure, Tail>,
    /// A measure counts as changed when its chance is below this.
    pub level: f64,
}

impl HandheldNoise {
    /// The noise that ships with this crate, learnt from second photos of lesions in PAD-UFES-20 (see `BENCHMARKS.md`).
    pub fn shipped() -> Self {
        Self {
            tails: shipped::tails(SHIPPED),
            level: LEVEL,
        }
    }

    /// Learns from comparisons of unchanged lesions, pictures from different views laid over each other.
    ///
    /// There are few such pairs, and no table of them reaches far into the tails. So the level is the least chance that
    /// any of them has by the tails of all others: an unchanged pair more lies beyond it with a chance of about
    /// 1 / (pairs + 1).
    ///
    /// # Errors
    /// [`Error::TooFew`] with fewer than 21 pairs.
    pub fn learnt(pairs: &[Change]) -> Result<Self> {
        const LEAST: usize = 21;
        if pairs.len() < LEAST {
            return Err(Error::TooFew {
                what: "a noise of handheld pairs",
                needed: LEAST,
                got: pairs.len(),
            });
        }
        let level = (0..pairs.len())
            .map(|k| {
                let others: Vec<&Change> = pairs
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| *i != k)
                    .map(|(_, c)| c)
                    .collect();
                least_chance(&judged(&others), &pairs[k].measures)
            })
            .fold(1.0, f64::min);
        Ok(Self {
            tails: judged(&pairs.iter().collect::<Vec<_>>()),
            level,
        })
    }
}

/// Between different views these are reported and not judged: a tilted camera foreshortens one direction, which moves the
/// least diameter, the border's length and its place while area and greatest diameter stay nearer to what they were.
const NOT_JUDGED: [Measure; 4] = [
    Measure::LeastDiameter,
    Measure::Perimeter,
    Measure::GainedArea,
    Measure::LostArea,
];

fn judged(pairs: &[&Change]) -> BTreeMap<Measure, Tail> {
    let mut tails = tails(pairs);
    tails.retain(|measure, _| !NOT_JUDGED.contains(measure));
    tails
}

/// Printed by the example `real_pairs` with LEARN=1, from all pairs.
const LEVEL: f64 = 5.760e-4;

static SHIPPED: &[Row] = &[
    (Measure::Area, -0.0049, 0.1213, &[0.535, 1.167]),
    (Measure::GreatestDiameter, 0.0014, 0.0574, &[0.532, 1.816]),
    (Measure::Asymmetry, 0.0041, 0.0438, &[0.623, 1.442, 1.897]),
    (Measure::BorderIrregularity, 0.0164, 0.3946, &[0.573, 1.289, 1.917]),
    (Measure::Lightness, 0.8521, 3.8788, &[0.610, 1.613, 2.273]),
    (Measure::Redness, -0.1114, 3.1183, &[0.631, 1.452, 1.937]),
    (Measure::Yellowness, 0.1527, 1.9698, &[0.558, 1.704, 2.510]),
    (Measure::Variegation, 0.1761, 1.7333, &[0.614, 1.475, 2.487]),
    (Measure::NewSpot, 0.0000, 0.0332, &[0.000, 0.948, 3.716]),
    (Measure::ColourShift, 4.8048, 4.7527, &[0.657, 1.035, 1.840]),
];
