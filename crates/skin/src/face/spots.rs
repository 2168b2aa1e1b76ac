//! Pigmented and red spots on a face's chart.

use serde::{Deserialize, Serialize};

use super::chart::{CHART_SIDE, zones};
use super::surface::Surface;
use super::zone::Zone;
use crate::blob::{self, Blob, Wanted};
use crate::color::linear;
use crate::plane::Plane;
use crate::spots::SpotKind;

/// Diameters of spots, in millimeters.
pub(crate) const DIAMETERS_MM: [f32; 2] = [2.0, 12.0];
/// Least contrast of a spot: 100 times the decadic logarithm of green light, so that 4 is a tenth less light.
const LEAST_CONTRAST: f32 = 4.0;
/// Least response over the spread of all responses on this face.
const LEAST_SIGNIFICANCE: f32 = 4.5;

/// A spot on a face.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FaceSpot {
    /// Where on the face.
    pub zone: Zone,
    /// Pigmented or red.
    pub kind: SpotKind,
    /// Middle in pixels of the upright picture.
    pub center: [f32; 2],
    /// Middle on the chart, `0..=1` from the left and from the top: the same skin in every picture.
    pub chart: [f32; 2],
    /// Diameter of the disc of its area, in millimeters.
    pub diameter_mm: f32,
    /// How much less green light it sends back than the skin around it: 100 times the decadic logarithm.
    pub contrast: f32,
}

/// 100 times the decadic logarithm of the inverse of a channel, as a plane.
fn density(surface: &Surface, channel: usize) -> Plane<f32> {
    surface.chart.rgb.zip(&surface.with_dark, |rgb, skin| {
        if skin {
            -100.0 * linear(rgb[channel]).max(1e-4).log10()
        } else {
            0.0
        }
    })
}

/// The spots of all zones, largest first.
pub(crate) fn find(surface: &Surface) -> Vec<FaceSpot> {
    let mm = surface.chart.mm_per_cell;
    let wanted = Wanted {
        diameters: DIAMETERS_MM.map(|d| d / mm),
        contrast: LEAST_CONTRAST,
        significance: LEAST_SIGNIFICANCE,
    };
    let (green, red) = (density(surface, 1), density(surface, 0));
    let mut spots: Vec<FaceSpot> = blob::find(&green, &surface.with_dark, &wanted)
        .into_iter()
        .filter(|blob| blob.elongation < 2.2 && blob.solidity > 0.7 && blob.open < 0.15 && blob.surrounded > 0.7)
        .filter_map(|blob| spot(surface, &blob, &red, mm))
        .collect();
    spots.sort_by(|a, b| b.diameter_mm.total_cmp(&a.diameter_mm));
    spots
}

fn spot(surface: &Surface, blob: &Blob, red: &Plane<f32>, mm: f32) -> Option<FaceSpot> {
    let cell = Plane::<u16>::index(blob.center, CHART_SIDE, CHART_SIDE)?;
    let bits = zones().cells[cell];
    let zone = Zone::ALL[..Zone::PARTS].iter().find(|zone| zone.bit() == bits)?;
    Some(FaceSpot {
        zone: *zone,
        kind: SpotKind::of(blob, red),
        center: surface.chart.points.cells[cell],
        chart: blob.center.map(|c| c / CHART_SIDE as f32),
        diameter_mm: blob.diameter * mm,
        contrast: blob.contrast,
    })
}
