//! MediaPipe's networks: which there are, how a picture becomes their input, how anchors and boxes are read.

pub(crate) mod anchors;
pub(crate) mod detection;
pub(crate) mod networks;
pub(crate) mod picture;
