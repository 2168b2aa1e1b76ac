//! Antialiased scaling of a region to a network's input size.

use ndarray::ArrayViewMut3;

use crate::Result;
use crate::frame::{Channels, Frame, OrientationMap, Roi, YuvToRgb};
use crate::resample::lanes::LANES;
use crate::resample::output;
use crate::resample::plane_scaler::PlaneScaler;
use crate::resample::rgb_block::{self, Channel, Grid, Placement};
use crate::resample::room::resize_with_room;

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

    /// Writes the region as RGB, height × width × 3 bytes in standard (row-major) layout, upright in the region's own axes.
    ///
    /// The filter is a triangle as wide as the scale (Pillow's `BILINEAR` with a `box`); a turned region is first
    /// scaled down part of the way and then sampled bilinearly. Outside the picture its nearest pixel stands in.
    /// Chroma of half-size formats lies between its four pixels (JPEG siting).
    ///
    /// # Errors
    /// An unusable region or size, or an output that is not height × width × 3 in standard layout.
    pub fn rgb8(&mut self, frame: &Frame<'_>, roi: &Roi, mut out: ArrayViewMut3<'_, u8>) -> Result<()> {
        let ([height, width], out) = output::pixels(&mut out)?;
        output::check(frame, roi, width, height)?;
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
        rgb_block::sample(self.arch, &grid, &reduced[..columns * rows], width, out);
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
            rgb_block::write(self.arch, &self.lines, LANES.min(rows - first_row), place, out);
        }
    }

    /// Makes ready for a window of the stored picture.
    fn prepare(&mut self, frame: &Frame<'_>, stored: &Window) {
        let (width, height) = (frame.stored.0 as usize, frame.stored.1 as usize);
        self.first
            .prepare([width, height], stored.low, stored.high, stored.count);
        resize_with_room(&mut self.lines, stored.count[0] * 3, [0; LANES]);
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
        let (arch, line) = (self.arch, &mut self.lines);
        let layout = frame.format.layout();
        let scalers = [&mut self.first, &mut self.second, &mut self.third];
        for ((scaler, plane), of) in scalers.into_iter().zip(&frame.planes).zip(layout.planes) {
            match of.bytes {
                1 => scaler.make_block::<1>(arch, plane, first_row),
                2 => scaler.make_block::<2>(arch, plane, first_row),
                3 => scaler.make_block::<3>(arch, plane, first_row),
                _ => scaler.make_block::<4>(arch, plane, first_row),
            }
        }
        let lost = [self.first.lost(), self.second.lost(), self.third.lost()];
        let blocks = [&self.first.block, &self.second.block, &self.third.block];
        match (layout.channels, layout.planes[0].bytes) {
            (Channels::Packed(order), 1) => rgb_block::pack::<1>(arch, blocks[0], lost[0], order, line),
            (Channels::Packed(order), 3) => rgb_block::pack::<3>(arch, blocks[0], lost[0], order, line),
            (Channels::Packed(order), _) => rgb_block::pack::<4>(arch, blocks[0], lost[0], order, line),
            (Channels::Yuv { u, v }, _) => {
                let to_rgb = YuvToRgb::new(frame.matrix, frame.range);
                let [luma, u_block, v_block] = [0, u.plane, v.plane].map(|plane| Channel {
                    block: blocks[plane],
                    lost: lost[plane],
                });
                let (chroma, order) = ([u_block, v_block], [u.byte, v.byte]);
                if layout.planes[u.plane].bytes == 2 {
                    rgb_block::convert::<2>(arch, luma, chroma, order, to_rgb, line);
                } else {
                    rgb_block::convert::<1>(arch, luma, chroma, order, to_rgb, line);
                }
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
        let orientation = frame.orientation();
        // Edges, not indices: going backwards, an edge e becomes size - e.
        let edge = |start: i32, along: i32, value: f64| if along < 0 { f64::from(start + 1) - value } else { value };
        let side = |start: i32, by_x: i32, by_y: i32| {
            let (axis, along) = if by_x != 0 { (0, by_x) } else { (1, by_y) };
            let (a, b) = (edge(start, along, self.low[axis]), edge(start, along, self.high[axis]));
            (a.min(b), a.max(b), self.count[axis])
        };
        let (x, y) = (
            side(orientation.x0, orientation.xx, orientation.xy),
            side(orientation.y0, orientation.yx, orientation.yy),
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
    let orientation = OrientationMap::new(stored[0] as i32, stored[1] as i32, frame.rotation, frame.mirrored);
    // A quarter turn's inverse is its transpose: upright = Aᵀ·(stored − start).
    let (xx, yx) = (orientation.xx as isize, orientation.yx as isize);
    let (xy, yy) = (orientation.xy as isize, orientation.yy as isize);
    let (x0, y0) = (orientation.x0 as isize, orientation.y0 as isize);
    let width = width as isize;
    let at = |x: isize, y: isize| (xx * (x - x0) + yx * (y - y0)) + (xy * (x - x0) + yy * (y - y0)) * width;
    Placement {
        start: at(0, 0),
        right: at(1, 0) - at(0, 0),
        down: at(0, 1) - at(0, 0),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

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
                let mut out = Array3::zeros((8, 8, 3));
                resampler.rgb8(&frame, &roi, out.view_mut()).unwrap();
                assert!(out.iter().all(|&v| v == 77), "{rotation} {side}");
            }
        }
    }

    #[test]
    fn halving_a_two_pixel_step_is_pillows_triangle() {
        // Pillow 13: Image.fromarray([0,0,255,255]).resize((2,1), BILINEAR) gives 36, 219.
        let data: Vec<u8> = [0u8, 0, 255, 255].iter().flat_map(|&v| [v; 3]).collect();
        let frame = Frame::rgb8(&data, 4, 1).unwrap();
        let mut out = Array3::zeros((1, 2, 3));
        Resampler::new()
            .rgb8(&frame, &Roi::whole(4, 1), out.view_mut())
            .unwrap();
        assert_eq!([out[[0, 0, 0]], out[[0, 1, 0]]], [36, 219]);
    }

    #[test]
    fn a_half_turn_reverses_the_picture() {
        let data: Vec<u8> = (0..16 * 16)
            .flat_map(|i| [(i % 16 * 9) as u8, (i / 16 * 9) as u8, 50])
            .collect();
        let frame = Frame::rgb8(&data, 16, 16).unwrap();
        let mut resampler = Resampler::new();
        let (mut straight, mut turned) = (Array3::zeros((8, 8, 3)), Array3::zeros((8, 8, 3)));
        resampler
            .rgb8(&frame, &Roi::whole(16, 16), straight.view_mut())
            .unwrap();
        let roi = Roi {
            rotation: std::f32::consts::PI,
            ..Roi::whole(16, 16)
        };
        resampler.rgb8(&frame, &roi, turned.view_mut()).unwrap();
        // The inner pixels: at the rim the two filters meet the border differently.
        for y in 1..7 {
            for x in 1..7 {
                for channel in 0..2 {
                    let apart = straight[[y, x, channel]].abs_diff(turned[[7 - y, 7 - x, channel]]);
                    assert!(apart <= 2, "{x},{y}: {apart}");
                }
            }
        }
    }
}
