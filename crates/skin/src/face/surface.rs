//! The skin of one face on its chart: which cells are skin, and their color under a white light.

use skinkit_preprocess::Frame;
use skinkit_preprocess::Resampler;
use skinkit_preprocess::constancy::Illuminant;
use skinkit_roi::{FaceMesh, FaceRegion, Scale, SkinFinder, SkinMask};

use super::chart::{Chart, ChartMaker, zones};
use super::light::Light;
use super::zone::Zone;
use crate::color::{Lab, erythema_index, lab, linear, melanin_index};
use crate::plane::Plane;
use crate::statistics::median;
use crate::{Error, Result};

/// Codes outside of these have lost their color.
const USABLE: std::ops::RangeInclusive<u8> = 4..=251;
/// Light that the skin's surface throws back, as a share of the brightness of the zone's skin, above which a cell
/// shines (dichromatic model, Shafer 1985), and how much brighter than the zone's skin the cell must be.
const SHINING: [f32; 2] = [0.25, 1.35];
/// Darkest skin that colors are read from, as a share of the median of L* + 16: below are beards, hair and deep shade.
const DARKEST: f32 = 0.74;
/// Hue angles in degrees of skin under a light that was estimated with a large error: from beyond pink to beyond olive.
const SKIN_HUES: std::ops::RangeInclusive<f32> = -5.0..=100.0;
/// Chroma below which a picture has no color to measure: an old photo, a screen in grey.
const LEAST_CHROMA: f32 = 2.5;
/// What has no color and is darker than this L* is black glass, cloth or paint, in a picture without colors too.
const DARKEST_GREY: f32 = 25.0;
/// Least share of all zones that must be skin.
const LEAST_SKIN: f32 = 0.12;

/// One face's skin.
pub(crate) struct Surface {
    pub chart: Chart,
    pub light: Light,
    /// Cells of skin that do not shine: what colors are read from.
    pub skin: Plane<bool>,
    /// The same with dark places, which may be spots.
    pub with_dark: Plane<bool>,
    /// Cells of skin that shine.
    pub gloss: Plane<bool>,
    /// Color under a white light; where there is no skin 0.
    pub lab: Plane<Lab>,
    pub melanin: Plane<f32>,
    pub erythema: Plane<f32>,
    /// Whether the picture has colors at all.
    pub colored: bool,
    /// Median color of all skin.
    pub tone: Lab,
}

/// Makes surfaces. Holds its work buffers: one a thread.
pub(crate) struct SurfaceMaker {
    charts: ChartMaker,
    skin: SkinFinder,
    resampler: Resampler,
}

impl SurfaceMaker {
    pub fn new() -> Self {
        Self {
            charts: ChartMaker::default(),
            skin: SkinFinder::new(),
            resampler: Resampler::new(),
        }
    }

    /// # Errors
    /// No skin on the face, or too little of it.
    pub fn make(&mut self, frame: &Frame<'_>, mesh: &FaceMesh, scale: Option<&Scale>) -> Result<Surface> {
        let chart = self.charts.make(frame, mesh, scale)?;
        let mask = self.skin.face(frame, mesh, FaceRegion::WholeFace)?;
        let light = Light::read(frame, mesh, &mut self.resampler)?;
        Surface::new(chart, &mask, light)
    }
}

impl Surface {
    fn new(chart: Chart, mask: &SkinMask, light: Light) -> Result<Self> {
        let gains = Light::gains(&light.illuminant);
        let zones = zones();
        let usable = chart.rgb.zip(&chart.shown, |rgb, shown| {
            shown && rgb.iter().all(|code| USABLE.contains(code))
        });
        let masked = chart.points.map(|point| mask.contains(point));
        let white = chart.rgb.map(|rgb| {
            let mut channels = rgb.map(linear);
            for (channel, gain) in channels.iter_mut().zip(gains) {
                *channel *= gain;
            }
            channels
        });
        let plain = usable.zip(&masked, |usable, masked| usable && masked);
        let own = typical(&white, &plain, zones).ok_or(Error::Covered { share: 0.0 })?;
        let brightness: Vec<f32> = Zone::ALL[..Zone::PARTS]
            .iter()
            .map(|zone| {
                let cells = (0..plain.cells.len()).filter(|&i| plain.cells[i] && zones.cells[i] & zone.bit() != 0);
                let mut values: Vec<f32> = cells.map(|i| luminance(white.cells[i])).collect();
                median(&mut values).unwrap_or(f32::INFINITY)
            })
            .collect();
        // Clipped cells shine too, as far as they lie among skin.
        let gloss = Plane {
            width: plain.width,
            height: plain.height,
            cells: (0..plain.cells.len())
                .map(|i| {
                    let part = zones.cells[i].trailing_zeros() as usize;
                    chart.shown.cells[i] && part < Zone::PARTS && shines(white.cells[i], own, brightness[part])
                })
                .collect(),
        };
        let with_dark = plain.zip(&gloss, |plain, gloss| plain && !gloss);
        let darkest = DARKEST * (lab(own)[0] + 16.0) - 16.0;
        let skin = Plane {
            width: plain.width,
            height: plain.height,
            cells: (0..plain.cells.len())
                .map(|i| with_dark.cells[i] && lab(white.cells[i])[0] >= darkest)
                .collect(),
        };
        let in_zones = skin.zip(zones, |skin, zones| skin && zones != 0).count();
        let all = zones.cells.iter().filter(|cell| **cell != 0).count();
        let share = in_zones as f32 / all as f32;
        if share < LEAST_SKIN {
            return Err(Error::Covered { share: 100.0 * share });
        }
        let colors = white.zip(&skin, |white, skin| if skin { lab(white) } else { [0.0; 3] });
        let [lightness, a, b] = median_color(&colors, &skin);
        let chroma = a.hypot(b);
        let hue = b.atan2(a).to_degrees();
        let colored = chroma >= LEAST_CHROMA;
        if !colored && lightness < DARKEST_GREY {
            return Err(Error::Covered { share: 0.0 });
        }
        if colored && !SKIN_HUES.contains(&hue) {
            return Err(Error::NotSkin { hue });
        }
        let per_cell = |f: fn([f32; 3]) -> f32| white.zip(&skin, |white, skin| if skin { f(white) } else { 0.0 });
        Ok(Self {
            melanin: per_cell(melanin_index),
            erythema: per_cell(erythema_index),
            tone: median_color(&colors, &skin),
            lab: colors,
            chart,
            light,
            skin,
            with_dark,
            gloss,
            colored,
        })
    }

    /// The cells of skin of a zone.
    pub fn cells(&self, zone: Zone) -> impl Iterator<Item = usize> + '_ {
        self.cells_of(zone.bits())
    }

    /// The cells of skin of a set of parts.
    pub fn cells_of(&self, bits: u16) -> impl Iterator<Item = usize> + '_ {
        let zones = &zones().cells;
        (0..zones.len()).filter(move |&cell| self.skin.cells[cell] && zones[cell] & bits != 0)
    }

    /// Share of what is seen of a zone that a channel is clipped in, `0..=1`.
    pub fn clipped(&self, zone: Zone) -> f32 {
        let (mut clipped, mut all) = (0u32, 0u32);
        for (cell, zones) in zones().cells.iter().enumerate() {
            if zones & zone.bits() != 0 && self.chart.shown.cells[cell] {
                all += 1;
                clipped += u32::from(self.chart.rgb.cells[cell].iter().any(|code| code > USABLE.end()));
            }
        }
        clipped as f32 / all.max(1) as f32
    }

    /// Share of a zone that is seen as skin, shining or not, `0..=1`.
    pub fn seen(&self, zone: Zone) -> f32 {
        let (mut seen, mut all) = (0u32, 0u32);
        for (cell, zones) in zones().cells.iter().enumerate() {
            if zones & zone.bits() != 0 {
                all += 1;
                seen += u32::from(self.skin.cells[cell] || self.gloss.cells[cell]);
            }
        }
        seen as f32 / all.max(1) as f32
    }

    /// A color of this surface as it would be under another estimate of the light.
    pub fn under(&self, other: &Illuminant, linear_rgb: [f32; 3]) -> Lab {
        let (now, then) = (Light::gains(&self.light.illuminant), Light::gains(other));
        lab(std::array::from_fn(|c| linear_rgb[c] / now[c] * then[c]))
    }

    /// Median linear color, under a white light, of cells of skin.
    pub fn median_linear(&self, cells: &[usize]) -> Option<[f32; 3]> {
        let gains = Light::gains(&self.light.illuminant);
        let mut channels = [0.0; 3];
        for (c, channel) in channels.iter_mut().enumerate() {
            let mut values: Vec<f32> = cells.iter().map(|&i| linear(self.chart.rgb.cells[i][c])).collect();
            *channel = gains[c] * median(&mut values)?;
        }
        Some(channels)
    }
}

fn luminance([r, g, b]: [f32; 3]) -> f32 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Whether a color is the skin's own with much white light over it; `around` is the brightness of the zone's skin.
fn shines(color: [f32; 3], own: [f32; 3], around: f32) -> bool {
    // Of m · own + s · white, red and blue give s; melanin and blood lower blue, so that s is then none.
    let ratio = own[2] / own[0].max(1e-4);
    if ratio >= 0.95 {
        return false;
    }
    let surface = (color[2] - ratio * color[0]) / (1.0 - ratio);
    surface > SHINING[0] * around && luminance(color) > SHINING[1] * around
}

/// Median linear color of the plain cells of all zones.
fn typical(white: &Plane<[f32; 3]>, plain: &Plane<bool>, zones: &Plane<u16>) -> Option<[f32; 3]> {
    let cells: Vec<usize> = (0..plain.cells.len())
        .filter(|&i| plain.cells[i] && zones.cells[i] != 0)
        .step_by(4)
        .collect();
    let mut own = [0.0; 3];
    for (c, channel) in own.iter_mut().enumerate() {
        *channel = median(&mut cells.iter().map(|&i| white.cells[i][c]).collect::<Vec<_>>())?;
    }
    Some(own)
}

fn median_color(colors: &Plane<Lab>, skin: &Plane<bool>) -> Lab {
    let cells: Vec<usize> = (0..skin.cells.len()).filter(|&i| skin.cells[i]).step_by(4).collect();
    std::array::from_fn(|c| median(&mut cells.iter().map(|&i| colors.cells[i][c]).collect::<Vec<_>>()).unwrap_or(0.0))
}
