//! How large a pixel is.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Millimetres a pixel, and how sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PixelScale {
    /// Millimetres a pixel, > 0.
    pub mm: f32,
    /// Standard deviation of `mm` as a part of it, 0 where not known.
    pub error: f32,
}

impl PixelScale {
    /// The scale itself, if its values make sense.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub(crate) fn checked(self) -> Result<Self> {
        let out_of_range = |what, value: f32, range| {
            Err(Error::OutOfRange {
                what,
                value: f64::from(value),
                range,
            })
        };
        if !(self.mm.is_finite() && self.mm > 0.0) {
            return out_of_range("millimetres a pixel", self.mm, "the numbers above 0");
        }
        if !(0.0..1.0).contains(&self.error) {
            return out_of_range("the error of a scale", self.error, "0 to 1");
        }
        Ok(self)
    }
}
