//! The figures of a list of predictions, each over weighted pictures.

use super::Prediction;
use super::metrics::{self, Choice, Scores};

/// The figures that are one number, in their order; then come three for each label.
pub struct Figures<'a> {
    labels: &'a [String],
    melanoma: Option<usize>,
    scores: Scores,
    sets: Sets,
}

/// What each label has.
pub const BY_LABEL: [&str; 4] = ["sensitivity", "specificity", "auc", "coverage"];

impl<'a> Figures<'a> {
    /// `labels` are the pack's label ids in its order; predictions have been checked against them.
    pub fn new(labels: &'a [String], predictions: &[&Prediction]) -> Self {
        let flat: Vec<f32> = predictions
            .iter()
            .flat_map(|p| p.probabilities.iter().copied())
            .collect();
        let truth = predictions.iter().map(|p| p.truth).collect();
        let adjusted = predictions.iter().map(|p| p.prior_adjusted).collect();
        Self {
            labels,
            melanoma: labels
                .iter()
                .position(|l| l.eq_ignore_ascii_case("mel") || l.eq_ignore_ascii_case("melanoma")),
            scores: Scores::new(labels.len(), truth, adjusted, &flat),
            sets: Sets::new(predictions),
        }
    }

    /// Names of the figures that are one number. Those of prediction sets say which share of sets is meant to hold the
    /// truth: `coverage_90` for an alpha of 0.1.
    pub fn names(&self) -> [String; 8] {
        let target = self.sets.target();
        [
            "balanced_accuracy".to_owned(),
            "balanced_accuracy_likeliest".to_owned(),
            "accuracy".to_owned(),
            "macro_auc".to_owned(),
            "melanoma_auc".to_owned(),
            "ece".to_owned(),
            format!("coverage{target}"),
            format!("set_size{target}"),
        ]
    }

    /// The value of each name, then those of [`BY_LABEL`] for each label; `None` where a figure is not defined.
    pub fn values(&self, weights: &[u32]) -> Vec<Option<f64>> {
        let confusion = self.confusion(weights);
        let mut all = vec![
            metrics::balanced_accuracy(&confusion),
            metrics::balanced_accuracy(&self.scores.confusion(Choice::Likeliest, weights)),
            self.scores.accuracy(weights),
            self.scores.macro_auc(weights),
            self.melanoma.and_then(|class| self.scores.auc(class, weights)),
            self.scores.ece(weights),
            self.sets.coverage(weights),
            self.sets.size(weights),
        ];
        for class in 0..self.labels.len() {
            all.push(metrics::sensitivity(&confusion, class));
            all.push(metrics::specificity(&confusion, class));
            all.push(self.scores.auc(class, weights));
            all.push(self.sets.coverage_of(class, weights));
        }
        all
    }

    /// Counts by true label (row) and prior-adjusted label (column).
    pub fn confusion(&self, weights: &[u32]) -> Vec<Vec<u64>> {
        self.scores.confusion(Choice::PriorAdjusted, weights)
    }
}

/// Prediction sets of all pictures; empty unless every picture has one.
struct Sets {
    truth: Vec<usize>,
    covered: Vec<f64>,
    sizes: Vec<f64>,
    /// The share of sets that is meant to hold the truth, where it is the same for all pictures.
    target: Option<f64>,
}

impl Sets {
    fn new(predictions: &[&Prediction]) -> Self {
        let sets: Option<Vec<_>> = predictions.iter().map(|p| Some((p.truth, p.sets.as_ref()?))).collect();
        let sets = sets.unwrap_or_default();
        let first = sets.first().map(|(_, set)| set.target);
        Self {
            truth: sets.iter().map(|(truth, _)| *truth).collect(),
            covered: sets
                .iter()
                .map(|(truth, set)| f64::from(u8::from(set.labels.contains(truth))))
                .collect(),
            sizes: sets.iter().map(|(_, set)| set.labels.len() as f64).collect(),
            target: first.filter(|first| sets.iter().all(|(_, set)| (set.target - first).abs() < 1e-9)),
        }
    }

    /// Ends the names of what is told of sets: `_90`, or nothing where the pictures' sets have different targets.
    fn target(&self) -> String {
        match self.target {
            Some(share) => format!("_{}", (share * 1e4).round() / 1e2),
            None => String::new(),
        }
    }

    fn coverage(&self, weights: &[u32]) -> Option<f64> {
        metrics::mean(self.covered.iter().copied(), weights)
    }

    /// Of the pictures of one label.
    fn coverage_of(&self, class: usize, weights: &[u32]) -> Option<f64> {
        let (mut covered, mut all) = (0.0, 0.0);
        for ((truth, hit), weight) in self.truth.iter().zip(&self.covered).zip(weights) {
            if *truth == class {
                covered += hit * f64::from(*weight);
                all += f64::from(*weight);
            }
        }
        (all > 0.0).then(|| covered / all)
    }

    fn size(&self, weights: &[u32]) -> Option<f64> {
        metrics::mean(self.sizes.iter().copied(), weights)
    }
}
