//! Each measure of a zone.

use skinkit_preprocess::constancy::Illuminant;

use super::chart::zones;
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
/// Fewer cells of skin than this give no median.
const LEAST_CELLS: usize = 200;
/// Unevenness is read between these smoothings (standard deviations): half a period of 1 mm to half of one of 10 mm.
const BAND_MM: [f32; 2] = [0.5, 5.0];
/// Normal quantile of a 95 % interval.
const NORMAL_95: f32 = 1.959_964;

/// One measure of one zone, with its interval.
pub(crate) fn measure(
    surface: &Surface,
    zone: Zone,
    what: Measure,
    spots: Option<&[FaceSpot]>,
    tone: Tone,
    noise: &SkinNoise,
) -> Reading {
    match value(surface, zone, what, spots) {
        Ok((value, by_light)) => {
            let spread = noise.spread(what, zone, tone);
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

/// The value, and how much another estimate of the light would move it.
fn value(
    surface: &Surface,
    zone: Zone,
    what: Measure,
    spots: Option<&[FaceSpot]>,
) -> Result<(f32, f32), Reason> {
    let seen = surface.seen(zone);
    let cells: Vec<usize> = surface.cells(zone).collect();
    if seen < LEAST_SEEN || cells.len() < LEAST_CELLS {
        return Err(Reason::Covered { seen });
    }
    let (pixels_per_mm, needed) = (surface.chart.pixels_per_mm[zone as usize], what.least_pixels_per_mm());
    if pixels_per_mm < needed {
        return Err(Reason::Resolution { pixels_per_mm, needed });
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
        let covered: f32 = listed(kind).map(|spot| (spot.diameter_mm / 2.0).powi(2) * std::f32::consts::PI).sum();
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
            relative(surface, &cells, &other, |own, other| other[0] - own[0])
        }
        Measure::Redness => {
            let other = other_skin(surface, zone)?;
            relative(surface, &cells, &other, |own, other| a_at_lightness(own, other[0]) - other[1])
        }
        Measure::Erythema => {
            let other = other_skin(surface, zone)?;
            match (surface.median_linear(&cells), surface.median_linear(&other)) {
                // Any other light cancels.
                (Some(own), Some(other)) => certain(erythema_index(own) - erythema_index(other)),
                _ => Err(Reason::NoReference),
            }
        }
        Measure::MelaninSpread => certain(unevenness(surface, &surface.melanin, &cells)),
        Measure::HemoglobinSpread => certain(unevenness(surface, &surface.erythema, &cells)),
        Measure::PigmentedSpots => certain(count(SpotKind::Pigmented)),
        Measure::PigmentedSpotArea => certain(area(SpotKind::Pigmented)),
        Measure::RedSpots => certain(count(SpotKind::Red)),
        Measure::RedSpotArea => certain(area(SpotKind::Red)),
        Measure::Shine => certain(shine(surface, zone)),
        Measure::Lightness => absolute(surface, &cells, |lab| lab[0]),
        Measure::HueAngle => absolute(surface, &cells, hue_angle),
        Measure::TypologyAngle => absolute(surface, &cells, typology_angle),
        Measure::Lines => certain(100.0 * lines::find(surface).length_mm / area_mm2),
    }
}

/// The person's other skin: every part but the zone's own, their mirror images, and those below the eyes.
fn other_skin(surface: &Surface, zone: Zone) -> Result<Vec<usize>, Reason> {
    let mut bits = Zone::WholeFace.bits() & !Zone::LeftInfraorbital.bits() & !Zone::RightInfraorbital.bits();
    for part in zone.parts() {
        bits &= !(part.bits() | part.mirrored().bits());
    }
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
    Ok((value, surface.light.other.map_or(0.0, |light| (under(&light) - value).abs())))
}

/// A number of one median color, under this light and under the other estimate.
fn absolute(surface: &Surface, cells: &[usize], number: impl Fn(Lab) -> f32) -> Result<(f32, f32), Reason> {
    let own = surface.median_linear(cells).ok_or(Reason::NoReference)?;
    let value = number(lab(own));
    let other = surface.light.other.map(|light| number(surface.under(&light, own)));
    Ok((value, other.map_or(0.0, |other| (other - value).abs())))
}

fn unevenness(surface: &Surface, map: &Plane<f32>, cells: &[usize]) -> f32 {
    let [fine, coarse] = BAND_MM.map(|mm| smoothed(map, &surface.skin, mm / surface.chart.mm_per_cell));
    let mut band: Vec<f32> = cells.iter().map(|&cell| fine.cells[cell] - coarse.cells[cell]).collect();
    center_and_spread(&mut band).map_or(0.0, |[_, spread]| spread)
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
