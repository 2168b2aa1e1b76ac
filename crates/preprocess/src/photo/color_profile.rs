//! Colors of other spaces to sRGB, by `moxcms`.

use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions};

use crate::photo::raster::{Colors, Raster, SourceProfile};
use crate::{Error, Result};

/// Pixels converted at a time.
const CHUNK: usize = 4096;

/// Packed sRGB of a raster.
///
/// A profile that cannot be read, or is one of another kind of colors than the file's, is as good as none, as in browsers.
///
/// # Errors
/// A profile that fits the picture but that no conversion can be made of.
pub(crate) fn to_srgb(raster: Raster, profile: Option<SourceProfile>) -> Result<Vec<u8>> {
    let profile = match profile {
        Some(SourceProfile::Icc(bytes)) => ColorProfile::new_from_slice(&bytes).ok(),
        Some(SourceProfile::Said(profile)) => Some(*profile),
        None => None,
    };
    let Raster { colors, samples, .. } = raster;
    let Some(profile) = profile else {
        return Ok(plain(colors, samples));
    };
    match (colors, profile.color_space) {
        (Colors::Gray, DataColorSpace::Gray) => {
            let transform = transform(&profile, Layout::Gray)?;
            Ok(converted::<1>(&*transform, &samples, |gray| gray))
        }
        (Colors::InvertedCmyk, DataColorSpace::Cmyk) => {
            let transform = transform(&profile, Layout::Rgba)?;
            // Profiles count ink.
            Ok(converted::<4>(&*transform, &samples, |inks| {
                inks.map(|level| 255 - level)
            }))
        }
        (Colors::Gray | Colors::Rgb, DataColorSpace::Rgb) => {
            let mut pixels = plain(colors, samples);
            let transform = transform(&profile, Layout::Rgb)?;
            if !is_srgb(&*transform) {
                let mut before = Vec::with_capacity(CHUNK * 3);
                for chunk in pixels.chunks_mut(CHUNK * 3) {
                    before.clear();
                    before.extend_from_slice(chunk);
                    convert(&*transform, &before, chunk);
                }
            }
            Ok(pixels)
        }
        _ => Ok(plain(colors, samples)),
    }
}

/// Without a profile: gray three times, and inks as light that each of them takes away.
fn plain(colors: Colors, samples: Vec<u8>) -> Vec<u8> {
    match colors {
        Colors::Rgb => samples,
        Colors::Gray => samples.iter().flat_map(|gray| [*gray; 3]).collect(),
        Colors::InvertedCmyk => {
            let pixels = samples.as_chunks::<4>().0.iter();
            pixels
                .flat_map(|[c, m, y, k]| [c, m, y].map(|level| ((u32::from(*level) * u32::from(*k) + 127) / 255) as u8))
                .collect()
        }
    }
}

/// Whether a matrix of primaries can be one: together they are about the white that profiles are relative to, and none
/// lies far beyond the visible ones. Wider than any space in use, and old profiles that are relative to another white pass.
fn is_plausible(profile: &ColorProfile) -> bool {
    const D50: [f64; 3] = [0.9642, 1.0, 0.8249];
    let rows = profile.rgb_to_xyz_matrix().v;
    rows.iter().zip(D50).all(|(row, white)| {
        let is_near = (row.iter().sum::<f64>() - white).abs() < 0.5;
        is_near && row.iter().all(|value| value.abs() < 4.0)
    })
}

fn transform(profile: &ColorProfile, layout: Layout) -> Result<Arc<Transform8BitExecutor>> {
    if profile.is_matrix_shaper() && !is_plausible(profile) {
        return Err(Error::ColorProfile);
    }
    let options = TransformOptions {
        // The profile's curves, not what it may name beside them; and floats: fixed point is off by 2 for ProPhoto RGB.
        allow_use_cicp_transfer: false,
        prefer_fixed_point: false,
        ..TransformOptions::default()
    };
    profile
        .create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, options)
        .map_err(|_| Error::ColorProfile)
}

fn converted<const C: usize>(
    transform: &Transform8BitExecutor,
    samples: &[u8],
    prepare: impl Fn([u8; C]) -> [u8; C],
) -> Vec<u8> {
    let pixels = samples.as_chunks::<C>().0;
    let mut out = vec![0; pixels.len() * 3];
    let mut before = Vec::with_capacity(CHUNK * C);
    for (pixels, out) in pixels.chunks(CHUNK).zip(out.chunks_mut(CHUNK * 3)) {
        before.clear();
        before.extend(pixels.iter().flat_map(|pixel| prepare(*pixel)));
        convert(transform, &before, out);
    }
    out
}

/// Lengths fit, and nothing else can fail.
fn convert(transform: &Transform8BitExecutor, before: &[u8], after: &mut [u8]) {
    let done = transform.transform(before, after);
    debug_assert!(done.is_ok(), "{done:?}");
}

/// Whether a conversion changes no color by more than a level: the profile is sRGB, in curves and in primaries.
fn is_srgb(transform: &Transform8BitExecutor) -> bool {
    let levels = || (0..=255u8).step_by(17);
    let grays = (0..=255u8).map(|level| [level; 3]);
    let colors = levels().flat_map(|r| levels().flat_map(move |g| levels().map(move |b| [r, g, b])));
    let before: Vec<u8> = grays.chain(colors).flatten().collect();
    let mut after = vec![0; before.len()];
    convert(transform, &before, &mut after);
    before.iter().zip(&after).all(|(a, b)| a.abs_diff(*b) <= 1)
}

#[cfg(test)]
mod tests {
    use moxcms::ToneReprCurve;

    use super::*;

    fn converted_pixels(profile: &ColorProfile, colors: Colors, samples: &[u8]) -> Vec<u8> {
        let raster = Raster {
            width: 1,
            height: 1,
            colors,
            samples: samples.to_vec(),
        };
        to_srgb(raster, Some(SourceProfile::Icc(profile.encode().unwrap()))).unwrap()
    }

    /// A color by the definitions, in f64: curve, matrix by way of XYZ, sRGB's curve.
    fn expected(profile: &ColorProfile, pixel: [u8; 3], curve: impl Fn(f64) -> f64) -> [f64; 3] {
        let light = pixel.map(|code| curve(f64::from(code) / 255.0));
        let matrix = profile.transform_matrix(&ColorProfile::new_srgb()).v;
        matrix.map(|row| {
            let linear: f64 = row.iter().zip(light).map(|(a, b)| a * b).sum::<f64>().clamp(0.0, 1.0);
            let code = if linear <= 0.003_130_8 {
                linear * 12.92
            } else {
                1.055 * linear.powf(1.0 / 2.4) - 0.055
            };
            code * 255.0
        })
    }

    fn srgb_curve(value: f64) -> f64 {
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    }

    const COLORS: [[u8; 3]; 7] = [
        [128, 128, 128],
        [200, 120, 90],
        [240, 200, 180],
        [60, 35, 25],
        [10, 11, 12],
        [255, 255, 255],
        [0, 0, 0],
    ];

    #[test]
    fn colors_are_those_of_the_definitions() {
        let linear = |value: f64| value;
        let check = |name: &str, profile: &ColorProfile, curve: &dyn Fn(f64) -> f64| {
            let got = converted_pixels(profile, Colors::Rgb, COLORS.as_flattened());
            for (got, pixel) in got.as_chunks::<3>().0.iter().zip(COLORS) {
                let wanted = expected(profile, pixel, curve);
                for (got, wanted) in got.iter().zip(wanted) {
                    assert!(
                        (f64::from(*got) - wanted).abs() <= 1.5,
                        "{name} {pixel:?}: {got} for {wanted}"
                    );
                }
            }
        };
        check("Display P3", &ColorProfile::new_display_p3(), &srgb_curve);
        check("Adobe RGB", &ColorProfile::new_adobe_rgb(), &|v| v.powf(563.0 / 256.0));
        // sRGB's primaries count for nothing where the curve is another.
        let mut straight = ColorProfile::new_srgb();
        straight.cicp = None;
        let curve = Some(ToneReprCurve::Lut(vec![]));
        (straight.red_trc, straight.green_trc, straight.blue_trc) = (curve.clone(), curve.clone(), curve);
        check("linear sRGB", &straight, &linear);
        let got = converted_pixels(&straight, Colors::Rgb, &[55, 55, 55]);
        assert!(got.iter().all(|level| level.abs_diff(128) <= 2), "{got:?}");
    }

    #[test]
    fn srgb_changes_nothing() {
        let pixels: Vec<u8> = (0..=255).flat_map(|v: u8| [v, 255 - v, v / 2]).collect();
        assert_eq!(
            converted_pixels(&ColorProfile::new_srgb(), Colors::Rgb, &pixels),
            pixels
        );
    }

    #[test]
    fn absurd_primaries_are_refused() {
        let mut absurd = ColorProfile::new_display_p3();
        absurd.red_colorant.x = 30_000.0;
        let raster = Raster {
            width: 1,
            height: 1,
            colors: Colors::Rgb,
            samples: vec![1, 2, 3],
        };
        let refused = to_srgb(raster, Some(SourceProfile::Said(Box::new(absurd))));
        assert!(matches!(refused, Err(Error::ColorProfile)), "{refused:?}");
        for profile in [
            ColorProfile::new_adobe_rgb(),
            ColorProfile::new_pro_photo_rgb(),
            ColorProfile::new_bt2020(),
            ColorProfile::new_dci_p3(),
            ColorProfile::new_aces_cg_linear(),
        ] {
            assert!(is_plausible(&profile), "{:?}", profile.rgb_to_xyz_matrix());
        }
    }

    #[test]
    fn gray_profiles_count() {
        let profile = ColorProfile::new_gray_with_gamma(1.0);
        let got = converted_pixels(&profile, Colors::Gray, &[0, 55, 255]);
        assert!(got[3..6].iter().all(|level| level.abs_diff(128) <= 2), "{got:?}");
        assert_eq!((&got[..3], &got[6..]), (&[0; 3][..], &[255; 3][..]));
    }

    #[test]
    fn what_is_of_another_kind_or_damaged_changes_nothing() {
        let before = [10, 200, 30, 1, 2, 3];
        let gray = ColorProfile::new_gray_with_gamma(1.0);
        assert_eq!(converted_pixels(&gray, Colors::Rgb, &before), before);
        let raster = Raster {
            width: 2,
            height: 1,
            colors: Colors::Rgb,
            samples: before.to_vec(),
        };
        let damaged = Some(SourceProfile::Icc(b"not a profile".to_vec()));
        assert_eq!(to_srgb(raster, damaged).unwrap(), before);
    }
}
