//! What every reader of a region asks first.

use ndarray::ArrayViewMut3;

use crate::frame::{Frame, Roi};
use crate::{Error, Result};

/// The longest side of an output, in pixels.
pub const MAX_OUTPUT_SIDE: usize = 4096;

/// A usable region, and a size within bounds.
pub(crate) fn check(frame: &Frame<'_>, roi: &Roi, width: usize, height: usize) -> Result<()> {
    roi.check(frame.width(), frame.height())?;
    if width == 0 || height == 0 || width > MAX_OUTPUT_SIDE || height > MAX_OUTPUT_SIDE {
        return Err(Error::OutputSize {
            width,
            height,
            max: MAX_OUTPUT_SIDE,
        });
    }
    Ok(())
}

/// Height and width of an array of height × width × 3, and its values in that order.
pub(crate) fn pixels<'a, T>(out: &'a mut ArrayViewMut3<'_, T>) -> Result<([usize; 2], &'a mut [T])> {
    let (height, width, channels) = out.dim();
    values(out, channels, "height x width x 3").map(|values| ([height, width], values))
}

/// Height and width of an array of 3 × height × width, and its values in that order.
pub(crate) fn planes<'a, T>(out: &'a mut ArrayViewMut3<'_, T>) -> Result<([usize; 2], &'a mut [T])> {
    let (channels, height, width) = out.dim();
    values(out, channels, "3 x height x width").map(|values| ([height, width], values))
}

fn values<'a, T>(out: &'a mut ArrayViewMut3<'_, T>, channels: usize, needed: &'static str) -> Result<&'a mut [T]> {
    let got: [usize; 3] = out.dim().into();
    let values = out.as_slice_mut().filter(|_| channels == 3);
    values.ok_or(Error::Shape {
        array: "output",
        needed,
        got,
    })
}
