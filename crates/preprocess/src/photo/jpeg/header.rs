//! What a JPEG says before and between its scans: the frame, the tables, and how colors are meant.

use super::fault::{Fault, damaged};
use super::huffman::HuffmanTable;
use super::segments::Segment;

/// Tables, which may change between scans, and what applications add.
#[derive(Default)]
pub(super) struct Header<'a> {
    pub frame: Option<FrameHeader>,
    pub quantization: [Option<[u16; 64]>; 4],
    /// DC and AC.
    pub huffman: [[Option<HuffmanTable>; 4]; 2],
    /// MCUs between restarts; 0: none.
    pub restart: usize,
    pub exif: Option<&'a [u8]>,
    /// Parts of the color profile: number, how many there are, and bytes.
    profile: Vec<(u8, u8, &'a [u8])>,
    has_jfif: bool,
    adobe_transform: Option<u8>,
}

/// T.81's frame header.
pub(super) struct FrameHeader {
    pub is_progressive: bool,
    pub width: usize,
    pub height: usize,
    pub components: Vec<Component>,
    /// The largest sampling factors, across and down.
    pub most: [usize; 2],
}

/// One color component.
#[derive(Clone, Copy)]
pub(super) struct Component {
    pub id: u8,
    /// Sampling factors, across and down: blocks of one MCU.
    pub sampling: [usize; 2],
    pub quantization: usize,
}

/// What the components are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColorTransform {
    Gray,
    Rgb,
    YCbCr,
    Cmyk,
    /// CMY as YCbCr, and K.
    Ycck,
}

impl FrameHeader {
    /// MCUs of the whole picture, across and down.
    pub fn mcus(&self) -> [usize; 2] {
        [0, 1].map(|axis| self.size()[axis].div_ceil(8 * self.most[axis]))
    }

    /// Blocks of a component that hold its samples, without those that only fill up MCUs.
    pub fn blocks(&self, index: usize) -> [usize; 2] {
        [0, 1].map(|axis| {
            let (sampling, most) = (self.components[index].sampling[axis], self.most[axis]);
            (self.size()[axis] * sampling).div_ceil(most * 8)
        })
    }

    pub fn size(&self) -> [usize; 2] {
        [self.width, self.height]
    }
}

impl<'a> Header<'a> {
    /// Takes in any segment but a scan's or the last one.
    pub fn read(&mut self, segment: &Segment<'a>) -> Result<(), Fault> {
        let payload = segment.payload;
        match segment.marker {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => self.read_frame(segment.marker, payload)?,
            0xc4 => self
                .read_huffman(payload)
                .ok_or(damaged("a Huffman table is unusable"))?,
            0xdb => self
                .read_quantization(payload)
                .ok_or(damaged("a quantization table is unusable"))?,
            0xdd => match payload {
                [high, low] => self.restart = usize::from(u16::from_be_bytes([*high, *low])),
                _ => return Err(damaged("the restart interval is unusable")),
            },
            0xde | 0xdf => return Err(Fault::Unsupported("hierarchical JPEG")),
            // libjpeg's lengths, so that what it takes for a marker of these is one here.
            0xe0 => self.has_jfif |= payload.starts_with(b"JFIF\0") && payload.len() >= 14,
            0xe1 => {
                if let Some(exif) = payload.strip_prefix(b"Exif\0\0") {
                    // The first one counts.
                    self.exif.get_or_insert(exif);
                }
            }
            0xe2 => {
                if let Some(&[number, count, ref part @ ..]) = payload.strip_prefix(b"ICC_PROFILE\0") {
                    self.profile.push((number, count, part));
                }
            }
            0xee => {
                if let Some(&[_, _, _, _, _, _, transform, ..]) = payload.strip_prefix(b"Adobe") {
                    self.adobe_transform = Some(transform);
                }
            }
            // Arithmetic conditioning, comments, and what applications add.
            0xcc | 0xdc | 0xe3..=0xfe => {}
            _ => return Err(damaged("there is a marker that JPEG does not have")),
        }
        Ok(())
    }

    fn read_frame(&mut self, marker: u8, payload: &[u8]) -> Result<(), Fault> {
        let kind = match marker {
            0xc0..=0xc2 => None,
            0xc3 => Some("lossless JPEG (SOF3)"),
            0xc5..=0xc7 => Some("hierarchical JPEG (SOF5 to SOF7)"),
            0xc9 => Some("arithmetic-coded JPEG (SOF9)"),
            0xca => Some("arithmetic-coded progressive JPEG (SOF10)"),
            _ => Some("arithmetic-coded lossless or hierarchical JPEG (SOF11 to SOF15)"),
        };
        if let Some(kind) = kind {
            return Err(Fault::Unsupported(kind));
        }
        if self.frame.is_some() {
            return Err(damaged("there are two frame headers"));
        }
        let unusable = damaged("the frame header is unusable");
        let (&[bits, h1, h0, w1, w0, count], components) = payload.split_first_chunk().ok_or(unusable)?;
        if bits == 12 {
            return Err(Fault::Unsupported("12-bit JPEG"));
        }
        let (height, width) = (u16::from_be_bytes([h1, h0]), u16::from_be_bytes([w1, w0]));
        if height == 0 && width > 0 {
            return Err(Fault::Unsupported("JPEG whose height is said after the picture (DNL)"));
        }
        if bits != 8 || width == 0 || count == 0 || components.len() != 3 * usize::from(count) {
            return Err(unusable);
        }
        if !matches!(count, 1 | 3 | 4) {
            return Err(Fault::Unsupported("JPEG of two or more than four components"));
        }
        let mut all = Vec::new();
        for &[id, sampling, quantization] in components.as_chunks().0 {
            let sampling = [usize::from(sampling >> 4), usize::from(sampling & 15)];
            if sampling.iter().any(|factor| !(1..=4).contains(factor)) || quantization > 3 {
                return Err(unusable);
            }
            all.push(Component {
                id,
                // A picture of one component has one block an MCU, whatever it says.
                sampling: if count == 1 { [1, 1] } else { sampling },
                quantization: usize::from(quantization),
            });
        }
        let most = [0, 1].map(|axis| all.iter().map(|c| c.sampling[axis]).max().unwrap_or(1));
        self.frame = Some(FrameHeader {
            is_progressive: marker == 0xc2,
            width: usize::from(width),
            height: usize::from(height),
            components: all,
            most,
        });
        Ok(())
    }

    fn read_huffman(&mut self, mut payload: &[u8]) -> Option<()> {
        while let Some((&[kind], rest)) = payload.split_first_chunk() {
            let (counts, symbols) = rest.split_first_chunk::<16>()?;
            let total = counts.iter().map(|count| usize::from(*count)).sum();
            let tables = self.huffman.get_mut(usize::from(kind >> 4))?;
            *tables.get_mut(usize::from(kind & 15))? = Some(HuffmanTable::new(counts, symbols.get(..total)?)?);
            payload = &symbols[total..];
        }
        Some(())
    }

    fn read_quantization(&mut self, mut payload: &[u8]) -> Option<()> {
        while let Some((&[kind], rest)) = payload.split_first_chunk() {
            let slot = self.quantization.get_mut(usize::from(kind & 15))?;
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
            payload = after;
        }
        Some(())
    }

    /// What the components are, by the rules of libjpeg (`default_decompress_parms`), which browsers share: JFIF's marker
    /// says YCbCr, else Adobe's says what it says, else the components' names are asked.
    pub fn color_transform(&self, components: &[Component]) -> ColorTransform {
        match (components.len(), self.adobe_transform) {
            (1, _) => ColorTransform::Gray,
            (3, _) if self.has_jfif => ColorTransform::YCbCr,
            (3, Some(0)) => ColorTransform::Rgb,
            (3, Some(_)) => ColorTransform::YCbCr,
            (3, None) if components.iter().map(|c| c.id).eq(*b"RGB") => ColorTransform::Rgb,
            (3, None) => ColorTransform::YCbCr,
            (_, Some(0) | None) => ColorTransform::Cmyk,
            (_, Some(_)) => ColorTransform::Ycck,
        }
    }

    /// The color profile, if all its parts are there, each once.
    pub fn profile(&self) -> Option<Vec<u8>> {
        let mut parts = self.profile.clone();
        parts.sort_unstable_by_key(|part| part.0);
        let count = parts.len();
        let is_whole = (1..)
            .zip(&parts)
            .all(|(at, part)| usize::from(part.0) == at && usize::from(part.1) == count);
        (count > 0 && is_whole).then(|| parts.iter().flat_map(|part| part.2).copied().collect())
    }
}
