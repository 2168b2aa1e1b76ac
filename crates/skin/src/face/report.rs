//! Everything that one picture says of a face's skin.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use skinkit_preprocess::Frame;
use skinkit_preprocess::quality::HeadTurn;
use skinkit_roi::{Face, FaceMesh, Scale};

use super::chart::CHART_SIDE;
use super::color_chart::ColorChart;
use super::light::Light;
use super::map::FaceMap;
use super::measure::Measurer;
use super::spots::FaceSpot;
use super::surface::{Surface, SurfaceMaker};
use super::zone::Zone;
use super::{anomaly, spots};
use crate::Result;
use crate::noise::{SkinNoise, Tone};
use crate::plane::Plane;
use crate::reading::{Measure, Reading};

/// What a picture says of one zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ZoneReadings {
    /// Which zone.
    pub zone: Zone,
    /// Share of it that is seen as skin, `0..=1`.
    pub seen: f32,
    /// Pixels of the picture a millimeter, foreshortening included.
    pub pixels_per_mm: f32,
    /// Every measure that means something here, with its value or why there is none.
    pub readings: BTreeMap<Measure, Reading>,
    /// Shares of the zone's skin, `0..=1`, that lie further from the zone's own skin than one in a hundred and than one
    /// in a thousand cells of the portraits that the scale was made on do. About 0.01 and 0.001 are usual.
    pub unusual: [f32; 2],
}

/// What one picture says of a face's skin.
///
/// Values of one picture are shown against the person's own earlier ones: [`compare`](crate::compare).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SkinReport {
    /// Every zone, in the order of [`Zone::ALL`].
    pub zones: Vec<ZoneReadings>,
    /// Pigmented and red spots, largest first; `None` where the picture is too coarse for them.
    pub spots: Option<Vec<FaceSpot>>,
    /// The light, and how sure it is.
    pub light: Light,
    /// Median color of all skin under that light: CIELAB.
    pub tone: [f32; 3],
    /// The band of tone that the intervals are those of.
    pub tone_band: Tone,
    /// Millimeters a pixel by the irises; without it lengths are those of a face of the usual size.
    pub scale: Option<Scale>,
    /// How the head is turned.
    pub turn: HeadTurn,
    /// The face's colors on its chart: what [`compare`](crate::compare) reads relative colors from. Keep it with the
    /// report.
    #[serde(skip)]
    pub colors: ColorChart,
    /// Where the anomaly is, on the chart.
    #[serde(skip)]
    pub anomaly: FaceMap,
}

impl SkinReport {
    /// What is said of a zone.
    pub fn zone(&self, zone: Zone) -> Option<&ZoneReadings> {
        self.zones.iter().find(|readings| readings.zone == zone)
    }

    /// The value of a measure in a zone, where there is one.
    pub fn value(&self, zone: Zone, measure: Measure) -> Option<f32> {
        self.zone(zone)?.readings.get(&measure)?.value()
    }

    /// The left side's value less the right side's; `zone` is one of the two. `None` where one has none, and for zones
    /// in the middle.
    pub fn left_less_right(&self, zone: Zone, measure: Measure) -> Option<f32> {
        let other = zone.mirrored();
        let left = zone.name().starts_with("left_");
        let (left, right) = if left { (zone, other) } else { (other, zone) };
        (left != right).then_some(())?;
        Some(self.value(left, measure)? - self.value(right, measure)?)
    }
}

/// Measures the skin of faces. Needs no model; holds its work buffers: one analyzer a thread.
pub struct SkinAnalyzer {
    surfaces: SurfaceMaker,
    noise: SkinNoise,
    unknown: bool,
}

impl Default for SkinAnalyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl SkinAnalyzer {
    /// An analyzer with empty work buffers.
    pub fn new() -> Self {
        Self {
            surfaces: SurfaceMaker::new(),
            noise: SkinNoise::shipped(),
            unknown: false,
        }
    }

    /// The same, giving values whose spread is not known as well: without an interval, for learning it
    /// ([`SkinNoise::learn`]).
    #[must_use]
    pub fn with_unknown_spreads(self, unknown: bool) -> Self {
        Self { unknown, ..self }
    }

    /// Measures a face of a picture. Give a face with irises ([`skinkit_roi::FaceOptions::with_irises`]), so that light
    /// and millimeters can be read from the eyes; a steadied one repeats best.
    ///
    /// # Errors
    /// The face lies outside the picture; its skin is covered or has no color of skin.
    pub fn measure(&mut self, frame: &Frame<'_>, face: &Face) -> Result<SkinReport> {
        let mesh: &FaceMesh = face.mesh_478.as_ref().unwrap_or(&face.mesh);
        let scale = Scale::from_irises(mesh).ok();
        let surface = self.surfaces.make(frame, mesh, scale.as_ref())?;
        let fine = Measure::PigmentedSpots.least_pixels_per_mm();
        let found = surface.chart.pixels_per_mm.iter().any(|p| *p >= fine) && surface.colored;
        let spots = found.then(|| spots::find(&surface));
        let anomaly = anomaly::distances(&surface);
        let tone_band = Tone::of(surface.tone);
        let measurer = Measurer::new(&surface, spots.as_deref(), &self.noise, tone_band).with_unknown(self.unknown);
        let zones = Zone::ALL
            .iter()
            .map(|&zone| {
                let (seen, readings) = measurer.zone(zone);
                ZoneReadings {
                    zone,
                    seen,
                    pixels_per_mm: surface.chart.pixels_per_mm[zone as usize],
                    readings,
                    unusual: unusual(&surface, &anomaly, zone),
                }
            })
            .collect();
        Ok(SkinReport {
            zones,
            spots,
            light: surface.light,
            tone: surface.tone,
            tone_band,
            scale,
            turn: mesh.turn(),
            colors: ColorChart::new(&surface),
            anomaly: FaceMap::new(CHART_SIDE, anomaly.cells, &surface),
        })
    }
}

/// Shares of a zone's skin beyond one in a hundred and one in a thousand.
fn unusual(surface: &Surface, anomaly: &Plane<f32>, zone: Zone) -> [f32; 2] {
    let (mut over, mut all) = ([0u32; 2], 0u32);
    for cell in surface.cells(zone) {
        all += 1;
        for (over, limit) in over.iter_mut().zip([anomaly::ONE_IN_100, anomaly::ONE_IN_1000]) {
            *over += u32::from(anomaly.cells[cell] > limit);
        }
    }
    over.map(|over| over as f32 / all.max(1) as f32)
}
