//! How pixels lie in memory: one table that everything which reads pixels goes by.

use serde::{Deserialize, Serialize};

/// How pixels lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum PixelFormat {
    /// One plane, bytes R G B.
    Rgb8,
    /// One plane, bytes R G B A; alpha is ignored.
    Rgba8,
    /// One plane, bytes B G R A (iOS `kCVPixelFormatType_32BGRA`); alpha is ignored.
    Bgra8,
    /// One plane of luma, full range.
    #[serde(alias = "grey8")]
    Gray8,
    /// Y plane and interleaved U V plane at half size (iOS `420YpCbCr8BiPlanar`).
    Nv12,
    /// Y plane and interleaved V U plane at half size (Android's old camera default).
    Nv21,
    /// Y, U and V planes, chroma at half size.
    I420,
    /// Android `YUV_420_888`: Y, U and V planes with the row and pixel strides the camera reports.
    Yuv420,
}

impl PixelFormat {
    /// Planes of this format, 1 to 3.
    pub fn planes(self) -> usize {
        self.layout().planes.len()
    }

    /// Whether the format carries luma and half-size chroma.
    pub fn is_yuv(self) -> bool {
        matches!(self.layout().channels, Channels::Yuv { .. })
    }

    /// What is known of the format. A new format is a row here.
    pub(crate) const fn layout(self) -> &'static PixelLayout {
        match self {
            Self::Rgb8 => &RGB8,
            Self::Rgba8 => &RGBA8,
            Self::Bgra8 => &BGRA8,
            Self::Gray8 => &GRAY8,
            Self::Nv12 => &NV12,
            Self::Nv21 => &NV21,
            Self::I420 => &I420,
            Self::Yuv420 => &YUV420,
        }
    }
}

/// One pixel format, described.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PixelLayout {
    /// The format's name in messages.
    pub name: &'static str,
    /// Its planes, in the order in which they are handed over.
    pub planes: &'static [PlaneLayout],
    /// Where a pixel's color is.
    pub channels: Channels,
    /// Whether pixels of a plane may lie farther apart than their bytes.
    pub spread: bool,
}

/// One plane of a format.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PlaneLayout {
    /// The plane's name in messages.
    pub name: &'static str,
    /// Bytes of a pixel, 1 to 4.
    pub bytes: usize,
    /// Whether the plane is at half size, rounded up.
    pub half: bool,
}

impl PlaneLayout {
    const fn full(name: &'static str, bytes: usize) -> Self {
        Self {
            name,
            bytes,
            half: false,
        }
    }

    const fn half(name: &'static str, bytes: usize) -> Self {
        Self {
            name,
            bytes,
            half: true,
        }
    }

    /// Width and height of the plane in a picture of this size.
    pub fn size(&self, [width, height]: [usize; 2]) -> [usize; 2] {
        if self.half {
            [width.div_ceil(2), height.div_ceil(2)]
        } else {
            [width, height]
        }
    }
}

/// Where the color of a pixel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channels {
    /// Red, green and blue: bytes of the first plane's pixel.
    Packed([usize; 3]),
    /// Luma is the first plane; chroma lies in planes at half size.
    Yuv {
        /// Blue-difference chroma.
        u: Sample,
        /// Red-difference chroma.
        v: Sample,
    },
}

/// One sample: its plane, and its byte in that plane's pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    pub plane: usize,
    pub byte: usize,
}

const fn packed(name: &'static str, planes: &'static [PlaneLayout], order: [usize; 3]) -> PixelLayout {
    PixelLayout {
        name,
        planes,
        channels: Channels::Packed(order),
        spread: false,
    }
}

const fn yuv(name: &'static str, planes: &'static [PlaneLayout], [u, v]: [[usize; 2]; 2], spread: bool) -> PixelLayout {
    const fn sample([plane, byte]: [usize; 2]) -> Sample {
        Sample { plane, byte }
    }
    PixelLayout {
        name,
        planes,
        channels: Channels::Yuv {
            u: sample(u),
            v: sample(v),
        },
        spread,
    }
}

const Y_U_V: &[PlaneLayout] = &[
    PlaneLayout::full("Y", 1),
    PlaneLayout::half("U", 1),
    PlaneLayout::half("V", 1),
];

const RGB8: PixelLayout = packed("RGB", &[PlaneLayout::full("RGB", 3)], [0, 1, 2]);
const RGBA8: PixelLayout = packed("RGBA", &[PlaneLayout::full("RGBA", 4)], [0, 1, 2]);
const BGRA8: PixelLayout = packed("BGRA", &[PlaneLayout::full("BGRA", 4)], [2, 1, 0]);
const GRAY8: PixelLayout = packed("gray", &[PlaneLayout::full("Y", 1)], [0, 0, 0]);
const NV12: PixelLayout = yuv(
    "NV12",
    &[PlaneLayout::full("Y", 1), PlaneLayout::half("UV", 2)],
    [[1, 0], [1, 1]],
    false,
);
const NV21: PixelLayout = yuv(
    "NV21",
    &[PlaneLayout::full("Y", 1), PlaneLayout::half("VU", 2)],
    [[1, 1], [1, 0]],
    false,
);
const I420: PixelLayout = yuv("I420", Y_U_V, [[1, 0], [2, 0]], false);
const YUV420: PixelLayout = yuv("YUV 420", Y_U_V, [[1, 0], [2, 0]], true);
