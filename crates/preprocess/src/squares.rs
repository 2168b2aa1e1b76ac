//! Squares of two by two pixels of any format: their bytes fetched one by one, blended and brought to RGB many at once.

use crate::format::PixelFormat;
use crate::frame::{Frame, PlaneView};
use crate::texel::{ROUND, YuvToRgb};

/// Squares worked on at a time.
pub(crate) const TILE: usize = 64;

/// What the weights of two neighbours add up to.
pub(crate) const STEPS: i32 = 32;

/// The same of the four of a square.
const WHOLE: i32 = STEPS * STEPS;

/// Where squares lie along one of the stored picture's axes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Along {
    /// The left or upper of two neighbours.
    pub first: [i32; TILE],
    /// Weight of it, and of the other one: 0 to [`STEPS`].
    pub near: [i32; TILE],
    pub far: [i32; TILE],
}

impl Along {
    const NOWHERE: Self = Self {
        first: [0; TILE],
        near: [0; TILE],
        far: [0; TILE],
    };
}

/// Bytes of a plane around each square.
#[derive(Clone, Copy)]
struct Layer<'a> {
    plane: PlaneView<'a>,
    /// Pixels lie too far apart for two of them to be in four bytes.
    sparse: bool,
}

/// Four bytes from each square's upper row on, and four from its lower row.
#[derive(Clone, Copy)]
struct Windows {
    upper: [u32; TILE],
    lower: [u32; TILE],
}

/// The work buffers of one tile, and its results: whole cache lines each, so that no vector lies across two.
#[repr(align(64))]
pub(crate) struct Tile {
    /// Where the squares lie on the stored picture, x and y.
    pub along: [Along; 2],
    /// The same on planes of half the size.
    pub cells: [Along; 2],
    windows: [Windows; 3],
    sums: [[i32; TILE]; 3],
    /// Red, green and blue of the squares, blended and rounded: whole numbers, 0 to 255.
    pub colours: [[f32; TILE]; 3],
}

impl Tile {
    pub const EMPTY: Self = Self {
        along: [Along::NOWHERE; 2],
        cells: [Along::NOWHERE; 2],
        windows: [Windows {
            upper: [0; TILE],
            lower: [0; TILE],
        }; 3],
        sums: [[0; TILE]; 3],
        colours: [[0.0; TILE]; 3],
    };
}

impl<'a> Layer<'a> {
    /// Of pixels of up to four bytes, begun at one of them.
    fn packed(plane: PlaneView<'a>, begin: usize) -> Self {
        let data = plane.data.get(begin..).unwrap_or_default();
        Self {
            plane: PlaneView { data, ..plane },
            sparse: false,
        }
    }

    /// Of single samples, and how many bits one lies above its neighbour.
    fn single(plane: PlaneView<'a>) -> (Self, u32) {
        let sparse = plane.step > 3;
        let bits = if sparse { 8 } else { 8 * plane.step as u32 };
        (Self { plane, sparse }, bits)
    }

    #[inline(always)]
    fn read(&self, x: &[i32; TILE], y: &[i32; TILE], windows: &mut Windows) {
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
    fn read_slowly(&self, x: &[i32; TILE], y: &[i32; TILE], windows: &mut Windows) {
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
fn fetch(data: &[u8], row: usize, at: &[u32; TILE], windows: &mut Windows) {
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

/// Where the left and the right samples of a channel are: the layer, and the bits below them in its windows.
#[derive(Clone, Copy)]
struct Channel {
    layers: [usize; 2],
    bits: [u32; 2],
}

impl Channel {
    /// Sums of samples times their weights.
    #[inline(always)]
    fn blend(&self, windows: &[Windows; 3], [x, y]: &[Along; 2], sums: &mut [i32; TILE]) {
        let [left, right] = self.layers.map(|layer| &windows[layer]);
        let [left_bits, right_bits] = self.bits;
        let sample = |window: u32, bits: u32| (window.wrapping_shr(bits) & 0xff) as i32;
        // Small numbers, as compilers see by the masks, are multiplied in half the time.
        let times = |sample: i32, weight: i32| sample.wrapping_mul(weight & 63);
        for (i, sum) in (0..TILE).zip(sums) {
            let across = |left: u32, right: u32| {
                let near = times(sample(left, left_bits), x.near[i]);
                near.wrapping_add(times(sample(right, right_bits), x.far[i]))
            };
            let upper = times(across(left.upper[i], right.upper[i]), y.near[i]);
            let lower = times(across(left.lower[i], right.lower[i]), y.far[i]);
            *sum = upper.wrapping_add(lower);
        }
    }
}

/// How samples become colours.
#[derive(Clone, Copy)]
enum Colours {
    /// They are.
    Rgb,
    /// Luma, and chroma of half the size.
    Yuv {
        to_rgb: YuvToRgb,
        /// What black is.
        black: i32,
    },
}

/// A frame, read square by square.
pub(crate) struct Squares<'a> {
    /// As many as are read.
    layers: [Option<Layer<'a>>; 3],
    channels: [Channel; 3],
    colours: Colours,
}

impl<'a> Squares<'a> {
    pub fn new(frame: &Frame<'a>) -> Self {
        let [first, second, third] = frame.planes;
        let rgb = |bits: [u32; 3]| Self {
            layers: [
                Some(Layer::packed(first, 0)),
                Some(Layer::packed(first, first.step)),
                None,
            ],
            channels: bits.map(|bits| Channel {
                layers: [0, 1],
                bits: [bits; 2],
            }),
            colours: Colours::Rgb,
        };
        let channel = |layer: usize, low: u32, high: u32| Channel {
            layers: [layer; 2],
            bits: [low, high],
        };
        let to_rgb = YuvToRgb::new(frame.matrix, frame.range);
        let yuv = Colours::Yuv {
            black: to_rgb.y_offset as i32,
            to_rgb: to_rgb.of_sums(WHOLE as f32),
        };
        match frame.format {
            PixelFormat::Rgb8 | PixelFormat::Rgba8 => rgb([0, 8, 16]),
            PixelFormat::Bgra8 => rgb([16, 8, 0]),
            PixelFormat::Grey8 => {
                let (grey, bits) = Layer::single(first);
                Self {
                    layers: [Some(grey), None, None],
                    channels: [channel(0, 0, bits); 3],
                    colours: Colours::Rgb,
                }
            }
            PixelFormat::Nv12 | PixelFormat::Nv21 => {
                let (luma, bits) = Layer::single(first);
                let (even, odd) = (channel(1, 0, 16), channel(1, 8, 24));
                let [u, v] = if frame.format == PixelFormat::Nv12 {
                    [even, odd]
                } else {
                    [odd, even]
                };
                Self {
                    layers: [Some(luma), Some(Layer::packed(second, 0)), None],
                    channels: [channel(0, 0, bits), u, v],
                    colours: yuv,
                }
            }
            PixelFormat::I420 | PixelFormat::Yuv420 => {
                let [y, u, v] = [first, second, third].map(Layer::single);
                Self {
                    layers: [Some(y.0), Some(u.0), Some(v.0)],
                    channels: [channel(0, 0, y.1), channel(1, 0, u.1), channel(2, 0, v.1)],
                    colours: yuv,
                }
            }
        }
    }

    /// Reads the squares of a tile and blends them.
    #[inline(always)]
    pub fn blend(&self, tile: &mut Tile) {
        let Tile {
            along,
            cells,
            windows,
            sums,
            colours,
        } = tile;
        let halved = matches!(self.colours, Colours::Yuv { .. });
        let others = if halved { &*cells } else { &*along };
        for (index, (layer, windows)) in self.layers.iter().zip(windows.iter_mut()).enumerate() {
            if let Some(layer) = layer {
                let [x, y] = if index == 0 { &*along } else { others };
                layer.read(&x.first, &y.first, windows);
            }
        }
        self.channels[0].blend(windows, along, &mut sums[0]);
        self.channels[1].blend(windows, others, &mut sums[1]);
        self.channels[2].blend(windows, others, &mut sums[2]);
        match self.colours {
            Colours::Rgb => {
                for (colour, sums) in colours.iter_mut().zip(sums) {
                    for (level, sum) in colour.iter_mut().zip(sums) {
                        *level = (sum.wrapping_add(WHOLE / 2) >> 10) as f32;
                    }
                }
            }
            Colours::Yuv { to_rgb, black } => convert(to_rgb, black, sums, along, colours),
        }
    }
}

/// Sums of luma and chroma to RGB.
#[inline(always)]
fn convert(
    to_rgb: YuvToRgb,
    black: i32,
    [y, u, v]: &[[i32; TILE]; 3],
    along: &[Along; 2],
    [red, green, blue]: &mut [[f32; TILE]; 3],
) {
    let round = |value: f32| within(value) + ROUND - ROUND;
    for i in 0..TILE {
        // Less than the whole where black counts for what is outside.
        let [across, down] = [0, 1].map(|axis: usize| along[axis].near[i].wrapping_add(along[axis].far[i]) & 63);
        let weight = across.wrapping_mul(down);
        // Whole numbers far below 2²⁴: exact.
        let above = |sum: i32, zero: i32| sum.wrapping_sub(weight.wrapping_mul(zero)) as f32;
        let luma = above(y[i], black) * to_rgb.y;
        let (u, v) = (above(u[i], 128), above(v[i], 128));
        red[i] = round(luma + v * to_rgb.rv);
        green[i] = round(luma - u * to_rgb.gu - v * to_rgb.gv);
        blue[i] = round(luma + u * to_rgb.bu);
    }
}

/// Clamped to 0 to 255, of what is a number: `clamp` would keep NaN, for which vectors need twice the work.
#[inline(always)]
fn within(value: f32) -> f32 {
    let positive = if value > 0.0 { value } else { 0.0 };
    if positive < 255.0 { positive } else { 255.0 }
}
