//! Camera frames: what a host says about its buffer, and the borrowed bytes.

use skinkit::Frame;
use skinkit::preprocess::{self, Plane, Rotation};

use crate::Result;

/// What a camera says about its buffer. The planes' bytes are given beside it: `y` holds the only plane of an RGB or
/// grey frame; `u` the second (interleaved UV or VU) or third; what a format does not have is empty.
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
    pub matrix: Option<ColourMatrix>,
    /// Value range of a YUV frame; none is the full one.
    #[uniffi(default = None)]
    pub range: Option<Range>,
}

/// How pixels lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PixelFormat {
    /// One plane, bytes R G B.
    Rgb8,
    /// One plane, bytes R G B A (Android `Bitmap.Config.ARGB_8888`); alpha is ignored.
    Rgba8,
    /// One plane, bytes B G R A (iOS `kCVPixelFormatType_32BGRA`); alpha is ignored.
    Bgra8,
    /// One plane of luma, full range.
    Grey8,
    /// `y`, and interleaved U V in `u` (iOS `420YpCbCr8BiPlanar`).
    Nv12,
    /// `y`, and interleaved V U in `u` (Android's old camera default).
    Nv21,
    /// `y`, `u` and `v`, chroma at half size.
    I420,
    /// Android `YUV_420_888`: `y`, `u` and `v` with the strides that the camera reports.
    Yuv420,
}

/// Luma weights of a YUV frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, uniffi::Enum)]
pub enum ColourMatrix {
    /// ITU-R BT.601 (JPEG, most Android cameras).
    #[default]
    Bt601,
    /// ITU-R BT.709 (HD video).
    Bt709,
}

/// Which part of 0..=255 a YUV frame uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, uniffi::Enum)]
pub enum Range {
    /// All of it.
    #[default]
    Full,
    /// Luma 16..=235, chroma 16..=240.
    Video,
}

impl FrameLayout {
    /// The checked frame over the borrowed planes.
    pub(crate) fn frame<'a>(&self, y: &'a [u8], u: &'a [u8], v: &'a [u8]) -> Result<Frame<'a>> {
        let format = self.format.into();
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
            matrix: self.matrix.unwrap_or_default().into(),
            range: self.range.unwrap_or_default().into(),
            rotation: Rotation::from_degrees(self.rotation_degrees)?,
            mirrored: self.mirrored,
            ..preprocess::FrameLayout::new(format, self.width, self.height, &planes[..given])
        })?)
    }
}

/// One enum as another whose variants have the same names, or the ones given.
macro_rules! same_names {
    (@ $name:ident $other:ident) => { Self::$other };
    (@ $name:ident) => { Self::$name };
    ($from:ident => $to:path: $($name:ident $(= $other:ident)?)*) => {
        impl From<$from> for $to {
            fn from(value: $from) -> Self {
                match value {
                    $($from::$name => same_names!(@ $name $($other)?),)*
                }
            }
        }
    };
}

same_names!(PixelFormat => preprocess::PixelFormat: Rgb8 Rgba8 Bgra8 Grey8 = Gray8 Nv12 Nv21 I420 Yuv420);
same_names!(ColourMatrix => preprocess::ColorMatrix: Bt601 Bt709);
same_names!(Range => preprocess::Range: Full Video);
