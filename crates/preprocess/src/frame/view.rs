//! A borrowed picture: the camera's own buffer, never copied.

use crate::frame::color::{ColorMatrix, Range, YuvToRgb};
use crate::frame::layout::FrameLayout;
use crate::frame::orientation::{OrientationMap, Rotation};
use crate::frame::pixel_format::{Channels, PixelFormat, Sample};
use crate::frame::plane::{Plane, PlaneView};
use crate::{Error, Result};

/// The longest side of a frame, in pixels; keeps index arithmetic far from overflow.
pub const MAX_FRAME_SIDE: u32 = 32_768;

/// A borrowed picture in any camera format.
///
/// `width()` and `height()` are those of the upright picture; so are all coordinates in this crate.
/// A frame is `Copy`, holds no pixels of its own, and can be read from several threads at once.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pub(crate) format: PixelFormat,
    pub(crate) stored: (u32, u32),
    pub(crate) planes: [PlaneView<'a>; 3],
    pub(crate) matrix: ColorMatrix,
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
        let known = format.layout();
        if layout.planes.len() != format.planes() {
            return Err(Error::PlaneCount {
                format: known.name,
                needed: format.planes(),
                got: layout.planes.len(),
            });
        }
        let mut planes = [PlaneView::default(); 3];
        for (index, (plane, view)) in layout.planes.iter().zip(&mut planes).enumerate() {
            *view = PlaneView::check(known, index, [width as usize, height as usize], plane)?;
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
            matrix: ColorMatrix::default(),
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
        let (x, y) = self.orientation().stored(x as i32, y as i32);
        let sample = |half: usize, Sample { plane, byte }: Sample| {
            let plane = &self.planes[plane];
            plane.data[y / half * plane.row + x / half * plane.step + byte]
        };
        let first = |byte| sample(1, Sample { plane: 0, byte });
        Some(match self.format.layout().channels {
            Channels::Packed(order) => order.map(first),
            Channels::Yuv { u, v } => {
                YuvToRgb::new(self.matrix, self.range).convert([first(0), sample(2, u), sample(2, v)])
            }
        })
    }

    pub(crate) fn orientation(&self) -> OrientationMap {
        OrientationMap::new(self.stored.0 as i32, self.stored.1 as i32, self.rotation, self.mirrored)
    }
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
