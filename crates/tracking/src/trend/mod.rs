//! One measure over many scans.

pub(crate) mod change_point;
pub(crate) mod line;
pub(crate) mod visits;
