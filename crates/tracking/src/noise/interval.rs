//! A value and how far a re-shot of it may lie away.

use crate::measure::measures::Measure;
use crate::noise::model::MeasureNoise;
use crate::noise::tail::Tail;
use serde::{Deserialize, Serialize};
use skinkit_numerics::normal;

/// A value with its 95 % interval.
///
/// Of a measured value: 95 % of re-shots of the same unchanged lesion give a value inside, which is to say that a second
/// value outside would be a difference with a chance below 5 %. Of a slope or another estimate: the usual confidence
/// interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Interval {
    /// The value.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Part of unchanged re-shots that an interval leaves out.
    pub(crate) const OUTSIDE: f64 = 0.05;

    /// `value` give or take `half`.
    pub(crate) fn around(value: f64, half: f64) -> Self {
        Self {
            value,
            low: value - half,
            high: value + half,
        }
    }

    /// Half-width of the 95 % interval of an estimate with this standard deviation.
    pub(crate) fn half_width(sd: f64) -> f64 {
        normal::quantile(1.0 - 0.5 * Self::OUTSIDE) * sd
    }

    /// The interval of a single value for a re-shot, where one shot's value has this standard deviation: both shots err.
    pub fn of_reshot(value: f64, sd: f64) -> Self {
        Self::around(value, Self::half_width(core::f64::consts::SQRT_2 * sd))
    }

    /// Standard deviation of one shot's value, if the interval is one for a re-shot: the inverse of
    /// [`Interval::of_reshot`].
    pub fn shot_sd(&self) -> f64 {
        let half = 0.5 * (self.high - self.low).max(0.0);
        half / Self::half_width(core::f64::consts::SQRT_2)
    }

    /// Whether a value lies inside, ends included.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

impl MeasureNoise {
    /// The 95 % interval of a value measured on one picture: every value to which the difference has a chance of 5 % or
    /// more when both pictures are measured by themselves. `scale_error` is the standard deviation of the millimetre scale
    /// as a part of it, of either picture. Without a tail for the measure it is the value alone.
    pub fn interval(&self, measure: Measure, value: f64, scale_error: f64) -> Interval {
        let error = core::f64::consts::SQRT_2 * scale_error * f64::from(measure.dimension());
        let tail = self.apart.get(&measure).map(|tail| tail.widened(error));
        let (centre, half) = tail.map_or((0.0, 0.0), |tail: Tail| {
            (tail.centre, tail.detectable(Interval::OUTSIDE))
        });
        let (low, high) = (centre - half, centre + half);
        let (low, high) = if measure.is_ratio() {
            (value * low.exp(), value * high.exp())
        } else if measure.is_signed() {
            (value + low, value + high)
        } else {
            ((value + low).max(0.0), value + high)
        };
        Interval {
            value,
            low: low.min(value),
            high: high.max(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skinkit_numerics::random::Random;

    #[test]
    fn the_second_of_two_noisy_shots_lies_inside_as_often_as_stated() {
        // One shot errs by 0.1 in the logarithm; two differ by 1.41 times as much.
        let mut random = Random::new(5);
        let mut shot = || 10.0 * f64::from(random.normal(0.1)).exp();
        let pairs: Vec<(f64, f64)> = (0..4000).map(|_| (shot(), shot())).collect();
        let differences: Vec<f64> = pairs[..2000].iter().map(|(a, b)| (b / a).ln()).collect();
        let noise = MeasureNoise {
            apart: [(Measure::Area, Tail::learnt(&differences).unwrap())].into(),
            ..MeasureNoise::shipped()
        };
        let inside = pairs[2000..]
            .iter()
            .filter(|(a, b)| noise.interval(Measure::Area, *a, 0.0).contains(*b))
            .count();
        assert!((1860..=1940).contains(&inside), "{inside} of 2000");
        let sd = Interval::of_reshot(3.0, 0.2).shot_sd();
        assert!((sd - 0.2).abs() < 1e-12);
    }
}
