//! Whether a picture is good enough to be measured, and what to do if it is not.

use serde::{Deserialize, Serialize};

use crate::constancy::{Illuminant, Powers};
use crate::lanes::vectorise;
use crate::measures::{Counts, measure_counts, sharpness};
use crate::{Frame, Resampler, Result, Roi};

/// Side of the square that is judged, in pixels: about what a network sees, so that blur which it cannot see is not
/// counted.
pub(crate) const SIDE: usize = 224;

/// A sharpness that is as good as none.
const NOTHING_SHARP: f32 = 0.05;

/// Mean and standard deviation of [`Illuminant::log_ratios`] over 250 dermoscopic pictures of HAM10000 and 45
/// smartphone pictures of PAD-UFES-20 (weighed alike), as cameras had white-balanced them. Light skin for the most
/// part: see the README.
const SKIN_LIGHT: [(f32, f32); 2] = [(0.527, 0.309), (-0.022, 0.247)];

/// What was measured of a picture's quality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quality {
    /// 0 (nothing but blur) to 1, of the least sharp of four directions: one minus the blur effect of Crété et al.,
    /// "The blur effect: perception and estimation with a new no-reference perceptual blur metric", 2007, on the luma
    /// of the region at 224 pixels a side, differences of a single level not counting as detail. Dermoscopic and
    /// close-up pictures have 0.25 to 0.65.
    pub sharpness: f32,
    /// Mean luma of the region, 0 black to 1 white.
    pub exposure: f32,
    /// Share of the region that is black, 0 to 1.
    pub clipped_dark: f32,
    /// Share of the region with two or three channels at their end (red alone often is, on skin), 0 to 1.
    pub clipped_bright: f32,
    /// Share of the region that mirrors the light, 0 to 1.
    pub glare: f32,
    /// How far the light's estimated colour lies from that of ordinary skin pictures, in standard deviations of the
    /// latter: 1 is usual, 4 rare; 0 where the picture is too dark or clipped to tell.
    pub colour_cast: f32,
    /// How much sharper one direction is than another, 0 (all alike) to 1: high where the camera moved.
    #[serde(default)]
    pub motion: f32,
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
    /// Out of focus: hold the camera steady and let it focus.
    Blurred,
    /// Blurred along one direction: hold still.
    Moved,
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
            Self::Blurred => "blurred: let the camera focus",
            Self::Moved => "moved: hold still",
            Self::Glare => "glare: change the angle of the light",
            Self::ColourCast => "coloured light: use daylight or white light",
        })
    }
}

/// What a picture has to meet. The README says what the defaults keep and reject.
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
    /// Greatest colour cast, in standard deviations.
    pub max_colour_cast: f32,
    /// Motion from which a blurred picture counts as moved.
    pub moved: f32,
    /// Least region side in pixels.
    pub min_roi_pixels: f32,
    /// Least share of the region inside the picture.
    pub min_visible: f32,
}

impl Default for QualityThresholds {
    fn default() -> Self {
        Self {
            min_sharpness: 0.2,
            min_exposure: 0.2,
            max_exposure: 0.9,
            max_clipped_dark: 0.25,
            max_clipped_bright: 0.1,
            max_glare: 0.08,
            max_colour_cast: 4.0,
            moved: 0.5,
            min_roi_pixels: 96.0,
            min_visible: 0.9,
        }
    }
}

/// Measures the region and judges it. For a stream of frames keep a [`Meter`].
///
/// # Errors
/// A region that cannot be read: see [`Resampler::rgb8`].
pub fn measure(frame: &Frame<'_>, roi: &Roi, thresholds: &QualityThresholds) -> Result<Quality> {
    Meter::new().measure(frame, roi, thresholds)
}

/// Measures quality frame by frame, keeping its work buffers.
#[derive(Debug, Default)]
pub struct Meter {
    resampler: Resampler,
    pixels: Vec<u8>,
    luma: Vec<u8>,
    powers: Powers,
}

impl Meter {
    /// With empty work buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Measures the region and judges it.
    ///
    /// # Errors
    /// A region that cannot be read: see [`Resampler::rgb8`].
    pub fn measure(&mut self, frame: &Frame<'_>, roi: &Roi, thresholds: &QualityThresholds) -> Result<Quality> {
        self.pixels.resize(SIDE * SIDE * 3, 0);
        self.luma.resize(SIDE * SIDE, 0);
        self.resampler.rgb8(frame, roi, SIDE, SIDE, &mut self.pixels)?;
        let pixels = self.pixels.as_chunks::<3>().0;
        let arch = pulp::Arch::new();
        let counts = vectorise(
            arch,
            Counting {
                pixels,
                luma: &mut self.luma,
            },
        );
        let axes = vectorise(arch, Sharpness { luma: &self.luma });
        let (least, most) = axes
            .into_iter()
            .fold((f32::MAX, 0.0f32), |(low, high), v| (low.min(v), high.max(v)));
        let total = (SIDE * SIDE) as f32;
        let mut quality = Quality {
            sharpness: least,
            exposure: counts.luma as f32 / total / 255.0,
            clipped_dark: counts.dark as f32 / total,
            clipped_bright: counts.bright as f32 / total,
            glare: counts.glare as f32 / total,
            colour_cast: Illuminant::estimate_with(&self.powers, pixels).map_or(0.0, |light| colour_cast(&light)),
            // Where nothing is sharp at all, directions do not matter.
            motion: 1.0 - (least + NOTHING_SHARP) / (most + NOTHING_SHARP),
            roi_pixels: roi.width.min(roi.height),
            visible: visible(frame, roi),
            accepted: false,
            issues: Vec::new(),
        };
        quality.issues = issues(&quality, thresholds);
        quality.accepted = quality.issues.is_empty();
        Ok(quality)
    }
}

struct Counting<'a> {
    pixels: &'a [[u8; 3]],
    luma: &'a mut [u8],
}

impl pulp::NullaryFnOnce for Counting<'_> {
    type Output = Counts;

    #[inline(always)]
    fn call(self) -> Counts {
        measure_counts(self.pixels, self.luma)
    }
}

struct Sharpness<'a> {
    luma: &'a [u8],
}

impl pulp::NullaryFnOnce for Sharpness<'_> {
    type Output = [f32; 4];

    #[inline(always)]
    fn call(self) -> [f32; 4] {
        sharpness(self.luma, SIDE)
    }
}

fn issues(quality: &Quality, t: &QualityThresholds) -> Vec<QualityIssue> {
    let blur = if quality.motion >= t.moved {
        QualityIssue::Moved
    } else {
        QualityIssue::Blurred
    };
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
        (quality.sharpness < t.min_sharpness, blur),
        (quality.glare > t.max_glare, QualityIssue::Glare),
        (quality.colour_cast > t.max_colour_cast, QualityIssue::ColourCast),
    ]
    .into_iter()
    .filter_map(|(wrong, issue)| wrong.then_some(issue))
    .collect()
}

/// Distance from ordinary skin pictures' light.
fn colour_cast(light: &Illuminant) -> f32 {
    let squares = light
        .log_ratios()
        .into_iter()
        .zip(SKIN_LIGHT)
        .map(|(value, (mean, deviation))| {
            let far = (value - mean) / deviation;
            far * far
        });
    squares.sum::<f32>().sqrt()
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
            let t = (x as f32 * std::f32::consts::TAU / wave).sin() + (y as f32 * std::f32::consts::TAU / wave).sin();
            [200.0 + 12.0 * t, 160.0 + 12.0 * t, 140.0 + 12.0 * t].map(|c| c as u8)
        }
    }

    #[test]
    fn a_textured_skin_tone_is_accepted() {
        let quality = judged(skin(5.0));
        assert!(quality.accepted, "{quality:?}");
        assert!(quality.colour_cast < 2.0 && quality.visible == 1.0, "{quality:?}");
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
        assert!(coarse.issues.contains(&QualityIssue::Blurred), "{coarse:?}");
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
