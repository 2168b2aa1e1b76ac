/// What can go wrong between a frame and its landmarks.
///
/// Finding nothing is not an error of the finders: they return an empty list or an outcome such as
/// [`crate::FaceOutcome::NoFace`]. Only [`crate::FaceOutcome::into_face`] turns one into an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The frame or a region of it cannot be read.
    #[error(transparent)]
    Picture(#[from] skinkit_preprocess::Error),
    /// A network cannot be loaded or run.
    #[error(transparent)]
    Inference(#[from] skinkit_inference::Error),
    /// A network file is not where it was looked for.
    #[error("the network {name} is not at {}: {source}; put models/landmarks there or give its bytes", .path.display())]
    NetworkMissing {
        /// The network's name.
        name: &'static str,
        /// The path that was tried.
        path: std::path::PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// A network that this build does not embed.
    #[error(
        "the network {name} is not embedded in this build: load it with Networks::from_folder(\"models/landmarks\")"
    )]
    NetworkNotEmbedded {
        /// The network's name.
        name: &'static str,
    },
    /// A network takes another picture than it is given: it is not the one it is named, or an earlier conversion.
    #[error("{network}: takes a picture of {got:?}, not of [1, 3, {side}, {side}]; use the file from models/landmarks")]
    Input {
        /// The network's name.
        network: &'static str,
        /// The shape that it takes.
        got: Vec<usize>,
        /// The picture's width and height.
        side: usize,
    },
    /// A network gave back fewer numbers than its decoder needs: it is not the network it is named.
    #[error(
        "{network}: output {output} has {got} values, its decoder needs {needed}; use the file from models/landmarks"
    )]
    Output {
        /// The network's name.
        network: &'static str,
        /// The output's name.
        output: &'static str,
        /// How many values came.
        got: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A network gave back infinities or NaN.
    #[error("{network}: output {output} is not finite; the network file or the engine is at fault")]
    NotFinite {
        /// The network's name.
        network: &'static str,
        /// The output's name.
        output: &'static str,
    },
    /// A face was asked for and there is none.
    #[error("no face was found in the picture")]
    NoFace,
    /// A face was asked for and the only one is too small to be measured.
    #[error("the face is only {side:.0} px wide; {needed:.0} px are needed: come closer")]
    FaceTooSmall {
        /// The longer side of the face's box, in pixels.
        side: f32,
        /// The least that is accepted.
        needed: f32,
    },
    /// A face was asked for and most of the only one lies outside the picture.
    #[error("only {:.0} % of the face is in the picture: frame it whole", .visible * 100.0)]
    FaceCutOff {
        /// Share of the mesh's points inside the picture, `0..=1`.
        visible: f32,
    },
    /// A point that lies on no visible part of the mesh.
    #[error("the point ({x:.1}, {y:.1}) is not on the face")]
    PointOutside {
        /// Pixels from the left.
        x: f32,
        /// Pixels from the top.
        y: f32,
    },
    /// Too few pixels that could be skin.
    #[error("no skin is seen here: too few pixels have a skin-like color, or they lie outside the picture")]
    NoSkin,
    /// Landmarks of another kind than the operation needs.
    #[error("this needs {needed} landmarks, the mesh has {got}: {hint}")]
    Landmarks {
        /// How many are needed.
        needed: usize,
        /// How many there are.
        got: usize,
        /// What to do.
        hint: &'static str,
    },
    /// An argument outside its range.
    #[error("{what} is {value}, it must be {expected}")]
    Argument {
        /// Which argument.
        what: &'static str,
        /// What was given.
        value: f32,
        /// What is accepted.
        expected: &'static str,
    },
}

/// This crate's result.
pub type Result<T> = std::result::Result<T, Error>;
