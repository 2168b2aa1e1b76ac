//! What a lesion model says about one picture.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::context::ContextEffect;
use super::maps::{Embedding, Heatmap, Mask};
use crate::engine::EngineKind;
use crate::pack::CaptureUsed;

/// The result of one run of a lesion model. It records what the network computed; it is not a medical statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// Why there are no labels, though the network ran; `None` where there are. Then `probabilities` and `prediction_set` are
    /// empty and there is no heatmap.
    #[serde(default)]
    pub withheld: Option<Withheld>,
    /// Calibrated probability of each label, in the order of the pack, from the picture alone. They sum to 1.
    pub probabilities: Vec<LabelProbability>,
    /// Ids of the labels in the conformal prediction set, likeliest first. Empty when the pack has none for this capture.
    pub prediction_set: Vec<String>,
    /// Share of prediction sets that hold the true label, on pictures like those of the calibration; `None` without sets.
    #[serde(default)]
    pub set_coverage: Option<f64>,
    /// How the picture was taken, as the calibration took it.
    pub capture: CaptureUsed,
    /// What the person's answers change; `None` where none were given.
    #[serde(default)]
    pub context: Option<ContextEffect>,
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

/// Why a finding has no labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Withheld {
    /// A region of a face was analyzed, and a lesion pack knows lesions only: no lesion was looked for there.
    FaceRegion,
    /// A lesion was looked for in the region, and none was found.
    NoLesionFound,
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FaceRegion => "a region of a face is not a lesion: the pack's labels are not for it",
            Self::NoLesionFound => "no lesion was found in the region: the pack's labels are not for it",
        })
    }
}

impl Finding {
    /// Takes the labels out, and says why.
    pub fn withhold(&mut self, reason: Withheld) {
        self.withheld = Some(reason);
        self.probabilities.clear();
        self.prediction_set.clear();
        self.set_coverage = None;
        self.context = None;
        self.heatmap = None;
    }

    /// Index of the likeliest label in `probabilities`; the first of equals, 0 if there were none.
    pub fn top(&self) -> usize {
        first_of_most(&self.probabilities, |label| Some(label.p))
    }

    /// Index of the prior-adjusted label: the one with the highest likelihood ratio (probability divided by frequency),
    /// which is the likeliest if all labels are taken to be equally frequent. The same as [`Finding::top`] where the pack
    /// states no frequencies for this capture.
    pub fn prior_adjusted(&self) -> usize {
        adjusted(&self.probabilities)
    }

    /// The same of the probabilities with answers; `None` where no answers were given.
    pub fn prior_adjusted_with_answers(&self) -> Option<usize> {
        let effect = self.context.as_ref()?;
        let labels = self.probabilities.iter().zip(&effect.probabilities);
        let with: Vec<LabelProbability> = labels
            .map(|(label, p)| LabelProbability { p: *p, ..label.clone() })
            .collect();
        Some(adjusted(&with))
    }
}

fn adjusted(labels: &[LabelProbability]) -> usize {
    if labels.iter().all(|label| label.frequency.is_none()) {
        return first_of_most(labels, |label| Some(label.p));
    }
    first_of_most(labels, LabelProbability::likelihood_ratio)
}

/// Index of the label with the largest value, the first of equals; labels without a value come last.
fn first_of_most(labels: &[LabelProbability], value: impl Fn(&LabelProbability) -> Option<f32>) -> usize {
    let value = |index: usize| value(&labels[index]).unwrap_or(f32::NEG_INFINITY);
    (1..labels.len()).fold(0, |most, index| if value(index) > value(most) { index } else { most })
}

/// One label with its probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct LabelProbability {
    /// Id of the label in the pack.
    pub label: String,
    /// Its name for people.
    pub name: String,
    /// Probability, 0..=1.
    pub p: f32,
    /// The label's share among the pictures that the probability is meant for, 0..=1, where the pack states it for this
    /// capture. A probability of 0.3 is a lot for a label of one picture in a hundred.
    #[serde(default)]
    pub frequency: Option<f32>,
}

impl LabelProbability {
    /// Likelihood ratio: the probability divided by the frequency; `None` without a frequency above 0.
    pub fn likelihood_ratio(&self) -> Option<f32> {
        self.frequency.filter(|share| *share > 0.0).map(|share| self.p / share)
    }
}

/// Which pack gave a finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PackRef {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The id of its licence.
    pub license: String,
}

/// How near a picture is to those the pack was trained on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Familiarity {
    /// Out-of-distribution score: larger is less like the training pictures. Its scale belongs to the pack.
    pub score: f32,
    /// The largest score that still counts as familiar.
    pub threshold: f32,
    /// Whether `score <= threshold`.
    pub in_distribution: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{Capture, CaptureSource};

    fn finding(p: [f32; 3], frequencies: [Option<f32>; 3]) -> Finding {
        let labels = ["mel", "nv", "df"].into_iter().zip(p).zip(frequencies);
        Finding {
            withheld: None,
            probabilities: labels
                .map(|((label, p), frequency)| LabelProbability {
                    label: label.to_owned(),
                    name: label.to_owned(),
                    p,
                    frequency,
                })
                .collect(),
            prediction_set: Vec::new(),
            set_coverage: None,
            capture: CaptureUsed {
                capture: Capture::Dermoscope,
                source: CaptureSource::Pack,
                probability: None,
            },
            context: None,
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
        }
    }

    #[test]
    fn a_rare_label_has_the_highest_ratio_before_it_is_the_likeliest() {
        let shares = [Some(0.2), Some(0.7), Some(0.1)];
        let unsure = finding([0.3, 0.65, 0.05], shares);
        assert_eq!((unsure.top(), unsure.prior_adjusted()), (1, 0));
        assert_eq!(finding([0.1, 0.6, 0.3], shares).prior_adjusted(), 2);
        assert_eq!(finding([0.05, 0.9, 0.05], shares).prior_adjusted(), 1);
        assert_eq!(finding([0.3, 0.65, 0.05], [None; 3]).prior_adjusted(), 1);
    }

    #[test]
    fn what_is_withheld_is_gone() {
        let mut finding = finding([0.3, 0.65, 0.05], [None; 3]);
        finding.prediction_set.push("nv".to_owned());
        finding.withhold(Withheld::FaceRegion);
        assert!(finding.probabilities.is_empty() && finding.prediction_set.is_empty());
        assert_eq!((finding.top(), finding.prior_adjusted()), (0, 0));
        assert_eq!(serde_json::to_value(&finding).unwrap()["withheld"], "face_region");
    }

    #[test]
    fn a_label_that_these_pictures_never_show_is_not_the_adjusted_one() {
        let shares = [Some(0.3), Some(0.7), Some(0.0)];
        assert_eq!(finding([0.2, 0.8, 0.0], shares).prior_adjusted(), 1);
        assert_eq!(
            finding([0.2, 0.8, 0.0], shares).probabilities[2].likelihood_ratio(),
            None
        );
    }
}
