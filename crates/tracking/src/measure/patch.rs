use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// A lesion crop: sRGB bytes and, where the model pack has one, the lesion's mask.
///
/// The lesion should lie near the middle with skin on all sides: a third of the patch
/// or more as skin gives the comparison something to hold on to.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Patch {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
    mask: Option<Vec<u8>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Raw {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
    #[serde(default)]
    mask: Option<Vec<u8>>,
}

impl Patch {
    /// Smallest side in pixels: below this a border is all discretisation.
    pub const MIN_SIDE: usize = 16;
    /// Largest side in pixels: above this, scale the crop down first.
    pub const MAX_SIDE: usize = 2048;

    /// Takes `width * height * 3` sRGB bytes, row by row, and optionally `width * height`
    /// mask bytes (0 = skin, 255 = lesion, between = how sure).
    ///
    /// # Errors
    /// [`Error::PatchSize`] and [`Error::PatchLength`].
    pub fn new(width: usize, height: usize, rgb: Vec<u8>, mask: Option<Vec<u8>>) -> Result<Self> {
        let sides = Self::MIN_SIDE..=Self::MAX_SIDE;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(Error::PatchSize {
                width,
                height,
                min: Self::MIN_SIDE,
                max: Self::MAX_SIDE,
            });
        }
        let check = |plane, actual, expected| {
            if actual == expected {
                return Ok(());
            }
            Err(Error::PatchLength {
                plane,
                actual,
                expected,
                width,
                height,
            })
        };
        check("rgb", rgb.len(), width * height * 3)?;
        if let Some(mask) = &mask {
            check("mask", mask.len(), width * height)?;
        }
        Ok(Self {
            width,
            height,
            rgb,
            mask,
        })
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// sRGB bytes, `width * height * 3`.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// Mask bytes, `width * height`, if there are any.
    pub fn mask(&self) -> Option<&[u8]> {
        self.mask.as_deref()
    }
}

impl TryFrom<Raw> for Patch {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        Self::new(raw.width, raw.height, raw.rgb, raw.mask)
    }
}

impl From<Patch> for Raw {
    fn from(p: Patch) -> Self {
        Self {
            width: p.width,
            height: p.height,
            rgb: p.rgb,
            mask: p.mask,
        }
    }
}

/// Pixels of a person never reach a log, so only the size is printed.
impl core::fmt::Debug for Patch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Patch")
            .field("width", &self.width)
            .field("height", &self.height)
            .field("mask", &self.mask.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_checked_and_named() {
        let err = Patch::new(20, 20, vec![0; 20 * 20 * 3], Some(vec![0; 399])).unwrap_err();
        assert_eq!(
            err.to_string(),
            "patch mask has 399 bytes but 20x20 needs 400; pass tightly packed rows"
        );
        assert!(matches!(
            Patch::new(8, 20, vec![0; 480], None),
            Err(Error::PatchSize { .. })
        ));
    }

    #[test]
    fn debug_shows_no_pixels() {
        let p = Patch::new(20, 20, vec![77; 1200], None).unwrap();
        assert!(!format!("{p:?}").contains("77"));
    }
}
