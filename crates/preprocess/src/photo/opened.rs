//! Photo files to upright RGB, within limits, with every piece of metadata left behind.

use std::io::{Cursor, Read};
use std::path::Path;

use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, ImageFormat, RgbImage, imageops};

use crate::frame::Frame;
use crate::photo::jpeg;
use crate::photo::limits::Limits;
use crate::{Error, Result};

/// A decoded photo: upright RGB pixels and nothing else.
///
/// The EXIF orientation is applied; place, time, camera and all other metadata are dropped with the file's bytes.
#[derive(Clone)]
pub struct Photo {
    pixels: Vec<u8>,
    width: u32,
    height: u32,
    file_size: (u32, u32),
    scale: f32,
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

    /// [`Photo::open`] that may stop at a smaller size: see [`Photo::decode_for`].
    ///
    /// # Errors
    /// As [`Photo::open`].
    pub fn open_for(path: &Path, limits: &Limits, least_side: u32) -> Result<Self> {
        Self::decode_for(&read_file(path, limits)?, limits, least_side)
    }

    /// Decodes a JPEG or PNG held in memory.
    ///
    /// Colours of another RGB space (Display P3, Adobe RGB) are brought to sRGB by the file's ICC profile, where that is a
    /// matrix and three curves, as cameras' and phones' are. By any other the colours stay as they are.
    ///
    /// # Errors
    /// No bytes, an unknown format, a header beyond `limits` (nothing is decoded then), damaged or cut data.
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self> {
        Self::decode_for(bytes, limits, u32::MAX)
    }

    /// Decodes a JPEG at 1/8, 1/4, 1/2 or full size, the smallest whose shorter side is still `least_side` pixels or
    /// more; [`Photo::scale`] says which. A baseline picture, which is what cameras make, comes straight from its DCT
    /// coefficients: half the time and a small part of the memory. Others (progressive, CMYK) are decoded whole and averaged.
    /// Other formats stay whole.
    ///
    /// # Errors
    /// As [`Photo::decode`].
    pub fn decode_for(bytes: &[u8], limits: &Limits, least_side: u32) -> Result<Self> {
        limits.check_bytes(bytes.len() as u64)?;
        let raw = match image::guess_format(bytes) {
            Ok(ImageFormat::Jpeg) => jpeg::decode(bytes, limits, least_side)?,
            Ok(ImageFormat::Png) => Raw::png(bytes, limits)?,
            Ok(ImageFormat::WebP) => return Err(Error::Unsupported("WebP")),
            Ok(ImageFormat::Gif) => return Err(Error::Unsupported("GIF")),
            Ok(ImageFormat::Tiff) => return Err(Error::Unsupported("TIFF")),
            Ok(ImageFormat::Bmp) => return Err(Error::Unsupported("BMP")),
            _ if is_heif(bytes) => return Err(Error::Unsupported("HEIC/AVIF")),
            _ => return Err(Error::UnknownFormat),
        };
        Ok(raw.finish())
    }

    /// From pixels already decoded elsewhere: packed upright RGB.
    ///
    /// # Errors
    /// A side of 0 or a buffer that is too short.
    pub fn from_rgb8(pixels: Vec<u8>, width: u32, height: u32) -> Result<Self> {
        Frame::rgb8(&pixels, width, height)?;
        Ok(Self {
            pixels,
            width,
            height,
            file_size: (width, height),
            scale: 1.0,
        })
    }

    /// The photo as a frame, of as many pixels as it was decoded to.
    pub fn frame(&self) -> Frame<'_> {
        Frame::packed_rgb(&self.pixels, self.width, self.height)
    }

    /// Upright width in pixels, as decoded.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Upright height in pixels, as decoded.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Width and height of the file's picture, upright: what [`Photo::decode`] would give.
    pub fn file_size(&self) -> (u32, u32) {
        self.file_size
    }

    /// Pixels of this photo to one pixel of the file: 1, 1/2, 1/4 or 1/8. [`crate::Roi::in_scaled_picture`] takes it.
    pub fn scale(&self) -> f32 {
        self.scale
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
    // Before it is opened: opening a pipe waits for its writer.
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() {
        return Err(Error::NotAFile(path.to_owned()));
    }
    limits.check_bytes(about.len())?;
    let mut bytes = Vec::with_capacity(about.len() as usize);
    // The file may grow while it is read; the limit holds all the same.
    std::fs::File::open(path)
        .map_err(failed)?
        .take(limits.max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

/// Decoded pixels that are not upright sRGB yet.
///
/// Brought to RGB first: `image` has every step for ten kinds of pixels, and what is not named here is not linked.
pub(crate) struct Raw {
    pub picture: RgbImage,
    pub orientation: Orientation,
    pub profile: Option<Vec<u8>>,
    /// The file's own width and height, as stored.
    pub file_size: (u32, u32),
    pub scale: f32,
}

impl Raw {
    fn png(bytes: &[u8], limits: &Limits) -> Result<Self> {
        let mut decoder = image::codecs::png::PngDecoder::with_limits(Cursor::new(bytes), image_limits(limits))
            .map_err(|error| damaged("PNG", &error))?;
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let profile = decoder.icc_profile().ok().flatten();
        Ok(Self {
            file_size: decoder.dimensions(),
            picture: decode("PNG", decoder, limits)?,
            orientation,
            profile,
            scale: 1.0,
        })
    }

    fn finish(self) -> Photo {
        use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
        let file_size = match (self.orientation, self.file_size) {
            (Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH, (wide, high)) => (high, wide),
            (_, size) => size,
        };
        let mut picture = match self.orientation {
            Rotate90 | Rotate90FlipH => imageops::rotate90(&self.picture),
            Rotate270 | Rotate270FlipH => imageops::rotate270(&self.picture),
            _ => self.picture,
        };
        match self.orientation {
            Orientation::FlipHorizontal | Rotate90FlipH | Rotate270FlipH => {
                imageops::flip_horizontal_in_place(&mut picture);
            }
            Orientation::FlipVertical => imageops::flip_vertical_in_place(&mut picture),
            Orientation::Rotate180 => imageops::rotate180_in_place(&mut picture),
            Orientation::NoTransforms | Rotate90 | Rotate270 => {}
        }
        let (width, height) = picture.dimensions();
        if let Some(profile) = self.profile {
            crate::photo::color_profile::to_srgb(&profile, &mut picture);
        }
        Photo {
            pixels: picture.into_raw(),
            width,
            height,
            file_size,
            scale: self.scale,
        }
    }
}

/// Every pixel of a picture, as RGB, once its size was held against the limits.
pub(crate) fn decode(format: &'static str, decoder: impl ImageDecoder, limits: &Limits) -> Result<RgbImage> {
    let (width, height) = decoder.dimensions();
    limits.check_size(width.into(), height.into())?;
    if width == 0 || height == 0 {
        return Err(Error::EmptyFrame { width, height });
    }
    let colour = decoder.color_type();
    let mut samples = vec![0; usize::try_from(decoder.total_bytes()).unwrap_or(usize::MAX)];
    decoder
        .read_image(&mut samples)
        .map_err(|error| damaged(format, &error))?;
    rgb(samples, colour)
        .and_then(|pixels| RgbImage::from_raw(width, height, pixels))
        .ok_or(Error::Unsupported("floating-point"))
}

/// Pixels of another kind as RGB: grey three times, without alpha, and 16 bits rounded to 8. `None` for other depths.
fn rgb(samples: Vec<u8>, colour: ColorType) -> Option<Vec<u8>> {
    let rounded = |high, low| ((u32::from(u16::from_ne_bytes([high, low])) + 128) / 257) as u8;
    let samples: Vec<u8> = match colour.bytes_per_pixel() / colour.channel_count() {
        1 => samples,
        2 => samples.as_chunks().0.iter().map(|&[a, b]| rounded(a, b)).collect(),
        _ => return None,
    };
    Some(match colour.channel_count() {
        1 => samples.iter().flat_map(|&grey| [grey; 3]).collect(),
        2 => samples.as_chunks().0.iter().flat_map(|&[grey, _]| [grey; 3]).collect(),
        4 => samples
            .as_chunks()
            .0
            .iter()
            .flat_map(|&[r, g, b, _]| [r, g, b])
            .collect(),
        _ => samples,
    })
}

fn image_limits(limits: &Limits) -> image::Limits {
    let mut all = image::Limits::default();
    // 16 bits and alpha: eight bytes a pixel at most.
    all.max_alloc = Some(limits.max_pixels.saturating_mul(8));
    all
}

pub(crate) fn damaged(format: &'static str, error: &image::ImageError) -> Error {
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
