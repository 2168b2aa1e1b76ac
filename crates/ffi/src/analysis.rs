//! What one picture gave: records of the facade's shape.

use serde::Deserialize;

use crate::shape::{floats, optional_floats};
use crate::{Corners, HeadTurn, Point, Region, Roi};

/// Everything that was recorded and measured on one picture. Nothing in it is a medical statement.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
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
    /// Which engine ran the networks.
    pub engine: EngineInfo,
    /// Where the time went.
    pub timings: Timings,
}

/// One face.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Face {
    /// Box and key points.
    pub detection: FaceDetection,
    /// The 468-point mesh.
    pub mesh: FaceMesh,
    /// The 478-point mesh with irises, where it was asked for.
    pub mesh_478: Option<FaceMesh>,
}

/// A face's box and key points.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct FaceDetection {
    /// Probability, 0 to 1.
    pub score: f32,
    /// The box around the face.
    #[serde(rename = "box")]
    pub bounds: Corners,
    /// The subject's right eye, left eye, nose tip, mouth, right ear, left ear.
    pub key_points: Vec<Point>,
}

/// A face's landmarks.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct FaceMesh {
    /// Probability that the region really holds a face, 0 to 1.
    pub presence: f32,
    /// x, y, z of each point as little-endian 32-bit floats: pixels from the left and from the top, and depth in the same
    /// unit, smaller nearer to the camera. Numbered as in MediaPipe's canonical face mesh.
    #[serde(deserialize_with = "floats")]
    pub points: Vec<u8>,
    /// The region that the network saw.
    pub roi: Roi,
}

/// What was measured of a picture's quality.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Quality {
    /// 0 (nothing but blur) to 1; close-ups have 0.23 to 0.65.
    pub sharpness: f32,
    /// Mean luma of the region, 0 black to 1 white.
    pub exposure: f32,
    /// Share of the region that is black, 0 to 1.
    pub clipped_dark: f32,
    /// Share of the region that is burnt out, 0 to 1.
    pub clipped_bright: f32,
    /// Share of the region that mirrors the light, 0 to 1.
    pub glare: f32,
    /// How far the light's colour lies from that of ordinary skin pictures, in standard deviations of theirs.
    pub colour_cast: f32,
    /// How much sharper one direction is than another, 0 to 1: high where the camera moved.
    #[serde(default)]
    pub motion: f32,
    /// Shorter side of the region, in pixels of the picture.
    pub roi_pixels: f32,
    /// Share of the region that lies inside the picture, 0 to 1.
    pub visible: f32,
    /// How the head is turned, where the region belongs to a face in a stream.
    #[serde(default)]
    pub turn: Option<HeadTurn>,
    /// Speed of the region in its own sides a second, in a stream.
    #[serde(default)]
    pub movement: Option<f32>,
    /// Whether the picture meets every threshold.
    pub accepted: bool,
    /// What it does not meet, most telling first.
    pub issues: Vec<QualityIssue>,
}

/// Why a picture is not good enough: what a host turns into words of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum QualityIssue {
    /// The region has too few pixels: move closer.
    TooSmall,
    /// Part of the region lies outside of the picture: frame it whole.
    CutOff,
    /// The head is turned away: face the camera.
    Turned,
    /// Too little light.
    TooDark,
    /// Too much light.
    TooBright,
    /// The camera or the skin moves from frame to frame: hold still.
    Unsteady,
    /// Out of focus: hold the camera steady and let it focus.
    Blurred,
    /// Blurred along one direction: hold still.
    Moved,
    /// The light is mirrored: change the angle.
    Glare,
    /// Coloured light: use daylight or white light.
    ColourCast,
}

/// What a lesion model says about one picture.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Finding {
    /// Calibrated probability of each label, in the order of the pack. They sum to 1.
    pub probabilities: Vec<LabelProbability>,
    /// Ids of the labels that the conformal threshold keeps, likeliest first. Empty when the pack has no threshold.
    pub prediction_set: Vec<String>,
    /// The picture as a point among others, little-endian 32-bit floats: only comparable within one version of a pack.
    #[serde(deserialize_with = "optional_floats")]
    pub embedding: Option<Vec<u8>>,
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

/// One label with its probability.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct LabelProbability {
    /// Id of the label in the pack.
    pub label: String,
    /// Its name for people; empty where only the id was kept.
    #[serde(default)]
    pub name: String,
    /// Probability, 0 to 1.
    pub p: f32,
}

/// Which pack gave a finding.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, uniffi::Record)]
pub struct PackRef {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The id of its licence.
    pub license: String,
}

/// Raw evidence for each class at each place.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Heatmap {
    /// Columns of one map.
    pub width: u32,
    /// Rows of one map.
    pub height: u32,
    /// Number of maps, one a label, in the order of the pack.
    pub classes: u32,
    /// Little-endian 32-bit floats: map after map, row after row.
    #[serde(deserialize_with = "floats")]
    pub values: Vec<u8>,
}

/// Probability of lesion at each place of the region.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Mask {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Little-endian 32-bit floats, row after row, 0 to 1.
    #[serde(deserialize_with = "floats")]
    pub values: Vec<u8>,
}

/// How near a picture is to those the pack was trained on.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Familiarity {
    /// Strangeness: larger is stranger. Its scale belongs to the pack.
    pub score: f32,
    /// The largest score that still counts as familiar.
    pub threshold: f32,
    /// Whether the score is within the threshold.
    pub in_distribution: bool,
}

/// The engine that runs the networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    /// Microsoft ONNX Runtime, a shared library found at run time.
    #[serde(rename = "onnxruntime")]
    OnnxRuntime,
    /// Compiled in.
    Embedded,
}

/// Which engine was chosen, and why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, uniffi::Record)]
pub struct EngineInfo {
    /// The engine.
    pub kind: EngineKind,
    /// Its version.
    pub version: String,
    /// The shared library in use (ONNX Runtime only).
    pub library: Option<String>,
    /// Why ONNX Runtime is not in use, or that another library than the one asked for was loaded already.
    pub note: Option<String>,
}

/// Milliseconds of wall time by stage of one analysis.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Timings {
    /// Finding the face and its landmarks; 0 where no face was asked for.
    pub landmarks: f64,
    /// Judging the picture's quality.
    pub quality: f64,
    /// From the region's pixels to the network's input.
    pub tensor: f64,
    /// The lesion model.
    pub model: f64,
    /// Mask, measures and the patch for the history.
    pub measures: f64,
    /// All of it.
    pub total: f64,
}

/// The measures of one lesion in one picture.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Measures {
    /// Unit of lengths (and, squared, of areas).
    pub unit: LengthUnit,
    /// One entry a measure.
    pub values: Vec<Estimate>,
    /// The border around what was measured, to be drawn: corners of a closed line, clockwise, as parts of the analysed
    /// region's width and height (0 to 1). Of a lesion in several pieces the largest. Empty in records from before it was
    /// kept.
    #[serde(default)]
    pub border: Vec<Point>,
}

/// One measured value with an interval.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Estimate {
    /// What was measured.
    pub measure: Measure,
    /// The value, in the unit that the measure states.
    pub value: f64,
    /// Lower end of the 95 % interval for a re-shot of the same lesion.
    pub low: f64,
    /// Upper end of that interval.
    pub high: f64,
}

/// Unit of the lengths in a set of measures; areas are in its square.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum LengthUnit {
    /// Pixels of the analysed square, drawn at 320 a side whatever it is in the picture.
    Pixel,
    /// Millimetres: the scan had a scale.
    Millimetre,
}

/// What can be measured on a lesion, alone or between two pictures of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Area inside the border; mm², or pixels² where no scale is known.
    Area,
    /// Greatest caliper diameter; mm or pixels.
    GreatestDiameter,
    /// Least caliper diameter; mm or pixels.
    LeastDiameter,
    /// Length of the border; mm or pixels.
    Perimeter,
    /// Part of the lesion not covered by its own mirror image about its principal axes, 0 to 1.
    Asymmetry,
    /// perimeter² / (4π · area): 1 for a disc, more for a ragged border.
    BorderIrregularity,
    /// Mean CIE L* of the lesion less that of the surrounding skin; negative is darker.
    Lightness,
    /// Mean CIE a* of the lesion less that of the surrounding skin; positive is redder.
    Redness,
    /// Mean CIE b* of the lesion less that of the surrounding skin; positive is yellower.
    Yellowness,
    /// Spread of colour within the lesion: root mean square ΔE*ab from its mean.
    Variegation,
    /// How many of the six dermoscopic colours each cover at least 5 % of the lesion.
    Colours,
    /// Only between two pictures: lesion now where there was skin, as a part of the earlier area.
    GainedArea,
    /// Only between two pictures: skin now where there was lesion, as a part of the earlier area.
    LostArea,
    /// Only between two pictures: the largest new spot apart from the lesion, its diameter over the lesion's.
    NewSpot,
    /// Only between two pictures: ΔE*ab of the mean colour of the lesion that both show.
    ColourShift,
}
