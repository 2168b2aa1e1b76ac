//! MediaPipe's sampling rule with AVX2: squares of two by two pixels, read and blended sixteen at a time. The same bits
//! as the plain code in [`crate::warp`].

use std::arch::x86_64::__m256i;

use pulp::x86::V3;
use pulp::{Arch, NullaryFnOnce};

use crate::format::{Lattice, PixelFormat};
use crate::frame::{Frame, PlaneView};
use crate::warp::{Border, LANES, STEPS, Sampler, Warp};
use crate::yuv_quads::Yuv;

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
        order: pulp::cast(source.order()),
        bytes: BYTES.map(pulp::cast),
        words: WORDS.map(pulp::cast),
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
pub(crate) const EIGHT: usize = 8;

/// Eight squares, a half of a vector each: two pixels of the upper row in eight bytes, then two of the lower. Square `k`
/// lies beside square `k + 4`, as the numbers of a vector of eight do.
pub(crate) type Eight = [__m256i; 4];

/// Reads squares of pixels.
pub(crate) trait Source {
    /// The squares at these left and upper stored pixels, which lie inside the picture as their neighbours do.
    fn quads(&self, simd: V3, left: __m256i, top: __m256i) -> Eight;

    /// Which bytes of a row are red, green and blue, each of both pixels: what shuffles a square into place.
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
pub(crate) fn bytes<const N: usize>(data: &[u8], at: i32) -> [u8; N] {
    // Through 32 bits without a sign the sum is known not to overflow, and one comparison is enough.
    let first = at as u32 as usize;
    match data.get(first..first + N).and_then(|bytes| bytes.first_chunk()) {
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
pub(crate) fn places(simd: V3, plane: &PlaneView<'_>, x: __m256i, y: __m256i) -> [i32; EIGHT] {
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
    fn quads(&self, simd: V3, left: __m256i, top: __m256i) -> Eight {
        let (data, row) = (self.plane.data, self.plane.row as i32);
        let at = places(simd, &self.plane, left, top);
        let mut quads = [simd.avx._mm256_setzero_si256(); 4];
        for (k, quads) in quads.iter_mut().enumerate() {
            let (first, other) = (at[k], at[k + 4]);
            *quads = simd.avx._mm256_setr_epi64x(
                i64::from_le_bytes(bytes(data, first)),
                i64::from_le_bytes(bytes(data, first.wrapping_add(row))),
                i64::from_le_bytes(bytes(data, other)),
                i64::from_le_bytes(bytes(data, other.wrapping_add(row))),
            );
        }
        quads
    }

    #[inline(always)]
    fn order(&self) -> [u8; 32] {
        self.order
    }
}

/// Reads and blends squares of pixels.
struct Quads<S> {
    simd: V3,
    lattice: Lattice,
    size: [i32; 2],
    border: Border,
    source: S,
    /// [`Source::order`], [`BYTES`] and [`WORDS`].
    order: __m256i,
    bytes: [__m256i; 4],
    words: [__m256i; 4],
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
            self.blend(quads, [by_x, by_y], scale, low, levels);
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
    fn blend(&self, quads: Eight, [by_x, by_y]: [__m256i; 2], scale: f32, low: f32, out: &mut [f32]) {
        let V3 { avx, avx2: unit, .. } = self.simd;
        let (scale, low) = (avx._mm256_set1_ps(scale), avx._mm256_set1_ps(low));
        let half = avx._mm256_set1_epi32(STEPS * STEPS / 2);
        let mut pixels = [[[0.0; 4]; 2]; 4];
        for (k, (square, pixels)) in quads.into_iter().zip(&mut pixels).enumerate() {
            let by_channel = unit._mm256_shuffle_epi8(square, self.order);
            let across = unit._mm256_maddubs_epi16(by_channel, unit._mm256_shuffle_epi8(by_x, self.bytes[k]));
            let rows = unit._mm256_unpacklo_epi16(across, unit._mm256_bsrli_epi128::<8>(across));
            let sums = unit._mm256_madd_epi16(rows, unit._mm256_shuffle_epi8(by_y, self.words[k]));
            let means = unit._mm256_srli_epi32::<10>(unit._mm256_add_epi32(sums, half));
            *pixels = pulp::cast(avx._mm256_add_ps(avx._mm256_mul_ps(avx._mm256_cvtepi32_ps(means), scale), low));
        }
        for (k, pixel) in (0..EIGHT).map(|k| (k, &pixels[k % 4][k / 4])) {
            out[k * 3..k * 3 + 4].copy_from_slice(pixel);
        }
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
