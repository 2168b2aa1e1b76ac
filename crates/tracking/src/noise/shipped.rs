//! The noise that ships with this crate: numbers only, printed by the bench (see the README).

use crate::measure::measures::Measure;
use crate::noise::handheld::HandheldNoise;
use crate::noise::model::MeasureNoise;
use crate::noise::tail::Tail;
use std::collections::BTreeMap;

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
pub(crate) type Row = (Measure, f64, f64, &'static [f64]);

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

pub(crate) fn tails(rows: &[Row]) -> BTreeMap<Measure, Tail> {
    rows.iter()
        .map(|&(measure, centre, sd, z)| {
            let exceed = Tail::CHANCES.into_iter().zip(z.iter().copied()).collect();
            (measure, Tail { centre, sd, exceed })
        })
        .collect()
}

impl Table {
    fn noise(&self) -> MeasureNoise {
        MeasureNoise {
            close: tails(self.close),
            loose: tails(self.loose),
            handheld: HandheldNoise::shipped(),
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
    level: 0.002430,
    false_alarms: 0.03,
    pairs: 613,
    fitted_on: "300 simulated re-shots and 450 real pairs of pictures of one lesion from HAM10000",
    close_from: 0.8,
    close: &[
        (
            Measure::Area,
            -0.0001,
            0.0097,
            &[0.593, 1.633, 2.708, 4.652, 9.190, 13.152],
        ),
        (
            Measure::GreatestDiameter,
            -0.0006,
            0.0070,
            &[0.624, 1.449, 2.213, 3.427, 5.560, 10.671],
        ),
        (
            Measure::LeastDiameter,
            0.0001,
            0.0086,
            &[0.672, 1.394, 1.892, 3.342, 6.276, 7.530],
        ),
        (
            Measure::Perimeter,
            -0.0010,
            0.0087,
            &[0.580, 1.574, 4.325, 8.310, 12.033, 13.979],
        ),
        (
            Measure::Asymmetry,
            -0.0004,
            0.0038,
            &[0.610, 1.672, 3.120, 5.887, 10.244, 19.455],
        ),
        (
            Measure::BorderIrregularity,
            -0.0011,
            0.0157,
            &[0.595, 1.751, 4.275, 8.662, 12.202, 16.400],
        ),
        (
            Measure::Lightness,
            0.1073,
            1.4759,
            &[0.648, 1.328, 1.919, 2.436, 4.475, 5.626],
        ),
        (
            Measure::Redness,
            0.0122,
            0.6451,
            &[0.583, 1.475, 2.362, 3.959, 5.713, 6.727],
        ),
        (
            Measure::Yellowness,
            0.0120,
            0.4411,
            &[0.557, 1.568, 2.951, 5.385, 7.888, 9.316],
        ),
        (
            Measure::Variegation,
            -0.0748,
            0.3322,
            &[0.598, 1.380, 2.158, 3.092, 5.184, 5.656],
        ),
        (
            Measure::GainedArea,
            0.0000,
            0.0010,
            &[0.000, 0.000, 2.767, 24.387, 79.256, 119.122],
        ),
        (
            Measure::LostArea,
            0.0000,
            0.0010,
            &[0.000, 0.000, 5.804, 39.218, 106.650, 155.739],
        ),
        (
            Measure::NewSpot,
            0.0000,
            0.0010,
            &[0.000, 0.000, 0.000, 0.000, 54.448, 119.725],
        ),
        (
            Measure::ColourShift,
            1.2820,
            1.0921,
            &[0.635, 1.143, 2.175, 4.006, 5.713, 7.742],
        ),
    ],
    loose: &[
        (Measure::Area, -0.0044, 0.0579, &[0.477, 1.453, 2.164, 3.438, 5.222]),
        (
            Measure::GreatestDiameter,
            -0.0034,
            0.0240,
            &[0.573, 1.788, 2.953, 5.008, 11.888],
        ),
        (
            Measure::LeastDiameter,
            -0.0008,
            0.0339,
            &[0.501, 1.387, 2.326, 3.516, 4.769],
        ),
        (
            Measure::Perimeter,
            -0.0119,
            0.0372,
            &[0.627, 1.400, 2.275, 4.243, 7.766],
        ),
        (
            Measure::Asymmetry,
            -0.0019,
            0.0102,
            &[0.549, 1.658, 3.246, 5.720, 9.881],
        ),
        (
            Measure::BorderIrregularity,
            -0.0094,
            0.0606,
            &[0.682, 1.588, 2.619, 4.104, 8.419],
        ),
        (Measure::Lightness, 0.0802, 3.6026, &[0.531, 1.669, 2.465, 3.041, 3.767]),
        (Measure::Redness, 0.1185, 2.3528, &[0.549, 1.244, 1.739, 2.172, 2.744]),
        (
            Measure::Yellowness,
            0.0335,
            2.4615,
            &[0.563, 1.483, 2.623, 3.327, 4.453],
        ),
        (
            Measure::Variegation,
            -0.1863,
            0.7045,
            &[0.587, 1.366, 1.981, 2.437, 3.188],
        ),
        (
            Measure::GainedArea,
            0.0065,
            0.0383,
            &[0.169, 1.304, 2.951, 4.178, 5.889],
        ),
        (Measure::LostArea, 0.0165, 0.0499, &[0.332, 1.463, 2.923, 4.537, 5.645]),
        (Measure::NewSpot, 0.0000, 0.0280, &[0.000, 0.921, 3.023, 4.089, 4.766]),
        (
            Measure::ColourShift,
            3.6313,
            4.2609,
            &[0.538, 1.182, 1.871, 2.438, 3.055],
        ),
    ],
    apart: &[
        (
            Measure::Area,
            0.0000,
            0.0163,
            &[0.645, 1.374, 2.244, 4.032, 10.338, 22.276, 48.566],
        ),
        (
            Measure::GreatestDiameter,
            0.0000,
            0.0089,
            &[0.657, 1.409, 2.151, 3.552, 13.402, 35.173, 60.130],
        ),
        (
            Measure::LeastDiameter,
            0.0000,
            0.0095,
            &[0.656, 1.380, 2.001, 3.151, 14.139, 40.113, 80.468],
        ),
        (
            Measure::Perimeter,
            0.0000,
            0.0142,
            &[0.608, 1.467, 2.580, 4.674, 14.992, 24.119, 43.681],
        ),
        (
            Measure::Asymmetry,
            0.0000,
            0.0088,
            &[0.563, 1.663, 3.407, 7.739, 15.517, 22.944, 31.609],
        ),
        (
            Measure::BorderIrregularity,
            0.0000,
            0.0514,
            &[0.476, 2.074, 4.198, 7.220, 12.334, 19.753, 27.893],
        ),
        (
            Measure::Lightness,
            0.0000,
            1.6465,
            &[0.666, 1.344, 2.014, 3.667, 5.935, 9.011, 16.940],
        ),
        (
            Measure::Redness,
            0.0000,
            0.7448,
            &[0.568, 1.454, 2.807, 4.804, 7.070, 9.902, 13.503],
        ),
        (
            Measure::Yellowness,
            0.0000,
            0.5450,
            &[0.537, 1.556, 3.679, 6.721, 13.392, 18.938, 28.826],
        ),
        (
            Measure::Variegation,
            0.0000,
            0.3749,
            &[0.622, 1.445, 2.311, 3.569, 5.878, 7.805, 9.392],
        ),
        (
            Measure::Colours,
            0.0000,
            0.0010,
            &[0.000, 0.000, 1000.000, 1000.000, 1000.000, 1000.000, 2000.000],
        ),
    ],
};

/// Simulated re-shots alone.
static GUIDED: Table = Table {
    level: 0.000867,
    false_alarms: 0.02,
    pairs: 392,
    fitted_on: "400 simulated re-shots of HAM10000 pictures",
    close_from: -1.0,
    close: &[
        (
            Measure::Area,
            0.0002,
            0.0068,
            &[0.677, 1.325, 1.746, 2.309, 3.855, 5.020],
        ),
        (
            Measure::GreatestDiameter,
            -0.0001,
            0.0062,
            &[0.677, 1.366, 1.853, 2.326, 2.920, 3.251],
        ),
        (
            Measure::LeastDiameter,
            -0.0000,
            0.0075,
            &[0.665, 1.232, 1.607, 1.948, 2.828, 3.854],
        ),
        (
            Measure::Perimeter,
            -0.0013,
            0.0064,
            &[0.682, 1.327, 2.014, 3.006, 6.606, 10.814],
        ),
        (
            Measure::Asymmetry,
            -0.0004,
            0.0029,
            &[0.669, 1.290, 1.874, 2.642, 4.327, 10.770],
        ),
        (
            Measure::BorderIrregularity,
            -0.0018,
            0.0109,
            &[0.561, 1.382, 2.028, 3.337, 7.990, 13.551],
        ),
        (
            Measure::Lightness,
            0.1123,
            1.3728,
            &[0.591, 1.224, 1.550, 1.889, 2.141, 2.286],
        ),
        (
            Measure::Redness,
            0.0178,
            0.4392,
            &[0.669, 1.342, 2.004, 2.411, 3.236, 3.837],
        ),
        (
            Measure::Yellowness,
            0.0069,
            0.2731,
            &[0.598, 1.473, 2.018, 2.616, 3.592, 5.024],
        ),
        (
            Measure::Variegation,
            -0.0883,
            0.2865,
            &[0.618, 1.294, 1.749, 2.376, 3.524, 4.069],
        ),
        (
            Measure::GainedArea,
            0.0000,
            0.0010,
            &[0.000, 0.000, 0.000, 0.000, 12.533, 78.156],
        ),
        (
            Measure::LostArea,
            0.0000,
            0.0010,
            &[0.000, 0.000, 0.000, 2.101, 9.745, 54.381],
        ),
        (
            Measure::NewSpot,
            0.0000,
            0.0010,
            &[0.000, 0.000, 0.000, 0.000, 0.000, 40.624],
        ),
        (
            Measure::ColourShift,
            0.9958,
            0.8545,
            &[0.658, 1.107, 1.668, 2.088, 2.545, 2.741],
        ),
    ],
    loose: &[],
    apart: &[
        (
            Measure::Area,
            0.0000,
            0.0162,
            &[0.637, 1.380, 2.330, 3.966, 10.874, 21.405, 47.177],
        ),
        (
            Measure::GreatestDiameter,
            0.0000,
            0.0089,
            &[0.647, 1.404, 2.170, 3.525, 13.967, 26.039, 50.070],
        ),
        (
            Measure::LeastDiameter,
            0.0000,
            0.0097,
            &[0.645, 1.364, 2.025, 3.453, 13.375, 32.717, 79.733],
        ),
        (
            Measure::Perimeter,
            0.0000,
            0.0142,
            &[0.613, 1.491, 2.608, 4.921, 12.906, 22.648, 36.958],
        ),
        (
            Measure::Asymmetry,
            0.0000,
            0.0064,
            &[0.615, 1.430, 2.334, 3.894, 10.854, 17.673, 23.358],
        ),
        (
            Measure::BorderIrregularity,
            0.0000,
            0.0281,
            &[0.578, 1.493, 2.510, 4.341, 10.134, 14.108, 20.380],
        ),
        (
            Measure::Lightness,
            0.0000,
            1.3745,
            &[0.649, 1.269, 1.629, 1.993, 2.463, 2.795, 4.108],
        ),
        (
            Measure::Redness,
            0.0000,
            0.4938,
            &[0.633, 1.422, 1.983, 2.502, 3.399, 4.374, 6.228],
        ),
        (
            Measure::Yellowness,
            0.0000,
            0.3247,
            &[0.650, 1.417, 2.009, 2.771, 4.323, 5.753, 7.671],
        ),
        (
            Measure::Variegation,
            0.0000,
            0.2897,
            &[0.680, 1.417, 1.997, 2.625, 3.965, 4.889, 5.700],
        ),
        (
            Measure::Colours,
            0.0000,
            0.0010,
            &[0.000, 0.000, 1000.000, 1000.000, 1000.000, 1000.000, 1000.000],
        ),
    ],
};
