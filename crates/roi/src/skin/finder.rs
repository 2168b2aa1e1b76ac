//! Which pixels of a face or a body are skin.

use std::f32::consts::{PI, TAU};

use serde::{Deserialize, Serialize};
use skinkit_preprocess::ndarray::Array3;
use skinkit_preprocess::{Frame, Resampler, Roi};

use crate::body::person::PersonMask;
use crate::face::mesh::FaceMesh;
use crate::face::region::{FaceRegion, region_roi};
use crate::face::topology::{LEFT_EYE, LEFT_EYEBROW, LIPS_OUTER, RIGHT_EYE, RIGHT_EYEBROW};
use crate::skin::color::{Lab, lab, shadeless};
use crate::skin::raster::{Raster, grown};
use crate::{Error, Result};

/// Rows and columns of a [`SkinMask`].
pub const SKIN_MASK_SIDE: usize = 192;

/// Parts that the face's own skin color is learnt from: seldom covered, seldom bearded.
const SEEDS: [FaceRegion; 3] = [FaceRegion::LeftCheek, FaceRegion::RightCheek, FaceRegion::Nose];

/// What is not skin inside the oval, and how much larger than its outline it is taken.
const HOLES: [(&[u16], f32); 5] = [
    (LEFT_EYE.points, 1.35),
    (RIGHT_EYE.points, 1.35),
    (LIPS_OUTER.points, 1.06),
    (LEFT_EYEBROW.points, 1.15),
    (RIGHT_EYEBROW.points, 1.15),
];

/// How far a hue may lie from the median one, in degrees; wider for pale colors, whose hue is noise.
const HUE_REACH: f32 = 25.0;
/// Least and greatest shadeless chroma, as shares of the median one: gloss pales skin, folds and blushing deepen it.
const CHROMA_RANGE: [f32; 2] = [0.4, 1.9];
/// Greatest shadeless yellowness, as a share of the median one: hair is yellower than any fold.
const MOST_YELLOW: f32 = 1.75;
/// Share of the skin's cube-root light below which a cell is hair, a frame or a deep shadow: 22 % of the light.
const DARKEST: f32 = 0.6;
/// How much lighter than the skin (cube-root light, as a ratio) and how much paler a highlight is.
const HIGHLIGHT: [f32; 2] = [1.13, 0.55];

/// The color of skin in a picture, under its light. A description of the picture, not of the person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct SkinTone {
    /// Lightness L*, `0..=100`.
    pub lightness: f32,
    /// Hue angle h_ab in degrees, `-180..=180`: 0 towards red, 90 towards yellow.
    pub hue_angle: f32,
    /// Chroma C*, >= 0.
    pub chroma: f32,
}

/// Where the skin is: a grid over a region of the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkinMask {
    /// The region that the grid covers; may be turned and may reach beyond the picture.
    pub roi: Roi,
    /// [`SKIN_MASK_SIDE`] rows of as many cells, `true` where skin is seen.
    pub cells: Vec<bool>,
    /// The median color of the skin.
    pub tone: SkinTone,
    /// Share of the part's outline (or of the person) that is skin, `0..=1`: low when hair, glasses or light cover it.
    pub coverage: f32,
}

impl SkinMask {
    /// Whether a point of the picture is skin; outside the grid it is not.
    pub fn contains(&self, point: [f32; 2]) -> bool {
        let [u, v] = self.roi.to_unit(point);
        if !((0.0..1.0).contains(&u) && (0.0..1.0).contains(&v)) {
            return false;
        }
        let cell = |share: f32| ((share * SKIN_MASK_SIDE as f32) as usize).min(SKIN_MASK_SIDE - 1);
        self.cells[cell(v) * SKIN_MASK_SIDE + cell(u)]
    }
}

impl SkinMask {
    /// Share of a closed outline of the picture that is skin, `0..=1`; what lies beyond the grid is none.
    pub fn share_of(&self, outline: &[[f32; 2]]) -> f32 {
        let cells: Vec<[f32; 2]> = outline
            .iter()
            .map(|&point| self.roi.to_unit(point).map(|c| c * SKIN_MASK_SIDE as f32))
            .collect();
        let area: f32 = (0..cells.len())
            .map(|i| (cells[i], cells[(i + 1) % cells.len()]))
            .map(|(a, b)| a[0] * b[1] - b[0] * a[1])
            .sum::<f32>()
            .abs()
            / 2.0;
        let mut inside = Raster::empty(SKIN_MASK_SIDE);
        inside.fill(&cells, true);
        let skin = inside.cells.iter().zip(&self.cells).filter(|(a, b)| **a && **b).count();
        if area > 0.0 { (skin as f32 / area).min(1.0) } else { 0.0 }
    }
}

/// Makes skin masks. Holds its work buffers: one finder a thread.
///
/// No fixed range of "skin colors" is used for faces: the color is learnt from the cheeks and nose of
/// the face at hand, as chroma divided by lightness, which shading and exposure leave alone.
pub struct SkinFinder {
    resampler: Resampler,
    pixels: Array3<u8>,
    colors: Vec<Lab>,
}

impl Default for SkinFinder {
    fn default() -> Self {
        Self::new()
    }
}

impl SkinFinder {
    /// A finder without any model: it needs a mesh or a person mask.
    pub fn new() -> Self {
        Self {
            resampler: Resampler::new(),
            pixels: Array3::zeros((SKIN_MASK_SIDE, SKIN_MASK_SIDE, 3)),
            colors: Vec::new(),
        }
    }

    /// The skin of a part of a face: its outline without eyes, lips and brows, and without what has another color
    /// (hair, beard, glasses) or shines.
    ///
    /// # Errors
    /// The part lies wholly outside the picture.
    pub fn face(&mut self, frame: &Frame<'_>, mesh: &FaceMesh, region: FaceRegion) -> Result<SkinMask> {
        // Learn from the whole face even for a part: a beard must not teach what skin is.
        let model = self.color_of(frame, mesh)?.ok_or(Error::NoSkin)?;
        let roi = region_roi(mesh, region);
        if region != FaceRegion::WholeFace {
            self.look(frame, &roi)?;
        }
        let mut allowed = Raster::empty(SKIN_MASK_SIDE);
        allowed.fill(&on_grid(mesh, region.outline(), &roi), true);
        let outline = allowed.count();
        for (hole, growth) in HOLES {
            allowed.fill(&grown(&on_grid(mesh, hole, &roi), growth), false);
        }
        Ok(self.finish(roi, &[model], allowed, outline))
    }

    /// The skin of people in a region: the person mask, narrowed to the colors of the faces in the picture.
    ///
    /// Without a face there is no place that is surely skin, so a generous gate (hue angle 0..=90 degrees and some
    /// chroma) picks the seeds of one color. It passes wood, sand and pale clothes too: give the faces where there are
    /// any.
    ///
    /// # Errors
    /// The region lies outside the picture, or nothing in it is a person with skin-like color.
    pub fn body(&mut self, frame: &Frame<'_>, person: &PersonMask, faces: &[&FaceMesh], roi: &Roi) -> Result<SkinMask> {
        let mut models = Vec::new();
        for mesh in faces {
            models.extend(self.color_of(frame, mesh)?);
        }
        self.look(frame, roi)?;
        let mut allowed = Raster::empty(SKIN_MASK_SIDE);
        let side = SKIN_MASK_SIDE as f32;
        for (i, cell) in allowed.cells.iter_mut().enumerate() {
            let (column, row) = (i % SKIN_MASK_SIDE, i / SKIN_MASK_SIDE);
            let unit = [(column as f32 + 0.5) / side, (row as f32 + 0.5) / side];
            *cell = person.at(roi.to_picture(unit)) >= 0.5;
        }
        let outline = allowed.count();
        if outline == 0 {
            return Err(Error::NoSkin);
        }
        if models.is_empty() {
            let mut seeds = allowed.clone();
            for (cell, &color) in seeds.cells.iter_mut().zip(&self.colors) {
                let [a, b] = shadeless(color);
                *cell &= a > 0.0 && b > 0.0 && a.hypot(b) > 0.08 && color[0] > 8.0;
            }
            models.push(ColorModel::learn(&self.colors, &seeds.majority(2)).ok_or(Error::NoSkin)?);
        }
        Ok(self.finish(*roi, &models, allowed, outline))
    }

    /// The skin's color on a face; `None` where too little of it is seen.
    fn color_of(&mut self, frame: &Frame<'_>, mesh: &FaceMesh) -> Result<Option<ColorModel>> {
        let roi = region_roi(mesh, FaceRegion::WholeFace);
        self.look(frame, &roi)?;
        let mut seeds = Raster::empty(SKIN_MASK_SIDE);
        for seed in SEEDS {
            seeds.fill(&on_grid(mesh, seed.outline(), &roi), true);
        }
        Ok(ColorModel::learn(&self.colors, &seeds))
    }

    /// Samples the region and converts its colors.
    fn look(&mut self, frame: &Frame<'_>, roi: &Roi) -> Result<()> {
        self.resampler.rgb8(frame, roi, self.pixels.view_mut())?;
        let pixels = self.pixels.as_slice().unwrap_or_default();
        self.colors.clear();
        self.colors
            .extend(pixels.chunks_exact(3).map(|p| lab([p[0], p[1], p[2]])));
        Ok(())
    }

    fn finish(&self, roi: Roi, models: &[ColorModel], mut allowed: Raster, outline: usize) -> SkinMask {
        for (cell, &color) in allowed.cells.iter_mut().zip(&self.colors) {
            *cell &= models.iter().any(|model| model.accepts(color));
        }
        // Single cells are noise: ask the neighbours, then stay within what was accepted or nearly so.
        let cells = allowed.majority(2).cells;
        let skin: Vec<Lab> = cells
            .iter()
            .zip(&self.colors)
            .filter(|(skin, _)| **skin)
            .map(|(_, color)| *color)
            .collect();
        let coverage = skin.len() as f32 / outline.max(1) as f32;
        let [lightness, a, b] = match models.first() {
            Some(model) if skin.is_empty() => model.color,
            _ => median_color(&skin),
        };
        let tone = SkinTone {
            lightness,
            hue_angle: b.atan2(a).to_degrees(),
            chroma: a.hypot(b),
        };
        SkinMask {
            roi,
            cells,
            tone,
            coverage: coverage.min(1.0),
        }
    }
}

/// One person's skin color under one light.
struct ColorModel {
    color: Lab,
    hue: f32,
    chroma: f32,
    yellow: f32,
}

impl ColorModel {
    /// Medians of the seeds; `None` with too few of them.
    fn learn(colors: &[Lab], seeds: &Raster) -> Option<Self> {
        let seeds: Vec<Lab> = seeds
            .cells
            .iter()
            .zip(colors)
            .filter(|(seed, _)| **seed)
            .map(|(_, color)| *color)
            .collect();
        if seeds.len() < 40 {
            return None;
        }
        let [red, yellow] = std::array::from_fn(|i| median(seeds.iter().map(|c| shadeless(*c)[i]).collect()));
        let chroma = red.hypot(yellow).max(1e-3);
        Some(Self {
            color: median_color(&seeds),
            hue: yellow.atan2(red),
            chroma,
            yellow: yellow.abs().max(1e-3),
        })
    }

    fn accepts(&self, color: Lab) -> bool {
        let [red, yellow] = shadeless(color);
        let light = (color[0] + 16.0) / (self.color[0] + 16.0);
        let chroma = red.hypot(yellow) / self.chroma;
        let reach = HUE_REACH * (0.8 / chroma.max(1e-3)).clamp(1.0, 2.0);
        let hue = (yellow.atan2(red) - self.hue + PI).rem_euclid(TAU) - PI;
        let highlight = light > HIGHLIGHT[0] && chroma < HIGHLIGHT[1];
        hue.abs() <= reach.to_radians()
            && (CHROMA_RANGE[0]..=CHROMA_RANGE[1]).contains(&chroma)
            && yellow <= MOST_YELLOW * self.yellow
            && light >= DARKEST
            && !highlight
    }
}

fn on_grid(mesh: &FaceMesh, outline: &[u16], roi: &Roi) -> Vec<[f32; 2]> {
    let side = SKIN_MASK_SIDE as f32;
    outline
        .iter()
        .map(|&index| roi.to_unit(mesh.xy(index.into())).map(|c| c * side))
        .collect()
}

fn median_color(colors: &[Lab]) -> Lab {
    std::array::from_fn(|i| median(colors.iter().map(|c| c[i]).collect()))
}

/// The upper median; 0 for nothing.
fn median(mut values: Vec<f32>) -> f32 {
    let middle = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::mesh::tests::canonical_mesh;

    /// A face-colored picture with a dark bar where glasses would be.
    fn painted(skin: [u8; 3], bar: [u8; 3]) -> Vec<u8> {
        (0..400u32 * 400)
            .flat_map(|i| if (150..190).contains(&(i / 400)) { bar } else { skin })
            .collect()
    }

    #[test]
    fn glasses_are_not_skin_on_light_and_on_dark_skin() {
        let mesh = canonical_mesh([200.0, 200.0], 18.0);
        for skin in [[224, 172, 140], [150, 105, 80], [80, 52, 40], [48, 32, 26]] {
            let pixels = painted(skin, [12, 12, 14]);
            let frame = Frame::rgb8(&pixels, 400, 400).unwrap();
            let mask = SkinFinder::new().face(&frame, &mesh, FaceRegion::WholeFace).unwrap();
            assert!(
                mask.contains([200.0, 230.0]) && mask.contains([200.0, 120.0]),
                "{skin:?}"
            );
            assert!(!mask.contains([200.0, 170.0]), "the bar, {skin:?}");
            assert!(!mask.contains([5.0, 5.0]), "outside the face");
            let [l, ..] = lab(skin);
            assert!((mask.tone.lightness - l).abs() < 2.0);
            assert!((0.3..0.95).contains(&mask.coverage), "{}", mask.coverage);
        }
    }

    #[test]
    fn eyes_lips_and_brows_are_left_out_whatever_their_color() {
        let mesh = canonical_mesh([200.0, 200.0], 18.0);
        let pixels = [200u8, 150, 120].repeat(400 * 400);
        let frame = Frame::rgb8(&pixels, 400, 400).unwrap();
        let mask = SkinFinder::new().face(&frame, &mesh, FaceRegion::WholeFace).unwrap();
        for (name, points) in [("eye", [159, 145]), ("lips", [0, 17]), ("brow", [105, 52])] {
            let [a, b] = points.map(|p| mesh.xy(p));
            assert!(!mask.contains([(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0]), "{name}");
        }
        assert!(mask.contains(mesh.xy(50)) && mask.contains(mesh.xy(280)) && mask.contains(mesh.xy(151)));
    }

    #[test]
    fn a_face_outside_the_picture_is_an_error() {
        let mesh = canonical_mesh([9000.0, 200.0], 18.0);
        let pixels = [200u8, 150, 120].repeat(40 * 40);
        let frame = Frame::rgb8(&pixels, 40, 40).unwrap();
        assert!(SkinFinder::new().face(&frame, &mesh, FaceRegion::WholeFace).is_err());
    }

    #[test]
    fn the_body_needs_a_person() {
        let pixels = [200u8, 150, 120].repeat(40 * 40);
        let frame = Frame::rgb8(&pixels, 40, 40).unwrap();
        let mask = |value: f32| PersonMask {
            picture: [40, 40],
            values: vec![value; 256 * 256],
        };
        let roi = Roi::whole(40, 40);
        assert!(matches!(
            SkinFinder::new().body(&frame, &mask(0.0), &[], &roi),
            Err(Error::NoSkin)
        ));
        let skin = SkinFinder::new().body(&frame, &mask(1.0), &[], &roi).unwrap();
        assert!(skin.coverage > 0.99 && skin.contains([20.0, 20.0]));
        let blue = [30u8, 60, 200].repeat(40 * 40);
        let frame = Frame::rgb8(&blue, 40, 40).unwrap();
        assert!(SkinFinder::new().body(&frame, &mask(1.0), &[], &roi).is_err());
    }

    #[test]
    fn a_face_says_which_of_two_warm_colors_is_skin() {
        // A face and an arm of brown skin over much pale pink cloth.
        let mesh = canonical_mesh([200.0, 120.0], 12.0);
        let pixels: Vec<u8> = (0..400u32 * 400)
            .flat_map(|i| match (i % 400, i / 400) {
                (_, ..260) | (..60, _) => [150u8, 105, 80],
                _ => [222, 196, 190],
            })
            .collect();
        let frame = Frame::rgb8(&pixels, 400, 400).unwrap();
        let person = PersonMask {
            picture: [400, 400],
            values: vec![1.0; 256 * 256],
        };
        let roi = Roi::whole(400, 400);
        let skin = SkinFinder::new().body(&frame, &person, &[&mesh], &roi).unwrap();
        assert!(skin.contains([30.0, 350.0]) && skin.contains([200.0, 120.0]));
        assert!(!skin.contains([250.0, 330.0]), "cloth");
    }
}
