//! Two scans to one verdict.

pub(crate) mod change;
pub(crate) mod judge;
pub(crate) mod observation;
pub(crate) mod overlay;
#[cfg(test)]
mod second_photo_tests;
pub(crate) mod similarity;
