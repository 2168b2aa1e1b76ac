//! What one picture gave. Its parts are the core's own types; here are those that hold tables of numbers, which cross as
//! bytes.

use skinkit::inference::{
    CaptureUsed, ContextEffect, Embedding, EngineInfo, EngineKind, Familiarity, LabelProbability, PackRef,
};
use skinkit::preprocess::quality::Quality;
use skinkit::roi::Scale;
use skinkit::tracking::Measures;
use skinkit::{Region, Roi, Timings};
use skinkit_border::{PointXy, to_bytes};

/// Everything that was recorded and measured on one picture. Nothing in it is a medical statement.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Analysis {
    /// Which part of the picture was asked for.
    pub region: Region,
    /// That part, in pixels of the upright picture.
    pub roi: Roi,
    /// The face that the region belongs to, where it is a face region.
    pub face: Option<Face>,
    /// Whether the picture is good enough, and what is wrong with it.
    pub quality: Quality,
    /// What the lesion model gave.
    pub finding: Finding,
    /// Measures of the lesion, where one stands out from the skin.
    pub measures: Option<Measures>,
    /// How large a pixel of the analyzed square (320 a side) is, where the picture's scale was given.
    pub scale: Option<Scale>,
    /// Which engine ran the networks.
    pub engine: EngineInfo,
    /// Where the time went.
    pub timings: Timings,
}

impl From<skinkit::Analysis> for Analysis {
    fn from(analysis: skinkit::Analysis) -> Self {
        Self {
            region: analysis.region,
            roi: analysis.roi,
            face: analysis.face.map(Into::into),
            quality: analysis.quality,
            finding: analysis.finding.into(),
            measures: analysis.measures,
            scale: analysis.scale,
            engine: analysis.engine,
            timings: analysis.timings,
        }
    }
}

/// What a lesion model says about one picture.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Finding {
    /// Calibrated probability of each label, in the order of the pack. They sum to 1.
    pub probabilities: Vec<LabelProbability>,
    /// Ids of the labels that the conformal threshold keeps, likeliest first. Empty when the pack has no threshold.
    pub prediction_set: Vec<String>,
    /// Share of such sets that hold the true label, on pictures like those of the calibration; none without sets.
    pub set_coverage: Option<f64>,
    /// Which capture's calibration was used, and who chose it.
    pub capture: CaptureUsed,
    /// What the answers change, beside the picture's own figures; none where none were given.
    pub context: Option<ContextEffect>,
    /// The picture as a point among others, little-endian 32-bit floats: only comparable within one version of a pack.
    pub embedding: Option<Embedding>,
    /// Where the evidence for each label lies.
    pub heatmap: Option<Heatmap>,
    /// Where the lesion is.
    pub mask: Option<Mask>,
    /// Whether this is the kind of picture that the pack knows.
    pub familiarity: Option<Familiarity>,
    /// The engine that ran.
    pub engine: EngineKind,
    /// The pack that was used.
    pub pack: PackRef,
}

impl From<skinkit::inference::Finding> for Finding {
    fn from(finding: skinkit::inference::Finding) -> Self {
        Self {
            probabilities: finding.probabilities,
            prediction_set: finding.prediction_set,
            set_coverage: finding.set_coverage,
            capture: finding.capture,
            context: finding.context,
            embedding: finding.embedding,
            heatmap: finding.heatmap.map(Into::into),
            mask: finding.mask.map(Into::into),
            familiarity: finding.familiarity,
            engine: finding.engine,
            pack: finding.pack,
        }
    }
}

/// Raw evidence for each class at each place.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Heatmap {
    /// Columns of one map.
    pub width: u32,
    /// Rows of one map.
    pub height: u32,
    /// Number of maps, one a label, in the order of the pack.
    pub classes: u32,
    /// Little-endian 32-bit floats: map after map, row after row.
    pub values: Vec<u8>,
}

impl From<skinkit::inference::Heatmap> for Heatmap {
    fn from(map: skinkit::inference::Heatmap) -> Self {
        let (classes, height, width) = map.array().dim();
        Self {
            width: width as u32,
            height: height as u32,
            classes: classes as u32,
            values: map.array().iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }
}

/// Probability of lesion at each place of the region.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Mask {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Little-endian 32-bit floats, row after row, 0 to 1.
    pub values: Vec<u8>,
}

impl From<skinkit::inference::Mask> for Mask {
    fn from(mask: skinkit::inference::Mask) -> Self {
        let (height, width) = mask.array().dim();
        Self {
            width: width as u32,
            height: height as u32,
            values: mask.array().iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }
}

/// One face.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Face {
    /// Box and key points.
    pub detection: FaceDetection,
    /// The 468-point mesh.
    pub mesh: FaceMesh,
    /// The 478-point mesh with irises, where it was asked for.
    pub mesh_478: Option<FaceMesh>,
}

impl From<skinkit::roi::Face> for Face {
    fn from(face: skinkit::roi::Face) -> Self {
        Self {
            detection: face.detection.into(),
            mesh: face.mesh.into(),
            mesh_478: face.mesh_478.map(Into::into),
        }
    }
}

/// A face's landmarks.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct FaceMesh {
    /// Probability that the region really holds a face, 0 to 1.
    pub presence: f32,
    /// x, y, z of each point as little-endian 32-bit floats: pixels from the left and from the top, and depth in the same
    /// unit, smaller nearer to the camera. Numbered as in MediaPipe's canonical face mesh.
    pub points: Vec<u8>,
    /// The region that the network saw.
    pub roi: Roi,
}

impl From<skinkit::roi::FaceMesh> for FaceMesh {
    fn from(mesh: skinkit::roi::FaceMesh) -> Self {
        Self {
            presence: mesh.presence,
            points: to_bytes(mesh.points.as_flattened()),
            roi: mesh.roi,
        }
    }
}

/// A face's box and key points.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct FaceDetection {
    /// Probability, 0 to 1.
    pub score: f32,
    /// The box around the face.
    pub bounds: Corners,
    /// The subject's right eye, left eye, nose tip, mouth, right ear, left ear.
    pub key_points: Vec<PointXy>,
}

impl From<skinkit::roi::FaceDetection> for FaceDetection {
    fn from(detection: skinkit::roi::FaceDetection) -> Self {
        let [left, top, right, bottom] = detection.bbox;
        Self {
            score: detection.score,
            bounds: Corners {
                left,
                top,
                right,
                bottom,
            },
            key_points: detection.key_points.to_vec(),
        }
    }
}

/// An upright rectangle in pixels of the upright picture; it may reach beyond the picture.
#[derive(Clone, Copy, Debug, PartialEq, uniffi::Record)]
pub struct Corners {
    /// Its left edge.
    pub left: f32,
    /// Its upper edge.
    pub top: f32,
    /// Its right edge.
    pub right: f32,
    /// Its lower edge.
    pub bottom: f32,
}
