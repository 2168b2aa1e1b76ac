//! RGB bytes to a network's floats.

use crate::lanes::vectorise;
use crate::{Error, Result};

/// The order of a tensor's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Pixel by pixel: R G B R G B …
    Nhwc,
    /// Channel by channel: all R, all G, all B.
    Nchw,
}

/// Writes `(value / 255 - mean) / deviation` for each channel of packed RGB, as networks trained with a mean and a
/// standard deviation expect. Allocates nothing.
///
/// # Errors
/// Bytes that are not whole pixels, an output of another length, a deviation that is 0 or a number that is not finite.
pub fn normalise(rgb: &[u8], layout: Layout, mean: [f32; 3], deviation: [f32; 3], out: &mut [f32]) -> Result<()> {
    let (pixels, rest) = rgb.as_chunks::<3>();
    if !rest.is_empty() {
        let needed = rgb.len().next_multiple_of(3);
        return Err(Error::BufferLength {
            buffer: "RGB",
            needed,
            got: rgb.len(),
        });
    }
    if out.len() != rgb.len() {
        return Err(Error::BufferLength {
            buffer: "output",
            needed: rgb.len(),
            got: out.len(),
        });
    }
    let gain = deviation.map(|deviation| 1.0 / (255.0 * deviation));
    let offset: [f32; 3] = std::array::from_fn(|c| -mean[c] / deviation[c]);
    if gain.iter().chain(&offset).any(|value| !value.is_finite()) {
        return Err(Error::Normalisation);
    }
    vectorise(
        pulp::Arch::new(),
        Normalise {
            pixels,
            layout,
            gain,
            offset,
            out,
        },
    );
    Ok(())
}

struct Normalise<'a> {
    pixels: &'a [[u8; 3]],
    layout: Layout,
    gain: [f32; 3],
    offset: [f32; 3],
    out: &'a mut [f32],
}

impl pulp::NullaryFnOnce for Normalise<'_> {
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
    use super::*;

    const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
    const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

    #[test]
    fn both_layouts_hold_the_same_values() {
        let rgb: Vec<u8> = (0..60).map(|i| (i * 17 % 256) as u8).collect();
        let (mut by_pixel, mut by_channel) = (vec![0.0; 60], vec![0.0; 60]);
        normalise(&rgb, Layout::Nhwc, MEAN, DEVIATION, &mut by_pixel).unwrap();
        normalise(&rgb, Layout::Nchw, MEAN, DEVIATION, &mut by_channel).unwrap();
        for pixel in 0..20 {
            for c in 0..3 {
                let exact = (f32::from(rgb[pixel * 3 + c]) / 255.0 - MEAN[c]) / DEVIATION[c];
                assert!((by_pixel[pixel * 3 + c] - exact).abs() < 1e-5);
                assert_eq!(by_pixel[pixel * 3 + c], by_channel[c * 20 + pixel]);
            }
        }
    }

    #[test]
    fn wrong_buffers_and_numbers_are_refused() {
        let mut out = [0.0; 6];
        assert!(normalise(&[0; 5], Layout::Nhwc, MEAN, DEVIATION, &mut out[..5]).is_err());
        assert!(normalise(&[0; 3], Layout::Nhwc, MEAN, DEVIATION, &mut out).is_err());
        let error = normalise(&[0; 6], Layout::Nhwc, MEAN, [0.0, 1.0, 1.0], &mut out).unwrap_err();
        assert!(matches!(error, Error::Normalisation));
    }
}
