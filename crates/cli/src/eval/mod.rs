//! How well a model pack does on labelled pictures. Pure: predictions in, figures out; running the
//! network and reading the pictures is the command's part.

mod bootstrap;
pub mod context;
mod figures;
pub mod labels;
mod metrics;
mod pairs;
mod random;

use figures::{BY_LABEL, Figures};
use pairs::SameLesion;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};

/// What the pipeline made of one picture, and what is true of it.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// Name of the picture, for error messages.
    pub id: String,
    /// Place of the true label among the pack's labels.
    pub truth: usize,
    /// Lesion shown, where known.
    pub lesion: Option<String>,
    /// What the picture is one of: `capture`, `tone`, `source`, … and the value.
    pub groups: Vec<(String, String)>,
    /// Calibrated probability of each of the pack's labels, in their order.
    pub probabilities: Vec<f32>,
    /// Place of the prior-adjusted label: the one with the highest likelihood ratio.
    pub prior_adjusted: usize,
    /// Its conformal prediction set, where the pack makes one.
    pub sets: Option<PredictionSet>,
    /// Embedding of any length but 0, where the pack makes one.
    pub embedding: Option<Vec<f32>>,
    /// Milliseconds by stage ("decode", "crop", "network", …).
    pub timings_ms: Vec<(String, f64)>,
}

/// A conformal prediction set.
#[derive(Clone, Debug)]
pub struct PredictionSet {
    /// Places of its labels.
    pub labels: Vec<usize>,
    /// Share of such sets that is meant to hold the truth: one less the pack's alpha.
    pub target: f64,
}

/// Why predictions cannot be summed up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// There is nothing to evaluate.
    #[error("no picture was evaluated: check that the folder holds the listed pictures")]
    Nothing,
    /// A prediction does not fit the labels.
    #[error("picture \"{id}\": {what}")]
    Prediction {
        /// The picture.
        id: String,
        /// What is wrong with its prediction.
        what: String,
    },
}

/// One JSON object of figures; `labels` are the pack's label ids in its order. A figure that cannot
/// be computed is null. `accuracy` and `ece` are of the likeliest label; where every class counts the
/// same (`balanced_accuracy`, `per_class`, `confusion`) the label is the prior-adjusted one. Intervals under
/// `ci95` are percentile bootstraps that draw whole lesions (pictures, where the lesion is not known); a fixed
/// seed makes them repeatable. A bootstrap of the calibration error leans high, because a draw has more chance
/// gaps than the set it is drawn from. `by` has the main figures of each group without intervals.
pub fn summarize(labels: &[String], predictions: &[Prediction]) -> Result<Value, EvalError> {
    if predictions.is_empty() {
        return Err(EvalError::Nothing);
    }
    check(labels, predictions)?;
    let n = predictions.len();
    let all: Vec<&Prediction> = predictions.iter().collect();
    let figures = Figures::new(labels, &all);
    // One list of figures, so that the value and its interval come from the same code.
    let ones = vec![1; n];
    let values = figures.values(&ones);
    let ranges = bootstrap::intervals(&lesion_clusters(predictions), n, |weights| figures.values(weights));
    let range = |i: usize| ranges.get(i).copied().flatten().filter(|_| values[i].is_some());
    let confusion = figures.confusion(&ones);

    let mut out = Map::new();
    let mut ci95 = Map::new();
    out.insert("n".into(), json!(n));
    let names = figures.names();
    for (i, name) in names.iter().enumerate() {
        out.insert(name.clone(), json!(values[i]));
        ci95.insert(name.clone(), json!(range(i)));
    }
    same_lesion(predictions, &mut out, &mut ci95);

    let mut per_class = Map::new();
    let mut absent = Vec::new();
    for (class, label) in labels.iter().enumerate() {
        let of_class: u64 = confusion[class].iter().sum();
        if of_class == 0 {
            absent.push(label.as_str());
        }
        let mut entry = Map::new();
        let mut entry_ci95 = Map::new();
        entry.insert("n".into(), json!(of_class));
        entry.insert(
            "predicted".into(),
            json!(confusion.iter().map(|row| row[class]).sum::<u64>()),
        );
        for (k, name) in BY_LABEL.into_iter().enumerate() {
            let i = names.len() + class * BY_LABEL.len() + k;
            entry.insert(name.into(), json!(values[i]));
            entry_ci95.insert(name.into(), json!(range(i)));
        }
        entry.insert("ci95".into(), Value::Object(entry_ci95));
        per_class.insert(label.clone(), Value::Object(entry));
    }
    out.insert("per_class".into(), Value::Object(per_class));
    // Macro figures are means over the classes that do occur.
    out.insert("classes_absent".into(), json!(absent));
    out.insert(
        "confusion".into(),
        json!({
            "labels": labels,
            "predicted": "the prior-adjusted label: the highest ratio of probability to frequency",
            "rows_true_columns_predicted": confusion,
        }),
    );
    out.insert("by".into(), by_group(labels, predictions));
    out.insert("ci95".into(), Value::Object(ci95));
    out.insert("timings_ms".into(), timings(predictions));
    Ok(Value::Object(out))
}

/// The figures that are one number for each value of each group: `by.tone.2.balanced_accuracy`.
fn by_group(labels: &[String], predictions: &[Prediction]) -> Value {
    let mut groups: BTreeMap<&str, BTreeMap<&str, Vec<&Prediction>>> = BTreeMap::new();
    for prediction in predictions {
        for (group, value) in &prediction.groups {
            let values = groups.entry(group).or_default();
            values.entry(value).or_default().push(prediction);
        }
    }
    let figures = |members: Vec<&Prediction>| {
        let figures = Figures::new(labels, &members);
        let values = figures.values(&vec![1; members.len()]);
        let mut out = Map::from_iter([("n".to_owned(), json!(members.len()))]);
        out.extend(
            figures
                .names()
                .into_iter()
                .zip(values)
                .map(|(name, value)| (name, json!(value))),
        );
        Value::Object(out)
    };
    let of_values = |values: BTreeMap<&str, Vec<&Prediction>>| -> Map<String, Value> {
        let entries = values
            .into_iter()
            .map(|(value, members)| (value.to_owned(), figures(members)));
        entries.collect()
    };
    let entries = groups
        .into_iter()
        .map(|(group, values)| (group.to_owned(), Value::Object(of_values(values))));
    Value::Object(entries.collect())
}

fn check(labels: &[String], predictions: &[Prediction]) -> Result<(), EvalError> {
    let mut dimension = None;
    for p in predictions {
        let fault = |what: String| Err(EvalError::Prediction { id: p.id.clone(), what });
        for label in [p.truth, p.prior_adjusted] {
            if label >= labels.len() {
                return fault(format!("its label is number {label} of {}", labels.len()));
            }
        }
        if p.probabilities.len() != labels.len() {
            return fault(format!(
                "{} probabilities for {} labels",
                p.probabilities.len(),
                labels.len()
            ));
        }
        if p.probabilities.iter().any(|p| !(0.0..=1.0).contains(p)) {
            return fault("a probability is not within 0 and 1".into());
        }
        if let Some(embedding) = &p.embedding {
            let norm: f32 = embedding.iter().map(|v| v * v).sum();
            if !norm.is_finite() || norm <= 0.0 {
                return fault("its embedding is zero or not finite".into());
            }
            if *dimension.get_or_insert(embedding.len()) != embedding.len() {
                return fault(format!(
                    "its embedding has {} values, those before have another size",
                    embedding.len()
                ));
            }
        }
    }
    Ok(())
}

/// Pictures that belong together: those of one lesion, and every picture of no known lesion by itself.
fn lesion_clusters(predictions: &[Prediction]) -> Vec<Vec<usize>> {
    let mut place: HashMap<&str, usize> = HashMap::new();
    let mut clusters: Vec<Vec<usize>> = Vec::new();
    for (i, p) in predictions.iter().enumerate() {
        let at = match &p.lesion {
            Some(lesion) => *place.entry(lesion).or_insert(clusters.len()),
            None => clusters.len(),
        };
        if at == clusters.len() {
            clusters.push(Vec::new());
        }
        clusters[at].push(i);
    }
    clusters
}

fn same_lesion(predictions: &[Prediction], out: &mut Map<String, Value>, ci95: &mut Map<String, Value>) {
    let mut number: HashMap<&str, usize> = HashMap::new();
    let mut lesions = Vec::new();
    let mut embeddings = Vec::new();
    for p in predictions {
        if let (Some(lesion), Some(embedding)) = (&p.lesion, &p.embedding) {
            let next = number.len();
            lesions.push(*number.entry(lesion).or_insert(next));
            let norm = embedding.iter().map(|v| v * v).sum::<f32>().sqrt();
            embeddings.push(embedding.iter().map(|v| v / norm).collect());
        }
    }
    let found = SameLesion::measure(&lesions, &embeddings);
    // Lesions with one picture have no say: drawing them would only make empty draws.
    let with_a_say = found.lesions();
    let clusters: Vec<Vec<usize>> = with_a_say.iter().map(|&lesion| vec![lesion]).collect();
    let ranges = bootstrap::intervals(&clusters, number.len(), |weights| found.drawn(weights));
    for (i, (name, value)) in [("same_lesion_auc", found.auc), ("same_lesion_top1", found.top1)]
        .into_iter()
        .enumerate()
    {
        out.insert(name.into(), json!(value));
        ci95.insert(
            name.into(),
            json!(ranges.get(i).copied().flatten().filter(|_| value.is_some())),
        );
    }
    out.insert(
        "same_lesion".into(),
        json!({
            "pictures": lesions.len(),
            "lesions": number.len(),
            "queries": found.queries,
            "same_pairs": found.same,
            "different_pairs": found.different,
            "different_pairs_sampled": found.sampled,
        }),
    );
}

fn timings(predictions: &[Prediction]) -> Value {
    let mut stages: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (stage, ms) in predictions.iter().flat_map(|p| &p.timings_ms) {
        if ms.is_finite() {
            stages.entry(stage).or_default().push(*ms);
        }
    }
    let mut out = Map::new();
    for (stage, mut all) in stages {
        all.sort_by(f64::total_cmp);
        let total: f64 = all.iter().sum();
        out.insert(
            stage.into(),
            json!({
                "mean": total / all.len() as f64,
                "median": bootstrap::quantile(&all, 0.5),
                "p95": bootstrap::quantile(&all, 0.95),
                "total": total,
            }),
        );
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests;
