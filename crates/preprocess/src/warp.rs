//! MediaPipe's own sampling rule, kept exactly: its landmark networks were trained with it. Of YUV, samples are blended
//! before their colour is converted, which is within one level of it but where colours are clamped.

use crate::Result;
use crate::frame::Frame;
#[cfg(target_arch = "x86_64")]
use crate::quads;
use crate::resample::check_output;
use crate::roi::Roi;
use crate::texel::{TexelTask, Texels, WHOLE, with_texels};

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
/// 0.10.21's expanded graphs. Half-size chroma is taken from its 2x2 cell; luma and chroma are sampled, and the sample is
/// converted to RGB.
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
    let warp = Warp {
        roi,
        width,
        height,
        border,
        range,
        size: (frame.width() as i32, frame.height() as i32),
        out,
    };
    #[cfg(target_arch = "x86_64")]
    let Err(warp) = quads::warp(frame, warp) else {
        return Ok(());
    };
    with_texels(frame, warp);
    Ok(())
}

/// One region's way to a network's input.
pub(crate) struct Warp<'a> {
    roi: &'a Roi,
    width: usize,
    height: usize,
    pub border: Border,
    range: (f32, f32),
    size: (i32, i32),
    out: &'a mut [f32],
}

/// Reads pixels at many places at once.
pub(crate) trait Sampler {
    /// Writes `level * scale + low` of each channel at the upright places, which are in steps, pixel by pixel; as many
    /// pixels as `out` holds.
    fn sample(&self, x: &[i32; LANES], y: &[i32; LANES], scale: f32, low: f32, out: &mut [f32]);
}

impl Warp<'_> {
    /// Row by row, [`LANES`] pixels at a time.
    #[inline(always)]
    pub fn sample(self, sampler: &impl Sampler) {
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
        for first in (0..self.width).step_by(TILE) {
            // What a row's places have in common with those of every other row.
            let (mut right_x, mut right_y) = ([0.0; TILE], [0.0; TILE]);
            for (u, (x, y)) in (first..).zip(right_x.iter_mut().zip(&mut right_y)) {
                let du = (u as f64 / self.width as f64 - 0.5) * width;
                *x = f64::from(centre[0]) + cos * du;
                *y = f64::from(centre[1]) + sin * du;
            }
            let end = self.width.min(first + TILE);
            for (v, row) in self.out.chunks_exact_mut(self.width * 3).enumerate() {
                let dv = (v as f64 / self.height as f64 - 0.5) * height;
                let (down_x, down_y) = (sin * dv, cos * dv);
                let places = right_x
                    .as_chunks::<LANES>()
                    .0
                    .iter()
                    .zip(right_y.as_chunks::<LANES>().0);
                for (pixels, (x, y)) in row[first * 3..end * 3].chunks_mut(LANES * 3).zip(places) {
                    let (mut at_x, mut at_y) = ([0; LANES], [0; LANES]);
                    for lane in 0..LANES {
                        at_x[lane] = steps(x[lane] - down_x);
                        at_y[lane] = steps(y[lane] + down_y);
                    }
                    sampler.sample(&at_x, &at_y, scale, low, pixels);
                }
            }
        }
    }
}

impl TexelTask<()> for Warp<'_> {
    #[inline(always)]
    fn run(self, texels: &impl Texels) {
        let (size, border) = (self.size, self.border);
        self.sample(&Plain { texels, size, border });
    }
}

/// Plain Rust, of any format: the twin of what [`crate::quads`] does.
struct Plain<'a, T> {
    texels: &'a T,
    size: (i32, i32),
    border: Border,
}

impl<T: Texels> Sampler for Plain<'_, T> {
    #[inline(always)]
    fn sample(&self, x: &[i32; LANES], y: &[i32; LANES], scale: f32, low: f32, out: &mut [f32]) {
        let colours = bilinear(self.texels, x, y, self.size, self.border);
        for (lane, pixel) in out.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            for (value, colour) in pixel.iter_mut().zip(&colours) {
                *value = colour[lane] * scale + low;
            }
        }
    }
}

/// Output pixels made at a time: 32-bit numbers of a vector.
pub(crate) const LANES: usize = 8;

/// Columns whose places are kept from row to row: as many as MediaPipe's widest input has.
const TILE: usize = 256;

/// Steps of a place in one pixel.
pub(crate) const STEPS: i32 = 32;

const _: () = assert!(STEPS * STEPS == WHOLE, "the weights of four neighbours make a pixel");

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

/// The colours at places given in steps, whole numbers, by channel.
#[inline(always)]
fn bilinear(
    texels: &impl Texels,
    x: &[i32; LANES],
    y: &[i32; LANES],
    (width, height): (i32, i32),
    border: Border,
) -> [[f32; LANES]; 3] {
    let (mut sums, mut weights) = ([[0i32; LANES]; 3], [0i32; LANES]);
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
        for (sums, samples) in sums.iter_mut().zip(&texels.samples(&column, &row)) {
            for lane in 0..LANES {
                sums[lane] = sums[lane].wrapping_add(i32::from(samples[lane]).wrapping_mul(weight[lane]));
            }
        }
        for lane in 0..LANES {
            weights[lane] = weights[lane].wrapping_add(weight[lane]);
        }
    }
    texels.colours(&sums, &weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ColourMatrix, Error, FrameLayout, PixelFormat, Plane, Range, Rotation};

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

    /// The same region both ways; `false` where there is only one.
    fn both_ways(frame: &Frame<'_>, roi: &Roi, border: Border, size: (usize, usize)) -> bool {
        let warp = |out| Warp {
            roi,
            width: size.0,
            height: size.1,
            border,
            range: (-1.0, 1.0),
            size: (frame.width() as i32, frame.height() as i32),
            out,
        };
        let (mut plain, mut fast) = (vec![0.0; size.0 * size.1 * 3], vec![9.0; size.0 * size.1 * 3]);
        with_texels(frame, warp(&mut plain[..]));
        #[cfg(target_arch = "x86_64")]
        if quads::warp(frame, warp(&mut fast[..])).is_ok() {
            assert_eq!(plain, fast, "{:?} {border:?} {roi:?}", frame.format());
            return true;
        }
        fast.is_empty()
    }

    #[test]
    fn vector_code_equals_plain_code() {
        let bytes: Vec<u8> = (0..60 * 50 * 4u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let packed = |count: usize| vec![Plane::packed(&bytes[..count])];
        let chroma = |from: usize, count, pixel_stride| Plane {
            data: &bytes[from..from + count],
            row_stride: 0,
            pixel_stride,
        };
        let (width, height) = (51, 37);
        let (area, half) = (51 * 37, 26 * 19);
        // No plane is a byte longer than it has to be.
        let layouts = [
            (PixelFormat::Rgb8, packed(area * 3)),
            (PixelFormat::Rgba8, packed(area * 4)),
            (PixelFormat::Bgra8, packed(area * 4)),
            (PixelFormat::Nv12, [packed(area), packed(half * 2)].concat()),
            (PixelFormat::Nv21, [packed(area), packed(half * 2)].concat()),
            (
                PixelFormat::I420,
                [packed(area), packed(half), vec![chroma(700, half, 1)]].concat(),
            ),
            (
                PixelFormat::Yuv420,
                vec![
                    packed(area)[0],
                    chroma(100, half * 2 - 1, 2),
                    chroma(101, half * 2 - 1, 2),
                ],
            ),
        ];
        let turns = [Rotation::None, Rotation::Cw90, Rotation::Cw180, Rotation::Cw270];
        for (format, planes) in &layouts {
            for (range, turn) in [Range::Full, Range::Video]
                .into_iter()
                .cycle()
                .zip(turns.into_iter().cycle().take(8))
            {
                let mut layout = FrameLayout::new(*format, width, height, planes);
                (layout.range, layout.rotation) = (range, turn);
                (layout.mirrored, layout.matrix) = (turn.swaps(), ColourMatrix::Bt709);
                let frame = Frame::new(&layout).unwrap();
                for (rotation, side) in [(0.0, 60.0), (0.4, 33.3), (-2.0, 90.0), (3.0, 700.0)] {
                    let roi = Roi {
                        rotation,
                        ..Roi::square([20.0, 18.0], side)
                    };
                    for border in [Border::Zero, Border::Replicate] {
                        let fast = both_ways(&frame, &roi, border, (41, 29));
                        assert_eq!(fast, cfg!(target_arch = "x86_64") && avx2(), "{format:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_vector_code_cannot_read_is_left_to_plain_code() {
        let grey = [7u8; 64];
        for (format, width, height) in [
            (PixelFormat::Grey8, 8, 8),
            (PixelFormat::Rgb8, 1, 20),
            (PixelFormat::Rgb8, 20, 1),
        ] {
            let planes = [Plane::packed(&grey)];
            let frame = Frame::new(&FrameLayout::new(format, width, height, &planes)).unwrap();
            assert!(
                !both_ways(&frame, &Roi::whole(width, height), Border::Zero, (5, 5)),
                "{format:?}"
            );
        }
    }

    fn avx2() -> bool {
        #[cfg(target_arch = "x86_64")]
        return matches!(pulp::Arch::new(), pulp::Arch::V3(_));
        #[cfg(not(target_arch = "x86_64"))]
        false
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
