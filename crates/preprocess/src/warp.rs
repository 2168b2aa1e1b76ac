//! MediaPipe's own sampling rule, kept exactly: its landmark networks were trained with it.

use crate::frame::Frame;
use crate::resample::MAX_OUTPUT_SIDE;
use crate::roi::Roi;
use crate::texel::{TexelTask, Texels, with_texels};
use crate::{Error, Result};

/// What lies outside the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Black (MediaPipe's detectors).
    Zero,
    /// The nearest pixel of the picture (MediaPipe's landmark networks).
    Replicate,
}

/// Samples a region as MediaPipe's `ImageToTensor` does and writes `height x width x 3` RGB values (NHWC).
///
/// Output pixel (u, v) is the bilinear sample at `centre + R(rotation)·((u/width − ½)·roi.width,
/// (v/height − ½)·roi.height)`, with pixel values at integer coordinates, no half-pixel offset and no
/// antialiasing, places rounded to 1/32 pixel, values rounded to 8 bits and then mapped from 0..=255 to `range`. Rule read from MediaPipe
/// 0.10.21's expanded graphs. Half-size chroma is taken from its 2x2 cell.
///
/// Allocates nothing.
///
/// # Errors
/// An unusable region or size, or a buffer that is not `width * height * 3` long.
pub fn mediapipe(
    frame: &Frame<'_>,
    roi: &Roi,
    width: usize,
    height: usize,
    border: Border,
    range: (f32, f32),
    out: &mut [f32],
) -> Result<()> {
    roi.check(frame.width(), frame.height())?;
    if width == 0 || height == 0 || width > MAX_OUTPUT_SIDE || height > MAX_OUTPUT_SIDE {
        return Err(Error::OutputSize {
            width,
            height,
            max: MAX_OUTPUT_SIDE,
        });
    }
    let needed = width * height * 3;
    if out.len() != needed {
        return Err(Error::BufferLength {
            buffer: "output",
            needed,
            got: out.len(),
        });
    }
    let size = (frame.width() as i32, frame.height() as i32);
    with_texels(
        frame,
        Warp {
            roi,
            width,
            height,
            border,
            range,
            size,
            out,
        },
    );
    Ok(())
}

struct Warp<'a> {
    roi: &'a Roi,
    width: usize,
    height: usize,
    border: Border,
    range: (f32, f32),
    size: (i32, i32),
    out: &'a mut [f32],
}

impl TexelTask<()> for Warp<'_> {
    #[inline(always)]
    fn run(self, texels: &impl Texels) {
        let Roi {
            centre,
            width,
            height,
            rotation,
        } = *self.roi;
        let (sin, cos) = f64::from(rotation).sin_cos();
        let (width, height) = (f64::from(width), f64::from(height));
        let (low, high) = self.range;
        let scale = (high - low) / 255.0;
        for (v, row) in self.out.chunks_exact_mut(self.width * 3).enumerate() {
            let dv = (v as f64 / self.height as f64 - 0.5) * height;
            for (u, value) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                let du = (u as f64 / self.width as f64 - 0.5) * width;
                let x = steps(f64::from(centre[0]) + cos * du - sin * dv);
                let y = steps(f64::from(centre[1]) + sin * du + cos * dv);
                let sample = bilinear(texels, x, y, self.size, self.border);
                *value = sample.map(|sample| sample as f32 * scale + low);
            }
        }
    }
}

const STEPS: i32 = 32;

/// OpenCV's `warpPerspective`, which MediaPipe samples with, knows places to 1/32 pixel only
/// (`INTER_TAB_SIZE`). Keeping to that brings landmarks from within 0.01 px of
/// MediaPipe's own to within 0.001 px.
#[inline(always)]
fn steps(x: f64) -> i32 {
    (x * f64::from(STEPS)).round_ties_even() as i32
}

/// The sample at a place given in steps, rounded half up.
#[inline(always)]
fn bilinear(texels: &impl Texels, x: i32, y: i32, (width, height): (i32, i32), border: Border) -> [i32; 3] {
    let (left, top) = (x.div_euclid(STEPS), y.div_euclid(STEPS));
    let [fx, fy] = [x, y].map(|at| at.rem_euclid(STEPS));
    let taps = if left >= 0 && top >= 0 && left + 1 < width && top + 1 < height {
        texels.quad(left, top)
    } else {
        [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, down)| {
            let (x, y) = (left + right, top + down);
            if border == Border::Zero && (x < 0 || y < 0 || x >= width || y >= height) {
                return [0; 3];
            }
            texels.rgb(x.clamp(0, width - 1), y.clamp(0, height - 1))
        })
    };
    std::array::from_fn(|c| {
        let [a, b, d, e] = taps.map(|tap| i32::from(tap[c]));
        let (upper, lower) = (a * (STEPS - fx) + b * fx, d * (STEPS - fx) + e * fx);
        (upper * (STEPS - fy) + lower * fy + STEPS * STEPS / 2) / (STEPS * STEPS)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_as_large_as_its_output_is_the_identity() {
        let data: Vec<u8> = (0..8 * 6 * 3).map(|i| (i * 37 % 251) as u8).collect();
        let frame = Frame::rgb8(&data, 8, 6).unwrap();
        let mut out = vec![0.0; data.len()];
        mediapipe(&frame, &Roi::whole(8, 6), 8, 6, Border::Zero, (0.0, 255.0), &mut out).unwrap();
        assert!(out.iter().zip(&data).all(|(&a, &b)| a == f32::from(b)));
    }

    #[test]
    fn borders_differ_outside_only() {
        let data = [200u8; 4 * 4 * 3];
        let frame = Frame::rgb8(&data, 4, 4).unwrap();
        let roi = Roi::square([2.0, 2.0], 8.0);
        let mut zero = vec![0.0; 8 * 8 * 3];
        mediapipe(&frame, &roi, 8, 8, Border::Zero, (-1.0, 1.0), &mut zero).unwrap();
        assert_eq!(zero[0], -1.0);
        let mut replicate = vec![0.0; 8 * 8 * 3];
        mediapipe(&frame, &roi, 8, 8, Border::Replicate, (-1.0, 1.0), &mut replicate).unwrap();
        assert!(replicate.iter().all(|v| (v - (400.0 / 255.0 - 1.0)).abs() < 1e-6));
        let middle = (3 * 8 + 3) * 3;
        assert_eq!(zero[middle], replicate[middle]);
    }

    #[test]
    fn a_wrong_buffer_is_an_error() {
        let data = [0u8; 12];
        let frame = Frame::rgb8(&data, 2, 2).unwrap();
        let roi = Roi::whole(2, 2);
        let mut out = vec![0.0; 11];
        let error = mediapipe(&frame, &roi, 2, 2, Border::Zero, (0.0, 1.0), &mut out).unwrap_err();
        assert!(matches!(
            error,
            Error::BufferLength {
                needed: 12,
                got: 11,
                ..
            }
        ));
        assert!(mediapipe(&frame, &roi, 0, 2, Border::Zero, (0.0, 1.0), &mut []).is_err());
    }
}
