//! What is analyzed: a camera's frame, or a photo, however many of its file's pixels that holds.

use skinkit_preprocess::quality::QualityThresholds;
use skinkit_preprocess::{Frame, Photo, Roi};

use crate::{Error, Result};

/// A picture to analyze. Regions of it are given, and everything is said, in pixels of the whole picture, also where it
/// is a photo that [`SkinKit::open_photo`](crate::SkinKit::open_photo) opened with fewer.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    frame: Frame<'a>,
    size: (u32, u32),
    scale: f32,
}

impl<'a> Picture<'a> {
    /// Width and height of the whole picture, upright.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// All of its pixels.
    ///
    /// # Errors
    /// [`Error::OpenedSmaller`] where it has not all of them.
    pub fn whole(&self) -> Result<Frame<'a>> {
        if self.scale < 1.0 {
            return Err(Error::OpenedSmaller);
        }
        Ok(self.frame)
    }

    /// The pixels that are there.
    pub(crate) fn held(&self) -> &Frame<'a> {
        &self.frame
    }

    /// The pixels that are there to one of the whole picture: 1, 1/2, 1/4 or 1/8.
    pub(crate) fn scale(&self) -> f32 {
        self.scale
    }

    /// A region of the whole picture, in pixels that are there.
    pub(crate) fn held_roi(&self, roi: &Roi) -> Roi {
        roi.in_scaled_picture(self.scale)
    }

    /// Whether its shorter side has so many pixels, or all that its file has.
    pub(crate) fn check_side(&self, least: u32) -> Result<()> {
        let side = self.frame.width().min(self.frame.height());
        if self.scale < 1.0 && side < least {
            return Err(Error::OpenedSmaller);
        }
        Ok(())
    }

    /// What its quality has to meet. Of the thresholds one counts pixels of the picture; the others are judged at one size
    /// of the region.
    pub(crate) fn held_thresholds(&self, of_whole: &QualityThresholds) -> QualityThresholds {
        let mut thresholds = *of_whole;
        thresholds.min_roi_pixels *= self.scale;
        thresholds
    }
}

impl<'a> From<&Frame<'a>> for Picture<'a> {
    fn from(frame: &Frame<'a>) -> Self {
        Self {
            frame: *frame,
            size: (frame.width(), frame.height()),
            scale: 1.0,
        }
    }
}

impl<'a> From<&'a Photo> for Picture<'a> {
    fn from(photo: &'a Photo) -> Self {
        Self {
            frame: photo.frame(),
            size: photo.file_size(),
            scale: photo.scale(),
        }
    }
}
