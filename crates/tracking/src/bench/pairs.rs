//! Real second photos of one lesion: how many are compared, and what unchanged ones are called.

use crate::compare::change::{Change, Reason, Verdict};
use crate::compare::judge::{Laid, compare_with, lay};
use crate::compare::observation::Observation;
use crate::error::Result;
use crate::measure::measures::Measure;
use crate::noise::handheld::HandheldNoise;
use crate::noise::model::NoiseModel;
use crate::noise::tail::Tail;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Folds by patient.
pub const FOLDS: usize = 5;

/// What is known of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// One lesion, the same by eye.
    Same,
    /// By eye two lesions, though the set gives them one id.
    Different,
    /// Not clear by eye.
    Unclear,
    /// Lesions of two patients on the same site of the body.
    Stranger,
}

/// Two photos, laid over each other once.
pub struct RealPair {
    /// Whose lesion the earlier one is: decides the fold.
    pub patient: String,
    /// What it is, for a list of verdicts.
    pub name: String,
    /// What is known of the pair.
    pub group: Group,
    before: Observation,
    after: Observation,
    laid: Laid,
}

impl RealPair {
    /// Lays the two over each other: some tenths of a second.
    pub fn new(patient: &str, name: &str, group: Group, mut before: Observation, mut after: Observation) -> Self {
        let laid = lay(&before, &after);
        // Pixels are needed no more, and many pairs are kept.
        before.patch = None;
        after.patch = None;
        Self {
            patient: patient.to_owned(),
            name: name.to_owned(),
            group,
            before,
            after,
            laid,
        }
    }

    /// Which fifth of the patients.
    pub fn fold(&self) -> usize {
        let hash = self.patient.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        (hash >> 20) as usize % FOLDS
    }

    /// Whether the two could be laid over each other and are from different views.
    fn is_handheld(&self) -> bool {
        matches!(&self.laid, Some(Ok(measured)) if measured.handheld)
    }

    /// Places at which keypoints of the two agree, where those were needed to lay them.
    pub fn support(&self) -> usize {
        match &self.laid {
            Some(Ok(measured)) => measured.support,
            _ => 0,
        }
    }

    /// The comparison with this noise.
    pub fn compared(&self, noise: &NoiseModel) -> Change {
        compare_with(&self.before, &self.after, &self.laid, noise)
    }
}

/// The noise of handheld pairs, learnt from those that are the same by eye and `used`.
///
/// # Errors
/// As [`HandheldNoise::learnt`].
pub fn handheld(pairs: &[RealPair], noise: &NoiseModel, used: impl Fn(&RealPair) -> bool) -> Result<HandheldNoise> {
    // Judged by any tail, so that each measure with a scale counts.
    let mut any = noise.clone();
    let judged = Measure::SINGLE.into_iter().chain(Measure::PAIR);
    any.measures.handheld.tails = judged
        .filter(|m| *m != Measure::Colours)
        .map(|m| (m, Tail::normal(1.0)))
        .collect();
    let changes: Vec<Change> = pairs
        .iter()
        .filter(|p| p.group == Group::Same && p.is_handheld() && used(p))
        .map(|p| p.compared(&any))
        .collect();
    HandheldNoise::learnt(&changes)
}

/// Each pair's comparison, its handheld noise learnt from the other folds.
///
/// # Errors
/// As [`handheld`].
pub fn cross_fitted(pairs: &[RealPair], noise: &NoiseModel) -> Result<Vec<Change>> {
    let noises: Vec<NoiseModel> = (0..FOLDS)
        .map(|fold| {
            let mut noise = noise.clone();
            noise.measures.handheld = handheld(pairs, &noise, |p| p.fold() != fold)?;
            Ok(noise)
        })
        .collect::<Result<_>>()?;
    Ok(pairs.iter().map(|p| p.compared(&noises[p.fold()])).collect())
}

/// The table of [`cross_fitted`] comparisons: a row a fold for pairs that are the same, a row a group for the others.
pub fn table(pairs: &[RealPair], changes: &[Change]) -> String {
    let mut rows: BTreeMap<(Group, Option<usize>), Vec<&Change>> = BTreeMap::new();
    for (pair, change) in pairs.iter().zip(changes) {
        rows.entry((pair.group, None)).or_default().push(change);
        if pair.group == Group::Same {
            rows.entry((pair.group, Some(pair.fold()))).or_default().push(change);
        }
    }
    let mut out = String::from(
        "| pairs | of | compared | all but size | sizes too | called changed | refused, by reason |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for ((group, fold), changes) in rows {
        let name = match (group, fold) {
            (Group::Same, None) => "the same by eye".to_owned(),
            (_, Some(fold)) => format!("– fold {fold}"),
            (Group::Different, None) => "different by eye".to_owned(),
            (Group::Unclear, None) => "unclear by eye".to_owned(),
            (Group::Stranger, None) => "other patients, same site".to_owned(),
        };
        // All but the size were compared where only the scale is not known.
        let refusal = |c: &Change| match c.verdict {
            Verdict::CannotCompare { why } if why != Reason::UnknownScale => Some(why),
            _ => None,
        };
        let compared: Vec<&&Change> = changes.iter().filter(|c| refusal(c).is_none()).collect();
        let changed = compared.iter().filter(|c| matches!(c.verdict, Verdict::Changed { .. }));
        let sized = compared
            .iter()
            .filter(|c| c.alignment.is_some_and(|a| a.scale_known))
            .count();
        let mut why: BTreeMap<String, usize> = BTreeMap::new();
        for reason in changes.iter().filter_map(|c| refusal(c)) {
            *why.entry(words(&format!("{reason:?}"))).or_default() += 1;
        }
        let why: Vec<String> = why.into_iter().map(|(reason, n)| format!("{n} {reason}")).collect();
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {sized} | {} | {} |",
            changes.len(),
            compared.len(),
            compared.len() - sized,
            changed.count(),
            why.join(", ")
        );
    }
    out
}

/// `NoOverlap` as `no overlap`.
fn words(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.extend(c.to_lowercase());
    }
    out
}
