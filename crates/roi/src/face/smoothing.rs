//! The One-Euro filter (Casiez, Roussel, Vogel, CHI 2012): still points hold still, moving points don't lag.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How much points are smoothed between frames.
///
/// Speeds are counted in interocular distances a second, so that the setting does not depend on how
/// near the face is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Smoothing {
    /// Cut-off of a point at rest, in hertz, > 0: lower is steadier.
    pub min_cutoff: f32,
    /// How much the cut-off rises with speed, >= 0: higher follows faster.
    pub beta: f32,
    /// Cut-off of the speed itself, in hertz, > 0.
    pub derivative_cutoff: f32,
}

impl Default for Smoothing {
    /// MediaPipe's own landmark smoothing uses a beta of 80 on a face-sized unit with 0.05 Hz at rest;
    /// at rest that lags visibly, so the floor here is higher.
    fn default() -> Self {
        Self {
            min_cutoff: 0.5,
            beta: 20.0,
            derivative_cutoff: 1.0,
        }
    }
}

impl Smoothing {
    /// # Errors
    /// A number outside its range.
    pub(crate) fn check(&self) -> Result<()> {
        for (what, value) in [
            ("min_cutoff", self.min_cutoff),
            ("derivative_cutoff", self.derivative_cutoff),
        ] {
            if !(value.is_finite() && value > 0.0) {
                return Err(Error::Argument {
                    what,
                    value,
                    expected: "finite and above 0",
                });
            }
        }
        if !(self.beta.is_finite() && self.beta >= 0.0) {
            return Err(Error::Argument {
                what: "beta",
                value: self.beta,
                expected: "finite and at least 0",
            });
        }
        Ok(())
    }
}

/// The filter's memory of one set of points.
#[derive(Debug, Clone, Default)]
pub(crate) struct Smoother {
    points: Vec<[f32; 3]>,
    speeds: Vec<[f32; 3]>,
}

impl Smoother {
    /// Smooths `points` in place. `seconds` since the last call, `unit` the length that speeds are counted in.
    ///
    /// A first call, another number of points, or a time that does not advance starts afresh.
    pub fn apply(&mut self, settings: &Smoothing, seconds: f32, unit: f32, points: &mut [[f32; 3]]) {
        if self.points.len() != points.len() || !(seconds > 0.0 && unit > 0.0) {
            self.points.clear();
            self.points.extend_from_slice(points);
            self.speeds.clear();
            self.speeds.resize(points.len(), [0.0; 3]);
            return;
        }
        let speed_weight = weight(settings.derivative_cutoff, seconds);
        let units_a_second = 1.0 / (unit * seconds);
        for ((point, last), speed) in points.iter_mut().zip(&mut self.points).zip(&mut self.speeds) {
            for axis in 0..3 {
                let now = (point[axis] - last[axis]) * units_a_second;
                speed[axis] += speed_weight * (now - speed[axis]);
            }
            // One cut-off for the point, so that its axes do not drift apart.
            let fastest = speed.iter().map(|v| v * v).sum::<f32>().sqrt();
            let weight = weight(settings.min_cutoff + settings.beta * fastest, seconds);
            for axis in 0..3 {
                last[axis] += weight * (point[axis] - last[axis]);
            }
            *point = *last;
        }
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.points.clear();
    }
}

/// Weight of the newest sample in a low pass of this cut-off.
fn weight(cutoff: f32, seconds: f32) -> f32 {
    let step = std::f32::consts::TAU * cutoff * seconds;
    step / (step + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: f32 = 1.0 / 30.0;

    #[test]
    fn jitter_at_rest_is_damped() {
        let (settings, mut smoother) = (Smoothing::default(), Smoother::default());
        let (mut raw_sum, mut smooth_sum) = (0.0, 0.0);
        for i in 0..300 {
            let jitter = [0.3, -0.3][i % 2];
            let mut points = [[100.0 + jitter, 50.0, 0.0]];
            smoother.apply(&settings, FRAME, 60.0, &mut points);
            if i > 30 {
                raw_sum += jitter * jitter;
                smooth_sum += (points[0][0] - 100.0) * (points[0][0] - 100.0);
            }
        }
        assert!(smooth_sum < raw_sum / 10.0, "{smooth_sum} of {raw_sum}");
    }

    #[test]
    fn fast_motion_is_followed() {
        let (settings, mut smoother) = (Smoothing::default(), Smoother::default());
        let mut lag = 0.0;
        for i in 0..60 {
            // Two interocular distances a second.
            let x = 100.0 + i as f32 * 4.0;
            let mut points = [[x, 50.0, 0.0]];
            smoother.apply(&settings, FRAME, 60.0, &mut points);
            lag = x - points[0][0];
        }
        assert!((0.0..4.0).contains(&lag), "less than one frame behind: {lag}");
    }

    #[test]
    fn time_standing_still_starts_afresh_and_nothing_becomes_nan() {
        let (settings, mut smoother) = (Smoothing::default(), Smoother::default());
        smoother.apply(&settings, FRAME, 60.0, &mut [[0.0; 3]]);
        let mut points = [[9.0; 3]];
        smoother.apply(&settings, 0.0, 60.0, &mut points);
        assert_eq!(points, [[9.0; 3]]);
        smoother.apply(&settings, -1.0, 0.0, &mut points);
        assert!(points[0].iter().all(|v| v.is_finite()));
    }

    #[test]
    fn settings_are_checked() {
        assert!(Smoothing::default().check().is_ok());
        assert!(
            Smoothing {
                min_cutoff: 0.0,
                ..Smoothing::default()
            }
            .check()
            .is_err()
        );
        assert!(
            Smoothing {
                beta: f32::NAN,
                ..Smoothing::default()
            }
            .check()
            .is_err()
        );
    }
}
