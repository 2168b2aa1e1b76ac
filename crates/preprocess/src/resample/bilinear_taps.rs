//! BilinearTaps of two by two pixels of any format: their bytes fetched one by one, blended and brought to RGB many at once.

use crate::frame::{Channels, Frame, PlaneView, ROUND, YuvToRgb};
use crate::resample::blend::{Blend, Pair, SQUARES, STEPS, Words};

/// BilinearTaps worked on at a time.
pub(crate) const TILE: usize = 64;

/// What the weights of a square's samples add up to.
const WHOLE: i32 = STEPS * STEPS;

/// Vectors of squares.
const GROUPS: usize = TILE / SQUARES;

/// Where squares lie along one of the stored picture's axes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AxisTaps {
    /// The left or upper of two neighbours.
    pub first: [i32; TILE],
    /// Its weight, 0 to [`STEPS`], and in the upper half that of the other one.
    pub weights: [u32; TILE],
}

impl AxisTaps {
    const NOWHERE: Self = Self {
        first: [0; TILE],
        weights: [0; TILE],
    };
}

/// Bytes of a plane around each square.
#[derive(Clone, Copy)]
struct TapLayer<'a> {
    plane: PlaneView<'a>,
    /// Pixels lie too far apart for two of them to be in four bytes.
    sparse: bool,
}

/// Four bytes from each square's upper row on, and four from its lower row.
#[derive(Clone, Copy)]
struct TapWindows {
    upper: [u32; TILE],
    lower: [u32; TILE],
}

/// Samples whose sums are the sums of their weights.
const ONES: TapWindows = TapWindows {
    upper: [0x0101_0101; TILE],
    lower: [0x0101_0101; TILE],
};

/// The work buffers of one tile, and its results: whole cache lines each, so that no vector lies across two.
#[repr(align(64))]
pub(crate) struct Tile {
    /// Where the squares lie on the stored picture, x and y.
    pub along: [AxisTaps; 2],
    /// The same on planes of half the size.
    pub cells: [AxisTaps; 2],
    windows: [TapWindows; 3],
    /// Red, green and blue of the squares, blended and rounded: whole numbers, 0 to 255.
    pub colors: [[f32; TILE]; 3],
}

impl Tile {
    pub const EMPTY: Self = Self {
        along: [AxisTaps::NOWHERE; 2],
        cells: [AxisTaps::NOWHERE; 2],
        windows: [TapWindows {
            upper: [0; TILE],
            lower: [0; TILE],
        }; 3],
        colors: [[0.0; TILE]; 3],
    };
}

impl<'a> TapLayer<'a> {
    /// Of pixels of up to four bytes, begun at one of them.
    fn packed(plane: PlaneView<'a>, begin: usize) -> Self {
        let data = plane.data.get(begin..).unwrap_or_default();
        Self {
            plane: PlaneView { data, ..plane },
            sparse: false,
        }
    }

    /// Of single samples, and where in its windows they are.
    fn single(plane: PlaneView<'a>) -> (Self, Pair) {
        let sparse = plane.step > 3;
        let right = if sparse { 1 } else { plane.step as u8 };
        (Self { plane, sparse }, Pair { left: 0, right })
    }

    /// Of samples that lie side by side, `bytes` to a pixel, and where in its windows the first ones are.
    fn interleaved(plane: PlaneView<'a>, bytes: u8) -> (Self, Pair) {
        (Self::packed(plane, 0), Pair { left: 0, right: bytes })
    }

    #[inline(always)]
    fn read(&self, x: &[i32; TILE], y: &[i32; TILE], windows: &mut TapWindows) {
        let PlaneView { data, row, step } = self.plane;
        if self.sparse || data.len() > u32::MAX as usize {
            self.read_slowly(x, y, windows);
            return;
        }
        let (row, step) = (row as u32, step as u32);
        let mut at = [0u32; TILE];
        for i in 0..TILE {
            let (x, y) = (x[i] as u32, y[i] as u32);
            at[i] = y.wrapping_mul(row).wrapping_add(x.wrapping_mul(step));
        }
        fetch(data, row as usize, &at, windows);
    }

    /// The same for planes that are not a camera's.
    #[cold]
    fn read_slowly(&self, x: &[i32; TILE], y: &[i32; TILE], windows: &mut TapWindows) {
        let PlaneView { data, row, step } = self.plane;
        for i in 0..TILE {
            let upper = (y[i] as usize).wrapping_mul(row).wrapping_add(x[i] as usize * step);
            let [upper, lower] = [upper, upper.wrapping_add(row)].map(|at| {
                if self.sparse {
                    last_bytes(data, at) & 0xff | last_bytes(data, at.wrapping_add(step)) << 8
                } else {
                    last_bytes(data, at)
                }
            });
            (windows.upper[i], windows.lower[i]) = (upper, lower);
        }
    }
}

/// Four bytes from each place on, and four from a row further. No vector code, and by itself it keeps all it needs in
/// registers.
#[inline(never)]
fn fetch(data: &[u8], row: usize, at: &[u32; TILE], windows: &mut TapWindows) {
    let lower = data.get(row..).unwrap_or_default();
    // Of the same length, so that one comparison is enough for both.
    let upper = &data[..lower.len()];
    let places = at.as_chunks::<4>().0;
    let windows = windows
        .upper
        .as_chunks_mut::<4>()
        .0
        .iter_mut()
        .zip(windows.lower.as_chunks_mut::<4>().0);
    for (at, (upper_four, lower_four)) in places.iter().zip(windows) {
        for i in 0..4 {
            let at = at[i] as usize;
            (upper_four[i], lower_four[i]) = match (four(upper, at), four(lower, at)) {
                (Some(upper), Some(lower)) => (upper, lower),
                _ => (last_bytes(data, at), last_bytes(data, at + row)),
            };
        }
    }
}

#[inline(always)]
fn four(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at + 4)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

/// Bytes of a plane, maybe at its end; zeros beyond it, where nothing is looked at.
#[cold]
#[inline(never)]
fn last_bytes(data: &[u8], at: usize) -> u32 {
    let mut bytes = [0; 4];
    for (byte, there) in bytes.iter_mut().zip(data.get(at..).unwrap_or_default()) {
        *byte = *there;
    }
    u32::from_le_bytes(bytes)
}

/// Where a channel's samples are: the layer, and the places in its windows.
#[derive(Clone, Copy)]
struct TapChannel {
    layer: usize,
    pair: Pair,
}

/// What the samples are.
#[derive(Clone, Copy)]
enum Samples {
    /// Red, green and blue at these places of each pixel: the left pixels in the first layer, the right ones in the
    /// second.
    Packed([u8; 3]),
    /// Luma, and chroma of half the size.
    Yuv {
        channels: [TapChannel; 3],
        to_rgb: YuvToRgb,
        /// What black is.
        black: i32,
    },
}

/// A frame, read square by square.
pub(crate) struct BilinearTaps<'a> {
    /// As many as are read.
    layers: [Option<TapLayer<'a>>; 3],
    samples: Samples,
}

impl<'a> BilinearTaps<'a> {
    pub fn new(frame: &Frame<'a>) -> Self {
        let first = frame.planes[0];
        let packed = |places: [u8; 3]| Self {
            layers: [
                Some(TapLayer::packed(first, 0)),
                Some(TapLayer::packed(first, first.step)),
                None,
            ],
            samples: Samples::Packed(places),
        };
        let to_rgb = YuvToRgb::new(frame.matrix, frame.range);
        let yuv = |channels| Samples::Yuv {
            channels,
            black: to_rgb.y_offset as i32,
            to_rgb: to_rgb.of_sums(WHOLE as f32),
        };
        match frame.format.layout().channels {
            Channels::Packed(order) => packed(order.map(|at| at as u8)),
            Channels::Yuv { u, v } => {
                let planes = frame.format.layout().planes;
                let layers: [_; 3] = std::array::from_fn(|index| {
                    Some(match planes.get(index)?.bytes {
                        1 => TapLayer::single(frame.planes[index]),
                        bytes => TapLayer::interleaved(frame.planes[index], bytes as u8),
                    })
                });
                let channel = |plane: usize, byte: usize| {
                    let (_, Pair { left, right }) = layers[plane].unwrap_or_else(|| TapLayer::single(first));
                    let byte = byte as u8;
                    TapChannel {
                        layer: plane,
                        pair: Pair {
                            left: left + byte,
                            right: right + byte,
                        },
                    }
                };
                Self {
                    layers: layers.map(|layer| layer.map(|(layer, _)| layer)),
                    samples: yuv([channel(0, 0), channel(u.plane, u.byte), channel(v.plane, v.byte)]),
                }
            }
        }
    }

    /// Reads the squares of a tile and blends them.
    #[inline(always)]
    pub fn blend(&self, unit: impl Blend, tile: &mut Tile) {
        let others = match self.samples {
            Samples::Packed(_) => &tile.along,
            Samples::Yuv { .. } => &tile.cells,
        };
        for (index, (layer, windows)) in self.layers.iter().zip(tile.windows.iter_mut()).enumerate() {
            if let Some(layer) = layer {
                let [x, y] = if index == 0 { &tile.along } else { others };
                layer.read(&x.first, &y.first, windows);
            }
        }
        match self.samples {
            Samples::Packed(places) => tile.blend_packed(unit, places),
            Samples::Yuv {
                channels,
                to_rgb,
                black,
            } => tile.blend_yuv(unit, channels, to_rgb, black),
        }
    }
}

impl Tile {
    #[inline(always)]
    fn blend_packed(&mut self, unit: impl Blend, places: [u8; 3]) {
        let [left, right, _] = &self.windows;
        for (color, at) in self.colors.iter_mut().zip(places) {
            for group in 0..GROUPS {
                let pair = |left, right| Pair { left, right };
                let near = blend(unit, left, pair(at, Pair::NONE), &self.along, group);
                let far = blend(unit, right, pair(Pair::NONE, at), &self.along, group);
                for (i, (near, far)) in near.into_iter().zip(far).enumerate() {
                    let sum = near.wrapping_add(far);
                    color[group * SQUARES + i] = (sum.wrapping_add(WHOLE / 2) >> 10) as f32;
                }
            }
        }
    }

    #[inline(always)]
    fn blend_yuv(&mut self, unit: impl Blend, [y, u, v]: [TapChannel; 3], to_rgb: YuvToRgb, black: i32) {
        let [red, green, blue] = &mut self.colors;
        let [y_window, u_window, v_window] = [y.layer, u.layer, v.layer].map(|layer| &self.windows[layer]);
        for group in 0..GROUPS {
            let y = blend(unit, y_window, y.pair, &self.along, group);
            let u = blend(unit, u_window, u.pair, &self.cells, group);
            let v = blend(unit, v_window, v.pair, &self.cells, group);
            // Less than the whole where black counts for what is outside.
            let weights = blend(unit, &ONES, Pair { left: 0, right: 1 }, &self.along, group);
            for i in 0..SQUARES {
                // Whole numbers far below 2²⁴: exact.
                let above = |sum: i32, zero: i32| sum.wrapping_sub(weights[i].wrapping_mul(zero)) as f32;
                let luma = above(y[i], black) * to_rgb.y;
                let (u, v) = (above(u[i], 128), above(v[i], 128));
                let at = group * SQUARES + i;
                red[at] = level(luma + v * to_rgb.rv);
                green[at] = level(luma - u * to_rgb.gu - v * to_rgb.gv);
                blue[at] = level(luma + u * to_rgb.bu);
            }
        }
    }
}

/// Sums of a vector of squares.
#[inline(always)]
fn blend(unit: impl Blend, windows: &TapWindows, pair: Pair, [x, y]: &[AxisTaps; 2], group: usize) -> [i32; SQUARES] {
    let rows = [words(&windows.upper, group), words(&windows.lower, group)];
    unit.blend(rows, pair, words(&x.weights, group), words(&y.weights, group))
}

#[inline(always)]
fn words(words: &[u32; TILE], group: usize) -> &Words {
    &words.as_chunks().0[group]
}

/// The nearest of 0 to 255 of what is a number: `clamp` would keep NaN, for which vectors need twice the work.
#[inline(always)]
fn level(value: f32) -> f32 {
    let positive = if value > 0.0 { value } else { 0.0 };
    let within = if positive < 255.0 { positive } else { 255.0 };
    within + ROUND - ROUND
}
