//! One plane of a camera buffer, as it is handed over and as it was checked.

use crate::frame::pixel_format::{PixelLayout, PlaneLayout};
use crate::{Error, Result};

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

/// A checked view of one plane: strides resolved, length proven.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PlaneView<'a> {
    pub data: &'a [u8],
    pub row: usize,
    pub step: usize,
}

impl<'a> PlaneView<'a> {
    /// Resolves the strides of a plane of a picture of this size, and proves its length.
    pub fn check(format: &PixelLayout, index: usize, size: [usize; 2], plane: &Plane<'a>) -> Result<Self> {
        let &PlaneLayout { name, bytes, .. } = &format.planes[index];
        let [width, height] = format.planes[index].size(size);
        let step = if plane.pixel_stride == 0 {
            bytes
        } else {
            plane.pixel_stride
        };
        let needed = if format.spread {
            // Chroma samples may lie apart (and often interleave); luma never does on a real camera, but may.
            (!(1..=16).contains(&step)).then_some("1 to 16")
        } else {
            (step != bytes).then_some(["1", "2", "3", "4"][bytes - 1])
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
}
