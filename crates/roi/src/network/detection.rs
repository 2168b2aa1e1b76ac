//! What a single-shot detector's raw numbers mean: boxes and key points, then weighted suppression.

/// One detection with `K` key points. Coordinates are the network's unit square until [`Detection::map`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Detection<const K: usize> {
    pub score: f32,
    /// `[left, top, right, bottom]`.
    pub bbox: [f32; 4],
    pub key_points: [[f32; 2]; K],
}

impl<const K: usize> Detection<K> {
    /// The same detection with every point sent through `f`, which must keep axes parallel.
    pub fn map(&self, f: impl Fn([f32; 2]) -> [f32; 2]) -> Self {
        let [left, top] = f([self.bbox[0], self.bbox[1]]);
        let [right, bottom] = f([self.bbox[2], self.bbox[3]]);
        Self {
            score: self.score,
            bbox: [left, top, right, bottom],
            key_points: self.key_points.map(f),
        }
    }
}

/// How to read one network's outputs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decoder {
    /// The network's input side: raw values are in its pixels.
    pub side: f32,
    /// Least probability that is kept.
    pub threshold: f32,
    /// Detections overlapping the best one by more than this are merged into it.
    pub overlap: f32,
}

/// Raw scores beyond this saturate (MediaPipe's `score_clipping_thresh`).
const SCORE_LIMIT: f32 = 100.0;

impl Decoder {
    /// Decodes and merges. `scores` has one value an anchor, `boxes` `4 + 2K`.
    ///
    /// Returns detections by falling score; boxes without area are dropped. All inputs must be finite.
    pub fn decode<const K: usize>(&self, anchors: &[[f32; 2]], boxes: &[f32], scores: &[f32]) -> Vec<Detection<K>> {
        let values = 4 + 2 * K;
        let least = logit(self.threshold);
        let mut found: Vec<Detection<K>> = Vec::new();
        for ((anchor, raw), &score) in anchors.iter().zip(boxes.chunks_exact(values)).zip(scores) {
            // Compared as logits: no exponential for the thousand anchors that see nothing.
            if score < least {
                continue;
            }
            let at = |i: usize| [raw[i] / self.side + anchor[0], raw[i + 1] / self.side + anchor[1]];
            let [cx, cy] = at(0);
            let (width, height) = (raw[2] / self.side, raw[3] / self.side);
            if width <= 0.0 || height <= 0.0 {
                continue;
            }
            found.push(Detection {
                score: sigmoid(score.clamp(-SCORE_LIMIT, SCORE_LIMIT)),
                bbox: [cx - width / 2.0, cy - height / 2.0, cx + width / 2.0, cy + height / 2.0],
                key_points: std::array::from_fn(|k| at(4 + 2 * k)),
            });
        }
        merge(found, self.overlap)
    }
}

/// MediaPipe's weighted suppression: each group becomes the score-weighted mean of its members and
/// keeps the best member's score.
fn merge<const K: usize>(mut rest: Vec<Detection<K>>, overlap: f32) -> Vec<Detection<K>> {
    rest.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
    let mut merged = Vec::new();
    while let Some(best) = rest.first().cloned() {
        let before = rest.len();
        let (group, others): (Vec<_>, Vec<_>) = rest
            .into_iter()
            .partition(|d| intersection_over_union(&d.bbox, &best.bbox) > overlap);
        merged.push(weighted_mean(&group, &best));
        rest = others;
        if rest.len() == before {
            break;
        }
    }
    merged
}

fn weighted_mean<const K: usize>(group: &[Detection<K>], best: &Detection<K>) -> Detection<K> {
    let total: f32 = group.iter().map(|d| d.score).sum();
    if total <= 0.0 {
        return best.clone();
    }
    let mut mean = Detection {
        score: best.score,
        bbox: [0.0; 4],
        key_points: [[0.0; 2]; K],
    };
    for member in group {
        let weight = member.score / total;
        for (sum, value) in mean.bbox.iter_mut().zip(member.bbox) {
            *sum += weight * value;
        }
        for (sum, point) in mean.key_points.iter_mut().zip(member.key_points) {
            sum[0] += weight * point[0];
            sum[1] += weight * point[1];
        }
    }
    mean
}

/// Shared area over joint area of two boxes, `0..=1`.
pub(crate) fn intersection_over_union(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    let width = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0);
    let height = (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    let shared = width * height;
    let joint = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared;
    if joint > 0.0 { shared / joint } else { 0.0 }
}

/// `1 / (1 + e^-x)`.
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

fn logit(p: f32) -> f32 {
    (p / (1.0 - p)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECODER: Decoder = Decoder {
        side: 100.0,
        threshold: 0.5,
        overlap: 0.3,
    };

    fn raw(cx: f32, cy: f32, side: f32) -> [f32; 6] {
        [cx, cy, side, side, cx, cy]
    }

    #[test]
    fn a_box_is_relative_to_its_anchor() {
        let found = DECODER.decode::<1>(&[[0.5, 0.5]], &raw(10.0, -10.0, 20.0), &[0.0]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].score, 0.5);
        let expected = [0.5, 0.3, 0.7, 0.5];
        assert!(
            found[0].bbox.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6),
            "{:?}",
            found[0].bbox
        );
        assert_eq!(found[0].key_points[0], [0.6, 0.4]);
    }

    #[test]
    fn overlapping_boxes_merge_by_score_and_distant_ones_stay() {
        let anchors = [[0.2, 0.2], [0.2, 0.2], [0.8, 0.8]];
        let boxes = [raw(0.0, 0.0, 20.0), raw(2.0, 0.0, 20.0), raw(0.0, 0.0, 10.0)].concat();
        let found = DECODER.decode::<1>(&anchors, &boxes, &[100.0, 0.0, 3.0]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].score, 1.0);
        // Weights 1 and 0.5: a third of the second box's shift of 0.02.
        assert!((found[0].key_points[0][0] - (0.2 + 0.02 / 3.0)).abs() < 1e-5);
        assert!((found[1].score - sigmoid(3.0)).abs() < 1e-6);
    }

    #[test]
    fn boxes_without_area_and_low_scores_are_dropped() {
        let anchors = [[0.5, 0.5]; 3];
        let boxes = [raw(0.0, 0.0, 0.0), raw(0.0, 0.0, -5.0), raw(0.0, 0.0, 5.0)].concat();
        assert!(DECODER.decode::<1>(&anchors, &boxes, &[9.0, 9.0, -0.01]).is_empty());
    }

    #[test]
    fn saturated_scores_stay_probabilities() {
        let found = DECODER.decode::<1>(&[[0.5, 0.5]], &raw(0.0, 0.0, 5.0), &[3.0e38]);
        assert_eq!(found[0].score, 1.0);
    }

    #[test]
    fn overlap_of_a_box_with_itself_is_one() {
        let a = [0.1, 0.2, 0.4, 0.9];
        assert!((intersection_over_union(&a, &a) - 1.0).abs() < 1e-6);
        assert_eq!(intersection_over_union(&a, &[0.5, 0.2, 0.6, 0.9]), 0.0);
        assert_eq!(intersection_over_union(&[0.0; 4], &[0.0; 4]), 0.0);
    }
}
