//! Squares of two by two pixels of the half-chroma formats, blended and then converted to RGB with AVX2.

use std::arch::x86_64::{__m128i, __m256, __m256i};

use pulp::x86::V3;

use crate::format::PixelFormat;
use crate::frame::{Frame, PlaneView};
use crate::quads::{Along, Pixels, Source, places, two_rows};
use crate::texel::{ROUND, WHOLE, YuvToRgb};
use crate::warp::LANES;

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
    /// V comes before U.
    swapped: bool,
    to_rgb: YuvToRgb,
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
        known.then(|| Self {
            simd,
            luma,
            chroma,
            swapped: frame.format == PixelFormat::Nv21,
            to_rgb: YuvToRgb::new(frame.matrix, frame.range).of_sums(WHOLE as f32),
        })
    }

    /// Squares of U and of V around these cells.
    #[inline(always)]
    fn chroma(&self, x: __m256i, y: __m256i) -> [__m256i; 2] {
        let [first, second] = match &self.chroma {
            Chroma::Together(plane) => self.together(plane, x, y),
            Chroma::Apart([u, v]) if u.step == 2 => {
                [squares::<3>(self.simd, u, x, y), squares::<3>(self.simd, v, x, y)]
            }
            Chroma::Apart([u, v]) => [squares::<2>(self.simd, u, x, y), squares::<2>(self.simd, v, x, y)],
        };
        if self.swapped { [second, first] } else { [first, second] }
    }

    /// Squares of both channels of a plane.
    #[inline(always)]
    fn together(&self, plane: &PlaneView<'_>, x: __m256i, y: __m256i) -> [__m256i; 2] {
        let unit = self.simd.avx2;
        let [upper, lower] = rows(self.simd, plane, x, y);
        // Two of the one, then two of the other.
        let order = pulp::cast(IN_TURN);
        let upper = unit._mm256_shuffle_epi8(upper, order);
        let lower = unit._mm256_shuffle_epi8(lower, order);
        [
            unit._mm256_blend_epi16::<0b1010_1010>(upper, unit._mm256_slli_epi32::<16>(lower)),
            unit._mm256_blend_epi16::<0b1010_1010>(unit._mm256_srli_epi32::<16>(upper), lower),
        ]
    }

    /// The cells of two neighbours: of an even one and the next they are the same.
    #[inline(always)]
    fn cells(&self, along: Along) -> Along {
        let V3 { avx, avx2: unit, .. } = self.simd;
        let Along { first, weights } = along;
        let one = avx._mm256_set1_epi32(1);
        let odd = unit._mm256_cmpeq_epi32(unit._mm256_and_si256(first, one), one);
        let both = unit._mm256_madd_epi16(weights, avx._mm256_set1_epi16(1));
        Along {
            first: unit._mm256_srai_epi32::<1>(first),
            weights: unit._mm256_blendv_epi8(both, weights, odd),
        }
    }

    /// Weighted sums of squares.
    #[inline(always)]
    fn sums(&self, squares: __m256i, x: Along, y: Along) -> __m256 {
        let V3 { avx, avx2: unit, .. } = self.simd;
        // Weights are 32 at most: their lower bytes, for both rows.
        let by_x = unit._mm256_shuffle_epi8(x.weights, pulp::cast(LOWER_BYTES));
        let across = unit._mm256_maddubs_epi16(squares, by_x);
        avx._mm256_cvtepi32_ps(unit._mm256_madd_epi16(across, y.weights))
    }

    #[inline(always)]
    fn times(&self, values: __m256, factor: f32) -> __m256 {
        let avx = self.simd.avx;
        avx._mm256_mul_ps(values, avx._mm256_set1_ps(factor))
    }

    /// Clamped, rounded, times `scale` plus `low`.
    #[inline(always)]
    fn level(&self, value: __m256, scale: f32, low: f32) -> __m256 {
        let avx = self.simd.avx;
        let round = avx._mm256_set1_ps(ROUND);
        let positive = avx._mm256_max_ps(value, avx._mm256_setzero_ps());
        let inside = avx._mm256_min_ps(positive, avx._mm256_set1_ps(255.0));
        let level = avx._mm256_sub_ps(avx._mm256_add_ps(inside, round), round);
        avx._mm256_add_ps(self.times(level, scale), avx._mm256_set1_ps(low))
    }
}

impl Source for Yuv<'_> {
    /// Step by step as in [`crate::texel::Texels::colours`], for the same bits.
    #[inline(always)]
    fn blend(&self, x: Along, y: Along, scale: f32, low: f32) -> Pixels {
        let avx = self.simd.avx;
        let YuvToRgb {
            y_offset,
            y: by_y,
            rv,
            gu,
            gv,
            bu,
        } = self.to_rgb;
        let luma = squares::<2>(self.simd, &self.luma, x.first, y.first);
        let (cell_x, cell_y) = (self.cells(x), self.cells(y));
        let [u, v] = self.chroma(cell_x.first, cell_y.first);
        let weights = self.sums(avx._mm256_set1_epi8(1), x, y);
        let black = self.times(weights, y_offset);
        let grey = self.times(weights, 128.0);
        let luma = self.times(avx._mm256_sub_ps(self.sums(luma, x, y), black), by_y);
        let u = avx._mm256_sub_ps(self.sums(u, cell_x, cell_y), grey);
        let v = avx._mm256_sub_ps(self.sums(v, cell_x, cell_y), grey);
        let red = avx._mm256_add_ps(luma, self.times(v, rv));
        let green = avx._mm256_sub_ps(avx._mm256_sub_ps(luma, self.times(u, gu)), self.times(v, gv));
        let blue = avx._mm256_add_ps(luma, self.times(u, bu));
        pixel_by_pixel(
            self.simd,
            [
                self.level(red, scale, low),
                self.level(green, scale, low),
                self.level(blue, scale, low),
            ],
        )
    }
}

/// From U V U V, or V U V U, to two of each.
const IN_TURN: [u8; 32] = dwords([0, 2, 1, 3]);
const LOWER_BYTES: [u8; 32] = dwords([0, 2, 0, 2]);

/// The same order of bytes for each of eight numbers.
const fn dwords(order: [u8; 4]) -> [u8; 32] {
    let mut bytes = [0; 32];
    let mut i = 0;
    while i < 32 {
        bytes[i] = order[i % 4] + (i / 4 % 4 * 4) as u8;
        i += 1;
    }
    bytes
}

/// Squares of samples, two bytes of the upper row and two of the lower: the first and the last of `N`.
#[inline(always)]
fn squares<const N: usize>(simd: V3, plane: &PlaneView<'_>, x: __m256i, y: __m256i) -> __m256i {
    let [a, b, c, d, e, f, g, h] = places(simd, plane, x, y);
    let low = four_squares::<N>(simd, plane, [a, b, c, d]);
    let high = four_squares::<N>(simd, plane, [e, f, g, h]);
    simd.avx._mm256_set_m128i(high, low)
}

/// Each number goes into its vector as soon as it is read. Later it would have to be kept somewhere until then, and a
/// vector read back from numbers in memory would have to wait for them.
#[inline(always)]
fn four_squares<const N: usize>(simd: V3, plane: &PlaneView<'_>, at: [i32; 4]) -> __m128i {
    let V3 { sse2, sse4_1: unit, .. } = simd;
    let squares = sse2._mm_cvtsi32_si128(square::<N>(plane, at[0]));
    let squares = unit._mm_insert_epi32::<1>(squares, square::<N>(plane, at[1]));
    let squares = unit._mm_insert_epi32::<2>(squares, square::<N>(plane, at[2]));
    unit._mm_insert_epi32::<3>(squares, square::<N>(plane, at[3]))
}

#[inline(always)]
fn square<const N: usize>(plane: &PlaneView<'_>, at: i32) -> i32 {
    let [upper, lower] = two_rows::<N>(plane, at);
    i32::from_le_bytes([upper[0], upper[N - 1], lower[0], lower[N - 1]])
}

/// Four bytes at each of eight places, and four from each place below.
#[inline(always)]
fn rows(simd: V3, plane: &PlaneView<'_>, x: __m256i, y: __m256i) -> [__m256i; 2] {
    let [a, b, c, d, e, f, g, h] = places(simd, plane, x, y);
    let low = four_rows(simd, plane, [a, b, c, d]);
    let high = four_rows(simd, plane, [e, f, g, h]);
    [
        simd.avx._mm256_set_m128i(high[0], low[0]),
        simd.avx._mm256_set_m128i(high[1], low[1]),
    ]
}

#[inline(always)]
fn four_rows(simd: V3, plane: &PlaneView<'_>, at: [i32; 4]) -> [__m128i; 2] {
    let V3 { sse2, sse4_1: unit, .. } = simd;
    let [a, b] = numbers(plane, at[0]);
    let (upper, lower) = (sse2._mm_cvtsi32_si128(a), sse2._mm_cvtsi32_si128(b));
    let [a, b] = numbers(plane, at[1]);
    let (upper, lower) = (
        unit._mm_insert_epi32::<1>(upper, a),
        unit._mm_insert_epi32::<1>(lower, b),
    );
    let [a, b] = numbers(plane, at[2]);
    let (upper, lower) = (
        unit._mm_insert_epi32::<2>(upper, a),
        unit._mm_insert_epi32::<2>(lower, b),
    );
    let [a, b] = numbers(plane, at[3]);
    [
        unit._mm_insert_epi32::<3>(upper, a),
        unit._mm_insert_epi32::<3>(lower, b),
    ]
}

#[inline(always)]
fn numbers(plane: &PlaneView<'_>, at: i32) -> [i32; 2] {
    let [upper, lower] = two_rows(plane, at);
    [i32::from_le_bytes(upper), i32::from_le_bytes(lower)]
}

/// From channel by channel.
#[inline(always)]
fn pixel_by_pixel(simd: V3, [r, g, b]: [__m256; 3]) -> Pixels {
    let V3 { avx, .. } = simd;
    // In each half, of pixels 0 to 3: r0 g0 r1 g1 and r2 g2 r3 g3.
    let (low, high) = (avx._mm256_unpacklo_ps(r, g), avx._mm256_unpackhi_ps(r, g));
    // b0 b0 r1 r1, g1 g1 b1 b1, b2 b2 r3 r3, g3 g3 b3 b3.
    let b0_r1 = avx._mm256_shuffle_ps::<0b01_01_00_00>(b, r);
    let g1_b1 = avx._mm256_shuffle_ps::<0b01_01_01_01>(g, b);
    let b2_r3 = avx._mm256_shuffle_ps::<0b11_11_10_10>(b, r);
    let g3_b3 = avx._mm256_shuffle_ps::<0b11_11_11_11>(g, b);
    let thirds = [
        avx._mm256_shuffle_ps::<0b10_00_01_00>(low, b0_r1),
        avx._mm256_shuffle_ps::<0b01_00_10_00>(g1_b1, high),
        avx._mm256_shuffle_ps::<0b10_00_10_00>(b2_r3, g3_b3),
    ];
    let thirds: [[[f32; 4]; 2]; 3] = [pulp::cast(thirds[0]), pulp::cast(thirds[1]), pulp::cast(thirds[2])];
    let mut pixels = [0.0; LANES * 3];
    for (at, quarter) in pixels.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        *quarter = thirds[at % 3][at / 3];
    }
    pixels
}
