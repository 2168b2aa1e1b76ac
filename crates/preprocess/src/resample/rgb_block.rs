//! Scaled blocks to RGB bytes; still one lane an output row.

use pulp::{Arch, NullaryFnOnce};

use crate::frame::{ROUND, YuvToRgb};
use crate::resample::lanes::{LANES, Lanes, Plain, vectorize};

/// One or more interleaved channels of a block, in 1/256 of a level.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Channel<'a> {
    pub block: &'a [[u16; LANES]],
    /// What the block lacks on average.
    pub lost: u16,
}

/// Picks three of `C` colour channels.
pub(crate) fn pack<const C: usize>(
    arch: Arch,
    block: &[[u16; LANES]],
    lost: u16,
    order: [usize; 3],
    out: &mut [[u8; LANES]],
) {
    vectorize(
        arch,
        Pack::<C> {
            block,
            lost,
            order,
            out,
        },
    );
}

/// Converts luma and chroma, of which `C` channels interleave; `order` picks U and V from them.
pub(crate) fn convert<const C: usize>(
    arch: Arch,
    luma: Channel<'_>,
    chroma: [Channel<'_>; 2],
    order: [usize; 2],
    to_rgb: YuvToRgb,
    out: &mut [[u8; LANES]],
) {
    vectorize(
        arch,
        Convert::<C> {
            luma,
            chroma,
            order,
            to_rgb,
            out,
        },
    );
}

struct Pack<'a, const C: usize> {
    block: &'a [[u16; LANES]],
    lost: u16,
    order: [usize; 3],
    out: &'a mut [[u8; LANES]],
}

impl<const C: usize> NullaryFnOnce for Pack<'_, C> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let add = self.lost + 128;
        let pixels = self
            .block
            .as_chunks::<C>()
            .0
            .iter()
            .zip(self.out.as_chunks_mut::<3>().0);
        for (channels, out) in pixels {
            for (out, channel) in out.iter_mut().zip(self.order) {
                for (out, sample) in out.iter_mut().zip(&channels[channel]) {
                    *out = (sample.saturating_add(add) >> 8) as u8;
                }
            }
        }
    }
}

struct Convert<'a, const C: usize> {
    luma: Channel<'a>,
    chroma: [Channel<'a>; 2],
    order: [usize; 2],
    to_rgb: YuvToRgb,
    out: &'a mut [[u8; LANES]],
}

impl<const C: usize> NullaryFnOnce for Convert<'_, C> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            luma,
            chroma: [u, v],
            order,
            to_rgb,
            out,
        } = self;
        let fixed = |factor: f32, unit: f32| (factor * unit).round() as i16;
        let (zero, by_y) = ((to_rgb.y_offset * 128.0) as i16, fixed(to_rgb.y, 16_384.0));
        let [rv, gu, gv, bu] = [to_rgb.rv, to_rgb.gu, to_rgb.gv, to_rgb.bu].map(|factor| fixed(factor, 8192.0));
        let (luma_lost, u_lost, v_lost) = (luma.lost, u.lost, v.lost);
        let chroma = u.block.as_chunks::<C>().0.iter().zip(v.block.as_chunks::<C>().0);
        for ((ys, (us, vs)), [r, g, b]) in luma.block.iter().zip(chroma).zip(out.as_chunks_mut::<3>().0) {
            let (us, vs) = (&us[order[0]], &vs[order[1]]);
            for lane in 0..LANES {
                // In 1/128 of a level above black, and in 1/256 above grey; times its factor each is in 1/32.
                let y = (ys[lane].saturating_add(luma_lost) >> 1) as i16;
                let u = (us[lane].saturating_add(u_lost) ^ 0x8000) as i16;
                let v = (vs[lane].saturating_add(v_lost) ^ 0x8000) as i16;
                let y = upper_product(y.wrapping_sub(zero), by_y);
                r[lane] = byte(y.wrapping_add(upper_product(v, rv)));
                let less = upper_product(u, gu).wrapping_add(upper_product(v, gv));
                g[lane] = byte(y.wrapping_sub(less));
                b[lane] = byte(y.wrapping_add(upper_product(u, bu)));
            }
        }
    }
}

#[inline(always)]
fn upper_product(a: i16, b: i16) -> i16 {
    (i32::from(a).wrapping_mul(i32::from(b)) >> 16) as i16
}

/// Rounds 1/32 of a level, of which rounding down has cost about one, and clamps.
#[inline(always)]
fn byte(value: i16) -> u8 {
    (value.wrapping_add(17) >> 5).clamp(0, 255) as u8
}

/// Where a block's pixels go in the output, in pixels; a step to the right or down may be any step there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placement {
    pub start: isize,
    pub right: isize,
    pub down: isize,
}

/// Writes a block of bytes as `rows` rows of pixels of `B` bytes, 3 or 4.
pub(crate) fn write<const B: usize>(
    arch: Arch,
    block: &[[u8; LANES]],
    rows: usize,
    place: Placement,
    out: &mut [[u8; B]],
) {
    if B == 3 && place.right == 1 {
        let out = out.as_flattened_mut();
        match arch {
            #[cfg(target_arch = "x86_64")]
            Arch::V3(lanes) => pulp::Simd::vectorize(
                lanes,
                WriteRows {
                    lanes,
                    block,
                    rows,
                    place,
                    out,
                },
            ),
            _ => WriteRows {
                lanes: Plain,
                block,
                rows,
                place,
                out,
            }
            .call(),
        }
        return;
    }
    for (column, [r, g, b]) in block.as_chunks::<3>().0.iter().enumerate() {
        let mut at = place.start + column as isize * place.right;
        for lane in 0..rows {
            let pixel = &mut out[at as usize];
            (pixel[0], pixel[1], pixel[2]) = (r[lane], g[lane], b[lane]);
            at += place.down;
        }
    }
}

struct WriteRows<'a, L> {
    lanes: L,
    block: &'a [[u8; LANES]],
    rows: usize,
    place: Placement,
    out: &'a mut [u8],
}

impl<L: Lanes> NullaryFnOnce for WriteRows<'_, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            lanes,
            block,
            rows,
            place,
            out,
        } = self;
        let start = |lane: usize| (place.start + lane as isize * place.down) as usize * 3;
        let (tiles, rest) = block.as_chunks::<LANES>();
        for (index, tile) in tiles.iter().enumerate() {
            for (lane, bytes) in lanes.transpose_bytes(tile).iter().enumerate().take(rows) {
                let at = start(lane) + index * LANES;
                out[at..at + LANES].copy_from_slice(bytes);
            }
        }
        for lane in 0..rows {
            let at = start(lane) + tiles.len() * LANES;
            for (out, bytes) in out[at..].iter_mut().zip(rest) {
                *out = bytes[lane];
            }
        }
    }
}

/// Where the pixels of a turned output lie on a grid of samples at integers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    pub origin: [f64; 2],
    pub right: [f64; 2],
    pub down: [f64; 2],
    pub columns: usize,
    pub rows: usize,
}

/// Bilinear samples of the grid's pixels; beyond its edge the nearest stands in.
pub(crate) fn sample(arch: Arch, grid: &Grid, pixels: &[[u8; 4]], width: usize, out: &mut [u8]) {
    vectorize(
        arch,
        Sample {
            grid,
            pixels,
            width,
            out,
        },
    );
}

struct Sample<'a> {
    grid: &'a Grid,
    pixels: &'a [[u8; 4]],
    width: usize,
    out: &'a mut [u8],
}

impl NullaryFnOnce for Sample<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Grid {
            origin,
            right,
            down,
            columns,
            rows,
        } = *self.grid;
        // The last cell's far corner is met with weight one instead of reading beyond it.
        let last = [columns, rows].map(|count| count.saturating_sub(2));
        let most = [columns, rows].map(|count| (count - 1) as f32);
        let (next, below) = (usize::from(columns > 1), if rows > 1 { columns } else { 0 });
        let right = right.map(|step| step as f32);
        for (v, row) in self.out.chunks_exact_mut(self.width * 3).enumerate() {
            let [x0, y0]: [f32; 2] = std::array::from_fn(|a| (origin[a] + v as f64 * down[a]) as f32);
            for (u, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                let x = (x0 + u as f32 * right[0]).clamp(0.0, most[0]);
                let y = (y0 + u as f32 * right[1]).clamp(0.0, most[1]);
                let (left, top) = ((x as usize).min(last[0]), (y as usize).min(last[1]));
                let (fx, fy) = (x - left as f32, y - top as f32);
                let at = top * columns + left;
                let level = |at: usize| self.pixels[at].map(f32::from);
                let (a, b) = (level(at), level(at + next));
                let (c, d) = (level(at + below), level(at + below + next));
                let mixed: [f32; 4] = std::array::from_fn(|i| {
                    let (upper, lower) = (a[i] + (b[i] - a[i]) * fx, c[i] + (d[i] - c[i]) * fx);
                    upper + (lower - upper) * fy + ROUND
                });
                let [r, g, b, _] = mixed.map(|value| value.to_bits() as u8);
                *pixel = [r, g, b];
            }
        }
    }
}
