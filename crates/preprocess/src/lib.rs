#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "uniffi")]
#[macro_use]
extern crate skinkit_border;
#[cfg(feature = "uniffi")]
use skinkit_border::UniFfiTag;

mod error;
mod frame;
mod photo;
pub mod quality;
mod resample;

pub use error::{Error, Result};
pub use frame::{
    ColorMatrix, Frame, FrameBuffer, FrameLayout, MAX_FRAME_SIDE, PixelFormat, Plane, Range, Roi, Rotation,
};
/// Arrays and views: what tensors are in this crate's API.
pub use ndarray;
pub use photo::{Limits, Photo};
pub use quality::constancy;
pub use resample::{MAX_OUTPUT_SIDE, Resampler, tensor, warp};
