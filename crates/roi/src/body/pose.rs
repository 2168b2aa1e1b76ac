//! The pose of a person: a person detector, then 33 landmarks.

use serde::{Deserialize, Serialize};
use skinkit_inference::Runtime;
use skinkit_preprocess::warp::Border;
use skinkit_preprocess::{Frame, Roi};

use crate::Result;
use crate::body::hand::wrap;
use crate::face::detector::{FaceDetection, FaceDetector, FaceRange};
use crate::network::anchors;
use crate::network::detection::{Decoder, Detection, sigmoid};
use crate::network::networks::{Network, Networks};
use crate::network::picture::{PictureNetwork, Sampling, letterbox};
use crate::ruler::scale_hint::ScaleHint;

/// Landmarks of a pose, in MediaPipe's order: nose, eyes, ears, mouth, then shoulders to feet, left before right.
pub const POSE_POINTS: usize = 33;

const DETECTOR_POINTS: usize = 4;
const DETECTOR_SIDE: usize = 224;
const POSE_SIDE: usize = 256;
/// The network gives 39 points of five numbers; the last six are its own helpers.
const RAW_POINTS: usize = 39;
const RAW_VALUES: usize = RAW_POINTS * 5;
/// The network also gives a coarse map of where each point may be.
const HEATMAP_SIDE: usize = 64;
const HEATMAP_REACH: usize = 3;
const HEATMAP_CONFIDENCE: f32 = 0.5;
const POSE_SCALE: f32 = 1.25;
/// Least visibility of a point that anything rests on.
const LEAST_VISIBLE: f32 = 0.5;
/// Looks that the landmark network takes when there is no detector.
const CLOSING_IN: usize = 2;
/// From a face to the middle of the hips, and the width of the region around them, in sizes of the face's box. Read off
/// the detector's own regions on the two people of the goldens (3.2 to 4.4 down, 9.8 to 14 wide).
const FACES_DOWN: f32 = 4.0;
const FACES_WIDE: f32 = 12.0;

/// One landmark of a pose.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PosePoint {
    /// `[x, y, z]`: pixels of the upright picture, and depth against the hips in the same unit.
    pub position: [f32; 3],
    /// Probability that the point is not hidden, `0..=1`.
    pub visibility: f32,
    /// Probability that the point is in the picture, `0..=1`.
    pub presence: f32,
}

impl PosePoint {
    /// Its place in pixels, if it is more likely seen than hidden.
    pub(crate) fn seen(&self) -> Option<[f32; 2]> {
        let [x, y, _] = self.position;
        (self.visibility >= LEAST_VISIBLE).then_some([x, y])
    }
}

/// A person's pose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pose {
    /// The person detector's score, `0..=1`; none without the detector.
    pub score: Option<f32>,
    /// Probability that the region really holds a person, `0..=1`.
    pub presence: f32,
    /// [`POSE_POINTS`] landmarks.
    pub points: Vec<PosePoint>,
    /// A rough scale at the body; `None` if too few points are seen.
    pub hint: Option<ScaleHint>,
    /// The region that the network saw.
    pub roi: Roi,
}

/// Finds a person's pose. Holds its work buffers: one a thread.
///
/// The networks are not embedded: load them from `models/landmarks`. MediaPipe's person detector is used where the
/// folder has it (`models/tools/convert` makes it, 6 MB). Without it the search starts below a face: four of its sizes
/// down, twelve sizes wide, and then where the landmark network itself says the body is. A person whose face is not seen
/// is then looked for in the whole picture, which finds less.
pub struct PoseLandmarker {
    detector: Option<PictureNetwork>,
    faces: FaceDetector,
    landmarks: PictureNetwork,
    anchors: Vec<[f32; 2]>,
    decoder: Decoder,
}

impl PoseLandmarker {
    /// Loads the networks from `networks`.
    ///
    /// # Errors
    /// The landmark network is not there, or a network cannot be loaded by this runtime.
    pub fn new(runtime: &Runtime, networks: &Networks) -> Result<Self> {
        let detector = Sampling {
            side: DETECTOR_SIDE,
            border: Border::Zero,
            range: (-1.0, 1.0),
        };
        let landmarks = Sampling {
            side: POSE_SIDE,
            border: Border::Replicate,
            range: (0.0, 1.0),
        };
        let detector = match networks.has(Network::PoseDetection) {
            true => Some(PictureNetwork::new(
                runtime,
                networks,
                Network::PoseDetection,
                detector,
            )?),
            false => None,
        };
        Ok(Self {
            detector,
            faces: FaceDetector::with_networks(runtime, networks, FaceRange::Full)?,
            landmarks: PictureNetwork::new(runtime, networks, Network::PoseLandmarks, landmarks)?,
            anchors: anchors::centres(DETECTOR_SIDE, &[8, 16, 32, 32, 32], 2),
            decoder: Decoder {
                side: DETECTOR_SIDE as f32,
                threshold: 0.5,
                overlap: 0.3,
            },
        })
    }

    /// Whether the person detector is in use.
    pub fn has_detector(&self) -> bool {
        self.detector.is_some()
    }

    /// The pose of the person with the highest score, or `None` if there is no person.
    ///
    /// # Errors
    /// A network cannot be run.
    pub fn find(&mut self, frame: &Frame<'_>) -> Result<Option<Pose>> {
        if let Some(detector) = &mut self.detector {
            let person = detect(detector, &self.anchors, &self.decoder, frame)?;
            let Some(person) = person else { return Ok(None) };
            let found = self.fit(frame, &pose_roi(person.key_points[0], person.key_points[1]))?;
            return Ok(found.map(|(pose, _)| Pose {
                score: Some(person.score),
                ..pose
            }));
        }
        let face = self.faces.detect(frame)?.into_iter().next();
        let mut roi = face.map_or_else(|| letterbox(frame), |face| below(&face));
        let mut pose = None;
        for _ in 0..CLOSING_IN {
            let Some((found, next)) = self.fit(frame, &roi)? else {
                return Ok(None);
            };
            (pose, roi) = (Some(found), next);
        }
        Ok(pose)
    }

    /// The pose in a region and the region for the next look, or `None` without a person in it.
    fn fit(&mut self, frame: &Frame<'_>, roi: &Roi) -> Result<Option<(Pose, Roi)>> {
        let (width, height) = (frame.width() as f32, frame.height() as f32);
        let [x, y] = roi.centre;
        // A person cut off at the waist has the middle of the hips below the picture.
        let near = x.abs() < 2.0 * width && y.abs() < 2.0 * height;
        if !near || !(2.0..=6.0 * width.max(height)).contains(&roi.width) {
            return Ok(None);
        }
        let outputs = self.landmarks.run(frame, roi)?;
        let presence = outputs.values("presence", 1)?[0];
        if presence < 0.5 {
            return Ok(None);
        }
        let side = POSE_SIDE as f32;
        let raw = outputs.values("landmarks", RAW_VALUES)?;
        let heatmap = outputs.values("heatmap", HEATMAP_SIDE * HEATMAP_SIDE * RAW_POINTS)?;
        let place = |index: usize| {
            let p = &raw[index * 5..index * 5 + 2];
            roi.to_picture(refined(heatmap, index, [p[0] / side, p[1] / side]))
        };
        let points: Vec<PosePoint> = raw
            .chunks_exact(5)
            .take(POSE_POINTS)
            .enumerate()
            .map(|(index, p)| {
                let [x, y] = place(index);
                let position = [x, y, p[2] / side * roi.width];
                PosePoint {
                    position,
                    visibility: sigmoid(p[3]),
                    presence: sigmoid(p[4]),
                }
            })
            .collect();
        let metres = outputs.values("world_landmarks", RAW_POINTS * 3)?;
        let hint = ScaleHint::from_metres(metres, points.iter().map(PosePoint::seen));
        let next = pose_roi(place(POSE_POINTS), place(POSE_POINTS + 1));
        Ok(Some((
            Pose {
                score: None,
                presence,
                points,
                hint,
                roi: *roi,
            },
            next,
        )))
    }
}

/// Where the body of an upright face should be.
fn below(face: &FaceDetection) -> Roi {
    let [width, height] = face.size();
    let size = width.max(height);
    let ([x, y], (sin, cos)) = (face.centre(), face.roll().sin_cos());
    let hips = [x - sin * FACES_DOWN * size, y + cos * FACES_DOWN * size];
    Roi {
        rotation: face.roll(),
        ..Roi::square(hips, FACES_WIDE * size)
    }
}

fn detect(
    detector: &mut PictureNetwork,
    anchors: &[[f32; 2]],
    decoder: &Decoder,
    frame: &Frame<'_>,
) -> Result<Option<Detection<DETECTOR_POINTS>>> {
    let square = letterbox(frame);
    let outputs = detector.run(frame, &square)?;
    let scores = outputs.values("scores", anchors.len())?;
    let boxes = outputs.values("regressors", anchors.len() * (4 + 2 * DETECTOR_POINTS))?;
    let found = decoder.decode::<DETECTOR_POINTS>(anchors, boxes, scores);
    Ok(found.first().map(|person| person.map(|point| square.to_picture(point))))
}

/// MediaPipe's correction of a point (in the network's unit square) by its map: the mean of the cells around it,
/// weighted by their probability, where one of them is likely enough.
fn refined(heatmap: &[f32], point: usize, unit: [f32; 2]) -> [f32; 2] {
    let cell = unit.map(|c| (c * HEATMAP_SIDE as f32).floor());
    if cell.iter().any(|c| !(0.0..HEATMAP_SIDE as f32).contains(c)) {
        return unit;
    }
    let [column, row] = cell.map(|c| c as usize);
    let around = |at: usize| at.saturating_sub(HEATMAP_REACH)..(at + HEATMAP_REACH + 1).min(HEATMAP_SIDE);
    let (mut total, mut most, mut sum) = (0.0, 0.0f32, [0.0f32; 2]);
    for y in around(row) {
        for x in around(column) {
            let probability = sigmoid(heatmap[(y * HEATMAP_SIDE + x) * RAW_POINTS + point]);
            total += probability;
            most = most.max(probability);
            sum = [sum[0] + x as f32 * probability, sum[1] + y as f32 * probability];
        }
    }
    if most >= HEATMAP_CONFIDENCE && total > 0.0 {
        sum.map(|s| s / total / HEATMAP_SIDE as f32)
    } else {
        unit
    }
}

/// Centred between the hips; the rim lies on a circle around the whole body, in the direction of the head.
fn pose_roi(hips: [f32; 2], rim: [f32; 2]) -> Roi {
    let radius = (rim[0] - hips[0]).hypot(rim[1] - hips[1]);
    let rotation = wrap(std::f32::consts::FRAC_PI_2 - (hips[1] - rim[1]).atan2(rim[0] - hips[0]));
    Roi {
        rotation,
        ..Roi::square(hips, 2.0 * radius * POSE_SCALE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sure_map_corrects_a_point_and_an_unsure_one_does_not() {
        let mut heatmap = vec![-20.0; HEATMAP_SIDE * HEATMAP_SIDE * RAW_POINTS];
        assert_eq!(refined(&heatmap, 7, [0.5, 0.5]), [0.5, 0.5]);
        heatmap[(31 * HEATMAP_SIDE + 34) * RAW_POINTS + 7] = 10.0;
        let [x, y] = refined(&heatmap, 7, [0.5, 0.5]);
        assert!(
            (x - 34.0 / 64.0).abs() < 1e-3 && (y - 31.0 / 64.0).abs() < 1e-3,
            "{x} {y}"
        );
        assert_eq!(refined(&heatmap, 7, [1.5, -0.1]), [1.5, -0.1]);
    }

    #[test]
    fn a_standing_person_has_an_upright_region() {
        let roi = pose_roi([100.0, 200.0], [100.0, 80.0]);
        assert!(roi.rotation.abs() < 1e-6 && roi.centre == [100.0, 200.0]);
        assert!((roi.width - 300.0).abs() < 1e-3);
    }

    #[test]
    fn a_lying_person_turns_it() {
        assert!((pose_roi([100.0, 200.0], [220.0, 200.0]).rotation - std::f32::consts::FRAC_PI_2).abs() < 1e-6);
    }
}
