//! Regions of photos: millions of packed RGB pixels to a few thousand.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use crate::format::{PixelFormat, Rotation};
use crate::frame::Frame;

/// Regions of fewer pixels are the stream's own scaler's, which allocates nothing: beyond this size it waits for memory,
/// because it reads narrow columns of many wide rows.
const LEAST_AREA: f64 = 4_000_000.0;

/// Scales the upright part `low..high` of a whole RGB photo by the same triangle, `false` where the frame is anything
/// else. Allocates its weights at each call: photos come one at a time.
pub(crate) fn scale(
    resizer: &mut Resizer,
    frame: &Frame<'_>,
    [low, high]: [[f64; 2]; 2],
    [width, height]: [usize; 2],
    out: &mut [u8],
) -> bool {
    let [w, h] = [frame.width(), frame.height()];
    let plane = &frame.planes[0];
    let plain = frame.format == PixelFormat::Rgb8
        && frame.rotation == Rotation::None
        && !frame.mirrored
        && (plane.step, plane.row) == (3, w as usize * 3);
    let size = [high[0] - low[0], high[1] - low[1]];
    let inside = low[0] >= 0.0 && low[1] >= 0.0 && high[0] <= f64::from(w) && high[1] <= f64::from(h);
    let reduced = size[0] >= width as f64 && size[1] >= height as f64;
    if !plain || !inside || !reduced || size[0] * size[1] < LEAST_AREA {
        return false;
    }
    let Some(pixels) = plane.data.get(..w as usize * h as usize * 3) else {
        return false;
    };
    let source = TypedImageRef::<U8x3>::from_buffer(w, h, pixels);
    let target = TypedImage::<U8x3>::from_buffer(width as u32, height as u32, out);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .crop(low[0], low[1], size[0], size[1]);
    match (source, target) {
        (Ok(source), Ok(mut target)) => resizer.resize_typed(&source, &mut target, &options).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Frame, Resampler, Roi};

    #[test]
    fn photos_and_streams_are_scaled_alike() {
        let (width, height) = (2600u32, 2300u32);
        let data: Vec<u8> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .flat_map(|(x, y)| [x / 9 + y / 7, (x * x / 5000) ^ (y / 3), x * y / 300].map(|v| (v % 256) as u8))
            .collect();
        let photo = Frame::rgb8(&data, width, height).unwrap();
        // The same pixels as another format go the stream's way.
        let rgba: Vec<u8> = data
            .as_chunks::<3>()
            .0
            .iter()
            .flat_map(|&[r, g, b]| [r, g, b, 255])
            .collect();
        let planes = [crate::Plane::packed(&rgba)];
        let layout = crate::FrameLayout::new(crate::PixelFormat::Rgba8, width, height, &planes);
        let stream = Frame::new(&layout).unwrap();
        let mut resampler = Resampler::new();
        for roi in [
            Roi::whole(width, height),
            Roi::centre_square(width, height),
            Roi::square([1237.25, 1140.5], 2101.3),
        ] {
            let (mut a, mut b) = (vec![0; 96 * 80 * 3], vec![0; 96 * 80 * 3]);
            resampler.rgb8(&photo, &roi, 96, 80, &mut a).unwrap();
            resampler.rgb8(&stream, &roi, 96, 80, &mut b).unwrap();
            let most = a.iter().zip(&b).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(most <= Some(1), "{most:?} levels apart");
            assert_ne!(a, b, "two ways were taken");
        }
    }
}
