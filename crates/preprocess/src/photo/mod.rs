//! Picture files to upright sRGB.

mod color_profile;
mod jpeg;
mod limits;
mod opened;

pub use limits::Limits;
pub use opened::Photo;
