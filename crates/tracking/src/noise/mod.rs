//! How much two pictures of an unchanged lesion differ.

pub(crate) mod handheld;
pub(crate) mod interval;
pub(crate) mod learn;
pub(crate) mod model;
pub(crate) mod shipped;
pub(crate) mod tail;
