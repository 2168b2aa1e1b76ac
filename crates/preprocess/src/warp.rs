//! MediaPipe's own sampling rule, kept exactly: its landmark networks were trained with it.

use crate::Result;
use crate::frame::Frame;
use crate::resample::check_output;
use crate::roi::Roi;
use crate::texel::{TexelTask, Texels, with_texels};

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
    check_output(frame, roi, width, height, out.len())?;
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
            let (down_x, down_y) = (sin * dv, cos * dv);
            for (part, pixels) in row.chunks_mut(LANES * 3).enumerate() {
                let (mut x, mut y) = ([0; LANES], [0; LANES]);
                for lane in 0..LANES {
                    // Lanes beyond the row's end repeat its last place.
                    let u = (part * LANES + lane).min(self.width - 1);
                    let du = (u as f64 / self.width as f64 - 0.5) * width;
                    x[lane] = steps(f64::from(centre[0]) + cos * du - down_x);
                    y[lane] = steps(f64::from(centre[1]) + sin * du + down_y);
                }
                let colours = bilinear(texels, &x, &y, self.size, self.border);
                for (lane, pixel) in pixels.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                    for (value, colour) in pixel.iter_mut().zip(&colours) {
                        *value = colour[lane] as f32 * scale + low;
                    }
                }
            }
        }
    }
}

/// Output pixels made at a time.
const LANES: usize = 16;

const STEPS: i32 = 32;

/// No picture reaches as far, in pixels; steps beyond it would not fit.
const FAR: f64 = 33_554_432.0;

/// OpenCV's `warpPerspective`, which MediaPipe samples with, knows places to 1/32 pixel only
/// (`INTER_TAB_SIZE`). Keeping to that brings landmarks from within 0.01 px of
/// MediaPipe's own to within 0.001 px.
///
/// Adding 1.5·2⁵² rounds half to even and leaves the whole number in the lowest bits.
#[inline(always)]
fn steps(x: f64) -> i32 {
    (x.clamp(-FAR, FAR) * f64::from(STEPS) + 6_755_399_441_055_744.0).to_bits() as i32
}

/// The samples at places given in steps, rounded half up, by channel.
#[inline(always)]
fn bilinear(
    texels: &impl Texels,
    x: &[i32; LANES],
    y: &[i32; LANES],
    (width, height): (i32, i32),
    border: Border,
) -> [[i32; LANES]; 3] {
    let mut sums = [[STEPS * STEPS / 2; LANES]; 3];
    for tap in 0..4 {
        let (right, down) = (tap & 1, tap >> 1);
        let (mut column, mut row, mut weight) = ([0; LANES], [0; LANES], [0; LANES]);
        for lane in 0..LANES {
            // Steps are a power of two: these are the whole and the part, rounded down.
            let (left, top) = (x[lane] >> 5, y[lane] >> 5);
            let (fx, fy) = (x[lane] & (STEPS - 1), y[lane] & (STEPS - 1));
            let (at_x, at_y) = (left + right, top + down);
            column[lane] = at_x.clamp(0, width - 1);
            row[lane] = at_y.clamp(0, height - 1);
            let inside = (column[lane] == at_x) & (row[lane] == at_y);
            let by_x = if right == 1 { fx } else { STEPS - fx };
            let by_y = if down == 1 { fy } else { STEPS - fy };
            // What lies outside of a zero border is black whatever its neighbour holds.
            let counts = inside | (border == Border::Replicate);
            weight[lane] = if counts { by_x.wrapping_mul(by_y) } else { 0 };
        }
        let colours = texels.colours(&texels.samples(&column, &row));
        for (sums, colours) in sums.iter_mut().zip(&colours) {
            for lane in 0..LANES {
                sums[lane] = sums[lane].wrapping_add(colours[lane].wrapping_mul(weight[lane]));
            }
        }
    }
    // Sums are never negative.
    sums.map(|channel| channel.map(|sum| sum >> 10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

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
