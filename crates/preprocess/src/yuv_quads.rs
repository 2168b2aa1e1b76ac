//! Squares of two by two pixels of the half-chroma formats, converted to RGB with AVX2.

use std::arch::x86_64::__m256i;

use pulp::x86::V3;

use crate::format::PixelFormat;
use crate::frame::{Frame, PlaneView};
use crate::quads::{Eight, Source, bytes, places};
use crate::texel::{YUV_BITS, YuvToRgb};

/// How half-size chroma lies.
#[derive(Clone, Copy)]
enum Chroma<'a> {
    /// U and V side by side, in this order or the other.
    Together(PlaneView<'a>),
    /// A plane each.
    Apart([PlaneView<'a>; 2]),
}

/// All half-chroma formats; chroma is that of the 2x2 cell (no interpolation).
pub(crate) struct Yuv<'a> {
    simd: V3,
    luma: PlaneView<'a>,
    chroma: Chroma<'a>,
    /// Luma with V, and luma with U, from a pixel's bytes.
    pairs: [__m256i; 2],
    /// [`RED_GREEN`] and [`BLUE`], in both halves of a vector.
    sort: [__m256i; 2],
    factors: Factors,
}

impl<'a> Yuv<'a> {
    /// `None` for planes that lie as no camera's do.
    pub fn new(simd: V3, frame: &Frame<'a>) -> Option<Self> {
        let [luma, first, second] = frame.planes;
        let apart = frame.format.planes() == 3;
        let steps = if apart { [1, 2] } else { [2, 2] };
        let chroma = if apart {
            Chroma::Apart([first, second])
        } else {
            Chroma::Together(first)
        };
        let known = luma.step == 1 && steps.contains(&first.step) && (!apart || second.step == first.step);
        let (u, v) = if frame.format == PixelFormat::Nv21 {
            (3, 2)
        } else {
            (2, 3)
        };
        let pair = |c: u8| {
            pulp::cast(std::array::from_fn::<u8, 32, _>(|i| {
                // Sixteen bits of luma, sixteen of chroma; 0x80 is zero.
                [0, 0x80, c, 0x80][i % 4] + if i % 4 % 2 == 0 { (i as u8 / 4) % 4 * 4 } else { 0 }
            }))
        };
        known.then(|| Self {
            simd,
            luma,
            chroma,
            pairs: [pair(v), pair(u)],
            sort: [RED_GREEN, BLUE].map(|order| pulp::cast([order; 2])),
            factors: Factors::new(simd, &YuvToRgb::new(frame.matrix, frame.range)),
        })
    }

    /// What is read for eight pixels of a row and their right neighbours.
    #[inline(always)]
    fn row(&self, left: __m256i, row: __m256i) -> Row {
        let unit = self.simd.avx2;
        let (x, y) = (unit._mm256_srai_epi32::<1>(left), unit._mm256_srai_epi32::<1>(row));
        let luma = numbers(self.simd, &self.luma, left, row, two);
        let both = match &self.chroma {
            Chroma::Together(plane) => numbers(self.simd, plane, x, y, i32::from_le_bytes),
            Chroma::Apart([u, v]) if u.step == 2 => {
                // What lies between them is nothing, or the other.
                let [u, v] = [
                    numbers(self.simd, u, x, y, i32::from_le_bytes),
                    numbers(self.simd, v, x, y, i32::from_le_bytes),
                ];
                self.beside(u, v)
            }
            Chroma::Apart([u, v]) => {
                let [u, v] = [numbers(self.simd, u, x, y, two), numbers(self.simd, v, x, y, two)];
                let apart = |pair| unit._mm256_or_si256(pair, unit._mm256_slli_epi32::<8>(pair));
                self.beside(apart(u), apart(v))
            }
        };
        // An odd column's right neighbour lies in the next cell.
        let odd = unit._mm256_and_si256(left, self.simd.avx._mm256_set1_epi32(1));
        Row {
            luma,
            left: both,
            right: unit._mm256_srlv_epi32(both, unit._mm256_slli_epi32::<4>(odd)),
        }
    }

    /// Of bytes 0 and 2 of each number of both: first, first, second, second.
    #[inline(always)]
    fn beside(&self, u: __m256i, v: __m256i) -> __m256i {
        let (unit, even) = (self.simd.avx2, self.simd.avx._mm256_set1_epi32(0x00ff_00ff));
        let (u, v) = (unit._mm256_and_si256(u, even), unit._mm256_and_si256(v, even));
        unit._mm256_or_si256(u, unit._mm256_slli_epi32::<8>(v))
    }

    /// One of the two pixels of eight rows: red, green and blue, not yet clamped.
    #[inline(always)]
    fn column(&self, luma: __m256i, chroma: __m256i) -> [__m256i; 3] {
        let unit = self.simd.avx2;
        let pixel = unit._mm256_or_si256(luma, unit._mm256_slli_epi32::<16>(chroma));
        let with_v = unit._mm256_shuffle_epi8(pixel, self.pairs[0]);
        let with_u = unit._mm256_shuffle_epi8(pixel, self.pairs[1]);
        let Factors {
            red,
            green,
            green_by_u,
            blue,
            add,
        } = self.factors;
        let greens = unit._mm256_madd_epi16(with_v, green);
        let greens = unit._mm256_add_epi32(greens, unit._mm256_madd_epi16(with_u, green_by_u));
        let mut sums = [
            unit._mm256_madd_epi16(with_v, red),
            greens,
            unit._mm256_madd_epi16(with_u, blue),
        ];
        for (sum, add) in sums.iter_mut().zip(add) {
            *sum = unit._mm256_srai_epi32::<{ YUV_BITS as i32 }>(unit._mm256_add_epi32(*sum, add));
        }
        sums
    }

    /// Eight rows of two pixels, ordered by channel as [`order`] does: of the rows 0, 1, 4, 5 and 2, 3, 6, 7.
    #[inline(always)]
    fn rows(&self, row: &Row) -> [__m256i; 2] {
        let unit = self.simd.avx2;
        let first = unit._mm256_and_si256(row.luma, self.simd.avx._mm256_set1_epi32(0xff));
        let [r0, g0, b0] = self.column(first, row.left);
        let [r1, g1, b1] = self.column(unit._mm256_srli_epi32::<8>(row.luma), row.right);
        // Packing clamps, and puts four of the first column before four of the second in each half.
        let red = unit._mm256_packs_epi32(r0, r1);
        let green = unit._mm256_packs_epi32(g0, g1);
        let blue = unit._mm256_packs_epi32(b0, b1);
        let red_green = unit._mm256_packus_epi16(red, green);
        let blue = unit._mm256_packus_epi16(blue, self.simd.avx._mm256_setzero_si256());
        let red_green = unit._mm256_shuffle_epi8(red_green, self.sort[0]);
        let blue = unit._mm256_shuffle_epi8(blue, self.sort[1]);
        [
            unit._mm256_unpacklo_epi32(red_green, blue),
            unit._mm256_unpackhi_epi32(red_green, blue),
        ]
    }
}

/// From four reds, their neighbours', four greens, their neighbours' to both reds and both greens of each.
const RED_GREEN: [u8; 16] = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
/// From four blues and their neighbours' to both blues of each; what follows is zero.
const BLUE: [u8; 16] = [0, 4, 8, 8, 1, 5, 8, 8, 2, 6, 8, 8, 3, 7, 8, 8];

impl Source for Yuv<'_> {
    #[inline(always)]
    fn quads(&self, simd: V3, left: __m256i, top: __m256i) -> Eight {
        let unit = simd.avx2;
        let below = unit._mm256_add_epi32(top, simd.avx._mm256_set1_epi32(1));
        let (upper, lower) = (self.rows(&self.row(left, top)), self.rows(&self.row(left, below)));
        [
            unit._mm256_unpacklo_epi64(upper[0], lower[0]),
            unit._mm256_unpackhi_epi64(upper[0], lower[0]),
            unit._mm256_unpacklo_epi64(upper[1], lower[1]),
            unit._mm256_unpackhi_epi64(upper[1], lower[1]),
        ]
    }

    #[inline(always)]
    fn order(&self) -> [u8; 32] {
        std::array::from_fn(|i| if i % 8 < 6 { i as u8 % 16 } else { 0x80 })
    }
}

/// Eight pairs of neighbours: luma in the lower two bytes; chroma of each, in the lower two bytes, in the plane's order.
struct Row {
    luma: __m256i,
    left: __m256i,
    right: __m256i,
}

/// What [`YuvToRgb`] multiplies luma and chroma by, and adds to the sums.
#[derive(Clone, Copy)]
struct Factors {
    red: __m256i,
    green: __m256i,
    green_by_u: __m256i,
    blue: __m256i,
    add: [__m256i; 3],
}

impl Factors {
    fn new(simd: V3, to_rgb: &YuvToRgb) -> Self {
        let YuvToRgb {
            y_offset,
            y,
            rv,
            gu,
            gv,
            bu,
        } = *to_rgb;
        let all = |value| simd.avx._mm256_set1_epi32(value);
        // Every factor is below 2¹⁵.
        let pair = |luma: i32, chroma: i32| all((luma & 0xffff) | (chroma << 16));
        let half = (1 << (YUV_BITS - 1)) - y_offset * y;
        Self {
            red: pair(y, rv),
            green: pair(y, -gv),
            green_by_u: pair(0, -gu),
            blue: pair(y, bu),
            add: [half - 128 * rv, half + 128 * (gu + gv), half - 128 * bu].map(all),
        }
    }
}

/// A number from the bytes at each of eight places of a plane. They are handed over in registers, so each is spelled out:
/// a vector read back from numbers just written to memory would have to wait for them.
#[inline(always)]
fn numbers<const N: usize>(
    simd: V3,
    plane: &PlaneView<'_>,
    x: __m256i,
    y: __m256i,
    number: impl Fn([u8; N]) -> i32,
) -> __m256i {
    let (data, [a, b, c, d, e, f, g, h]) = (plane.data, places(simd, plane, x, y));
    simd.avx._mm256_setr_epi32(
        number(bytes(data, a)),
        number(bytes(data, b)),
        number(bytes(data, c)),
        number(bytes(data, d)),
        number(bytes(data, e)),
        number(bytes(data, f)),
        number(bytes(data, g)),
        number(bytes(data, h)),
    )
}

/// Two bytes as the lower half of a number.
#[inline(always)]
fn two(bytes: [u8; 2]) -> i32 {
    i32::from(u16::from_le_bytes(bytes))
}
