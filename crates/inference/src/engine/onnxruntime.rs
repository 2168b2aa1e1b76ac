//! ONNX Runtime through `ort`: one environment for the process, one session for each network.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
#[cfg(feature = "onnxruntime")]
use std::sync::PoisonError;

use ort::environment::EnvironmentBuilder;
use ort::ep::ExecutionProviderDispatch;
use ort::memory::Allocator;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{HasSelectedOutputs, OutputSelector, RunOptions, SessionOutputs};
use ort::value::{Outlet, TensorElementType, TensorRef, ValueType};

use super::loaded::Loaded;
use super::tensor::{DataType, TensorInfo, Values, fixed_shape};
use crate::error::{Error, Result};
#[cfg(feature = "onnxruntime")]
use crate::library::locate;
use crate::library::probe;
use crate::provider::{Candidate, Optimization, Provider, benchmark};

/// The environment of this process and where it came from.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    environment: ort::environment::Environment,
    /// The file it was loaded from; `None` where it was linked.
    pub library: Option<PathBuf>,
    pub version: String,
    pub note: Option<String>,
}

/// ONNX Runtime allows one environment for a process, for ever: the first library that works stays.
static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

/// The environment of the library that was linked when the app was built, made on the first call.
#[cfg(not(feature = "onnxruntime"))]
pub(crate) fn environment(_: Option<&Path>) -> Result<Environment> {
    let mut slot = ENVIRONMENT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(environment) = &*slot {
        return Ok(environment.clone());
    }
    let unusable = |reason| Error::RuntimeUnusable {
        path: PathBuf::from("(linked into this program)"),
        reason,
    };
    let version = probe::linked().map_err(unusable)?;
    let environment = build_environment(version, None, || Ok(ort::init())).map_err(unusable)?;
    Ok(slot.insert(environment).clone())
}

/// The environment, made on the first call. A call that failed may be repeated with another path.
#[cfg(feature = "onnxruntime")]
pub(crate) fn environment(config: Option<&Path>) -> Result<Environment> {
    let report = locate::find_library(config);
    let found = report.found().map(Path::to_path_buf);
    let mut slot = ENVIRONMENT.lock().unwrap_or_else(PoisonError::into_inner);
    let path = found.ok_or(Error::RuntimeMissing(report))?;
    if let Some(environment) = &*slot {
        let mut environment = environment.clone();
        if let Some(used) = environment.library.as_deref().filter(|used| !same_file(&path, used)) {
            environment.note = Some(format!(
                "{} is in use, not {}: a process can load ONNX Runtime only once",
                used.display(),
                path.display()
            ));
        }
        return Ok(environment);
    }
    let environment = create(&path).map_err(|reason| Error::RuntimeUnusable { path, reason })?;
    Ok(slot.insert(environment).clone())
}

#[cfg(feature = "onnxruntime")]
fn create(path: &Path) -> Result<Environment, String> {
    let version = probe::probe(path)?;
    build_environment(version, Some(path.to_path_buf()), || {
        ort::init_from(path).map_err(|error| error.to_string())
    })
}

/// `ort` panics where a library's interface is not what it says; then the library is unusable, and no more.
fn build_environment(
    version: String,
    library: Option<PathBuf>,
    start: impl FnOnce() -> Result<EnvironmentBuilder, String>,
) -> Result<Environment, String> {
    let built = catch_unwind(AssertUnwindSafe(|| {
        // ort turns telemetry on unless told otherwise. Nothing may leave this machine.
        let builder = start()?.with_name("skinkit").with_telemetry(false);
        builder.build().map_err(|error| error.to_string())
    }));
    let environment = built.unwrap_or_else(|_| Err("its interface is broken".to_owned()))?;
    Ok(Environment {
        environment,
        library,
        version,
        note: None,
    })
}

#[cfg(feature = "onnxruntime")]
fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

/// A network loaded by ONNX Runtime, with its outputs allocated once.
pub(crate) struct Network {
    session: ort::session::Session,
    options: RunOptions<HasSelectedOutputs>,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// The outputs of the last run.
pub(crate) struct Results<'s>(SessionOutputs<'s>);

impl fmt::Debug for Results<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Results").field(&self.0.len()).finish()
    }
}

impl Results<'_> {
    pub fn f32(&self, index: usize) -> Option<&[f32]> {
        if index >= self.0.len() {
            return None;
        }
        let (_, data) = self.0[index].try_extract_tensor::<f32>().ok()?;
        Some(data)
    }
}

/// Loads a network, runs it once on zeros and allocates its outputs.
pub(crate) fn load(environment: &Environment, onnx: &[u8], candidate: &Candidate) -> Result<Loaded<Network>, String> {
    let mut session = build(environment, onnx, candidate).map_err(|error| error.to_string())?;
    let [input] = session.inputs() else {
        return Err(format!(
            "it must have exactly one input, it has {}",
            session.inputs().len()
        ));
    };
    let input = describe_input(input)?;
    let warm_up = warm_up(&mut session, &input);
    let outputs = warm_up.map_err(|error| format!("the warm-up run failed: {error}"))?;
    if outputs.is_empty() {
        return Err("it has no output".to_owned());
    }
    let options = preallocate(&outputs).map_err(|error| error.to_string())?;
    Ok(Loaded {
        network: Network { session, options },
        input,
        outputs,
    })
}

fn build(environment: &Environment, onnx: &[u8], candidate: &Candidate) -> ort::Result<ort::session::Session> {
    let threads = candidate.threads.clamp(1, 64);
    // XNNPACK brings threads of its own; more here would fight them.
    let intra_threads = if candidate.provider == Provider::Xnnpack {
        1
    } else {
        threads
    };
    let mut builder = ort::session::Session::builder(&environment.environment)?
        .with_optimization_level(level(candidate.optimization))?
        .with_intra_threads(intra_threads)?
        .with_inter_threads(1)?
        // Spinning threads wait by burning power; in an app they also fight the camera and the screen for cores.
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?;
    if let Some(provider) = execution_provider(candidate.provider, threads)? {
        builder = builder.with_execution_providers([provider.error_on_failure()])?;
    }
    builder.commit_from_memory(onnx)
}

fn level(optimization: Optimization) -> GraphOptimizationLevel {
    match optimization {
        Optimization::None => GraphOptimizationLevel::Disable,
        Optimization::Basic => GraphOptimizationLevel::Level1,
        Optimization::Extended => GraphOptimizationLevel::Level2,
        Optimization::All => GraphOptimizationLevel::All,
    }
}

/// What is to be registered beside the processor; an error where this crate was built without it.
fn execution_provider(provider: Provider, threads: usize) -> ort::Result<Option<ExecutionProviderDispatch>> {
    match provider {
        Provider::Cpu => Ok(None),
        #[cfg(feature = "xnnpack")]
        Provider::Xnnpack => {
            let threads = std::num::NonZeroUsize::new(threads).unwrap_or(std::num::NonZeroUsize::MIN);
            let xnnpack = ort::ep::XNNPACK::default().with_intra_op_num_threads(threads);
            Ok(Some(xnnpack.build()))
        }
        #[cfg(feature = "coreml")]
        Provider::CoreMl => Ok(Some(ort::ep::CoreML::default().with_static_input_shapes(true).build())),
        #[cfg(feature = "nnapi")]
        Provider::Nnapi => Ok(Some(ort::ep::NNAPI::default().build())),
        #[allow(unreachable_patterns)]
        other => {
            let _ = threads;
            Err(ort::Error::new(format!(
                "the feature `{other}` of skinkit-inference is off"
            )))
        }
    }
}

fn describe_input(outlet: &Outlet) -> Result<TensorInfo, String> {
    let name = outlet.name().to_owned();
    let ValueType::Tensor { ty, shape, .. } = outlet.dtype() else {
        return Err(format!("the input `{name}` is not a tensor"));
    };
    let dtype = data_type(*ty);
    let dims: Vec<Option<usize>> = shape.iter().map(|size| usize::try_from(*size).ok()).collect();
    let shape = fixed_shape(&name, &dims, dtype)?;
    Ok(TensorInfo { name, shape, dtype })
}

fn warm_up(session: &mut ort::session::Session, input: &TensorInfo) -> ort::Result<Vec<TensorInfo>> {
    let (floats, bytes);
    let values = match input.dtype {
        DataType::U8 => {
            bytes = vec![0u8; input.len()];
            session.run(ort::inputs![TensorRef::from_array_view((
                input.shape.as_slice(),
                bytes.as_slice()
            ))?])?
        }
        _ => {
            floats = vec![0f32; input.len()];
            session.run(ort::inputs![TensorRef::from_array_view((
                input.shape.as_slice(),
                floats.as_slice()
            ))?])?
        }
    };
    let outputs = values.iter().map(|(name, value)| {
        let (shape, dtype) = match value.dtype() {
            ValueType::Tensor { ty, shape, .. } => (
                shape.iter().map(|size| usize::try_from(*size).unwrap_or(0)).collect(),
                data_type(*ty),
            ),
            _ => (Vec::new(), DataType::Other),
        };
        TensorInfo {
            name: name.to_owned(),
            shape,
            dtype,
        }
    });
    Ok(outputs.collect())
}

fn preallocate(outputs: &[TensorInfo]) -> ort::Result<RunOptions<HasSelectedOutputs>> {
    let allocator = Allocator::default();
    let mut selector = OutputSelector::default();
    for output in outputs
        .iter()
        .filter(|output| output.dtype == DataType::F32 && !output.is_empty())
    {
        let tensor = ort::value::Tensor::<f32>::new(&allocator, output.shape.as_slice())?;
        selector = selector.preallocate(output.name.as_str(), tensor);
    }
    Ok(RunOptions::new()?.with_outputs(selector))
}

impl Network {
    pub fn run(&mut self, input: Values<'_>, info: &TensorInfo) -> Result<Results<'_>, String> {
        let shape = info.shape.as_slice();
        let values = match input {
            Values::F32(data) => TensorRef::from_array_view((shape, data))
                .and_then(|tensor| self.session.run_with_options(ort::inputs![tensor], &self.options)),
            Values::U8(data) => TensorRef::from_array_view((shape, data))
                .and_then(|tensor| self.session.run_with_options(ort::inputs![tensor], &self.options)),
        };
        values.map(Results).map_err(|error| error.to_string())
    }
}

/// Loads one network for each candidate of a race.
pub(crate) struct Loader<'a> {
    pub environment: &'a Environment,
    pub onnx: &'a [u8],
}

/// A loaded network and the race's input.
pub(crate) struct Benchmark {
    loaded: Loaded<Network>,
    floats: Vec<f32>,
    bytes: Vec<u8>,
}

impl Benchmark {
    pub fn into_loaded(self) -> Loaded<Network> {
        self.loaded
    }
}

impl benchmark::Loader for Loader<'_> {
    type Benchmark = Benchmark;

    fn load(&self, candidate: &Candidate) -> Result<Benchmark, String> {
        let loaded = load(self.environment, self.onnx, candidate)?;
        // Neither flat nor regular, so that every part of the network is exercised.
        let bytes: Vec<u8> = (0..loaded.input.len() as u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let floats = bytes.iter().map(|level| f32::from(*level) / 255.0).collect();
        Ok(Benchmark { loaded, floats, bytes })
    }
}

impl benchmark::Benchmark for Benchmark {
    fn run(&mut self) -> Result<Vec<Vec<f32>>, String> {
        let input = match self.loaded.input.dtype {
            DataType::U8 => Values::U8(&self.bytes),
            _ => Values::F32(&self.floats),
        };
        let values = self.loaded.network.run(input, &self.loaded.input)?;
        Ok((0..self.loaded.outputs.len())
            .filter_map(|index| values.f32(index).map(<[f32]>::to_vec))
            .collect())
    }
}

fn data_type(kind: TensorElementType) -> DataType {
    match kind {
        TensorElementType::Float32 => DataType::F32,
        TensorElementType::Uint8 => DataType::U8,
        _ => DataType::Other,
    }
}
