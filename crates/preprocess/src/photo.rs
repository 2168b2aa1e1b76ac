//! Photo files to upright RGB, within limits, with every piece of metadata left behind.

use std::io::{Cursor, Read};
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat};

use crate::frame::Frame;
use crate::limits::Limits;
use crate::{Error, Result};

/// A decoded photo: upright RGB pixels and nothing else.
///
/// The EXIF orientation is applied; place, time, camera and all other metadata are dropped with the file's bytes.
#[derive(Clone)]
pub struct Photo {
    pixels: Vec<u8>,
    width: u32,
    height: u32,
}

impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Photo({}x{})", self.width, self.height)
    }
}

impl Photo {
    /// Reads and decodes a JPEG or PNG file.
    ///
    /// # Errors
    /// A missing path, a directory, and everything [`Photo::decode`] refuses.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self> {
        Self::decode(&read_file(path, limits)?, limits)
    }

    /// Decodes a JPEG or PNG held in memory.
    ///
    /// # Errors
    /// No bytes, an unknown format, a header beyond `limits` (nothing is decoded then), damaged or cut data.
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self> {
        limits.check_bytes(bytes.len() as u64)?;
        match image::guess_format(bytes) {
            Ok(ImageFormat::Jpeg) => decode_jpeg(bytes, limits),
            Ok(ImageFormat::Png) => {
                let decoder = image::codecs::png::PngDecoder::with_limits(Cursor::new(bytes), image_limits(limits))
                    .map_err(|error| damaged("PNG", &error))?;
                finish("PNG", decoder, limits)
            }
            Ok(ImageFormat::WebP) => Err(Error::Unsupported("WebP")),
            Ok(ImageFormat::Gif) => Err(Error::Unsupported("GIF")),
            Ok(ImageFormat::Tiff) => Err(Error::Unsupported("TIFF")),
            Ok(ImageFormat::Bmp) => Err(Error::Unsupported("BMP")),
            _ if is_heif(bytes) => Err(Error::Unsupported("HEIC/AVIF")),
            _ => Err(Error::UnknownFormat),
        }
    }

    /// From pixels already decoded elsewhere: packed upright RGB.
    ///
    /// # Errors
    /// A side of 0 or a buffer that is too short.
    pub fn from_rgb8(pixels: Vec<u8>, width: u32, height: u32) -> Result<Self> {
        Frame::rgb8(&pixels, width, height)?;
        Ok(Self { pixels, width, height })
    }

    /// The photo as a frame.
    pub fn frame(&self) -> Frame<'_> {
        Frame::packed_rgb(&self.pixels, self.width, self.height)
    }

    /// Upright width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Upright height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Packed upright RGB, `width * height * 3` bytes.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }
}

fn read_file(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    let failed = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if !about.is_file() {
        return Err(Error::NotAFile(path.to_owned()));
    }
    limits.check_bytes(about.len())?;
    let mut bytes = Vec::with_capacity(about.len() as usize);
    // The file may grow while it is read; the limit holds all the same.
    file.by_ref()
        .take(limits.max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

fn decode_jpeg(bytes: &[u8], limits: &Limits) -> Result<Photo> {
    let decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(bytes)).map_err(|error| damaged("JPEG", &error))?;
    let (width, height) = decoder.dimensions();
    limits.check_size(width.into(), height.into())?;
    if !ends_properly(bytes) {
        return Err(Error::Damaged {
            format: "JPEG",
            reason: "no end-of-image marker; the file was cut short".into(),
        });
    }
    finish("JPEG", decoder, limits)
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
                .is_some_and(|scan| scan.windows(2).any(|pair| pair == [0xff, 0xd9]));
        }
    }
    false
}

fn finish(format: &'static str, mut decoder: impl ImageDecoder, limits: &Limits) -> Result<Photo> {
    let (width, height) = decoder.dimensions();
    limits.check_size(width.into(), height.into())?;
    if width == 0 || height == 0 {
        return Err(Error::EmptyFrame { width, height });
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| damaged(format, &error))?;
    picture.apply_orientation(orientation);
    let picture = picture.into_rgb8();
    let (width, height) = picture.dimensions();
    Ok(Photo {
        pixels: picture.into_raw(),
        width,
        height,
    })
}

fn image_limits(limits: &Limits) -> image::Limits {
    let mut all = image::Limits::default();
    // 16 bits and alpha: eight bytes a pixel at most.
    all.max_alloc = Some(limits.max_pixels.saturating_mul(8));
    all
}

fn damaged(format: &'static str, error: &image::ImageError) -> Error {
    Error::Damaged {
        format,
        reason: error.to_string(),
    }
}

fn is_heif(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp")
        && matches!(
            bytes.get(8..12),
            Some(b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1" | b"avif")
        )
}
