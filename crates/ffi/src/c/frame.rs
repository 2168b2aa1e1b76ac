//! Camera frames in C.

use skinkit::Frame;
use skinkit::preprocess::{ColorMatrix, FrameLayout, PixelFormat, Plane, Range, Rotation};

use super::argument::{bytes, read};
use crate::{Result, SkinKitError};

/// How pixels lie in memory.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkinkitPixelFormat {
    /// One plane, bytes R G B.
    Rgb8 = 0,
    /// One plane, bytes R G B A; alpha is ignored.
    Rgba8 = 1,
    /// One plane, bytes B G R A; alpha is ignored.
    Bgra8 = 2,
    /// One plane of luma, full range.
    Gray8 = 3,
    /// Y plane, and interleaved U V plane at half size.
    Nv12 = 4,
    /// Y plane, and interleaved V U plane at half size.
    Nv21 = 5,
    /// Y, U and V planes, chroma at half size.
    I420 = 6,
    /// Android YUV_420_888: Y, U and V planes with the strides that the camera reports.
    Yuv420 = 7,
}

/// Luma weights of a YUV frame.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkinkitColorMatrix {
    /// ITU-R BT.601 (JPEG, most Android cameras).
    Bt601 = 0,
    /// ITU-R BT.709 (HD video).
    Bt709 = 1,
}

/// Which part of 0..=255 a YUV frame uses.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkinkitRange {
    /// All of it.
    Full = 0,
    /// Luma 16..=235, chroma 16..=240.
    Video = 1,
}

/// One plane of a frame.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SkinkitPlane {
    /// The plane's first byte.
    pub data: *const u8,
    /// How many bytes there are; the last row may end without its padding.
    pub length: usize,
    /// Bytes from row to row; 0 means packed.
    pub row_stride: usize,
    /// Bytes from pixel to pixel; 0 means packed.
    pub pixel_stride: usize,
}

/// A camera's buffer: zero it, then fill in what you know. It is borrowed during a call and never written.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SkinkitFrame {
    /// A `skinkit_pixel_format`.
    pub format: i32,
    /// Stored width in pixels, before rotation.
    pub width: u32,
    /// Stored height in pixels, before rotation.
    pub height: u32,
    /// Clockwise turn that brings the stored picture upright: any multiple of 90.
    pub rotation_degrees: i32,
    /// Not 0 where the upright picture is then mirrored left to right (front cameras).
    pub mirrored: i32,
    /// A `skinkit_color_matrix`.
    pub matrix: i32,
    /// A `skinkit_range`.
    pub range: i32,
    /// How many of `planes` the format has: 1 to 3.
    pub plane_count: u32,
    /// The planes, in the format's order.
    pub planes: [SkinkitPlane; 3],
}

/// The checked frame over borrowed planes.
///
/// # Safety
/// `at` is null or points to a frame whose planes are valid for their lengths, all of it unchanged during the call.
pub(super) unsafe fn frame<'a>(at: *const SkinkitFrame) -> Result<Frame<'a>> {
    // SAFETY: as the caller promises.
    let given = unsafe { read("frame", at) }?;
    let mut planes = [Plane::default(); 3];
    let count = given.plane_count as usize;
    if !(1..=3).contains(&count) {
        return Err(SkinKitError::argument(format!(
            "frame has {count} planes: 1 to 3 are possible"
        )));
    }
    for (plane, given) in planes.iter_mut().zip(&given.planes).take(count) {
        *plane = Plane {
            // SAFETY: as the caller promises.
            data: unsafe { bytes("a plane of frame", given.data, given.length) }?,
            row_stride: given.row_stride,
            pixel_stride: given.pixel_stride,
        };
    }
    // Numbers from C are looked up: a Rust enum with a value that it does not have would be undefined behaviour.
    let format = match given.format {
        0 => PixelFormat::Rgb8,
        1 => PixelFormat::Rgba8,
        2 => PixelFormat::Bgra8,
        3 => PixelFormat::Gray8,
        4 => PixelFormat::Nv12,
        5 => PixelFormat::Nv21,
        6 => PixelFormat::I420,
        7 => PixelFormat::Yuv420,
        other => return Err(unknown("pixel format", other)),
    };
    Ok(Frame::new(&FrameLayout {
        matrix: match given.matrix {
            0 => ColorMatrix::Bt601,
            1 => ColorMatrix::Bt709,
            other => return Err(unknown("color matrix", other)),
        },
        range: match given.range {
            0 => Range::Full,
            1 => Range::Video,
            other => return Err(unknown("range", other)),
        },
        rotation: Rotation::from_degrees(given.rotation_degrees)?,
        mirrored: given.mirrored != 0,
        ..FrameLayout::new(format, given.width, given.height, &planes[..count])
    })?)
}

fn unknown(what: &str, number: i32) -> SkinKitError {
    SkinKitError::argument(format!("{number} is no {what}: see skinkit.h"))
}
