//! Camera frames: what a host says about its buffer, and the borrowed bytes.

use skinkit::Frame;
use skinkit::preprocess::{self, ColorMatrix, PixelFormat, Plane, Range, Rotation};

use crate::Result;

/// What a camera says about its buffer. The planes' bytes are given beside it: `y` holds the only plane of an RGB or
/// gray frame; `u` the second (interleaved UV or VU) or third; what a format does not have is empty.
///
/// Kotlin: a plane is a direct `ByteBuffer` whose first byte is the plane's (use `slice()`); its remaining bytes count.
#[derive(Clone, Copy, Debug, PartialEq, uniffi::Record)]
pub struct FrameLayout {
    /// How pixels lie in memory.
    pub format: PixelFormat,
    /// Stored width in pixels, before rotation.
    pub width: u32,
    /// Stored height in pixels, before rotation.
    pub height: u32,
    /// Bytes from row to row of `y`; 0 means packed.
    #[uniffi(default = 0)]
    pub y_row_stride: u32,
    /// Bytes from row to row of `u` and `v`; 0 means packed.
    #[uniffi(default = 0)]
    pub uv_row_stride: u32,
    /// Bytes from pixel to pixel of `u` and `v`, for `Yuv420`; 0 means packed.
    #[uniffi(default = 0)]
    pub uv_pixel_stride: u32,
    /// Clockwise turn that brings the stored picture upright: any multiple of 90.
    #[uniffi(default = 0)]
    pub rotation_degrees: i32,
    /// Whether the upright picture is then mirrored left to right (front cameras).
    #[uniffi(default = false)]
    pub mirrored: bool,
    /// Luma weights of a YUV frame; none is BT.601.
    #[uniffi(default = None)]
    pub matrix: Option<ColorMatrix>,
    /// Value range of a YUV frame; none is the full one.
    #[uniffi(default = None)]
    pub range: Option<Range>,
}

impl FrameLayout {
    /// The checked frame over the borrowed planes.
    pub(crate) fn frame<'a>(&self, y: &'a [u8], u: &'a [u8], v: &'a [u8]) -> Result<Frame<'a>> {
        let chroma = |data| Plane {
            data,
            row_stride: self.uv_row_stride as usize,
            pixel_stride: self.uv_pixel_stride as usize,
        };
        let planes = [Plane::with_stride(y, self.y_row_stride as usize), chroma(u), chroma(v)];
        let given = planes
            .iter()
            .rposition(|plane| !plane.data.is_empty())
            .map_or(1, |last| last + 1);
        Ok(Frame::new(&preprocess::FrameLayout {
            matrix: self.matrix.unwrap_or_default(),
            range: self.range.unwrap_or_default(),
            rotation: Rotation::from_degrees(self.rotation_degrees)?,
            mirrored: self.mirrored,
            ..preprocess::FrameLayout::new(self.format, self.width, self.height, &planes[..given])
        })?)
    }
}
