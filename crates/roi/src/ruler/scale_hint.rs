//! A rough idea of the scale where nothing of known size is in the picture.

use serde::{Deserialize, Serialize};

/// Length of an adult's hand from wrist to the middle finger's tip, in millimeters: the mean of 190.6 for men and 176.6
/// for women, 150 of each (Ibeachu, Abu and Didia, Asian Journal of Medical Sciences 3(8), 2011).
const HAND_MM: f32 = 183.6;
/// Wrist, then the middle finger from root to tip.
const HAND_LINE: [usize; 5] = [0, 9, 10, 11, 12];
/// Relative standard deviation that a hint is given: a round figure, from two portraits on which poses were compared with
/// irises (`tests/landmarks.rs` of the facade).
const SPREAD: f32 = 0.3;
/// Fewer points than this carry no extent.
const LEAST_POINTS: usize = 6;

/// Roughly how large a pixel is, taken from the size that hands and bodies usually have. **Not a measurement**: good for
/// "come closer", never for a length; so it has no way to become a [`crate::Scale`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ScaleHint {
    /// Millimeters a pixel if the person is an adult of average size, > 0.
    pub rough_mm_per_pixel: f32,
    /// Relative standard deviation, itself a rough figure: 0.3. Children are outside it.
    pub spread: f32,
}

impl ScaleHint {
    /// From a hand's landmarks: along the bones, so that it may be tilted or bent. (The hand network's own metres are not
    /// used: they made 135 mm of the hand of the golden picture.)
    pub(crate) fn from_hand(points: &[[f32; 3]]) -> Option<Self> {
        let bone = |pair: &[usize]| {
            let (a, b) = (points.get(pair[0])?, points.get(pair[1])?);
            Some((a[0] - b[0]).hypot(a[1] - b[1]).hypot(a[2] - b[2]))
        };
        let length: f32 = HAND_LINE.windows(2).map(bone).sum::<Option<f32>>()?;
        // A hand of three pixels has no size.
        (length.is_finite() && length > 3.0).then(|| Self {
            rough_mm_per_pixel: HAND_MM / length,
            spread: SPREAD,
        })
    }

    /// From a network's own landmarks in metres (x, y, z after one another, as seen by the camera) and the same points
    /// in pixels, `None` for those that count for nothing: the ratio of their spreads about their middles, in the
    /// picture's plane, so that a turned body is compared with one turned alike.
    pub(crate) fn from_metres(metres: &[f32], pixels: impl Iterator<Item = Option<[f32; 2]>>) -> Option<Self> {
        let pairs: Vec<([f32; 2], [f32; 2])> = metres
            .chunks_exact(3)
            .zip(pixels)
            .filter_map(|(m, pixel)| Some(([m[0], m[1]], pixel?)))
            .collect();
        if pairs.len() < LEAST_POINTS {
            return None;
        }
        let (real, seen) = (spread(pairs.iter().map(|p| p.0)), spread(pairs.iter().map(|p| p.1)));
        let rough_mm_per_pixel = 1000.0 * real / seen;
        // A body of three pixels, or of a millimeter, has no size.
        (seen > 1.0 && real > 1e-3 && rough_mm_per_pixel.is_finite() && rough_mm_per_pixel > 0.0).then_some(Self {
            rough_mm_per_pixel,
            spread: SPREAD,
        })
    }
}

/// Root mean square distance from the points' middle.
fn spread(points: impl ExactSizeIterator<Item = [f32; 2]> + Clone) -> f32 {
    let count = points.len().max(1) as f32;
    let sum = points.clone().fold([0.0; 2], |s, p| [s[0] + p[0], s[1] + p[1]]);
    let middle = sum.map(|s| s / count);
    let square: f32 = points
        .map(|p| (p[0] - middle[0]).powi(2) + (p[1] - middle[1]).powi(2))
        .sum();
    (square / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten points on a circle of 80 mm radius.
    fn circle() -> Vec<[f32; 2]> {
        (0..10)
            .map(|i| (i as f32 * 0.628).sin_cos())
            .map(|(sin, cos)| [0.08 * cos, 0.08 * sin])
            .collect()
    }

    #[test]
    fn the_ratio_holds_wherever_and_however_turned() {
        let metres: Vec<f32> = circle().iter().flat_map(|p| [p[0], p[1], 0.3]).collect();
        let pixels = circle()
            .into_iter()
            .map(|[x, y]| Some([500.0 - 2000.0 * y, 300.0 + 2000.0 * x]));
        let hint = ScaleHint::from_metres(&metres, pixels).unwrap();
        assert!((hint.rough_mm_per_pixel - 0.5).abs() < 1e-4, "{hint:?}");
    }

    #[test]
    fn a_bent_hand_is_as_long_as_a_straight_one() {
        let mut points = vec![[0.0f32; 3]; 21];
        assert_eq!(ScaleHint::from_hand(&points), None);
        for (i, y) in HAND_LINE.into_iter().zip([0.0, 90.0, 130.0, 160.0, 183.6]) {
            points[i] = [5.0, y, 0.0];
        }
        let straight = ScaleHint::from_hand(&points).unwrap();
        assert!((straight.rough_mm_per_pixel - 1.0).abs() < 1e-4);
        (points[11], points[12]) = ([5.0, 130.0, 30.0], [5.0, 106.4, 30.0]);
        let bent = ScaleHint::from_hand(&points).unwrap();
        assert!((bent.rough_mm_per_pixel - 1.0).abs() < 1e-4);
    }

    #[test]
    fn too_few_or_coinciding_points_give_none() {
        let metres = [0.1; 30];
        assert_eq!(ScaleHint::from_metres(&metres, (0..10).map(|_| Some([5.0, 5.0]))), None);
        assert_eq!(ScaleHint::from_metres(&metres, (0..10).map(|_| None)), None);
        let far = (0..10).map(|i| Some([i as f32 * 9.0, 5.0]));
        assert_eq!(ScaleHint::from_metres(&metres, far), None, "no extent in metres");
    }
}
