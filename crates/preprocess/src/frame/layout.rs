//! What a camera says about its buffer.

use crate::frame::color::{ColorMatrix, Range};
use crate::frame::orientation::Rotation;
use crate::frame::pixel_format::PixelFormat;
use crate::frame::plane::Plane;

/// Everything a camera says about its buffer; [`Frame::new`](crate::Frame::new) checks it.
#[derive(Debug, Clone, Copy)]
pub struct FrameLayout<'p, 'a> {
    /// How pixels lie in memory.
    pub format: PixelFormat,
    /// Stored width in pixels, before rotation.
    pub width: u32,
    /// Stored height in pixels, before rotation.
    pub height: u32,
    /// The planes in the format's order; [`PixelFormat::planes`] of them.
    pub planes: &'p [Plane<'a>],
    /// Luma weights (YUV formats only).
    pub matrix: ColorMatrix,
    /// Value range (YUV formats only).
    pub range: Range,
    /// The turn that brings the picture upright.
    pub rotation: Rotation,
    /// Whether the upright picture is then mirrored left to right (front cameras).
    pub mirrored: bool,
}

impl<'p, 'a> FrameLayout<'p, 'a> {
    /// An upright, unmirrored layout in BT.601 full range.
    pub fn new(format: PixelFormat, width: u32, height: u32, planes: &'p [Plane<'a>]) -> Self {
        Self {
            format,
            width,
            height,
            planes,
            matrix: ColorMatrix::default(),
            range: Range::default(),
            rotation: Rotation::default(),
            mirrored: false,
        }
    }
}
