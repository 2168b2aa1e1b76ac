//! Reading single pixels of any format as RGB: the plain, scalar truth that faster paths are held to.

use std::marker::PhantomData;

use pulp::{Arch, NullaryFnOnce};

use crate::format::{ColourMatrix, Lattice, PixelFormat, Range};
use crate::frame::{Frame, PlaneView};
use crate::lanes::vectorise;

/// Fraction bits of [`YuvToRgb`]: as many as leave every factor below 2¹⁵, so that vectors multiply 16-bit numbers. Its
/// results differ from exact ones by 1/32 of a level at most, before they are rounded.
pub(crate) const YUV_BITS: u32 = 13;

/// YUV to RGB in fixed point of [`YUV_BITS`], from the luma weights of BT.601 (0.299, 0.114) and BT.709 (0.2126, 0.0722).
#[derive(Debug, Clone, Copy)]
pub(crate) struct YuvToRgb {
    pub y_offset: i32,
    pub y: i32,
    pub rv: i32,
    pub gu: i32,
    pub gv: i32,
    pub bu: i32,
}

impl YuvToRgb {
    pub fn new(matrix: ColourMatrix, range: Range) -> Self {
        let (kr, kb) = match matrix {
            ColourMatrix::Bt601 => (0.299, 0.114),
            ColourMatrix::Bt709 => (0.2126, 0.0722),
        };
        let kg = 1.0 - kr - kb;
        let (y_offset, y, c) = match range {
            Range::Full => (0, 1.0, 1.0),
            Range::Video => (16, 255.0 / 219.0, 255.0 / 224.0),
        };
        let fixed = |value: f64| (value * f64::from(1 << YUV_BITS)).round() as i32;
        Self {
            y_offset,
            y: fixed(y),
            rv: fixed(2.0 * (1.0 - kr) * c),
            gu: fixed(2.0 * kb * (1.0 - kb) / kg * c),
            gv: fixed(2.0 * kr * (1.0 - kr) / kg * c),
            bu: fixed(2.0 * (1.0 - kb) * c),
        }
    }

    /// The same for samples that are no longer whole numbers.
    pub fn float(&self) -> FloatYuvToRgb {
        let part = |fixed: i32| fixed as f32 / (1 << YUV_BITS) as f32;
        FloatYuvToRgb {
            y_offset: self.y_offset as f32,
            y: part(self.y),
            rv: part(self.rv),
            gu: part(self.gu),
            gv: part(self.gv),
            bu: part(self.bu),
        }
    }

    /// RGB, rounded and clamped, of many pixels at once, from Y, U and V.
    #[inline(always)]
    pub fn colours<const N: usize>(&self, [y, u, v]: &[[u8; N]; 3]) -> [[i32; N]; 3] {
        let [mut red, mut green, mut blue] = [[0i32; N]; 3];
        let round = |value: i32| (value >> YUV_BITS).clamp(0, 255);
        for i in 0..N {
            // No sum here comes near 2³¹.
            let luma = (i32::from(y[i]) - self.y_offset)
                .wrapping_mul(self.y)
                .wrapping_add(1 << (YUV_BITS - 1));
            let (u, v) = (i32::from(u[i]) - 128, i32::from(v[i]) - 128);
            red[i] = round(luma.wrapping_add(self.rv.wrapping_mul(v)));
            let less = self.gu.wrapping_mul(u).wrapping_add(self.gv.wrapping_mul(v));
            green[i] = round(luma.wrapping_sub(less));
            blue[i] = round(luma.wrapping_add(self.bu.wrapping_mul(u)));
        }
        [red, green, blue]
    }
}

/// [`YuvToRgb`] in f32.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FloatYuvToRgb {
    pub y_offset: f32,
    pub y: f32,
    pub rv: f32,
    pub gu: f32,
    pub gv: f32,
    pub bu: f32,
}

/// Random access to upright pixels as the buffer holds them, and their colours.
pub(crate) trait Texels {
    /// The three samples of the pixels at upright (x, y), which must lie inside the picture, by channel.
    fn samples<const N: usize>(&self, x: &[i32; N], y: &[i32; N]) -> [[u8; N]; 3];

    /// RGB, 0..=255, of many pixels at once, from their samples by channel.
    fn colours<const N: usize>(&self, samples: &[[u8; N]; 3]) -> [[i32; N]; 3];
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
    fn colours<const N: usize>(&self, samples: &[[u8; N]; 3]) -> [[i32; N]; 3] {
        self.order.map(|channel| samples[channel].map(i32::from))
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
    fn colours<const N: usize>(&self, samples: &[[u8; N]; 3]) -> [[i32; N]; 3] {
        samples.map(|channel| channel.map(i32::from))
    }
}

/// All half-chroma formats as three planes; chroma is that of the 2x2 cell (no interpolation).
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
    fn colours<const N: usize>(&self, samples: &[[u8; N]; 3]) -> [[i32; N]; 3] {
        self.to_rgb.colours(samples)
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
                    to_rgb: YuvToRgb::new(frame.matrix, frame.range),
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
            texels
                .colours(&texels.samples(&[self.0], &[self.1]))
                .map(|[level]| level as u8)
        }
    }
    with_texels(frame, One(x, y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primaries_come_back_from_their_published_codes() {
        // BT.601 full range: pure red is Y 76, U 85, V 255 (JFIF).
        let jfif = YuvToRgb::new(ColourMatrix::Bt601, Range::Full);
        for (yuv, rgb) in [
            ((76, 85, 255), [254, 0, 0]),
            ((150, 44, 21), [0, 255, 1]),
            ((29, 255, 107), [0, 0, 254]),
        ] {
            let got = jfif.colours(&[[yuv.0], [yuv.1], [yuv.2]]).map(|[level]| level as u8);
            for (a, b) in got.iter().zip(rgb) {
                assert!(a.abs_diff(b) <= 1, "{got:?} {rgb:?}");
            }
        }
        // BT.709 video range: 75 % grey bar is Y 180; white 235, black 16.
        let hd = YuvToRgb::new(ColourMatrix::Bt709, Range::Video);
        assert_eq!(hd.colours(&[[16], [128], [128]]).map(|[level]| level as u8), [0, 0, 0]);
        assert_eq!(
            hd.colours(&[[235], [128], [128]]).map(|[level]| level as u8),
            [255, 255, 255]
        );
        assert_eq!(
            hd.colours(&[[180], [128], [128]]).map(|[level]| level as u8),
            [191, 191, 191]
        );
        assert_eq!(
            hd.colours(&[[255], [128], [128]]).map(|[level]| level as u8),
            [255, 255, 255],
            "beyond white is clamped"
        );
    }
}
