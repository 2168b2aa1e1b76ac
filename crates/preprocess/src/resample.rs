//! Antialiased scaling of a region to a network's input size.

use crate::frame::Frame;
use crate::kernel::Kernel;
use crate::roi::Roi;
use crate::texel::{TexelTask, Texels, with_texels};
use crate::{Error, Result};

/// The longest side of an output, in pixels.
pub const MAX_OUTPUT_SIDE: usize = 4096;

/// Scales regions of frames, keeping its work buffers from one call to the next.
///
/// Make one for each stream of frames; a second call of the same sizes allocates nothing.
#[derive(Debug, Default)]
pub struct Resampler {
    columns: Kernel,
    rows: Kernel,
    lines: Vec<f32>,
    reduced: Vec<u8>,
}

impl Resampler {
    /// With empty work buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes the region as packed RGB, `width * height * 3` bytes, upright in the region's own axes.
    ///
    /// The filter is a triangle as wide as the scale (Pillow's `BILINEAR` with a `box`); a turned region is first
    /// scaled down to three quarters of the way and then sampled bilinearly. Outside the picture its nearest pixel
    /// stands in.
    ///
    /// # Errors
    /// An unusable region or size, or a buffer of the wrong length.
    pub fn rgb8(&mut self, frame: &Frame<'_>, roi: &Roi, width: usize, height: usize, out: &mut [u8]) -> Result<()> {
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
        if roi.rotation == 0.0 {
            let (low, high) = ends(roi.centre, roi.width, roi.height);
            self.upright(frame, low, high, width, height, out);
        } else {
            self.turned(frame, roi, width, height, out);
        }
        Ok(())
    }

    fn upright(
        &mut self,
        frame: &Frame<'_>,
        low: [f64; 2],
        high: [f64; 2],
        width: usize,
        height: usize,
        out: &mut [u8],
    ) {
        self.columns.prepare(frame.width() as usize, low[0], high[0], width);
        self.rows.prepare(frame.height() as usize, low[1], high[1], height);
        with_texels(
            frame,
            Scale {
                columns: &self.columns,
                rows: &self.rows,
                lines: &mut self.lines,
                width,
                out,
            },
        );
    }

    fn turned(&mut self, frame: &Frame<'_>, roi: &Roi, width: usize, height: usize, out: &mut [u8]) {
        let scale = (f64::from(roi.width) / width as f64).min(f64::from(roi.height) / height as f64);
        let scale = (scale * 0.75).max(1.0);
        let corners = roi.corners();
        let size = [frame.width(), frame.height()];
        let mut low = [0.0; 2];
        let mut count = [0usize; 2];
        for axis in 0..2 {
            let values = corners.map(|corner| f64::from(corner[axis]));
            let least = values.into_iter().fold(f64::MAX, f64::min) - scale;
            let most = values.into_iter().fold(f64::MIN, f64::max) + scale;
            let side = f64::from(size[axis]);
            low[axis] = least.clamp(0.0, side - 1.0).floor();
            let high = most.clamp(low[axis] + 1.0, side);
            count[axis] = ((high - low[axis]) / scale).ceil() as usize;
        }
        let [columns, rows] = count;
        let high = [low[0] + columns as f64 * scale, low[1] + rows as f64 * scale];
        let mut reduced = std::mem::take(&mut self.reduced);
        reduced.resize(columns * rows * 3, 0);
        self.upright(frame, low, high, columns, rows, &mut reduced);
        let (sin, cos) = f64::from(roi.rotation).sin_cos();
        for (v, row) in out.chunks_exact_mut(width * 3).enumerate() {
            let dv = ((v as f64 + 0.5) / height as f64 - 0.5) * f64::from(roi.height);
            for (u, pixel) in row.chunks_exact_mut(3).enumerate() {
                let du = ((u as f64 + 0.5) / width as f64 - 0.5) * f64::from(roi.width);
                let x = (f64::from(roi.centre[0]) + cos * du - sin * dv - low[0]) / scale - 0.5;
                let y = (f64::from(roi.centre[1]) + sin * du + cos * dv - low[1]) / scale - 0.5;
                let x = x.clamp(0.0, (columns - 1) as f64);
                let y = y.clamp(0.0, (rows - 1) as f64);
                let (left, top) = (x as usize, y as usize);
                let (fx, fy) = ((x - left as f64) as f32, (y - top as f64) as f32);
                let (right, below) = ((left + 1).min(columns - 1), (top + 1).min(rows - 1));
                for (c, value) in pixel.iter_mut().enumerate() {
                    let at = |x: usize, y: usize| f32::from(reduced[(y * columns + x) * 3 + c]);
                    let upper = at(left, top) * (1.0 - fx) + at(right, top) * fx;
                    let lower = at(left, below) * (1.0 - fx) + at(right, below) * fx;
                    *value = (upper * (1.0 - fy) + lower * fy + 0.5) as u8;
                }
            }
        }
        self.reduced = reduced;
    }
}

/// First and last corner of an upright region.
fn ends(centre: [f32; 2], width: f32, height: f32) -> ([f64; 2], [f64; 2]) {
    let [x, y] = centre.map(f64::from);
    let (w, h) = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    ([x - w, y - h], [x + w, y + h])
}

struct Scale<'a> {
    columns: &'a Kernel,
    rows: &'a Kernel,
    lines: &'a mut Vec<f32>,
    width: usize,
    out: &'a mut [u8],
}

impl TexelTask<()> for Scale<'_> {
    fn run(self, texels: &impl Texels) {
        let (first_row, end_row) = self.rows.reach();
        let line = self.width * 3;
        self.lines.clear();
        self.lines.resize((end_row - first_row) * line, 0.0);
        for (y, values) in (first_row..end_row).zip(self.lines.chunks_exact_mut(line)) {
            for (x, value) in values.chunks_exact_mut(3).enumerate() {
                let (first, weights) = self.columns.span(x);
                for (at, weight) in (first..).zip(weights) {
                    let rgb = texels.rgb(at as i32, y as i32);
                    for (value, sample) in value.iter_mut().zip(rgb) {
                        *value += weight * f32::from(sample);
                    }
                }
            }
        }
        for (y, row) in self.out.chunks_exact_mut(line).enumerate() {
            let (first, weights) = self.rows.span(y);
            for (x, value) in row.iter_mut().enumerate() {
                let lines = self.lines[(first - first_row) * line..].chunks_exact(line);
                let total: f32 = lines.zip(weights).map(|(values, weight)| values[x] * weight).sum();
                *value = (total + 0.5).clamp(0.0, 255.0) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_picture_stays_flat_at_any_turn() {
        let data = [77u8; 40 * 30 * 3];
        let frame = Frame::rgb8(&data, 40, 30).unwrap();
        let mut resampler = Resampler::new();
        for rotation in [0.0, 0.3, 2.0, -1.6] {
            for side in [3.0, 17.5, 90.0] {
                let roi = Roi {
                    rotation,
                    ..Roi::square([20.0, 14.0], side)
                };
                let mut out = [0u8; 8 * 8 * 3];
                resampler.rgb8(&frame, &roi, 8, 8, &mut out).unwrap();
                assert!(out.iter().all(|&v| v == 77), "{rotation} {side}");
            }
        }
    }

    #[test]
    fn halving_a_two_pixel_step_is_pillows_triangle() {
        // Pillow 12: Image.fromarray([0,0,255,255]).resize((2,1), BILINEAR) gives 36, 219.
        let data: Vec<u8> = [0u8, 0, 255, 255].iter().flat_map(|&v| [v; 3]).collect();
        let frame = Frame::rgb8(&data, 4, 1).unwrap();
        let mut out = [0u8; 6];
        Resampler::new()
            .rgb8(&frame, &Roi::whole(4, 1), 2, 1, &mut out)
            .unwrap();
        assert_eq!([out[0], out[3]], [36, 219]);
    }

    #[test]
    fn a_half_turn_reverses_the_picture() {
        let data: Vec<u8> = (0..16 * 16)
            .flat_map(|i| [(i % 16 * 9) as u8, (i / 16 * 9) as u8, 50])
            .collect();
        let frame = Frame::rgb8(&data, 16, 16).unwrap();
        let mut resampler = Resampler::new();
        let (mut straight, mut turned) = ([0u8; 8 * 8 * 3], [0u8; 8 * 8 * 3]);
        resampler
            .rgb8(&frame, &Roi::whole(16, 16), 8, 8, &mut straight)
            .unwrap();
        let roi = Roi {
            rotation: std::f32::consts::PI,
            ..Roi::whole(16, 16)
        };
        resampler.rgb8(&frame, &roi, 8, 8, &mut turned).unwrap();
        // The inner pixels: at the rim the two filters meet the border differently.
        for y in 1..7 {
            for x in 1..7 {
                let (a, b) = ((y * 8 + x) * 3, ((7 - y) * 8 + 7 - x) * 3);
                assert!(straight[a].abs_diff(turned[b]) <= 2 && straight[a + 1].abs_diff(turned[b + 1]) <= 2);
            }
        }
    }
}
