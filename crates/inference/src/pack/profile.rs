//! What a pack states for one capture: frequencies, calibration, prediction sets, out-of-distribution score, noise.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::capture::Capture;

/// What a pack states for pictures that were taken in one way. Lists are in the order of the pack's labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaptureProfile {
    /// How the pictures are taken.
    pub id: Capture,
    /// Share of each label among the pictures that the probabilities are meant for, 0..=1; they sum to 1 within 0.01. 0 for
    /// a label that these pictures never show. `None`: not stated.
    #[serde(default)]
    pub frequencies: Option<Vec<f32>>,
    /// From logits to probabilities; `None`: softmax of the logits.
    #[serde(default)]
    pub calibration: Option<Calibration>,
    /// How the prediction set is chosen; `None`: no prediction set.
    #[serde(default)]
    pub conformal: Option<Conformal>,
    /// How to tell pictures unlike those it was trained on; `None`: not told.
    #[serde(default)]
    pub ood: Option<Ood>,
    /// How much the embedding of one lesion varies between pictures; `None`: similarities have no scale.
    #[serde(default)]
    pub embedding_noise: Option<EmbeddingNoise>,
}

impl CaptureProfile {
    /// Temperature of the energy score, > 0: that of the calibration, or 1.
    pub(crate) fn temperature(&self) -> f32 {
        match &self.calibration {
            Some(Calibration::Temperature { temperature, .. }) => *temperature,
            _ => 1.0,
        }
    }
}

/// From logits z to probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Calibration {
    /// softmax(z / T) (Guo et al. 2017).
    Temperature {
        /// T, > 0.
        temperature: f32,
        /// On which pictures it was fitted.
        #[serde(default)]
        fitted_on: String,
    },
    /// softmax(scale · z + bias), label by label (Guo et al. 2017).
    Vector {
        /// A factor for each label.
        scale: Vec<f32>,
        /// A summand for each label: it holds the logarithm of the label's frequency. `None`: the label is never given, its
        /// probability is 0.
        bias: Vec<Option<f32>>,
        /// On which pictures it was fitted.
        #[serde(default)]
        fitted_on: String,
    },
}

/// Conformal prediction sets: which labels a set holds, so that a stated share of sets holds the truth. The likeliest
/// label alone if no label qualifies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Conformal {
    /// The least ambiguous classifier (Sadinle et al. 2019): each label with p >= 1 - threshold. The share holds over all
    /// labels together.
    Lac {
        /// Share of sets that may miss the truth, in (0, 1).
        alpha: f64,
        /// The threshold, 0..=1.
        threshold: f64,
        /// On which pictures it was fitted.
        #[serde(default)]
        fitted_on: String,
    },
    /// The same with a threshold for each label (Mondrian; Vovk 2012): label k with p_k >= 1 - thresholds_k. The share
    /// holds for each label by itself.
    LacByClass {
        /// Share of sets that may miss the truth, in (0, 1).
        alpha: f64,
        /// A threshold for each label, 0..=1.
        thresholds: Vec<f64>,
        /// On which pictures it was fitted.
        #[serde(default)]
        fitted_on: String,
    },
}

impl Conformal {
    /// Share of sets that may miss the truth, in (0, 1).
    pub fn alpha(&self) -> f64 {
        match self {
            Self::Lac { alpha, .. } | Self::LacByClass { alpha, .. } => *alpha,
        }
    }

    /// The threshold of one label.
    pub fn threshold(&self, label: usize) -> f64 {
        match self {
            Self::Lac { threshold, .. } => *threshold,
            Self::LacByClass { thresholds, .. } => thresholds.get(label).copied().unwrap_or(0.0),
        }
    }
}

/// How far a picture is from those the network was trained on. Larger scores are further; a picture is in
/// distribution when its score is at most `threshold`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ood {
    /// How the score is computed.
    #[serde(flatten)]
    pub method: OodMethod,
    /// The largest score that still counts as in distribution.
    pub threshold: f32,
}

/// How an out-of-distribution score is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OodMethod {
    /// |W (e - mean)| of the embedding e (Lee et al. 2018).
    Mahalanobis {
        /// Mean embedding of the training pictures, `embedding_dim` long.
        mean: Vec<f32>,
        /// W, rows of `embedding_dim` numbers: WᵀW is the inverse covariance.
        whitening: Vec<Vec<f32>>,
    },
    /// -T·logsumexp(logits / T) with the calibration's temperature T, or 1 (Liu et al. 2020).
    Energy,
}

/// How much embeddings vary: cosine similarities of pairs of pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingNoise {
    /// Two pictures of one lesion.
    pub same_lesion: Spread,
    /// Pictures of two lesions.
    #[serde(default)]
    pub different_lesion: Option<Spread>,
    /// How many pairs of pictures of one lesion.
    #[serde(default)]
    pub pairs: u32,
    /// On which pictures it was fitted.
    #[serde(default)]
    pub fitted_on: String,
}

/// The distribution of a similarity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Mean, -1..=1.
    pub mean: f64,
    /// Standard deviation, > 0.
    pub sd: f64,
    /// Quantiles, by level written as a decimal.
    #[serde(default)]
    pub quantiles: BTreeMap<String, f64>,
}
