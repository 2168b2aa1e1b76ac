use crate::compare::change::{Alignment, Aspect, Basis, Change, Direction, MeasureChange, Reason, Verdict};
use crate::compare::observation::Observation;
use crate::compare::overlay::overlay;
use crate::compare::similarity::similarity;
use crate::measure::lesion::unit;
use crate::measure::measures::{LengthUnit, Measure, Measures};
use crate::measure::patch::Patch;
use crate::measure::scale::PixelScale;
use crate::measure::scene::Scene;
use crate::noise::model::NoiseModel;
use crate::noise::tail::Tail;
use crate::register::fit::Fit;
use crate::register::lay::lay as lay_scenes;

/// Similarity more likely between two lesions than within one by this factor: not the same lesion.
const NOT_SAME_ODDS: f64 = 20.0;

/// Compares an earlier scan of a lesion with a later one.
///
/// Never fails: what cannot be compared is told by the verdict. Costs nothing that outlives the
/// call and may run on any thread.
pub fn compare(before: &Observation, after: &Observation, noise: &NoiseModel) -> Change {
    compare_with(before, after, &lay(before, after), noise)
}

/// [`compare`] with the pictures already laid over each other, which does not depend on the noise.
pub(crate) fn compare_with(before: &Observation, after: &Observation, laid: &Laid, noise: &NoiseModel) -> Change {
    let mut change = Change {
        similarity: None,
        similarity_chance: None,
        measures: Vec::new(),
        unit: LengthUnit::Pixel,
        alignment: None,
        basis: Basis::Nothing,
        verdict: Verdict::NoMeasurableChange,
    };
    change.verdict = match judge(before, after, laid, noise, &mut change) {
        Ok(verdict) => verdict,
        Err(why) => Verdict::CannotCompare { why },
    };
    change
}

fn judge(
    before: &Observation,
    after: &Observation,
    laid: &Laid,
    noise: &NoiseModel,
    change: &mut Change,
) -> Result<Verdict, Reason> {
    if different_pack(before, after) {
        return Err(Reason::DifferentPack);
    }
    if let (Some(a), Some(b)) = (&before.embedding, &after.embedding) {
        let s = similarity(a, b).map_err(|_| Reason::InvalidData)?;
        change.similarity = Some(s);
        change.similarity_chance = noise.same_lesion.as_ref().map(|same| same.below(f64::from(s)));
        change.basis = Basis::Embedding;
    }
    if !before.accepted || !after.accepted {
        return Err(Reason::PoorQuality);
    }
    let (mut same_skin, mut level) = (false, noise.measures.level);
    match laid {
        Some(laid) => {
            let measured = laid.as_ref().map_err(|why| *why)?;
            change.unit = measured.unit;
            change.measures = measured
                .values
                .iter()
                .map(|&(m, x, y)| judged_together(m, x, y, measured, noise))
                .collect();
            change.alignment = Some(measured.alignment);
            same_skin = measured.support >= SAME_SKIN;
            level = noise.measures.level_of(measured.handheld);
            change.basis = Basis::Pictures;
        }
        None => {
            if let (Some(a), Some(b)) = (&before.measures, &after.measures) {
                change.measures = judged_apart(a, b, noise);
                // Without millimetres on both sides no length is among them.
                change.unit = a.unit;
            }
            if !change.measures.is_empty() {
                change.basis = Basis::Measures;
            }
        }
    }
    if change.basis == Basis::Nothing {
        return Err(Reason::NothingInCommon);
    }
    // What lies on the very same skin is the same lesion, whatever else the light makes of its look.
    if !same_skin && not_same_lesion(change, noise) {
        return Err(Reason::NotSameLesion);
    }
    match conclude(change, level) {
        Verdict::NoMeasurableChange if change.alignment.is_some_and(|a| !a.scale_known) => Err(Reason::UnknownScale),
        verdict => Ok(verdict),
    }
}

fn different_pack(before: &Observation, after: &Observation) -> bool {
    before.pack_id != after.pack_id || before.pack_version != after.pack_version
}

/// Two pictures laid over each other and measured.
pub(crate) struct Measured {
    /// Each measure before and after.
    values: Vec<(Measure, f64, f64)>,
    unit: LengthUnit,
    alignment: Alignment,
    /// Taken from another distance or turn, or in so different a light that only keypoints told how they lie.
    pub handheld: bool,
    /// Places at which keypoints say that it is the same skin; 0 where none were needed.
    pub support: usize,
}

/// Places at which keypoints agree that say more than embeddings do: of 500 pairs of two patients one reached six (see
/// `BENCHMARKS.md`), and its embeddings told them apart.
const SAME_SKIN: usize = 10;
/// Scales and turn, in radians, between two shots of one view by a hand: a little more than what two simulated re-shots
/// differ by.
const ONE_VIEW: (core::ops::Range<f32>, f32) = (0.8..1.25, 0.45);
/// Pictures that only keypoints could lay and that agree less than this are not of one view, however near they are.
const LEAST_OF_ONE_VIEW: f32 = 0.6;

/// Two pictures laid over each other, or why that could not be done; `None` where there are no
/// two pictures to lay.
pub(crate) type Laid = Option<Result<Measured, Reason>>;

pub(crate) fn lay(before: &Observation, after: &Observation) -> Laid {
    if different_pack(before, after) || !before.accepted || !after.accepted {
        return None;
    }
    let (a, b) = (before.patch.as_ref()?, after.patch.as_ref()?);
    Some(scales(before, after).and_then(|scales| pictures(a, b, scales)))
}

/// The two millimetre scales, where both are known.
fn scales(before: &Observation, after: &Observation) -> Result<Option<(PixelScale, PixelScale)>, Reason> {
    let (Some(a), Some(b)) = (before.scale, after.scale) else {
        return Ok(None);
    };
    match (a.checked(), b.checked()) {
        (Ok(a), Ok(b)) => Ok(Some((a, b))),
        _ => Err(Reason::InvalidData),
    }
}

/// Lays the two pictures over each other and measures both.
fn pictures(before: &Patch, after: &Patch, scales: Option<(PixelScale, PixelScale)>) -> Result<Measured, Reason> {
    let scene = |p: &Patch| Scene::of(p).map_err(|_| Reason::NoLesion);
    let (a, b) = (scene(before)?, scene(after)?);
    let known = scales.map(|(on_a, on_b)| on_a.mm / on_b.mm * b.zoom / a.zoom);
    let fit = lay_scenes(&a, &b, known).ok_or(Reason::NoOverlap)?;
    let same_skin = fit.support > 0;
    let over = overlay(&a, &b, &fit).ok_or_else(|| match same_skin && elsewhere(&a, &b, &fit) {
        true => Reason::NotSameLesion,
        false => Reason::NoOverlap,
    })?;
    let (unit, length) = unit(scales.map(|s| s.0), a.zoom);
    let values = over
        .values
        .into_iter()
        .map(|(m, x, y)| {
            let factor = length.powi(m.dimension());
            (m, x * factor, y * factor)
        })
        .collect();
    let corner = (0.5 * a.zoom) - 0.5;
    let [x, y] = fit.pose.apply([corner, corner]);
    let alignment = Alignment {
        scale: fit.pose.scale() * a.zoom / b.zoom,
        rotation: fit.pose.rotation(),
        origin: [(x + 0.5) / b.zoom - 0.5, (y + 0.5) / b.zoom - 0.5],
        agreement: fit.agreement,
        // A scale that was held is as unsure as the millimetres it comes from.
        scale_sd: match scales.filter(|_| !fit.from_skin) {
            Some((on_a, on_b)) => fit.scale_sd.hypot(on_a.error).hypot(on_b.error),
            None => fit.scale_sd,
        },
        scale_known: fit.from_skin || known.is_some(),
        overlap: over.overlap as f32,
    };
    let one_view = ONE_VIEW.0.contains(&alignment.scale) && alignment.rotation.abs() <= ONE_VIEW.1;
    Ok(Measured {
        values,
        unit,
        alignment,
        handheld: !one_view || (same_skin && fit.agreement < LEAST_OF_ONE_VIEW),
        support: fit.support,
    })
}

/// Whether the later picture shows the earlier lesion's place, and its own lesion is another one.
fn elsewhere(before: &Scene, after: &Scene, fit: &Fit) -> bool {
    let off = after.field.not().distance();
    let (mut seen, mut shared) = (0usize, 0usize);
    for i in before.lesion.ones() {
        let [u, v] = fit
            .pose
            .apply([(i % before.width()) as f32, (i / before.width()) as f32]);
        if off.sample(u, v).is_some_and(|d| d > 1.0) {
            seen += 1;
            shared += usize::from(after.lesion.has(v as usize * after.width() + u as usize));
        }
    }
    2 * seen > before.lesion.count() && 20 * shared < seen
}

fn judged_together(
    measure: Measure,
    before: f64,
    after: f64,
    measured: &Measured,
    noise: &NoiseModel,
) -> MeasureChange {
    let alignment = &measured.alignment;
    // An error of the scale moves an area twice, a length once.
    let extra = f64::from(alignment.scale_sd) * f64::from(measure.dimension());
    let of_size = measure.needs_scale() || matches!(measure, Measure::GainedArea | Measure::LostArea);
    let tails = noise.measures.tails_for(alignment.agreement, measured.handheld);
    let tail = tails
        .get(&measure)
        // Fitted to a lesion that may itself have grown, a scale hides the growth.
        .filter(|_| alignment.scale_known || !of_size)
        .map(|tail| tail.widened(extra));
    let level = noise.measures.level_of(measured.handheld);
    judged(measure, before, after, tail.as_ref(), level)
}

fn judged_apart(before: &Measures, after: &Measures, noise: &NoiseModel) -> Vec<MeasureChange> {
    let scale_error = f64::from(before.scale_error.hypot(after.scale_error));
    let scaled = before.unit == LengthUnit::Millimetre && after.unit == LengthUnit::Millimetre;
    Measure::SINGLE
        .into_iter()
        .filter(|m| scaled || !m.needs_scale())
        .filter_map(|m| {
            let extra = scale_error * f64::from(m.dimension());
            // A count is reported with its interval and never judged.
            let tail = noise.measures.apart.get(&m).filter(|_| m != Measure::Colours);
            let tail = tail.map(|tail| tail.widened(extra));
            let (a, b) = (before.get(m)?.value, after.get(m)?.value);
            Some(judged(m, a, b, tail.as_ref(), noise.measures.level))
        })
        .collect()
}

fn judged(measure: Measure, before: f64, after: f64, tail: Option<&Tail>, level: f64) -> MeasureChange {
    let difference = measure.difference(before, after);
    let chance = tail.map(|t| t.chance_of(measure, difference));
    MeasureChange {
        measure,
        before,
        after,
        difference,
        minimum_detectable: tail.map(|t| t.detectable(level)),
        chance,
        exceeds_noise: chance.is_some_and(|c| c < level),
    }
}

fn not_same_lesion(change: &Change, noise: &NoiseModel) -> bool {
    let (Some(s), Some(same), Some(other)) = (change.similarity, &noise.same_lesion, &noise.different_lesion) else {
        return false;
    };
    let s = f64::from(s);
    let density = |m: f64, sd: f64| (-0.5 * ((s - m) / sd.max(1e-6)).powi(2)).exp() / sd.max(1e-6);
    same.below(s) < noise.measures.level && density(other.mean, other.sd) > NOT_SAME_ODDS * density(same.mean, same.sd)
}

fn conclude(change: &Change, level: f64) -> Verdict {
    let beyond = || change.measures.iter().filter(|m| m.exceeds_noise);
    let chance = |m: &&MeasureChange| m.chance.unwrap_or(1.0);
    let least = |a: &&MeasureChange, b: &&MeasureChange| chance(a).total_cmp(&chance(b));
    // A change of colour moves the border that a threshold draws; a change of size leaves the
    // colour inside alone. So where both exceed noise, it is the colour.
    let shown = beyond()
        .filter(|m| reading(m).0 == Aspect::Colour)
        .min_by(least)
        .or_else(|| beyond().min_by(least));
    if let Some(m) = shown {
        let (what, direction) = reading(m);
        return Verdict::Changed { what, direction };
    }
    if change.similarity_chance.is_some_and(|c| c < level) {
        return Verdict::Changed {
            what: Aspect::Appearance,
            direction: Direction::Different,
        };
    }
    Verdict::NoMeasurableChange
}

fn reading(m: &MeasureChange) -> (Aspect, Direction) {
    let more = if m.difference > 0.0 {
        Direction::More
    } else {
        Direction::Less
    };
    let tone = if m.difference > 0.0 {
        Direction::Lighter
    } else {
        Direction::Darker
    };
    match m.measure {
        Measure::Area | Measure::GreatestDiameter | Measure::LeastDiameter | Measure::Perimeter => (Aspect::Size, more),
        Measure::Asymmetry => (Aspect::Shape, more),
        Measure::BorderIrregularity => (Aspect::Border, more),
        Measure::Lightness => (Aspect::Colour, tone),
        Measure::Variegation | Measure::Colours => (Aspect::Colour, more),
        Measure::Redness | Measure::Yellowness | Measure::ColourShift => (Aspect::Colour, Direction::Different),
        Measure::GainedArea => (Aspect::Size, Direction::More),
        Measure::LostArea => (Aspect::Size, Direction::Less),
        Measure::NewSpot => (Aspect::Surroundings, Direction::More),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::measures::Estimate;
    use crate::noise::model::Spread;
    use crate::testing::Spot;

    fn scan(embedding: &[f32]) -> Observation {
        Observation {
            embedding: Some(embedding.to_vec()),
            ..Observation::new(0, "p", "1")
        }
    }

    fn sized(area: f64, unit: LengthUnit) -> Observation {
        Observation {
            measures: Some(Measures {
                unit,
                scale_error: 0.0,
                values: vec![Estimate {
                    measure: Measure::Area,
                    value: area,
                    low: area,
                    high: area,
                }],
                border: Vec::new(),
            }),
            ..Observation::new(0, "p", "1")
        }
    }

    fn noise() -> NoiseModel {
        let spread = |mean, sd| {
            Some(Spread {
                mean,
                sd,
                quantiles: Default::default(),
            })
        };
        NoiseModel {
            same_lesion: spread(0.9, 0.05),
            different_lesion: spread(0.2, 0.1),
            ..NoiseModel::default()
        }
    }

    fn why(change: &Change) -> Option<Reason> {
        match change.verdict {
            Verdict::CannotCompare { why } => Some(why),
            _ => None,
        }
    }

    #[test]
    fn a_scan_against_itself_has_not_changed() {
        let a = scan(&[0.6, 0.8]);
        let c = compare(&a, &a, &noise());
        assert_eq!(c.verdict, Verdict::NoMeasurableChange);
        assert!((c.similarity.unwrap() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn packs_quality_and_rubbish_are_refused() {
        let a = scan(&[0.6, 0.8]);
        let mut b = a.clone();
        b.pack_version = "2".into();
        assert_eq!(why(&compare(&a, &b, &noise())), Some(Reason::DifferentPack));
        let mut b = a.clone();
        b.accepted = false;
        assert_eq!(why(&compare(&a, &b, &noise())), Some(Reason::PoorQuality));
        assert_eq!(
            why(&compare(&a, &scan(&[f32::NAN, 0.0]), &noise())),
            Some(Reason::InvalidData)
        );
        let empty = Observation::new(0, "p", "1");
        assert_eq!(why(&compare(&a, &empty, &noise())), Some(Reason::NothingInCommon));
    }

    #[test]
    fn similarity_alone_says_different_or_not_the_same() {
        let a = scan(&[1.0, 0.0]);
        let at = |s: f32| compare(&a, &scan(&[s, (1.0 - s * s).sqrt()]), &noise());
        assert_eq!(
            at(0.7).verdict,
            Verdict::Changed {
                what: Aspect::Appearance,
                direction: Direction::Different
            }
        );
        assert_eq!(why(&at(0.2)), Some(Reason::NotSameLesion));
        assert_eq!(at(0.85).verdict, Verdict::NoMeasurableChange);
    }

    fn pictured(spot: &Spot) -> Observation {
        Observation {
            patch: Some(spot.patch()),
            ..Observation::new(0, "p", "1")
        }
    }

    #[test]
    fn a_lesion_half_out_of_view_has_no_overlap() {
        let whole = Spot::default();
        let cut = Spot {
            view: (1.0, 0.0, [72.0, 0.0]),
            ..whole.clone()
        };
        let c = compare(&pictured(&whole), &pictured(&cut), &NoiseModel::default());
        assert_eq!(why(&c), Some(Reason::NoOverlap), "{c:?}");
    }

    #[test]
    fn lengths_are_in_millimetres_where_both_have_a_scale() {
        let seen = |mm: Option<f32>| Observation {
            scale: mm.map(|mm| PixelScale { mm, error: 0.02 }),
            ..pictured(&Spot::default())
        };
        let area = |c: &Change| {
            let area = c.measures.iter().find(|m| m.measure == Measure::Area);
            area.map(|m| m.before).unwrap()
        };
        let n = NoiseModel::default();
        let scaled = compare(&seen(Some(0.1)), &seen(Some(0.1)), &n);
        let bare = compare(&seen(Some(0.1)), &seen(None), &n);
        assert_eq!((scaled.unit, bare.unit), (LengthUnit::Millimetre, LengthUnit::Pixel));
        assert!(
            (area(&bare) * 0.01 / area(&scaled) - 1.0).abs() < 0.01,
            "{scaled:?} {bare:?}"
        );
    }

    #[test]
    fn growth_needs_a_scale() {
        let n = NoiseModel::default();
        let mm = |a, b| compare(&sized(a, LengthUnit::Millimetre), &sized(b, LengthUnit::Millimetre), &n);
        // Measured one by one and without a mask, one pair in a hundred differs by 43 %: less than four times is not sure.
        assert_eq!(
            mm(10.0, 40.0).verdict,
            Verdict::Changed {
                what: Aspect::Size,
                direction: Direction::More
            }
        );
        assert_eq!(
            mm(40.0, 10.0).verdict,
            Verdict::Changed {
                what: Aspect::Size,
                direction: Direction::Less
            }
        );
        assert_eq!(mm(10.0, 12.0).verdict, Verdict::NoMeasurableChange);
        let px = compare(&sized(10.0, LengthUnit::Pixel), &sized(14.0, LengthUnit::Pixel), &n);
        assert_eq!(why(&px), Some(Reason::NothingInCommon));
    }
}
