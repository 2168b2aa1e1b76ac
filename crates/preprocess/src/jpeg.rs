//! JPEG, whole or scaled down in the DCT domain.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, RgbImage};
use jpeg_decoder::PixelFormat;

use crate::limits::Limits;
use crate::photo::{Raw, damaged};
use crate::{Error, Result};

/// Checks the header and the end, then decodes at the smallest size with `least_side` pixels.
pub(crate) fn decode(bytes: &[u8], limits: &Limits, least_side: u32) -> Result<Raw> {
    let decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(bytes)).map_err(|error| damaged("JPEG", &error))?;
    let (width, height) = decoder.dimensions();
    limits.check_size(width.into(), height.into())?;
    if !ends_properly(bytes) {
        return Err(Error::Damaged {
            format: "JPEG",
            reason: "no end-of-image marker; the file was cut short".into(),
        });
    }
    // At half size or less the other decoder wins; at full size this one does (benches/pixels.rs).
    if width.min(height).div_ceil(2) >= least_side
        && let Some(raw) = decode_scaled(bytes, least_side)
    {
        return Ok(raw);
    }
    Raw::read("JPEG", decoder, limits)
}

/// `None` for what this decoder does not read (CMYK, 12 bits, arithmetic coding): the other one may.
fn decode_scaled(bytes: &[u8], least_side: u32) -> Option<Raw> {
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(bytes));
    decoder.read_info().ok()?;
    let info = decoder.info()?;
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
        PixelFormat::RGB24 => DynamicImage::ImageRgb8(RgbImage::from_raw(wide, high, pixels)?),
        PixelFormat::L8 => DynamicImage::ImageLuma8(GrayImage::from_raw(wide, high, pixels)?),
        _ => return None,
    };
    // Sizes are rounded up; the step is an exact power of two.
    let step = (f32::from(info.width) / f32::from(width)).log2().round().exp2();
    let orientation = decoder
        .exif_data()
        .and_then(Orientation::from_exif_chunk)
        .unwrap_or(Orientation::NoTransforms);
    Some(Raw {
        picture,
        orientation,
        profile: decoder.icc_profile(),
        scale: 1.0 / step,
    })
}

/// Whether an end-of-image marker follows the first scan's start. Decoders fill a missing rest with grey, which must
/// not pass for skin.
fn ends_properly(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        if marker == 0xff {
            at += 1;
            continue;
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
        if marker == 0xda {
            return bytes
                .get(at..)
                .is_some_and(|scan| scan.windows(2).rev().any(|pair| pair == [0xff, 0xd9]));
        }
    }
    false
}
