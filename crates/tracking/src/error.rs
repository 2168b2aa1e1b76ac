use thiserror::Error;

/// Everything that can go wrong in this crate.
///
/// A pair of scans that cannot be compared is not an error: it is the verdict
/// [`Verdict::CannotCompare`](crate::Verdict::CannotCompare).
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// Two embeddings of different length.
    #[error("embeddings have {left} and {right} values; compare only embeddings of one model pack and version")]
    EmbeddingLength {
        /// Length of the first embedding.
        left: usize,
        /// Length of the second embedding.
        right: usize,
    },
    /// An embedding that is empty, all zero, or holds NaN or infinity.
    #[error("embedding is empty, all zero or not finite; scan again, and check the model pack if it recurs")]
    EmbeddingValues,
    /// A plane whose length does not fit the stated size.
    #[error("patch {plane} has {actual} bytes but {width}x{height} needs {expected}; pass tightly packed rows")]
    PatchLength {
        /// `rgb` or `mask`.
        plane: &'static str,
        /// Bytes that were passed.
        actual: usize,
        /// Bytes that were needed.
        expected: usize,
        /// Stated width in pixels.
        width: usize,
        /// Stated height in pixels.
        height: usize,
    },
    /// A patch too small or too large to measure.
    #[error("patch is {width}x{height} pixels; each side must be {min} to {max}")]
    PatchSize {
        /// Stated width in pixels.
        width: usize,
        /// Stated height in pixels.
        height: usize,
        /// Smallest side accepted.
        min: usize,
        /// Largest side accepted.
        max: usize,
    },
    /// A mask without a single lesion pixel, or a picture in which none stands out.
    #[error("no lesion stands out from the skin in this patch; check the mask or retake the picture")]
    NoLesion,
    /// Too few values for a statistic.
    #[error("{what} needs at least {needed} values, got {got}")]
    TooFew {
        /// Which statistic.
        what: &'static str,
        /// How many values it needs.
        needed: usize,
        /// How many it was given.
        got: usize,
    },
    /// A lesion id that is not there, or named twice.
    #[error("lesion `{id}` is {why}; correct the override")]
    UnknownId {
        /// The id.
        id: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A number outside its stated range.
    #[error("{what} is {value}, outside {range}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// What it was.
        value: f64,
        /// The accepted range, in words.
        range: &'static str,
    },
}

/// Shorthand for this crate's results.
pub type Result<T, E = Error> = core::result::Result<T, E>;
