#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

#[cfg(feature = "uniffi")]
#[macro_use]
extern crate skinkit_border;
#[cfg(feature = "uniffi")]
use skinkit_border::UniFfiTag;

#[cfg(not(any(feature = "embedded", feature = "_ort")))]
compile_error!(
    "skinkit-inference needs an engine: enable the feature `embedded`, `onnxruntime` or `onnxruntime-linked`"
);

mod digest;
mod engine;
mod error;
pub mod json;
mod lesion;
mod library;
mod onnx;
mod pack;
mod panic;
mod provider;

pub use engine::{DataType, EngineChoice, EngineInfo, EngineKind, Outputs, Runtime, RuntimeConfig, Session};
pub use engine::{Tensor, TensorInfo};
pub use error::{Error, Result};
pub use lesion::{Answer, Context, ContextEffect, TermEffect, Withheld};
pub use lesion::{
    Embedding, Familiarity, Finding, Heatmap, LabelProbability, LesionModel, LesionOptions, Mask, PackRef,
};
pub use library::locate;
/// The crate of the arrays in this one's interface.
pub use ndarray;
pub use pack::{
    Calibration, CaptureProfile, Conformal, ContextModel, EmbeddingNoise, Ood, OodMethod, Spread, Term, TermKind,
};
pub use pack::{Capture, CaptureChoice, CaptureSource, CaptureUsed};
pub use pack::{CropRule, Label, License, Manifest, ModelPack, manifest};
pub use panic::panic_message;
pub use provider::{Candidate, Optimization, Provider, ProviderRace, RaceEntry, RaceKey, RaceOutcome, RaceReport};
