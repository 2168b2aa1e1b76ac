//! What decoders hand over: samples as stored, and what the file says of them.

use image::metadata::Orientation;
use moxcms::ColorProfile;

/// How a file's samples are meant.
#[derive(Debug)]
pub(crate) enum SourceProfile {
    /// An embedded ICC profile.
    Icc(Vec<u8>),
    /// What other words of the file say.
    Said(Box<ColorProfile>),
}

/// What the samples of a pixel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colors {
    /// One sample.
    Gray,
    /// Three samples.
    Rgb,
    /// Four samples, 255 where there is no ink, as Adobe writes them.
    InvertedCmyk,
}

/// Samples of 8 bits, pixel by pixel, row by row, as stored.
#[derive(Debug)]
pub(crate) struct Raster {
    pub width: u32,
    pub height: u32,
    pub colors: Colors,
    pub samples: Vec<u8>,
}

/// A decoded file.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub raster: Raster,
    /// How the samples become light; sRGB where nothing says so.
    pub profile: Option<SourceProfile>,
    pub orientation: Option<Orientation>,
    /// The file's own width and height, as stored.
    pub file_size: (u32, u32),
    /// Pixels of the raster to one of the file.
    pub scale: f32,
}
