//! From a frame to its faces: detector, then a mesh for each.

use serde::{Deserialize, Serialize};
use skinkit_inference::Runtime;
use skinkit_preprocess::Frame;

use crate::face::detector::{FaceDetection, FaceDetector, FaceRange};
use crate::face::mesh::{FaceMesh, FaceMesher, MeshKind};
use crate::network::detection::intersection_over_union;
use crate::network::networks::{Network, Networks};
use crate::{Error, Result};

/// How faces are looked for. `Default` is what a selfie needs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FaceOptions {
    /// Which detector.
    pub range: FaceRange,
    /// Whether the 478-point mesh is fitted as well (irises, and with them millimeters).
    pub irises: bool,
    /// Whether meshes are steadied ([`FaceMesher::steady_landmarks`]): for photos in which a place is to be set or
    /// found again, nine times the time.
    pub steady: bool,
    /// Most faces that get a mesh, the highest scores first.
    pub max_faces: usize,
    /// Least presence of a mesh, `0..=1`: below it the detection is taken back.
    pub min_presence: f32,
}

impl Default for FaceOptions {
    fn default() -> Self {
        Self {
            range: FaceRange::Short,
            irises: false,
            steady: false,
            max_faces: 64,
            min_presence: 0.5,
        }
    }
}

impl FaceOptions {
    /// The same with another detector.
    #[must_use]
    pub fn with_range(self, range: FaceRange) -> Self {
        Self { range, ..self }
    }

    /// The same with or without the 478-point mesh.
    #[must_use]
    pub fn with_irises(self, irises: bool) -> Self {
        Self { irises, ..self }
    }

    /// The same with or without steadied meshes.
    #[must_use]
    pub fn with_steady(self, steady: bool) -> Self {
        Self { steady, ..self }
    }

    /// The same with another limit on the number of faces.
    #[must_use]
    pub fn with_max_faces(self, max_faces: usize) -> Self {
        Self { max_faces, ..self }
    }
}

/// Least side of a face's box, in pixels, that [`FaceOutcome`] accepts: the mesh network sees 192 pixels
/// across 1.5 boxes, so below this three quarters of what it sees are interpolated.
pub const MIN_FACE_SIDE: f32 = 32.0;
/// From this score on a face was never taken the wrong way round (0.83 was the most, on 48 portraits and the goldens'
/// pictures turned by every ten degrees: `tests/turned.rs`).
const SURE_SCORE: f32 = 0.9;
/// Turn of a head in the picture's plane, in radians (35 degrees), up to which a sure detection is believed at once.
const UPRIGHT: f32 = 0.61;
/// Least share of the mesh inside the picture that [`FaceOutcome`] accepts.
pub const MIN_FACE_VISIBLE: f32 = 0.7;

/// One face.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Face {
    /// Box and key points.
    pub detection: FaceDetection,
    /// The 468-point mesh.
    pub mesh: FaceMesh,
    /// The 478-point mesh with irises, where [`FaceOptions::irises`] asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mesh_478: Option<FaceMesh>,
}

impl Face {
    /// Longer side of the face's box, in pixels.
    pub fn side(&self) -> f32 {
        let [width, height] = self.detection.size();
        width.max(height)
    }
}

/// What came of looking for the one face that a picture is about.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FaceOutcome {
    /// The largest face, usable.
    Found(Box<Face>),
    /// No face.
    NoFace,
    /// The largest face is smaller than [`MIN_FACE_SIDE`].
    TooSmall(Box<Face>),
    /// Less than [`MIN_FACE_VISIBLE`] of the largest face is in the picture.
    CutOff {
        /// The face.
        face: Box<Face>,
        /// Share of its mesh inside the picture, `0..=1`.
        visible: f32,
    },
}

impl FaceOutcome {
    /// Judges the largest of `faces` in a picture of this size.
    pub fn largest(faces: Vec<Face>, width: u32, height: u32) -> Self {
        let Some(face) = faces.into_iter().max_by(|a, b| a.side().total_cmp(&b.side())) else {
            return Self::NoFace;
        };
        let visible = face.mesh.visible(width, height);
        let face = Box::new(face);
        if face.side() < MIN_FACE_SIDE {
            Self::TooSmall(face)
        } else if visible < MIN_FACE_VISIBLE {
            Self::CutOff { face, visible }
        } else {
            Self::Found(face)
        }
    }

    /// The face, or why there is none.
    ///
    /// # Errors
    /// [`Error::NoFace`], [`Error::FaceTooSmall`] or [`Error::FaceCutOff`].
    pub fn into_face(self) -> Result<Face> {
        match self {
            Self::Found(face) => Ok(*face),
            Self::NoFace => Err(Error::NoFace),
            Self::TooSmall(face) => Err(Error::FaceTooSmall {
                side: face.side(),
                needed: MIN_FACE_SIDE,
            }),
            Self::CutOff { visible, .. } => Err(Error::FaceCutOff { visible }),
        }
    }
}

/// Finds faces and fits their meshes. Holds its work buffers: one landmarker a thread.
///
/// For a camera stream use [`crate::FaceTracker`], which runs the detector only when it has to.
pub struct FaceLandmarker {
    detector: FaceDetector,
    /// The full-range network beside the short-range one, where it is there.
    far: Option<FaceDetector>,
    mesher: FaceMesher,
    mesher_478: Option<FaceMesher>,
    options: FaceOptions,
}

impl FaceLandmarker {
    /// The embedded networks with the default options.
    ///
    /// # Errors
    /// A network cannot be loaded by this runtime, or is not embedded.
    pub fn new(runtime: &Runtime) -> Result<Self> {
        Self::with_options(runtime, &Networks::embedded(), FaceOptions::default())
    }

    /// Networks and options of your own.
    ///
    /// # Errors
    /// A network is not there or cannot be loaded by this runtime.
    pub fn with_options(runtime: &Runtime, networks: &Networks, options: FaceOptions) -> Result<Self> {
        let mesher_478 = match options.irises {
            true => Some(FaceMesher::with_networks(runtime, networks, MeshKind::Points478)?),
            false => None,
        };
        let far = match options.range {
            FaceRange::Short if networks.has(Network::BlazeFaceFullRange) => {
                Some(FaceDetector::with_networks(runtime, networks, FaceRange::Full)?)
            }
            _ => None,
        };
        Ok(Self {
            detector: FaceDetector::with_networks(runtime, networks, options.range)?,
            far,
            mesher: FaceMesher::with_networks(runtime, networks, MeshKind::Points468)?,
            mesher_478,
            options,
        })
    }

    /// The faces in the frame by falling score; none is an empty list.
    ///
    /// # Errors
    /// A network cannot be run.
    pub fn find(&mut self, frame: &Frame<'_>) -> Result<Vec<Face>> {
        let mut faces = Vec::new();
        for detection in self.detections(frame)? {
            if faces.len() == self.options.max_faces {
                break;
            }
            if !overlaps(&detection, frame) {
                continue;
            }
            let mut mesh = fit(&mut self.mesher, frame, &detection, self.options.steady)?;
            if !self.options.steady && detection.roll().abs() > UPRIGHT {
                // The box of a turned face fits it loosely: the landmarks say better where it is.
                let settled = mesh.next_roi();
                self.mesher.refit(frame, &settled, &mut mesh)?;
            }
            if mesh.presence < self.options.min_presence {
                continue;
            }
            let mesh_478 = match &mut self.mesher_478 {
                Some(mesher) => Some(fit(mesher, frame, &detection, self.options.steady)?),
                None => None,
            };
            faces.push(Face {
                detection,
                mesh,
                mesh_478,
            });
        }
        Ok(faces)
    }

    /// Boxes of upright faces; where there is none, of small ones by the full-range network, and then of faces that lie
    /// on their side or upside down.
    fn detections(&mut self, frame: &Frame<'_>) -> Result<Vec<FaceDetection>> {
        let mut found: Vec<FaceDetection> = Vec::new();
        for face in self.detector.detect(frame)? {
            let new = right_way_round(&mut self.detector, frame, face)?.filter(|face| is_new(face, &found));
            found.extend(new);
        }
        if found.is_empty() {
            let far = match &mut self.far {
                Some(far) => far.detect(frame)?,
                None => Vec::new(),
            };
            for face in far {
                // The closer look is the short-range network's: it sees a small face at its own size.
                let new = self.detector.confirm(frame, &face)?.filter(|face| is_new(face, &found));
                found.extend(new);
            }
        }
        if found.is_empty() {
            found = self.detector.detect_turned(frame)?;
        }
        Ok(found)
    }

    /// The one face that the picture is about: the largest, if it is usable.
    ///
    /// # Errors
    /// A network cannot be run.
    pub fn find_one(&mut self, frame: &Frame<'_>) -> Result<FaceOutcome> {
        let faces = self.find(frame)?;
        Ok(FaceOutcome::largest(faces, frame.width(), frame.height()))
    }
}

fn fit(mesher: &mut FaceMesher, frame: &Frame<'_>, face: &FaceDetection, steady: bool) -> Result<FaceMesh> {
    if steady {
        mesher.steady_landmarks(frame, face)
    } else {
        mesher.landmarks(frame, face)
    }
}

/// The face the right way round, or `None` where a closer look does not confirm it. The detector takes a face that is
/// upside down or on its side for an upright one, unsurely: only a sure and nearly upright one is believed at once.
pub(crate) fn right_way_round(
    detector: &mut FaceDetector,
    frame: &Frame<'_>,
    face: FaceDetection,
) -> Result<Option<FaceDetection>> {
    if face.score >= SURE_SCORE && face.roll().abs() <= UPRIGHT {
        return Ok(Some(face));
    }
    Ok(detector.confirm(frame, &face)?.map(|seen| {
        // The same way round: MediaPipe's own box stays.
        if (seen.roll() - face.roll()).cos() > UPRIGHT.cos() {
            face
        } else {
            seen
        }
    }))
}

/// Whether the face is none of those known: two detections of a turned face become one when they are looked at closely.
fn is_new(face: &FaceDetection, known: &[FaceDetection]) -> bool {
    known.iter().all(|k| intersection_over_union(&k.bbox, &face.bbox) < 0.3)
}

/// Whether the box has area inside the frame: a false detection in the black border has none.
pub(crate) fn overlaps(detection: &FaceDetection, frame: &Frame<'_>) -> bool {
    let [left, top, right, bottom] = detection.bbox;
    right.min(frame.width() as f32) - left.max(0.0) >= 1.0 && bottom.min(frame.height() as f32) - top.max(0.0) >= 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::detector::tests::face_at;
    use crate::face::mesh::tests::canonical_mesh;

    fn face(centre: [f32; 2], side: f32) -> Face {
        Face {
            detection: face_at(centre, side),
            mesh: canonical_mesh(centre, side / 16.0),
            mesh_478: None,
        }
    }

    #[test]
    fn outcomes_are_typed() {
        let judge = |faces| FaceOutcome::largest(faces, 600, 400);
        assert_eq!(judge(vec![]), FaceOutcome::NoFace);
        assert!(matches!(judge(vec![]).into_face(), Err(Error::NoFace)));
        let small = judge(vec![face([300.0, 200.0], 10.0)]);
        assert!(matches!(small.into_face(), Err(Error::FaceTooSmall { .. })));
        let half = judge(vec![face([0.0, 200.0], 100.0)]);
        assert!(matches!(half.into_face(), Err(Error::FaceCutOff { .. })));
        let largest = judge(vec![face([100.0, 200.0], 60.0), face([300.0, 200.0], 100.0)]);
        assert_eq!(largest.into_face().unwrap().side(), 100.0);
    }

    #[test]
    fn a_box_outside_the_frame_is_no_face() {
        let data = [0; 30 * 20 * 3];
        let frame = Frame::rgb8(&data, 30, 20).unwrap();
        assert!(overlaps(&face_at([15.0, 10.0], 10.0), &frame));
        assert!(!overlaps(&face_at([15.0, 40.0], 10.0), &frame));
    }
}
