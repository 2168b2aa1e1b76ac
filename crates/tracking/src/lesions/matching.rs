//! Which lesion of this visit is which of the last one.

use crate::compare::similarity::similarity;
use crate::error::{Error, Result};
use crate::lesions::assignment::assign;
use crate::noise::model::NoiseModel;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Cost of leaving a lesion unmatched; the cost of a pair is half its squared distance in
/// standard deviations, so this accepts a pair up to 3.5 of them.
const UNMATCHED: f64 = 3.1;
/// A pair whose next best partner is less than this much dearer is not sure.
const UNSURE: f64 = 1.0;
/// Standard deviation of the natural logarithm of a diameter between two visits.
const SIZE_SD: f64 = 0.25;
/// Without a noise model: mean and standard deviation assumed for the similarity of one lesion.
const SIMILARITY: (f64, f64) = (0.85, 0.1);

/// One lesion as one visit saw it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// The host's name for it in this visit.
    pub id: String,
    /// Where on the site, in any unit that both visits share (millimetres, or 0..1 of the region).
    #[serde(default)]
    pub position: Option<[f32; 2]>,
    /// Greatest diameter in any unit that both visits share.
    #[serde(default)]
    pub diameter: Option<f32>,
    /// Embedding; both visits' must be of one model pack.
    #[serde(default)]
    pub embedding: Option<Vec<f32>>,
}

/// A person's word on one pair. It always wins, and stays with the result as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Override {
    /// Earlier id, or `None`: the later lesion is new.
    pub earlier: Option<String>,
    /// Later id, or `None`: the earlier lesion is gone.
    pub later: Option<String>,
    /// Who said so, when and why, in the host's words.
    pub note: String,
}

/// Two sightings taken for one lesion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Match {
    /// Earlier id.
    pub earlier: String,
    /// Later id.
    pub later: String,
    /// Half the squared distance in standard deviations, over position, size and look; `None`
    /// where nothing could be compared.
    pub cost: Option<f64>,
    /// Whether another partner would have done nearly as well.
    pub sure: bool,
    /// The person's word, where it decided.
    pub manual: Option<Override>,
}

/// The lesions of two visits side by side.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Matching {
    /// Lesions seen in both visits.
    pub matched: Vec<Match>,
    /// Later ids without an earlier one.
    pub new: Vec<String>,
    /// Earlier ids without a later one. Not seen is not the same as healed.
    pub gone: Vec<String>,
    /// Ids of either visit that hold nothing to match by; the host has to ask.
    pub unmatched: Vec<String>,
    /// Overrides that say a lesion is new or gone.
    pub manual: Vec<Override>,
}

/// Matches the lesions of two visits of one site.
///
/// `position_sd` is how far a lesion's position may move between visits, as a standard deviation
/// in the unit of the positions.
///
/// # Errors
/// [`Error::OutOfRange`] for a `position_sd` that is not a positive number;
/// [`Error::UnknownId`] for an override of a lesion that is not there, or named twice;
/// [`Error::EmbeddingLength`] and [`Error::EmbeddingValues`] for embeddings that cannot be compared.
pub fn match_lesions(
    earlier: &[Sighting],
    later: &[Sighting],
    position_sd: f32,
    overrides: &[Override],
    noise: &NoiseModel,
) -> Result<Matching> {
    if !(position_sd.is_finite() && position_sd > 0.0) {
        return Err(Error::OutOfRange {
            what: "position_sd",
            value: f64::from(position_sd),
            range: "the numbers above 0",
        });
    }
    let mut out = Matching::default();
    let mut settled = Settled::default();
    for o in overrides {
        settled.take(o, earlier, later)?;
        match (&o.earlier, &o.later) {
            (Some(e), Some(l)) => {
                let pair = (find(earlier, e)?, find(later, l)?);
                out.matched.push(Match {
                    earlier: e.clone(),
                    later: l.clone(),
                    cost: cost(pair.0, pair.1, position_sd, noise)?,
                    sure: true,
                    manual: Some(o.clone()),
                });
            }
            (None, Some(l)) => {
                out.new.push(l.clone());
                out.manual.push(o.clone());
            }
            (Some(e), None) => {
                out.gone.push(e.clone());
                out.manual.push(o.clone());
            }
            (None, None) => {}
        }
    }
    let open = |all: &[Sighting], taken: &BTreeSet<String>, out: &mut Vec<String>| {
        let mut left = Vec::new();
        for s in all.iter().filter(|s| !taken.contains(&s.id)) {
            if s.position.is_some() || s.embedding.is_some() {
                left.push(s.clone());
            } else {
                out.push(s.id.clone());
            }
        }
        left
    };
    let rows = open(earlier, &settled.earlier, &mut out.unmatched);
    let columns = open(later, &settled.later, &mut out.unmatched);
    automatic(&rows, &columns, position_sd, noise, &mut out)?;
    Ok(out)
}

/// Lesions that overrides have already spoken for.
#[derive(Default)]
struct Settled {
    earlier: BTreeSet<String>,
    later: BTreeSet<String>,
}

impl Settled {
    fn take(&mut self, o: &Override, earlier: &[Sighting], later: &[Sighting]) -> Result<()> {
        let sides = [
            (&o.earlier, earlier, &mut self.earlier),
            (&o.later, later, &mut self.later),
        ];
        for (id, all, taken) in sides {
            if let Some(id) = id {
                find(all, id)?;
                if !taken.insert(id.clone()) {
                    return Err(Error::UnknownId {
                        id: id.clone(),
                        why: "named by two overrides",
                    });
                }
            }
        }
        Ok(())
    }
}

fn find<'a>(all: &'a [Sighting], id: &str) -> Result<&'a Sighting> {
    all.iter().find(|s| s.id == id).ok_or(Error::UnknownId {
        id: id.into(),
        why: "not among the lesions of its visit",
    })
}

fn automatic(
    rows: &[Sighting],
    columns: &[Sighting],
    position_sd: f32,
    noise: &NoiseModel,
    out: &mut Matching,
) -> Result<()> {
    let (n, m) = (rows.len(), columns.len());
    if n == 0 {
        out.new.extend(columns.iter().map(|s| s.id.clone()));
        return Ok(());
    }
    // Beside the real partners each row has a column of its own that means "none".
    let width = m + n;
    let mut table = vec![2.0 * UNMATCHED; n * width];
    for (i, a) in rows.iter().enumerate() {
        for (j, b) in columns.iter().enumerate() {
            let worst = 1e6;
            table[i * width + j] = cost(a, b, position_sd, noise)?.map_or(worst, |c| c.min(worst));
        }
    }
    let partner = assign(&table, n, width);
    let mut used = vec![false; m];
    for (i, &j) in partner.iter().enumerate() {
        if j >= m {
            out.gone.push(rows[i].id.clone());
            continue;
        }
        used[j] = true;
        let own = table[i * width + j];
        let other_column = (0..m).filter(|&k| k != j).map(|k| table[i * width + k]);
        let other_row = (0..n).filter(|&k| k != i).map(|k| table[k * width + j]);
        let next = other_column.chain(other_row).fold(f64::INFINITY, f64::min);
        out.matched.push(Match {
            earlier: rows[i].id.clone(),
            later: columns[j].id.clone(),
            cost: Some(own),
            sure: next - own >= UNSURE,
            manual: None,
        });
    }
    out.new
        .extend((0..m).filter(|&j| !used[j]).map(|j| columns[j].id.clone()));
    Ok(())
}

/// Half the squared distance over what both sightings have; `None` with nothing in common.
fn cost(a: &Sighting, b: &Sighting, position_sd: f32, noise: &NoiseModel) -> Result<Option<f64>> {
    let mut squares = None;
    let mut add = |z: f64| squares = Some(squares.unwrap_or(0.0) + z * z);
    if let (Some(p), Some(q)) = (a.position, b.position) {
        add(f64::from((p[0] - q[0]).hypot(p[1] - q[1]) / position_sd));
    }
    if let (Some(p), Some(q)) = (&a.embedding, &b.embedding) {
        let s = f64::from(similarity(p, q)?);
        let (mean, sd) = noise
            .same_lesion
            .as_ref()
            .map_or(SIMILARITY, |same| (same.mean, same.sd.max(1e-3)));
        add(((mean - s) / sd).max(0.0));
    }
    if let (Some(p), Some(q)) = (a.diameter, b.diameter)
        && p > 0.0
        && q > 0.0
        && squares.is_some()
    {
        let z = f64::from((q / p).ln()) / SIZE_SD;
        squares = squares.map(|s| s + z * z);
    }
    Ok(squares.filter(|s| s.is_finite()).map(|s| 0.5 * s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(id: &str, x: f32, y: f32) -> Sighting {
        Sighting {
            id: id.into(),
            position: Some([x, y]),
            ..Sighting::default()
        }
    }

    fn run(a: &[Sighting], b: &[Sighting], overrides: &[Override]) -> Result<Matching> {
        match_lesions(a, b, 3.0, overrides, &NoiseModel::default())
    }

    fn pairs(m: &Matching) -> Vec<(&str, &str)> {
        m.matched
            .iter()
            .map(|p| (p.earlier.as_str(), p.later.as_str()))
            .collect()
    }

    #[test]
    fn neighbours_pair_up_and_the_rest_is_new_or_gone() {
        let a = [at("a1", 0.0, 0.0), at("a2", 20.0, 0.0), at("a3", 80.0, 80.0)];
        let b = [at("b1", 21.0, 1.0), at("b2", 1.0, -1.0), at("b3", 50.0, 10.0)];
        let m = run(&a, &b, &[]).unwrap();
        assert_eq!(pairs(&m), [("a1", "b2"), ("a2", "b1")]);
        assert!(m.matched.iter().all(|p| p.sure));
        assert_eq!((m.new, m.gone), (vec!["b3".to_string()], vec!["a3".to_string()]));
    }

    #[test]
    fn a_close_call_is_said_to_be_unsure_and_the_look_settles_it() {
        let mut a = [at("a1", 0.0, 0.0), at("a2", 2.0, 0.0)];
        let mut b = [at("b1", 1.0, 0.0), at("b2", 1.2, 0.0)];
        assert!(run(&a, &b, &[]).unwrap().matched.iter().all(|p| !p.sure));
        a[0].embedding = Some(vec![1.0, 0.0]);
        a[1].embedding = Some(vec![0.0, 1.0]);
        b[0].embedding = Some(vec![0.1, 1.0]);
        b[1].embedding = Some(vec![1.0, 0.1]);
        let m = run(&a, &b, &[]).unwrap();
        assert_eq!(pairs(&m), [("a1", "b2"), ("a2", "b1")]);
        assert!(m.matched.iter().all(|p| p.sure));
    }

    #[test]
    fn a_person_wins_and_is_kept_as_evidence() {
        let a = [at("a1", 0.0, 0.0), at("a2", 20.0, 0.0)];
        let b = [at("b1", 0.0, 0.0), at("b2", 20.0, 0.0)];
        let say = |e: &str, l: Option<&str>| Override {
            earlier: Some(e.into()),
            later: l.map(Into::into),
            note: "seen by the nurse".into(),
        };
        let m = run(&a, &b, &[say("a1", Some("b2")), say("a2", None)]).unwrap();
        assert_eq!(pairs(&m), [("a1", "b2")]);
        assert_eq!(m.matched[0].manual.as_ref().unwrap().note, "seen by the nurse");
        assert!(m.matched[0].cost.unwrap() > 10.0);
        assert_eq!((m.gone, m.new), (vec!["a2".to_string()], vec!["b1".to_string()]));
        assert_eq!(m.manual.len(), 1);
        assert!(matches!(run(&a, &b, &[say("zz", None)]), Err(Error::UnknownId { .. })));
        assert!(run(&a, &b, &[say("a1", None), say("a1", Some("b1"))]).is_err());
    }

    #[test]
    fn nothing_to_go_by_is_left_to_the_host() {
        let bare = Sighting {
            id: "x".into(),
            ..Sighting::default()
        };
        let m = run(&[bare], &[at("b", 0.0, 0.0)], &[]).unwrap();
        assert_eq!((m.unmatched, m.new), (vec!["x".to_string()], vec!["b".to_string()]));
        assert_eq!(run(&[], &[], &[]).unwrap(), Matching::default());
    }
}
