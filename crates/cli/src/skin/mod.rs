//! Commands on skin: zones of a face, spots; nothing is kept.

pub mod measure;
pub mod spots;
