//! The C ABI: what `skinkit.h` declares.
//!
//! Every function checks its pointers and lengths, catches panics, and gives a status. Handles are numbers that are
//! looked up, never addresses: a handle that is closed, foreign or made up is an error.

// What each argument must be is said once, in the header's introduction and beside each type, not in 50 `# Safety`
// sections: a pointer is null (and refused) or valid for the call.
#![allow(clippy::missing_safety_doc)]

mod archive;
mod argument;
mod call;
mod frame;
mod handle;
mod history;
mod kit;
mod landmarks;
mod library;
mod live;
mod photo;
mod status;

pub use archive::*;
pub use call::*;
pub use frame::{SkinkitColorMatrix, SkinkitFrame, SkinkitPixelFormat, SkinkitPlane, SkinkitRange};
pub use handle::*;
pub use history::*;
pub use kit::*;
pub use landmarks::*;
pub use library::*;
pub use live::*;
pub use photo::*;
pub use status::*;
