//! MediaPipe's sampling rule with AVX2: squares of two by two pixels, read and blended sixteen at a time. The same bits
//! as the plain code in [`crate::warp`].

use std::arch::x86_64::__m256i;

use pulp::x86::V3;
use pulp::{Arch, NullaryFnOnce};

use crate::format::{Lattice, PixelFormat};
use crate::frame::{Frame, PlaneView};
use crate::texel::{YUV_BITS, YuvToRgb};
use crate::warp::{Border, LANES, STEPS, Sampler, Warp};

/// Samples the region, or gives the task back where this machine or this frame is not for vectors.
pub(crate) fn warp<'w>(frame: &Frame<'_>, warp: Warp<'w>) -> Result<(), Warp<'w>> {
    let (width, height) = (frame.stored.0 as i32, frame.stored.1 as i32);
    // Places in a plane are 32-bit numbers.
    let short = frame.planes.iter().all(|plane| plane.data.len() <= i32::MAX as usize);
    let Arch::V3(simd) = Arch::new() else {
        return Err(warp);
    };
    if !short || width < 2 || height < 2 {
        return Err(warp);
    }
    let border = warp.border;
    let (lattice, size) = (frame.lattice(), [width, height]);
    let plane = frame.planes[0];
    let packed = |order| Packed { plane, order };
    match frame.format {
        PixelFormat::Rgb8 => {
            let source = packed(order([0, 1, 2], 3));
            run(simd, lattice, size, border, source, warp);
        }
        PixelFormat::Rgba8 => run(simd, lattice, size, border, packed(order([0, 1, 2], 4)), warp),
        PixelFormat::Bgra8 => run(simd, lattice, size, border, packed(order([2, 1, 0], 4)), warp),
        PixelFormat::Grey8 => return Err(warp),
        PixelFormat::Nv12 | PixelFormat::Nv21 | PixelFormat::I420 | PixelFormat::Yuv420 => {
            let Some(source) = Yuv::new(simd, frame) else {
                return Err(warp);
            };
            run(simd, lattice, size, border, source, warp);
        }
    }
    Ok(())
}

fn run<S: Source>(simd: V3, lattice: Lattice, size: [i32; 2], border: Border, source: S, warp: Warp<'_>) {
    let quads = Quads {
        simd,
        lattice,
        size,
        border,
        source,
    };
    simd.vectorize(Run { quads, warp });
}

struct Run<'a, S> {
    quads: Quads<S>,
    warp: Warp<'a>,
}

impl<S: Source> NullaryFnOnce for Run<'_, S> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.warp.sample(&self.quads);
    }
}

/// 32-bit numbers of a vector.
const EIGHT: usize = 8;

/// Two pixels of the upper row and two of the lower, in eight bytes each.
type Quad = [[u8; 8]; 2];

/// Reads squares of pixels.
trait Source {
    /// The squares at these left and upper stored pixels, which lie inside the picture as their neighbours do.
    fn quads(&self, simd: V3, left: __m256i, top: __m256i) -> [Quad; EIGHT];

    /// Which bytes of a row are red, green and blue, each of both pixels: what shuffles a [`Quad`] into place.
    fn order(&self) -> [u8; 32];
}

/// The bytes of two neighbouring pixels of `step` bytes, by channel; the last two are nothing.
fn order(channels: [u8; 3], step: u8) -> [u8; 32] {
    const NOTHING: u8 = 0x80;
    let [r, g, b] = channels;
    let row = [r, r + step, g, g + step, b, b + step, NOTHING, NOTHING];
    // The other row lies eight bytes further; the other quad in the vector's other half.
    std::array::from_fn(|i| row[i % 8] + if i / 8 % 2 == 1 && row[i % 8] != NOTHING { 8 } else { 0 })
}

/// Bytes of a plane from here; zeros beyond its end, where nothing is looked at.
#[inline(always)]
fn bytes<const N: usize>(data: &[u8], at: i32) -> [u8; N] {
    match data.get(at as usize..).and_then(|rest| rest.first_chunk()) {
        Some(bytes) => *bytes,
        None => last_bytes(data, at),
    }
}

#[cold]
fn last_bytes<const N: usize>(data: &[u8], at: i32) -> [u8; N] {
    let mut bytes = [0; N];
    for (byte, there) in bytes.iter_mut().zip(data.get(at as usize..).unwrap_or_default()) {
        *byte = *there;
    }
    bytes
}

/// Where pixels lie in a plane.
#[inline(always)]
fn places(simd: V3, plane: &PlaneView<'_>, x: __m256i, y: __m256i) -> [i32; EIGHT] {
    let (avx, unit) = (simd.avx, simd.avx2);
    let down = unit._mm256_mullo_epi32(y, avx._mm256_set1_epi32(plane.row as i32));
    let across = unit._mm256_mullo_epi32(x, avx._mm256_set1_epi32(plane.step as i32));
    pulp::cast(unit._mm256_add_epi32(down, across))
}

/// RGB, RGBA, BGRA.
struct Packed<'a> {
    plane: PlaneView<'a>,
    order: [u8; 32],
}

impl Source for Packed<'_> {
    #[inline(always)]
    fn quads(&self, simd: V3, left: __m256i, top: __m256i) -> [Quad; EIGHT] {
        let (data, row) = (self.plane.data, self.plane.row as i32);
        let mut quads = [[[0; 8]; 2]; EIGHT];
        for (quad, at) in quads.iter_mut().zip(places(simd, &self.plane, left, top)) {
            *quad = [bytes(data, at), bytes(data, at.wrapping_add(row))];
        }
        quads
    }

    #[inline(always)]
    fn order(&self) -> [u8; 32] {
        self.order
    }
}

/// How half-size chroma lies.
#[derive(Clone, Copy)]
enum Chroma<'a> {
    /// U and V side by side, in this order or the other.
    Together(PlaneView<'a>),
    /// A plane each.
    Apart([PlaneView<'a>; 2]),
}

/// All half-chroma formats; chroma is that of the 2x2 cell (no interpolation).
struct Yuv<'a> {
    simd: V3,
    luma: PlaneView<'a>,
    chroma: Chroma<'a>,
    /// Luma with V, and luma with U, from a pixel's bytes.
    pairs: [__m256i; 2],
    factors: Factors,
}

impl<'a> Yuv<'a> {
    fn new(simd: V3, frame: &Frame<'a>) -> Option<Self> {
        let [luma, first, second] = frame.planes;
        let apart = frame.format.planes() == 3;
        let steps = if apart { [1, 2] } else { [2, 2] };
        let chroma = if apart {
            Chroma::Apart([first, second])
        } else {
            Chroma::Together(first)
        };
        let known = luma.step == 1 && steps.contains(&first.step) && (!apart || second.step == first.step);
        let (u, v) = if frame.format == PixelFormat::Nv21 {
            (3, 2)
        } else {
            (2, 3)
        };
        let pair = |c: u8| {
            pulp::cast(std::array::from_fn::<u8, 32, _>(|i| {
                // Sixteen bits of luma, sixteen of chroma; 0x80 is zero.
                [0, 0x80, c, 0x80][i % 4] + if i % 4 % 2 == 0 { (i as u8 / 4) % 4 * 4 } else { 0 }
            }))
        };
        known.then(|| Self {
            simd,
            luma,
            chroma,
            pairs: [pair(v), pair(u)],
            factors: Factors::new(simd, &YuvToRgb::new(frame.matrix, frame.range)),
        })
    }

    /// What is read for eight pixels of a row and their right neighbours.
    #[inline(always)]
    fn row(&self, left: __m256i, row: __m256i) -> Row {
        let unit = self.simd.avx2;
        let (x, y) = (unit._mm256_srai_epi32::<1>(left), unit._mm256_srai_epi32::<1>(row));
        let mut luma = [0; EIGHT];
        for (luma, at) in luma.iter_mut().zip(places(self.simd, &self.luma, left, row)) {
            *luma = u16::from_le_bytes(bytes(self.luma.data, at));
        }
        let mut both = [0u32; EIGHT];
        match &self.chroma {
            Chroma::Together(plane) => {
                for (both, at) in both.iter_mut().zip(places(self.simd, plane, x, y)) {
                    *both = u32::from_le_bytes(bytes(plane.data, at));
                }
            }
            Chroma::Apart([u, v]) => {
                let (at_u, at_v) = (places(self.simd, u, x, y), places(self.simd, v, x, y));
                for lane in 0..EIGHT {
                    both[lane] = if u.step == 2 {
                        let (u, v) = (bytes(u.data, at_u[lane]), bytes(v.data, at_v[lane]));
                        (u32::from_le_bytes(u) & 0x00ff_00ff) | (u32::from_le_bytes(v) & 0x00ff_00ff) << 8
                    } else {
                        let ([u0, u1], [v0, v1]) = (bytes(u.data, at_u[lane]), bytes(v.data, at_v[lane]));
                        u32::from_le_bytes([u0, v0, u1, v1])
                    };
                }
            }
        }
        // An odd column's right neighbour lies in the next cell.
        let both = pulp::cast(both);
        let odd = unit._mm256_and_si256(left, self.simd.avx._mm256_set1_epi32(1));
        Row {
            luma,
            left: both,
            right: unit._mm256_srlv_epi32(both, unit._mm256_slli_epi32::<4>(odd)),
        }
    }

    /// One of the two pixels of eight rows: red, green and blue, not yet clamped.
    #[inline(always)]
    fn column(&self, luma: __m256i, chroma: __m256i) -> [__m256i; 3] {
        let unit = self.simd.avx2;
        let pixel = unit._mm256_or_si256(luma, unit._mm256_slli_epi32::<16>(chroma));
        let with_v = unit._mm256_shuffle_epi8(pixel, self.pairs[0]);
        let with_u = unit._mm256_shuffle_epi8(pixel, self.pairs[1]);
        let Factors {
            red,
            green,
            green_by_u,
            blue,
            add,
        } = self.factors;
        let greens = unit._mm256_madd_epi16(with_v, green);
        let greens = unit._mm256_add_epi32(greens, unit._mm256_madd_epi16(with_u, green_by_u));
        let mut sums = [
            unit._mm256_madd_epi16(with_v, red),
            greens,
            unit._mm256_madd_epi16(with_u, blue),
        ];
        for (sum, add) in sums.iter_mut().zip(add) {
            *sum = unit._mm256_srai_epi32::<{ YUV_BITS as i32 }>(unit._mm256_add_epi32(*sum, add));
        }
        sums
    }

    /// Eight rows of two pixels, ordered by channel as [`order`] does: of the rows 0, 1, 4, 5 and 2, 3, 6, 7.
    #[inline(always)]
    fn rows(&self, row: &Row) -> [__m256i; 2] {
        let unit = self.simd.avx2;
        let luma = unit._mm256_cvtepu16_epi32(pulp::cast(row.luma));
        let first = unit._mm256_and_si256(luma, self.simd.avx._mm256_set1_epi32(0xff));
        let [r0, g0, b0] = self.column(first, row.left);
        let [r1, g1, b1] = self.column(unit._mm256_srli_epi32::<8>(luma), row.right);
        // Packing clamps, and puts four of the first column before four of the second in each half.
        let red = unit._mm256_packs_epi32(r0, r1);
        let green = unit._mm256_packs_epi32(g0, g1);
        let blue = unit._mm256_packs_epi32(b0, b1);
        let red_green = unit._mm256_packus_epi16(red, green);
        let blue = unit._mm256_packus_epi16(blue, self.simd.avx._mm256_setzero_si256());
        let red_green = unit._mm256_shuffle_epi8(red_green, pulp::cast([RED_GREEN; 2]));
        let blue = unit._mm256_shuffle_epi8(blue, pulp::cast([BLUE; 2]));
        [
            unit._mm256_unpacklo_epi32(red_green, blue),
            unit._mm256_unpackhi_epi32(red_green, blue),
        ]
    }
}

/// From four reds, their neighbours', four greens, their neighbours' to both reds and both greens of each.
const RED_GREEN: [u8; 16] = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
/// From four blues and their neighbours' to both blues of each; what follows is zero.
const BLUE: [u8; 16] = [0, 4, 8, 8, 1, 5, 8, 8, 2, 6, 8, 8, 3, 7, 8, 8];

impl Source for Yuv<'_> {
    #[inline(always)]
    fn quads(&self, simd: V3, left: __m256i, top: __m256i) -> [Quad; EIGHT] {
        let unit = simd.avx2;
        let below = unit._mm256_add_epi32(top, simd.avx._mm256_set1_epi32(1));
        let (upper, lower) = (self.rows(&self.row(left, top)), self.rows(&self.row(left, below)));
        let mut quads = [[[0; 8]; 2]; EIGHT];
        for half in 0..2 {
            let even: [Quad; 2] = pulp::cast(unit._mm256_unpacklo_epi64(upper[half], lower[half]));
            let odd: [Quad; 2] = pulp::cast(unit._mm256_unpackhi_epi64(upper[half], lower[half]));
            for four in 0..2 {
                quads[4 * four + 2 * half] = even[four];
                quads[4 * four + 2 * half + 1] = odd[four];
            }
        }
        quads
    }

    #[inline(always)]
    fn order(&self) -> [u8; 32] {
        std::array::from_fn(|i| if i % 8 < 6 { i as u8 % 16 } else { 0x80 })
    }
}

/// Eight pairs of neighbours: luma in a byte each; chroma in the lower two bytes, in the plane's order.
struct Row {
    luma: [u16; EIGHT],
    left: __m256i,
    right: __m256i,
}

/// What [`YuvToRgb`] multiplies luma and chroma by, and adds to the sums.
#[derive(Clone, Copy)]
struct Factors {
    red: __m256i,
    green: __m256i,
    green_by_u: __m256i,
    blue: __m256i,
    add: [__m256i; 3],
}

impl Factors {
    fn new(simd: V3, to_rgb: &YuvToRgb) -> Self {
        let YuvToRgb {
            y_offset,
            y,
            rv,
            gu,
            gv,
            bu,
        } = *to_rgb;
        let all = |value| simd.avx._mm256_set1_epi32(value);
        // Every factor is below 2¹⁵.
        let pair = |luma: i32, chroma: i32| all((luma & 0xffff) | (chroma << 16));
        let half = (1 << (YUV_BITS - 1)) - y_offset * y;
        Self {
            red: pair(y, rv),
            green: pair(y, -gv),
            green_by_u: pair(0, -gu),
            blue: pair(y, bu),
            add: [half - 128 * rv, half + 128 * (gu + gv), half - 128 * bu].map(all),
        }
    }
}

/// Reads and blends squares of pixels.
struct Quads<S> {
    simd: V3,
    lattice: Lattice,
    size: [i32; 2],
    border: Border,
    source: S,
}

impl<S: Source> Sampler for Quads<S> {
    #[inline(always)]
    fn sample(&self, x: &[i32; LANES], y: &[i32; LANES], scale: f32, low: f32, out: &mut [f32]) {
        // A pixel is written as four numbers, of which the fourth is nothing and the next pixel's first.
        let mut levels = [0.0; LANES * 3 + 4];
        for half in 0..LANES / EIGHT {
            let [x, y] = self.stored(&x.as_chunks().0[half], &y.as_chunks().0[half]);
            let (left, by_x) = self.along(x, self.size[0]);
            let (top, by_y) = self.along(y, self.size[1]);
            let quads = self.source.quads(self.simd, left, top);
            let levels = &mut levels[half * EIGHT * 3..half * EIGHT * 3 + EIGHT * 3 + 1];
            self.blend(&quads, [pulp::cast(by_x), pulp::cast(by_y)], scale, low, levels);
        }
        match out.first_chunk_mut::<{ LANES * 3 }>() {
            Some(out) => out.copy_from_slice(&levels[..LANES * 3]),
            None => out.copy_from_slice(&levels[..out.len()]),
        }
    }
}

impl<S: Source> Quads<S> {
    /// Places in the stored picture, in steps.
    #[inline(always)]
    fn stored(&self, x: &[i32; EIGHT], y: &[i32; EIGHT]) -> [__m256i; 2] {
        let V3 { avx, avx2: unit, .. } = self.simd;
        let Lattice { x0, xx, xy, y0, yx, yy } = self.lattice;
        let (x, y) = (pulp::cast(*x), pulp::cast(*y));
        let mut stored = [x, y];
        for (stored, [from, by_x, by_y]) in stored.iter_mut().zip([[x0, xx, xy], [y0, yx, yy]]) {
            let across = unit._mm256_mullo_epi32(x, avx._mm256_set1_epi32(by_x));
            let down = unit._mm256_mullo_epi32(y, avx._mm256_set1_epi32(by_y));
            let turned = unit._mm256_add_epi32(across, down);
            *stored = unit._mm256_add_epi32(turned, avx._mm256_set1_epi32(from * STEPS));
        }
        stored
    }

    /// Of two neighbours that lie inside the picture: the first one, and both weights in steps, the first one's in the
    /// lower half. Where a place has a neighbour outside, the pair is moved inside and the weights with it.
    #[inline(always)]
    fn along(&self, steps: __m256i, size: i32) -> (__m256i, __m256i) {
        let V3 { avx, avx2: unit, .. } = self.simd;
        let all = |value| avx._mm256_set1_epi32(value);
        // Steps are a power of two: these are the whole and the part, rounded down.
        let whole = unit._mm256_srai_epi32::<5>(steps);
        let far = unit._mm256_and_si256(steps, all(STEPS - 1));
        let near = unit._mm256_sub_epi32(all(STEPS), far);
        let zero = avx._mm256_setzero_si256();
        let first = unit._mm256_max_epi32(unit._mm256_min_epi32(whole, all(size - 2)), zero);
        let moved = unit._mm256_sub_epi32(whole, first);
        let stays = unit._mm256_cmpeq_epi32(moved, zero);
        let (near, far) = match self.border {
            Border::Replicate => {
                let beyond = unit._mm256_and_si256(unit._mm256_cmpgt_epi32(moved, zero), all(STEPS));
                let far = unit._mm256_or_si256(unit._mm256_and_si256(far, stays), beyond);
                (unit._mm256_sub_epi32(all(STEPS), far), far)
            }
            Border::Zero => {
                let before = unit._mm256_and_si256(unit._mm256_cmpeq_epi32(moved, all(-1)), far);
                let behind = unit._mm256_and_si256(unit._mm256_cmpeq_epi32(moved, all(1)), near);
                (
                    unit._mm256_or_si256(unit._mm256_and_si256(near, stays), before),
                    unit._mm256_or_si256(unit._mm256_and_si256(far, stays), behind),
                )
            }
        };
        (first, unit._mm256_or_si256(near, unit._mm256_slli_epi32::<16>(far)))
    }

    /// The squares' weighted means, rounded half up, times `scale` plus `low`, pixel by pixel, and one number more.
    #[inline(always)]
    fn blend(&self, quads: &[Quad; EIGHT], weights: [[u32; EIGHT]; 2], scale: f32, low: f32, out: &mut [f32]) {
        let V3 { avx, avx2: unit, .. } = self.simd;
        let order = pulp::cast(self.source.order());
        let (scale, low) = (avx._mm256_set1_ps(scale), avx._mm256_set1_ps(low));
        let half = avx._mm256_set1_epi32(STEPS * STEPS / 2);
        let [by_x, by_y] = &weights;
        for (part, quads) in quads.as_chunks::<2>().0.iter().enumerate() {
            // Two squares, one in each half of a vector; their weights lie among those of four.
            let (four, spread) = (part / 2, part % 2);
            let by_channel = unit._mm256_shuffle_epi8(pulp::cast(*quads), order);
            let across = unit._mm256_maddubs_epi16(by_channel, self.weights(by_x, four, &BYTES[spread]));
            let rows = unit._mm256_unpacklo_epi16(across, unit._mm256_bsrli_epi128::<8>(across));
            let sums = unit._mm256_madd_epi16(rows, self.weights(by_y, four, &WORDS[spread]));
            let means = unit._mm256_srli_epi32::<10>(unit._mm256_add_epi32(sums, half));
            let values = avx._mm256_add_ps(avx._mm256_mul_ps(avx._mm256_cvtepi32_ps(means), scale), low);
            let pixels: [[f32; 4]; 2] = pulp::cast(values);
            out[part * 6..part * 6 + 4].copy_from_slice(&pixels[0]);
            out[part * 6 + 3..part * 6 + 7].copy_from_slice(&pixels[1]);
        }
    }

    /// The weights of two of these four squares, spread.
    #[inline(always)]
    fn weights(&self, all: &[u32; EIGHT], four: usize, spread: &[u8; 32]) -> __m256i {
        let unit = self.simd.avx2;
        let four = unit._mm256_broadcastsi128_si256(pulp::cast(all.as_chunks::<4>().0[four]));
        unit._mm256_shuffle_epi8(four, pulp::cast(*spread))
    }
}

/// Spreads the weights of two of four squares over half a vector each, as bytes by turns: the first two, the others.
const BYTES: [[u8; 32]; 2] = [spread(0, 1), spread(2, 1)];
/// The same as 16-bit numbers by turns.
const WORDS: [[u8; 32]; 2] = [spread(0, 2), spread(2, 2)];

/// Weights are two 16-bit numbers of which only the lower bytes are used: these, or all four bytes.
const fn spread(first: u8, size: usize) -> [u8; 32] {
    let mut bytes = [0; 32];
    let mut i = 0;
    while i < 32 {
        let square = first + (i / 16) as u8;
        let number = (i / size % 2) as u8;
        bytes[i] = square * 4 + number * 2 + (i % size) as u8;
        i += 1;
    }
    bytes
}
