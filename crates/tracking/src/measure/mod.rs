//! What is measured on one picture: where the lesion is, its size, shape and color.

pub(crate) mod border;
pub(crate) mod color;
pub(crate) mod lesion;
pub(crate) mod light;
pub(crate) mod measures;
pub(crate) mod patch;
pub(crate) mod scale;
pub(crate) mod scene;
pub(crate) mod shape;
