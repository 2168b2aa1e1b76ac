//! Commands on one photo; nothing is kept.

pub mod analyze;
pub mod landmarks;
pub mod scale;
pub mod site;
