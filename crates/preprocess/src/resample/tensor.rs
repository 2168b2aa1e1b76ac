//! RGB bytes to a network's floats.

use ndarray::{ArrayView3, ArrayViewMut3};

use crate::resample::lanes::vectorize;
use crate::resample::output;
use crate::{Error, Result};

/// The order of a tensor's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Pixel by pixel: R G B R G B …
    Nhwc,
    /// Channel by channel: all R, all G, all B.
    Nchw,
}

/// Writes `(value / 255 - mean) / deviation` for each channel of RGB, as networks trained with a mean and a standard
/// deviation expect. `rgb` is height × width × 3; `out` is the same for [`Layout::Nhwc`] and 3 × height × width for
/// [`Layout::Nchw`]; both in standard (row-major) layout. Allocates nothing.
///
/// # Errors
/// Arrays of other shapes or layouts, a deviation that is 0 or a number that is not finite.
pub fn normalize(
    rgb: ArrayView3<'_, u8>,
    layout: Layout,
    mean: [f32; 3],
    deviation: [f32; 3],
    mut out: ArrayViewMut3<'_, f32>,
) -> Result<()> {
    let got: [usize; 3] = rgb.dim().into();
    let (pixels, _) = rgb.as_slice().unwrap_or_default().as_chunks::<3>();
    if got[2] != 3 || pixels.len() != got[0] * got[1] {
        return Err(Error::Shape {
            array: "RGB",
            needed: "height x width x 3",
            got,
        });
    }
    let shape: [usize; 3] = out.dim().into();
    let (size, out) = match layout {
        Layout::Nhwc => output::pixels(&mut out),
        Layout::Nchw => output::planes(&mut out),
    }?;
    if size != [got[0], got[1]] {
        return Err(Error::Shape {
            array: "output",
            needed: "of the picture's height and width",
            got: shape,
        });
    }
    let gain = deviation.map(|deviation| 1.0 / (255.0 * deviation));
    let offset: [f32; 3] = std::array::from_fn(|c| -mean[c] / deviation[c]);
    if gain.iter().chain(&offset).any(|value| !value.is_finite()) {
        return Err(Error::Normalization);
    }
    vectorize(
        pulp::Arch::new(),
        Normalize {
            pixels,
            layout,
            gain,
            offset,
            out,
        },
    );
    Ok(())
}

struct Normalize<'a> {
    pixels: &'a [[u8; 3]],
    layout: Layout,
    gain: [f32; 3],
    offset: [f32; 3],
    out: &'a mut [f32],
}

impl pulp::NullaryFnOnce for Normalize<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            pixels,
            layout,
            gain,
            offset,
            out,
        } = self;
        match layout {
            Layout::Nhwc => {
                for (pixel, out) in pixels.iter().zip(out.as_chunks_mut::<3>().0) {
                    *out = std::array::from_fn(|c| f32::from(pixel[c]) * gain[c] + offset[c]);
                }
            }
            Layout::Nchw => {
                let (red, rest) = out.split_at_mut(pixels.len());
                let (green, blue) = rest.split_at_mut(pixels.len());
                for (pixel, ((red, green), blue)) in pixels.iter().zip(red.iter_mut().zip(green).zip(blue)) {
                    *red = f32::from(pixel[0]) * gain[0] + offset[0];
                    *green = f32::from(pixel[1]) * gain[1] + offset[1];
                    *blue = f32::from(pixel[2]) * gain[2] + offset[2];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
    const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

    #[test]
    fn both_layouts_hold_the_same_values() {
        let rgb = Array3::from_shape_fn((4, 5, 3), |(y, x, c)| ((y * 15 + x * 3 + c) * 17 % 256) as u8);
        let (mut by_pixel, mut by_channel) = (Array3::zeros((4, 5, 3)), Array3::zeros((3, 4, 5)));
        normalize(rgb.view(), Layout::Nhwc, MEAN, DEVIATION, by_pixel.view_mut()).unwrap();
        normalize(rgb.view(), Layout::Nchw, MEAN, DEVIATION, by_channel.view_mut()).unwrap();
        for ((y, x, c), value) in rgb.indexed_iter() {
            let exact = (f32::from(*value) / 255.0 - MEAN[c]) / DEVIATION[c];
            assert!((by_pixel[[y, x, c]] - exact).abs() < 1e-5);
            assert_eq!(by_pixel[[y, x, c]], by_channel[[c, y, x]]);
        }
    }

    #[test]
    fn wrong_arrays_and_numbers_are_refused() {
        let mut out = Array3::zeros((1, 2, 3));
        let mut refused = |shape: (usize, usize, usize)| {
            let rgb = Array3::zeros(shape);
            let error = normalize(rgb.view(), Layout::Nhwc, MEAN, DEVIATION, out.view_mut()).unwrap_err();
            assert!(matches!(error, Error::Shape { .. }), "{error:?}");
        };
        refused((1, 2, 4));
        refused((1, 1, 3));
        let rgb = Array3::zeros((1, 2, 3));
        let error = normalize(rgb.view(), Layout::Nhwc, MEAN, [0.0, 1.0, 1.0], out.view_mut()).unwrap_err();
        assert!(matches!(error, Error::Normalization));
    }
}
