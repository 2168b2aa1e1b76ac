use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What a picture file may cost, checked from its header before anything is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Largest file in bytes. Default 64 MiB.
    pub max_bytes: u64,
    /// Largest area in pixels. Default 64 million (a 48 MP phone photo passes).
    pub max_pixels: u64,
    /// Longest side in pixels. Default 16,384.
    pub max_side: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_pixels: 64_000_000,
            max_side: 16_384,
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

    pub(crate) fn check_size(&self, width: u64, height: u64) -> Result<()> {
        let side = u64::from(self.max_side);
        if width > side || height > side || width.saturating_mul(height) > self.max_pixels {
            return Err(Error::TooManyPixels {
                width,
                height,
                max_side: self.max_side,
                max_pixels: self.max_pixels,
            });
        }
        Ok(())
    }
}
