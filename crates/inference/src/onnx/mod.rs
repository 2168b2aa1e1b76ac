//! ONNX files, read without an engine.

pub(crate) mod signature;
pub(crate) mod wire;
