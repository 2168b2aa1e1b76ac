//! Faces: found, followed, meshed, and the regions of their skin.

pub(crate) mod canonical;
pub(crate) mod detector;
pub(crate) mod head_turn;
pub(crate) mod landmarker;
pub(crate) mod mesh;
pub(crate) mod region;
pub(crate) mod smoothing;
pub mod topology;
pub(crate) mod tracker;
