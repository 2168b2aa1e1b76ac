//! Whether a picture is good enough to be measured, and what to do if it is not.

use serde::{Deserialize, Serialize};

use crate::{Frame, Resampler, Result, Roi};

/// Side of the square that is judged, in pixels: about what a network sees, so that blur which it cannot see is not
/// counted.
const SIDE: usize = 224;

/// Levels of 0..=255 at or beyond which a pixel counts as clipped.
const DARK: f32 = 6.0;
const BRIGHT: f32 = 249.0;

/// A specular pixel is at least this bright and nearly without colour (spread of its channels).
const GLARE_LEVEL: u8 = 235;
const GLARE_SPREAD: u8 = 28;

/// Minkowski norm of shades of grey (Finlayson and Trezzi, "Shades of Gray and Colour Constancy", 2004).
const GREY_NORM: i32 = 6;

/// What was measured of a picture's quality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quality {
    /// 0 (nothing but blur) to 1: one minus the blur effect of Crété et al., "The blur effect: perception and
    /// estimation with a new no-reference perceptual blur metric", 2007, on the luma of the region.
    pub sharpness: f32,
    /// Mean luma of the region, 0 black to 1 white.
    pub exposure: f32,
    /// Share of the region that is black, 0 to 1.
    pub clipped_dark: f32,
    /// Share of the region with two or three channels at their end (red alone often is, on skin), 0 to 1.
    pub clipped_bright: f32,
    /// Share of the region that mirrors the light, 0 to 1.
    pub glare: f32,
    /// Angle between the light's estimated colour (shades of grey) and neutral, in degrees. Skin alone gives 5 to 20.
    pub colour_cast: f32,
    /// Shorter side of the region, in pixels of the picture.
    pub roi_pixels: f32,
    /// Share of the region that lies inside the picture, 0 to 1.
    pub visible: f32,
    /// Whether the picture meets every threshold.
    pub accepted: bool,
    /// What it does not meet, most telling first.
    pub issues: Vec<QualityIssue>,
}

/// Why a picture is not good enough: what a host turns into words of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum QualityIssue {
    /// The region has too few pixels: move closer.
    TooSmall,
    /// Part of the region lies outside of the picture: frame it whole.
    CutOff,
    /// Too little light.
    TooDark,
    /// Too much light.
    TooBright,
    /// Out of focus or moved: hold still.
    Blurred,
    /// The light is mirrored: change the angle.
    Glare,
    /// Coloured light: use daylight or white light.
    ColourCast,
}

impl std::fmt::Display for QualityIssue {
    /// A plain English hint, for logs and the command line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooSmall => "too small: move closer",
            Self::CutOff => "cut off: frame it whole",
            Self::TooDark => "too dark: use more light",
            Self::TooBright => "too bright: use less light",
            Self::Blurred => "blurred: hold still and let the camera focus",
            Self::Glare => "glare: change the angle of the light",
            Self::ColourCast => "coloured light: use daylight or white light",
        })
    }
}

/// What a picture has to meet. The defaults keep at least 97 % of the untouched pictures that they were set on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct QualityThresholds {
    /// Least sharpness.
    pub min_sharpness: f32,
    /// Least mean luma.
    pub min_exposure: f32,
    /// Greatest mean luma.
    pub max_exposure: f32,
    /// Greatest share of black pixels.
    pub max_clipped_dark: f32,
    /// Greatest share of clipped bright pixels.
    pub max_clipped_bright: f32,
    /// Greatest share of mirrored light.
    pub max_glare: f32,
    /// Greatest colour cast, in degrees.
    pub max_colour_cast: f32,
    /// Least region side in pixels.
    pub min_roi_pixels: f32,
    /// Least share of the region inside the picture.
    pub min_visible: f32,
}

impl Default for QualityThresholds {
    fn default() -> Self {
        Self {
            min_sharpness: 0.48,
            min_exposure: 0.2,
            max_exposure: 0.9,
            max_clipped_dark: 0.25,
            max_clipped_bright: 0.1,
            max_glare: 0.08,
            max_colour_cast: 24.0,
            min_roi_pixels: 96.0,
            min_visible: 0.9,
        }
    }
}

/// Measures the region and judges it.
///
/// # Errors
/// A region that cannot be read: see [`Resampler::rgb8`].
pub fn measure(frame: &Frame<'_>, roi: &Roi, thresholds: &QualityThresholds) -> Result<Quality> {
    let mut pixels = vec![0; SIDE * SIDE * 3];
    Resampler::new().rgb8(frame, roi, SIDE, SIDE, &mut pixels)?;
    let (pixels, _) = pixels.as_chunks::<3>();
    let share =
        |test: &dyn Fn(&[u8; 3]) -> bool| pixels.iter().filter(|p| test(p)).count() as f32 / pixels.len() as f32;
    let luma: Vec<f32> = pixels.iter().map(luma).collect();
    let mut quality = Quality {
        sharpness: sharpness(&luma),
        exposure: luma.iter().sum::<f32>() / luma.len() as f32 / 255.0,
        clipped_dark: luma.iter().filter(|l| **l <= DARK).count() as f32 / luma.len() as f32,
        clipped_bright: share(&|p| p.iter().filter(|c| f32::from(**c) >= BRIGHT).count() > 1),
        glare: share(&|[r, g, b]| {
            let (low, high) = (*r.min(g).min(b), *r.max(g).max(b));
            low >= GLARE_LEVEL && high - low <= GLARE_SPREAD
        }),
        colour_cast: colour_cast(pixels),
        roi_pixels: roi.width.min(roi.height),
        visible: visible(frame, roi),
        accepted: false,
        issues: Vec::new(),
    };
    quality.issues = issues(&quality, thresholds);
    quality.accepted = quality.issues.is_empty();
    Ok(quality)
}

fn issues(quality: &Quality, t: &QualityThresholds) -> Vec<QualityIssue> {
    [
        (quality.roi_pixels < t.min_roi_pixels, QualityIssue::TooSmall),
        (quality.visible < t.min_visible, QualityIssue::CutOff),
        (
            quality.exposure < t.min_exposure || quality.clipped_dark > t.max_clipped_dark,
            QualityIssue::TooDark,
        ),
        (
            quality.exposure > t.max_exposure || quality.clipped_bright > t.max_clipped_bright,
            QualityIssue::TooBright,
        ),
        (quality.sharpness < t.min_sharpness, QualityIssue::Blurred),
        (quality.glare > t.max_glare, QualityIssue::Glare),
        (quality.colour_cast > t.max_colour_cast, QualityIssue::ColourCast),
    ]
    .into_iter()
    .filter_map(|(wrong, issue)| wrong.then_some(issue))
    .collect()
}

/// BT.601 luma, 0..=255.
fn luma([r, g, b]: &[u8; 3]) -> f32 {
    0.299 * f32::from(*r) + 0.587 * f32::from(*g) + 0.114 * f32::from(*b)
}

/// How much contrast between neighbours a strong blur takes away, the less telling axis counting: a picture that is
/// blurred already has little to lose.
fn sharpness(luma: &[f32]) -> f32 {
    /// Neighbours on each side of the blur: nine in all, as in the paper.
    const REACH: usize = 4;
    let along = |step: usize, stride: usize| -> f32 {
        let (mut contrast, mut lost) = (0.0f32, 0.0f32);
        for line in 0..SIDE {
            let at = |i: usize| luma[line * stride + i * step];
            // The sum of the window around i, moved along the line.
            let mut window: f32 = (0..2 * REACH + 1).map(at).sum();
            for i in REACH..SIDE - REACH - 1 {
                let next = window - at(i - REACH) + at(i + REACH + 1);
                let difference = (at(i + 1) - at(i)).abs();
                let blurred = (next - window).abs() / (2 * REACH + 1) as f32;
                contrast += difference;
                lost += (difference - blurred).max(0.0);
                window = next;
            }
        }
        if contrast > 0.0 { lost / contrast } else { 0.0 }
    };
    along(1, SIDE).min(along(SIDE, 1))
}

/// Angle between shades of grey and neutral, in degrees. Clipped pixels have lost their colour and are left out.
fn colour_cast(pixels: &[[u8; 3]]) -> f32 {
    let mut sums = [0f64; 3];
    for pixel in pixels {
        if pixel.iter().all(|c| (DARK..BRIGHT).contains(&f32::from(*c))) {
            for (sum, channel) in sums.iter_mut().zip(pixel) {
                *sum += (f64::from(*channel) / 255.0).powi(GREY_NORM);
            }
        }
    }
    let light = sums.map(|sum| sum.powf(1.0 / f64::from(GREY_NORM)));
    let length = light.iter().map(|c| c * c).sum::<f64>().sqrt();
    if length == 0.0 {
        return 0.0;
    }
    let cosine = light.iter().sum::<f64>() / (length * 3f64.sqrt());
    cosine.clamp(-1.0, 1.0).acos().to_degrees() as f32
}

/// Share of the region inside the picture, by a grid of points.
fn visible(frame: &Frame<'_>, roi: &Roi) -> f32 {
    const GRID: usize = 16;
    let inside = (0..GRID * GRID)
        .filter(|i| {
            let unit = [i % GRID, i / GRID].map(|k| (k as f32 + 0.5) / GRID as f32);
            let [x, y] = roi.to_picture(unit);
            (0.0..=frame.width() as f32).contains(&x) && (0.0..=frame.height() as f32).contains(&y)
        })
        .count();
    inside as f32 / (GRID * GRID) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: u32 = 256;

    fn judged(colour: impl Fn(u32, u32) -> [u8; 3]) -> Quality {
        let data: Vec<u8> = (0..SIZE * SIZE).flat_map(|i| colour(i % SIZE, i / SIZE)).collect();
        let frame = Frame::rgb8(&data, SIZE, SIZE).unwrap();
        measure(&frame, &Roi::centre_square(SIZE, SIZE), &QualityThresholds::default()).unwrap()
    }

    /// A skin-like tone with fine texture; `wave` is its length in pixels.
    fn skin(wave: f32) -> impl Fn(u32, u32) -> [u8; 3] {
        move |x, y| {
            let t = (x as f32 * 6.28 / wave).sin() + (y as f32 * 6.28 / wave).sin();
            [200.0 + 12.0 * t, 160.0 + 12.0 * t, 140.0 + 12.0 * t].map(|c| c as u8)
        }
    }

    #[test]
    fn a_textured_skin_tone_is_accepted() {
        let quality = judged(skin(5.0));
        assert!(quality.accepted, "{quality:?}");
        assert!(quality.colour_cast > 3.0 && quality.visible == 1.0);
    }

    #[test]
    fn coarse_texture_is_less_sharp() {
        let (fine, coarse) = (judged(skin(5.0)), judged(skin(60.0)));
        assert!(
            fine.sharpness > 2.0 * coarse.sharpness,
            "{} {}",
            fine.sharpness,
            coarse.sharpness
        );
        assert!(coarse.issues.contains(&QualityIssue::Blurred));
    }

    #[test]
    fn light_is_judged() {
        let dimmed =
            |factor: f32| judged(move |x, y| skin(5.0)(x, y).map(|c| (f32::from(c) * factor).min(255.0) as u8));
        assert!(dimmed(0.15).issues.contains(&QualityIssue::TooDark));
        assert!(dimmed(1.9).issues.contains(&QualityIssue::TooBright));
        let blue = judged(|x, y| {
            let [r, g, b] = skin(5.0)(x, y);
            [r / 4, g / 3, b]
        });
        assert!(blue.issues.contains(&QualityIssue::ColourCast), "{blue:?}");
        let spot = judged(|x, y| {
            if x < 100 && y < 100 {
                [250, 249, 248]
            } else {
                skin(5.0)(x, y)
            }
        });
        assert!(spot.issues.contains(&QualityIssue::Glare), "{spot:?}");
    }

    #[test]
    fn a_region_beyond_the_edge_is_cut_off() {
        let data = vec![128; 64 * 64 * 3];
        let frame = Frame::rgb8(&data, 64, 64).unwrap();
        let quality = measure(&frame, &Roi::square([0.0, 32.0], 60.0), &QualityThresholds::default()).unwrap();
        assert!((quality.visible - 0.5).abs() < 0.05);
        assert!(quality.issues.contains(&QualityIssue::CutOff) && quality.issues.contains(&QualityIssue::TooSmall));
    }
}
