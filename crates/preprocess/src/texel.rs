//! Reading single pixels of any format as RGB: the plain, scalar truth that faster paths are held to.

use crate::format::{ColourMatrix, PixelFormat, Range};
use crate::frame::{Frame, PlaneView};

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
    pub fn new(matrix: ColourMatrix, range: Range) -> Self {
        let (kr, kb) = match matrix {
            ColourMatrix::Bt601 => (0.299, 0.114),
            ColourMatrix::Bt709 => (0.2126, 0.0722),
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

/// One upright pixel, which must lie inside the picture.
pub(crate) fn rgb_at(frame: &Frame<'_>, x: i32, y: i32) -> [u8; 3] {
    let (x, y) = frame.lattice().stored(x, y);
    let sample = |plane: &PlaneView<'_>, x: usize, y: usize, at: usize| plane.data[y * plane.row + x * plane.step + at];
    let [first, second, third] = &frame.planes;
    let yuv = |u: u8, v: u8| {
        let to_rgb = YuvToRgb::new(frame.matrix, frame.range);
        let luma = (f32::from(sample(first, x, y, 0)) - to_rgb.y_offset) * to_rgb.y;
        let (u, v) = (f32::from(u) - 128.0, f32::from(v) - 128.0);
        [
            luma + v * to_rgb.rv,
            luma - u * to_rgb.gu - v * to_rgb.gv,
            luma + u * to_rgb.bu,
        ]
        .map(|value| value.round() as u8)
    };
    let packed = |order: [usize; 3]| order.map(|at| sample(first, x, y, at));
    match frame.format {
        PixelFormat::Rgb8 | PixelFormat::Rgba8 => packed([0, 1, 2]),
        PixelFormat::Bgra8 => packed([2, 1, 0]),
        PixelFormat::Grey8 => packed([0; 3]),
        PixelFormat::Nv12 | PixelFormat::Nv21 => {
            let [even, odd] = [0, 1].map(|at| sample(second, x / 2, y / 2, at));
            if frame.format == PixelFormat::Nv12 {
                yuv(even, odd)
            } else {
                yuv(odd, even)
            }
        }
        PixelFormat::I420 | PixelFormat::Yuv420 => yuv(sample(second, x / 2, y / 2, 0), sample(third, x / 2, y / 2, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FrameLayout, Plane};

    fn rgb([y, u, v]: [u8; 3], matrix: ColourMatrix, range: Range) -> [u8; 3] {
        let (luma, chroma) = ([y; 4], [u, v]);
        let planes = [Plane::packed(&luma), Plane::packed(&chroma)];
        let mut layout = FrameLayout::new(PixelFormat::Nv12, 2, 2, &planes);
        (layout.matrix, layout.range) = (matrix, range);
        rgb_at(&Frame::new(&layout).unwrap(), 1, 1)
    }

    #[test]
    fn primaries_come_back_from_their_published_codes() {
        // BT.601 full range: pure red is Y 76, U 85, V 255 (JFIF).
        for (yuv, expected) in [
            ([76, 85, 255], [254, 0, 0]),
            ([150, 44, 21], [0, 255, 1]),
            ([29, 255, 107], [0, 0, 254]),
        ] {
            let got = rgb(yuv, ColourMatrix::Bt601, Range::Full);
            for (a, b) in got.iter().zip(expected) {
                assert!(a.abs_diff(b) <= 1, "{got:?} {expected:?}");
            }
        }
        // BT.709 video range: 75 % grey bar is Y 180; white 235, black 16; beyond white is clamped.
        for (y, level) in [(16, 0), (235, 255), (180, 191), (255, 255)] {
            assert_eq!(rgb([y, 128, 128], ColourMatrix::Bt709, Range::Video), [level; 3]);
        }
    }
}
