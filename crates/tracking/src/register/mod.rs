//! Where a later picture lies on an earlier one.

pub(crate) mod fit;
pub(crate) mod pose;
