//! Squares of two by two samples, weighed and summed, eight at a time.
//!
//! Plain code needs a multiplication for each sample; AVX2 weighs all four of a square in two instructions, through
//! `pulp`'s safe intrinsics. Both give the same numbers.

/// Squares in a vector.
pub(crate) const SQUARES: usize = 8;

/// A word of each square.
pub(crate) type Words = [u32; SQUARES];

/// What the weights of two neighbours add up to.
pub(crate) const STEPS: i32 = 32;

/// Where in four bytes the left and the right samples are; [`Pair::NONE`] is nowhere, and counts as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub left: u8,
    pub right: u8,
}

impl Pair {
    pub const NONE: u8 = 0x80;
}

/// A vector unit; the value proves that the machine has it.
pub(crate) trait Blend: Copy {
    /// The sum of each square's samples times their weights. `rows` are four bytes of each square's upper row and four
    /// of its lower row; the weights of the left and right column, and of the upper and lower row, are the lower and
    /// upper halves of their words, at most [`STEPS`].
    fn blend(self, rows: [&Words; 2], pair: Pair, columns: &Words, lines: &Words) -> [i32; SQUARES];
}

/// Plain Rust.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plain;

impl Blend for Plain {
    #[inline(always)]
    fn blend(self, [upper, lower]: [&Words; 2], pair: Pair, columns: &Words, lines: &Words) -> [i32; SQUARES] {
        let [(left, left_mask), (right, right_mask)] =
            [pair.left, pair.right].map(|at| (8 * u32::from(at & 3), if at == Pair::NONE { 0 } else { 0xff }));
        std::array::from_fn(|i| {
            // Two sums of at most 255 times 32 in one word.
            let both = |bits: u32, mask: u32| {
                let sample = |word: u32| word.wrapping_shr(bits) & mask;
                sample(upper[i]) | sample(lower[i]) << 16
            };
            let column = both(left, left_mask).wrapping_mul(columns[i] & 63);
            let rows = column.wrapping_add(both(right, right_mask).wrapping_mul(columns[i] >> 16 & 63));
            let upper = (rows & 0xffff).wrapping_mul(lines[i] & 63);
            upper.wrapping_add((rows >> 16).wrapping_mul(lines[i] >> 16 & 63)) as i32
        })
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::__m256i;

    // pulp's own cast re-checks alignment in development builds; this one does not.
    use bytemuck::must_cast;
    use pulp::x86::V3;

    use super::{Blend, Pair, SQUARES, Words};

    /// Of each word some of its bytes in this order, and zeros for [`Pair::NONE`].
    #[inline(always)]
    fn pick(unit: V3, words: &Words, order: [u8; 4]) -> __m256i {
        // Bytes are taken from the same half of the vector.
        const WORDS: Words = [
            0,
            0x0404_0404,
            0x0808_0808,
            0x0c0c_0c0c,
            0,
            0x0404_0404,
            0x0808_0808,
            0x0c0c_0c0c,
        ];
        let order = unit.avx._mm256_set1_epi32(i32::from_le_bytes(order));
        let places = unit.avx2._mm256_or_si256(order, must_cast(WORDS));
        unit.avx2._mm256_shuffle_epi8(must_cast(*words), places)
    }

    // Code within closures would not be vector code.
    impl Blend for V3 {
        #[inline(always)]
        fn blend(self, [upper, lower]: [&Words; 2], pair: Pair, columns: &Words, lines: &Words) -> [i32; SQUARES] {
            let Pair { left, right } = pair;
            let upper = pick(self, upper, [left, right, Pair::NONE, Pair::NONE]);
            let lower = pick(self, lower, [Pair::NONE, Pair::NONE, left, right]);
            let columns = pick(self, columns, [0, 2, 0, 2]);
            let rows = self
                .avx2
                ._mm256_maddubs_epi16(self.avx2._mm256_or_si256(upper, lower), columns);
            must_cast(self.avx2._mm256_madd_epi16(rows, must_cast(*lines)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: [u8; 5] = [0, 1, 2, 3, Pair::NONE];

    fn rows(seed: u32) -> Words {
        std::array::from_fn(|i| (i as u32 * 977 + seed).wrapping_mul(2_654_435_761))
    }

    fn weights(seed: u32) -> Words {
        std::array::from_fn(|i| {
            let weight = |factor: u32| (i as u32 * factor + seed) % (STEPS as u32 + 1);
            weight(5) | weight(7) << 16
        })
    }

    #[test]
    fn a_square_is_the_sum_of_its_samples_times_their_weights() {
        let (upper, lower, columns, lines) = (rows(1), rows(2), weights(3), weights(4));
        for left in PLACES {
            for right in PLACES {
                let got = Plain.blend([&upper, &lower], Pair { left, right }, &columns, &lines);
                for i in 0..SQUARES {
                    let row = |word: u32| {
                        let sample = |at: u8| word.to_le_bytes().get(usize::from(at)).map_or(0, |&v| u32::from(v));
                        sample(left) * (columns[i] & 0xffff) + sample(right) * (columns[i] >> 16)
                    };
                    let wanted = row(upper[i]) * (lines[i] & 0xffff) + row(lower[i]) * (lines[i] >> 16);
                    assert_eq!(got[i], wanted as i32);
                }
            }
        }
    }

    /// Both vector units on the same numbers.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn vector_code_equals_plain_code() {
        let Some(simd) = pulp::x86::V3::try_new() else {
            eprintln!("SKIPPED: this machine has no AVX2");
            return;
        };
        let white = [u32::MAX; SQUARES];
        let whole = [STEPS as u32; SQUARES];
        for (upper, lower, columns, lines) in [
            (rows(5), rows(6), weights(7), weights(8)),
            (white, white, whole, whole),
            (white, white, [0x0010_0010; SQUARES], [0x0020_0000; SQUARES]),
        ] {
            for left in PLACES {
                for right in PLACES {
                    let pair = Pair { left, right };
                    assert_eq!(
                        simd.blend([&upper, &lower], pair, &columns, &lines),
                        Plain.blend([&upper, &lower], pair, &columns, &lines)
                    );
                }
            }
        }
    }
}
