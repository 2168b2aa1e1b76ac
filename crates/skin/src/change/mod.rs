//! What changed between two visits, beyond what another picture of the same skin explains.

mod matched;

use serde::{Deserialize, Serialize};

use crate::face::{FaceSpot, SkinReport, Zone};
use crate::noise::SkinNoise;
use crate::reading::Measure;
pub(crate) use matched::values;

/// Measures that have a say in the verdict. Absolute color and shine follow the light; unevenness, counts and lines
/// follow the sharpness (BENCHMARKS.md): they are shown, with their intervals, and not judged.
pub(crate) const LEADING: [Measure; 2] = [Measure::UnderEyeDarkness, Measure::Redness];

/// A spot of one picture is one of the other if it lies this near on the chart: of 234 mm, 3 mm.
const SAME_PLACE: f32 = 3.0 / 234.0;

/// What two pictures say of one measure in one zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No more different than two pictures of unchanged skin.
    NoMeasurableChange,
    /// More than before, beyond the noise.
    More,
    /// Less than before, beyond the noise.
    Less,
}

/// One measure in one zone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeasureChange {
    /// Which zone.
    pub zone: Zone,
    /// Which measure.
    pub measure: Measure,
    /// Earlier value, in the measure's unit.
    pub before: f32,
    /// Later value.
    pub after: f32,
    /// Least difference that would count, at the level of false alarms of all zones and measures together.
    pub minimum_detectable: f32,
    /// What that says.
    pub verdict: Verdict,
}

/// A spot that only the later picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NewSpot {
    /// The spot in the later picture.
    pub spot: FaceSpot,
}

/// What changed on a face.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SkinChange {
    /// Every part's leading measures that both pictures have.
    pub measures: Vec<MeasureChange>,
    /// Spots of the later picture that the earlier one does not show, beyond the noise; `None` where one of the two is
    /// too coarse for spots.
    pub new_spots: Option<Vec<NewSpot>>,
    /// Share of unchanged pairs in which anything at all is said to have changed, `0..1`.
    pub false_alarms: f32,
}

impl SkinChange {
    /// Whether anything changed beyond the noise.
    pub fn is_changed(&self) -> bool {
        self.measures
            .iter()
            .any(|change| change.verdict != Verdict::NoMeasurableChange)
            || self.new_spots.as_ref().is_some_and(|spots| !spots.is_empty())
    }
}

/// Compares two pictures of one face. Zones and measures that one of them lacks are left out.
pub fn compare(before: &SkinReport, after: &SkinReport, noise: &SkinNoise) -> SkinChange {
    let mut measures = Vec::new();
    for zone in Zone::ALL.into_iter().take(Zone::PARTS) {
        for measure in LEADING {
            let spread = noise.of_difference(measure, zone, before.tone_band, after.tone_band);
            let (Some(spread), Some((earlier, later))) = (spread, values(before, after, zone, measure)) else {
                continue;
            };
            let minimum_detectable = noise.limit(measure) * spread;
            let verdict = match later - earlier {
                d if d > minimum_detectable => Verdict::More,
                d if d < -minimum_detectable => Verdict::Less,
                _ => Verdict::NoMeasurableChange,
            };
            measures.push(MeasureChange {
                zone,
                measure,
                before: earlier,
                after: later,
                minimum_detectable,
                verdict,
            });
        }
    }
    let new_spots = (before.spots.is_some() && after.spots.is_some()).then(|| {
        face_spots_only_in(after, before)
            .filter(|spot| spot.contrast >= noise.new_spot_contrast)
            .map(|spot| NewSpot { spot: *spot })
            .collect()
    });
    SkinChange {
        measures,
        new_spots,
        false_alarms: noise.false_alarms,
    }
}

/// Spots of `report` that `other` has nothing near of, in zones that both show.
pub(crate) fn face_spots_only_in<'r>(
    report: &'r SkinReport,
    other: &'r SkinReport,
) -> impl Iterator<Item = &'r FaceSpot> {
    let shown = |zone: Zone| other.zone(zone).is_some_and(|readings| readings.seen >= 0.8);
    report.spots.iter().flatten().filter(move |spot| {
        let near =
            |known: &&FaceSpot| (known.chart[0] - spot.chart[0]).hypot(known.chart[1] - spot.chart[1]) < SAME_PLACE;
        shown(spot.zone) && !other.spots.iter().flatten().any(|known| near(&known))
    })
}
