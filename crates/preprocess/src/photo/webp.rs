//! WebP, Android's other format, by `image-webp`.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{ColorType, ImageDecoder};

use crate::photo::limits::Limits;
use crate::photo::raster::{Colors, Decoded, Raster, SourceProfile};
use crate::{Error, Result};

/// Decodes a WebP file; of an animation the first picture. Transparency is left out.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded> {
    let damaged = |error: image::ImageError| Error::Damaged {
        format: "WebP",
        reason: error.to_string(),
    };
    let mut decoder = image::codecs::webp::WebPDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    limits.check_size(width.into(), height.into())?;
    let profile = decoder.icc_profile().ok().flatten().map(SourceProfile::Icc);
    let orientation = decoder.exif_metadata().ok().flatten();
    let color = decoder.color_type();
    let mut samples = vec![0; usize::try_from(decoder.total_bytes()).unwrap_or(usize::MAX)];
    decoder.read_image(&mut samples).map_err(damaged)?;
    let samples = match color {
        ColorType::Rgb8 => samples,
        ColorType::Rgba8 => {
            let pixels = samples.as_chunks::<4>().0.iter();
            pixels.flat_map(|&[r, g, b, _]| [r, g, b]).collect()
        }
        _ => return Err(Error::Unsupported("WebP of another kind than RGB")),
    };
    Ok(Decoded {
        raster: Raster {
            width,
            height,
            colors: Colors::Rgb,
            samples,
        },
        profile,
        orientation: orientation.and_then(|exif| Orientation::from_exif_chunk(&exif)),
        file_size: (width, height),
        scale: 1.0,
    })
}
