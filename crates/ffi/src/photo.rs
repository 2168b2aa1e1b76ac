//! A picture that SkinKit holds.

use std::path::Path;

use skinkit::preprocess::FrameBuffer;
use skinkit::{ErrorKind, Frame, Limits, Picture};

use crate::{FrameLayout, Result, SkinKitError};

/// A picture in memory: a decoded photo, or a copy of a camera frame. Immutable; share it between threads.
///
/// Its pixels are freed with the last reference to it. Of a photo's file only pixels are kept: EXIF orientation is
/// applied, place, time and camera are dropped. To analyse a close-up,
/// [`SkinKit::open_photo`](crate::SkinKit::open_photo) takes half the time and a small part of the memory.
#[derive(uniffi::Object)]
pub struct Photo(Pixels);

enum Pixels {
    Photo(skinkit::Photo),
    Frame(FrameBuffer),
}

#[uniffi::export]
impl Photo {
    /// Reads and decodes a JPEG or PNG file of at most 64 MiB, 64 million pixels, 16,384 a side.
    ///
    /// # Errors
    /// `Picture`: missing, too large, damaged, or of another format.
    #[uniffi::constructor]
    pub fn open(path: String) -> Result<Self> {
        Ok(skinkit::Photo::open(Path::new(&path), &Limits::default())?.into())
    }

    /// Decodes a JPEG or PNG held in memory; the bytes are borrowed for the call only.
    ///
    /// # Errors
    /// As [`Photo::open`].
    #[uniffi::constructor]
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        Ok(skinkit::Photo::decode(bytes, &Limits::default())?.into())
    }

    /// Copies a camera frame as it is, so that the camera may have its buffer back. The planes are borrowed for the call
    /// only; see [`FrameLayout`] for which is which.
    ///
    /// # Errors
    /// `Picture` where the planes do not fit the layout, `InvalidArgument` for a rotation that is no quarter turn.
    #[uniffi::constructor]
    pub fn from_frame(layout: FrameLayout, y: &[u8], u: &[u8], v: &[u8]) -> Result<Self> {
        Ok(Self::copy_of(&layout.frame(y, u, v)?))
    }

    /// Width of the upright picture in pixels, also of a photo that was decoded smaller.
    pub fn width(&self) -> u32 {
        self.picture().map_or(0, |picture| picture.size().0)
    }

    /// Height of the upright picture in pixels, also of a photo that was decoded smaller.
    pub fn height(&self) -> u32 {
        self.picture().map_or(0, |picture| picture.size().1)
    }
}

impl From<skinkit::Photo> for Photo {
    fn from(photo: skinkit::Photo) -> Self {
        Self(Pixels::Photo(photo))
    }
}

impl Photo {
    /// A copy of a frame as it is.
    pub(crate) fn copy_of(frame: &Frame<'_>) -> Self {
        let mut buffer = FrameBuffer::new();
        buffer.copy_from(frame);
        Self(Pixels::Frame(buffer))
    }

    /// The picture, to be analysed.
    pub(crate) fn picture(&self) -> Result<Picture<'_>> {
        match &self.0 {
            Pixels::Photo(photo) => Ok(photo.into()),
            Pixels::Frame(buffer) => {
                let frame = buffer.frame().ok_or_else(|| {
                    SkinKitError::new(ErrorKind::Internal, "a copied frame is empty: please report it")
                })?;
                Ok((&frame).into())
            }
        }
    }

    /// The picture as a frame; not of a photo that was opened for one region alone.
    pub(crate) fn frame(&self) -> Result<Frame<'_>> {
        Ok(self.picture()?.whole()?)
    }
}
