//! A rectangle on the upright picture.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// A rectangle on the upright picture that a network is to see.
///
/// All lengths are pixels of the upright picture (x right, y down). The picture spans `0..width` by
/// `0..height`: pixel `i` covers `i..i+1`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Roi {
    /// The middle of the rectangle, `[x, y]` in pixels.
    pub centre: [f32; 2],
    /// Length along the rectangle's own x axis, in pixels, > 0.
    pub width: f32,
    /// Length along the rectangle's own y axis, in pixels, > 0.
    pub height: f32,
    /// Radians, clockwise on screen, from the picture's x axis to the rectangle's.
    #[serde(default)]
    pub rotation: f32,
}

impl Roi {
    /// An upright square.
    pub fn square(centre: [f32; 2], side: f32) -> Self {
        Self {
            centre,
            width: side,
            height: side,
            rotation: 0.0,
        }
    }

    /// The largest upright square in the middle of a picture of `width` x `height` pixels.
    pub fn centre_square(width: u32, height: u32) -> Self {
        Self::square([width as f32 / 2.0, height as f32 / 2.0], width.min(height) as f32)
    }

    /// The whole picture.
    pub fn whole(width: u32, height: u32) -> Self {
        let (width, height) = (width as f32, height as f32);
        Self {
            centre: [width / 2.0, height / 2.0],
            width,
            height,
            rotation: 0.0,
        }
    }

    /// From the rectangle's own coordinates (`[0, 0]` its first corner, `[1, 1]` the opposite one) to pixels.
    pub fn to_picture(&self, unit: [f32; 2]) -> [f32; 2] {
        self.all_to_picture()(unit)
    }

    /// [`Self::to_picture`] for many points: the rectangle's turn is worked out once.
    pub fn all_to_picture(&self) -> impl Fn([f32; 2]) -> [f32; 2] {
        let (sin, cos) = self.rotation.sin_cos();
        let Self {
            centre, width, height, ..
        } = *self;
        move |unit| {
            let (u, v) = ((unit[0] - 0.5) * width, (unit[1] - 0.5) * height);
            [centre[0] + cos * u - sin * v, centre[1] + sin * u + cos * v]
        }
    }

    /// From pixels to the rectangle's own coordinates; inside is `0..=1` on both axes.
    pub fn to_unit(&self, point: [f32; 2]) -> [f32; 2] {
        let (sin, cos) = self.rotation.sin_cos();
        let (x, y) = (point[0] - self.centre[0], point[1] - self.centre[1]);
        [
            (cos * x + sin * y) / self.width + 0.5,
            (cos * y - sin * x) / self.height + 0.5,
        ]
    }

    /// Whether a point of the picture lies in the rectangle.
    pub fn contains(&self, point: [f32; 2]) -> bool {
        self.to_unit(point).iter().all(|u| (0.0..=1.0).contains(u))
    }

    /// The four corners in pixels: first, along x, opposite, along y.
    pub fn corners(&self) -> [[f32; 2]; 4] {
        [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(self.all_to_picture())
    }

    /// The same rectangle with both sides multiplied by `factor`.
    pub fn scaled(&self, factor: f32) -> Self {
        Self {
            width: self.width * factor,
            height: self.height * factor,
            ..*self
        }
    }

    /// The same rectangle in a picture that was scaled by `factor` (a preview and its photo).
    pub fn in_scaled_picture(&self, factor: f32) -> Self {
        Self {
            centre: self.centre.map(|c| c * factor),
            ..self.scaled(factor)
        }
    }

    /// Finite, with area, and neither far larger than nor far away from its picture.
    pub(crate) fn check(&self, width: u32, height: u32) -> Result<()> {
        let numbers = [self.centre[0], self.centre[1], self.width, self.height, self.rotation];
        if numbers.iter().any(|n| !n.is_finite()) {
            return Err(Error::Roi("a number in it is not finite"));
        }
        if self.width <= 0.0 || self.height <= 0.0 {
            return Err(Error::Roi("both sides must be larger than 0"));
        }
        if self.rotation.abs() > 1.0e3 {
            return Err(Error::Roi("its rotation is in radians and must lie within +-1000"));
        }
        // Eight times the picture: a tracked face may fill the screen, nothing real goes beyond.
        let most = 8.0 * width.max(height) as f32;
        if self.width > most || self.height > most {
            return Err(Error::Roi("a side is more than eight times the picture's longer side"));
        }
        let reach = (self.width.hypot(self.height)) / 2.0;
        let [x, y] = self.centre;
        if x + reach < 0.0 || y + reach < 0.0 || x - reach > width as f32 || y - reach > height as f32 {
            return Err(Error::Roi("it lies wholly outside the picture"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotation_is_clockwise_on_screen() {
        let roi = Roi {
            rotation: std::f32::consts::FRAC_PI_2,
            ..Roi::square([10.0, 20.0], 4.0)
        };
        let [x, y] = roi.to_picture([1.0, 0.5]);
        assert!(
            (x - 10.0).abs() < 1e-5 && (y - 22.0).abs() < 1e-5,
            "its right side points down: {x},{y}"
        );
    }

    #[test]
    fn unusable_regions_are_refused() {
        let good = Roi::centre_square(64, 48);
        assert!(good.check(64, 48).is_ok());
        for bad in [
            Roi { width: 0.0, ..good },
            Roi { height: -1.0, ..good },
            Roi {
                centre: [f32::NAN, 1.0],
                ..good
            },
            Roi {
                centre: [1000.0, 1.0],
                ..good
            },
            Roi {
                rotation: f32::INFINITY,
                ..good
            },
            good.scaled(100.0),
        ] {
            assert!(bad.check(64, 48).is_err(), "{bad:?}");
        }
    }
}
