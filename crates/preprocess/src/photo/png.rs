//! PNG: every color type and depth, and how it says that its colors are meant.

use std::io::Cursor;

use ::png::{BitDepth, ColorType, DecodingError, Info, ScaledFloat, Transformations};
use image::metadata::Orientation;
use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, MatrixCoefficients, ToneReprCurve,
    TransferCharacteristics,
};

use crate::photo::limits::Limits;
use crate::photo::raster::{Colors, Decoded, Raster, SourceProfile};
use crate::{Error, Result};

/// The gamma that pictures in sRGB name for readers that know no better, in 1/100,000 (PNG 3rd edition, 11.3.2.5).
const SRGB_GAMMA: u32 = 45_455;

/// Decodes a PNG file. Transparency is left out.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded> {
    let mut decoder = ::png::Decoder::new_with_limits(
        Cursor::new(bytes),
        ::png::Limits {
            // Sixteen bits and alpha: eight bytes a pixel at most.
            bytes: usize::try_from(limits.max_pixels.saturating_mul(8)).unwrap_or(usize::MAX),
        },
    );
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    let header = decoder.read_header_info().map_err(damaged)?;
    let (width, height) = (header.width, header.height);
    limits.check_size(width.into(), height.into())?;
    let mut reader = decoder.read_info().map_err(damaged)?;
    // The decoder takes both for granted, and panics (png 0.18.1; found by fuzzing).
    if let Some(palette) = &reader.info().palette
        && (palette.len() % 3 != 0 || palette.len() > 3 * 256)
    {
        return Err(Error::Damaged {
            format: "PNG",
            reason: format!(
                "its palette has {} bytes: not three each for up to 256 colors",
                palette.len()
            ),
        });
    }
    let needed = reader.output_buffer_size().unwrap_or(usize::MAX);
    let mut samples = vec![0; needed];
    let output = reader.next_frame(&mut samples).map_err(damaged)?;
    if (output.width, output.height) != (width, height) {
        return Err(Error::Unsupported(
            "animated PNG whose first picture is smaller than the file's",
        ));
    }
    samples.truncate(output.buffer_size());
    // Words after the pixels count as well.
    reader.finish().map_err(damaged)?;
    let info = reader.info();
    let (colors, samples) = without_alpha(output.color_type, output.bit_depth, samples);
    Ok(Decoded {
        raster: Raster {
            width,
            height,
            colors,
            samples,
        },
        profile: profile(info)?,
        orientation: (info.exif_metadata.as_deref()).and_then(Orientation::from_exif_chunk),
        file_size: (width, height),
        scale: 1.0,
    })
}

fn damaged(error: DecodingError) -> Error {
    Error::Damaged {
        format: "PNG",
        reason: error.to_string(),
    }
}

/// Samples of 8 bits, 16 rounded to 8.
fn without_alpha(color: ColorType, depth: BitDepth, mut samples: Vec<u8>) -> (Colors, Vec<u8>) {
    if depth == BitDepth::Sixteen {
        let rounded = |high, low| ((u32::from(u16::from_be_bytes([high, low])) * 255 + 32_895) >> 16) as u8;
        samples = samples.as_chunks().0.iter().map(|&[a, b]| rounded(a, b)).collect();
    }
    match color {
        ColorType::Grayscale => (Colors::Gray, samples),
        ColorType::GrayscaleAlpha => (Colors::Gray, samples.iter().step_by(2).copied().collect()),
        ColorType::Rgba => {
            let pixels = samples.as_chunks::<4>().0.iter();
            (Colors::Rgb, pixels.flat_map(|&[r, g, b, _]| [r, g, b]).collect())
        }
        ColorType::Rgb | ColorType::Indexed => (Colors::Rgb, samples),
    }
}

/// How colors are meant, by the order of precedence of PNG 3rd edition, 4.3: cICP, iCCP, sRGB, gAMA and cHRM.
fn profile(info: &Info<'_>) -> Result<Option<SourceProfile>> {
    if let Some(points) = &info.coding_independent_code_points {
        if points.matrix_coefficients != 0 || !points.is_video_full_range_image {
            return Err(Error::Unsupported("PNG in YCbCr or in video range (cICP)"));
        }
        if let Some(said) = from_code_points(points.color_primaries, points.transfer_function)? {
            return Ok(Some(said));
        }
    }
    if let Some(icc) = &info.icc_profile {
        return Ok(Some(SourceProfile::Icc(icc.to_vec())));
    }
    if info.srgb.is_some() {
        return Ok(None);
    }
    // As in browsers, primaries count where there is a gamma.
    let Some(gamma) = info.gama_chunk.map(ScaledFloat::into_scaled) else {
        return Ok(None);
    };
    if gamma == 0 {
        return Ok(None);
    }
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    if let Some(chromaticities) = &info.chrm_chunk {
        let point = |(x, y): (ScaledFloat, ScaledFloat)| Chromaticity::new(x.into_value(), y.into_value());
        let (red, green, blue) = (
            point(chromaticities.red),
            point(chromaticities.green),
            point(chromaticities.blue),
        );
        let white = point(chromaticities.white);
        if [red, green, blue, white].iter().all(|point| point.y > 0.0) {
            profile.update_rgb_colorimetry(white.to_xyyb(), ColorPrimaries { red, green, blue });
        }
    }
    if gamma.abs_diff(SRGB_GAMMA) > 50 {
        let curve = Some(ToneReprCurve::Parametric(vec![100_000.0 / gamma as f32]));
        (profile.red_trc, profile.green_trc, profile.blue_trc) = (curve.clone(), curve.clone(), curve);
    }
    Ok(Some(SourceProfile::Said(Box::new(profile))))
}

/// The color space that code points name; `None` where they name none.
fn from_code_points(primaries: u8, transfer: u8) -> Result<Option<SourceProfile>> {
    let (Ok(color_primaries), Ok(transfer_characteristics)) = (
        CicpColorPrimaries::try_from(primaries),
        TransferCharacteristics::try_from(transfer),
    ) else {
        return Ok(None);
    };
    if matches!(
        transfer_characteristics,
        TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg
    ) {
        return Err(Error::Unsupported("HDR (PQ or HLG) PNG"));
    }
    let mut profile = ColorProfile::new_srgb();
    profile.red_trc = None;
    // What it returns is false at any rate (moxcms 0.8).
    profile.update_rgb_colorimetry_from_cicp(CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    profile.cicp = None;
    let is_known = profile.red_trc.is_some();
    Ok(is_known.then(|| SourceProfile::Said(Box::new(profile))))
}
