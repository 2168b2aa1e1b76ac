//! Regions of a frame at a network's size: antialiased, or by MediaPipe's rule; and bytes to floats.

mod bilinear_taps;
mod blend;
mod kernel;
pub(crate) mod lanes;
mod output;
mod plane_scaler;
mod resampler;
mod rgb_block;
mod room;
pub mod tensor;
pub mod warp;

pub use output::MAX_OUTPUT_SIDE;
pub use resampler::Resampler;
