use super::alter::{Alteration, alter};
use super::picture::Picture;
use super::report::{Proportion, Report, Row};
use super::reshoot::{Conditions, Shot, reshoot};
use crate::compare::change::{Aspect, Change, Direction, Verdict};
use crate::compare::judge::{compare, compare_with, lay};
use crate::compare::observation::Observation;
use crate::error::Result;
use crate::measure::lesion::measure;
use crate::measure::patch::Patch;
use crate::measure::scale::PixelScale;
use crate::noise::model::{MeasureNoise, NoiseModel};
use serde::{Deserialize, Serialize};
use skinkit_numerics::random::Random;
use std::collections::BTreeSet;

/// Millimetres a picture pixel, where the bench gives a scale: any value will do.
const MM: f32 = 0.1;

/// What a model pack makes of a shot.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Embedding, for the cosine.
    pub embedding: Option<Vec<f32>>,
    /// Mask of the shot, one byte a pixel; without one the built-in segmentation is used.
    pub mask: Option<Vec<u8>>,
}

/// What to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// How the re-shots differ.
    pub conditions: Conditions,
    /// Changes to paint, each on every picture that has room. Re-shots without a change are always run.
    pub changes: Vec<Alteration>,
    /// Paint only this many of the changes on each picture, in turn; 0 paints all.
    pub changes_a_picture: usize,
    /// Unchanged pairs a picture.
    pub unchanged_a_picture: usize,
    /// Relative error (standard deviation) of the millimetre scale each shot comes with;
    /// `None` gives no scale.
    pub scale_error: Option<f32>,
    /// Seed of every random choice.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        let sizes =
            |of: fn(f32) -> Alteration, list: &[f32]| -> Vec<Alteration> { list.iter().map(|&v| of(v)).collect() };
        Self {
            conditions: Conditions::default(),
            changes: [
                sizes(Alteration::Growth, &[0.05, 0.1, 0.2, 0.3, 0.5]),
                sizes(Alteration::Shrinkage, &[0.2, 0.5]),
                sizes(Alteration::Darker, &[3.0, 6.0, 10.0]),
                sizes(Alteration::Redder, &[3.0, 6.0, 10.0]),
                sizes(Alteration::Satellite, &[10.0, 21.0, 32.0]),
                sizes(Alteration::Notch, &[0.2, 0.3, 0.5]),
            ]
            .concat(),
            changes_a_picture: 0,
            unchanged_a_picture: 1,
            scale_error: None,
            seed: 1,
        }
    }
}

/// One pair, compared once with each noise.
struct Trial {
    change: Alteration,
    verdicts: Vec<Verdict>,
    similarity: Option<f32>,
}

/// Runs the bench. `give` is the model pack's part: it gets a shot's sRGB bytes, width and height.
/// Pictures whose lesion does not fit the view are passed over.
pub fn run(
    pictures: impl IntoIterator<Item = Picture>,
    settings: &Settings,
    noise: &NoiseModel,
    give: &mut dyn FnMut(&[u8], usize, usize) -> Given,
) -> Report {
    let (trials, tally) = trials(pictures, settings, &[noise], give);
    report(&trials, settings, tally, 0)
}

/// Runs the bench once for several noise models: a report for each, in order.
pub fn run_each(
    pictures: impl IntoIterator<Item = Picture>,
    settings: &Settings,
    noises: &[&NoiseModel],
    give: &mut dyn FnMut(&[u8], usize, usize) -> Given,
) -> Vec<Report> {
    let (trials, tally) = trials(pictures, settings, noises, give);
    (0..noises.len()).map(|k| report(&trials, settings, tally, k)).collect()
}

/// Pictures used, and the lesions they show.
type Tally = (u32, u32);

fn trials(
    pictures: impl IntoIterator<Item = Picture>,
    settings: &Settings,
    noises: &[&NoiseModel],
    give: &mut dyn FnMut(&[u8], usize, usize) -> Given,
) -> (Vec<Trial>, Tally) {
    let mut trials = Vec::new();
    let mut lesions = BTreeSet::new();
    let mut used = 0;
    let fitting = pictures.into_iter().filter(|p| p.fits(settings.conditions.size));
    for (n, picture) in fitting.enumerate() {
        used += 1;
        lesions.insert(picture.lesion.clone());
        for (part, change) in plan(settings, n) {
            let Some((before, after)) = shots(&picture, change, part, settings, give) else {
                continue;
            };
            let laid = lay(&before, &after);
            let compared: Vec<Change> = noises
                .iter()
                .map(|noise| compare_with(&before, &after, &laid, noise))
                .collect();
            trials.push(Trial {
                change,
                similarity: compared.first().and_then(|c| c.similarity),
                verdicts: compared.into_iter().map(|c| c.verdict).collect(),
            });
        }
    }
    (trials, (used, lesions.len() as u32))
}

fn report(trials: &[Trial], settings: &Settings, (pictures, lesions): Tally, k: usize) -> Report {
    let threshold = cosine_threshold(trials, k);
    let mut changes = vec![Alteration::None];
    changes.extend(&settings.changes);
    Report {
        conditions: settings.conditions.clone(),
        scale_known: settings.scale_error.is_some(),
        pictures,
        lesions,
        rows: changes
            .into_iter()
            .map(|change| row(change, trials, k, threshold))
            .collect(),
        cosine_threshold: threshold,
    }
}

/// Unchanged re-shots of `pictures`, a pair at a time: what [`learn`] learns from.
pub fn unchanged(
    pictures: impl IntoIterator<Item = Picture>,
    settings: &Settings,
    give: &mut dyn FnMut(&[u8], usize, usize) -> Given,
) -> impl Iterator<Item = (Observation, Observation)> {
    pictures
        .into_iter()
        .filter(|p| p.fits(settings.conditions.size))
        .flat_map(|p| (0..settings.unchanged_a_picture as u64).map(move |part| (part, p.clone())))
        .filter_map(|(part, p)| shots(&p, Alteration::None, part, settings, give))
}

/// Comparisons of unchanged re-shots, as a person's own repeats would be: for [`MeasureNoise::after_repeats`].
pub fn repeats(
    pictures: impl IntoIterator<Item = Picture>,
    settings: &Settings,
    give: &mut dyn FnMut(&[u8], usize, usize) -> Given,
) -> Vec<Change> {
    let noise = NoiseModel::default();
    unchanged(pictures, settings, give)
        .map(|(before, after)| compare(&before, &after, &noise))
        .collect()
}

/// Learns the noise of the measures from pairs of pictures of unchanged lesions: `together` are
/// laid over each other, `apart` measured one by one.
///
/// # Errors
/// As [`MeasureNoise::learnt`].
pub fn learn(
    together: impl IntoIterator<Item = (Observation, Observation)>,
    apart: impl IntoIterator<Item = (Observation, Observation)>,
    false_alarms: f64,
    fitted_on: &str,
) -> Result<MeasureNoise> {
    let noise = NoiseModel::default();
    let together: Vec<Change> = together
        .into_iter()
        .map(|(before, after)| compare(&before, &after, &noise))
        .collect();
    let measured = |mut o: Observation| {
        if let Some(patch) = o.patch.take() {
            o.measures = measure(&patch, o.scale, &noise).ok();
        }
        o
    };
    let apart: Vec<Change> = apart
        .into_iter()
        .map(|(before, after)| compare(&measured(before), &measured(after), &noise))
        .collect();
    MeasureNoise::learnt(&together, &apart, false_alarms, fitted_on)
}

/// Whether the noise that ships with this crate may be learnt from a lesion: half of them, by
/// FNV-1a of their id. Report on the other half.
pub fn is_learning(lesion: &str) -> bool {
    let hash = lesion.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    (hash >> 20) & 1 == 0
}

/// The pairs to make of the `n`th picture.
fn plan(settings: &Settings, n: usize) -> Vec<(u64, Alteration)> {
    let mut plan: Vec<(u64, Alteration)> = (0..settings.unchanged_a_picture)
        .map(|part| (part as u64, Alteration::None))
        .collect();
    let all = settings.changes.len();
    let some = match settings.changes_a_picture {
        0 => all,
        k => k.min(all),
    };
    plan.extend((0..some).map(|k| {
        let at = (n * some + k) % all.max(1);
        (1000 + at as u64, settings.changes[at])
    }));
    plan
}

fn shots(
    picture: &Picture,
    change: Alteration,
    part: u64,
    settings: &Settings,
    give: &mut dyn FnMut(&[u8], usize, usize) -> Given,
) -> Option<(Observation, Observation)> {
    let mut dice = Random::named(settings.seed, &picture.lesion, part);
    let (before, after) = alter(picture, change, settings.conditions.size, &mut dice)?;
    let mut observe = |picture: &Picture, taken_at: i64| {
        let shot = reshoot(picture, &settings.conditions, &mut dice)?;
        let error = settings.scale_error.map(|sd| dice.normal(sd));
        observation(shot, error, taken_at, settings, give)
    };
    Some((observe(&before, 0)?, observe(&after, 1)?))
}

fn observation(
    shot: Shot,
    scale_error: Option<f32>,
    taken_at: i64,
    settings: &Settings,
    give: &mut dyn FnMut(&[u8], usize, usize) -> Given,
) -> Option<Observation> {
    let (w, h) = settings.conditions.size;
    let given = give(&shot.rgb, w, h);
    Some(Observation {
        embedding: given.embedding,
        patch: Some(Patch::new(w, h, shot.rgb, given.mask).ok()?),
        scale: scale_error.map(|e| PixelScale {
            mm: MM / shot.scale * (1.0 + e),
            error: settings.scale_error.unwrap_or_default(),
        }),
        ..Observation::new(taken_at, "bench", "1")
    })
}

/// Cosine that gives cosine alone the same false alarms on unchanged pairs as the verdicts had.
fn cosine_threshold(trials: &[Trial], k: usize) -> Option<f64> {
    let unchanged: Vec<&Trial> = trials.iter().filter(|t| t.change == Alteration::None).collect();
    let alarms = unchanged
        .iter()
        .filter(|t| matches!(t.verdicts[k], Verdict::Changed { .. }))
        .count();
    let mut cosines: Vec<f64> = unchanged.iter().filter_map(|t| t.similarity.map(f64::from)).collect();
    cosines.sort_by(f64::total_cmp);
    cosines.get(alarms.min(cosines.len().saturating_sub(1))).copied()
}

fn row(change: Alteration, trials: &[Trial], k: usize, threshold: Option<f64>) -> Row {
    let mut row = Row {
        change,
        found: Proportion::default(),
        right: Proportion::default(),
        not_compared: Proportion::default(),
        by_cosine: threshold.map(|_| Proportion::default()),
    };
    for t in trials.iter().filter(|t| t.change == change) {
        row.not_compared
            .count(matches!(t.verdicts[k], Verdict::CannotCompare { .. }));
        row.found.count(matches!(t.verdicts[k], Verdict::Changed { .. }));
        if let Verdict::Changed { what, direction } = t.verdicts[k]
            && let Some(right) = right(change, what, direction)
        {
            row.right.count(right);
        }
        if let (Some(by), Some(limit), Some(s)) = (&mut row.by_cosine, threshold, t.similarity) {
            by.count(f64::from(s) < limit);
        }
    }
    row
}

/// Whether the reading names the change that was painted; `None` where there is none.
fn right(change: Alteration, what: Aspect, direction: Direction) -> Option<bool> {
    let reading = (what, direction);
    Some(match change {
        Alteration::None => return None,
        Alteration::Growth(_) => reading == (Aspect::Size, Direction::More),
        Alteration::Shrinkage(_) => reading == (Aspect::Size, Direction::Less),
        Alteration::Darker(_) => {
            what == Aspect::Colour && matches!(direction, Direction::Darker | Direction::Different)
        }
        Alteration::Redder(_) => what == Aspect::Colour,
        Alteration::Satellite(_) => what == Aspect::Surroundings,
        Alteration::Notch(_) => {
            matches!(what, Aspect::Border | Aspect::Shape) || reading == (Aspect::Size, Direction::Less)
        }
    })
}
