//! The ONNX Runtime library: where it may lie, and whether it can be used.

#[cfg(feature = "onnxruntime")]
mod elf;
pub mod locate;
#[cfg(feature = "_ort")]
pub(crate) mod probe;
