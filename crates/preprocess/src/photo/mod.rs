//! Picture files to upright sRGB.

mod color_profile;
mod format;
mod jpeg;
mod limits;
mod opened;
mod png;
mod raster;
mod webp;

pub use limits::Limits;
pub use opened::Photo;
