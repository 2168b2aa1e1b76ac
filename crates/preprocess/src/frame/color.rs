//! Luma and chroma to red, green and blue.

use serde::{Deserialize, Serialize};

/// The luma weights of a YUV buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum ColorMatrix {
    /// ITU-R BT.601 (JPEG, most Android cameras).
    #[default]
    Bt601,
    /// ITU-R BT.709 (HD video).
    Bt709,
}

/// Which part of 0..=255 a YUV buffer uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Range {
    /// All of it (JPEG range).
    #[default]
    Full,
    /// Luma 16..=235, chroma 16..=240.
    Video,
}

/// YUV to RGB, from the luma weights of BT.601 (0.299, 0.114) and BT.709 (0.2126, 0.0722).
#[derive(Debug, Clone, Copy)]
pub(crate) struct YuvToRgb {
    pub y_offset: f32,
    pub y: f32,
    pub rv: f32,
    pub gu: f32,
    pub gv: f32,
    pub bu: f32,
}

impl YuvToRgb {
    pub fn new(matrix: ColorMatrix, range: Range) -> Self {
        let (kr, kb) = match matrix {
            ColorMatrix::Bt601 => (0.299, 0.114),
            ColorMatrix::Bt709 => (0.2126, 0.0722),
        };
        let kg = 1.0 - kr - kb;
        let (y_offset, y, c) = match range {
            Range::Full => (0.0, 1.0, 1.0),
            Range::Video => (16.0, 255.0 / 219.0, 255.0 / 224.0),
        };
        Self {
            y_offset,
            y: y as f32,
            rv: (2.0 * (1.0 - kr) * c) as f32,
            gu: (2.0 * kb * (1.0 - kb) / kg * c) as f32,
            gv: (2.0 * kr * (1.0 - kr) / kg * c) as f32,
            bu: (2.0 * (1.0 - kb) * c) as f32,
        }
    }

    /// One pixel, rounded and clamped: the plain arithmetic that faster code is held to.
    pub fn convert(self, [y, u, v]: [u8; 3]) -> [u8; 3] {
        let luma = (f32::from(y) - self.y_offset) * self.y;
        let (u, v) = (f32::from(u) - 128.0, f32::from(v) - 128.0);
        [luma + v * self.rv, luma - u * self.gu - v * self.gv, luma + u * self.bu].map(|value| value.round() as u8)
    }

    /// The same for samples that count `times` as much.
    pub fn of_sums(self, times: f32) -> Self {
        let Self { y, rv, gu, gv, bu, .. } = self;
        let [y, rv, gu, gv, bu] = [y, rv, gu, gv, bu].map(|factor| factor / times);
        Self {
            y,
            rv,
            gu,
            gv,
            bu,
            ..self
        }
    }
}

/// 1.5·2²³: adding it leaves the nearest whole number in the lowest bits, and subtracting it again that number.
pub(crate) const ROUND: f32 = 12_582_912.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primaries_come_back_from_their_published_codes() {
        // BT.601 full range: pure red is Y 76, U 85, V 255 (JFIF).
        for (yuv, expected) in [
            ([76, 85, 255], [254, 0, 0]),
            ([150, 44, 21], [0, 255, 1]),
            ([29, 255, 107], [0, 0, 254]),
        ] {
            let got = YuvToRgb::new(ColorMatrix::Bt601, Range::Full).convert(yuv);
            for (a, b) in got.iter().zip(expected) {
                assert!(a.abs_diff(b) <= 1, "{got:?} {expected:?}");
            }
        }
        // BT.709 video range: the 75 % gray bar is Y 180; white 235, black 16; beyond white is clamped.
        for (y, level) in [(16, 0), (235, 255), (180, 191), (255, 255)] {
            let got = YuvToRgb::new(ColorMatrix::Bt709, Range::Video).convert([y, 128, 128]);
            assert_eq!(got, [level; 3]);
        }
    }
}
