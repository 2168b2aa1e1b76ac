use std::path::PathBuf;

/// Everything that can go wrong between a camera buffer or file and a tensor.
///
/// No message carries pixels, metadata or anything else about the person in the picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A picture without area.
    #[error("the frame is {width}x{height}: both sides must be at least 1")]
    EmptyFrame {
        /// Stored width in pixels.
        width: u32,
        /// Stored height in pixels.
        height: u32,
    },
    /// A frame side beyond [`crate::MAX_FRAME_SIDE`].
    #[error("the frame is {width}x{height}: neither side may exceed {max}")]
    FrameTooLarge {
        /// Stored width in pixels.
        width: u32,
        /// Stored height in pixels.
        height: u32,
        /// The largest side accepted.
        max: u32,
    },
    /// The number of planes does not fit the pixel format.
    #[error("{format} takes {needed} plane(s), but {got} were given")]
    PlaneCount {
        /// The pixel format's name.
        format: &'static str,
        /// Planes the format has.
        needed: usize,
        /// Planes given.
        got: usize,
    },
    /// A plane holds fewer bytes than its size and strides call for.
    #[error(
        "the {plane} plane is {} byte(s) short: {got} given, {needed} needed for its size and strides",
        .needed.saturating_sub(*.got)
    )]
    PlaneLength {
        /// Which plane: `RGB`, `Y`, `UV`, …
        plane: &'static str,
        /// Bytes needed.
        needed: usize,
        /// Bytes given.
        got: usize,
    },
    /// A row stride smaller than the row itself.
    #[error("the {plane} plane's row stride is {got} byte(s), but one row takes {needed}")]
    RowStride {
        /// Which plane.
        plane: &'static str,
        /// Bytes in one row.
        needed: usize,
        /// The stride given.
        got: usize,
    },
    /// A pixel stride that the format cannot have.
    #[error("the {plane} plane's pixel stride is {got}; this format takes {needed}")]
    PixelStride {
        /// Which plane.
        plane: &'static str,
        /// What the format takes, in words.
        needed: &'static str,
        /// The stride given.
        got: usize,
    },
    /// A rotation that is not a quarter turn.
    #[error("a frame can be rotated by 0, 90, 180 or 270 degrees, not by {0}")]
    Rotation(i32),
    /// A region without area, with a number that is not finite, or beyond reason for its picture.
    #[error("the region is unusable: {0}")]
    Roi(&'static str),
    /// An output without area or too large.
    #[error("an output of {width}x{height} was asked for: both sides must be 1..={max}")]
    OutputSize {
        /// Columns asked for.
        width: usize,
        /// Rows asked for.
        height: usize,
        /// The largest side accepted.
        max: usize,
    },
    /// An array of another shape than the function takes, or whose values do not lie in standard (row-major) order.
    #[error("the {array} array is {} x {} x {}; it must be {needed}, in standard (row-major) layout", .got[0], .got[1], .got[2])]
    Shape {
        /// Which array.
        array: &'static str,
        /// The shape that is needed, in words.
        needed: &'static str,
        /// The shape given.
        got: [usize; 3],
    },
    /// A mean or deviation that cannot normalize.
    #[error("a mean and a standard deviation must be finite, and the deviation not 0")]
    Normalization,
    /// The file could not be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The path names something that is not a file.
    #[error("{} is not a file", .0.display())]
    NotAFile(PathBuf),
    /// No bytes at all.
    #[error("the picture file is empty (0 bytes)")]
    EmptyFile,
    /// More bytes than [`crate::Limits::max_bytes`].
    #[error("the picture file has {got} bytes; the limit is {limit} (Limits::max_bytes)")]
    TooManyBytes {
        /// Bytes in the file.
        got: u64,
        /// The limit.
        limit: u64,
    },
    /// The header announces more pixels than the limits allow; nothing was decoded.
    #[error(
        "the picture's header says {width}x{height}; the limits are {max_side} a side and {max_pixels} pixels (Limits)"
    )]
    TooManyPixels {
        /// Width in the header.
        width: u64,
        /// Height in the header.
        height: u64,
        /// The limit for one side.
        max_side: u32,
        /// The limit for the area.
        max_pixels: u64,
    },
    /// The bytes are not a format that this crate reads.
    #[error("the file is not a picture in a known format (JPEG, PNG and WebP are read); its first bytes fit none")]
    UnknownFormat,
    /// A known format that this crate does not read.
    #[error(
        "{0} files are not read here: let the platform decode them and hand over the pixels as a frame, or convert to JPEG, PNG or WebP"
    )]
    Unsupported(&'static str),
    /// A color profile that no conversion can be made of, or whose primaries are no colors.
    #[error(
        "no conversion to sRGB can be made of the picture's color profile: convert the picture to sRGB with other software"
    )]
    ColorProfile,
    /// The picture's data end early or contradict themselves.
    #[error("the {format} data are damaged or cut short: {reason}")]
    Damaged {
        /// `JPEG`, `PNG` or `WebP`.
        format: &'static str,
        /// What the decoder said.
        reason: String,
    },
}

/// This crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;
