#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod config;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
#[cfg(feature = "onnxruntime")]
mod library;
pub mod locate;
mod onnx;
#[cfg(feature = "onnxruntime")]
mod onnxruntime;
mod runtime;
mod session;
mod tensor;

pub use config::{EngineChoice, EngineInfo, EngineKind, RuntimeConfig};
pub use error::{Error, Result};
pub use runtime::Runtime;
pub use session::{Outputs, Session};
pub use tensor::{DataType, Tensor, TensorInfo};
