//! Photo files to upright RGB, within limits, with every piece of metadata left behind.

use std::io::Read;
use std::path::Path;

use image::metadata::Orientation;
use image::{RgbImage, imageops};

use crate::frame::Frame;
use crate::photo::format::{self, Format};
use crate::photo::limits::Limits;
use crate::photo::raster::Decoded;
use crate::photo::{color_profile, jpeg, png, webp};
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
    /// Reads and decodes a JPEG, PNG or WebP file.
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

    /// Decodes a JPEG, PNG or WebP held in memory.
    ///
    /// Colors are brought to sRGB by the file's ICC profile of any kind, and by a PNG's `cICP`, or `gAMA` and `cHRM`,
    /// unless these say sRGB; a profile that cannot be read is as good as none. Transparency is left out. A JPEG of more
    /// pixels than [`Limits::max_pixels`] is decoded at 1/2, 1/4 or 1/8: [`Photo::scale`] says so.
    ///
    /// # Errors
    /// No bytes, an unknown format or one that is not read, by its name, a header beyond `limits` (nothing is decoded
    /// then), data that are damaged or end early.
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self> {
        Self::decode_for(bytes, limits, u32::MAX)
    }

    /// Decodes a JPEG at 1/8, 1/4, 1/2 or full size, the smallest whose shorter side is still `least_side` pixels or
    /// more, and at none that has more pixels than the limits allow; [`Photo::scale`] says which. Pixels come straight from
    /// the DCT coefficients and are means of the whole picture's. Other formats stay whole.
    ///
    /// # Errors
    /// As [`Photo::decode`].
    pub fn decode_for(bytes: &[u8], limits: &Limits, least_side: u32) -> Result<Self> {
        limits.check_bytes(bytes.len() as u64)?;
        let decoded = match format::recognize(bytes)? {
            Format::Jpeg => jpeg::decode(bytes, limits, least_side)?,
            Format::Png => png::decode(bytes, limits)?,
            Format::WebP => webp::decode(bytes, limits)?,
        };
        Self::finish(decoded)
    }

    fn finish(decoded: Decoded) -> Result<Self> {
        let (width, height) = (decoded.raster.width, decoded.raster.height);
        if width == 0 || height == 0 {
            return Err(Error::EmptyFrame { width, height });
        }
        let pixels = color_profile::to_srgb(decoded.raster, decoded.profile)?;
        let picture = RgbImage::from_raw(width, height, pixels).ok_or(Error::EmptyFrame { width, height })?;
        let (picture, is_turned) = upright(picture, decoded.orientation.unwrap_or(Orientation::NoTransforms));
        let (wide, high) = decoded.file_size;
        let (width, height) = picture.dimensions();
        Ok(Self {
            pixels: picture.into_raw(),
            width,
            height,
            file_size: if is_turned { (high, wide) } else { (wide, high) },
            scale: decoded.scale,
        })
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
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(Error::NotAFile(path.to_owned()));
    }
    limits.check_bytes(metadata.len())?;
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    // The file may grow while it is read; the limit holds all the same.
    std::fs::File::open(path)
        .map_err(failed)?
        .take(limits.max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

/// The pixels the right way up, and whether width and height changed places.
fn upright(picture: RgbImage, orientation: Orientation) -> (RgbImage, bool) {
    use Orientation::{
        FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270, Rotate270FlipH,
    };
    let mut picture = match orientation {
        Rotate90 | Rotate90FlipH => imageops::rotate90(&picture),
        Rotate270 | Rotate270FlipH => imageops::rotate270(&picture),
        _ => picture,
    };
    match orientation {
        FlipHorizontal | Rotate90FlipH | Rotate270FlipH => imageops::flip_horizontal_in_place(&mut picture),
        FlipVertical => imageops::flip_vertical_in_place(&mut picture),
        Rotate180 => imageops::rotate180_in_place(&mut picture),
        NoTransforms | Rotate90 | Rotate270 => {}
    }
    let is_turned = matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH);
    (picture, is_turned)
}
