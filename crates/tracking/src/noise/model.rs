use crate::measure::measures::Measure;
use crate::noise::handheld::HandheldNoise;
use crate::noise::tail::Tail;
use serde::{Deserialize, Serialize};
use skinkit_numerics::normal;
use std::collections::BTreeMap;

/// How much two shots of one *unchanged* lesion differ.
///
/// The embedding part is a model pack's `embedding_noise` object and deserialises from it; the
/// measures part has a default that ships with this crate (see the README for how it was learnt)
/// and can be refined with a person's own repeat shots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoiseModel {
    /// Cosine similarity of pairs of pictures of the same lesion.
    #[serde(default)]
    pub same_lesion: Option<Spread>,
    /// Cosine similarity of pairs of pictures of different lesions.
    #[serde(default)]
    pub different_lesion: Option<Spread>,
    /// How many pairs the embedding part was learnt from.
    #[serde(default)]
    pub pairs: u32,
    /// What it was learnt from, in words.
    #[serde(default)]
    pub fitted_on: String,
    /// Noise of each measure between two registered shots.
    #[serde(default = "MeasureNoise::shipped")]
    pub measures: MeasureNoise,
}

/// Distribution of a similarity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation, > 0.
    pub sd: f64,
    /// Quantiles by probability, the key a decimal such as `"0.05"`.
    #[serde(default)]
    pub quantiles: BTreeMap<String, f64>,
}

/// Noise of the measures, and how improbable a difference must be to count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureNoise {
    /// Noise of each measure's difference between two pictures that, laid over each other, agree
    /// at least `close_from`. A measure that is missing is reported, never judged.
    pub close: BTreeMap<Measure, Tail>,
    /// The same for pictures that agree less: another camera, another pressure on the skin.
    pub loose: BTreeMap<Measure, Tail>,
    /// The same for pictures from different distances and turns, in other light: what people take without guidance.
    #[serde(default = "HandheldNoise::shipped")]
    pub handheld: HandheldNoise,
    /// [`Alignment::agreement`](crate::Alignment) that parts `close` from `loose`.
    pub close_from: f32,
    /// Noise of each measure's difference where each picture was measured by itself.
    pub apart: BTreeMap<Measure, Tail>,
    /// A measure counts as changed when chance alone would give a difference as large in fewer
    /// than this part of unchanged pairs. Learnt so that all measures together keep
    /// `false_alarms`.
    pub level: f64,
    /// Part of unchanged pairs in which any measure at all counts as changed, 0..1.
    pub false_alarms: f64,
    /// How many unchanged pairs this was learnt from.
    pub pairs: u32,
    /// What it was learnt from, in words.
    pub fitted_on: String,
}

impl MeasureNoise {
    /// The tails by which two pictures are judged that agree so, and whether they are from different views.
    pub(crate) fn tails_for(&self, agreement: f32, handheld: bool) -> &BTreeMap<Measure, Tail> {
        if handheld {
            &self.handheld.tails
        } else if agreement >= self.close_from {
            &self.close
        } else {
            &self.loose
        }
    }

    /// The chance below which a difference between two pictures counts.
    pub(crate) fn level_of(&self, handheld: bool) -> f64 {
        if handheld { self.handheld.level } else { self.level }
    }
}

impl Default for NoiseModel {
    fn default() -> Self {
        Self {
            same_lesion: None,
            different_lesion: None,
            pairs: 0,
            fitted_on: String::new(),
            measures: MeasureNoise::shipped(),
        }
    }
}

impl Spread {
    /// Part of the distribution at or below `value`: the stored quantiles, linear between
    /// them, and beyond them the normal curve of `mean` and `sd`.
    pub fn below(&self, value: f64) -> f64 {
        let mut table: Vec<(f64, f64)> = self
            .quantiles
            .iter()
            .filter_map(|(p, v)| Some((p.parse::<f64>().ok()?, *v)))
            .filter(|(p, v)| (0.0..=1.0).contains(p) && v.is_finite())
            .collect();
        table.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let normal = normal::below((value - self.mean) / self.sd.max(1e-9));
        let (Some(first), Some(last)) = (table.first(), table.last()) else {
            return normal;
        };
        if value <= first.1 {
            return normal.min(first.0);
        }
        if value >= last.1 {
            return normal.max(last.0);
        }
        for pair in table.windows(2) {
            let ((p0, v0), (p1, v1)) = (pair[0], pair[1]);
            if value <= v1 {
                let t = if v1 > v0 { (value - v0) / (v1 - v0) } else { 1.0 };
                return p0 + t * (p1 - p0);
            }
        }
        last.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_follows_quantiles_then_the_normal_curve() {
        let s = Spread {
            mean: 0.9,
            sd: 0.05,
            quantiles: [("0.01", 0.7), ("0.05", 0.8), ("0.5", 0.92)]
                .map(|(k, v)| (k.to_string(), v))
                .into(),
        };
        assert!((s.below(0.75) - 0.03).abs() < 1e-9);
        assert!(s.below(0.5) < 1e-6);
        assert!(s.below(0.99) > 0.9);
        assert!(s.below(0.7) <= 0.01);
    }
}
