//! The facade's error: one of the layers', or a call that makes no sense.

use std::path::PathBuf;

/// What went wrong in SkinKit. Each message says what was wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The picture or the camera frame.
    #[error(transparent)]
    Picture(#[from] skinkit_preprocess::Error),
    /// The runtime, a network or a model pack.
    #[error(transparent)]
    Inference(#[from] skinkit_inference::Error),
    /// Landmarks and regions.
    #[error(transparent)]
    Roi(#[from] skinkit_roi::Error),
    /// The history.
    #[error(transparent)]
    Store(#[from] skinkit_store::Error),
    /// Measures and comparison.
    #[error(transparent)]
    Tracking(#[from] skinkit_tracking::Error),
    /// Skin measures and spots.
    #[error(transparent)]
    Skin(#[from] skinkit_skin::Error),
    /// Several faces, of about one size, where one person's skin was to be measured.
    #[error("{count} faces are about equally large in this picture, so it is open whose skin is meant: crop it to one")]
    SeveralFaces {
        /// How many.
        count: usize,
    },
    /// The region is too small to measure anything in it.
    #[error(
        "the region is {side:.0} px wide, at least {needed:.0} px are needed: come closer or take a larger picture"
    )]
    RegionTooSmall {
        /// Its shorter side, in pixels of the picture.
        side: f32,
        /// The least that is accepted.
        needed: f32,
    },
    /// A photo that was opened for one region is wanted for something else.
    #[error(
        "this photo was opened with fewer pixels than its file has, for one region or because of their number, and serves \
         for nothing else: open it for what you want of it, or shrink it"
    )]
    OpenedSmaller,
    /// A camera frame beyond what the live session holds.
    #[error(
        "the frame is {width}x{height}, the session takes up to {max_pixels} pixels: choose a smaller camera format or \
         raise LiveConfig::max_pixels"
    )]
    FrameTooLarge {
        /// Width of the upright frame.
        width: u32,
        /// Height of the upright frame.
        height: u32,
        /// The most that is accepted.
        max_pixels: u64,
    },
    /// The system gave the live session no thread.
    #[error("no thread for the live session could be started: {0}")]
    Thread(#[source] std::io::Error),
    /// A stage of the live session panicked, which no input should make it do. The session has begun that stage afresh.
    #[error("a fault in SkinKit stopped its work on a {what} ({reason}); the session goes on: please report it")]
    Panicked {
        /// `frame` or `capture`.
        what: &'static str,
        /// The panic's message.
        reason: String,
    },
    /// The text names no region.
    #[error(
        "'{text}' is not a region: use lesion, face, a face region such as left_cheek, or X,Y,SIZE (centre and side in \
         pixels, side at least 1)"
    )]
    Region {
        /// What was given.
        text: String,
    },
    /// A tapped point or the square around it cannot be used.
    #[error("{0}")]
    Pin(String),
    /// The text is no token of a place.
    #[error("this is no place that SkinKit marked ({0}): it may be damaged or come from a newer version")]
    Place(String),
    /// A scan was to be kept or compared, but SkinKit was opened without a history.
    #[error("no history is open: open SkinKit with a history file and its key")]
    NoHistory,
    /// A stored value cannot be read back as what it should be.
    #[error("the {what} of scan {scan} in {history} cannot be read ({reason}): it may come from a newer version")]
    Stored {
        /// Which value.
        what: &'static str,
        /// Which scan.
        scan: i64,
        /// Which history.
        history: PathBuf,
        /// Why.
        reason: String,
    },
    /// What is to be imported is no export of a history, or holds a scan that cannot be read. Nothing was imported.
    #[error("this cannot be imported: {0} (nothing was imported)")]
    Import(String),
    /// A value of a record is out of its range; nothing was kept.
    #[error("the field `{field}` of the record is out of its range: nothing was kept")]
    Record {
        /// Which field.
        field: &'static str,
    },
    /// An export could not be written.
    #[error("the export could not be written: {0}")]
    Export(#[source] std::io::Error),
    /// Nobody of this name is in the history.
    #[error("no scans of this subject are in the history: `History::subjects` says which there are")]
    UnknownSubject {
        /// Who was asked for.
        subject: String,
    },
    /// There was nothing to erase.
    #[error("nothing was erased: the history has no such {what}")]
    NothingToErase {
        /// What was asked for: `subject`, `site` or `lesion`.
        what: &'static str,
    },
    /// The call was stopped by its [`Cancel`](crate::Cancel); nothing was kept.
    #[error("the call was cancelled; nothing was kept")]
    Cancelled,
    /// What a pack states on the noise of its embeddings cannot be read.
    #[error("the model pack's embedding_noise of the capture `{capture}` can't be used: {reason}")]
    PackNoise {
        /// The capture.
        capture: skinkit_inference::Capture,
        /// What is wrong with it.
        reason: String,
    },
    /// The scan's pack makes no embedding, so that nothing can be said about its look.
    #[error("scan {scan} has no embedding: its model pack makes none, choose another scan")]
    NoEmbedding {
        /// Which scan.
        scan: i64,
    },
    /// A scan is not one of the site that was named.
    #[error("scan {scan} is not a scan of '{site}': choose scans of this site")]
    OtherSite {
        /// Which scan; 0 where it is no number.
        scan: i64,
        /// Which site.
        site: String,
    },
    /// A scan shows one lesion only.
    #[error("scan {scan} is named twice: each scan shows one lesion, name it once")]
    SameScanTwice {
        /// Which scan.
        scan: i64,
    },
    /// A thumbnail's side is out of its range.
    #[error("a thumbnail of {side} px cannot be made: choose a side from 16 to 2048")]
    ThumbnailSide {
        /// What was asked for.
        side: u32,
    },
    /// A file of the host's choosing could not be read or written.
    #[error("cannot {what} {}: {source}", path.display())]
    File {
        /// What was tried: `read` or `write`.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file that was to be written is one that must not be replaced.
    #[error("{} is {what} and was not replaced: choose another name for what is to be written", path.display())]
    WouldReplace {
        /// Which file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The analyzed region could not be encoded for the history.
    #[error("the picture could not be encoded for the history: {0}")]
    Encode(String),
}

/// Shorthand for results of the facade.
pub type Result<T> = std::result::Result<T, Error>;
