//! Each measure of a zone.

use std::collections::BTreeMap;

use skinkit_preprocess::constancy::Illuminant;

use super::chart::zones;
use super::color_chart::other_parts;
use super::lines;
use super::spots::FaceSpot;
use super::surface::Surface;
use super::zone::Zone;
use crate::color::{Lab, a_at_lightness, erythema_index, hue_angle, lab, typology_angle};
use crate::noise::{SkinNoise, Tone};
use crate::plane::{Plane, smoothed};
use crate::reading::{Estimate, Measure, Reading, Reason};
use crate::spots::SpotKind;
use crate::statistics::center_and_spread;

/// Least share of a zone that must be seen.
const LEAST_SEEN: f32 = 0.4;
/// Most of a zone that may be clipped: what is left would be its darker part only.
const MOST_CLIPPED: f32 = 0.06;
/// Fewer cells of skin than this give no median.
const LEAST_CELLS: usize = 200;
/// Unevenness is read between these smoothings (standard deviations): half a period of 1 mm to half of one of 10 mm.
const BAND_MM: [f32; 2] = [0.5, 5.0];
/// Normal quantile of a 95 % interval.
const NORMAL_95: f32 = 1.959_964;

/// What the measures of all zones share.
pub(crate) struct Measurer<'s> {
    surface: &'s Surface,
    spots: Option<&'s [FaceSpot]>,
    noise: &'s SkinNoise,
    tone: Tone,
    /// Whether values are given whose spread is not known.
    unknown: bool,
    /// Melanin and erythema between the smoothings of [`BAND_MM`].
    bands: [Plane<f32>; 2],
}

/// One zone of a surface.
struct ZoneSkin {
    zone: Zone,
    seen: f32,
    clipped: f32,
    cells: Vec<usize>,
}

impl<'s> Measurer<'s> {
    pub fn new(surface: &'s Surface, spots: Option<&'s [FaceSpot]>, noise: &'s SkinNoise, tone: Tone) -> Self {
        let bands = [&surface.melanin, &surface.erythema].map(|map| {
            let [fine, coarse] = BAND_MM.map(|mm| smoothed(map, &surface.skin, mm / surface.chart.mm_per_cell));
            fine.zip(&coarse, |fine, coarse| fine - coarse)
        });
        Self {
            surface,
            spots,
            noise,
            tone,
            unknown: false,
            bands,
        }
    }

    /// The same with values whose spread is not known.
    pub fn with_unknown(self, unknown: bool) -> Self {
        Self { unknown, ..self }
    }

    /// Share of a zone that is seen, `0..=1`, and every measure that means something in it.
    pub fn zone(&self, zone: Zone) -> (f32, BTreeMap<Measure, Reading>) {
        let skin = ZoneSkin {
            zone,
            seen: self.surface.seen(zone),
            clipped: self.surface.clipped(zone),
            cells: self.surface.cells(zone).collect(),
        };
        let measures = Measure::ALL.into_iter().filter(|measure| measure.applies_to(zone));
        let readings = measures
            .map(|measure| (measure, self.reading(&skin, measure)))
            .collect();
        (skin.seen, readings)
    }

    /// One measure of one zone, with its interval.
    fn reading(&self, skin: &ZoneSkin, what: Measure) -> Reading {
        match value(self, skin, what) {
            Ok((value, by_light)) => {
                let spread = self.noise.spread(what, skin.zone, self.tone);
                if spread.is_none() && !self.unknown {
                    return Reading::NotMeasurable(Reason::SpreadUnknown);
                }
                let half = spread.map(|spread| (NORMAL_95 * spread).hypot(by_light));
                Reading::Measured(Estimate {
                    value,
                    low: half.map(|half| value - half),
                    high: half.map(|half| value + half),
                })
            }
            Err(reason) => Reading::NotMeasurable(reason),
        }
    }
}

/// The value, and how much another estimate of the light would move it.
fn value(of: &Measurer<'_>, skin: &ZoneSkin, what: Measure) -> Result<(f32, f32), Reason> {
    let Measurer { surface, spots, .. } = of;
    let ZoneSkin {
        zone,
        seen,
        clipped,
        ref cells,
    } = *skin;
    if seen < LEAST_SEEN || cells.len() < LEAST_CELLS {
        return Err(Reason::Covered { seen });
    }
    let (pixels_per_mm, needed) = (surface.chart.pixels_per_mm[zone as usize], what.least_pixels_per_mm());
    if pixels_per_mm < needed {
        return Err(Reason::Resolution { pixels_per_mm, needed });
    }
    if clipped > MOST_CLIPPED {
        return Err(Reason::Clipped { clipped });
    }
    if what.needs_color() && !surface.colored {
        return Err(Reason::Colorless);
    }
    let certain = |value: f32| Ok((value, 0.0));
    let area_mm2 = cells.len() as f32 * surface.chart.mm_per_cell.powi(2);
    let listed = |kind: SpotKind| {
        spots
            .unwrap_or_default()
            .iter()
            .filter(move |spot| spot.kind == kind && zone.parts().contains(&spot.zone))
    };
    let count = |kind| listed(kind).count() as f32;
    let area = |kind| {
        let covered: f32 = listed(kind)
            .map(|spot| (spot.diameter_mm / 2.0).powi(2) * std::f32::consts::PI)
            .sum();
        100.0 * covered / area_mm2
    };
    match what {
        Measure::UnderEyeDarkness => {
            let cheek = match zone {
                Zone::LeftInfraorbital => Zone::LeftCheek,
                _ => Zone::RightCheek,
            };
            let other: Vec<usize> = surface.cells(cheek).collect();
            if other.len() < LEAST_CELLS {
                return Err(Reason::NoReference);
            }
            relative(surface, cells, &other, |own, other| other[0] - own[0])
        }
        Measure::Redness => {
            let other = other_skin(surface, zone)?;
            relative(surface, cells, &other, |own, other| {
                a_at_lightness(own, other[0]) - other[1]
            })
        }
        Measure::Erythema => {
            let other = other_skin(surface, zone)?;
            match (surface.median_linear(cells), surface.median_linear(&other)) {
                // Any other light cancels.
                (Some(own), Some(other)) => certain(erythema_index(own) - erythema_index(other)),
                _ => Err(Reason::NoReference),
            }
        }
        Measure::MelaninSpread => certain(unevenness(&of.bands[0], cells)),
        Measure::HemoglobinSpread => certain(unevenness(&of.bands[1], cells)),
        Measure::PigmentedSpots => certain(count(SpotKind::Pigmented)),
        Measure::PigmentedSpotArea => certain(area(SpotKind::Pigmented)),
        Measure::RedSpots => certain(count(SpotKind::Red)),
        Measure::RedSpotArea => certain(area(SpotKind::Red)),
        Measure::Shine => certain(shine(surface, zone)),
        Measure::Lightness => absolute(surface, cells, |lab| lab[0]),
        Measure::HueAngle => absolute(surface, cells, hue_angle),
        Measure::TypologyAngle => absolute(surface, cells, typology_angle),
        Measure::Lines => certain(100.0 * lines::find(surface).length_mm / area_mm2),
    }
}

/// The person's other skin.
fn other_skin(surface: &Surface, zone: Zone) -> Result<Vec<usize>, Reason> {
    let bits = other_parts(zone);
    let cells: Vec<usize> = surface.cells_of(bits).collect();
    let all = zones().cells.iter().filter(|zones| *zones & bits != 0).count();
    if cells.len() < LEAST_CELLS || (cells.len() as f32) < LEAST_SEEN / 2.0 * all as f32 {
        return Err(Reason::NoReference);
    }
    Ok(cells)
}

/// A difference of two medians, under this light and under the other estimate.
fn relative(
    surface: &Surface,
    own: &[usize],
    other: &[usize],
    difference: impl Fn(Lab, Lab) -> f32,
) -> Result<(f32, f32), Reason> {
    let (own, other) = match (surface.median_linear(own), surface.median_linear(other)) {
        (Some(own), Some(other)) => (own, other),
        _ => return Err(Reason::NoReference),
    };
    let value = difference(lab(own), lab(other));
    let under = |light: &Illuminant| difference(surface.under(light, own), surface.under(light, other));
    Ok((
        value,
        surface.light.other.map_or(0.0, |light| (under(&light) - value).abs()),
    ))
}

/// A number of one median color, under this light and under the other estimate.
fn absolute(surface: &Surface, cells: &[usize], number: impl Fn(Lab) -> f32) -> Result<(f32, f32), Reason> {
    let own = surface.median_linear(cells).ok_or(Reason::NoReference)?;
    let value = number(lab(own));
    let other = surface.light.other.map(|light| number(surface.under(&light, own)));
    Ok((value, other.map_or(0.0, |other| (other - value).abs())))
}

fn unevenness(band: &Plane<f32>, cells: &[usize]) -> f32 {
    let mut values: Vec<f32> = cells.iter().map(|&cell| band.cells[cell]).collect();
    center_and_spread(&mut values).map_or(0.0, |[_, spread]| spread)
}

/// Percent of the zone's skin that shines.
fn shine(surface: &Surface, zone: Zone) -> f32 {
    let (mut shining, mut all) = (0u32, 0u32);
    for (cell, zones) in zones().cells.iter().enumerate() {
        if zones & zone.bits() != 0 {
            let gloss = surface.gloss.cells[cell];
            shining += u32::from(gloss);
            all += u32::from(gloss || surface.skin.cells[cell]);
        }
    }
    100.0 * shining as f32 / all.max(1) as f32
}
