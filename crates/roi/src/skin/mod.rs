//! Which pixels of a picture are skin.

pub(crate) mod color;
pub(crate) mod finder;
pub(crate) mod raster;
