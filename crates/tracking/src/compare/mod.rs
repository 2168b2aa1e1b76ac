//! Two scans to one verdict.

pub(crate) mod change;
pub(crate) mod judge;
pub(crate) mod observation;
pub(crate) mod overlay;
pub(crate) mod similarity;
