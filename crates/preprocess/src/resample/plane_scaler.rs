//! One plane, or a few interleaved channels, scaled by a triangle kernel: rows first, sixteen outputs at a time.
//!
//! Sums are in 16-bit fixed point, 1/256 of a level a unit: each product keeps its upper half, and the half unit that
//! it loses on average is given back at the end. Every machine gets the same bits.

use crate::frame::PlaneView;
use crate::resample::kernel::Kernel;
use crate::resample::lanes::{LANES, Lanes, Plain};
use crate::resample::room::resize_with_room;

/// Bytes taken from each row at a time: one cache line.
const CHUNK: usize = 64;
const PARTS: usize = CHUNK / LANES;

/// Rows walked along together.
const TOGETHER: usize = 16;

/// Scales a window of a plane, block by block.
#[derive(Debug, Default)]
pub(crate) struct PlaneScaler {
    columns: Kernel,
    rows: Kernel,
    /// Rows summed, chunk by chunk: `[output row][chunk]`.
    sums: Vec<[[u16; LANES]; PARTS]>,
    /// The same turned, columns not summed yet: `[column][channel]` of lanes.
    tall: Vec<[u16; LANES]>,
    /// The last block made: `[output column][channel]` of lanes, one lane an output row.
    pub block: Vec<[u16; LANES]>,
}

impl PlaneScaler {
    /// Sets the window `low..high` (in samples of the plane) and the output size, `[x, y]` each.
    pub fn prepare(&mut self, size: [usize; 2], low: [f64; 2], high: [f64; 2], count: [usize; 2]) {
        self.columns.prepare(size[0], low[0], high[0], count[0]);
        self.rows.prepare(size[1], low[1], high[1], count[1]);
    }

    /// What the two passes lose to rounding down, on average, in units of the block: half a unit a product. Never
    /// half a level, so that black stays black.
    pub fn lost(&self) -> u16 {
        ((self.rows.most + self.columns.most) / 2).min(127) as u16
    }

    /// Makes the output rows `first_row..first_row + LANES` (those that exist) of `C` interleaved channels.
    pub fn make_block<const C: usize>(&mut self, arch: pulp::Arch, plane: &PlaneView<'_>, first_row: usize) {
        let (start, end) = self.columns.reach();
        // Whole chunks are written, so the last one may run over.
        let needed = ((end - start) * C).next_multiple_of(CHUNK);
        if self.tall.len() < needed {
            resize_with_room(&mut self.tall, needed, [0; LANES]);
        }
        resize_with_room(&mut self.sums, needed / CHUNK * LANES, [[0; LANES]; PARTS]);
        resize_with_room(&mut self.block, self.columns.spans.len() * C, [0; LANES]);
        let Self {
            columns,
            rows,
            sums,
            tall,
            block,
        } = self;
        match arch {
            #[cfg(target_arch = "x86_64")]
            pulp::Arch::V3(lanes) => {
                let task = BlockTask::<_, C> {
                    lanes,
                    plane,
                    start,
                    end,
                    columns,
                    rows,
                    first_row,
                    sums,
                    tall,
                    block,
                };
                pulp::Simd::vectorize(lanes, task);
            }
            _ => pulp::NullaryFnOnce::call(BlockTask::<_, C> {
                lanes: Plain,
                plane,
                start,
                end,
                columns,
                rows,
                first_row,
                sums,
                tall,
                block,
            }),
        }
    }
}

/// One block's work; a type of its own because only a method can be told to be inlined into vector code.
struct BlockTask<'a, L, const C: usize> {
    lanes: L,
    plane: &'a PlaneView<'a>,
    start: usize,
    end: usize,
    columns: &'a Kernel,
    rows: &'a Kernel,
    first_row: usize,
    sums: &'a mut [[[u16; LANES]; PARTS]],
    tall: &'a mut [[u16; LANES]],
    block: &'a mut [[u16; LANES]],
}

impl<L: Lanes, const C: usize> pulp::NullaryFnOnce for BlockTask<'_, L, C> {
    type Output = ();

    #[inline(always)]
    fn call(mut self) {
        self.sum_rows();
        self.sum_columns();
    }
}

impl<L: Lanes, const C: usize> BlockTask<'_, L, C> {
    /// Weighted sums of input rows, turned so that output rows are lanes.
    #[inline(always)]
    fn sum_rows(&mut self) {
        let lanes = self.lanes;
        let count = LANES.min(self.rows.spans.len() - self.first_row);
        for lane in 0..count {
            self.sum_row(lane);
        }
        let chunks = self.sums.len() / LANES;
        for (index, chunk) in self.tall.chunks_exact_mut(CHUNK).take(chunks).enumerate() {
            for (pair, out) in chunk.as_chunks_mut::<{ 2 * LANES }>().0.iter_mut().enumerate() {
                for (part, order) in (2 * pair..).zip(L::ORDER) {
                    let mut rows = [lanes.splat(0); LANES];
                    for (lane, row) in rows.iter_mut().enumerate().take(count) {
                        *row = lanes.load(&self.sums[lane * chunks + index][part]);
                    }
                    for (vector, at) in lanes.transpose(rows).into_iter().zip(order) {
                        lanes.store(vector, &mut out[at]);
                    }
                }
            }
        }
    }

    /// Weighted sums of the input rows of one output row. A few rows are walked along at a time, as memory is read
    /// fastest.
    #[inline(always)]
    fn sum_row(&mut self, lane: usize) {
        let lanes = self.lanes;
        let (first, weights) = self.rows.span(self.first_row + lane);
        let (total, plane) = ((self.end - self.start) * C, self.plane);
        let chunks = self.sums.len() / LANES;
        for (group, weights) in weights.chunks(TOGETHER).enumerate() {
            let first = first + group * TOGETHER;
            for (index, sums) in self.sums[lane * chunks..][..chunks].iter_mut().enumerate() {
                let from = index * CHUNK;
                let used = CHUNK.min(total - from);
                let mut acc = [lanes.splat(0); PARTS];
                if group > 0 {
                    for (acc, sums) in acc.iter_mut().zip(sums.iter()) {
                        *acc = lanes.load(sums);
                    }
                }
                // A chunk may run into the next row; those columns are never looked at.
                let mut at = first * plane.row + self.start * C + from;
                let last = at + (weights.len() - 1) * plane.row;
                if plane.step == C && last + CHUNK <= plane.data.len() {
                    for &weight in weights {
                        if let Some(samples) = plane.data[at..].first_chunk() {
                            add(lanes, &mut acc, samples, weight);
                        }
                        at += plane.row;
                    }
                } else {
                    for (row, &weight) in (first..).zip(weights) {
                        let mut samples = [0; CHUNK];
                        gather::<C>(plane, row, self.start * C + from, &mut samples[..used]);
                        add(lanes, &mut acc, &samples, weight);
                    }
                }
                for (sums, acc) in sums.iter_mut().zip(acc) {
                    lanes.store(acc, sums);
                }
            }
        }
    }

    /// Weighted sums of columns, all lanes at once.
    #[inline(always)]
    fn sum_columns(&mut self) {
        let lanes = self.lanes;
        for (index, out) in self.block.chunks_exact_mut(C).enumerate() {
            let (first, weights) = self.columns.span(index);
            let mut acc = [lanes.splat(0); C];
            for (samples, &weight) in self.tall[(first - self.start) * C..].chunks_exact(C).zip(weights) {
                let weight = lanes.splat(weight);
                for (acc, samples) in acc.iter_mut().zip(samples) {
                    *acc = lanes.add(*acc, lanes.upper_product(lanes.load(samples), weight));
                }
            }
            for (out, acc) in out.iter_mut().zip(acc) {
                lanes.store(acc, out);
            }
        }
    }
}

#[inline(always)]
fn add<L: Lanes>(lanes: L, acc: &mut [L::Vector; PARTS], samples: &[u8; CHUNK], weight: u16) {
    let weight = lanes.splat(weight);
    for (acc, samples) in acc.as_chunks_mut::<2>().0.iter_mut().zip(samples.as_chunks().0) {
        for (acc, levels) in acc.iter_mut().zip(lanes.load_levels(samples)) {
            *acc = lanes.add(*acc, lanes.upper_product(levels, weight));
        }
    }
}

/// Samples that do not lie side by side, or the end of a row.
#[inline(always)]
fn gather<const C: usize>(plane: &PlaneView<'_>, row: usize, from: usize, samples: &mut [u8]) {
    let line = &plane.data[row * plane.row..];
    for (index, sample) in (from..).zip(samples) {
        *sample = line[index / C * plane.step + index % C];
    }
}
