//! What a host may choose about the engine, and what it gets told.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::provider::ProviderRace;

/// Which engine a host asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum EngineChoice {
    /// ONNX Runtime where a usable library is found, else the embedded engine.
    #[default]
    Auto,
    /// ONNX Runtime or an error.
    OnnxRuntime,
    /// The embedded engine or an error (when it was not compiled in).
    Embedded,
}

/// The engine that runs the networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum EngineKind {
    /// Microsoft ONNX Runtime, a shared library found at run time.
    #[serde(rename = "onnxruntime")]
    OnnxRuntime,
    /// `rten`, compiled into this crate.
    Embedded,
}

impl EngineKind {
    /// The name used in packs, results and JSON: `onnxruntime` or `embedded`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnnxRuntime => "onnxruntime",
            Self::Embedded => "embedded",
        }
    }
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How to make a [`Runtime`](crate::Runtime).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeConfig {
    /// Which engine to use.
    pub engine: EngineChoice,
    /// The ONNX Runtime library to load; `None` searches the places of [`locate`](crate::library::locate).
    pub library: Option<PathBuf>,
    /// Threads for one run, 1..=64 (values outside are clamped). One or two suit networks this small: more cost
    /// energy and gain nothing.
    pub threads: usize,
    /// Whether ONNX Runtime's execution providers race for each network when it is first loaded; `None`, the default,
    /// leaves everything to the processor. The embedded engine has no providers.
    pub race: Option<ProviderRace>,
}

impl Default for RuntimeConfig {
    fn default() -> Self {
        Self {
            engine: EngineChoice::Auto,
            library: None,
            threads: 1,
            race: None,
        }
    }
}

/// Which engine was chosen, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct EngineInfo {
    /// The engine.
    pub kind: EngineKind,
    /// Its version, for example `1.24.4`.
    pub version: String,
    /// The shared library in use (ONNX Runtime only).
    pub library: Option<PathBuf>,
    /// What a host may want to know: why ONNX Runtime is not in use, or that another library than the one asked for
    /// was already loaded in this process.
    pub note: Option<String>,
}

impl fmt::Display for EngineInfo {
    /// One line: `onnxruntime 1.24.4`; where the library lies and why is in the fields.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            EngineKind::OnnxRuntime => write!(f, "{} {}", self.kind, self.version),
            EngineKind::Embedded => write!(f, "{} ({})", self.kind, self.version),
        }
    }
}
