//! Engines: what runs a network, chosen once.

mod config;
#[cfg(feature = "embedded")]
mod embedded;
mod loaded;
#[cfg(feature = "_ort")]
mod onnxruntime;
mod runtime;
mod session;
mod tensor;

pub use config::{EngineChoice, EngineInfo, EngineKind, RuntimeConfig};
pub use runtime::Runtime;
pub use session::{Outputs, Session};
pub use tensor::{DataType, Tensor, TensorInfo};
