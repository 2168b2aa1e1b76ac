//! Squares of two by two pixels of RGB, RGBA and BGRA, blended with AVX2.

use std::arch::x86_64::__m256i;

use pulp::x86::V3;

use crate::frame::PlaneView;
use crate::quads::{Along, Pixels, Source, places, two_rows};
use crate::texel::WHOLE;
use crate::warp::LANES;

/// RGB, RGBA, BGRA.
pub(crate) struct Packed<'a> {
    simd: V3,
    plane: PlaneView<'a>,
    /// Shuffles two rows of two pixels into bytes by channel.
    order: __m256i,
    /// [`BYTES`] and [`WORDS`].
    bytes: [__m256i; 4],
    words: [__m256i; 4],
}

impl<'a> Packed<'a> {
    /// Pixels of `step` bytes with red, green and blue at these.
    pub fn new(simd: V3, plane: PlaneView<'a>, channels: [u8; 3], step: u8) -> Self {
        Self {
            simd,
            plane,
            order: pulp::cast(order(channels, step)),
            bytes: BYTES.map(pulp::cast),
            words: WORDS.map(pulp::cast),
        }
    }
}

/// The bytes of two neighbouring pixels of `step` bytes, by channel; the last two are nothing.
fn order(channels: [u8; 3], step: u8) -> [u8; 32] {
    const NOTHING: u8 = 0x80;
    let [r, g, b] = channels;
    let row = [r, r + step, g, g + step, b, b + step, NOTHING, NOTHING];
    // The other row lies eight bytes further; the other quad in the vector's other half.
    std::array::from_fn(|i| row[i % 8] + if i / 8 % 2 == 1 && row[i % 8] != NOTHING { 8 } else { 0 })
}

impl Source for Packed<'_> {
    #[inline(always)]
    fn blend(&self, x: Along, y: Along, scale: f32, low: f32) -> Pixels {
        let V3 { avx, avx2: unit, .. } = self.simd;
        let (scale, low) = (avx._mm256_set1_ps(scale), avx._mm256_set1_ps(low));
        let half = avx._mm256_set1_epi32(WHOLE / 2);
        let at = places(self.simd, &self.plane, x.first, y.first);
        let mut pixels = [[[0.0; 4]; 2]; 4];
        for (k, pixels) in pixels.iter_mut().enumerate() {
            // Square k lies beside square k + 4, as the numbers of a vector of eight do.
            let ([a, b], [c, d]) = (two_rows(&self.plane, at[k]), two_rows(&self.plane, at[k + 4]));
            let square = avx._mm256_setr_epi64x(
                i64::from_le_bytes(a),
                i64::from_le_bytes(b),
                i64::from_le_bytes(c),
                i64::from_le_bytes(d),
            );
            let by_channel = unit._mm256_shuffle_epi8(square, self.order);
            let across = unit._mm256_maddubs_epi16(by_channel, unit._mm256_shuffle_epi8(x.weights, self.bytes[k]));
            let rows = unit._mm256_unpacklo_epi16(across, unit._mm256_bsrli_epi128::<8>(across));
            let sums = unit._mm256_madd_epi16(rows, unit._mm256_shuffle_epi8(y.weights, self.words[k]));
            let means = unit._mm256_srli_epi32::<10>(unit._mm256_add_epi32(sums, half));
            *pixels = pulp::cast(avx._mm256_add_ps(avx._mm256_mul_ps(avx._mm256_cvtepi32_ps(means), scale), low));
        }
        // A pixel is written as four numbers, of which the fourth is nothing and the next pixel's first.
        let mut out = [0.0; LANES * 3 + 1];
        for (k, pixel) in (0..LANES).map(|k| (k, &pixels[k % 4][k / 4])) {
            out[k * 3..k * 3 + 4].copy_from_slice(pixel);
        }
        let mut pixels = [0.0; LANES * 3];
        pixels.copy_from_slice(&out[..LANES * 3]);
        pixels
    }
}

/// Spreads the weights of a square, the first or another of its half of a vector, over that half, as bytes by turns.
const BYTES: [[u8; 32]; 4] = [spread(0, 1), spread(1, 1), spread(2, 1), spread(3, 1)];
/// The same as 16-bit numbers by turns.
const WORDS: [[u8; 32]; 4] = [spread(0, 2), spread(1, 2), spread(2, 2), spread(3, 2)];

/// Weights are two 16-bit numbers of which only the lower bytes are used: these, or all four bytes.
const fn spread(square: u8, size: usize) -> [u8; 32] {
    let mut bytes = [0; 32];
    let mut i = 0;
    while i < 32 {
        let number = (i / size % 2) as u8;
        bytes[i] = square * 4 + number * 2 + (i % size) as u8;
        i += 1;
    }
    bytes
}
