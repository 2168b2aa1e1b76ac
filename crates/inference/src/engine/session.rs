//! One network, ready to run.

use ndarray::{ArrayView, Dimension, IxDyn};

use super::config::EngineKind;
#[cfg(feature = "embedded")]
use super::embedded;
use super::loaded::Loaded;
#[cfg(feature = "_ort")]
use super::onnxruntime;
use super::tensor::{DataType, Tensor, TensorInfo};
use crate::error::{Error, Result};

/// One loaded network. It owns its work buffers and its threads, so it is `Send` but runs one input at a time
/// (`&mut self`): make one session for each thread that needs one. Nothing is locked during a run.
#[derive(Debug)]
pub struct Session {
    name: String,
    input: TensorInfo,
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

impl Session {
    pub(crate) fn new(name: &str, loaded: Loaded<Backend>) -> Self {
        Self {
            name: name.to_owned(),
            input: loaded.input,
            outputs: loaded.outputs,
            backend: loaded.network,
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

    /// The one input.
    pub fn input(&self) -> &TensorInfo {
        &self.input
    }

    /// The outputs, in the order of the graph.
    pub fn outputs(&self) -> &[TensorInfo] {
        &self.outputs
    }

    /// Runs the network on one input: a view in the shape of [`Session::input`], or its values in row-major order.
    ///
    /// # Errors
    /// [`Error::Input`] when shape, layout or type do not fit, [`Error::Run`] when the engine fails.
    pub fn run<'s>(&'s mut self, input: impl Into<Tensor<'s>>) -> Result<Outputs<'s>> {
        let input = input.into();
        let expected = &self.input;
        let Some(values) = input.values().filter(|_| input.fits(expected)) else {
            let reason = format!(
                "`{}` takes {} elements of {} in the shape {:?}, row-major; got {} of {} in the shape {:?}",
                expected.name,
                expected.len(),
                expected.dtype,
                expected.shape,
                input.len(),
                input.dtype(),
                input.shape(),
            );
            return Err(Error::Input {
                network: self.name.clone(),
                reason,
            });
        };
        let engine = self.engine();
        let results = match &mut self.backend {
            #[cfg(feature = "_ort")]
            Backend::OnnxRuntime(network) => network.run(values, expected).map(Results::OnnxRuntime),
            #[cfg(feature = "embedded")]
            Backend::Embedded(network) => network.run(values, expected).map(Results::Embedded),
        };
        match results {
            Ok(results) => Ok(Outputs {
                network: &self.name,
                infos: &self.outputs,
                results,
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
    results: Results<'s>,
}

#[derive(Debug)]
enum Results<'s> {
    #[cfg(feature = "_ort")]
    OnnxRuntime(onnxruntime::Results<'s>),
    #[cfg(feature = "embedded")]
    Embedded(&'s embedded::Results),
}

impl Outputs<'_> {
    /// The values of the output `name`, row-major.
    ///
    /// # Errors
    /// [`Error::Output`] when there is no such output or it does not hold f32.
    pub fn f32(&self, name: &str) -> Result<&[f32]> {
        let (index, info) = self.find(name)?;
        let data = match &self.results {
            #[cfg(feature = "_ort")]
            Results::OnnxRuntime(results) => results.f32(index),
            #[cfg(feature = "embedded")]
            Results::Embedded(results) => results.f32(index),
        };
        // The length is checked so that nobody downstream has to fear a short slice.
        data.filter(|data| info.dtype == DataType::F32 && data.len() == info.len())
            .ok_or_else(|| Error::Output {
                network: self.network.to_owned(),
                reason: format!("`{name}` holds {}, not f32 in the shape {:?}", info.dtype, info.shape),
            })
    }

    /// The output `name` as an array in its own shape, such as `ArrayView4<f32>` of batch x label x height x width.
    ///
    /// # Errors
    /// [`Error::Output`] when there is no such output, it does not hold f32, or has another number of dimensions.
    pub fn array<D: Dimension>(&self, name: &str) -> Result<ArrayView<'_, f32, D>> {
        let values = self.f32(name)?;
        let (_, info) = self.find(name)?;
        let array = ArrayView::from_shape(IxDyn(&info.shape), values)
            .ok()
            .and_then(|array| array.into_dimensionality::<D>().ok());
        array.ok_or_else(|| Error::Output {
            network: self.network.to_owned(),
            reason: format!(
                "`{name}` has the shape {:?}, not {} dimensions",
                info.shape,
                D::NDIM.unwrap_or_default()
            ),
        })
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
