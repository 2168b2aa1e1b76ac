//! Hands: a palm detector, then 21 landmarks.

use serde::{Deserialize, Serialize};
use skinkit_inference::Runtime;
use skinkit_preprocess::warp::Border;
use skinkit_preprocess::{Frame, Roi};

use crate::Result;
use crate::network::anchors;
use crate::network::detection::{Decoder, Detection};
use crate::network::networks::{Network, Networks};
use crate::network::picture::{PictureNetwork, Sampling, letterbox};
use crate::ruler::scale_hint::ScaleHint;

/// Landmarks of a hand: the wrist, then four for each finger from thumb to little finger, root to tip.
pub const HAND_POINTS: usize = 21;

const PALM_POINTS: usize = 7;
const PALM_SIDE: usize = 192;
const HAND_SIDE: usize = 224;
/// The hand's region: 2.6 times the palm's box, moved half a box towards the fingers.
const PALM_SCALE: f32 = 2.6;
const PALM_SHIFT: f32 = -0.5;
/// The network gives depth in this share of its other units (`normalize_z` in MediaPipe's hand landmark graph).
const HAND_DEPTH: f32 = 0.4;

/// Which hand of the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The subject's left.
    Left,
    /// The subject's right.
    Right,
}

/// A hand's landmarks in pixels of the upright picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hand {
    /// The palm detector's score, `0..=1`.
    pub score: f32,
    /// Probability that the region really holds a hand, `0..=1`.
    pub presence: f32,
    /// Probability that it is a right hand, `0..=1`, in a picture that is not mirrored.
    pub right: f32,
    /// [`HAND_POINTS`] of `[x, y, z]`: pixels, and depth against the wrist in the same unit, smaller nearer.
    pub points: Vec<[f32; 3]>,
    /// A rough scale at the hand; `None` if the network saw no extent.
    pub hint: Option<ScaleHint>,
    /// The region that the network saw.
    pub roi: Roi,
}

/// Which face of a hand is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandFace {
    /// The palm.
    Palm,
    /// The back.
    Back,
}

impl Hand {
    /// The subject's left or right.
    pub fn side(&self) -> Side {
        if self.right >= 0.5 { Side::Right } else { Side::Left }
    }

    /// Whether palm or back is seen: the index finger's root lies to one or the other side of the line from the wrist
    /// to the little finger's root. `None` if the hand is seen edge-on.
    pub fn face(&self) -> Option<HandFace> {
        let [wrist, index, little] = [0, 5, 17].map(|i| self.points[i]);
        let (u, v) = (
            [index[0] - wrist[0], index[1] - wrist[1]],
            [little[0] - wrist[0], little[1] - wrist[1]],
        );
        let (cross, dot) = (u[0] * v[1] - u[1] * v[0], u[0] * v[0] + u[1] * v[1]);
        // Below 8 degrees between the two, which side is noise.
        if cross.atan2(dot).abs() < 0.14 {
            return None;
        }
        // Fingers up, palm to the camera: a left hand has its index finger on the picture's left.
        let index_left = cross > 0.0;
        Some(if index_left == (self.side() == Side::Left) {
            HandFace::Palm
        } else {
            HandFace::Back
        })
    }

    /// The square around the hand without the fingers, turned with it: where palm or back is looked at.
    pub fn palm_roi(&self) -> Roi {
        let points = [0, 1, 5, 9, 13, 17].map(|i| self.points[i]);
        let centre: [f32; 2] = std::array::from_fn(|axis| points.iter().map(|p| p[axis]).sum::<f32>() / 6.0);
        let reach = points
            .iter()
            .map(|p| (p[0] - centre[0]).hypot(p[1] - centre[1]))
            .fold(0.0, f32::max);
        Roi {
            rotation: self.roi.rotation,
            ..Roi::square(centre, (2.0 * reach).max(1.0))
        }
    }
}

/// Finds hands. Holds its work buffers: one a thread.
///
/// The networks are MediaPipe's lite ones; they are not embedded: load them from `models/landmarks`.
pub struct HandLandmarker {
    palms: PictureNetwork,
    hands: PictureNetwork,
    anchors: Vec<[f32; 2]>,
    decoder: Decoder,
    most: usize,
}

impl HandLandmarker {
    /// Loads the networks from `networks`.
    ///
    /// # Errors
    /// A network is not there or cannot be loaded by this runtime.
    pub fn new(runtime: &Runtime, networks: &Networks) -> Result<Self> {
        let palm = Sampling {
            side: PALM_SIDE,
            border: Border::Zero,
            range: (0.0, 1.0),
        };
        let hand = Sampling {
            side: HAND_SIDE,
            border: Border::Replicate,
            range: (0.0, 1.0),
        };
        Ok(Self {
            palms: PictureNetwork::new(runtime, networks, Network::PalmDetection, palm)?,
            hands: PictureNetwork::new(runtime, networks, Network::HandLandmarks, hand)?,
            anchors: anchors::centres(PALM_SIDE, &[8, 16, 16, 16], 2),
            decoder: Decoder {
                side: PALM_SIDE as f32,
                threshold: 0.5,
                overlap: 0.3,
            },
            most: 8,
        })
    }

    /// The hands in the frame by falling palm score; none is an empty list.
    ///
    /// # Errors
    /// A network cannot be run.
    pub fn find(&mut self, frame: &Frame<'_>) -> Result<Vec<Hand>> {
        let mut hands = Vec::new();
        for palm in self.palms(frame)?.into_iter().take(self.most) {
            let roi = hand_roi(&palm);
            let seen = (0.0..frame.width() as f32).contains(&roi.centre[0])
                && (0.0..frame.height() as f32).contains(&roi.centre[1]);
            if !seen || roi.width < 2.0 {
                continue;
            }
            let outputs = self.hands.run(frame, &roi)?;
            let presence = outputs.values("presence", 1)?[0];
            if presence < 0.5 {
                continue;
            }
            let right = outputs.values("handedness", 1)?[0];
            let raw = outputs.values("landmarks", HAND_POINTS * 3)?;
            let points = in_picture(raw, HAND_SIDE, HAND_DEPTH, &roi);
            let hint = ScaleHint::from_hand(&points);
            hands.push(Hand {
                score: palm.score,
                presence,
                right,
                points,
                hint,
                roi,
            });
        }
        Ok(hands)
    }

    fn palms(&mut self, frame: &Frame<'_>) -> Result<Vec<Detection<PALM_POINTS>>> {
        let square = letterbox(frame);
        let outputs = self.palms.run(frame, &square)?;
        let scores = outputs.values("scores", self.anchors.len())?;
        let boxes = outputs.values("regressors", self.anchors.len() * (4 + 2 * PALM_POINTS))?;
        let found = self.decoder.decode::<PALM_POINTS>(&self.anchors, boxes, scores);
        Ok(found
            .into_iter()
            .map(|palm| palm.map(|point| square.to_picture(point)))
            .collect())
    }
}

/// Raw landmarks (pixels of the network's input, depth in `depth` times that unit) to pixels of the picture.
fn in_picture(raw: &[f32], side: usize, depth: f32, roi: &Roi) -> Vec<[f32; 3]> {
    let side = side as f32;
    raw.chunks_exact(3)
        .map(|p| {
            let [x, y] = roi.to_picture([p[0] / side, p[1] / side]);
            [x, y, p[2] / side / depth * roi.width]
        })
        .collect()
}

/// Turned so that the middle finger's root (key point 2) is above the wrist (key point 0).
fn hand_roi(palm: &Detection<PALM_POINTS>) -> Roi {
    let [wrist, middle] = [palm.key_points[0], palm.key_points[2]];
    let rotation = wrap(std::f32::consts::FRAC_PI_2 - (wrist[1] - middle[1]).atan2(middle[0] - wrist[0]));
    shifted_square(&palm.bbox, rotation, PALM_SCALE, PALM_SHIFT)
}

/// A square of `scale` times a box's longer side, moved along its own y axis by `shift` times the box's height.
fn shifted_square([left, top, right, bottom]: &[f32; 4], rotation: f32, scale: f32, shift: f32) -> Roi {
    let (width, height) = (right - left, bottom - top);
    let (sin, cos) = rotation.sin_cos();
    let centre = [
        (left + right) / 2.0 - sin * shift * height,
        (top + bottom) / 2.0 + cos * shift * height,
    ];
    Roi {
        rotation,
        ..Roi::square(centre, scale * width.max(height))
    }
}

/// The same angle in `-π..=π`.
pub(crate) fn wrap(angle: f32) -> f32 {
    use std::f32::consts::{PI, TAU};
    (angle + PI).rem_euclid(TAU) - PI
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A hand with its fingers up; the index finger's root is on the picture's left.
    pub(crate) fn upright(right: f32) -> Hand {
        let mut points = vec![[100.0, 50.0, 0.0]; HAND_POINTS];
        for (i, point) in [
            (0, [100.0, 200.0]),
            (1, [70.0, 180.0]),
            (5, [80.0, 120.0]),
            (9, [95.0, 115.0]),
        ] {
            points[i] = [point[0], point[1], 0.0];
        }
        (points[13], points[17]) = ([110.0, 118.0, 0.0], [125.0, 125.0, 0.0]);
        Hand {
            score: 0.9,
            presence: 0.9,
            right,
            points,
            hint: None,
            roi: Roi::square([100.0, 130.0], 250.0),
        }
    }

    #[test]
    fn palm_and_back_follow_the_side() {
        assert_eq!(upright(0.1).face(), Some(HandFace::Palm));
        assert_eq!(upright(0.9).face(), Some(HandFace::Back));
        let mut edge = upright(0.9);
        edge.points[17] = edge.points[5];
        assert_eq!(edge.face(), None);
    }

    #[test]
    fn an_upright_palm_gives_an_upright_region_above_it() {
        let mut key_points = [[100.0, 100.0]; PALM_POINTS];
        (key_points[0], key_points[2]) = ([100.0, 140.0], [100.0, 80.0]);
        let palm = Detection {
            score: 0.9,
            bbox: [60.0, 60.0, 140.0, 140.0],
            key_points,
        };
        let roi = hand_roi(&palm);
        assert!(roi.rotation.abs() < 1e-6);
        assert!((roi.width - 208.0).abs() < 1e-3);
        assert!(
            (roi.centre[0] - 100.0).abs() < 1e-3 && (roi.centre[1] - 60.0).abs() < 1e-3,
            "{:?}",
            roi.centre
        );
    }

    #[test]
    fn a_hand_pointing_right_turns_its_region_clockwise() {
        let mut key_points = [[100.0, 100.0]; PALM_POINTS];
        (key_points[0], key_points[2]) = ([60.0, 100.0], [120.0, 100.0]);
        let palm = Detection {
            score: 0.9,
            bbox: [60.0, 60.0, 140.0, 140.0],
            key_points,
        };
        let roi = hand_roi(&palm);
        assert!((roi.rotation - std::f32::consts::FRAC_PI_2).abs() < 1e-6);
        assert!(roi.centre[0] > 130.0, "moved towards the fingers: {:?}", roi.centre);
    }

    #[test]
    fn angles_wrap() {
        assert!((wrap(4.0) - (4.0 - std::f32::consts::TAU)).abs() < 1e-6);
        assert!((wrap(-3.5) - (std::f32::consts::TAU - 3.5)).abs() < 1e-6);
    }
}
