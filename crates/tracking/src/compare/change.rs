use crate::measure::measures::{LengthUnit, Measure};
use serde::{Deserialize, Serialize};

/// What differs between two scans, and whether that is more than noise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Change {
    /// Cosine similarity of the embeddings, -1..=1, where both scans have one.
    pub similarity: Option<f32>,
    /// Chance that two shots of one unchanged lesion are at most this similar, where the
    /// noise model knows.
    pub similarity_chance: Option<f64>,
    /// Every measure that could be compared.
    pub measures: Vec<MeasureChange>,
    /// Unit of the lengths among them (areas are in its square): millimetres where both scans have a scale, else
    /// pixels of the earlier picture.
    #[serde(default)]
    pub unit: LengthUnit,
    /// How the later picture lies on the earlier one, where both were there.
    pub alignment: Option<Alignment>,
    /// What the comparison rests on.
    pub basis: Basis,
    /// The one conclusion.
    pub verdict: Verdict,
}

/// One measure before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct MeasureChange {
    /// Which measure.
    pub measure: Measure,
    /// Earlier value, in the measure's unit (for measures of a pair: 0).
    pub before: f64,
    /// Later value, in the unit of `before`.
    pub after: f64,
    /// From before to after, as [`Measure::difference`] states it.
    pub difference: f64,
    /// Smallest difference that would count, on the same scale; `None` where the noise is not known.
    pub minimum_detectable: Option<f64>,
    /// Chance that two shots of an unchanged lesion differ by at least as much, 0..=1.
    pub chance: Option<f64>,
    /// Whether the difference is more than noise.
    pub exceeds_noise: bool,
}

/// How the later picture lies on the earlier one. Pixels are those of the two patches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Alignment {
    /// Later pixels an earlier pixel, > 0.
    pub scale: f32,
    /// Turn from earlier to later, radians, clockwise on the screen.
    pub rotation: f32,
    /// Where the earlier patch's pixel (0, 0) lies in the later patch.
    pub origin: [f32; 2],
    /// Correlation of the two pictures' texture when laid over each other, -1..=1.
    pub agreement: f32,
    /// Standard deviation of `scale` as a part of it.
    pub scale_sd: f32,
    /// Whether the scale comes from the skin around the lesion or from millimetres, so that growth can be told
    /// from a nearer camera.
    pub scale_known: bool,
    /// Part of the earlier lesion that the later picture shows, 0..=1.
    pub overlap: f32,
}

impl Alignment {
    /// Where a pixel of the earlier patch lies in the later patch. Pixel-centre coordinates.
    pub fn to_after(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let (a, b) = (self.scale * self.rotation.cos(), self.scale * self.rotation.sin());
        [a * x - b * y + self.origin[0], b * x + a * y + self.origin[1]]
    }
}

/// What a comparison rests on, from least to most telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Basis {
    /// Nothing could be compared.
    Nothing,
    /// Embeddings alone.
    Embedding,
    /// Measures taken from each picture by itself.
    Measures,
    /// The two pictures laid over each other.
    Pictures,
}

/// The one conclusion of a comparison. It never claims more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Verdict {
    /// Every difference is within what re-shots of an unchanged lesion show.
    NoMeasurableChange,
    /// At least one difference is more than noise; this is the least probable one, or the least
    /// probable one of colour where colour is among them.
    Changed {
        /// What changed.
        what: Aspect,
        /// Which way.
        direction: Direction,
    },
    /// The two scans cannot be compared.
    CannotCompare {
        /// The reason.
        why: Reason,
    },
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Aspect {
    /// Area or diameter.
    Size,
    /// Symmetry or outline.
    Shape,
    /// The border.
    Border,
    /// Colour or its variety.
    Colour,
    /// A spot apart from the lesion.
    Surroundings,
    /// The overall look, as the embedding sees it; it has no direction.
    Appearance,
}

/// Which way it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Direction {
    /// Larger, or more of it.
    More,
    /// Smaller, or less of it.
    Less,
    /// Lighter than before.
    Lighter,
    /// Darker than before.
    Darker,
    /// Different, with no order to it.
    Different,
}

/// Why two scans cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Reason {
    /// Made by different model packs or versions.
    DifferentPack,
    /// At least one picture did not pass the quality gate.
    PoorQuality,
    /// The two pictures do not seem to show the same lesion.
    NotSameLesion,
    /// No spot stands out from the skin in at least one picture.
    NoLesion,
    /// The two pictures could not be laid over each other.
    NoOverlap,
    /// Nothing else differs, but the pictures' scale is not known, so that a larger spot could not
    /// be told from a nearer camera.
    UnknownScale,
    /// The scans have nothing in common to compare: no embedding, measures or picture on both sides.
    NothingInCommon,
    /// An embedding or a picture has values that make no sense.
    InvalidData,
}

impl Reason {
    /// The reason as one plain English sentence.
    pub fn message(self) -> &'static str {
        match self {
            Self::DifferentPack => "The two scans were made with different model packs.",
            Self::PoorQuality => "At least one of the two pictures is not good enough to compare.",
            Self::NotSameLesion => "The two pictures do not seem to show the same spot.",
            Self::NoLesion => "No spot stands out from the skin in at least one of the two pictures.",
            Self::NoOverlap => "The two pictures could not be laid over each other.",
            Self::UnknownScale => {
                "Shape and color were compared and do not differ by more than noise; size was not, because the scale of the two \
                 pictures is not known."
            }
            Self::NothingInCommon => "The two scans hold nothing that can be compared.",
            Self::InvalidData => "A scan holds values that make no sense.",
        }
    }
}
