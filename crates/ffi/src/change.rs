//! How two scans compare: records of the facade's shape.

use serde::Deserialize;

use crate::{LengthUnit, Measure, Point};

/// What differs between two scans, and whether that is more than noise.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Change {
    /// Cosine similarity of the embeddings, -1 to 1, where both scans have one.
    pub similarity: Option<f32>,
    /// Chance that two shots of one unchanged lesion are at most this similar, where the noise model knows.
    pub similarity_chance: Option<f64>,
    /// Every measure that could be compared.
    pub measures: Vec<MeasureChange>,
    /// Unit of the lengths among them (areas are in its square): millimetres where both scans have a scale, else pixels of
    /// the earlier analysed square.
    pub unit: LengthUnit,
    /// How the later picture lies on the earlier one, where both were there.
    pub alignment: Option<Alignment>,
    /// What the comparison rests on.
    pub basis: Basis,
    /// The one conclusion.
    pub verdict: Verdict,
}

/// One measure before and after.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct MeasureChange {
    /// Which measure.
    pub measure: Measure,
    /// Earlier value, in the measure's unit (for measures of a pair: 0).
    pub before: f64,
    /// Later value, in the unit of `before`.
    pub after: f64,
    /// From before to after: for sizes and border irregularity the natural logarithm of after / before, else after minus
    /// before.
    pub difference: f64,
    /// Smallest difference that would count, on the same scale; none where the noise is not known.
    pub minimum_detectable: Option<f64>,
    /// Chance that two shots of an unchanged lesion differ by at least as much, 0 to 1.
    pub chance: Option<f64>,
    /// Whether the difference is more than noise.
    pub exceeds_noise: bool,
}

/// How the later picture lies on the earlier one. Pixels are those of the two analysed squares.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Alignment {
    /// Later pixels an earlier pixel, above 0.
    pub scale: f32,
    /// Turn from earlier to later, radians, clockwise on the screen.
    pub rotation: f32,
    /// Where the earlier square's pixel (0, 0) lies in the later one.
    pub origin: Point,
    /// Correlation of the two pictures' texture when laid over each other, -1 to 1.
    pub agreement: f32,
    /// Standard deviation of `scale` as a part of it.
    pub scale_sd: f32,
    /// Whether growth can be told from a nearer camera.
    pub scale_known: bool,
    /// Part of the earlier lesion that the later picture shows, 0 to 1.
    pub overlap: f32,
}

/// What a comparison rests on, from least to most telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Verdict {
    /// Every difference is within what re-shots of an unchanged lesion show.
    NoMeasurableChange,
    /// At least one difference is more than noise.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
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
    /// Nothing else differs, but the pictures' scale is not known.
    UnknownScale,
    /// The scans have nothing in common to compare.
    NothingInCommon,
    /// An embedding or a picture has values that make no sense.
    InvalidData,
}
