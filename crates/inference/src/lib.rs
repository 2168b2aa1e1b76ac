#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

#[cfg(not(any(feature = "embedded", feature = "onnxruntime")))]
compile_error!("skinkit-inference needs an engine: enable the feature `embedded` or `onnxruntime`");

mod config;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
mod finding;
mod judgement;
mod lesion_model;
#[cfg(feature = "onnxruntime")]
mod library;
pub mod locate;
pub mod manifest;
mod onnx;
#[cfg(feature = "onnxruntime")]
mod onnxruntime;
mod pack;
mod pack_check;
mod runtime;
mod session;
mod signature;
mod tensor;

pub use config::{EngineChoice, EngineInfo, EngineKind, RuntimeConfig};
pub use error::{Error, Result};
pub use finding::{Embedding, Familiarity, Finding, Heatmap, LabelProbability, Mask, PackRef};
pub use lesion_model::LesionModel;
pub use manifest::{CropRule, Label, License, Manifest};
pub use pack::ModelPack;
pub use runtime::Runtime;
pub use session::{Outputs, Session};
pub use tensor::{DataType, Tensor, TensorInfo};
