//! Pictures in every camera format, and the plain arithmetic that the fast paths are held to.
#![allow(dead_code, clippy::unwrap_used)]

use skinkit_preprocess::{ColorMatrix, Frame, FrameLayout, Photo, PixelFormat, Plane, Range};

pub const FORMATS: [PixelFormat; 8] = [
    PixelFormat::Rgb8,
    PixelFormat::Rgba8,
    PixelFormat::Bgra8,
    PixelFormat::Gray8,
    PixelFormat::Nv12,
    PixelFormat::Nv21,
    PixelFormat::I420,
    PixelFormat::Yuv420,
];

/// Samples of one channel and the picture they make.
pub struct Channel {
    pub width: usize,
    pub height: usize,
    pub data: Vec<u8>,
}

impl Channel {
    pub fn at(&self, x: usize, y: usize) -> f64 {
        f64::from(self.data[y * self.width + x])
    }
}

/// A picture as channels (RGB, grey, or Y U V) and as the camera's buffer.
pub struct Picture {
    pub format: PixelFormat,
    pub width: usize,
    pub height: usize,
    pub channels: Vec<Channel>,
    pub buffers: Vec<Vec<u8>>,
    pub row_strides: Vec<usize>,
    pub pixel_stride: usize,
}

/// Smooth waves with some noise, in the middle of the range so that no format clamps.
pub fn channel(width: usize, height: usize, seed: u32) -> Channel {
    let mut state = seed.wrapping_mul(747_796_405).wrapping_add(1);
    let data = (0..width * height)
        .map(|i| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (x, y) = ((i % width) as f32, (i / width) as f32);
            let wave = (x * 0.11 + seed as f32).sin() * 22.0 + (y * 0.17).cos() * 22.0;
            (128.0 + wave + (state >> 28) as f32) as u8
        })
        .collect();
    Channel { width, height, data }
}

impl Picture {
    pub fn new(format: PixelFormat, width: usize, height: usize, padding: usize, pixel_stride: usize) -> Self {
        let half = (width.div_ceil(2), height.div_ceil(2));
        let channels: Vec<Channel> = match format {
            PixelFormat::Gray8 => vec![channel(width, height, 1)],
            _ if format.is_yuv() => {
                vec![
                    channel(width, height, 1),
                    channel(half.0, half.1, 2),
                    channel(half.0, half.1, 3),
                ]
            }
            _ => (1..=3).map(|seed| channel(width, height, seed)).collect(),
        };
        let mut picture = Self {
            format,
            width,
            height,
            channels,
            buffers: vec![],
            row_strides: vec![],
            pixel_stride: 0,
        };
        let order: &[&[Option<usize>]] = match format {
            PixelFormat::Rgb8 => &[&[Some(0), Some(1), Some(2)]],
            PixelFormat::Rgba8 => &[&[Some(0), Some(1), Some(2), None]],
            PixelFormat::Bgra8 => &[&[Some(2), Some(1), Some(0), None]],
            PixelFormat::Gray8 => &[&[Some(0)]],
            PixelFormat::Nv12 => &[&[Some(0)], &[Some(1), Some(2)]],
            PixelFormat::Nv21 => &[&[Some(0)], &[Some(2), Some(1)]],
            _ => &[&[Some(0)], &[Some(1)], &[Some(2)]],
        };
        for plane in order {
            let spread = format == PixelFormat::Yuv420 && *plane != [Some(0)];
            picture.pack(plane, if spread { pixel_stride } else { plane.len() }, padding);
        }
        if format == PixelFormat::Yuv420 {
            picture.pixel_stride = pixel_stride;
        }
        picture
    }

    /// Interleaves channels into a plane whose last row has no padding, and with 0xEE wherever nothing belongs.
    fn pack(&mut self, order: &[Option<usize>], step: usize, padding: usize) {
        let shape = &self.channels[order[0].unwrap_or(0)];
        let (width, height) = (shape.width, shape.height);
        let line = (width - 1) * step + order.len();
        let row = width * step + padding;
        let mut buffer = vec![0xEE; (height - 1) * row + line];
        for y in 0..height {
            for x in 0..width {
                for (byte, channel) in order.iter().enumerate() {
                    if let Some(channel) = channel {
                        buffer[y * row + x * step + byte] = self.channels[*channel].data[y * width + x];
                    }
                }
            }
        }
        self.buffers.push(buffer);
        self.row_strides.push(row);
    }

    pub fn planes(&self) -> Vec<Plane<'_>> {
        (0..self.buffers.len())
            .map(|i| Plane {
                data: &self.buffers[i],
                row_stride: self.row_strides[i],
                pixel_stride: if i > 0 { self.pixel_stride } else { 0 },
            })
            .collect()
    }

    pub fn frame<'a>(&'a self, planes: &[Plane<'a>], matrix: ColorMatrix, range: Range) -> Frame<'a> {
        let layout = FrameLayout {
            matrix,
            range,
            ..FrameLayout::new(self.format, self.width as u32, self.height as u32, planes)
        };
        Frame::new(&layout).unwrap()
    }
}

/// Weights of one output of the triangle kernel, straight from its definition.
fn weights(size: usize, low: f64, high: f64, count: usize, index: usize) -> Vec<(usize, f64)> {
    let scale = (high - low) / count as f64;
    let support = scale.max(1.0);
    let centre = low + (index as f64 + 0.5) * scale;
    let mut all: Vec<(usize, f64)> = (0..size)
        .map(|i| (i, 1.0 - ((i as f64 + 0.5 - centre) / support).abs()))
        .filter(|(_, weight)| *weight > 0.0)
        .collect();
    if all.is_empty() {
        all.push((if centre < 0.0 { 0 } else { size - 1 }, 1.0));
    }
    let total: f64 = all.iter().map(|(_, weight)| weight).sum();
    all.iter_mut().for_each(|(_, weight)| *weight /= total);
    all
}

/// A channel scaled in f64.
pub fn scaled(channel: &Channel, low: [f64; 2], high: [f64; 2], count: [usize; 2]) -> Vec<f64> {
    let mut out = Vec::new();
    for y in 0..count[1] {
        let rows = weights(channel.height, low[1], high[1], count[1], y);
        for x in 0..count[0] {
            let columns = weights(channel.width, low[0], high[0], count[0], x);
            let sum = rows
                .iter()
                .map(|&(y, v)| v * columns.iter().map(|&(x, u)| u * channel.at(x, y)).sum::<f64>())
                .sum();
            out.push(sum);
        }
    }
    out
}

/// The scalar twin of the upright resampler for a frame that is stored upright: f64 RGB, clamped, not rounded.
pub fn twin(
    picture: &Picture,
    matrix: ColorMatrix,
    range: Range,
    low: [f64; 2],
    high: [f64; 2],
    count: [usize; 2],
) -> Vec<[f64; 3]> {
    let yuv = picture.format.is_yuv();
    let channels: Vec<Vec<f64>> = picture
        .channels
        .iter()
        .enumerate()
        .map(|(i, channel)| {
            let part = if yuv && i > 0 { 0.5 } else { 1.0 };
            scaled(channel, low.map(|v| v * part), high.map(|v| v * part), count)
        })
        .collect();
    (0..count[0] * count[1])
        .map(|i| {
            let value = |c: usize| channels[c][i];
            let rgb = match picture.format {
                PixelFormat::Gray8 => [value(0); 3],
                _ if yuv => rgb_from_yuv(value(0), value(1), value(2), matrix, range),
                _ => [value(0), value(1), value(2)],
            };
            rgb.map(|v| v.clamp(0.0, 255.0))
        })
        .collect()
}

/// ITU-R BT.601 and BT.709 as they are written.
pub fn rgb_from_yuv(y: f64, u: f64, v: f64, matrix: ColorMatrix, range: Range) -> [f64; 3] {
    let (kr, kb) = match matrix {
        ColorMatrix::Bt601 => (0.299, 0.114),
        ColorMatrix::Bt709 => (0.2126, 0.0722),
    };
    let (y, u, v) = match range {
        Range::Full => (y, u - 128.0, v - 128.0),
        Range::Video => (
            (y - 16.0) * 255.0 / 219.0,
            (u - 128.0) * 255.0 / 224.0,
            (v - 128.0) * 255.0 / 224.0,
        ),
    };
    let (r, b) = (y + 2.0 * (1.0 - kr) * v, y + 2.0 * (1.0 - kb) * u);
    [r, (y - kr * r - kb * b) / (1.0 - kr - kb), b]
}

/// How far a scaled photo lies from the whole one, in levels.
pub struct Apart {
    pub mean: f64,
    pub most: u32,
    /// The mean where nothing was clamped: clamping before and after averaging are not the same.
    pub unclamped: f64,
}

/// Holds a scaled photo against the whole one by the plainest means: the mean of each square, which is a little less sharp.
pub fn apart(whole: &Photo, part: &Photo) -> Apart {
    let step = (1.0 / part.scale()).round() as u32;
    let (mut sum, mut count, mut most) = (0u64, 0u64, 0);
    let (mut unclamped_sum, mut unclamped) = (0u64, 0u64);
    for y in 0..whole.height() / step {
        for x in 0..whole.width() / step {
            let (mut sums, mut is_clamped) = ([0u32; 3], false);
            for at in 0..step * step {
                let pixel = whole.frame().pixel(x * step + at % step, y * step + at / step).unwrap();
                is_clamped |= pixel.iter().any(|level| matches!(level, 0 | 255));
                sums.iter_mut()
                    .zip(pixel)
                    .for_each(|(sum, level)| *sum += u32::from(level));
            }
            for (sum_of, got) in sums.iter().zip(part.frame().pixel(x, y).unwrap()) {
                let off = (sum_of / (step * step)).abs_diff(u32::from(got));
                (sum, count, most) = (sum + u64::from(off), count + 1, most.max(off));
                if !is_clamped {
                    (unclamped_sum, unclamped) = (unclamped_sum + u64::from(off), unclamped + 1);
                }
            }
        }
    }
    Apart {
        mean: sum as f64 / count.max(1) as f64,
        most,
        unclamped: unclamped_sum as f64 / unclamped.max(1) as f64,
    }
}
