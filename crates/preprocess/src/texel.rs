//! Reading single pixels of any format as RGB: the plain, scalar truth that faster paths are held to.

use std::marker::PhantomData;

use pulp::{Arch, NullaryFnOnce};

use crate::format::{ColourMatrix, Lattice, PixelFormat, Range};
use crate::frame::{Frame, PlaneView};
use crate::lanes::vectorise;

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

/// Clamped to 0 to 255, of what is a number: `clamp` would keep NaN, for which vectors need twice the work.
#[inline(always)]
fn within(value: f32) -> f32 {
    let positive = if value > 0.0 { value } else { 0.0 };
    if positive < 255.0 { positive } else { 255.0 }
}

/// Random access to upright pixels as the buffer holds them, and their colours.
pub(crate) trait Texels {
    /// The three samples of the pixels at upright (x, y), which must lie inside the picture, by channel.
    fn samples<const N: usize>(&self, x: &[i32; N], y: &[i32; N]) -> [[u8; N]; 3];

    /// RGB of many pixels at once, whole numbers of 0 to 255, from sums of samples by channel and of the samples'
    /// weights: [`WHOLE`], or less where black counts for the rest.
    fn colours<const N: usize>(&self, sums: &[[i32; N]; 3], weights: &[i32; N]) -> [[f32; N]; 3];
}

/// The weights of all samples of a pixel.
pub(crate) const WHOLE: i32 = 1024;

/// Sums of samples that are colours already, to levels, rounded half up.
#[inline(always)]
fn levels<const N: usize>(sums: &[i32; N]) -> [f32; N] {
    // Sums are never negative.
    sums.map(|sum| (sum.wrapping_add(WHOLE / 2) >> 10) as f32)
}

/// Where stored pixels begin in a plane, each with its samples `step` bytes apart.
#[inline(always)]
fn places<const N: usize>(plane: &PlaneView<'_>, x: &[i32; N], y: &[i32; N]) -> [usize; N] {
    let mut places = [0; N];
    for ((place, x), y) in places.iter_mut().zip(x).zip(y) {
        *place = *y as usize * plane.row + *x as usize * plane.step;
    }
    places
}

/// One sample at each place.
#[inline(always)]
fn gather<const N: usize>(data: &[u8], places: &[usize; N]) -> [u8; N] {
    let mut samples = [0; N];
    for (sample, place) in samples.iter_mut().zip(places) {
        *sample = data[*place];
    }
    samples
}

/// RGB, RGBA, BGRA.
struct PackedTexels<'a> {
    lattice: Lattice,
    plane: PlaneView<'a>,
    order: [usize; 3],
}

impl Texels for PackedTexels<'_> {
    #[inline(always)]
    fn samples<const N: usize>(&self, x: &[i32; N], y: &[i32; N]) -> [[u8; N]; 3] {
        let (x, y) = self.lattice.stored_all(x, y);
        let places = places(&self.plane, &x, &y);
        let mut samples = [[0; N]; 3];
        for (lane, place) in places.into_iter().enumerate() {
            let pixel = &self.plane.data[place..place + 3];
            for (channel, sample) in samples.iter_mut().zip(pixel) {
                channel[lane] = *sample;
            }
        }
        samples
    }

    #[inline(always)]
    fn colours<const N: usize>(&self, sums: &[[i32; N]; 3], _: &[i32; N]) -> [[f32; N]; 3] {
        self.order.map(|channel| levels(&sums[channel]))
    }
}

struct GreyTexels<'a> {
    lattice: Lattice,
    plane: PlaneView<'a>,
}

impl Texels for GreyTexels<'_> {
    #[inline(always)]
    fn samples<const N: usize>(&self, x: &[i32; N], y: &[i32; N]) -> [[u8; N]; 3] {
        let (x, y) = self.lattice.stored_all(x, y);
        [gather(self.plane.data, &places(&self.plane, &x, &y)); 3]
    }

    #[inline(always)]
    fn colours<const N: usize>(&self, sums: &[[i32; N]; 3], _: &[i32; N]) -> [[f32; N]; 3] {
        [levels(&sums[0]); 3]
    }
}

/// All half-chroma formats as three planes; chroma is that of the 2x2 cell (no interpolation). What is blended is samples, as
/// graphics processors do with camera buffers, so that a pixel's colour is converted once.
struct YuvTexels<'a> {
    lattice: Lattice,
    y: PlaneView<'a>,
    u: PlaneView<'a>,
    v: PlaneView<'a>,
    to_rgb: YuvToRgb,
}

impl Texels for YuvTexels<'_> {
    #[inline(always)]
    fn samples<const N: usize>(&self, x: &[i32; N], y: &[i32; N]) -> [[u8; N]; 3] {
        let (mut x, mut y) = self.lattice.stored_all(x, y);
        let luma = gather(self.y.data, &places(&self.y, &x, &y));
        for value in x.iter_mut().chain(&mut y) {
            *value >>= 1;
        }
        [
            luma,
            gather(self.u.data, &places(&self.u, &x, &y)),
            gather(self.v.data, &places(&self.v, &x, &y)),
        ]
    }

    #[inline(always)]
    fn colours<const N: usize>(&self, [y, u, v]: &[[i32; N]; 3], weights: &[i32; N]) -> [[f32; N]; 3] {
        let YuvToRgb {
            y_offset,
            y: by_y,
            rv,
            gu,
            gv,
            bu,
        } = self.to_rgb;
        let [mut red, mut green, mut blue] = [[0.0; N]; 3];
        let round = |value: f32| within(value) + ROUND - ROUND;
        for i in 0..N {
            // Whole numbers far below 2²⁴ up to here: exact.
            let above = |sum: i32, zero: f32| sum as f32 - weights[i] as f32 * zero;
            let luma = above(y[i], y_offset) * by_y;
            let (u, v) = (above(u[i], 128.0), above(v[i], 128.0));
            red[i] = round(luma + v * rv);
            green[i] = round(luma - u * gu - v * gv);
            blue[i] = round(luma + u * bu);
        }
        [red, green, blue]
    }
}

impl<'a> Frame<'a> {
    /// The U and V samples as planes of their own, also where a format interleaves them.
    pub(crate) fn chroma(&self) -> (PlaneView<'a>, PlaneView<'a>) {
        let [_, first, second] = self.planes;
        let odd = PlaneView {
            data: first.data.get(1..).unwrap_or_default(),
            ..first
        };
        match self.format {
            PixelFormat::Nv12 => (first, odd),
            PixelFormat::Nv21 => (odd, first),
            _ => (first, second),
        }
    }
}

/// Runs `task` with the reader that fits the frame's format, compiled once for each, for the machine's vectors.
pub(crate) fn with_texels<T>(frame: &Frame<'_>, task: impl TexelTask<T>) -> T {
    let (lattice, plane) = (frame.lattice(), frame.planes[0]);
    match frame.format {
        PixelFormat::Rgb8 | PixelFormat::Rgba8 => run(
            &PackedTexels {
                lattice,
                plane,
                order: [0, 1, 2],
            },
            task,
        ),
        PixelFormat::Bgra8 => run(
            &PackedTexels {
                lattice,
                plane,
                order: [2, 1, 0],
            },
            task,
        ),
        PixelFormat::Grey8 => run(&GreyTexels { lattice, plane }, task),
        PixelFormat::Nv12 | PixelFormat::Nv21 | PixelFormat::I420 | PixelFormat::Yuv420 => {
            let (u, v) = frame.chroma();
            run(
                &YuvTexels {
                    lattice,
                    y: plane,
                    u,
                    v,
                    to_rgb: YuvToRgb::new(frame.matrix, frame.range).of_sums(WHOLE as f32),
                },
                task,
            )
        }
    }
}

fn run<T, X: Texels>(texels: &X, task: impl TexelTask<T>) -> T {
    vectorise(
        Arch::new(),
        Run {
            texels,
            task,
            answer: PhantomData,
        },
    )
}

struct Run<'a, X, K, T> {
    texels: &'a X,
    task: K,
    answer: PhantomData<T>,
}

impl<X: Texels, K: TexelTask<T>, T> NullaryFnOnce for Run<'_, X, K, T> {
    type Output = T;

    #[inline(always)]
    fn call(self) -> T {
        self.task.run(self.texels)
    }
}

/// Work that is compiled anew for each pixel reader.
pub(crate) trait TexelTask<T> {
    fn run(self, texels: &impl Texels) -> T;
}

pub(crate) fn rgb_at(frame: &Frame<'_>, x: i32, y: i32) -> [u8; 3] {
    struct One(i32, i32);
    impl TexelTask<[u8; 3]> for One {
        fn run(self, texels: &impl Texels) -> [u8; 3] {
            let sums = texels
                .samples(&[self.0], &[self.1])
                .map(|[sample]| [i32::from(sample) * WHOLE]);
            texels.colours(&sums, &[WHOLE]).map(|[level]| level as u8)
        }
    }
    with_texels(frame, One(x, y))
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
