//! BlazeFace: boxes and six key points of the faces in a frame.

use std::f32::consts::{FRAC_PI_2, FRAC_PI_4};

use serde::{Deserialize, Serialize};
use skinkit_inference::Runtime;
use skinkit_preprocess::warp::Border;
use skinkit_preprocess::{Frame, Roi};

use crate::Result;
use crate::network::anchors;
use crate::network::detection::{Decoder, Detection, intersection_over_union};
use crate::network::networks::{Network, Networks};
use crate::network::picture::{PictureNetwork, Sampling, letterbox};

const KEY_POINTS: usize = 6;
const VALUES: usize = 4 + 2 * KEY_POINTS;

/// Which of MediaPipe's two face detectors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaceRange {
    /// Faces that fill a good part of the picture (a selfie): 128-pixel network, the fast one.
    #[default]
    Short,
    /// Also smaller faces: 192-pixel network, about three times the time.
    Full,
}

/// A face's box and key points in pixels of the upright picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FaceDetection {
    /// Probability, from the detector's threshold to 1.
    pub score: f32,
    /// `[left, top, right, bottom]` in pixels; may reach beyond the picture.
    #[serde(rename = "box")]
    pub bbox: [f32; 4],
    /// The subject's right eye, left eye, nose tip, mouth, right ear, left ear; `[x, y]` in pixels.
    pub key_points: [[f32; 2]; KEY_POINTS],
}

impl FaceDetection {
    /// Middle of the box, in pixels.
    pub fn centre(&self) -> [f32; 2] {
        let [left, top, right, bottom] = self.bbox;
        [(left + right) / 2.0, (top + bottom) / 2.0]
    }

    /// Width and height of the box, in pixels.
    pub fn size(&self) -> [f32; 2] {
        let [left, top, right, bottom] = self.bbox;
        [right - left, bottom - top]
    }

    /// Turn of the head in the picture's plane: radians, clockwise on screen, `-π..=π`, 0 upright.
    pub fn roll(&self) -> f32 {
        let [right_eye, left_eye, ..] = self.key_points;
        (left_eye[1] - right_eye[1]).atan2(left_eye[0] - right_eye[0])
    }

    /// The region that the 468-point mesh sees: 1.5 times the longer side, square, turned with the eyes.
    pub(crate) fn square_roi(&self) -> Roi {
        let [width, height] = self.size();
        Roi {
            rotation: self.roll(),
            ..Roi::square(self.centre(), MESH_SCALE * width.max(height))
        }
    }

    /// The region that the 478-point mesh sees: 1.5 times the box, not made square.
    pub(crate) fn box_roi(&self) -> Roi {
        let [width, height] = self.size();
        Roi {
            centre: self.centre(),
            width: MESH_SCALE * width,
            height: MESH_SCALE * height,
            rotation: self.roll(),
        }
    }
}

/// MediaPipe's enlargement of a face box before the mesh looks at it.
pub(crate) const MESH_SCALE: f32 = 1.5;

/// Finds faces. Holds its work buffers: one detector a thread, `&mut` for each frame.
///
/// Constants (input sizes, anchors, thresholds, suppression) are MediaPipe 0.10.21's; see this crate's
/// parity table for how closely the results agree.
pub struct FaceDetector {
    network: PictureNetwork,
    anchors: Vec<[f32; 2]>,
    decoder: Decoder,
}

impl FaceDetector {
    /// Loads the embedded network.
    ///
    /// # Errors
    /// The network cannot be loaded by this runtime, or is not embedded.
    pub fn new(runtime: &Runtime, range: FaceRange) -> Result<Self> {
        Self::with_networks(runtime, &Networks::embedded(), range)
    }

    /// Loads the network from `networks`.
    ///
    /// # Errors
    /// The network is not there or cannot be loaded by this runtime.
    pub fn with_networks(runtime: &Runtime, networks: &Networks, range: FaceRange) -> Result<Self> {
        let (network, side, threshold, anchors) = match range {
            FaceRange::Short => (
                Network::BlazeFaceShortRange,
                128,
                0.5,
                anchors::centres(128, &[8, 16, 16, 16], 2),
            ),
            FaceRange::Full => (Network::BlazeFaceFullRange, 192, 0.6, anchors::centres(192, &[4], 1)),
        };
        let sampling = Sampling {
            side,
            border: Border::Zero,
            range: (-1.0, 1.0),
        };
        Ok(Self {
            network: PictureNetwork::new(runtime, networks, network, sampling)?,
            anchors,
            decoder: Decoder {
                side: side as f32,
                threshold,
                overlap: 0.3,
            },
        })
    }

    /// Sets the least score that is kept, in `0.05..=0.95` (clamped); 0.5 for short range, 0.6 for full.
    #[must_use]
    pub fn with_threshold(mut self, threshold: f32) -> Self {
        self.decoder.threshold = threshold.clamp(0.05, 0.95);
        self
    }

    /// The faces in the frame by falling score; none is an empty list.
    ///
    /// # Errors
    /// The network cannot be run or gives back something else than the detector's outputs.
    pub fn detect(&mut self, frame: &Frame<'_>) -> Result<Vec<FaceDetection>> {
        self.detect_in(frame, &letterbox(frame))
    }

    /// The faces in a square of the frame, which may be turned: what is upright there need not be in the picture.
    fn detect_in(&mut self, frame: &Frame<'_>, square: &Roi) -> Result<Vec<FaceDetection>> {
        let outputs = self.network.run(frame, square)?;
        let scores = outputs.values("scores", self.anchors.len())?;
        let boxes = outputs.values("regressors", self.anchors.len() * VALUES)?;
        let found = self.decoder.decode::<KEY_POINTS>(&self.anchors, boxes, scores);
        Ok(found.iter().map(|d| in_picture(d, square)).collect())
    }

    /// The faces in a picture that may lie on its side or upside down: of each turn of the whole frame by a quarter,
    /// the faces that a closer look confirms, by falling score.
    ///
    /// # Errors
    /// As [`Self::detect`].
    pub(crate) fn detect_turned(&mut self, frame: &Frame<'_>) -> Result<Vec<FaceDetection>> {
        let mut found: Vec<FaceDetection> = Vec::new();
        for quarter in 1..4 {
            let square = Roi {
                rotation: quarter as f32 * FRAC_PI_2,
                ..letterbox(frame)
            };
            for face in self.detect_in(frame, &square)? {
                let Some(face) = self.confirm(frame, &face)? else {
                    continue;
                };
                match found
                    .iter_mut()
                    .find(|f| intersection_over_union(&f.bbox, &face.bbox) > 0.3)
                {
                    Some(known) if known.score >= face.score => {}
                    Some(known) => *known = face,
                    None => found.push(face),
                }
            }
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(found)
    }

    /// A closer look at a face that may have been taken the wrong way round: its surroundings from eight sides. The
    /// surest view says which way is up; `None` where no side shows a face with [`CONFIRMED_SCORE`].
    ///
    /// # Errors
    /// As [`Self::detect`].
    pub(crate) fn confirm(&mut self, frame: &Frame<'_>, face: &FaceDetection) -> Result<Option<FaceDetection>> {
        let [width, height] = face.size();
        let side = width.max(height);
        let mut best: Option<FaceDetection> = None;
        for eighth in 0..8 {
            let square = Roi {
                rotation: eighth as f32 * FRAC_PI_4,
                ..Roi::square(face.centre(), CLOSE_LOOK * side)
            };
            for seen in self.detect_in(frame, &square)? {
                let [dx, dy] = [0, 1].map(|axis| seen.centre()[axis] - face.centre()[axis]);
                // The score falls off slowly with the turn: the view in which the eyes are level is the right one.
                let surer = best.is_none_or(|best| upright_score(&seen, &square) > best.score);
                if dx.hypot(dy) < side / 2.0 && surer {
                    best = Some(FaceDetection {
                        score: upright_score(&seen, &square),
                        ..seen
                    });
                }
            }
        }
        Ok(best.filter(|best| best.score >= CONFIRMED_SCORE))
    }
}

/// The square of [`FaceDetector::confirm`], in sides of the face's box: a face fills what the short-range network was
/// made for.
const CLOSE_LOOK: f32 = 2.2;
/// Least score of a closer look's best view. Measured in `tests/turned.rs`: upright faces have 0.85 and more there.
const CONFIRMED_SCORE: f32 = 0.7;

/// A detection's score, less where its eyes are not level in the view that it was found in.
fn upright_score(face: &FaceDetection, view: &Roi) -> f32 {
    face.score * (face.roll() - view.rotation).cos()
}

/// A detection in the unit square of `square`, in pixels of the picture. The box keeps its size and stays upright.
fn in_picture(d: &Detection<KEY_POINTS>, square: &Roi) -> FaceDetection {
    if square.rotation == 0.0 {
        return d.map(|point| square.to_picture(point)).into();
    }
    let [left, top, right, bottom] = d.bbox;
    let [x, y] = square.to_picture([(left + right) / 2.0, (top + bottom) / 2.0]);
    let (w, h) = (
        (right - left) * square.width / 2.0,
        (bottom - top) * square.height / 2.0,
    );
    FaceDetection {
        score: d.score,
        bbox: [x - w, y - h, x + w, y + h],
        key_points: d.key_points.map(|point| square.to_picture(point)),
    }
}

impl From<Detection<KEY_POINTS>> for FaceDetection {
    fn from(
        Detection {
            score,
            bbox,
            key_points,
        }: Detection<KEY_POINTS>,
    ) -> Self {
        Self {
            score,
            bbox,
            key_points,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A level face of `side` pixels around `centre`.
    pub(crate) fn face_at(centre: [f32; 2], side: f32) -> FaceDetection {
        let [x, y] = centre;
        let (half, eye) = (side / 2.0, side / 4.0);
        FaceDetection {
            score: 0.9,
            bbox: [x - half, y - half, x + half, y + half],
            key_points: [
                [x - eye, y - eye],
                [x + eye, y - eye],
                [x, y],
                [x, y + eye],
                [x - half, y],
                [x + half, y],
            ],
        }
    }

    #[test]
    fn a_level_face_has_no_roll_and_an_upside_down_one_half_a_turn() {
        let mut face = face_at([50.0, 60.0], 40.0);
        assert_eq!(face.roll(), 0.0);
        face.key_points.swap(0, 1);
        assert!((face.roll().abs() - std::f32::consts::PI).abs() < 1e-6);
    }

    #[test]
    fn roll_is_clockwise_on_screen() {
        let mut face = face_at([50.0, 60.0], 40.0);
        face.key_points[1] = [face.key_points[0][0], face.key_points[0][1] + 20.0];
        assert!((face.roll() - std::f32::consts::FRAC_PI_2).abs() < 1e-6);
    }

    #[test]
    fn mesh_regions_are_half_as_large_again() {
        let mut face = face_at([50.0, 60.0], 40.0);
        face.bbox[3] += 20.0;
        let (square, boxed) = (face.square_roi(), face.box_roi());
        assert_eq!((square.width, square.height), (90.0, 90.0));
        assert_eq!((boxed.width, boxed.height), (60.0, 90.0));
        assert_eq!(square.centre, [50.0, 70.0]);
    }
}
