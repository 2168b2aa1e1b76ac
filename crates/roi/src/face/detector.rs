//! BlazeFace: boxes and six key points of the faces in a frame.

use serde::{Deserialize, Serialize};
use skinkit_inference::Runtime;
use skinkit_preprocess::warp::Border;
use skinkit_preprocess::{Frame, Roi};

use crate::Result;
use crate::network::anchors;
use crate::network::detection::{Decoder, Detection};
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
        let square = letterbox(frame);
        let outputs = self.network.run(frame, &square)?;
        let scores = outputs.values("scores", self.anchors.len())?;
        let boxes = outputs.values("regressors", self.anchors.len() * VALUES)?;
        let found = self.decoder.decode::<KEY_POINTS>(&self.anchors, boxes, scores);
        let in_pixels = |d: Detection<KEY_POINTS>| d.map(|point| square.to_picture(point));
        Ok(found.into_iter().map(in_pixels).map(FaceDetection::from).collect())
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
