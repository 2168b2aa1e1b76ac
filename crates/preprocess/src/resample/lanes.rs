//! Sixteen 16-bit lanes: what the scaling kernel needs from a vector unit.
//!
//! Compilers turn the plain version into good NEON but poor AVX2 code, so AVX2 is spelled out, through `pulp`'s safe
//! intrinsics. Both give the same bits.

use std::fmt::Debug;

/// Lanes in a vector.
pub(crate) const LANES: usize = 16;

/// Runs a task compiled for the machine's vectors.
pub(crate) fn vectorize<T>(arch: pulp::Arch, task: impl pulp::NullaryFnOnce<Output = T>) -> T {
    match arch {
        #[cfg(target_arch = "x86_64")]
        pulp::Arch::V3(simd) => pulp::Simd::vectorize(simd, task),
        _ => task.call(),
    }
}

/// A vector unit; the value proves that the machine has it.
pub(crate) trait Lanes: Copy {
    /// Sixteen `u16`.
    type Vector: Copy + Debug;

    fn splat(self, value: u16) -> Self::Vector;
    fn load(self, values: &[u16; LANES]) -> Self::Vector;
    fn store(self, vector: Self::Vector, values: &mut [u16; LANES]);
    /// Where the lanes of [`Lanes::load_levels`]'s two vectors come from in its 32 samples.
    const ORDER: [[usize; LANES]; 2];
    /// Bytes times 256, in the order that costs least.
    fn load_levels(self, samples: &[u8; 2 * LANES]) -> [Self::Vector; 2];
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// The upper halves of the products.
    fn upper_product(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn transpose(self, rows: [Self::Vector; LANES]) -> [Self::Vector; LANES];
    fn transpose_bytes(self, rows: &[[u8; LANES]; LANES]) -> [[u8; LANES]; LANES];
    /// The bytes of three planes by turns.
    fn interleave(self, planes: &[[u8; LANES]; 3]) -> [u8; 3 * LANES];
}

/// Plain Rust.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plain;

impl Lanes for Plain {
    type Vector = [u16; LANES];

    #[inline(always)]
    fn splat(self, value: u16) -> Self::Vector {
        [value; LANES]
    }

    #[inline(always)]
    fn load(self, values: &[u16; LANES]) -> Self::Vector {
        *values
    }

    #[inline(always)]
    fn store(self, vector: Self::Vector, values: &mut [u16; LANES]) {
        *values = vector;
    }

    const ORDER: [[usize; LANES]; 2] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31],
    ];

    #[inline(always)]
    fn load_levels(self, samples: &[u8; 2 * LANES]) -> [Self::Vector; 2] {
        [0, LANES].map(|from| std::array::from_fn(|i| u16::from(samples[from + i]) << 8))
    }

    #[inline(always)]
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        std::array::from_fn(|i| a[i].wrapping_add(b[i]))
    }

    #[inline(always)]
    fn upper_product(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        std::array::from_fn(|i| (u32::from(a[i]).wrapping_mul(u32::from(b[i])) >> 16) as u16)
    }

    #[inline(always)]
    fn transpose(self, rows: [Self::Vector; LANES]) -> [Self::Vector; LANES] {
        std::array::from_fn(|column| std::array::from_fn(|row| rows[row][column]))
    }

    #[inline(always)]
    fn transpose_bytes(self, rows: &[[u8; LANES]; LANES]) -> [[u8; LANES]; LANES] {
        std::array::from_fn(|column| std::array::from_fn(|row| rows[row][column]))
    }

    #[inline(always)]
    fn interleave(self, planes: &[[u8; LANES]; 3]) -> [u8; 3 * LANES] {
        std::array::from_fn(|at| planes[at % 3][at / 3])
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::__m256i;

    // pulp's own cast re-checks alignment in development builds; this one does not.
    use bytemuck::must_cast;
    use pulp::x86::V3;

    use super::{LANES, Lanes};

    impl Lanes for V3 {
        type Vector = __m256i;

        #[inline(always)]
        fn splat(self, value: u16) -> __m256i {
            self.avx._mm256_set1_epi16(value as i16)
        }

        #[inline(always)]
        fn load(self, values: &[u16; LANES]) -> __m256i {
            must_cast(*values)
        }

        #[inline(always)]
        fn store(self, vector: __m256i, values: &mut [u16; LANES]) {
            *values = must_cast(vector);
        }

        // Unpacking works within each half of the vector.
        const ORDER: [[usize; LANES]; 2] = [
            [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23],
            [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31],
        ];

        #[inline(always)]
        fn load_levels(self, samples: &[u8; 2 * LANES]) -> [__m256i; 2] {
            let (zero, bytes) = (self.avx._mm256_setzero_si256(), must_cast(*samples));
            [
                self.avx2._mm256_unpacklo_epi8(zero, bytes),
                self.avx2._mm256_unpackhi_epi8(zero, bytes),
            ]
        }

        #[inline(always)]
        fn add(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_add_epi16(a, b)
        }

        #[inline(always)]
        fn upper_product(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_mulhi_epu16(a, b)
        }

        #[inline(always)]
        fn transpose(self, rows: [__m256i; LANES]) -> [__m256i; LANES] {
            let unit = self.avx2;
            // Zip neighbours in ever wider units; each 128-bit half ends up with eight rows of its columns.
            let mut a = rows;
            for i in 0..8 {
                let (low, high) = (rows[2 * i], rows[2 * i + 1]);
                a[2 * i] = unit._mm256_unpacklo_epi16(low, high);
                a[2 * i + 1] = unit._mm256_unpackhi_epi16(low, high);
            }
            let mut b = a;
            for i in 0..4 {
                for j in 0..2 {
                    let (low, high) = (a[4 * i + j], a[4 * i + 2 + j]);
                    b[4 * i + 2 * j] = unit._mm256_unpacklo_epi32(low, high);
                    b[4 * i + 2 * j + 1] = unit._mm256_unpackhi_epi32(low, high);
                }
            }
            let mut c = b;
            for i in 0..2 {
                for j in 0..4 {
                    let (low, high) = (b[8 * i + j], b[8 * i + 4 + j]);
                    c[8 * i + 2 * j] = unit._mm256_unpacklo_epi64(low, high);
                    c[8 * i + 2 * j + 1] = unit._mm256_unpackhi_epi64(low, high);
                }
            }
            let mut out = c;
            for i in 0..8 {
                out[i] = unit._mm256_permute2x128_si256::<0x20>(c[i], c[8 + i]);
                out[8 + i] = unit._mm256_permute2x128_si256::<0x31>(c[i], c[8 + i]);
            }
            out
        }

        #[inline(always)]
        fn transpose_bytes(self, rows: &[[u8; LANES]; LANES]) -> [[u8; LANES]; LANES] {
            let unit = self.sse2;
            // Arrays' own `map` may become a call.
            let mut a = [unit._mm_setzero_si128(); LANES];
            for (a, row) in a.iter_mut().zip(rows) {
                *a = must_cast(*row);
            }
            // Zipping row i with row i + 8, four times, is a transposition.
            for _ in 0..4 {
                let mut b = a;
                for i in 0..8 {
                    b[2 * i] = unit._mm_unpacklo_epi8(a[i], a[8 + i]);
                    b[2 * i + 1] = unit._mm_unpackhi_epi8(a[i], a[8 + i]);
                }
                a = b;
            }
            let mut columns = [[0; LANES]; LANES];
            for (column, a) in columns.iter_mut().zip(a) {
                *column = must_cast(a);
            }
            columns
        }

        #[inline(always)]
        fn interleave(self, planes: &[[u8; LANES]; 3]) -> [u8; 3 * LANES] {
            /// For each third of the result and each plane: which of its bytes go where; 0x80 is none.
            const ORDERS: [[[u8; LANES]; 3]; 3] = {
                let mut orders = [[[0x80; LANES]; 3]; 3];
                let mut at = 0;
                while at < 3 * LANES {
                    orders[at / LANES][at % 3][at % LANES] = (at / 3) as u8;
                    at += 1;
                }
                orders
            };
            let mut out = [[0u8; LANES]; 3];
            for third in 0..3 {
                let mut all = self.sse2._mm_setzero_si128();
                for plane in 0..3 {
                    let bytes = must_cast(planes[plane]);
                    let picked = self.ssse3._mm_shuffle_epi8(bytes, must_cast(ORDERS[third][plane]));
                    all = self.sse2._mm_or_si128(all, picked);
                }
                out[third] = must_cast(all);
            }
            must_cast(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both vector units on the same numbers.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn vector_code_equals_plain_code() {
        let Some(simd) = pulp::x86::V3::try_new() else {
            eprintln!("SKIPPED: this machine has no AVX2");
            return;
        };
        let bytes: [u8; 32] = std::array::from_fn(|i| (i * 37 + 11) as u8);
        let plain = Plain.load_levels(&bytes).concat();
        for (vector, order) in simd
            .load_levels(&bytes)
            .into_iter()
            .zip(<pulp::x86::V3 as Lanes>::ORDER)
        {
            let mut got = [0; LANES];
            simd.store(vector, &mut got);
            assert_eq!(got, order.map(|at| plain[at]));
        }
        let rows: [[u16; LANES]; LANES] = std::array::from_fn(|y| std::array::from_fn(|x| (y * 4099 + x * 257) as u16));
        let turned = simd.transpose(rows.map(|row| simd.load(&row)));
        let products = simd.upper_product(simd.load(&rows[15]), simd.splat(60_000));
        let mut got = [0; LANES];
        for (vector, expected) in turned.into_iter().zip(Plain.transpose(rows)) {
            simd.store(vector, &mut got);
            assert_eq!(got, expected);
        }
        simd.store(products, &mut got);
        assert_eq!(got, Plain.upper_product(rows[15], Plain.splat(60_000)));
        let rows = rows.map(|row| row.map(|v| (v >> 3) as u8));
        assert_eq!(simd.transpose_bytes(&rows), Plain.transpose_bytes(&rows));
        let planes = [rows[3], rows[7], rows[12]];
        assert_eq!(simd.interleave(&planes), Plain.interleave(&planes));
    }
}
