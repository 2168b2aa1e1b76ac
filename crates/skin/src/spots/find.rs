//! Finds the spots of a picture of skin.

use skinkit_preprocess::{Frame, Resampler, Roi};
use skinkit_roi::{Scale, SkinMask};

use super::area::skin_area;
use super::confidence::Features;
use super::kind::SpotKind;
use super::spot::{Spot, SpotMap};
use crate::blob::{self, Wanted};
use crate::color::linear;
use crate::plane::Plane;
use crate::{Error, Result};

/// Longest side of the grid that is searched, in cells. Pictures are never enlarged.
const SEARCHED: f32 = 1024.0;
/// Least diameter in millimeters where the scale is known, in pixels where it is not, and in cells of the grid.
const LEAST_MM: f32 = 2.0;
const LEAST_PIXELS: f32 = 12.0;
const LEAST_CELLS: f32 = 4.0;
/// A spot of the least diameter may measure less: those down to this share of it are kept.
const MEASURED: f32 = 0.75;
/// Greatest diameter, as a share of the picture's shorter side.
const GREATEST: f32 = 0.3;
/// Least contrast, in 100 times the decadic logarithm of green light: a sixteenth less light.
const LEAST_CONTRAST: f32 = 2.8;
/// Least response over the spread of all responses.
const LEAST_SIGNIFICANCE: f32 = 3.0;
/// Confidence from which a find is a spot.
pub const SURE: f32 = 0.5;
/// Confidence below which a find is nothing.
const FAINT: f32 = 0.05;
/// Least share of the picture that must be skin.
const LEAST_SKIN: f32 = 0.15;

/// What is known of a picture in which spots are looked for.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct SpotOptions<'a> {
    /// Where the skin is, if that is known: of a face, or of a person ([`skinkit_roi::SkinFinder`]). Without it the
    /// largest part of the picture with one color of skin is taken.
    pub skin: Option<&'a SkinMask>,
    /// Millimeters a pixel, if known.
    pub scale: Option<Scale>,
}

impl<'a> SpotOptions<'a> {
    /// The same with a mask of the skin.
    #[must_use]
    pub fn with_skin(self, skin: Option<&'a SkinMask>) -> Self {
        Self { skin, ..self }
    }

    /// The same with a scale.
    #[must_use]
    pub fn with_scale(self, scale: Option<Scale>) -> Self {
        Self { scale, ..self }
    }
}

/// What a search gave, sure or not.
pub(crate) struct Search {
    pub finds: Vec<(Spot, Features)>,
    skin: Plane<bool>,
    coverage: f32,
    least_diameter: f32,
}

/// Finds spots. Needs no model; holds its work buffers: one finder a thread.
#[derive(Default)]
pub struct SpotFinder {
    resampler: Resampler,
}

impl SpotFinder {
    /// A finder with empty work buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The spots of a picture of skin: a forearm, a back, a cheek.
    ///
    /// # Errors
    /// [`Error::NoSkin`] where less than 15 % of the picture has one color of skin.
    pub fn find(&mut self, frame: &Frame<'_>, options: SpotOptions<'_>) -> Result<SpotMap> {
        let search = self.search(frame, options)?;
        let mut found: Vec<Spot> = search.finds.into_iter().map(|(spot, _)| spot).collect();
        found.retain(|spot| spot.confidence >= FAINT);
        found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        let sure = found.partition_point(|spot| spot.confidence >= SURE);
        let faint = found.split_off(sure);
        Ok(SpotMap {
            spots: found,
            faint,
            skin: super::area::coarse(&search.skin, [frame.width(), frame.height()]),
            coverage: search.coverage,
            least_diameter: search.least_diameter,
        })
    }

    /// Everything that might be a spot, with its features.
    pub(crate) fn search(&mut self, frame: &Frame<'_>, options: SpotOptions<'_>) -> Result<Search> {
        let (grid, factor) = self.sampled(frame)?;
        let mask = options.skin.map(|mask| {
            let at = |i: usize| [i % grid.width, i / grid.width].map(|c| (c as f32 + 0.5) * factor);
            Plane {
                width: grid.width,
                height: grid.height,
                cells: (0..grid.cells.len()).map(|i| mask.contains(at(i))).collect(),
            }
        });
        let skin = skin_area(&grid, mask.as_ref()).ok_or(Error::NoSkin)?;
        let coverage = skin.count() as f32 / grid.cells.len().max(1) as f32;
        if coverage < LEAST_SKIN {
            return Err(Error::NoSkin);
        }
        let mm = options.scale.map(|scale| scale.mm_per_pixel);
        let least = mm.map_or(LEAST_PIXELS, |mm| LEAST_MM / mm).max(LEAST_CELLS * factor);
        let wanted = Wanted {
            diameters: [MEASURED * least / factor, GREATEST * grid.width.min(grid.height) as f32],
            contrast: LEAST_CONTRAST,
            significance: LEAST_SIGNIFICANCE,
        };
        let density = |channel: usize| grid.map(|rgb: [u8; 3]| -100.0 * linear(rgb[channel]).max(1e-3).log10());
        let (red, green, blue) = (density(0), density(1), density(2));
        let finds = blob::find(&green, &skin, &wanted)
            .iter()
            .map(|blob| {
                let features = Features::of(blob, [&red, &green, &blue]);
                let spot = Spot {
                    kind: SpotKind::of(blob, &red),
                    center: blob.center.map(|c| c * factor),
                    diameter: blob.diameter * factor,
                    diameter_mm: mm.map(|mm| blob.diameter * factor * mm),
                    contrast: blob.contrast,
                    confidence: features.confidence(),
                };
                (spot, features)
            })
            .collect();
        Ok(Search {
            finds,
            skin,
            coverage,
            least_diameter: least,
        })
    }

    /// The picture on the grid that is searched, and pixels a cell.
    fn sampled(&mut self, frame: &Frame<'_>) -> Result<(Plane<[u8; 3]>, f32)> {
        let (width, height) = (frame.width() as f32, frame.height() as f32);
        let factor = (width.max(height) / SEARCHED).max(1.0);
        let size = [width, height].map(|side| ((side / factor).round() as usize).max(1));
        let whole = Roi::whole(frame.width(), frame.height());
        let grid = Plane::sampled(&mut self.resampler, frame, &whole, size)?;
        Ok((grid, factor))
    }
}
