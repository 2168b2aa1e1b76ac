//! One plane, or a few interleaved channels, scaled by a triangle kernel: rows first, sixteen outputs at a time.
//!
//! The arithmetic is plain Rust in fixed-size arrays; `pulp` compiles it for the widest vectors the machine has.
//! Sums are in f32 in a fixed order without fused operations, so every machine gets the same bits.

use crate::frame::PlaneView;
use crate::kernel::Kernel;

/// Output rows made at a time; they are the vector lanes of the second pass.
pub(crate) const LANES: usize = 16;
/// Bytes taken from each row at a time: one cache line.
const CHUNK: usize = 64;

/// Scales a window of a plane, block by block.
#[derive(Debug, Default)]
pub(crate) struct PlaneScaler {
    columns: Kernel,
    rows: Kernel,
    /// Rows summed, columns not yet: `[column][channel][lane]`.
    tall: Vec<f32>,
    /// The last block made: `[output column][channel][lane]`.
    pub block: Vec<f32>,
}

impl PlaneScaler {
    /// Sets the window `low..high` (in samples of the plane) and the output size, `[x, y]` each.
    pub fn prepare(&mut self, size: [usize; 2], low: [f64; 2], high: [f64; 2], count: [usize; 2]) {
        self.columns.prepare(size[0], low[0], high[0], count[0]);
        self.rows.prepare(size[1], low[1], high[1], count[1]);
    }

    /// Makes the output rows `first_row..first_row + LANES` (those that exist) of `C` interleaved channels.
    pub fn make_block<const C: usize>(&mut self, arch: pulp::Arch, plane: &PlaneView<'_>, first_row: usize) {
        let (start, end) = self.columns.reach();
        // Whole chunks are written, so the last one may run over.
        let needed = ((end - start) * C).next_multiple_of(CHUNK) * LANES;
        if self.tall.len() < needed {
            self.tall.resize(needed, 0.0);
        }
        let outputs = self.columns.spans.len() * C * LANES;
        if self.block.len() != outputs {
            self.block.resize(outputs, 0.0);
        }
        arch.dispatch(|| {
            sum_rows::<C>(plane, start, end, &self.rows, first_row, &mut self.tall);
            sum_columns::<C>(&self.columns, start, &self.tall, &mut self.block);
        });
    }
}

/// Weighted sums of input rows, written lane by lane.
#[inline(always)]
fn sum_rows<const C: usize>(
    plane: &PlaneView<'_>,
    start: usize,
    end: usize,
    rows: &Kernel,
    first_row: usize,
    tall: &mut [f32],
) {
    let lanes = LANES.min(rows.spans.len() - first_row);
    let mut sums = [[0.0f32; CHUNK]; LANES];
    let total = (end - start) * C;
    for (index, chunk) in tall
        .chunks_exact_mut(CHUNK * LANES)
        .take(total.div_ceil(CHUNK))
        .enumerate()
    {
        let from = index * CHUNK;
        let count = CHUNK.min(total - from);
        for (lane, sum) in sums.iter_mut().enumerate().take(lanes) {
            let (first, weights) = rows.span(first_row + lane);
            let mut acc = [0.0f32; CHUNK];
            for (row, &weight) in (first..).zip(weights) {
                let line = &plane.data[row * plane.row..];
                if plane.step == C && count == CHUNK {
                    let at = start * C + from;
                    if let Some(samples) = line[at..].first_chunk::<CHUNK>() {
                        add(&mut acc, samples, weight);
                    }
                } else {
                    let mut samples = [0u8; CHUNK];
                    gather::<C>(line, plane.step, start * C + from, &mut samples[..count]);
                    add(&mut acc, &samples, weight);
                }
            }
            *sum = acc;
        }
        for (column, out) in chunk.chunks_exact_mut(LANES).enumerate() {
            for (lane, out) in out.iter_mut().enumerate() {
                *out = sums[lane][column];
            }
        }
    }
}

#[inline(always)]
fn add(acc: &mut [f32; CHUNK], samples: &[u8; CHUNK], weight: f32) {
    for (acc, &sample) in acc.iter_mut().zip(samples) {
        *acc += weight * f32::from(sample);
    }
}

/// Samples that do not lie side by side, or the end of a row.
#[inline(always)]
fn gather<const C: usize>(line: &[u8], step: usize, from: usize, samples: &mut [u8]) {
    for (index, sample) in (from..).zip(samples) {
        *sample = line[index / C * step + index % C];
    }
}

/// Weighted sums of columns, all lanes at once.
#[inline(always)]
fn sum_columns<const C: usize>(columns: &Kernel, start: usize, tall: &[f32], block: &mut [f32]) {
    for (index, out) in block.chunks_exact_mut(C * LANES).enumerate() {
        let (first, weights) = columns.span(index);
        let mut acc = [[0.0f32; LANES]; C];
        for (samples, &weight) in tall[(first - start) * C * LANES..].chunks_exact(C * LANES).zip(weights) {
            for (acc, samples) in acc.iter_mut().zip(samples.chunks_exact(LANES)) {
                for (acc, sample) in acc.iter_mut().zip(samples) {
                    *acc += weight * sample;
                }
            }
        }
        for (out, acc) in out.chunks_exact_mut(LANES).zip(&acc) {
            out.copy_from_slice(acc);
        }
    }
}
