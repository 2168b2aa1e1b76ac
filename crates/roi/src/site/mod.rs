//! Places on a face or body that are found again in a later picture.

pub(crate) mod body_site;
pub(crate) mod face_site;
pub(crate) mod patch;
pub(crate) mod spectrum;
