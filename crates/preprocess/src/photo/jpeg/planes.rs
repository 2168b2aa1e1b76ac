//! A component's samples, a row of MCUs at a time, and their enlargement to the picture's size.

use pulp::NullaryFnOnce;

use super::coefficients::{Coefficients, slots};
use super::inverse_dct::{self, ZIGZAG, inverse_dct, level, needed};
use crate::resample::lanes::{LANES, Lanes, Plain};

/// One component's samples: those of a row of MCUs, and above them the last row of the one before.
pub(super) struct Plane {
    /// Samples of a block, across and down: 1, 2, 4 or 8.
    side: usize,
    /// Samples of the component, across and down, without those that fill up blocks.
    size: [usize; 2],
    /// How many of the picture's columns and rows a sample stands for.
    ratio: [usize; 2],
    /// Bytes of a row, and rows of a row of MCUs.
    stride: usize,
    band: usize,
    samples: Vec<u8>,
    /// Rows of the component above the band.
    above: usize,
    /// What is to be done with each coefficient, by its number as coded.
    steps: [Step; 64],
}

/// Where a coefficient lies among the kept ones and in the block, and its quantization step.
#[derive(Debug, Clone, Copy)]
struct Step {
    size: f32,
    slot: u8,
    at: u8,
}

impl Plane {
    /// `size` is that of the component, and `blocks` those of a row of MCUs, across and down.
    pub fn new(side: usize, size: [usize; 2], ratio: [usize; 2], blocks: [usize; 2], quantization: [u16; 64]) -> Self {
        let (stride, band) = (blocks[0] * side, blocks[1] * side);
        let slots = slots(side);
        Self {
            side,
            size,
            ratio,
            stride,
            band,
            samples: vec![0; stride * (band + 1)],
            above: 0,
            steps: std::array::from_fn(|k| Step {
                size: f32::from(quantization[k]),
                slot: slots[k],
                at: ZIGZAG[k],
            }),
        }
    }

    /// A row by its number in the component, counted on where the component ends.
    fn row(&self, y: isize) -> &[u8] {
        let y = y.clamp(0, self.size[1] as isize - 1) as usize;
        // Row 0 of the buffer is the last of the band above.
        let at = (y + 1).saturating_sub(self.above).min(self.band);
        &self.samples[at * self.stride..][..self.size[0]]
    }
}

/// Makes a row of MCUs' samples of one component.
pub(super) struct FillBand<'a> {
    pub plane: &'a mut Plane,
    pub coefficients: &'a Coefficients,
    /// The row of blocks that it begins with.
    pub first: usize,
    /// The row of MCUs.
    pub row: usize,
}

impl FillBand<'_> {
    /// Does it on the machine's vectors.
    pub fn run(self) {
        match pulp::Arch::new() {
            #[cfg(target_arch = "x86_64")]
            pulp::Arch::V3(lanes) => pulp::Simd::vectorize(lanes, On { lanes, task: self }),
            _ => On {
                lanes: Plain,
                task: self,
            }
            .call(),
        }
    }
}

/// [`FillBand`] on a vector unit.
struct On<'a, L> {
    lanes: L,
    task: FillBand<'a>,
}

impl<L: Lanes> NullaryFnOnce for On<'_, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { lanes, task } = self;
        let plane = task.plane;
        let last = plane.band * plane.stride;
        plane.samples.copy_within(last.., 0);
        plane.above = task.row * plane.band;
        let mut samples = [[0; LANES]; 64];
        for row in 0..plane.band / plane.side {
            for column in (0..task.coefficients.columns()).step_by(LANES) {
                let count = LANES.min(task.coefficients.columns() - column);
                let out = &mut plane.samples[(1 + row * plane.side) * plane.stride + column * plane.side..];
                let place = [column, task.first + row];
                let (values, is_flat) = dequantize(task.coefficients, place, count, needed(plane.side), &plane.steps);
                if is_flat || plane.side == 1 {
                    let levels = values[0].map(|first| level(first / 8.0 + 128.0));
                    for line in out.chunks_mut(plane.stride).take(plane.side) {
                        for (tile, level) in line.chunks_exact_mut(plane.side).zip(levels).take(count) {
                            tile.fill(level);
                        }
                    }
                    continue;
                }
                match plane.side {
                    2 => {
                        inverse_dct::<2>(&values, &mut samples);
                        write_tiles::<2>(lanes, &samples, count, out, plane.stride);
                    }
                    4 => {
                        inverse_dct::<4>(&values, &mut samples);
                        write_tiles::<4>(lanes, &samples, count, out, plane.stride);
                    }
                    _ => {
                        inverse_dct::<8>(&values, &mut samples);
                        write_tiles::<8>(lanes, &samples, count, out, plane.stride);
                    }
                }
            }
        }
    }
}

/// The coefficients of some blocks side by side, and whether none but the first of each counts.
#[inline(always)]
fn dequantize(
    coefficients: &Coefficients,
    [column, row]: [usize; 2],
    count: usize,
    kept: u64,
    steps: &[Step; 64],
) -> (inverse_dct::Coefficients, bool) {
    let (mut values, mut any) = ([[0.0; LANES]; 64], 0);
    for (lane, column) in (column..column + count.min(LANES)).enumerate() {
        let (coded, block) = coefficients.coded(column, row);
        let mut coded = coded & kept;
        any |= coded;
        while coded != 0 {
            let Step { size, slot, at } = steps[coded.trailing_zeros() as usize & 63];
            coded &= coded.wrapping_sub(1);
            values[usize::from(at) & 63][lane] = f32::from(block[usize::from(slot)]) * size;
        }
    }
    (values, any & !1 == 0)
}

/// Brings the blocks' samples side by side.
#[inline(always)]
fn write_tiles<const N: usize>(
    lanes: impl Lanes,
    samples: &inverse_dct::Samples,
    count: usize,
    out: &mut [u8],
    stride: usize,
) {
    let groups = samples.as_chunks::<LANES>().0.iter().take((N * N).div_ceil(LANES));
    for (group, samples) in groups.enumerate() {
        for (lane, tile) in lanes.transpose_bytes(samples).iter().enumerate().take(count) {
            for (y, line) in tile.as_chunks::<N>().0.iter().enumerate().take(N) {
                let at = (group * LANES / N + y) * stride + lane * N;
                out[at..at + N].copy_from_slice(line);
            }
        }
    }
}

/// A row of the picture from a component that may be smaller, as libjpeg-turbo enlarges it: twice by a triangle, which it
/// calls fancy, otherwise by repetition (`jdsample.c`).
pub(super) struct EnlargeRow<'a> {
    pub plane: &'a Plane,
    /// The row of the picture.
    pub y: usize,
    /// Whether triangles are used: not where a block became a single sample.
    pub smooth: bool,
    pub sums: &'a mut Vec<u16>,
    pub out: &'a mut [u8],
}

impl NullaryFnOnce for EnlargeRow<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            plane,
            y,
            smooth,
            sums,
            out,
        } = self;
        let [across, down] = plane.ratio;
        let near = plane.row((y / down) as isize);
        let smooth = smooth && (across == 1 || plane.size[0] > 2);
        // The row beyond the nearer edge of the sample.
        let beyond = (y / down) as isize + if y.is_multiple_of(2) { -1 } else { 1 };
        match (across, down) {
            (1, 1) => out.copy_from_slice(&near[..out.len()]),
            (2, 1) if smooth => double_row(near, out),
            (1, 2) if smooth => {
                let rounding = if y.is_multiple_of(2) { 1 } else { 2 };
                for (out, (near, far)) in out.iter_mut().zip(near.iter().zip(plane.row(beyond))) {
                    let sum = u16::from(*near).wrapping_mul(3).wrapping_add(u16::from(*far));
                    *out = (sum.wrapping_add(rounding) >> 2) as u8;
                }
            }
            (2, 2) if smooth => {
                sums.clear();
                let far = plane.row(beyond);
                sums.extend(
                    near.iter()
                        .zip(far)
                        .map(|(near, far)| u16::from(*near) * 3 + u16::from(*far)),
                );
                double_sums(sums, out);
            }
            _ => {
                for (out, sample) in out.chunks_mut(across).zip(near) {
                    out.fill(*sample);
                }
            }
        }
    }
}

/// Twice as many samples: three quarters of the nearer one and a quarter of the other.
#[inline(always)]
fn double_row(row: &[u8], out: &mut [u8]) {
    double(row, out, |near, left, right| {
        let [near, left, right] = [near, left, right].map(u16::from);
        let near = near.wrapping_mul(3);
        [
            (near.wrapping_add(left).wrapping_add(1) >> 2) as u8,
            (near.wrapping_add(right).wrapping_add(2) >> 2) as u8,
        ]
    });
}

/// The same of sums that count four times.
#[inline(always)]
fn double_sums(sums: &[u16], out: &mut [u8]) {
    double(sums, out, |near, left, right| {
        let near = near.wrapping_mul(3);
        [
            (near.wrapping_add(left).wrapping_add(8) >> 4) as u8,
            (near.wrapping_add(right).wrapping_add(7) >> 4) as u8,
        ]
    });
}

/// Two samples of each, from it and its neighbors; at the ends it is its own neighbor. There are three at least.
#[inline(always)]
fn double<T: Copy>(row: &[T], out: &mut [u8], pair: impl Fn(T, T, T) -> [u8; 2]) {
    let last = row.len() - 1;
    let (pairs, rest) = out.as_chunks_mut::<2>();
    let neighbors = row.iter().zip(&row[1..]).zip(&row[2..]);
    for (pair_of, ((left, near), right)) in pairs.iter_mut().skip(1).zip(neighbors) {
        *pair_of = pair(*near, *left, *right);
    }
    if let Some(first) = pairs.first_mut() {
        *first = pair(row[0], row[0], row[1]);
    }
    if let Some(end) = pairs.get_mut(last) {
        *end = pair(row[last], row[last - 1], row[last]);
    }
    if let [odd] = rest {
        [*odd, _] = pair(row[last], row[last - 1], row[last]);
    }
}
