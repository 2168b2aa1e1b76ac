//! What a pack states on how a person's answers move its probabilities.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::capture::Capture;
use super::profile::Conformal;

/// A multinomial logistic model over the picture's probabilities and a person's answers:
/// score_k = image_weight · ln p_k + bias_k + the sum of the given answers' terms, p = softmax(score). An answer that is not
/// given adds nothing. Lists are in the order of the pack's labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContextModel {
    /// The capture that it was fitted for: with pictures taken otherwise, answers are refused.
    pub capture: Capture,
    /// Weight of the picture's own log probabilities, > 0.
    pub image_weight: f64,
    /// A summand for each label.
    pub bias: Vec<f64>,
    /// One entry a question.
    pub terms: Vec<Term>,
    /// Prediction sets of the probabilities with answers; `None`: no prediction set.
    #[serde(default)]
    pub conformal: Option<Conformal>,
    /// On which pictures it was fitted.
    #[serde(default)]
    pub fitted_on: String,
}

/// One question, and what each answer adds to the labels' scores (natural logarithms).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// Short name of the question, such as `itches`, `age` or `site`.
    pub id: String,
    /// What an answer can be, and what it adds.
    #[serde(flatten)]
    pub kind: TermKind,
}

/// What an answer can be, and what it adds to the score of each label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum TermKind {
    /// Yes or no.
    YesNo {
        /// What a yes adds.
        yes: Vec<f64>,
        /// What a no adds.
        no: Vec<f64>,
    },
    /// A number: linear between knots, the end's value outside of them.
    Number {
        /// Ascending.
        knots: Vec<f64>,
        /// What each knot adds: a list of the labels' summands for each.
        values: Vec<Vec<f64>>,
    },
    /// One of several words.
    Choice {
        /// What each word adds.
        options: BTreeMap<String, Vec<f64>>,
    },
}
