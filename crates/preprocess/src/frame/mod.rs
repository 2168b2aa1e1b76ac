//! Camera buffers: pixel formats, planes, orientation, and regions of the upright picture.

mod buffer;
mod color;
mod layout;
mod orientation;
mod pixel_format;
mod plane;
mod roi;
mod view;

pub use buffer::FrameBuffer;
pub use color::{ColorMatrix, Range};
pub(crate) use color::{ROUND, YuvToRgb};
pub use layout::FrameLayout;
pub(crate) use orientation::OrientationMap;
pub use orientation::Rotation;
pub(crate) use pixel_format::Channels;
pub use pixel_format::PixelFormat;
pub use plane::Plane;
pub(crate) use plane::PlaneView;
pub use roi::Roi;
pub use view::{Frame, MAX_FRAME_SIDE};
