//! What a lesion network gives beside its logits, as arrays: embedding, heatmap, mask.

use ndarray::{Array1, Array2, Array3, ArrayView1, ArrayView2, ArrayView3, Axis};
use serde::{Deserialize, Serialize};

/// A vector of length 1 that lies near those of similar pictures; the array's shape is `[dimensions]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<f32>", from = "Vec<f32>")]
pub struct Embedding(Array1<f32>);

#[cfg(feature = "uniffi")]
uniffi::custom_type!(Embedding, Vec<u8>, {
    lower: |embedding| skinkit_border::to_bytes(&embedding.to_vec()),
    try_lift: |bytes| Ok(skinkit_border::from_bytes(&bytes)?.into()),
});

impl Embedding {
    /// Of these values.
    pub fn new(values: impl Into<Array1<f32>>) -> Self {
        Self(values.into())
    }

    /// The values, shape `[dimensions]`.
    pub fn array(&self) -> ArrayView1<'_, f32> {
        self.0.view()
    }

    /// The values as a vector.
    pub fn to_vec(&self) -> Vec<f32> {
        self.0.to_vec()
    }

    /// Cosine similarity, -1..=1; `None` when the lengths differ or a vector has no direction. The caller has to make
    /// sure that both come from one pack.
    pub fn cosine(&self, other: &Self) -> Option<f32> {
        if self.0.len() != other.0.len() {
            return None;
        }
        let (own, theirs) = (self.0.mapv(f64::from), other.0.mapv(f64::from));
        let cosine = own.dot(&theirs) / (own.dot(&own).sqrt() * theirs.dot(&theirs).sqrt());
        cosine.is_finite().then(|| cosine.clamp(-1.0, 1.0) as f32)
    }
}

impl From<Vec<f32>> for Embedding {
    fn from(values: Vec<f32>) -> Self {
        Self(values.into())
    }
}

impl From<Embedding> for Vec<f32> {
    fn from(embedding: Embedding) -> Self {
        embedding.0.into_iter().collect()
    }
}

/// Raw evidence for each label at each place: the mean over a label's map, plus the network's bias, is its logit.
///
/// The array's shape is `[labels, height, width]`, labels in the order of the pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "HeatmapJson", try_from = "HeatmapJson")]
pub struct Heatmap(Array3<f32>);

impl Heatmap {
    /// Of an array of shape `[labels, height, width]`.
    pub fn new(values: Array3<f32>) -> Self {
        Self(values)
    }

    /// All maps, shape `[labels, height, width]`.
    pub fn array(&self) -> ArrayView3<'_, f32> {
        self.0.view()
    }

    /// The map of one label, shape `[height, width]`.
    pub fn label(&self, index: usize) -> Option<ArrayView2<'_, f32>> {
        (index < self.0.len_of(Axis(0))).then(|| self.0.index_axis(Axis(0), index))
    }
}

/// Probability of lesion at each place of the network's input, 0..=1; the array's shape is `[height, width]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "MaskJson", try_from = "MaskJson")]
pub struct Mask(Array2<f32>);

impl Mask {
    /// Of an array of shape `[height, width]`.
    pub fn new(values: Array2<f32>) -> Self {
        Self(values)
    }

    /// The probabilities, shape `[height, width]`.
    pub fn array(&self) -> ArrayView2<'_, f32> {
        self.0.view()
    }

    /// Share of the input that is more likely lesion than not, 0..=1.
    pub fn coverage(&self) -> f32 {
        let inside = self.0.iter().filter(|p| **p >= 0.5).count();
        inside as f32 / self.0.len().max(1) as f32
    }
}

/// A heatmap as JSON has it: map after map, row after row.
#[derive(Serialize, Deserialize)]
struct HeatmapJson {
    width: usize,
    height: usize,
    classes: usize,
    values: Vec<f32>,
}

impl From<Heatmap> for HeatmapJson {
    fn from(Heatmap(values): Heatmap) -> Self {
        let (classes, height, width) = values.dim();
        Self {
            width,
            height,
            classes,
            values: values.into_iter().collect(),
        }
    }
}

impl TryFrom<HeatmapJson> for Heatmap {
    type Error = ndarray::ShapeError;

    fn try_from(json: HeatmapJson) -> Result<Self, Self::Error> {
        Array3::from_shape_vec((json.classes, json.height, json.width), json.values).map(Self)
    }
}

/// A mask as JSON has it: row after row.
#[derive(Serialize, Deserialize)]
struct MaskJson {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl From<Mask> for MaskJson {
    fn from(Mask(values): Mask) -> Self {
        let (height, width) = values.dim();
        Self {
            width,
            height,
            values: values.into_iter().collect(),
        }
    }
}

impl TryFrom<MaskJson> for Mask {
    type Error = ndarray::ShapeError;

    fn try_from(json: MaskJson) -> Result<Self, Self::Error> {
        Array2::from_shape_vec((json.height, json.width), json.values).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array, array};
    use serde_json::json;

    use super::*;

    #[test]
    fn cosine_needs_equal_lengths_and_directions() {
        let embedding = |values: &[f32]| Embedding::from(values.to_vec());
        let east = embedding(&[1.0, 0.0]);
        assert_eq!(east.cosine(&embedding(&[3.0, 0.0])), Some(1.0));
        assert_eq!(east.cosine(&embedding(&[0.0, 1.0])), Some(0.0));
        assert_eq!(east.cosine(&embedding(&[-1.0, 0.0])), Some(-1.0));
        assert_eq!(east.cosine(&embedding(&[1.0])), None);
        assert_eq!(east.cosine(&embedding(&[0.0, 0.0])), None);
        assert_eq!(east.cosine(&embedding(&[f32::NAN, 0.0])), None);
    }

    #[test]
    fn maps_are_found_by_label() {
        let map = Heatmap::new(Array::from_shape_vec((2, 1, 2), vec![0.0, 1.0, 2.0, 3.0]).unwrap());
        assert_eq!(map.label(1), Some(array![[2.0, 3.0]].view()));
        assert_eq!(map.label(2), None);
    }

    #[test]
    fn coverage_counts_likely_places() {
        assert_eq!(Mask::new(array![[0.1, 0.5], [0.9, 0.49]]).coverage(), 0.5);
        assert_eq!(Mask::new(Array2::zeros((0, 0))).coverage(), 0.0);
    }

    #[test]
    fn json_is_flat_and_checked() {
        let mask = Mask::new(array![[0.0, 0.5, 1.0], [0.25, 0.75, 1.0]]);
        let json = json!({"width": 3, "height": 2, "values": [0.0, 0.5, 1.0, 0.25, 0.75, 1.0]});
        assert_eq!(serde_json::to_value(&mask).unwrap(), json);
        assert_eq!(serde_json::from_value::<Mask>(json).unwrap(), mask);
        assert!(serde_json::from_value::<Mask>(json!({"width": 3, "height": 2, "values": [0.0]})).is_err());
        let map = Heatmap::new(Array::from_shape_vec((2, 1, 2), vec![0.0, 1.0, 2.0, 3.0]).unwrap());
        let json = json!({"width": 2, "height": 1, "classes": 2, "values": [0.0, 1.0, 2.0, 3.0]});
        assert_eq!(serde_json::to_value(&map).unwrap(), json);
        assert_eq!(serde_json::from_value::<Heatmap>(json).unwrap(), map);
        assert_eq!(json!(Embedding::from(vec![0.5, 1.0])), json!([0.5, 1.0]));
    }
}
