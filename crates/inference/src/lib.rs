#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

#[cfg(not(any(feature = "embedded", feature = "_ort")))]
compile_error!(
    "skinkit-inference needs an engine: enable the feature `embedded`, `onnxruntime` or `onnxruntime-linked`"
);

mod config;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
mod finding;
pub mod json;
mod judgement;
mod lesion_model;
#[cfg(feature = "_ort")]
mod library;
#[cfg(feature = "onnxruntime")]
mod library_file;
pub mod locate;
pub mod manifest;
mod onnx;
#[cfg(feature = "_ort")]
mod onnxruntime;
mod pack;
mod pack_check;
mod panic;
mod provider;
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
pub use panic::panic_message;
pub use provider::{Candidate, Optimisation, Provider, ProviderRace, RaceEntry, RaceKey, RaceOutcome, RaceReport};
pub use runtime::Runtime;
pub use session::{Outputs, Session};
pub use tensor::{DataType, Tensor, TensorInfo};
