//! MediaPipe's sampling rule with AVX2: squares of two by two pixels, read and blended eight at a time. The same bits as
//! the plain code in [`crate::warp`].

use std::arch::x86_64::__m256i;

use pulp::x86::V3;
use pulp::{Arch, NullaryFnOnce};

use crate::format::{Lattice, PixelFormat};
use crate::frame::{Frame, PlaneView};
use crate::packed_quads::Packed;
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
    let finder = Finder {
        simd,
        lattice: frame.lattice(),
        size: [width, height],
        border: warp.border,
    };
    let plane = frame.planes[0];
    match frame.format {
        PixelFormat::Rgb8 => run(finder, Packed::new(simd, plane, [0, 1, 2], 3), warp),
        PixelFormat::Rgba8 => run(finder, Packed::new(simd, plane, [0, 1, 2], 4), warp),
        PixelFormat::Bgra8 => run(finder, Packed::new(simd, plane, [2, 1, 0], 4), warp),
        PixelFormat::Grey8 => return Err(warp),
        PixelFormat::Nv12 | PixelFormat::Nv21 | PixelFormat::I420 | PixelFormat::Yuv420 => {
            let Some(source) = Yuv::new(simd, frame) else {
                return Err(warp);
            };
            run(finder, source, warp);
        }
    }
    Ok(())
}

fn run<S: Source>(finder: Finder, source: S, warp: Warp<'_>) {
    finder.simd.vectorize(Run {
        quads: Quads { finder, source },
        warp,
    });
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

/// Red, green and blue of eight pixels, pixel by pixel.
pub(crate) type Pixels = [f32; LANES * 3];

/// Where eight squares lie: the left or upper pixel of each, and the weights of it and its neighbour in steps, the first
/// one's in the lower half.
#[derive(Clone, Copy)]
pub(crate) struct Along {
    pub first: __m256i,
    pub weights: __m256i,
}

/// Reads and blends squares of pixels.
pub(crate) trait Source {
    /// The squares' weighted means, rounded, times `scale` plus `low`. All lie inside the picture.
    fn blend(&self, x: Along, y: Along, scale: f32, low: f32) -> Pixels;
}

struct Quads<S> {
    finder: Finder,
    source: S,
}

impl<S: Source> Sampler for Quads<S> {
    #[inline(always)]
    fn sample(&self, x: &[i32; LANES], y: &[i32; LANES], scale: f32, low: f32, out: &mut [f32]) {
        let [x, y] = self.finder.squares(x, y);
        let pixels = self.source.blend(x, y, scale, low);
        match out.first_chunk_mut::<{ LANES * 3 }>() {
            Some(out) => *out = pixels,
            None => last_pixels(&pixels, out),
        }
    }
}

/// A row's end; apart from the rest, which then is copied without counting.
#[cold]
fn last_pixels(pixels: &Pixels, out: &mut [f32]) {
    out.copy_from_slice(&pixels[..out.len()]);
}

/// From places on the upright picture to squares of the stored one.
struct Finder {
    simd: V3,
    lattice: Lattice,
    size: [i32; 2],
    border: Border,
}

impl Finder {
    /// The squares around upright places, which are in steps.
    #[inline(always)]
    fn squares(&self, x: &[i32; LANES], y: &[i32; LANES]) -> [Along; 2] {
        let Lattice { x0, xx, xy, y0, yx, yy } = self.lattice;
        let place = [pulp::cast(*x), pulp::cast(*y)];
        let [width, height] = self.size;
        [
            self.along(self.turned(place, [x0, xx, xy]), width),
            self.along(self.turned(place, [y0, yx, yy]), height),
        ]
    }

    /// One of the stored picture's axes.
    #[inline(always)]
    fn turned(&self, [x, y]: [__m256i; 2], [from, by_x, by_y]: [i32; 3]) -> __m256i {
        let V3 { avx, avx2: unit, .. } = self.simd;
        let across = unit._mm256_mullo_epi32(x, avx._mm256_set1_epi32(by_x));
        let down = unit._mm256_mullo_epi32(y, avx._mm256_set1_epi32(by_y));
        let turned = unit._mm256_add_epi32(across, down);
        unit._mm256_add_epi32(turned, avx._mm256_set1_epi32(from * STEPS))
    }

    /// Where a place has a neighbour outside, the pair is moved inside and the weights with it.
    #[inline(always)]
    fn along(&self, steps: __m256i, size: i32) -> Along {
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
        Along {
            first,
            weights: unit._mm256_or_si256(near, unit._mm256_slli_epi32::<16>(far)),
        }
    }
}

/// Where pixels lie in a plane.
#[inline(always)]
pub(crate) fn places(simd: V3, plane: &PlaneView<'_>, x: __m256i, y: __m256i) -> [i32; LANES] {
    let (avx, unit) = (simd.avx, simd.avx2);
    let down = unit._mm256_mullo_epi32(y, avx._mm256_set1_epi32(plane.row as i32));
    let across = unit._mm256_mullo_epi32(x, avx._mm256_set1_epi32(plane.step as i32));
    pulp::cast(unit._mm256_add_epi32(down, across))
}

/// Bytes of a plane from here and from one row below; zeros beyond its end, where nothing is looked at.
#[inline(always)]
pub(crate) fn two_rows<const N: usize>(plane: &PlaneView<'_>, at: i32) -> [[u8; N]; 2] {
    // Through 32 bits without a sign the sum is known not to overflow, and one comparison is enough for both.
    let (first, row) = (at as u32 as usize, plane.row as u32 as usize);
    if let Some(bytes) = plane.data.get(first..first + row + N)
        && let (Some(upper), Some(lower)) = (bytes.first_chunk(), bytes.last_chunk())
    {
        return [*upper, *lower];
    }
    [last_bytes(plane.data, first), last_bytes(plane.data, first + row)]
}

#[cold]
fn last_bytes<const N: usize>(data: &[u8], first: usize) -> [u8; N] {
    let mut bytes = [0; N];
    for (byte, there) in bytes.iter_mut().zip(data.get(first..).unwrap_or_default()) {
        *byte = *there;
    }
    bytes
}
