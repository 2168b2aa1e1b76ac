//! Reads inputs, outputs and the operator set out of an ONNX file, so that a pack can be checked without an engine.
//! Field numbers are those of the public `onnx.proto`.

use super::wire::{Fields, Value, check};
use crate::engine::{DataType, TensorInfo};

/// What a graph says it takes and gives.
#[derive(Debug, Default)]
pub(crate) struct Signature {
    /// Version of the standard operator set.
    pub opset: u64,
    /// Inputs without those that are weights.
    pub inputs: Vec<Declared>,
    /// Outputs.
    pub outputs: Vec<Declared>,
}

/// One declared input or output; `None` in `shape` is a dynamic dimension.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Declared {
    pub name: String,
    pub dtype: DataType,
    pub shape: Vec<Option<u64>>,
}

impl From<&TensorInfo> for Declared {
    fn from(info: &TensorInfo) -> Self {
        let shape = info.shape.iter().map(|size| Some(*size as u64)).collect();
        Self {
            name: info.name.clone(),
            dtype: info.dtype,
            shape,
        }
    }
}

/// Checks the framing and reads the signature.
pub(crate) fn read(onnx: &[u8]) -> Result<Signature, String> {
    check(onnx)?;
    read_model(onnx).map_err(str::to_owned)
}

fn read_model(onnx: &[u8]) -> Result<Signature, &'static str> {
    let mut signature = Signature::default();
    let mut weights: Vec<&[u8]> = Vec::new();
    for field in Fields(onnx) {
        match field? {
            (7, Value::Bytes(graph)) => {
                for field in Fields(graph) {
                    match field? {
                        (5, Value::Bytes(tensor)) => weights.extend(bytes(tensor, 8)?),
                        (11, Value::Bytes(info)) => signature.inputs.push(declared(info)?),
                        (12, Value::Bytes(info)) => signature.outputs.push(declared(info)?),
                        _ => {}
                    }
                }
            }
            (8, Value::Bytes(opset)) => {
                let domain = bytes(opset, 1)?.unwrap_or_default();
                if domain.is_empty() || domain == b"ai.onnx" {
                    signature.opset = signature.opset.max(number(opset, 2)?.unwrap_or(0));
                }
            }
            _ => {}
        }
    }
    signature
        .inputs
        .retain(|input| !weights.contains(&input.name.as_bytes()));
    Ok(signature)
}

fn declared(info: &[u8]) -> Result<Declared, &'static str> {
    let name = String::from_utf8_lossy(bytes(info, 1)?.unwrap_or_default()).into_owned();
    let tensor = bytes(bytes(info, 2)?.unwrap_or_default(), 1)?.unwrap_or_default();
    let dtype = match number(tensor, 1)? {
        Some(1) => DataType::F32,
        Some(2) => DataType::U8,
        _ => DataType::Other,
    };
    let mut shape = Vec::new();
    for field in Fields(bytes(tensor, 2)?.unwrap_or_default()) {
        if let (1, Value::Bytes(dim)) = field? {
            shape.push(number(dim, 1)?);
        }
    }
    Ok(Declared { name, dtype, shape })
}

/// The last occurrence of a length-delimited field.
fn bytes(message: &[u8], wanted: u64) -> Result<Option<&[u8]>, &'static str> {
    let mut found = None;
    for field in Fields(message) {
        if let (number, Value::Bytes(value)) = field?
            && number == wanted
        {
            found = Some(value);
        }
    }
    Ok(found)
}

/// The last occurrence of a number field.
fn number(message: &[u8], wanted: u64) -> Result<Option<u64>, &'static str> {
    let mut found = None;
    for field in Fields(message) {
        if let (number, Value::Number(value)) = field?
            && number == wanted
        {
            found = Some(value);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tiny_pack_says_what_it_takes_and_gives() {
        let signature = read(include_bytes!("../../tests/fixtures/pack/model.onnx")).unwrap();
        assert_eq!(signature.opset, 17);
        let image = Declared {
            name: "image".to_owned(),
            dtype: DataType::U8,
            shape: vec![Some(1), Some(16), Some(16), Some(3)],
        };
        assert_eq!(signature.inputs, [image]);
        let names: Vec<&str> = signature.outputs.iter().map(|output| output.name.as_str()).collect();
        assert_eq!(names, ["logits", "embedding", "heatmap", "mask"]);
        assert_eq!(signature.outputs[2].shape, [Some(1), Some(3), Some(4), Some(4)]);
    }

    #[test]
    fn a_dynamic_dimension_has_no_size() {
        let signature = read(include_bytes!("../../tests/fixtures/dynamic.onnx")).unwrap();
        assert_eq!(signature.inputs[0].shape, [Some(1), None]);
    }
}
