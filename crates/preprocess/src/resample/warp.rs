//! MediaPipe's own sampling rule, kept exactly: its landmark networks were trained with it. Of YUV, samples are blended
//! before their colour is converted, which is within one level of it but where colors are clamped.
//!
//! Loops over tiles of pixels, which compilers turn into vector code: every machine gets the same bits.

use ndarray::ArrayViewMut3;
use pulp::NullaryFnOnce;

use crate::Result;
use crate::frame::{Frame, OrientationMap, Roi};
use crate::resample::bilinear_taps::{AxisTaps, BilinearTaps, TILE, Tile};
use crate::resample::blend::{Blend, Plain, STEPS};
use crate::resample::kernel::ROUND;
use crate::resample::output;

/// Tiles side by side whose columns are known at a time: as wide as most networks' inputs.
const TILES: usize = 4;

/// What lies outside the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Black (MediaPipe's detectors).
    Zero,
    /// The nearest pixel of the picture (MediaPipe's landmark networks).
    Replicate,
}

/// Samples a region as MediaPipe's `ImageToTensor` does and writes RGB values, 3 × height × width in standard layout (a
/// network's NCHW).
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
/// An unusable region or size, or an output that is not 3 × height × width in standard layout.
pub fn mediapipe(
    frame: &Frame<'_>,
    roi: &Roi,
    border: Border,
    range: (f32, f32),
    mut out: ArrayViewMut3<'_, f32>,
) -> Result<()> {
    let ([height, width], out) = output::planes(&mut out)?;
    output::check(frame, roi, width, height)?;
    let warp = Warp {
        taps: BilinearTaps::new(frame),
        orientation: frame.orientation(),
        axes: [frame.stored.0, frame.stored.1].map(|size| Axis::new(size as i32, border)),
        roi,
        width,
        height,
        range,
        out,
    };
    match pulp::Arch::new() {
        #[cfg(target_arch = "x86_64")]
        pulp::Arch::V3(unit) => pulp::Simd::vectorize(unit, On { unit, warp }),
        _ => On { unit: Plain, warp }.call(),
    }
    Ok(())
}

/// One region's way to a network's input.
struct Warp<'a> {
    taps: BilinearTaps<'a>,
    orientation: OrientationMap,
    axes: [Axis; 2],
    roi: &'a Roi,
    width: usize,
    height: usize,
    range: (f32, f32),
    out: &'a mut [f32],
}

/// The same on a vector unit.
struct On<'a, B> {
    unit: B,
    warp: Warp<'a>,
}

impl<B: Blend> NullaryFnOnce for On<'_, B> {
    type Output = ();

    /// Strips of columns, row by row: memory is read fastest along rows.
    #[inline(always)]
    fn call(self) {
        let Self { unit, warp } = self;
        let Roi {
            centre,
            width,
            height,
            rotation,
        } = *warp.roi;
        let (sin, cos) = f64::from(rotation).sin_cos();
        let (width, height) = (f64::from(width), f64::from(height));
        let (low, high) = warp.range;
        let scale = (high - low) / 255.0;
        let mut tile = Tile::EMPTY;
        let (red, rest) = warp.out.split_at_mut(warp.width * warp.height);
        let (green, blue) = rest.split_at_mut(warp.width * warp.height);
        let mut planes = [red, green, blue];
        for strip in (0..warp.width).step_by(TILES * TILE) {
            // What a row's places have in common with those of every other row.
            let mut right = [[[0.0; TILE]; 2]; TILES];
            for (first, [right_x, right_y]) in (strip..).step_by(TILE).zip(&mut right) {
                for (i, (x, y)) in right_x.iter_mut().zip(right_y).enumerate() {
                    let du = ((first + i) as f64 / warp.width as f64 - 0.5) * width;
                    let place = [f64::from(centre[0]) + cos * du, f64::from(centre[1]) + sin * du];
                    [*x, *y] = stored(&warp.orientation, place, 1.0);
                }
            }
            for v in 0..warp.height {
                let dv = (v as f64 / warp.height as f64 - 0.5) * height;
                let down = stored(&warp.orientation, [sin * dv, -cos * dv], 0.0);
                for (first, right) in (strip..warp.width).step_by(TILE).zip(&right) {
                    // Both axes' places before either is read again: vectors wider than those just written would wait.
                    let Tile {
                        along: [x, y], cells, ..
                    } = &mut tile;
                    place(&right[0], down[0], &mut x.first);
                    place(&right[1], down[1], &mut y.first);
                    warp.axes[0].find(x, &mut cells[0]);
                    warp.axes[1].find(y, &mut cells[1]);
                    warp.taps.blend(unit, &mut tile);
                    let columns = v * warp.width + first..v * warp.width + warp.width.min(first + TILE);
                    for (plane, levels) in planes.iter_mut().zip(&tile.colors) {
                        for (value, level) in plane[columns.clone()].iter_mut().zip(levels) {
                            *value = level * scale + low;
                        }
                    }
                }
            }
        }
    }
}

/// From a place on the upright picture to one on the stored picture, in steps; of a way without the `start`.
#[inline(always)]
fn stored(orientation: &OrientationMap, [x, y]: [f64; 2], start: f64) -> [f64; 2] {
    let turn = |from: i32, by_x: i32, by_y: i32| {
        (f64::from(from) * start + f64::from(by_x) * x + f64::from(by_y) * y) * f64::from(STEPS)
    };
    [
        turn(orientation.x0, orientation.xx, orientation.xy),
        turn(orientation.y0, orientation.yx, orientation.yy),
    ]
}

/// One of the stored picture's axes.
#[derive(Debug, Clone, Copy)]
struct Axis {
    /// Places beyond these, in steps, are as good as these.
    least: i32,
    most: i32,
    /// Where the last pixel is, in steps.
    end: i32,
    /// The last pixel that has a neighbour, if any has.
    last: i32,
    /// [`STEPS`], but 0 where no pixel has a neighbour.
    far: i32,
}

impl Axis {
    fn new(size: i32, border: Border) -> Self {
        let beyond = match border {
            Border::Replicate => 0,
            Border::Zero => STEPS,
        };
        let end = (size - 1) * STEPS;
        Self {
            least: -beyond,
            most: end + beyond,
            end,
            last: (size - 2).max(0),
            far: if size > 1 { STEPS } else { 0 },
        }
    }

    /// Whether a place lies between two pixels of the picture.
    #[inline(always)]
    fn holds(&self, place: i32) -> bool {
        (0..self.end).contains(&place)
    }

    /// Finds the neighbours of each place, which is in steps, and weighs them by nearness. Where one would lie outside,
    /// the pair is moved inside and the weights with it. `cells` are the same in a plane of half the size.
    #[inline(always)]
    fn find(&self, along: &mut AxisTaps, cells: &mut AxisTaps) {
        // Places lie on a line: if its ends are inside, all are.
        if self.holds(along.first[0]) && self.holds(along.first[TILE - 1]) {
            for i in 0..TILE {
                let (place, steps) = (along.first[i], STEPS as u32);
                let (first, far) = (place >> 5, (place & (STEPS - 1)) as u32);
                // The weights are what is left of the steps and this.
                let pair = |far: u32| (far << 16).wrapping_sub(far).wrapping_add(steps);
                (along.first[i], along.weights[i]) = (first, pair(far));
                let other = far & ((first & 1) as u32).wrapping_neg();
                (cells.first[i], cells.weights[i]) = (first >> 1, pair(other));
            }
            return;
        }
        for i in 0..TILE {
            // As `clamp` would, which asks each time whether its limits are in order.
            let place = along.first[i].max(self.least).min(self.most);
            // Steps are a power of two: this is the whole, rounded down.
            let first = (place >> 5).max(0).min(self.last);
            let way = place.wrapping_sub(first << 5);
            let near = STEPS.wrapping_sub(way.wrapping_abs()).max(0) as u32;
            let far = self.far.wrapping_sub(way.wrapping_sub(STEPS).wrapping_abs()).max(0) as u32;
            (along.first[i], along.weights[i]) = (first, near | far << 16);
            // In a plane of half the size, the samples of an even pixel and the next are one.
            let other = far & ((first & 1) as u32).wrapping_neg();
            cells.first[i] = first >> 1;
            cells.weights[i] = near.wrapping_add(far).wrapping_sub(other) | other << 16;
        }
    }
}

/// Places `right - down` to whole steps.
///
/// OpenCV's `warpPerspective`, which MediaPipe samples with, knows places to 1/32 pixel only
/// (`INTER_TAB_SIZE`). Keeping to that brings landmarks from within 0.01 px of
/// MediaPipe's own to within 0.001 px.
///
/// Adding [`ROUND`] rounds half to even and leaves the whole number in the lowest bits. No usable region reaches so far
/// that these are not enough.
#[inline(always)]
fn place(right: &[f64; TILE], down: f64, places: &mut [i32; TILE]) {
    for (place, right) in places.iter_mut().zip(right) {
        *place = (right - down + ROUND).to_bits() as i32;
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::frame::{PlaneView, YuvToRgb};
    use crate::{ColorMatrix, Error, FrameLayout, PixelFormat, Plane, Range, Rotation};

    #[test]
    fn a_region_as_large_as_its_output_is_the_identity() {
        let data: Vec<u8> = (0..8 * 6 * 3).map(|i| (i * 37 % 251) as u8).collect();
        let frame = Frame::rgb8(&data, 8, 6).unwrap();
        let mut out = Array3::zeros((3, 6, 8));
        mediapipe(&frame, &Roi::whole(8, 6), Border::Zero, (0.0, 255.0), out.view_mut()).unwrap();
        let pixels: Vec<f32> = (0..data.len()).map(|i| out[[i % 3, i / 24, i / 3 % 8]]).collect();
        assert!(pixels.iter().zip(&data).all(|(&a, &b)| a == f32::from(b)));
    }

    #[test]
    fn borders_differ_outside_only() {
        let data = [200u8; 4 * 4 * 3];
        let frame = Frame::rgb8(&data, 4, 4).unwrap();
        let roi = Roi::square([2.0, 2.0], 8.0);
        let mut zero = Array3::zeros((3, 8, 8));
        mediapipe(&frame, &roi, Border::Zero, (-1.0, 1.0), zero.view_mut()).unwrap();
        assert_eq!(zero[[0, 0, 0]], -1.0);
        let mut replicate = Array3::zeros((3, 8, 8));
        mediapipe(&frame, &roi, Border::Replicate, (-1.0, 1.0), replicate.view_mut()).unwrap();
        assert!(replicate.iter().all(|v| (v - (400.0 / 255.0 - 1.0)).abs() < 1e-6));
        let middle = [0, 3, 3];
        assert_eq!(zero[middle], replicate[middle]);
    }

    /// Luma and chroma of an upright pixel, or red, green and blue.
    fn samples(frame: &Frame<'_>, x: i32, y: i32) -> [i32; 3] {
        let (x, y) = frame.orientation().stored(x, y);
        let [first, second, third] = frame.planes;
        let at = |plane: PlaneView<'_>, half: usize, more: usize| {
            i32::from(plane.data[y / half * plane.row + x / half * plane.step + more])
        };
        match frame.format() {
            PixelFormat::Rgb8 | PixelFormat::Rgba8 => [0, 1, 2].map(|more| at(first, 1, more)),
            PixelFormat::Bgra8 => [2, 1, 0].map(|more| at(first, 1, more)),
            PixelFormat::Gray8 => [at(first, 1, 0); 3],
            PixelFormat::Nv12 => [at(first, 1, 0), at(second, 2, 0), at(second, 2, 1)],
            PixelFormat::Nv21 => [at(first, 1, 0), at(second, 2, 1), at(second, 2, 0)],
            PixelFormat::I420 | PixelFormat::Yuv420 => [at(first, 1, 0), at(second, 2, 0), at(third, 2, 0)],
        }
    }

    /// The rule itself, pixel by pixel: what is sampled has to be this.
    fn check(frame: &Frame<'_>, roi: &Roi, border: Border, (width, height): (usize, usize)) {
        let mut out = Array3::from_elem((3, height, width), 9.0);
        mediapipe(frame, roi, border, (0.0, 255.0), out.view_mut()).unwrap();
        let got = out.as_slice().unwrap();
        let (sin, cos) = f64::from(roi.rotation).sin_cos();
        let to_rgb = YuvToRgb::new(frame.matrix, frame.range);
        for at in 0..width * height {
            let du = ((at % width) as f64 / width as f64 - 0.5) * f64::from(roi.width);
            let dv = ((at / width) as f64 / height as f64 - 0.5) * f64::from(roi.height);
            let x = ((f64::from(roi.centre[0]) + cos * du - sin * dv) * 32.0).round_ties_even() as i32;
            let y = ((f64::from(roi.centre[1]) + sin * du + cos * dv) * 32.0).round_ties_even() as i32;
            let (mut sums, mut weights) = ([0; 3], 0);
            for tap in 0..4 {
                let (right, down) = (tap & 1, tap >> 1);
                let near = |steps: i32, other: i32| if other == 1 { steps & 31 } else { 32 - (steps & 31) };
                let (x_at, y_at) = ((x >> 5) + right, (y >> 5) + down);
                let (size_x, size_y) = (frame.width() as i32, frame.height() as i32);
                if border == Border::Zero && !((0..size_x).contains(&x_at) && (0..size_y).contains(&y_at)) {
                    continue;
                }
                let weight = near(x, right) * near(y, down);
                let samples = samples(frame, x_at.clamp(0, size_x - 1), y_at.clamp(0, size_y - 1));
                (0..3).for_each(|i| sums[i] += samples[i] * weight);
                weights += weight;
            }
            let expected = if frame.format().is_yuv() {
                let [y, u, v] = [to_rgb.y_offset, 128.0, 128.0];
                let above = |sum: i32, zero: f32| (sum as f32 - weights as f32 * zero) / 1024.0;
                let (y, u, v) = (above(sums[0], y) * to_rgb.y, above(sums[1], u), above(sums[2], v));
                let colors = [y + v * to_rgb.rv, y - u * to_rgb.gu - v * to_rgb.gv, y + u * to_rgb.bu];
                colors.map(|level| level.clamp(0.0, 255.0))
            } else {
                sums.map(|sum| ((sum + 512) >> 10) as f32)
            };
            // Whole numbers; of YUV the nearest one, where rounding in floats leaves no doubt.
            for (got, expected) in got[at..].iter().step_by(width * height).zip(expected) {
                assert!(
                    (got - expected).abs() <= 0.501 && got.fract() == 0.0,
                    "{got} for {expected}: {border:?} {roi:?} {:?}",
                    frame.format()
                );
            }
        }
    }

    #[test]
    fn every_format_is_blended_sample_by_sample() {
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
            (
                PixelFormat::Yuv420,
                vec![
                    chroma(0, area * 2 - 1, 2),
                    chroma(100, half * 5 - 4, 5),
                    chroma(101, half * 5 - 4, 5),
                ],
            ),
            (PixelFormat::Gray8, packed(area)),
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
                (layout.mirrored, layout.matrix) = (turn.swaps(), ColorMatrix::Bt709);
                let frame = Frame::new(&layout).unwrap();
                for (rotation, side) in [(0.0, 60.0), (0.4, 33.3), (-2.0, 90.0), (3.0, 380.0)] {
                    let roi = Roi {
                        rotation,
                        ..Roi::square([20.0, 18.0], side)
                    };
                    for border in [Border::Zero, Border::Replicate] {
                        check(&frame, &roi, border, (71, 29));
                    }
                }
            }
        }
    }

    #[test]
    fn a_picture_of_one_row_or_column_is_read() {
        let grey = [7u8; 64];
        for (format, width, height) in [
            (PixelFormat::Rgb8, 1, 20),
            (PixelFormat::Rgb8, 20, 1),
            (PixelFormat::Gray8, 1, 1),
        ] {
            let planes = [Plane::packed(&grey)];
            let frame = Frame::new(&FrameLayout::new(format, width, height, &planes)).unwrap();
            for border in [Border::Zero, Border::Replicate] {
                check(&frame, &Roi::whole(width, height).scaled(1.7), border, (5, 5));
            }
        }
    }

    #[test]
    fn a_wrong_buffer_is_an_error() {
        let data = [0u8; 12];
        let frame = Frame::rgb8(&data, 2, 2).unwrap();
        let roi = Roi::whole(2, 2);
        // Pixel by pixel, or without elements.
        for shape in [(2, 2, 3), (3, 0, 2), (4, 2, 2)] {
            let mut out = Array3::zeros(shape);
            let error = mediapipe(&frame, &roi, Border::Zero, (0.0, 1.0), out.view_mut()).unwrap_err();
            let expected = if shape.0 == 3 {
                matches!(
                    error,
                    Error::OutputSize {
                        width: 2,
                        height: 0,
                        ..
                    }
                )
            } else {
                matches!(error, Error::Shape { got, .. } if got == <[usize; 3]>::from(shape))
            };
            assert!(expected, "{error:?}");
        }
        let mut out = Array3::zeros((2, 2, 3));
        let turned = out.view_mut().permuted_axes([2, 0, 1]);
        let error = mediapipe(&frame, &roi, Border::Zero, (0.0, 1.0), turned).unwrap_err();
        assert!(matches!(error, Error::Shape { .. }), "{error:?}");
    }
}
