//! Antialiased scaling of a region to a network's input size.

use crate::format::{Lattice, PixelFormat};
use crate::frame::Frame;
use crate::lanes::LANES;
use crate::rgb::{self, Channel, Grid, Placement};
use crate::roi::Roi;
use crate::scale::PlaneScaler;
use crate::texel::YuvToRgb;
use crate::{Error, Result};

/// The longest side of an output, in pixels.
pub const MAX_OUTPUT_SIDE: usize = 4096;

/// A turned region is scaled down to this part of the whole way, then sampled bilinearly: two triangles of 1/√2 have
/// the variance of the one triangle that an upright region gets.
const FIRST_STAGE: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// Scales regions of frames, keeping its work buffers from one call to the next.
///
/// Only the region's own samples are read. Of a YUV frame the luma and chroma planes are scaled each by itself and
/// meet at the output size, so that colour is converted once per output pixel. Make one for each stream of frames; a
/// second call of the same sizes allocates nothing.
#[derive(Debug, Default)]
pub struct Resampler {
    arch: pulp::Arch,
    first: PlaneScaler,
    second: PlaneScaler,
    third: PlaneScaler,
    lines: Vec<[u8; LANES]>,
    reduced: Vec<[u8; 4]>,
}

impl Resampler {
    /// With empty work buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes the region as packed RGB, `width * height * 3` bytes, upright in the region's own axes.
    ///
    /// The filter is a triangle as wide as the scale (Pillow's `BILINEAR` with a `box`); a turned region is first
    /// scaled down part of the way and then sampled bilinearly. Outside the picture its nearest pixel stands in.
    /// Chroma of half-size formats lies between its four pixels (JPEG siting).
    ///
    /// # Errors
    /// An unusable region or size, or a buffer of the wrong length.
    pub fn rgb8(&mut self, frame: &Frame<'_>, roi: &Roi, width: usize, height: usize, out: &mut [u8]) -> Result<()> {
        check_output(frame, roi, width, height, out.len())?;
        if roi.rotation == 0.0 {
            self.scale(frame, Window::upright(roi, [width, height]), out.as_chunks_mut::<3>().0);
        } else {
            self.turned(frame, roi, width, height, out);
        }
        Ok(())
    }

    fn turned(&mut self, frame: &Frame<'_>, roi: &Roi, width: usize, height: usize, out: &mut [u8]) {
        let scale = (f64::from(roi.width) / width as f64).min(f64::from(roi.height) / height as f64);
        let scale = (scale * FIRST_STAGE).max(1.0);
        let window = Window::around(roi, [frame.width(), frame.height()], scale);
        let [columns, rows] = window.count;
        let mut reduced = std::mem::take(&mut self.reduced);
        if reduced.len() < columns * rows {
            reduced.resize(columns * rows, [0; 4]);
        }
        self.scale(frame, window, &mut reduced[..columns * rows]);
        let (sin, cos) = f64::from(roi.rotation).sin_cos();
        let step_u = f64::from(roi.width) / width as f64 / scale;
        let step_v = f64::from(roi.height) / height as f64 / scale;
        // The middle of the region on the reduced grid, whose samples lie at integers.
        let middle: [f64; 2] = std::array::from_fn(|a| (f64::from(roi.centre[a]) - window.low[a]) / scale - 0.5);
        let (u, v) = (0.5 - width as f64 / 2.0, 0.5 - height as f64 / 2.0);
        let (right, down) = ([cos * step_u, sin * step_u], [-sin * step_v, cos * step_v]);
        let grid = Grid {
            origin: std::array::from_fn(|a| middle[a] + u * right[a] + v * down[a]),
            right,
            down,
            columns,
            rows,
        };
        rgb::sample(self.arch, &grid, &reduced[..columns * rows], width, out);
        self.reduced = reduced;
    }

    /// Scales an upright region and hands it on in blocks, as the buffer holds it: neither turned nor mirrored. A block is
    /// [`LANES`] rows, fewer at the end: of each column red, green and blue, one lane a row.
    ///
    /// # Errors
    /// An unusable region.
    pub(crate) fn blocks(
        &mut self,
        frame: &Frame<'_>,
        roi: &Roi,
        side: usize,
        mut look: impl FnMut(&[[[u8; LANES]; 3]]),
    ) -> Result<()> {
        roi.check(frame.width(), frame.height())?;
        let stored = Window::upright(roi, [side; 2]).stored(frame);
        self.prepare(frame, &stored);
        for first_row in (0..side).step_by(LANES) {
            self.make_lines(frame, first_row);
            look(self.lines.as_chunks().0);
        }
        Ok(())
    }

    /// Scales an upright window to pixels of 3 bytes, or of 4 of which the last is left alone.
    fn scale<const B: usize>(&mut self, frame: &Frame<'_>, window: Window, out: &mut [[u8; B]]) {
        let stored = window.stored(frame);
        let rows = stored.count[1];
        let place = placement(frame, stored.count, window.count[0]);
        self.prepare(frame, &stored);
        for first_row in (0..rows).step_by(LANES) {
            self.make_lines(frame, first_row);
            let place = Placement {
                start: place.start + first_row as isize * place.down,
                ..place
            };
            rgb::write(self.arch, &self.lines, LANES.min(rows - first_row), place, out);
        }
    }

    /// Makes ready for a window of the stored picture.
    fn prepare(&mut self, frame: &Frame<'_>, stored: &Window) {
        let (width, height) = (frame.stored.0 as usize, frame.stored.1 as usize);
        self.first
            .prepare([width, height], stored.low, stored.high, stored.count);
        self.lines.resize(stored.count[0] * 3, [0; LANES]);
        if frame.format.is_yuv() {
            let half = |v: [f64; 2]| v.map(|v| v / 2.0);
            let size = [width.div_ceil(2), height.div_ceil(2)];
            self.second
                .prepare(size, half(stored.low), half(stored.high), stored.count);
            if frame.format.planes() == 3 {
                self.third
                    .prepare(size, half(stored.low), half(stored.high), stored.count);
            }
        }
    }

    /// Makes the lines of the stored rows `first_row..first_row + LANES`, those that exist.
    fn make_lines(&mut self, frame: &Frame<'_>, first_row: usize) {
        let (arch, plane, line) = (self.arch, frame.planes[0], &mut self.lines);
        let to_rgb = YuvToRgb::new(frame.matrix, frame.range);
        let lost = [self.first.lost(), self.second.lost(), self.third.lost()];
        match frame.format {
            PixelFormat::Rgb8 => {
                self.first.make_block::<3>(arch, &plane, first_row);
                rgb::pack::<3>(arch, &self.first.block, lost[0], [0, 1, 2], line);
            }
            PixelFormat::Rgba8 => {
                self.first.make_block::<4>(arch, &plane, first_row);
                rgb::pack::<4>(arch, &self.first.block, lost[0], [0, 1, 2], line);
            }
            PixelFormat::Bgra8 => {
                self.first.make_block::<4>(arch, &plane, first_row);
                rgb::pack::<4>(arch, &self.first.block, lost[0], [2, 1, 0], line);
            }
            PixelFormat::Grey8 => {
                self.first.make_block::<1>(arch, &plane, first_row);
                rgb::pack::<1>(arch, &self.first.block, lost[0], [0, 0, 0], line);
            }
            PixelFormat::Nv12 | PixelFormat::Nv21 => {
                self.first.make_block::<1>(arch, &plane, first_row);
                self.second.make_block::<2>(arch, &frame.planes[1], first_row);
                let order = if frame.format == PixelFormat::Nv12 {
                    [0, 1]
                } else {
                    [1, 0]
                };
                let chroma = Channel {
                    block: &self.second.block,
                    lost: lost[1],
                };
                let luma = Channel {
                    block: &self.first.block,
                    lost: lost[0],
                };
                rgb::convert::<2>(arch, luma, [chroma, chroma], order, to_rgb, line);
            }
            PixelFormat::I420 | PixelFormat::Yuv420 => {
                self.first.make_block::<1>(arch, &plane, first_row);
                self.second.make_block::<1>(arch, &frame.planes[1], first_row);
                self.third.make_block::<1>(arch, &frame.planes[2], first_row);
                let luma = Channel {
                    block: &self.first.block,
                    lost: lost[0],
                };
                let u = Channel {
                    block: &self.second.block,
                    lost: lost[1],
                };
                let v = Channel {
                    block: &self.third.block,
                    lost: lost[2],
                };
                rgb::convert::<1>(arch, luma, [u, v], [0, 0], to_rgb, line);
            }
        }
    }
}

/// The part of the picture to scale, and to what size; `[x, y]` each.
#[derive(Debug, Clone, Copy)]
struct Window {
    low: [f64; 2],
    high: [f64; 2],
    count: [usize; 2],
}

impl Window {
    /// A region, turned or not, as if it were not.
    fn upright(roi: &Roi, count: [usize; 2]) -> Self {
        let [x, y] = roi.centre.map(f64::from);
        let (w, h) = (f64::from(roi.width) / 2.0, f64::from(roi.height) / 2.0);
        Self {
            low: [x - w, y - h],
            high: [x + w, y + h],
            count,
        }
    }

    /// The upright box around a turned region, on a grid of `scale` pixels, cut at the picture's edge.
    fn around(roi: &Roi, size: [u32; 2], scale: f64) -> Self {
        let corners = roi.corners();
        let mut window = Self {
            low: [0.0; 2],
            high: [0.0; 2],
            count: [0; 2],
        };
        for axis in 0..2 {
            let values = corners.map(|corner| f64::from(corner[axis]));
            let least = values.into_iter().fold(f64::MAX, f64::min) - scale;
            let most = values.into_iter().fold(f64::MIN, f64::max) + scale;
            let side = f64::from(size[axis]);
            let low = least.clamp(0.0, side - 1.0).floor();
            let high = most.clamp(low + 1.0, side);
            let count = ((high - low) / scale).ceil();
            window.low[axis] = low;
            window.high[axis] = low + count * scale;
            window.count[axis] = count as usize;
        }
        window
    }

    /// The same window in the stored picture's coordinates.
    fn stored(&self, frame: &Frame<'_>) -> Self {
        let lattice = frame.lattice();
        // Edges, not indices: going backwards, an edge e becomes size - e.
        let edge = |start: i32, along: i32, value: f64| if along < 0 { f64::from(start + 1) - value } else { value };
        let side = |start: i32, by_x: i32, by_y: i32| {
            let (axis, along) = if by_x != 0 { (0, by_x) } else { (1, by_y) };
            let (a, b) = (edge(start, along, self.low[axis]), edge(start, along, self.high[axis]));
            (a.min(b), a.max(b), self.count[axis])
        };
        let (x, y) = (
            side(lattice.x0, lattice.xx, lattice.xy),
            side(lattice.y0, lattice.yx, lattice.yy),
        );
        Self {
            low: [x.0, y.0],
            high: [x.1, y.1],
            count: [x.2, y.2],
        }
    }
}

/// Where the stored window's outputs go in the upright output.
fn placement(frame: &Frame<'_>, stored: [usize; 2], width: usize) -> Placement {
    let lattice = Lattice::new(stored[0] as i32, stored[1] as i32, frame.rotation, frame.mirrored);
    // A quarter turn's inverse is its transpose: upright = Aᵀ·(stored − start).
    let (xx, yx) = (lattice.xx as isize, lattice.yx as isize);
    let (xy, yy) = (lattice.xy as isize, lattice.yy as isize);
    let (x0, y0) = (lattice.x0 as isize, lattice.y0 as isize);
    let width = width as isize;
    let at = |x: isize, y: isize| (xx * (x - x0) + yx * (y - y0)) + (xy * (x - x0) + yy * (y - y0)) * width;
    Placement {
        start: at(0, 0),
        right: at(1, 0) - at(0, 0),
        down: at(0, 1) - at(0, 0),
    }
}

/// What every reader of a region asks first: a usable region, a size within bounds, a buffer of `width * height * 3`.
pub(crate) fn check_output(frame: &Frame<'_>, roi: &Roi, width: usize, height: usize, got: usize) -> Result<()> {
    roi.check(frame.width(), frame.height())?;
    if width == 0 || height == 0 || width > MAX_OUTPUT_SIDE || height > MAX_OUTPUT_SIDE {
        return Err(Error::OutputSize {
            width,
            height,
            max: MAX_OUTPUT_SIDE,
        });
    }
    let needed = width * height * 3;
    if got != needed {
        return Err(Error::BufferLength {
            buffer: "output",
            needed,
            got,
        });
    }
    Ok(())
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
        // Pillow 13: Image.fromarray([0,0,255,255]).resize((2,1), BILINEAR) gives 36, 219.
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
