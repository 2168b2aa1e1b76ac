//! One network, ready to run.

use crate::config::EngineKind;
#[cfg(feature = "embedded")]
use crate::embedded;
use crate::error::{Error, Result};
#[cfg(feature = "_ort")]
use crate::onnxruntime;
use crate::tensor::{DataType, Tensor, TensorInfo};

/// One loaded network. It owns its work buffers and its threads, so it is `Send` but runs one input at a time
/// (`&mut self`): make one session for each thread that needs one. Nothing is locked during a run.
#[derive(Debug)]
pub struct Session {
    name: String,
    inputs: Vec<TensorInfo>,
    outputs: Vec<TensorInfo>,
    backend: Backend,
}

#[derive(Debug)]
pub(crate) enum Backend {
    #[cfg(feature = "_ort")]
    OnnxRuntime(onnxruntime::Network),
    #[cfg(feature = "embedded")]
    Embedded(Box<embedded::Network>),
}

/// What an engine hands back when it has loaded and warmed up a network.
pub(crate) struct Loaded {
    pub backend: Backend,
    pub input: TensorInfo,
    pub outputs: Vec<TensorInfo>,
}

impl Session {
    pub(crate) fn new(name: &str, loaded: Loaded) -> Self {
        Self {
            name: name.to_owned(),
            inputs: vec![loaded.input],
            outputs: loaded.outputs,
            backend: loaded.backend,
        }
    }

    /// The name given when the session was made; it appears in errors.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The engine that runs it.
    pub fn engine(&self) -> EngineKind {
        match &self.backend {
            #[cfg(feature = "_ort")]
            Backend::OnnxRuntime(_) => EngineKind::OnnxRuntime,
            #[cfg(feature = "embedded")]
            Backend::Embedded(_) => EngineKind::Embedded,
        }
    }

    /// The inputs; always exactly one.
    pub fn inputs(&self) -> &[TensorInfo] {
        &self.inputs
    }

    /// The outputs, in the order of the graph.
    pub fn outputs(&self) -> &[TensorInfo] {
        &self.outputs
    }

    /// Runs the network on one input, row-major in the shape of `inputs()[0]`.
    ///
    /// # Errors
    /// [`Error::Input`] when length or type do not fit, [`Error::Run`] when the engine fails.
    pub fn run<'s>(&'s mut self, input: impl Into<Tensor<'s>>) -> Result<Outputs<'s>> {
        let input = input.into();
        let expected = &self.inputs[0];
        if input.dtype() != expected.dtype || input.len() != expected.len() {
            return Err(Error::Input {
                network: self.name.clone(),
                reason: format!(
                    "`{}` takes {} elements of {} in the shape {:?}, got {} of {}",
                    expected.name,
                    expected.len(),
                    expected.dtype,
                    expected.shape,
                    input.len(),
                    input.dtype()
                ),
            });
        }
        let engine = self.engine();
        let values = match &mut self.backend {
            #[cfg(feature = "_ort")]
            Backend::OnnxRuntime(network) => network.run(input, expected).map(Values::OnnxRuntime),
            #[cfg(feature = "embedded")]
            Backend::Embedded(network) => network.run(input, expected).map(Values::Embedded),
        };
        match values {
            Ok(values) => Ok(Outputs {
                network: &self.name,
                infos: &self.outputs,
                values,
            }),
            Err(reason) => Err(Error::Run {
                network: self.name.clone(),
                engine,
                reason,
            }),
        }
    }
}

/// What one run gave. It borrows the session: copy out what has to outlive the next run.
#[derive(Debug)]
pub struct Outputs<'s> {
    network: &'s str,
    infos: &'s [TensorInfo],
    values: Values<'s>,
}

#[derive(Debug)]
enum Values<'s> {
    #[cfg(feature = "_ort")]
    OnnxRuntime(onnxruntime::Values<'s>),
    #[cfg(feature = "embedded")]
    Embedded(&'s embedded::Values),
}

impl Outputs<'_> {
    /// The values of the output `name`, row-major.
    ///
    /// # Errors
    /// [`Error::Output`] when there is no such output or it does not hold f32.
    pub fn f32(&self, name: &str) -> Result<&[f32]> {
        let (index, info) = self.find(name)?;
        let data = match &self.values {
            #[cfg(feature = "_ort")]
            Values::OnnxRuntime(values) => values.f32(index),
            #[cfg(feature = "embedded")]
            Values::Embedded(values) => values.f32(index),
        };
        // The length is checked so that nobody downstream has to fear a short slice.
        data.filter(|data| info.dtype == DataType::F32 && data.len() == info.len())
            .ok_or_else(|| Error::Output {
                network: self.network.to_owned(),
                reason: format!("`{name}` holds {}, not f32 in the shape {:?}", info.dtype, info.shape),
            })
    }

    /// The shape of the output `name`.
    ///
    /// # Errors
    /// [`Error::Output`] when there is no such output.
    pub fn shape(&self, name: &str) -> Result<&[usize]> {
        self.find(name).map(|(_, info)| info.shape.as_slice())
    }

    /// The name of the network that gave them.
    pub fn network(&self) -> &str {
        self.network
    }

    fn find(&self, name: &str) -> Result<(usize, &TensorInfo)> {
        self.infos
            .iter()
            .enumerate()
            .find(|(_, info)| info.name == name)
            .ok_or_else(|| {
                let known: Vec<&str> = self.infos.iter().map(|info| info.name.as_str()).collect();
                Error::Output {
                    network: self.network.to_owned(),
                    reason: format!("there is no output `{name}`, only {known:?}"),
                }
            })
    }
}
