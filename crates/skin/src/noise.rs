//! How much each measure of unchanged skin differs from picture to picture.

use serde::{Deserialize, Serialize};

use crate::change::{LEADING, face_spots_only_in, values};
use crate::color::{Lab, typology_angle};
use crate::face::{SkinReport, Zone};
use crate::reading::Measure;
use crate::shipped;
use crate::statistics::{center_and_spread, quantile};

/// A band of skin tone as the picture shows it. It tells which noise a value has, nothing of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Typology angle of 28 degrees or more.
    Light,
    /// Between.
    Medium,
    /// Typology angle below 0 degrees.
    Dark,
}

impl Tone {
    /// Every band.
    pub const ALL: [Self; 3] = [Self::Light, Self::Medium, Self::Dark];

    /// The band of a face's median color. (Chardon et al. 1991 part light from tan skin at 28 degrees.)
    pub(crate) fn of(tone: Lab) -> Self {
        match typology_angle(tone) {
            angle if angle >= 28.0 => Self::Light,
            angle if angle >= 0.0 => Self::Medium,
            _ => Self::Dark,
        }
    }
}

/// Fewer differences than this give no spread.
const LEAST_PAIRS: usize = 12;
/// By what limits are widened: people who were not learnt from differ more than those who were.
const MARGIN: f32 = 1.35;
/// Normal quantile of a 95 % interval.
const NORMAL_95: f32 = 1.959_964;

/// How much pictures of one unchanged face differ, by measure, zone and tone; and how large a difference must be for one
/// level of false alarms over all of them together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkinNoise {
    /// Standard deviation of one picture's value: a row a measure in the order of [`Measure::ALL`], a column a zone in
    /// the order of [`Zone::ALL`]. `None` where it is not known: such a value has no interval and is not compared.
    pub spreads: Vec<Vec<Option<f32>>>,
    /// The same of the difference of two pictures, as [`compare`](crate::compare) reads it: of relative colors smaller
    /// than single pictures let expect, because it is read from the skin that both show.
    pub differences: Vec<Vec<Option<f32>>>,
    /// A row a measure: by what each band of tone, in the order of [`Tone::ALL`], multiplies it.
    pub tones: Vec<[f32; 3]>,
    /// A difference of a measure counts beyond this many standard deviations of a difference: a number a measure.
    pub limits: Vec<f32>,
    /// A new spot counts from this contrast on.
    pub new_spot_contrast: f32,
    /// Share of unchanged pairs in which anything at all counts as changed, `0..1`.
    pub false_alarms: f32,
    /// How many pairs it was learnt from.
    pub pairs: u32,
}

impl SkinNoise {
    /// The noise that ships with this crate: synthetic re-shots of 48 portraits (see BENCHMARKS.md).
    pub fn shipped() -> Self {
        Self {
            spreads: table(&shipped::SPREADS),
            differences: table(&shipped::DIFFERENCES),
            tones: shipped::TONES.to_vec(),
            limits: shipped::LIMITS.to_vec(),
            new_spot_contrast: shipped::NEW_SPOT_CONTRAST,
            false_alarms: shipped::FALSE_ALARMS,
            pairs: shipped::PAIRS,
        }
    }

    /// Learns from pairs of pictures of faces that did not change between them, for `false_alarms` (`0..1`) over all
    /// zones and measures of a pair together.
    pub fn learn<'r>(pairs: impl IntoIterator<Item = (&'r SkinReport, &'r SkinReport)>, false_alarms: f32) -> Self {
        let pairs: Vec<_> = pairs.into_iter().collect();
        let mut noise = Self {
            spreads: vec![vec![None; Zone::ALL.len()]; Measure::ALL.len()],
            differences: vec![vec![None; Zone::ALL.len()]; Measure::ALL.len()],
            tones: vec![[1.0; 3]; Measure::ALL.len()],
            limits: vec![f32::INFINITY; Measure::ALL.len()],
            new_spot_contrast: f32::INFINITY,
            false_alarms,
            pairs: pairs.len() as u32,
        };
        for (row, measure) in Measure::ALL.into_iter().enumerate() {
            for (column, zone) in Zone::ALL.into_iter().enumerate() {
                // Left and right are one sample.
                let zones: &[Zone] = if zone == zone.mirrored() {
                    &[zone]
                } else {
                    &[zone, zone.mirrored()]
                };
                let of = |read: &dyn Fn(&SkinReport, &SkinReport, Zone) -> Option<f32>| {
                    let each = pairs
                        .iter()
                        .flat_map(|(a, b)| zones.iter().filter_map(|zone| read(a, b, *zone)));
                    spread_of(each.collect())
                };
                let single = of(&|a, b, zone| difference(a, b, zone, measure));
                noise.spreads[row][column] = single.map(|spread| spread / std::f32::consts::SQRT_2);
                noise.differences[row][column] = of(&|a, b, zone| {
                    let (before, after) = values(a, b, zone, measure)?;
                    Some(after - before)
                });
            }
            for (band, tone) in Tone::ALL.into_iter().enumerate() {
                let mut scaled: Vec<f32> = Vec::new();
                for (a, b) in pairs.iter().filter(|(a, _)| a.tone_band == tone) {
                    for (column, zone) in Zone::ALL.into_iter().enumerate() {
                        if let (Some(d), Some(spread)) = (difference(a, b, zone, measure), noise.spreads[row][column]) {
                            scaled.push(d / (spread * std::f32::consts::SQRT_2));
                        }
                    }
                }
                if scaled.len() >= 3 * LEAST_PAIRS {
                    noise.tones[row][band] = spread_of(scaled).unwrap_or(1.0).clamp(0.5, 3.0);
                }
            }
        }
        noise.set_limits(&pairs);
        noise
    }

    /// The limits that keep the false alarms: the leading measures and new spots have an equal part of them each.
    fn set_limits(&mut self, pairs: &[(&SkinReport, &SkinReport)]) {
        let share = 1.0 - self.false_alarms / (LEADING.len() + 1) as f32;
        for (row, measure) in Measure::ALL.into_iter().enumerate() {
            let mut greatest: Vec<f32> = pairs.iter().map(|(a, b)| self.greatest(a, b, measure)).collect();
            self.limits[row] = MARGIN * quantile(&mut greatest, share).unwrap_or(f32::INFINITY);
        }
        let mut new: Vec<f32> = pairs
            .iter()
            .filter(|(a, b)| a.spots.is_some() && b.spots.is_some())
            .map(|(a, b)| {
                let lone = face_spots_only_in(b, a).chain(face_spots_only_in(a, b));
                lone.map(|spot| spot.contrast).fold(0.0, f32::max)
            })
            .collect();
        self.new_spot_contrast = quantile(&mut new, share).map_or(f32::INFINITY, |contrast| contrast * 1.01);
    }

    /// The greatest difference of a pair over all zones, in standard deviations.
    fn greatest(&self, a: &SkinReport, b: &SkinReport, measure: Measure) -> f32 {
        let mut greatest = 0.0f32;
        for zone in &Zone::ALL[..Zone::PARTS] {
            let both = self.of_difference(measure, *zone, a.tone_band, b.tone_band);
            if let (Some((before, after)), Some(spread)) = (values(a, b, *zone, measure), both) {
                greatest = greatest.max((after - before).abs() / spread);
            }
        }
        greatest
    }

    /// How many standard deviations of a difference count.
    pub(crate) fn limit(&self, measure: Measure) -> f32 {
        row(measure)
            .and_then(|row| self.limits.get(row))
            .copied()
            .unwrap_or(f32::INFINITY)
    }

    /// Standard deviation of one picture's value, in the measure's unit; `None` where it is not known.
    pub fn spread(&self, measure: Measure, zone: Zone, tone: Tone) -> Option<f32> {
        Some(cell(&self.spreads, measure, zone)? * self.tone(measure, tone)?)
    }

    /// Standard deviation of the difference of two pictures' values as they are compared.
    pub(crate) fn of_difference(&self, measure: Measure, zone: Zone, before: Tone, after: Tone) -> Option<f32> {
        let tone = (self.tone(measure, before)? + self.tone(measure, after)?) / 2.0;
        Some(cell(&self.differences, measure, zone)? * tone)
    }

    fn tone(&self, measure: Measure, tone: Tone) -> Option<f32> {
        Some(self.tones.get(row(measure)?)?[tone as usize])
    }
}

fn row(measure: Measure) -> Option<usize> {
    Measure::ALL.iter().position(|known| *known == measure)
}

fn cell(table: &[Vec<Option<f32>>], measure: Measure, zone: Zone) -> Option<f32> {
    *table.get(row(measure)?)?.get(zone as usize)?
}

/// A shipped table, in which 0 stands for what is not known.
fn table(rows: &[[f32; Zone::ALL.len()]]) -> Vec<Vec<Option<f32>>> {
    let known = |value: &f32| (*value > 0.0).then_some(*value);
    rows.iter().map(|row| row.iter().map(known).collect()).collect()
}

fn difference(a: &SkinReport, b: &SkinReport, zone: Zone, measure: Measure) -> Option<f32> {
    Some(b.value(zone, measure)? - a.value(zone, measure)?)
}

/// Standard deviation of differences: the robust one, or what the outer twentieth asks for.
fn spread_of(mut differences: Vec<f32>) -> Option<f32> {
    if differences.len() < LEAST_PAIRS {
        return None;
    }
    let mut sizes: Vec<f32> = differences.iter().map(|d| d.abs()).collect();
    let [_, robust] = center_and_spread(&mut differences)?;
    let outer = quantile(&mut sizes, 0.95)? / NORMAL_95;
    let spread = robust.max(outer);
    // Counts and shares that never moved: nothing is known of how they would.
    (spread > 0.0).then_some(spread)
}
