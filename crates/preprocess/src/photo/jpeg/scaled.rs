//! Baseline JPEG at 1/2, 1/4 or 1/8 of its size: of each block only the coefficients that such a picture has are kept,
//! and turned back by a smaller DCT. Subsampled chroma is turned back at its own, larger scale instead of being enlarged.
//!
//! Written here because the crate that scales, `jpeg-decoder`, takes three times as long: it stores every coefficient.

use super::huffman::{Bits, Codes};

/// A block's coefficients in the order in which they are coded: row · 8 + column.
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

/// A decoded picture: grey, or RGB.
pub(crate) struct Scaled {
    pub width: usize,
    pub height: usize,
    /// 1 or 3 bytes a pixel.
    pub channels: usize,
    pub pixels: Vec<u8>,
}

/// Decodes so that each block of 8 pixels becomes `side`: 1, 2 or 4. `None` for what is not a whole, sound baseline
/// picture of the given size, which was checked against the limits, in grey or YCbCr and one scan; that is another
/// decoder's to read or to refuse.
pub(crate) fn decode(bytes: &[u8], size: [usize; 2], side: usize) -> Option<Scaled> {
    let (mut header, scan) = Header::read(bytes)?;
    if [header.width, header.height] != size {
        return None;
    }
    header.arrange(side)?;
    let mut picture = Scaled {
        width: (header.width * side).div_ceil(8),
        height: (header.height * side).div_ceil(8),
        channels: header.components.len(),
        pixels: Vec::new(),
    };
    header.decode_scan(scan, side, &mut picture)?;
    Some(picture)
}

/// One colour component.
struct Component {
    id: u8,
    /// Blocks of one MCU, across and down.
    blocks: [usize; 2],
    quantisation: usize,
    /// Numbers of its Huffman tables.
    tables: [usize; 2],
    /// What its blocks become, across and down.
    tile: [usize; 2],
    /// For each coefficient, as coded: its factor, or 0 where the smaller picture does not have it.
    factors: [f32; 64],
    turn_back: fn(&[f32; 64], &mut [u8], usize),
    /// One row of MCUs.
    band: Vec<u8>,
    last_dc: i32,
}

#[derive(Default)]
struct Header {
    width: usize,
    height: usize,
    components: Vec<Component>,
    /// Blocks of one MCU over all components, across and down.
    most: [usize; 2],
    quantisations: [Option<[u16; 64]>; 4],
    /// DC and AC.
    codes: [[Option<Codes>; 4]; 2],
    /// MCUs between restarts; 0: none.
    restart: usize,
    adobe_transform: Option<u8>,
}

impl Header {
    /// Everything before the scan's data, and the data.
    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let mut header = Self::default();
        let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
        loop {
            let [0xff, marker, more @ ..] = rest else {
                return None;
            };
            if *marker == 0xff {
                rest = &rest[1..];
                continue;
            }
            let (length, _) = more.split_first_chunk::<2>()?;
            let (segment, after) = more.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            let segment = segment.get(2..)?;
            match marker {
                0xc0 | 0xc1 => header.frame(segment)?,
                0xc4 => header.huffman(segment)?,
                0xdb => header.quantisation(segment)?,
                0xdd => header.restart = usize::from(u16::from_be_bytes(*segment.first_chunk()?)),
                0xee => header.adobe_transform = segment.strip_prefix(b"Adobe").and_then(|rest| rest.get(6).copied()),
                0xda => {
                    header.scan(segment)?;
                    return Some((header, after));
                }
                // Comments and what applications add.
                0xe0..=0xef | 0xfe => {}
                // Progressive, arithmetic, lossless, or nothing that belongs here.
                _ => return None,
            }
            rest = after;
        }
    }

    fn frame(&mut self, segment: &[u8]) -> Option<()> {
        let (&[bits, h1, h0, w1, w0, count], components) = segment.split_first_chunk()?;
        (self.height, self.width) = (
            usize::from(u16::from_be_bytes([h1, h0])),
            usize::from(u16::from_be_bytes([w1, w0])),
        );
        let known = bits == 8 && matches!(count, 1 | 3) && self.width > 0 && self.height > 0;
        if !known || !self.components.is_empty() || components.len() != 3 * usize::from(count) {
            return None;
        }
        for &[id, sampling, quantisation] in components.as_chunks().0 {
            // A picture of one component has one block an MCU, whatever it says.
            let blocks = if count == 1 { 0x11 } else { sampling };
            self.components.push(Component {
                id,
                blocks: [usize::from(blocks >> 4), usize::from(blocks & 15)],
                quantisation: usize::from(quantisation),
                tables: [0; 2],
                tile: [0; 2],
                factors: [0.0; 64],
                turn_back: tile::<1, 1>,
                band: Vec::new(),
                last_dc: 0,
            });
        }
        // Without a note these letters say that it is RGB; with one, 0 does.
        let rgb = self.components.iter().map(|c| c.id).eq(*b"RGB") || self.adobe_transform == Some(0);
        (!rgb || count == 1).then_some(())
    }

    fn huffman(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((&[kind], rest)) = segment.split_first_chunk() {
            let (counts, symbols) = rest.split_first_chunk::<16>()?;
            let total = counts.iter().map(|count| usize::from(*count)).sum();
            let slot = self
                .codes
                .get_mut(usize::from(kind >> 4))?
                .get_mut(usize::from(kind & 15))?;
            *slot = Some(Codes::new(counts, symbols.get(..total)?)?);
            segment = &symbols[total..];
        }
        Some(())
    }

    fn quantisation(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((&[kind], rest)) = segment.split_first_chunk() {
            let slot = self.quantisations.get_mut(usize::from(kind & 15))?;
            let size = match kind >> 4 {
                0 => 64,
                1 => 128,
                _ => return None,
            };
            let (values, after) = rest.split_at_checked(size)?;
            *slot = Some(std::array::from_fn(|k| {
                if size == 64 {
                    u16::from(values[k])
                } else {
                    u16::from_be_bytes([values[2 * k], values[2 * k + 1]])
                }
            }));
            segment = after;
        }
        Some(())
    }

    fn scan(&mut self, segment: &[u8]) -> Option<()> {
        let (&[count], rest) = segment.split_first_chunk()?;
        // All components in one scan, all coefficients at once.
        if self.components.is_empty() || usize::from(count) != self.components.len() {
            return None;
        }
        let (tables, [0, 63, 0]) = rest.split_at_checked(2 * usize::from(count))? else {
            return None;
        };
        for (component, [id, table]) in self.components.iter_mut().zip(tables.as_chunks::<2>().0) {
            if component.id != *id {
                return None;
            }
            component.tables = [usize::from(table >> 4), usize::from(table & 15)];
        }
        // An Adobe marker may have come after the frame's header.
        (self.components.len() == 1 || self.adobe_transform != Some(0)).then_some(())
    }

    /// What each component's blocks become when luma's become `side`.
    fn arrange(&mut self, side: usize) -> Option<()> {
        self.most = [0, 1].map(|axis| self.components.iter().map(|c| c.blocks[axis]).max().unwrap_or(0));
        for component in &mut self.components {
            for axis in 0..2 {
                let (blocks, most) = (component.blocks[axis], self.most[axis]);
                if blocks == 0 || most > 4 || most % blocks != 0 {
                    return None;
                }
                component.tile[axis] = side * most / blocks;
            }
            component.turn_back = match component.tile {
                [1, 1] => tile::<1, 1>,
                [2, 2] => tile::<2, 2>,
                [4, 4] => tile::<4, 4>,
                [8, 8] => tile::<8, 8>,
                [2, 1] => tile::<2, 1>,
                [1, 2] => tile::<1, 2>,
                [4, 2] => tile::<4, 2>,
                [2, 4] => tile::<2, 4>,
                [8, 4] => tile::<8, 4>,
                [4, 8] => tile::<4, 8>,
                _ => return None,
            };
            let steps = self.quantisations.get(component.quantisation)?.as_ref()?;
            for (k, factor) in component.factors.iter_mut().enumerate() {
                let (row, column) = (usize::from(ZIGZAG[k]) / 8, usize::from(ZIGZAG[k]) % 8);
                if column < component.tile[0] && row < component.tile[1] {
                    *factor = f32::from(steps[k]);
                }
            }
        }
        Some(())
    }

    fn decode_scan(&mut self, scan: &[u8], side: usize, picture: &mut Scaled) -> Option<()> {
        let [wide, high] = self.most;
        let columns = self.width.div_ceil(8 * wide);
        let rows = self.height.div_ceil(8 * high);
        let (stride, lines) = (columns * wide * side, high * side);
        for component in &mut self.components {
            component.band = vec![0; stride * lines];
        }
        picture.pixels = Vec::with_capacity(picture.width * picture.height * picture.channels);
        let (mut bits, mut until_restart, mut restarts) = (Bits::new(scan), self.restart, 0);
        for row in 0..rows {
            for column in 0..columns {
                if self.restart > 0 && until_restart == 0 {
                    bits.restart(restarts)?;
                    (until_restart, restarts) = (self.restart, restarts + 1);
                    self.components.iter_mut().for_each(|c| c.last_dc = 0);
                }
                until_restart = until_restart.saturating_sub(1);
                for component in &mut self.components {
                    let [dc, ac] = component.tables;
                    let dc = self.codes[0].get(dc)?.as_ref()?;
                    let ac = self.codes[1].get(ac)?.as_ref()?;
                    component.decode_mcu(&mut bits, [dc, ac], column, stride)?;
                }
            }
            // Grey in place of what is missing must not pass for skin.
            if bits.ran_out() {
                return None;
            }
            let left = picture.height - (row * lines).min(picture.height);
            write(&self.components, stride, left.min(lines), picture);
        }
        Some(())
    }
}

impl Component {
    /// The component's blocks of one MCU.
    #[inline(always)]
    fn decode_mcu(&mut self, bits: &mut Bits<'_>, codes: [&Codes; 2], column: usize, stride: usize) -> Option<()> {
        let ([across, down], [wide, high]) = (self.blocks, self.tile);
        for block in 0..across * down {
            let (x, y) = (column * across + block % across, block / across);
            let mut values = [0.0; 64];
            let flat = self.decode_block(bits, codes, &mut values)?;
            let out = &mut self.band[y * high * stride + x * wide..];
            if flat {
                let level = (values[0] * 0.125 + 128.5).clamp(0.0, 255.0) as u8;
                for line in out.chunks_mut(stride).take(high) {
                    line[..wide].fill(level);
                }
            } else {
                (self.turn_back)(&values, out, stride);
            }
        }
        Some(())
    }

    /// The coefficients of one block that the smaller picture has; whether there is only the first.
    #[inline(always)]
    fn decode_block(&mut self, bits: &mut Bits<'_>, [dc, ac]: [&Codes; 2], values: &mut [f32; 64]) -> Option<bool> {
        let (size, difference) = bits.symbol(dc)?;
        if size > 11 {
            return None;
        }
        self.last_dc = self.last_dc.wrapping_add(difference);
        values[0] = self.last_dc as f32 * self.factors[0];
        let (mut k, mut flat) = (1, true);
        while k < 64 {
            let (symbol, value) = bits.symbol(ac)?;
            let run = usize::from(symbol >> 4);
            if symbol & 15 == 0 {
                if run < 15 {
                    break;
                }
                k += 16;
                continue;
            }
            k += run;
            let factor = *self.factors.get(k)?;
            if factor != 0.0 {
                values[usize::from(ZIGZAG[k])] = value as f32 * factor;
                flat = false;
            }
            k += 1;
        }
        Some(flat)
    }
}

/// `cos((2x + 1)·u·π / 2n)` with the weights of the DCT of 8: what a smaller DCT turns the same coefficients back with.
const fn basis<const N: usize>() -> [[f32; N]; N] {
    // cos(k·π/16); Rust has no cosine in constants.
    const COSINES: [f64; 9] = [
        1.0,
        0.980_785_280_403_230_4,
        0.923_879_532_511_286_7,
        0.831_469_612_302_545_2,
        std::f64::consts::FRAC_1_SQRT_2,
        0.555_570_233_019_602_2,
        0.382_683_432_365_089_8,
        0.195_090_322_016_128_3,
        0.0,
    ];
    let mut table = [[0.0; N]; N];
    let mut x = 0;
    while x < N {
        let mut u = 0;
        while u < N {
            // In sixteenths of a half turn.
            let angle = (2 * x + 1) * u * (8 / N) % 32;
            let angle = if angle > 16 { 32 - angle } else { angle };
            let cosine = if angle > 8 {
                -COSINES[16 - angle]
            } else {
                COSINES[angle]
            };
            let weight = if u == 0 { 0.353_553_390_593_273_8 } else { 0.5 };
            table[u][x] = (cosine * weight) as f32;
            u += 1;
        }
        x += 1;
    }
    table
}

/// Turns a block's coefficients back into a tile of `W` by `H` levels.
fn tile<const W: usize, const H: usize>(values: &[f32; 64], out: &mut [u8], stride: usize) {
    let (across, down) = (const { basis::<W>() }, const { basis::<H>() });
    let mut sums = [[128.5f32; W]; H];
    for v in 0..H {
        let mut line = [0.0f32; W];
        for u in 0..W {
            let value = values[v * 8 + u];
            for x in 0..W {
                line[x] += value * across[u][x];
            }
        }
        for y in 0..H {
            for x in 0..W {
                sums[y][x] += line[x] * down[v][y];
            }
        }
    }
    for (line, sums) in out.chunks_mut(stride).zip(&sums) {
        for (out, sum) in line.iter_mut().zip(sums) {
            *out = sum.clamp(0.0, 255.0) as u8;
        }
    }
}

/// Adds a band's lines to the picture, in RGB if it has colours (JFIF's: BT.601, full range).
fn write(components: &[Component], stride: usize, lines: usize, picture: &mut Scaled) {
    for line in 0..lines {
        let from = line * stride;
        let part = |component: &Component| from..from + picture.width.min(component.band.len());
        match components {
            [y, cb, cr] => {
                let [y, cb, cr] = [y, cb, cr].map(|component| &component.band[part(component)]);
                let start = picture.pixels.len();
                picture.pixels.resize(start + picture.width * 3, 0);
                let pixels = picture.pixels[start..].as_chunks_mut::<3>().0;
                for (pixel, ((y, cb), cr)) in pixels.iter_mut().zip(y.iter().zip(cb).zip(cr)) {
                    let level = i32::from(*y) * 65536 + 32768;
                    let [cb, cr] = [cb, cr].map(|c| i32::from(*c) - 128);
                    // 1.402, 0.344136, 0.714136 and 1.772 in 1/65,536.
                    let rgb = [
                        level + 91881 * cr,
                        level - 22554 * cb - 46802 * cr,
                        level + 116_130 * cb,
                    ];
                    *pixel = rgb.map(|value| (value >> 16).clamp(0, 255) as u8);
                }
            }
            [grey, ..] => picture.pixels.extend_from_slice(&grey.band[part(grey)]),
            [] => {}
        }
    }
}
