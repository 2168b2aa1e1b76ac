//! JPEG, whole or scaled down in the DCT domain.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, RgbImage};
use jpeg_decoder::PixelFormat;

use crate::limits::Limits;
use crate::photo::{Raw, damaged};
use crate::scaled_jpeg;
use crate::{Error, Result};

/// Checks the header and the end, then decodes at the smallest size with `least_side` pixels.
pub(crate) fn decode(bytes: &[u8], limits: &Limits, least_side: u32) -> Result<Raw> {
    let mut decoder =
        image::codecs::jpeg::JpegDecoder::new(Cursor::new(bytes)).map_err(|error| damaged("JPEG", &error))?;
    let (width, height) = decoder.dimensions();
    limits.check_size(width.into(), height.into())?;
    let Some(coding) = coding(bytes) else {
        return Err(Error::Damaged {
            format: "JPEG",
            reason: "no end-of-image marker; the file was cut short".into(),
        });
    };
    let least = u64::from(least_side.max(1));
    // Sizes are rounded up.
    let enough = |side: &usize| u64::from(width.min(height)) * *side as u64 >= 8 * least - 7;
    let Some(side) = [1, 2, 4].into_iter().find(enough) else {
        return Raw::read("JPEG", decoder, limits);
    };
    if let Some(scaled) = scaled_jpeg::decode(bytes, [width as usize, height as usize], side)
        && let Some(picture) = picture(
            scaled.channels,
            scaled.width as u32,
            scaled.height as u32,
            scaled.pixels,
        )
    {
        return Ok(Raw {
            picture,
            orientation: decoder.orientation().unwrap_or(Orientation::NoTransforms),
            profile: decoder.icc_profile().ok().flatten(),
            file_size: (width, height),
            scale: side as f32 / 8.0,
        });
    }
    // A baseline picture that was given up is not sound: what `image` makes of it whole is what it shows.
    let scaled = match coding {
        Coding::Progressive => decode_scaled(bytes, (width, height), least_side),
        Coding::Other => None,
    };
    match scaled {
        Some(raw) => Ok(raw),
        None => Raw::read("JPEG", decoder, limits),
    }
}

fn picture(channels: usize, width: u32, height: u32, pixels: Vec<u8>) -> Option<DynamicImage> {
    match channels {
        1 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        _ => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
    }
}

/// Progressive pictures. `None` for what this decoder does not read (CMYK, 12 bits, arithmetic coding): `image`'s may.
fn decode_scaled(bytes: &[u8], size: (u32, u32), least_side: u32) -> Option<Raw> {
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
    let orientation = decoder
        .exif_data()
        .and_then(Orientation::from_exif_chunk)
        .unwrap_or(Orientation::NoTransforms);
    Some(Raw {
        picture,
        orientation,
        profile: decoder.icc_profile(),
        file_size: size,
        scale: 1.0 / step,
    })
}

/// How a file's coefficients lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Progressive,
    Other,
}

/// How a file is coded, if an end-of-image marker follows the first scan's start. Decoders fill a missing rest with grey,
/// which must not pass for skin.
fn coding(bytes: &[u8]) -> Option<Coding> {
    let (mut at, mut coding) = (2, Coding::Other);
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        if marker == 0xff {
            at += 1;
            continue;
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
        if marker == 0xc2 {
            coding = Coding::Progressive;
        }
        if marker == 0xda {
            let ends = bytes.get(at..)?.windows(2).rev().any(|pair| pair == [0xff, 0xd9]);
            return ends.then_some(coding);
        }
    }
    None
}
