//! A borrowed picture: the camera's own buffer, never copied.

use crate::format::{ColourMatrix, Lattice, PixelFormat, Range, Rotation};
use crate::{Error, Result};

/// The longest side of a frame, in pixels; keeps index arithmetic far from overflow.
pub const MAX_FRAME_SIDE: u32 = 32_768;

/// One plane of a camera buffer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plane<'a> {
    /// The plane's bytes; may be longer than needed, and the last row may end without its padding.
    pub data: &'a [u8],
    /// Bytes from one row to the next; 0 means rows are packed.
    pub row_stride: usize,
    /// Bytes from one pixel to the next; 0 means pixels are packed.
    pub pixel_stride: usize,
}

impl<'a> Plane<'a> {
    /// A plane with packed rows and pixels.
    pub fn packed(data: &'a [u8]) -> Self {
        Self {
            data,
            row_stride: 0,
            pixel_stride: 0,
        }
    }

    /// A plane with the given bytes from row to row and packed pixels.
    pub fn with_stride(data: &'a [u8], row_stride: usize) -> Self {
        Self {
            data,
            row_stride,
            pixel_stride: 0,
        }
    }
}

/// Everything a camera says about its buffer; [`Frame::new`] checks it.
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
    pub matrix: ColourMatrix,
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
            matrix: ColourMatrix::default(),
            range: Range::default(),
            rotation: Rotation::default(),
            mirrored: false,
        }
    }
}

/// A checked view of one plane: strides resolved, length proven.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PlaneView<'a> {
    pub data: &'a [u8],
    pub row: usize,
    pub step: usize,
}

/// A borrowed picture in any camera format.
///
/// `width()` and `height()` are those of the upright picture; so are all coordinates in this crate.
/// A frame is `Copy`, holds no pixels of its own, and can be read from several threads at once.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pub(crate) format: PixelFormat,
    pub(crate) stored: (u32, u32),
    pub(crate) planes: [PlaneView<'a>; 3],
    pub(crate) matrix: ColourMatrix,
    pub(crate) range: Range,
    pub(crate) rotation: Rotation,
    pub(crate) mirrored: bool,
}

impl<'a> Frame<'a> {
    /// A packed, upright RGB picture of `width * height * 3` bytes.
    ///
    /// # Errors
    /// A side of 0 or beyond [`MAX_FRAME_SIDE`], or too few bytes.
    pub fn rgb8(data: &'a [u8], width: u32, height: u32) -> Result<Self> {
        Self::new(&FrameLayout::new(
            PixelFormat::Rgb8,
            width,
            height,
            &[Plane::packed(data)],
        ))
    }

    /// Checks a camera's description of its buffer against the buffer.
    ///
    /// # Errors
    /// Names the plane and the shortfall: see [`Error`].
    pub fn new(layout: &FrameLayout<'_, 'a>) -> Result<Self> {
        let &FrameLayout {
            format, width, height, ..
        } = layout;
        if width == 0 || height == 0 {
            return Err(Error::EmptyFrame { width, height });
        }
        if width > MAX_FRAME_SIDE || height > MAX_FRAME_SIDE {
            return Err(Error::FrameTooLarge {
                width,
                height,
                max: MAX_FRAME_SIDE,
            });
        }
        if layout.planes.len() != format.planes() {
            return Err(Error::PlaneCount {
                format: format.name(),
                needed: format.planes(),
                got: layout.planes.len(),
            });
        }
        let mut planes = [PlaneView::default(); 3];
        for (index, (plane, view)) in layout.planes.iter().zip(&mut planes).enumerate() {
            *view = check_plane(format, index, width as usize, height as usize, plane)?;
        }
        Ok(Self {
            format,
            stored: (width, height),
            planes,
            matrix: layout.matrix,
            range: layout.range,
            rotation: layout.rotation,
            mirrored: layout.mirrored,
        })
    }

    /// For owners whose buffer is known to fit.
    pub(crate) fn packed_rgb(data: &'a [u8], width: u32, height: u32) -> Self {
        let view = PlaneView {
            data,
            row: width as usize * 3,
            step: 3,
        };
        Self {
            format: PixelFormat::Rgb8,
            stored: (width, height),
            planes: [view, PlaneView::default(), PlaneView::default()],
            matrix: ColourMatrix::default(),
            range: Range::default(),
            rotation: Rotation::default(),
            mirrored: false,
        }
    }

    /// The same buffer with another turn and mirroring.
    pub fn oriented(mut self, rotation: Rotation, mirrored: bool) -> Self {
        (self.rotation, self.mirrored) = (rotation, mirrored);
        self
    }

    /// Width of the upright picture in pixels.
    pub fn width(&self) -> u32 {
        if self.rotation.swaps() {
            self.stored.1
        } else {
            self.stored.0
        }
    }

    /// Height of the upright picture in pixels.
    pub fn height(&self) -> u32 {
        if self.rotation.swaps() {
            self.stored.0
        } else {
            self.stored.1
        }
    }

    /// The buffer's pixel format.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// One upright pixel as RGB, or `None` outside the picture. For spot checks, not for loops.
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        if x >= self.width() || y >= self.height() {
            return None;
        }
        Some(crate::texel::rgb_at(self, x as i32, y as i32))
    }

    pub(crate) fn lattice(&self) -> Lattice {
        Lattice::new(self.stored.0 as i32, self.stored.1 as i32, self.rotation, self.mirrored)
    }
}

/// Bytes of one pixel in this plane, its name, and whether it is at half size.
pub(crate) fn plane_facts(format: PixelFormat, index: usize) -> (usize, &'static str, bool) {
    match (format, index) {
        (PixelFormat::Rgb8, _) => (3, "RGB", false),
        (PixelFormat::Rgba8, _) => (4, "RGBA", false),
        (PixelFormat::Bgra8, _) => (4, "BGRA", false),
        (_, 0) => (1, "Y", false),
        (PixelFormat::Nv12, _) => (2, "UV", true),
        (PixelFormat::Nv21, _) => (2, "VU", true),
        (_, 1) => (1, "U", true),
        _ => (1, "V", true),
    }
}

fn check_plane<'a>(
    format: PixelFormat,
    index: usize,
    width: usize,
    height: usize,
    plane: &Plane<'a>,
) -> Result<PlaneView<'a>> {
    let (bytes, name, half) = plane_facts(format, index);
    let (width, height) = if half {
        (width.div_ceil(2), height.div_ceil(2))
    } else {
        (width, height)
    };
    let step = if plane.pixel_stride == 0 {
        bytes
    } else {
        plane.pixel_stride
    };
    let needed = match format {
        // Chroma samples may lie apart (and often interleave); luma never does on a real camera, but may.
        PixelFormat::Yuv420 if !(1..=16).contains(&step) => Some("1 to 16"),
        PixelFormat::Yuv420 => None,
        _ if step == bytes => None,
        _ => Some(["1", "2", "3", "4"][bytes - 1]),
    };
    if let Some(needed) = needed {
        return Err(Error::PixelStride {
            plane: name,
            needed,
            got: step,
        });
    }
    let line = (width - 1) * step + bytes;
    let row = if plane.row_stride == 0 {
        width * step
    } else {
        plane.row_stride
    };
    if row < line {
        return Err(Error::RowStride {
            plane: name,
            needed: line,
            got: row,
        });
    }
    let needed = (height - 1)
        .checked_mul(row)
        .and_then(|rows| rows.checked_add(line))
        .unwrap_or(usize::MAX);
    if plane.data.len() < needed {
        return Err(Error::PlaneLength {
            plane: name,
            needed,
            got: plane.data.len(),
        });
    }
    Ok(PlaneView {
        data: plane.data,
        row,
        step,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout<'a>(format: PixelFormat, planes: &'a [Plane<'a>]) -> FrameLayout<'a, 'a> {
        FrameLayout::new(format, 6, 4, planes)
    }

    #[test]
    fn a_short_plane_is_named_with_its_shortfall() {
        let data = [0u8; 24];
        let planes = [Plane::packed(&data), Plane::packed(&data[..9])];
        let error = Frame::new(&layout(PixelFormat::Nv12, &planes)).unwrap_err();
        assert!(
            matches!(
                error,
                Error::PlaneLength {
                    plane: "UV",
                    needed: 12,
                    got: 9
                }
            ),
            "{error:?}"
        );
        assert!(error.to_string().contains("3 byte(s) short"), "{error}");
    }

    #[test]
    fn the_last_row_may_end_without_padding() {
        let data = [0u8; 3 * 32 + 18];
        let plane = [Plane::with_stride(&data, 32)];
        assert!(Frame::new(&layout(PixelFormat::Rgb8, &plane)).is_ok());
        let plane = [Plane::with_stride(&data[1..], 32)];
        assert!(Frame::new(&layout(PixelFormat::Rgb8, &plane)).is_err());
    }

    #[test]
    fn a_stride_below_the_row_is_refused() {
        let data = [0u8; 200];
        let plane = [Plane::with_stride(&data, 17)];
        let error = Frame::new(&layout(PixelFormat::Rgb8, &plane)).unwrap_err();
        assert!(
            matches!(
                error,
                Error::RowStride {
                    needed: 18,
                    got: 17,
                    ..
                }
            ),
            "{error:?}"
        );
    }

    #[test]
    fn a_huge_stride_does_not_overflow() {
        let data = [0u8; 200];
        let plane = [Plane::with_stride(&data, usize::MAX)];
        assert!(Frame::new(&layout(PixelFormat::Rgb8, &plane)).is_err());
    }

    #[test]
    fn empty_and_odd_sizes() {
        for (width, height) in [(0, 4), (4, 0), (0, 0)] {
            let error = Frame::rgb8(&[0; 48], width, height).unwrap_err();
            assert!(
                matches!(error, Error::EmptyFrame { width: w, height: h } if (w, h) == (width, height)),
                "{error:?}"
            );
        }
        assert!(matches!(Frame::rgb8(&[], 100_000, 4), Err(Error::FrameTooLarge { .. })));
        let (y, uv) = ([9u8; 35], [128u8; 24]);
        let planes = [Plane::packed(&y), Plane::packed(&uv)];
        let frame = Frame::new(&FrameLayout::new(PixelFormat::Nv12, 5, 7, &planes)).unwrap();
        assert_eq!(frame.pixel(4, 6), Some([9, 9, 9]));
        assert_eq!(frame.pixel(5, 6), None);
    }

    #[test]
    fn plane_count_and_pixel_stride() {
        let data = [0u8; 200];
        let one = [Plane::packed(&data)];
        assert!(matches!(
            Frame::new(&layout(PixelFormat::I420, &one)),
            Err(Error::PlaneCount { needed: 3, .. })
        ));
        let apart = [Plane {
            data: &data,
            row_stride: 0,
            pixel_stride: 4,
        }];
        assert!(matches!(
            Frame::new(&layout(PixelFormat::Rgb8, &apart)),
            Err(Error::PixelStride { got: 4, .. })
        ));
    }
}
