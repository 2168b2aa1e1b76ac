#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod blend;
mod buffer;
pub mod constancy;
mod error;
mod format;
mod frame;
mod huffman;
mod jpeg;
mod kernel;
mod lanes;
mod limits;
mod measures;
mod photo;
mod profile;
pub mod quality;
mod resample;
mod rgb;
mod roi;
mod scale;
mod scaled_jpeg;
mod squares;
mod steadiness;
pub mod tensor;
mod texel;
pub mod warp;

pub use buffer::FrameBuffer;
pub use error::{Error, Result};
pub use format::{ColourMatrix, PixelFormat, Range, Rotation};
pub use frame::{Frame, FrameLayout, MAX_FRAME_SIDE, Plane};
pub use limits::Limits;
pub use photo::Photo;
pub use resample::{MAX_OUTPUT_SIDE, Resampler};
pub use roi::Roi;
