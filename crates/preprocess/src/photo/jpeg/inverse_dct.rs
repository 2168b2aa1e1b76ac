//! A block's coefficients to samples (ITU-T T.81, A.3.3), at full size or averaged.

use crate::frame::ROUND;
use crate::resample::lanes::LANES;

/// A block's coefficients in the order in which they are coded: row · 8 + column.
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

/// What each coefficient of a row adds to its `N` samples: the means of 8 / N neighboring ones of the 8.
const fn basis<const N: usize>() -> [[f32; N]; 8] {
    // cos(k·π/16); Rust has no cosine in constants.
    const COSINES: [f64; 9] = [
        1.0,
        0.980_785_280_403_230_4,
        0.923_879_532_511_286_7,
        0.831_469_612_302_545_2,
        std::f64::consts::FRAC_1_SQRT_2,
        0.555_570_233_019_602_2,
        0.382_683_432_365_089_8,
        0.195_090_322_016_128_3,
        0.0,
    ];
    let mut table = [[0.0; N]; 8];
    let mut u = 0;
    while u < 8 {
        let mut sums = [0.0; N];
        let mut x = 0;
        while x < 8 {
            // In sixteenths of a half turn.
            let angle = (2 * x + 1) * u % 32;
            let angle = if angle > 16 { 32 - angle } else { angle };
            sums[x * N / 8] += if angle > 8 {
                -COSINES[16 - angle]
            } else {
                COSINES[angle]
            };
            x += 1;
        }
        let weight = if u == 0 { 0.353_553_390_593_273_8 } else { 0.5 };
        let mut x = 0;
        while x < N {
            let mean = sums[x] * weight * N as f64 / 8.0;
            // What cancels out leaves a rounding error.
            table[u][x] = if mean > -1e-9 && mean < 1e-9 { 0.0 } else { mean as f32 };
            x += 1;
        }
        u += 1;
    }
    table
}

/// Whether a coefficient counts in a row of `side` samples: of the others the means are 0.
#[inline(always)]
fn counts(side: usize, u: u8) -> bool {
    match side {
        8 => true,
        4 => u != 4,
        2 => u == 0 || u % 2 == 1,
        _ => u == 0,
    }
}

/// The coefficients of a block that count at `side` samples a side, by their number as coded.
pub(super) fn needed(side: usize) -> u64 {
    (0..64)
        .filter(|k| counts(side, ZIGZAG[*k] / 8) && counts(side, ZIGZAG[*k] % 8))
        .fold(0, |set, k| set | 1 << k)
}

/// One number of each of [`LANES`] blocks.
pub(super) type Lane<T> = [T; LANES];

/// The coefficients of some blocks, dequantized: that of row v and column u is number `v * 8 + u`.
pub(super) type Coefficients = [Lane<f32>; 64];

/// Samples of some blocks: that of row y and column x is number `y * N + x`.
pub(super) type Samples = [Lane<u8>; 64];

/// Turns blocks into tiles of `N` by `N` samples.
#[inline(always)]
pub(super) fn inverse_dct<const N: usize>(values: &Coefficients, samples: &mut Samples) {
    let mut rows = [[[0.0f32; LANES]; 8]; 8];
    for u in (0..8).filter(|u| counts(N, *u as u8)) {
        transform::<N>(std::array::from_fn(|v| &values[v * 8 + u]), |y, sums| {
            rows[y][u] = *sums
        });
    }
    for (y, row) in rows.iter().enumerate().take(N) {
        transform::<N>(std::array::from_fn(|u| &row[u]), |x, sums| {
            for (sample, sum) in samples[y * N + x].iter_mut().zip(sums) {
                *sample = level(*sum + 128.0);
            }
        });
    }
}

/// One dimension: even coefficients are the same on both sides of the middle, odd ones change their sign.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "lanes and outputs by their numbers read like the formula"
)]
fn transform<const N: usize>(values: [&Lane<f32>; 8], mut put: impl FnMut(usize, &Lane<f32>)) {
    let basis = const { basis::<N>() };
    for y in 0..N.div_ceil(2) {
        let (mut left, mut right) = ([0.0; LANES], [0.0; LANES]);
        let term = |k: usize, lane: usize| values[k][lane] * basis[k][y];
        // Plain loops over the lanes become vector code; loops over a block's eight numbers do not.
        for lane in 0..LANES {
            let even = match N {
                8 => term(0, lane) + term(2, lane) + term(4, lane) + term(6, lane),
                4 => term(0, lane) + term(2, lane) + term(6, lane),
                _ => term(0, lane),
            };
            let odd = term(1, lane) + term(3, lane) + term(5, lane) + term(7, lane);
            (left[lane], right[lane]) = (even + odd, even - odd);
        }
        put(y, &left);
        if N > 1 {
            put(N - 1 - y, &right);
        }
    }
}

/// The nearest of 0 to 255 of what is a number: `clamp` would keep NaN, for which vectors need twice the work.
#[inline(always)]
pub(super) fn level(value: f32) -> u8 {
    let positive = if value > 0.0 { value } else { 0.0 };
    let within = if positive < 255.0 { positive } else { 255.0 };
    (within + ROUND).to_bits() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// T.81's formula, pixel by pixel.
    fn exact(values: &[[f32; 8]; 8], x: usize, y: usize) -> f64 {
        let wave = |at: usize, u: usize| {
            let weight = if u == 0 { std::f64::consts::FRAC_1_SQRT_2 } else { 1.0 };
            weight * ((2 * at + 1) as f64 * u as f64 * std::f64::consts::PI / 16.0).cos()
        };
        let sum: f64 = (0..64)
            .map(|i| f64::from(values[i / 8][i % 8]) * wave(y, i / 8) * wave(x, i % 8))
            .sum();
        128.0 + sum / 4.0
    }

    fn values() -> [[f32; 8]; 8] {
        std::array::from_fn(|v| std::array::from_fn(|u| ((v * 31 + u * 17) % 23) as f32 - 11.0))
    }

    /// The samples of a block that lies in the last lane, with others beside it.
    fn tile<const N: usize>(values: &[[f32; 8]; 8]) -> Vec<u8> {
        let lanes = std::array::from_fn(|at| {
            let value = values[at / 8][at % 8];
            std::array::from_fn(|lane| if lane == LANES - 1 { value } else { 50.0 * lane as f32 })
        });
        let mut samples = [[0; LANES]; 64];
        inverse_dct::<N>(&lanes, &mut samples);
        samples.iter().take(N * N).map(|lanes| lanes[LANES - 1]).collect()
    }

    fn check<const N: usize>() {
        let (values, step) = (values(), 8 / N);
        for (at, got) in tile::<N>(&values).into_iter().enumerate() {
            let (x, y) = (at % N, at / N);
            let all = (0..step * step).map(|i| exact(&values, x * step + i % step, y * step + i / step));
            let mean = all.sum::<f64>() / (step * step) as f64;
            assert!((f64::from(got) - mean).abs() <= 0.502, "1/{step} at {x},{y}");
        }
    }

    #[test]
    fn tiles_are_means_of_the_whole_block() {
        check::<8>();
        check::<4>();
        check::<2>();
        check::<1>();
    }

    #[test]
    fn coefficients_that_are_left_out_change_nothing() {
        let kept = |side: usize| {
            let mut kept = values();
            for (k, at) in ZIGZAG.iter().enumerate() {
                if needed(side) >> k & 1 == 0 {
                    kept[usize::from(at / 8)][usize::from(at % 8)] = 0.0;
                }
            }
            kept
        };
        assert_eq!(tile::<1>(&values()), tile::<1>(&kept(1)));
        assert_eq!(tile::<2>(&values()), tile::<2>(&kept(2)));
        assert_eq!(tile::<4>(&values()), tile::<4>(&kept(4)));
        assert_eq!([1, 2, 4, 8].map(|side| needed(side).count_ones()), [1, 25, 49, 64]);
    }

    #[test]
    fn levels_are_clamped() {
        assert_eq!([-5.0, 0.4, 254.6, 1e9].map(level), [0, 0, 255, 255]);
    }
}
