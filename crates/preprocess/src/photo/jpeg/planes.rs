//! A component's samples, a row of MCUs at a time, and their enlargement to the picture's size.

use pulp::NullaryFnOnce;

use super::coefficients::Coefficients;
use super::inverse_dct::{ZIGZAG, inverse_dct, needed, sample};

/// One component's samples: those of a row of MCUs, and above them the last row of the one before.
pub(super) struct Plane {
    /// Samples of a block, across and down: 1, 2, 4 or 8.
    pub side: usize,
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
    quantization: [u16; 64],
}

impl Plane {
    /// `size` is that of the component, and `blocks` those of a row of MCUs, across and down.
    pub fn new(side: usize, size: [usize; 2], ratio: [usize; 2], blocks: [usize; 2], quantization: [u16; 64]) -> Self {
        let (stride, band) = (blocks[0] * side, blocks[1] * side);
        Self {
            side,
            size,
            ratio,
            stride,
            band,
            samples: vec![0; stride * (band + 1)],
            above: 0,
            quantization,
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

impl NullaryFnOnce for FillBand<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let plane = self.plane;
        let last = plane.band * plane.stride;
        plane.samples.copy_within(last.., 0);
        plane.above = self.row * plane.band;
        let kept = needed(plane.side);
        let slot_of = self.coefficients.slot_of();
        for y in 0..plane.band / plane.side {
            for x in 0..self.coefficients.columns() {
                let (coded, values) = self.coefficients.coded(x, self.first + y);
                let out = &mut plane.samples[(1 + y * plane.side) * plane.stride + x * plane.side..];
                let (mut coded, mut block, mut rows) = (coded & kept, [[0.0f32; 8]; 8], 1);
                if coded & !1 == 0 {
                    let first = if coded == 0 { 0 } else { values[0] };
                    let level = sample(f32::from(first) * f32::from(plane.quantization[0]) / 8.0 + 128.0);
                    for line in out.chunks_mut(plane.stride).take(plane.side) {
                        line[..plane.side].fill(level);
                    }
                    continue;
                }
                while coded != 0 {
                    let k = coded.trailing_zeros() as usize;
                    coded &= coded - 1;
                    let at = usize::from(ZIGZAG[k & 63]);
                    let value = values[usize::from(slot_of[k & 63])];
                    block[at / 8][at % 8] = f32::from(value) * f32::from(plane.quantization[k & 63]);
                    rows = rows.max(at / 8 + 1);
                }
                match plane.side {
                    1 => inverse_dct::<1>(&block, rows, out, plane.stride),
                    2 => inverse_dct::<2>(&block, rows, out, plane.stride),
                    4 => inverse_dct::<4>(&block, rows, out, plane.stride),
                    _ => inverse_dct::<8>(&block, rows, out, plane.stride),
                }
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
                    *out = ((u16::from(*near) * 3 + u16::from(*far) + rounding) >> 2) as u8;
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
    let last = row.len() - 1;
    let (pairs, rest) = out.as_chunks_mut::<2>();
    for (i, pair) in pairs.iter_mut().enumerate() {
        let level = |i: usize| u16::from(row[i]);
        let (left, right) = (level(i.saturating_sub(1)), level((i + 1).min(last)));
        *pair = [
            ((level(i) * 3 + left + 1) >> 2) as u8,
            ((level(i) * 3 + right + 2) >> 2) as u8,
        ];
    }
    if let [odd] = rest {
        *odd = ((u16::from(row[last]) * 3 + u16::from(row[last - 1]) + 1) >> 2) as u8;
    }
}

/// The same of sums that count four times.
#[inline(always)]
fn double_sums(sums: &[u16], out: &mut [u8]) {
    let last = sums.len() - 1;
    let (pairs, rest) = out.as_chunks_mut::<2>();
    for (i, pair) in pairs.iter_mut().enumerate() {
        let (left, right) = (sums[i.saturating_sub(1)], sums[(i + 1).min(last)]);
        *pair = [
            ((sums[i] * 3 + left + 8) >> 4) as u8,
            ((sums[i] * 3 + right + 7) >> 4) as u8,
        ];
    }
    if let [odd] = rest {
        *odd = ((sums[last] * 3 + sums[last - 1] + 8) >> 4) as u8;
    }
}
