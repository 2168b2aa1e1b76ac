//! What a picture file may cost.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What a picture file may cost, checked from its header before anything is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Largest file in bytes. Default 128 MiB.
    pub max_bytes: u64,
    /// Most pixels that are decoded. Default 64 million: 192 MB, and up to 512 MB of coefficients while a progressive JPEG is
    /// read. A JPEG of more is decoded at 1/2, 1/4 or 1/8 of its size.
    pub max_pixels: u64,
    /// Longest side of the file's picture in pixels. Default 16,384.
    pub max_side: u32,
    /// Most pixels of the file's picture. Default 256 million (phones' 200 MP photos pass).
    pub max_file_pixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 128 << 20,
            max_pixels: 64_000_000,
            max_side: 16_384,
            max_file_pixels: 256_000_000,
        }
    }
}

impl Limits {
    pub(crate) fn check_bytes(&self, got: u64) -> Result<()> {
        if got == 0 {
            return Err(Error::EmptyFile);
        }
        if got > self.max_bytes {
            return Err(Error::TooManyBytes {
                got,
                limit: self.max_bytes,
            });
        }
        Ok(())
    }

    /// For a picture of which all pixels are decoded.
    pub(crate) fn check_size(&self, width: u64, height: u64) -> Result<()> {
        self.check_file_size([width, height])?;
        if width * height > self.max_pixels {
            return Err(self.too_large(width, height));
        }
        Ok(())
    }

    /// For a picture that may be decoded smaller.
    pub(crate) fn check_file_size(&self, [width, height]: [u64; 2]) -> Result<()> {
        let side = u64::from(self.max_side);
        if width > side || height > side || width * height > self.max_file_pixels {
            return Err(self.too_large(width, height));
        }
        Ok(())
    }

    pub(crate) fn too_large(&self, width: u64, height: u64) -> Error {
        Error::TooManyPixels {
            width,
            height,
            max_side: self.max_side,
            max_pixels: self.max_pixels.min(self.max_file_pixels),
        }
    }
}
