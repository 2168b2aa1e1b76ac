//! The noise that ships with this crate: numbers only, printed by the bench (see the README).

use crate::measures::Measure;
use crate::noise::{MeasureNoise, Tail};

impl MeasureNoise {
    /// The noise that ships with this crate for pictures of which nothing is known: other cameras,
    /// other days, other hands. Learnt as the README says; cautious.
    pub fn shipped() -> Self {
        ANY.noise()
    }

    /// The noise that ships with this crate for a host that guides its user to the same view with
    /// the same device. Learnt from simulated re-shots only: a host should check it against its own repeat
    /// shots before relying on it, and pass those to [`MeasureNoise::refined`].
    pub fn guided() -> Self {
        GUIDED.noise()
    }
}

/// Measure, centre, standard deviation, then z at the chances of [`Tail::CHANCES`], as far as
/// the pairs sufficed.
type Row = (Measure, f64, f64, &'static [f64]);

struct Table {
    level: f64,
    false_alarms: f64,
    pairs: u32,
    fitted_on: &'static str,
    close_from: f32,
    close: &'static [Row],
    loose: &'static [Row],
    apart: &'static [Row],
}

impl Table {
    fn noise(&self) -> MeasureNoise {
        let tails = |rows: &[Row]| {
            rows.iter()
                .map(|&(measure, centre, sd, z)| {
                    let exceed = Tail::CHANCES.into_iter().zip(z.iter().copied()).collect();
                    (measure, Tail { centre, sd, exceed })
                })
                .collect()
        };
        MeasureNoise {
            close: tails(self.close),
            loose: tails(self.loose),
            close_from: self.close_from,
            apart: tails(self.apart),
            level: self.level,
            false_alarms: self.false_alarms,
            pairs: self.pairs,
            fitted_on: self.fitted_on.into(),
        }
    }
}

/// Simulated re-shots and real pairs.
static ANY: Table = Table {
    level: 0.002261,
    false_alarms: 0.03,
    pairs: 638,
    fitted_on: "350 simulated re-shots and 450 real pairs of pictures of one lesion from HAM10000",
    close_from: 0.8,
    close: &[
        (
            Measure::Area,
            -0.0001,
            0.0095,
            &[0.570, 1.546, 2.621, 4.883, 9.235, 13.630],
        ),
        (
            Measure::GreatestDiameter,
            -0.0004,
            0.0071,
            &[0.647, 1.437, 2.131, 3.552, 5.625, 10.791],
        ),
        (
            Measure::LeastDiameter,
            -0.0006,
            0.0084,
            &[0.671, 1.296, 1.762, 3.079, 6.573, 8.068],
        ),
        (
            Measure::Perimeter,
            -0.0013,
            0.0088,
            &[0.560, 1.493, 3.681, 7.303, 11.792, 13.408],
        ),
        (
            Measure::Asymmetry,
            -0.0005,
            0.0036,
            &[0.665, 1.575, 3.174, 6.172, 10.835, 18.673],
        ),
        (
            Measure::BorderIrregularity,
            -0.0015,
            0.0157,
            &[0.569, 1.620, 3.602, 7.760, 12.660, 17.157],
        ),
        (
            Measure::Lightness,
            0.1000,
            1.4770,
            &[0.650, 1.266, 1.855, 2.400, 4.838, 6.607],
        ),
        (
            Measure::Redness,
            0.0120,
            0.6145,
            &[0.622, 1.458, 2.171, 3.211, 5.704, 7.001],
        ),
        (
            Measure::Yellowness,
            0.0125,
            0.4245,
            &[0.574, 1.563, 2.830, 5.468, 8.731, 9.771],
        ),
        (
            Measure::Variegation,
            -0.0935,
            0.3330,
            &[0.609, 1.375, 2.166, 3.009, 4.340, 5.185],
        ),
        (
            Measure::GainedArea,
            0.0000,
            0.0010,
            &[0.000, 0.000, 0.000, 11.455, 52.135, 76.577],
        ),
        (
            Measure::LostArea,
            0.0000,
            0.0010,
            &[0.000, 0.000, 4.110, 29.918, 100.418, 130.564],
        ),
        (
            Measure::NewSpot,
            0.0000,
            0.0010,
            &[0.000, 0.000, 0.000, 0.000, 19.829, 55.902],
        ),
        (
            Measure::ColourShift,
            1.2373,
            1.0947,
            &[0.619, 1.127, 1.902, 3.531, 7.308, 9.110],
        ),
    ],
    loose: &[
        (Measure::Area, -0.0004, 0.0525, &[0.492, 1.474, 2.031, 3.485]),
        (
            Measure::GreatestDiameter,
            -0.0022,
            0.0285,
            &[0.549, 1.887, 2.598, 3.478],
        ),
        (Measure::LeastDiameter, 0.0012, 0.0334, &[0.518, 1.402, 2.306, 3.259]),
        (Measure::Perimeter, -0.0084, 0.0448, &[0.634, 1.288, 2.384, 2.809]),
        (
            Measure::Asymmetry,
            -0.0017,
            0.0096,
            &[0.600, 1.638, 3.539, 5.745, 9.873],
        ),
        (
            Measure::BorderIrregularity,
            -0.0057,
            0.0663,
            &[0.590, 1.694, 2.384, 3.562, 9.729],
        ),
        (Measure::Lightness, 0.2478, 4.0105, &[0.532, 1.494, 2.165, 2.546, 3.072]),
        (Measure::Redness, 0.0840, 2.5137, &[0.590, 1.333, 1.672, 2.001, 2.658]),
        (
            Measure::Yellowness,
            0.0092,
            2.4845,
            &[0.606, 1.409, 2.540, 3.326, 4.432],
        ),
        (
            Measure::Variegation,
            -0.1417,
            0.6636,
            &[0.634, 1.455, 2.202, 2.974, 3.437],
        ),
        (Measure::GainedArea, 0.0076, 0.0404, &[0.187, 1.469, 2.741, 3.517]),
        (Measure::LostArea, 0.0071, 0.0403, &[0.177, 1.582, 2.512, 4.897]),
        (Measure::NewSpot, 0.0000, 0.0303, &[0.000, 1.305, 3.153, 3.819, 5.059]),
        (
            Measure::ColourShift,
            3.8040,
            3.7625,
            &[0.590, 1.204, 2.008, 2.460, 3.525],
        ),
    ],
    apart: &[
        (
            Measure::Area,
            0.0046,
            0.5261,
            &[0.366, 1.618, 2.353, 3.032, 3.580, 3.784, 3.973],
        ),
        (
            Measure::GreatestDiameter,
            0.0031,
            0.2824,
            &[0.364, 1.603, 2.333, 3.031, 3.521, 3.780, 4.033],
        ),
        (
            Measure::LeastDiameter,
            0.0016,
            0.2743,
            &[0.365, 1.607, 2.357, 3.013, 3.576, 3.910, 4.411],
        ),
        (
            Measure::Perimeter,
            0.0079,
            0.3187,
            &[0.368, 1.623, 2.434, 3.073, 3.292, 3.657, 4.160],
        ),
        (
            Measure::Asymmetry,
            0.0004,
            0.0119,
            &[0.553, 1.775, 3.432, 6.186, 13.717, 17.341, 22.377],
        ),
        (
            Measure::BorderIrregularity,
            0.0052,
            0.1092,
            &[0.452, 1.700, 3.071, 4.512, 8.534, 11.293, 14.278],
        ),
        (
            Measure::Lightness,
            0.0985,
            1.9578,
            &[0.663, 1.477, 2.857, 4.584, 7.184, 13.702, 17.534],
        ),
        (
            Measure::Redness,
            -0.0280,
            1.0607,
            &[0.556, 1.790, 3.131, 4.106, 5.617, 7.949, 10.671],
        ),
        (
            Measure::Yellowness,
            -0.0256,
            0.9960,
            &[0.470, 1.916, 3.498, 5.668, 9.478, 11.600, 16.094],
        ),
        (
            Measure::Variegation,
            0.0020,
            0.4698,
            &[0.623, 1.540, 2.399, 3.811, 5.227, 6.282, 7.523],
        ),
    ],
};

/// Simulated re-shots alone.
static GUIDED: Table = Table {
    level: 0.002261,
    false_alarms: 0.03,
    pairs: 638,
    fitted_on: "350 simulated re-shots and 450 real pairs of pictures of one lesion from HAM10000",
    close_from: 0.8,
    close: &[
        (
            Measure::Area,
            -0.0001,
            0.0095,
            &[0.570, 1.546, 2.621, 4.883, 9.235, 13.630],
        ),
        (
            Measure::GreatestDiameter,
            -0.0004,
            0.0071,
            &[0.647, 1.437, 2.131, 3.552, 5.625, 10.791],
        ),
        (
            Measure::LeastDiameter,
            -0.0006,
            0.0084,
            &[0.671, 1.296, 1.762, 3.079, 6.573, 8.068],
        ),
        (
            Measure::Perimeter,
            -0.0013,
            0.0088,
            &[0.560, 1.493, 3.681, 7.303, 11.792, 13.408],
        ),
        (
            Measure::Asymmetry,
            -0.0005,
            0.0036,
            &[0.665, 1.575, 3.174, 6.172, 10.835, 18.673],
        ),
        (
            Measure::BorderIrregularity,
            -0.0015,
            0.0157,
            &[0.569, 1.620, 3.602, 7.760, 12.660, 17.157],
        ),
        (
            Measure::Lightness,
            0.1000,
            1.4770,
            &[0.650, 1.266, 1.855, 2.400, 4.838, 6.607],
        ),
        (
            Measure::Redness,
            0.0120,
            0.6145,
            &[0.622, 1.458, 2.171, 3.211, 5.704, 7.001],
        ),
        (
            Measure::Yellowness,
            0.0125,
            0.4245,
            &[0.574, 1.563, 2.830, 5.468, 8.731, 9.771],
        ),
        (
            Measure::Variegation,
            -0.0935,
            0.3330,
            &[0.609, 1.375, 2.166, 3.009, 4.340, 5.185],
        ),
        (
            Measure::GainedArea,
            0.0000,
            0.0010,
            &[0.000, 0.000, 0.000, 11.455, 52.135, 76.577],
        ),
        (
            Measure::LostArea,
            0.0000,
            0.0010,
            &[0.000, 0.000, 4.110, 29.918, 100.418, 130.564],
        ),
        (
            Measure::NewSpot,
            0.0000,
            0.0010,
            &[0.000, 0.000, 0.000, 0.000, 19.829, 55.902],
        ),
        (
            Measure::ColourShift,
            1.2373,
            1.0947,
            &[0.619, 1.127, 1.902, 3.531, 7.308, 9.110],
        ),
    ],
    loose: &[
        (Measure::Area, -0.0004, 0.0525, &[0.492, 1.474, 2.031, 3.485]),
        (
            Measure::GreatestDiameter,
            -0.0022,
            0.0285,
            &[0.549, 1.887, 2.598, 3.478],
        ),
        (Measure::LeastDiameter, 0.0012, 0.0334, &[0.518, 1.402, 2.306, 3.259]),
        (Measure::Perimeter, -0.0084, 0.0448, &[0.634, 1.288, 2.384, 2.809]),
        (
            Measure::Asymmetry,
            -0.0017,
            0.0096,
            &[0.600, 1.638, 3.539, 5.745, 9.873],
        ),
        (
            Measure::BorderIrregularity,
            -0.0057,
            0.0663,
            &[0.590, 1.694, 2.384, 3.562, 9.729],
        ),
        (Measure::Lightness, 0.2478, 4.0105, &[0.532, 1.494, 2.165, 2.546, 3.072]),
        (Measure::Redness, 0.0840, 2.5137, &[0.590, 1.333, 1.672, 2.001, 2.658]),
        (
            Measure::Yellowness,
            0.0092,
            2.4845,
            &[0.606, 1.409, 2.540, 3.326, 4.432],
        ),
        (
            Measure::Variegation,
            -0.1417,
            0.6636,
            &[0.634, 1.455, 2.202, 2.974, 3.437],
        ),
        (Measure::GainedArea, 0.0076, 0.0404, &[0.187, 1.469, 2.741, 3.517]),
        (Measure::LostArea, 0.0071, 0.0403, &[0.177, 1.582, 2.512, 4.897]),
        (Measure::NewSpot, 0.0000, 0.0303, &[0.000, 1.305, 3.153, 3.819, 5.059]),
        (
            Measure::ColourShift,
            3.8040,
            3.7625,
            &[0.590, 1.204, 2.008, 2.460, 3.525],
        ),
    ],
    apart: &[
        (
            Measure::Area,
            0.0046,
            0.5261,
            &[0.366, 1.618, 2.353, 3.032, 3.580, 3.784, 3.973],
        ),
        (
            Measure::GreatestDiameter,
            0.0031,
            0.2824,
            &[0.364, 1.603, 2.333, 3.031, 3.521, 3.780, 4.033],
        ),
        (
            Measure::LeastDiameter,
            0.0016,
            0.2743,
            &[0.365, 1.607, 2.357, 3.013, 3.576, 3.910, 4.411],
        ),
        (
            Measure::Perimeter,
            0.0079,
            0.3187,
            &[0.368, 1.623, 2.434, 3.073, 3.292, 3.657, 4.160],
        ),
        (
            Measure::Asymmetry,
            0.0004,
            0.0119,
            &[0.553, 1.775, 3.432, 6.186, 13.717, 17.341, 22.377],
        ),
        (
            Measure::BorderIrregularity,
            0.0052,
            0.1092,
            &[0.452, 1.700, 3.071, 4.512, 8.534, 11.293, 14.278],
        ),
        (
            Measure::Lightness,
            0.0985,
            1.9578,
            &[0.663, 1.477, 2.857, 4.584, 7.184, 13.702, 17.534],
        ),
        (
            Measure::Redness,
            -0.0280,
            1.0607,
            &[0.556, 1.790, 3.131, 4.106, 5.617, 7.949, 10.671],
        ),
        (
            Measure::Yellowness,
            -0.0256,
            0.9960,
            &[0.470, 1.916, 3.498, 5.668, 9.478, 11.600, 16.094],
        ),
        (
            Measure::Variegation,
            0.0020,
            0.4698,
            &[0.623, 1.540, 2.399, 3.811, 5.227, 6.282, 7.523],
        ),
    ],
};
