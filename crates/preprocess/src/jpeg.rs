//! JPEG, whole or scaled down in the DCT domain.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{ImageDecoder, RgbImage};
use jpeg_decoder::PixelFormat;

use crate::limits::Limits;
use crate::photo::{self, Raw, damaged};
use crate::scaled_jpeg;
use crate::{Error, Result};

/// Checks the header and the end, then decodes at the smallest size with `least_side` pixels.
pub(crate) fn decode(bytes: &[u8], limits: &Limits, least_side: u32) -> Result<Raw> {
    let decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(bytes)).map_err(|error| damaged("JPEG", &error))?;
    let size = decoder.dimensions();
    limits.check_size(size.0.into(), size.1.into())?;
    let Some(header) = Header::read(bytes) else {
        return Err(Error::Damaged {
            format: "JPEG",
            reason: "no end-of-image marker; the file was cut short".into(),
        });
    };
    let (picture, scale) = match scaled(bytes, size, &header, least_side) {
        Some(scaled) => scaled,
        None => (photo::decode("JPEG", decoder, limits)?, 1.0),
    };
    Ok(Raw {
        picture,
        orientation: header.orientation,
        profile: header.profile(),
        scale,
    })
}

/// The picture at 1/8, 1/4 or 1/2, and which it is; `None` if it is to be decoded whole.
fn scaled(bytes: &[u8], size: (u32, u32), header: &Header<'_>, least_side: u32) -> Option<(RgbImage, f32)> {
    let least = u64::from(least_side.max(1));
    // Sizes are rounded up.
    let enough = |side: &usize| u64::from(size.0.min(size.1)) * *side as u64 >= 8 * least - 7;
    let side = [1, 2, 4].into_iter().find(enough)?;
    let scaled = scaled_jpeg::decode(bytes, [size.0 as usize, size.1 as usize], side).and_then(|scaled| {
        let (width, height) = (scaled.width as u32, scaled.height as u32);
        picture(scaled.channels, width, height, scaled.pixels)
    });
    match scaled {
        Some(picture) => Some((picture, side as f32 / 8.0)),
        None if header.is_progressive => decode_scaled(bytes, size, least_side),
        // A baseline picture that was given up is not sound: what `image` makes of it whole is what it shows.
        None => None,
    }
}

fn picture(channels: usize, width: u32, height: u32, pixels: Vec<u8>) -> Option<RgbImage> {
    let pixels = match channels {
        1 => pixels.iter().flat_map(|&grey| [grey; 3]).collect(),
        _ => pixels,
    };
    RgbImage::from_raw(width, height, pixels)
}

/// Progressive pictures. `None` for what this decoder does not read (CMYK, 12 bits, arithmetic coding): `image`'s may.
fn decode_scaled(bytes: &[u8], size: (u32, u32), least_side: u32) -> Option<(RgbImage, f32)> {
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(bytes));
    decoder.read_info().ok()?;
    let info = decoder.info()?;
    // The size that was held against the limits.
    if (u32::from(info.width), u32::from(info.height)) != size {
        return None;
    }
    let least = u16::try_from(least_side).ok()?.max(1);
    // Either side may satisfy the decoder; one that nothing can reach leaves the choice to the shorter.
    let wanted = if info.width <= info.height {
        (least, u16::MAX)
    } else {
        (u16::MAX, least)
    };
    let (width, height) = decoder.scale(wanted.0, wanted.1).ok()?;
    let pixels = decoder.decode().ok()?;
    let (wide, high) = (u32::from(width), u32::from(height));
    let picture = match info.pixel_format {
        PixelFormat::RGB24 => picture(3, wide, high, pixels)?,
        PixelFormat::L8 => picture(1, wide, high, pixels)?,
        _ => return None,
    };
    // Sizes are rounded up; the step is an exact power of two.
    let step = (f32::from(info.width) / f32::from(width)).log2().round().exp2();
    Some((picture, 1.0 / step))
}

/// What is said before the first scan, beside what decoders read for themselves.
#[derive(Debug)]
struct Header<'a> {
    is_progressive: bool,
    orientation: Orientation,
    /// Parts of the colour profile: number, how many there are, and bytes.
    profile: Vec<(u8, u8, &'a [u8])>,
}

impl<'a> Header<'a> {
    /// Reads up to the first scan. `None` unless an end-of-image marker follows it: decoders fill a missing rest with grey,
    /// which must not pass for skin.
    ///
    /// Asked for the orientation and the profile, `image` would read all headers twice more, by other copies of its code.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut header = Self {
            is_progressive: false,
            orientation: Orientation::NoTransforms,
            profile: Vec::new(),
        };
        let mut at = 2;
        while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
            if marker == 0xff {
                at += 1;
                continue;
            }
            let start = at + 4;
            at += 2 + usize::from(u16::from_be_bytes([high, low]));
            match (marker, bytes.get(start..at).unwrap_or_default()) {
                (0xc2, _) => header.is_progressive = true,
                (0xe1, [b'E', b'x', b'i', b'f', 0, 0, exif @ ..]) => {
                    header.orientation = Orientation::from_exif_chunk(exif).unwrap_or(Orientation::NoTransforms);
                }
                (0xe2, segment) => {
                    if let Some(&[number, count, ref part @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                        header.profile.push((number, count, part));
                    }
                }
                (0xda, _) => {
                    let ends = bytes.get(at..)?.windows(2).rev().any(|pair| pair == [0xff, 0xd9]);
                    return ends.then_some(header);
                }
                _ => {}
            }
        }
        None
    }

    /// The colour profile, if all its parts are there, each once.
    fn profile(mut self) -> Option<Vec<u8>> {
        self.profile.sort_unstable_by_key(|part| part.0);
        let count = self.profile.len();
        let is_whole = (1..)
            .zip(&self.profile)
            .all(|(at, part)| usize::from(part.0) == at && usize::from(part.1) == count);
        (count > 0 && is_whole).then(|| self.profile.iter().flat_map(|part| part.2).copied().collect())
    }
}
