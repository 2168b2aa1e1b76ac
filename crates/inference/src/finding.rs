//! What a lesion model says about one picture.

use serde::{Deserialize, Serialize};

use crate::config::EngineKind;
use crate::manifest::Label;

/// The result of one run of a lesion model. It records what the network computed; it is not a medical statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// Calibrated probability of each label, in the order of the pack. They sum to 1.
    pub probabilities: Vec<LabelProbability>,
    /// Ids of the labels that the conformal threshold keeps, likeliest first. Empty when the pack has no threshold.
    pub prediction_set: Vec<String>,
    /// The picture as a point among others: only comparable within one version of one pack.
    pub embedding: Option<Embedding>,
    /// Where the evidence for each label lies.
    pub heatmap: Option<Heatmap>,
    /// Where the lesion is.
    pub mask: Option<Mask>,
    /// Whether this is the kind of picture that the pack knows.
    pub familiarity: Option<Familiarity>,
    /// The engine that ran.
    pub engine: EngineKind,
    /// The pack that was used.
    pub pack: PackRef,
}

impl Finding {
    /// Index of the likeliest label in `probabilities`; the first of equals, 0 if there were none.
    pub fn top(&self) -> usize {
        let mut top = 0;
        for (index, label) in self.probabilities.iter().enumerate() {
            if label.p > self.probabilities[top].p {
                top = index;
            }
        }
        top
    }

    /// Index of the label that stands out: whose probability is the largest multiple of its frequency. It would be the
    /// likeliest, were all labels equally frequent; of rare ones the likeliest seldom is. `labels` are the pack's; the same
    /// as [`Finding::top`] where they have no frequencies.
    pub fn standout(&self, labels: &[Label]) -> usize {
        let multiple = |index: usize| {
            let p = self.probabilities[index].p;
            labels.get(index).and_then(|label| label.multiple(p)).unwrap_or(p)
        };
        (1..self.probabilities.len()).fold(
            0,
            |most, index| if multiple(index) > multiple(most) { index } else { most },
        )
    }
}

/// One label with its probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelProbability {
    /// Id of the label in the pack.
    pub label: String,
    /// Its name for people.
    pub name: String,
    /// Probability, 0..=1.
    pub p: f32,
}

/// Which pack gave a finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PackRef {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The id of its licence.
    pub license: String,
}

/// A vector of length 1 that lies near those of similar pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Embedding(pub Vec<f32>);

impl Embedding {
    /// Cosine similarity, -1..=1; `None` when the lengths differ or a vector has no direction. Whether both come from
    /// one pack is for the caller to see to.
    pub fn cosine(&self, other: &Self) -> Option<f32> {
        if self.0.len() != other.0.len() {
            return None;
        }
        let (mut dot, mut own, mut theirs) = (0f64, 0f64, 0f64);
        for (&a, &b) in self.0.iter().zip(&other.0) {
            let (a, b) = (f64::from(a), f64::from(b));
            dot += a * b;
            own += a * a;
            theirs += b * b;
        }
        let cosine = dot / (own.sqrt() * theirs.sqrt());
        cosine.is_finite().then(|| cosine.clamp(-1.0, 1.0) as f32)
    }
}

/// Raw evidence for each class at each place: the mean over a class's map, plus the network's bias, is its logit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heatmap {
    /// Columns of one map.
    pub width: usize,
    /// Rows of one map.
    pub height: usize,
    /// Number of maps, one a label, in the order of the pack.
    pub classes: usize,
    /// All values: map after map, row after row.
    pub values: Vec<f32>,
}

impl Heatmap {
    /// The map of one label, row after row.
    pub fn class(&self, index: usize) -> Option<&[f32]> {
        let size = self.width * self.height;
        self.values
            .get(index.checked_mul(size)?..index.checked_add(1)?.checked_mul(size)?)
    }
}

/// Probability of lesion at each place of the network's input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mask {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Row after row, 0..=1.
    pub values: Vec<f32>,
}

impl Mask {
    /// Share of the input that is more likely lesion than not, 0..=1.
    pub fn coverage(&self) -> f32 {
        let inside = self.values.iter().filter(|p| **p >= 0.5).count();
        inside as f32 / self.values.len().max(1) as f32
    }
}

/// How near a picture is to those the pack was trained on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Familiarity {
    /// Strangeness: larger is stranger. Its scale belongs to the pack.
    pub score: f32,
    /// The largest score that still counts as familiar.
    pub threshold: f32,
    /// Whether `score <= threshold`.
    pub in_distribution: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_label_stands_out_before_it_is_the_likeliest() {
        let finding = |p: [f32; 3]| Finding {
            probabilities: ["mel", "nv", "df"]
                .into_iter()
                .zip(p)
                .map(|(label, p)| LabelProbability {
                    label: label.to_owned(),
                    name: label.to_owned(),
                    p,
                })
                .collect(),
            prediction_set: Vec::new(),
            embedding: None,
            heatmap: None,
            mask: None,
            familiarity: None,
            engine: EngineKind::Embedded,
            pack: PackRef {
                id: String::new(),
                version: String::new(),
                license: String::new(),
            },
        };
        let label = |frequency| Label {
            id: String::new(),
            name: String::new(),
            snomed_ct: None,
            icd10: None,
            frequency,
        };
        let labels = [Some(0.2), Some(0.7), Some(0.1)].map(label);
        let unsure = finding([0.3, 0.65, 0.05]);
        assert_eq!((unsure.top(), unsure.standout(&labels)), (1, 0));
        assert_eq!(finding([0.1, 0.6, 0.3]).standout(&labels), 2);
        assert_eq!(finding([0.05, 0.9, 0.05]).standout(&labels), 1);
        assert_eq!(unsure.standout(&[None, None, None].map(label)), unsure.top());
    }

    #[test]
    fn cosine_needs_equal_lengths_and_directions() {
        let east = Embedding(vec![1.0, 0.0]);
        assert_eq!(east.cosine(&Embedding(vec![3.0, 0.0])), Some(1.0));
        assert_eq!(east.cosine(&Embedding(vec![0.0, 1.0])), Some(0.0));
        assert_eq!(east.cosine(&Embedding(vec![-1.0, 0.0])), Some(-1.0));
        assert_eq!(east.cosine(&Embedding(vec![1.0])), None);
        assert_eq!(east.cosine(&Embedding(vec![0.0, 0.0])), None);
        assert_eq!(east.cosine(&Embedding(vec![f32::NAN, 0.0])), None);
    }

    #[test]
    fn maps_are_found_by_class() {
        let map = Heatmap {
            width: 2,
            height: 1,
            classes: 2,
            values: vec![0.0, 1.0, 2.0, 3.0],
        };
        assert_eq!(map.class(1), Some(&[2.0, 3.0][..]));
        assert_eq!(map.class(2), None);
        assert_eq!(map.class(usize::MAX), None);
    }

    #[test]
    fn coverage_counts_likely_places() {
        assert_eq!(
            Mask {
                width: 2,
                height: 2,
                values: vec![0.1, 0.5, 0.9, 0.49]
            }
            .coverage(),
            0.5
        );
        assert_eq!(
            Mask {
                width: 0,
                height: 0,
                values: vec![]
            }
            .coverage(),
            0.0
        );
    }
}
