//! What a person knows of a lesion: answers, and how they move a picture's probabilities.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::calibration::{prediction_set, softmax};
use crate::error::{Error, Result};
use crate::pack::{Capture, ContextModel, Manifest, Term, TermKind};

/// A person's answers to a pack's questions ([`ContextModel::terms`]), by the question's id. Any may be missing; one that
/// was not asked must not be guessed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Context {
    answers: BTreeMap<String, Answer>,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Answer {
    /// Yes or no.
    YesNo(bool),
    /// A number, such as an age in years.
    Number(f64),
    /// One of the words that the pack lists, such as a region of the body.
    Choice(String),
}

impl Answer {
    /// Out of text: `yes`, `no`, a number, or else a word.
    pub fn parse(text: &str) -> Self {
        match text {
            "yes" => Self::YesNo(true),
            "no" => Self::YesNo(false),
            _ => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Self::Number(number),
                _ => Self::Choice(text.to_owned()),
            },
        }
    }
}

impl Context {
    /// The same with an answer, in place of an earlier one to the same question.
    #[must_use]
    pub fn answer(mut self, question: impl Into<String>, answer: Answer) -> Self {
        self.answers.insert(question.into(), answer);
        self
    }

    /// Whether no question was answered.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// The answers by question.
    pub fn answers(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.answers
            .iter()
            .map(|(question, answer)| (question.as_str(), answer))
    }

    /// The answers that a pack can use: to questions that it asks, and such as these can have.
    #[must_use]
    pub fn known_to(&self, pack: &Manifest) -> Self {
        let terms = pack.context.iter().flat_map(|model| &model.terms);
        let known = terms.filter_map(|term| {
            let answer = self.answers.get(&term.id)?;
            effect(term, answer).ok()?;
            Some((term.id.clone(), answer.clone()))
        });
        Self {
            answers: known.collect(),
        }
    }

    /// What each answer adds to the labels' scores.
    ///
    /// # Errors
    /// [`Error::Context`]: the pack takes no answers, or none with this capture; it does not ask this question; the answer
    /// is not one that the question has.
    pub(crate) fn terms(&self, pack: &Manifest, capture: Capture) -> Result<Vec<TermEffect>> {
        let refused = |question: &str, reason: String| Error::Context {
            pack: pack.id.clone(),
            question: question.to_owned(),
            reason,
        };
        let first = self.answers.keys().next().map_or("", String::as_str);
        let Some(model) = &pack.context else {
            return Err(refused(first, "the pack takes no answers: leave them out".to_owned()));
        };
        if model.capture != capture {
            let reason = format!(
                "answers were fitted for the capture `{}` and this picture's is `{capture}`: state the capture, or leave \
                 the answers out",
                model.capture
            );
            return Err(refused(first, reason));
        }
        self.answers
            .iter()
            .map(|(question, answer)| {
                let term = model.terms.iter().find(|term| term.id == *question).ok_or_else(|| {
                    let known: Vec<&str> = model.terms.iter().map(|term| term.id.as_str()).collect();
                    refused(
                        question,
                        format!("the pack does not ask this; it asks {}", known.join(", ")),
                    )
                })?;
                let effect = effect(term, answer).map_err(|reason| refused(question, reason))?;
                Ok(TermEffect {
                    question: question.clone(),
                    answer: answer.clone(),
                    effect,
                })
            })
            .collect()
    }
}

/// What a person's answers change, beside the picture's own figures. Lists are in the order of the pack's labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ContextEffect {
    /// Probability of each label from picture and answers together, 0..=1. They sum to 1.
    pub probabilities: Vec<f32>,
    /// Ids of the labels in the prediction set of these probabilities, likeliest first; empty when the pack has none.
    pub prediction_set: Vec<String>,
    /// Share of these sets that hold the true label, on pictures like those of the calibration; `None` without sets.
    pub set_coverage: Option<f64>,
    /// Weight of the picture's own log probabilities in the scores.
    pub image_weight: f64,
    /// What is added to each label's score whatever the answers.
    pub bias: Vec<f64>,
    /// What each answer added: together with the two above this is the whole sum.
    pub terms: Vec<TermEffect>,
}

/// What one answer added to the labels' scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct TermEffect {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: Answer,
    /// What it added to the score of each label, in natural logarithms: 0.69 doubles a label's odds against one at 0.
    pub effect: Vec<f64>,
}

impl ContextEffect {
    pub(crate) fn new(pack: &Manifest, model: &ContextModel, picture: &[f64], terms: Vec<TermEffect>) -> Self {
        let scores: Vec<f64> = picture
            .iter()
            .zip(&model.bias)
            .enumerate()
            .map(|(label, (p, bias))| {
                let answers: f64 = terms.iter().map(|term| term.effect[label]).sum();
                // Of a label that is never given this is minus infinity, and stays it.
                model.image_weight * p.ln() + bias + answers
            })
            .collect();
        let probabilities = softmax(&scores);
        let set = model
            .conformal
            .as_ref()
            .map(|sets| prediction_set(&probabilities, sets));
        Self {
            prediction_set: set
                .unwrap_or_default()
                .into_iter()
                .map(|label| pack.labels[label].id.clone())
                .collect(),
            set_coverage: model.conformal.as_ref().map(|sets| 1.0 - sets.alpha()),
            probabilities: probabilities.iter().map(|p| *p as f32).collect(),
            image_weight: model.image_weight,
            bias: model.bias.clone(),
            terms,
        }
    }
}

/// What an answer adds to each label's score. Reasons quote no answer: they can end up in a log.
fn effect(term: &Term, answer: &Answer) -> Result<Vec<f64>, String> {
    match (&term.kind, answer) {
        (TermKind::YesNo { yes, .. }, Answer::YesNo(true)) => Ok(yes.clone()),
        (TermKind::YesNo { no, .. }, Answer::YesNo(false)) => Ok(no.clone()),
        (TermKind::YesNo { .. }, _) => Err("the answer must be yes or no".to_owned()),
        (TermKind::Number { knots, values }, Answer::Number(number)) if number.is_finite() => {
            Ok(interpolate(knots, values, *number))
        }
        (TermKind::Number { .. }, _) => Err("the answer must be a number".to_owned()),
        (TermKind::Choice { options }, answer) => {
            let chosen = match answer {
                Answer::Choice(word) => option(options, &word.trim().to_lowercase()),
                _ => None,
            };
            chosen.cloned().ok_or_else(|| {
                let known: Vec<&str> = options.keys().map(String::as_str).collect();
                format!("the answer must be one of {}", known.join(", "))
            })
        }
    }
}

/// The option of this name, or the only one whose words all occur in the answer: `forearm` of `left forearm`.
fn option<'a>(options: &'a BTreeMap<String, Vec<f64>>, answer: &str) -> Option<&'a Vec<f64>> {
    let words: Vec<&str> = answer.split_whitespace().collect();
    let mut within = options
        .iter()
        .filter(|(name, _)| name.split_whitespace().all(|word| words.contains(&word)))
        .map(|(_, effect)| effect);
    let first = within.next();
    let only = first.filter(|_| within.next().is_none());
    options.get(answer).or(only)
}

/// Piecewise linear, the end's value outside of the knots.
fn interpolate(knots: &[f64], values: &[Vec<f64>], at: f64) -> Vec<f64> {
    let above = knots.partition_point(|knot| *knot <= at);
    if above == 0 {
        return values[0].clone();
    }
    if above == knots.len() {
        return values[above - 1].clone();
    }
    let part = (at - knots[above - 1]) / (knots[above] - knots[above - 1]);
    let ends = values[above - 1].iter().zip(&values[above]);
    ends.map(|(low, high)| low + part * (high - low)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lie_between_knots_and_stop_at_the_ends() {
        let (knots, values) = ([20.0, 40.0, 80.0], [vec![0.0, 1.0], vec![1.0, 0.0], vec![3.0, -2.0]]);
        assert_eq!(interpolate(&knots, &values, 5.0), [0.0, 1.0]);
        assert_eq!(interpolate(&knots, &values, 20.0), [0.0, 1.0]);
        assert_eq!(interpolate(&knots, &values, 30.0), [0.5, 0.5]);
        assert_eq!(interpolate(&knots, &values, 60.0), [2.0, -1.0]);
        assert_eq!(interpolate(&knots, &values, 80.0), [3.0, -2.0]);
        assert_eq!(interpolate(&knots, &values, 120.0), [3.0, -2.0]);
        assert_eq!(interpolate(&[50.0], &[vec![0.5]], 7.0), [0.5]);
    }

    #[test]
    fn a_place_is_known_by_the_words_of_an_option() {
        let options = ["arm", "forearm", "lower leg", "leg"].map(|name| (name.to_owned(), vec![name.len() as f64]));
        let options = BTreeMap::from(options);
        assert_eq!(option(&options, "forearm"), Some(&vec![7.0]));
        assert_eq!(option(&options, "left forearm"), Some(&vec![7.0]));
        assert_eq!(option(&options, "lower leg"), Some(&vec![9.0]));
        assert_eq!(option(&options, "left lower leg"), None, "two options fit");
        assert_eq!(option(&options, "knee"), None);
    }

    #[test]
    fn answers_are_read_from_text() {
        assert_eq!(Answer::parse("yes"), Answer::YesNo(true));
        assert_eq!(Answer::parse("52"), Answer::Number(52.0));
        assert_eq!(Answer::parse("face"), Answer::Choice("face".to_owned()));
        assert_eq!(Answer::parse("nan"), Answer::Choice("nan".to_owned()));
    }
}
