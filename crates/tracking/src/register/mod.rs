//! Where a later picture lies on an earlier one.

pub(crate) mod consensus;
pub(crate) mod descriptor;
pub(crate) mod fit;
pub(crate) mod keypoints;
pub(crate) mod lay;
pub(crate) mod pose;
