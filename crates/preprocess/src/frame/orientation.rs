//! Which way up a stored picture is.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The turn that brings the stored picture upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// Already upright.
    #[default]
    None,
    /// Turn the stored picture 90 degrees clockwise.
    Cw90,
    /// Turn it by 180 degrees.
    Cw180,
    /// Turn it 270 degrees clockwise (90 counter-clockwise).
    Cw270,
}

impl Rotation {
    /// From clockwise degrees as cameras report them; any multiple of 90.
    ///
    /// # Errors
    /// [`Error::Rotation`] for anything but a multiple of 90.
    pub fn from_degrees(degrees: i32) -> Result<Self> {
        match degrees.rem_euclid(360) {
            0 => Ok(Self::None),
            90 => Ok(Self::Cw90),
            180 => Ok(Self::Cw180),
            270 => Ok(Self::Cw270),
            _ => Err(Error::Rotation(degrees)),
        }
    }

    /// Whether width and height change places.
    pub fn swaps(self) -> bool {
        matches!(self, Self::Cw90 | Self::Cw270)
    }
}

/// Integer map from upright pixel indices to stored ones: `x = x0 + xx·X + xy·Y`, and so for y.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OrientationMap {
    pub x0: i32,
    pub xx: i32,
    pub xy: i32,
    pub y0: i32,
    pub yx: i32,
    pub yy: i32,
}

impl OrientationMap {
    /// For a stored picture of `width` x `height`, turned by `rotation`, then mirrored left to right.
    pub fn new(width: i32, height: i32, rotation: Rotation, mirrored: bool) -> Self {
        let (x0, xx, xy, y0, yx, yy) = match rotation {
            Rotation::None => (0, 1, 0, 0, 0, 1),
            Rotation::Cw90 => (0, 0, 1, height - 1, -1, 0),
            Rotation::Cw180 => (width - 1, -1, 0, height - 1, 0, -1),
            Rotation::Cw270 => (width - 1, 0, -1, 0, 1, 0),
        };
        if mirrored {
            let last = if rotation.swaps() { height } else { width } - 1;
            Self {
                x0: x0 + xx * last,
                xx: -xx,
                xy,
                y0: y0 + yx * last,
                yx: -yx,
                yy,
            }
        } else {
            Self { x0, xx, xy, y0, yx, yy }
        }
    }

    /// The stored pixel under an upright one; both inside their pictures.
    pub fn stored(&self, x: i32, y: i32) -> (usize, usize) {
        let turn = |from: i32, by_x: i32, by_y: i32| (from + by_x * x + by_y * y) as usize;
        (turn(self.x0, self.xx, self.xy), turn(self.y0, self.yx, self.yy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarter_turns_only() {
        assert_eq!(Rotation::from_degrees(-90).unwrap(), Rotation::Cw270);
        assert_eq!(Rotation::from_degrees(450).unwrap(), Rotation::Cw90);
        for degrees in [45, -45, 1, 91, i32::MIN, i32::MAX] {
            let error = Rotation::from_degrees(degrees).unwrap_err();
            assert!(matches!(error, Error::Rotation(got) if got == degrees), "{error:?}");
            assert!(error.to_string().contains(&degrees.to_string()), "{error}");
        }
    }

    #[test]
    fn a_clockwise_turn_brings_the_left_column_to_the_top() {
        // Stored 2x3:  a b      upright after 90 cw (3x2):  e c a
        //              c d                                   f d b
        //              e f
        let map = OrientationMap::new(2, 3, Rotation::Cw90, false);
        assert_eq!(map.stored(0, 0), (0, 2));
        assert_eq!(map.stored(2, 0), (0, 0));
        assert_eq!(map.stored(2, 1), (1, 0));
        let mirrored = OrientationMap::new(2, 3, Rotation::Cw90, true);
        assert_eq!(mirrored.stored(0, 0), (0, 0));
        assert_eq!(mirrored.stored(0, 1), (1, 0));
    }

    #[test]
    fn every_orientation_is_a_bijection() {
        for rotation in [Rotation::None, Rotation::Cw90, Rotation::Cw180, Rotation::Cw270] {
            for mirrored in [false, true] {
                let map = OrientationMap::new(5, 3, rotation, mirrored);
                let (w, h) = if rotation.swaps() { (3, 5) } else { (5, 3) };
                let mut seen: Vec<_> = (0..h)
                    .flat_map(|y| (0..w).map(move |x| (x, y)))
                    .map(|(x, y)| map.stored(x, y))
                    .collect();
                assert!(seen.iter().all(|&(x, y)| x < 5 && y < 3));
                seen.sort_unstable();
                seen.dedup();
                assert_eq!(seen.len(), 15);
            }
        }
    }
}
