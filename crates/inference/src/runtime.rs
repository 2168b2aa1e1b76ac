//! Chooses an engine once and makes sessions with it.

use std::sync::Arc;

use crate::config::{EngineChoice, EngineInfo, EngineKind, RuntimeConfig};
#[cfg(feature = "embedded")]
use crate::embedded;
use crate::error::{Error, Result};
use crate::onnx::check;
#[cfg(feature = "_ort")]
use crate::onnxruntime;
use crate::session::Session;

/// An engine, ready to load networks. Cheap to clone, `Send` and `Sync`: make one for a process and share it.
#[derive(Debug, Clone)]
pub struct Runtime(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    info: EngineInfo,
    threads: usize,
    #[cfg(feature = "_ort")]
    onnxruntime: Option<onnxruntime::Environment>,
}

impl Runtime {
    /// Chooses the engine.
    ///
    /// # Errors
    /// With [`EngineChoice::OnnxRuntime`]: [`Error::RuntimeMissing`] or [`Error::RuntimeUnusable`]. With
    /// [`EngineChoice::Auto`] these become the `note` of [`EngineInfo`] and the embedded engine is used.
    /// [`Error::EngineNotBuilt`] when the feature of the engine asked for is off.
    pub fn new(config: &RuntimeConfig) -> Result<Self> {
        match config.engine {
            EngineChoice::OnnxRuntime => Self::onnxruntime(config),
            EngineChoice::Embedded => Self::embedded(config, None),
            EngineChoice::Auto => match Self::onnxruntime(config) {
                Ok(runtime) => Ok(runtime),
                // Without an embedded engine to fall back to, the reason why ONNX Runtime failed is the error to tell.
                Err(error) if cfg!(not(feature = "embedded")) => Err(error),
                Err(error) => Self::embedded(config, Some(error.to_string())),
            },
        }
    }

    /// Which engine runs, and why.
    pub fn engine(&self) -> &EngineInfo {
        &self.0.info
    }

    /// Loads a network from the bytes of an .onnx file and runs it once on zeros to warm it up. `name` appears in
    /// errors.
    ///
    /// The network must have one input of f32 or u8 with a static shape (a dynamic first dimension counts as 1).
    ///
    /// # Errors
    /// [`Error::Network`] for anything that is not such a network: corrupt bytes, an operator the engine does not
    /// know, a dynamic shape.
    pub fn session(&self, name: &str, onnx: &[u8]) -> Result<Session> {
        let refused = |reason| Error::Network {
            network: name.to_owned(),
            engine: self.0.info.kind,
            reason,
        };
        check(onnx).map_err(refused)?;
        let loaded = match self.0.info.kind {
            #[cfg(feature = "_ort")]
            EngineKind::OnnxRuntime => match &self.0.onnxruntime {
                Some(environment) => onnxruntime::load(environment, onnx, self.0.threads),
                None => {
                    return Err(Error::EngineNotBuilt {
                        engine: EngineKind::OnnxRuntime,
                    });
                }
            },
            #[cfg(feature = "embedded")]
            EngineKind::Embedded => embedded::load(onnx, self.0.threads),
            #[allow(unreachable_patterns)]
            engine => return Err(Error::EngineNotBuilt { engine }),
        };
        loaded.map(|loaded| Session::new(name, loaded)).map_err(refused)
    }

    #[cfg(feature = "_ort")]
    fn onnxruntime(config: &RuntimeConfig) -> Result<Self> {
        let environment = onnxruntime::environment(config.library.as_deref())?;
        let info = EngineInfo {
            kind: EngineKind::OnnxRuntime,
            version: environment.version.clone(),
            library: environment.library.clone(),
            note: environment.note.clone(),
        };
        Ok(Self(Arc::new(Inner {
            info,
            threads: threads(config),
            onnxruntime: Some(environment),
        })))
    }

    #[cfg(not(feature = "_ort"))]
    fn onnxruntime(_: &RuntimeConfig) -> Result<Self> {
        Err(Error::EngineNotBuilt {
            engine: EngineKind::OnnxRuntime,
        })
    }

    #[cfg(feature = "embedded")]
    fn embedded(config: &RuntimeConfig, note: Option<String>) -> Result<Self> {
        let version = format!("rten {}", embedded::VERSION);
        let info = EngineInfo {
            kind: EngineKind::Embedded,
            version,
            library: None,
            note,
        };
        Ok(Self(Arc::new(Inner {
            info,
            threads: threads(config),
            #[cfg(feature = "_ort")]
            onnxruntime: None,
        })))
    }

    #[cfg(not(feature = "embedded"))]
    fn embedded(_: &RuntimeConfig, _: Option<String>) -> Result<Self> {
        Err(Error::EngineNotBuilt {
            engine: EngineKind::Embedded,
        })
    }
}

#[cfg(any(feature = "embedded", feature = "_ort"))]
fn threads(config: &RuntimeConfig) -> usize {
    config.threads.clamp(1, 64)
}
