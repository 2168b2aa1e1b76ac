//! The embedded engine: `rten`, pure Rust, nothing to install.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rten::{
    DataType as RtenType, Dimension, Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueType, ValueView,
};
use rten_tensor::Layout;

use super::loaded::Loaded;
use super::tensor::{DataType, TensorInfo, Values, fixed_shape};
use crate::panic::panic_message;

/// The version of the `rten` crate this was built against; a test holds it to `Cargo.lock`.
pub(crate) const VERSION: &str = "0.27.0";

/// A network loaded by `rten`.
pub(crate) struct Network {
    model: Model,
    input: NodeId,
    outputs: Vec<NodeId>,
    // One small pool for each session: two sessions never wait for each other.
    options: RunOptions,
    results: Results,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network")
            .field("input", &self.input)
            .field("outputs", &self.outputs)
            .finish_non_exhaustive()
    }
}

/// The outputs of the last run.
#[derive(Debug, Default)]
pub(crate) struct Results(Vec<Value>);

impl Results {
    pub fn f32(&self, index: usize) -> Option<&[f32]> {
        self.0.get(index)?.as_tensor_view::<f32>()?.data()
    }
}

/// Loads a network and runs it once on zeros.
pub(crate) fn load(onnx: &[u8], threads: usize) -> Result<Loaded<Network>, String> {
    // An ONNX file is foreign input and rten is large: should a malformed one make it panic, that is an error here.
    guarded(|| load_inner(onnx, threads))
}

fn load_inner(onnx: &[u8], threads: usize) -> Result<Loaded<Network>, String> {
    let model = ModelOptions::with_all_ops()
        .prepack_weights(true)
        .load(onnx.to_vec())
        .map_err(|error| error.to_string())?;
    let [input] = *model.input_ids() else {
        return Err(format!(
            "it must have exactly one input, it has {}",
            model.input_ids().len()
        ));
    };
    let outputs = model.output_ids().to_vec();
    if outputs.is_empty() {
        return Err("it has no output".to_owned());
    }
    let node = model.node_info(input).ok_or("its input has no description")?;
    let name = node.name().unwrap_or_default().to_owned();
    let dtype = node.dtype().map_or(DataType::Other, data_type);
    let dims = node
        .shape()
        .ok_or(format!("the shape of the input `{name}` is not known"))?;
    let dims: Vec<Option<usize>> = dims
        .iter()
        .map(|dim| match dim {
            Dimension::Fixed(size) => Some(*size),
            Dimension::Symbolic(_) => None,
        })
        .collect();
    let shape = fixed_shape(&name, &dims, dtype)?;
    let info = TensorInfo { name, shape, dtype };

    let options = RunOptions::default().with_thread_pool(Some(Arc::new(ThreadPool::with_num_threads(threads))));
    let mut network = Network {
        model,
        input,
        outputs,
        options,
        results: Results::default(),
    };
    let warm_up = match dtype {
        DataType::U8 => network.run_inner(Values::U8(&vec![0; info.len()]), &info),
        _ => network.run_inner(Values::F32(&vec![0.0; info.len()]), &info),
    };
    warm_up.map_err(|reason| format!("the warm-up run failed: {reason}"))?;
    let outputs = network
        .outputs
        .iter()
        .zip(&network.results.0)
        .map(|(id, value)| network.describe(*id, value))
        .collect();
    Ok(Loaded {
        network,
        input: info,
        outputs,
    })
}

impl Network {
    pub fn run(&mut self, input: Values<'_>, info: &TensorInfo) -> Result<&Results, String> {
        guarded(|| self.run_inner(input, info))?;
        Ok(&self.results)
    }

    fn run_inner(&mut self, input: Values<'_>, info: &TensorInfo) -> Result<(), String> {
        let view = match input {
            Values::F32(data) => ValueView::from_shape(&info.shape, data).map_err(|error| error.to_string())?,
            Values::U8(data) => ValueView::from_shape(&info.shape, data).map_err(|error| error.to_string())?,
        };
        // rten allocates its outputs itself; the old ones are dropped first, so that memory does not pile up.
        self.results.0.clear();
        self.results.0 = self
            .model
            .run(
                vec![(self.input, view.into())],
                &self.outputs,
                Some(self.options.clone()),
            )
            .map_err(|error| error.to_string())?;
        Ok(())
    }

    fn describe(&self, id: NodeId, value: &Value) -> TensorInfo {
        let name = self
            .model
            .node_info(id)
            .and_then(|node| node.name())
            .unwrap_or_default()
            .to_owned();
        let (shape, dtype) = match value {
            Value::FloatTensor(tensor) => (tensor.shape().to_vec(), DataType::F32),
            Value::UInt8Tensor(tensor) => (tensor.shape().to_vec(), DataType::U8),
            _ => (Vec::new(), DataType::Other),
        };
        TensorInfo { name, shape, dtype }
    }
}

fn data_type(kind: ValueType) -> DataType {
    match kind {
        ValueType::Tensor(RtenType::Float) => DataType::F32,
        ValueType::Tensor(RtenType::UInt8) => DataType::U8,
        _ => DataType::Other,
    }
}

fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|cause| {
        let words = panic_message(&*cause).unwrap_or("no reason given");
        Err(format!("the engine gave up: {words}"))
    })
}
