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
    level: 0.001623,
    false_alarms: 0.03,
    pairs: 612,
    fitted_on: "300 simulated re-shots and 450 real pairs of pictures of one lesion from HAM10000",
    close_from: 0.8,
    close: &[
        (
            Measure::Area,
            -0.0001,
            0.0096,
            &[0.569, 1.626, 2.863, 5.060, 9.482, 13.442],
        ),
        (
            Measure::GreatestDiameter,
            -0.0005,
            0.0072,
            &[0.635, 1.432, 2.225, 3.710, 6.091, 10.943],
        ),
        (
            Measure::LeastDiameter,
            -0.0000,
            0.0086,
            &[0.664, 1.355, 1.828, 3.446, 6.586, 8.136],
        ),
        (
            Measure::Perimeter,
            -0.0011,
            0.0091,
            &[0.564, 1.633, 4.303, 7.673, 11.601, 13.368],
        ),
        (
            Measure::Asymmetry,
            -0.0004,
            0.0039,
            &[0.636, 1.654, 3.347, 6.417, 10.369, 19.179],
        ),
        (
            Measure::BorderIrregularity,
            -0.0014,
            0.0166,
            &[0.586, 1.691, 4.003, 8.337, 12.295, 16.680],
        ),
        (
            Measure::Lightness,
            0.0970,
            1.4573,
            &[0.639, 1.297, 1.939, 2.536, 5.184, 6.806],
        ),
        (
            Measure::Redness,
            0.0193,
            0.6354,
            &[0.601, 1.455, 2.296, 3.348, 5.662, 6.934],
        ),
        (
            Measure::Yellowness,
            0.0133,
            0.4578,
            &[0.548, 1.516, 2.755, 5.396, 8.168, 9.091],
        ),
        (
            Measure::Variegation,
            -0.0789,
            0.3322,
            &[0.619, 1.392, 2.212, 3.159, 4.899, 5.365],
        ),
        (
            Measure::GainedArea,
            0.0000,
            0.0010,
            &[0.000, 0.000, 2.561, 22.265, 73.272, 117.397],
        ),
        (
            Measure::LostArea,
            0.0000,
            0.0010,
            &[0.000, 0.000, 6.495, 43.580, 104.725, 157.054],
        ),
        (
            Measure::NewSpot,
            0.0000,
            0.0010,
            &[0.000, 0.000, 0.000, 0.000, 43.295, 57.898],
        ),
        (
            Measure::ColourShift,
            1.2394,
            1.0890,
            &[0.618, 1.156, 2.163, 4.068, 7.582, 9.195],
        ),
    ],
    loose: &[
        (Measure::Area, -0.0004, 0.0515, &[0.501, 1.495, 2.059, 3.342]),
        (
            Measure::GreatestDiameter,
            -0.0027,
            0.0265,
            &[0.544, 2.004, 2.790, 3.641],
        ),
        (Measure::LeastDiameter, 0.0010, 0.0336, &[0.516, 1.388, 2.263, 3.208]),
        (Measure::Perimeter, -0.0086, 0.0414, &[0.665, 1.381, 2.470, 3.013]),
        (
            Measure::Asymmetry,
            -0.0018,
            0.0093,
            &[0.618, 1.649, 3.614, 5.797, 10.020],
        ),
        (
            Measure::BorderIrregularity,
            -0.0080,
            0.0635,
            &[0.646, 1.719, 2.472, 3.676, 10.109],
        ),
        (Measure::Lightness, 0.2544, 3.6827, &[0.571, 1.579, 2.321, 2.740, 3.329]),
        (Measure::Redness, 0.0893, 2.4836, &[0.599, 1.331, 1.683, 2.017, 2.645]),
        (
            Measure::Yellowness,
            0.0109,
            2.3986,
            &[0.597, 1.356, 2.550, 3.435, 4.585],
        ),
        (
            Measure::Variegation,
            -0.1705,
            0.6819,
            &[0.638, 1.407, 2.095, 2.799, 3.342],
        ),
        (Measure::GainedArea, 0.0074, 0.0394, &[0.188, 1.507, 2.668, 3.581]),
        (Measure::LostArea, 0.0069, 0.0372, &[0.185, 1.614, 2.624, 5.248]),
        (Measure::NewSpot, 0.0000, 0.0280, &[0.000, 1.280, 3.357, 4.110, 5.379]),
        (
            Measure::ColourShift,
            3.7179,
            3.7221,
            &[0.571, 1.216, 2.008, 2.487, 3.530],
        ),
    ],
    apart: &[
        (Measure::Area, 0.0007, 0.0535, &[0.665, 1.432, 1.920, 2.445, 3.120]),
        (
            Measure::GreatestDiameter,
            0.0011,
            0.0287,
            &[0.623, 1.260, 1.753, 2.235, 2.819],
        ),
        (
            Measure::LeastDiameter,
            0.0011,
            0.0291,
            &[0.666, 1.349, 1.805, 2.322, 3.497],
        ),
        (Measure::Perimeter, 0.0037, 0.0311, &[0.682, 1.379, 1.871, 2.276, 4.792]),
        (
            Measure::Asymmetry,
            0.0008,
            0.0149,
            &[0.533, 1.703, 3.951, 7.525, 13.372, 18.574, 24.466],
        ),
        (
            Measure::BorderIrregularity,
            0.0063,
            0.1332,
            &[0.417, 1.590, 2.685, 3.963, 7.751, 10.814, 15.138],
        ),
        (
            Measure::Lightness,
            -0.0749,
            2.0866,
            &[0.659, 1.536, 2.997, 4.438, 7.174, 13.615, 17.217],
        ),
        (
            Measure::Redness,
            -0.0026,
            1.2011,
            &[0.554, 1.773, 3.008, 3.775, 5.658, 9.293, 11.471],
        ),
        (
            Measure::Yellowness,
            -0.0141,
            1.1733,
            &[0.477, 1.933, 3.284, 5.391, 8.665, 14.094, 16.258],
        ),
        (
            Measure::Variegation,
            0.0328,
            0.5376,
            &[0.592, 1.457, 2.545, 3.728, 5.500, 6.326, 8.075],
        ),
    ],
};

/// Simulated re-shots alone.
static GUIDED: Table = Table {
    level: 0.002577,
    false_alarms: 0.03,
    pairs: 392,
    fitted_on: "400 simulated re-shots of HAM10000 pictures",
    close_from: -1.0,
    close: &[
        (
            Measure::Area,
            0.0002,
            0.0067,
            &[0.651, 1.311, 1.776, 2.414, 3.794, 5.067],
        ),
        (
            Measure::GreatestDiameter,
            -0.0001,
            0.0062,
            &[0.681, 1.394, 1.828, 2.383, 2.825, 3.259],
        ),
        (
            Measure::LeastDiameter,
            -0.0003,
            0.0074,
            &[0.677, 1.259, 1.628, 2.013, 2.689, 3.965],
        ),
        (
            Measure::Perimeter,
            -0.0013,
            0.0064,
            &[0.634, 1.347, 2.046, 3.050, 6.585, 10.833],
        ),
        (
            Measure::Asymmetry,
            -0.0005,
            0.0029,
            &[0.670, 1.315, 1.884, 2.647, 5.119, 10.253],
        ),
        (
            Measure::BorderIrregularity,
            -0.0018,
            0.0111,
            &[0.515, 1.326, 2.025, 3.074, 6.682, 13.310],
        ),
        (
            Measure::Lightness,
            0.1013,
            1.3741,
            &[0.592, 1.224, 1.537, 1.891, 2.148, 2.287],
        ),
        (
            Measure::Redness,
            0.0318,
            0.4460,
            &[0.642, 1.318, 1.973, 2.361, 3.313, 3.771],
        ),
        (
            Measure::Yellowness,
            0.0074,
            0.2752,
            &[0.586, 1.464, 1.995, 2.569, 3.505, 4.992],
        ),
        (
            Measure::Variegation,
            -0.0918,
            0.2879,
            &[0.612, 1.281, 1.745, 2.369, 3.513, 4.039],
        ),
        (
            Measure::GainedArea,
            0.0000,
            0.0010,
            &[0.000, 0.000, 0.000, 0.000, 12.512, 81.188],
        ),
        (
            Measure::LostArea,
            0.0000,
            0.0010,
            &[0.000, 0.000, 0.000, 2.244, 14.070, 51.999],
        ),
        (
            Measure::NewSpot,
            0.0000,
            0.0010,
            &[0.000, 0.000, 0.000, 0.000, 0.000, 40.296],
        ),
        (
            Measure::ColourShift,
            1.0007,
            0.8487,
            &[0.646, 1.111, 1.703, 2.084, 2.561, 2.756],
        ),
    ],
    loose: &[],
    apart: &[
        (
            Measure::Area,
            0.0029,
            0.0544,
            &[0.681, 1.381, 1.842, 2.277, 2.959, 3.904],
        ),
        (
            Measure::GreatestDiameter,
            0.0025,
            0.0292,
            &[0.644, 1.273, 1.738, 2.247, 2.994, 4.878],
        ),
        (
            Measure::LeastDiameter,
            0.0011,
            0.0286,
            &[0.681, 1.363, 1.809, 2.321, 3.198, 4.737],
        ),
        (
            Measure::Perimeter,
            0.0041,
            0.0317,
            &[0.703, 1.388, 1.860, 2.304, 4.700, 5.830],
        ),
        (
            Measure::Asymmetry,
            0.0001,
            0.0066,
            &[0.578, 1.382, 2.251, 3.656, 6.084, 16.140],
        ),
        (
            Measure::BorderIrregularity,
            0.0029,
            0.0275,
            &[0.580, 1.466, 2.033, 3.661, 7.648, 10.783],
        ),
        (
            Measure::Lightness,
            -0.1322,
            1.3672,
            &[0.665, 1.244, 1.586, 1.905, 2.159, 2.547],
        ),
        (
            Measure::Redness,
            0.0289,
            0.4874,
            &[0.640, 1.363, 2.035, 2.556, 3.246, 3.581],
        ),
        (
            Measure::Yellowness,
            -0.0061,
            0.3159,
            &[0.625, 1.462, 2.049, 3.119, 4.643, 5.090],
        ),
        (
            Measure::Variegation,
            0.0256,
            0.3044,
            &[0.656, 1.370, 1.899, 2.399, 3.259, 4.597],
        ),
    ],
};
