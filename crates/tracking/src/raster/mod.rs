//! Pictures of one channel, masks, and the operations on them that measuring needs.

pub(crate) mod bits;
pub(crate) mod parts;
pub(crate) mod plane;
pub(crate) mod surface;
