//! Whether a network is the one that a pack's manifest promises.

use super::super::fault::{Checked, fail};
use super::super::manifest::Manifest;
use crate::engine::DataType;
use crate::onnx::signature::{Declared, Signature};

/// Oldest operator set of a pack's networks.
const LEAST_OPSET: u64 = 17;

/// Whether a network is the one the manifest promises.
pub(crate) fn signature(pack: &Manifest, signature: &Signature) -> Checked {
    if signature.opset < LEAST_OPSET {
        let opset = signature.opset;
        return fail(
            "opset_import",
            format!("operator set {opset}; export it with {LEAST_OPSET} or later"),
        );
    }
    tensors(pack, &signature.inputs, &signature.outputs)
}

/// The same for inputs and outputs alone: as the file declares them, or as an engine found them.
pub(crate) fn tensors(pack: &Manifest, inputs: &[Declared], outputs: &[Declared]) -> Checked {
    let spec = &pack.input;
    let [input] = inputs else {
        return fail(
            "input",
            format!("the network has {} inputs; it must have exactly one", inputs.len()),
        );
    };
    if input.name != spec.name {
        return fail(
            "input.name",
            format!("`{}` in pack.json, `{}` in the network", spec.name, input.name),
        );
    }
    expect("input", input, DataType::U8, &[1, spec.height, spec.width, 3])?;
    let classes = pack.labels.len();
    let [map_height, map_width] = pack.heatmap_size.unwrap_or_default();
    let [mask_height, mask_width] = pack.mask_size.unwrap_or_default();
    let names = &pack.outputs;
    for (role, name, shape) in [
        ("logits", Some(&names.logits), vec![1, classes]),
        (
            "embedding",
            names.embedding.as_ref(),
            vec![1, pack.embedding_dim.unwrap_or_default()],
        ),
        (
            "heatmap",
            names.heatmap.as_ref(),
            vec![1, classes, map_height, map_width],
        ),
        ("mask", names.mask.as_ref(), vec![1, 1, mask_height, mask_width]),
        ("capture", names.capture.as_ref(), vec![1, pack.captures.len()]),
    ] {
        let Some(name) = name else { continue };
        let field = format!("outputs.{role}");
        match outputs.iter().find(|output| output.name == *name) {
            None => return fail(field, format!("the network has no output `{name}`")),
            Some(output) => expect(&field, output, DataType::F32, &shape)?,
        }
    }
    Ok(())
}

fn expect(field: &str, got: &Declared, dtype: DataType, shape: &[usize]) -> Checked {
    let wanted: Vec<Option<u64>> = shape.iter().map(|size| Some(*size as u64)).collect();
    if got.dtype != dtype || got.shape != wanted {
        let got_shape: Vec<String> = got
            .shape
            .iter()
            .map(|size| size.map_or_else(|| "?".to_owned(), |size| size.to_string()))
            .collect();
        return fail(
            field,
            format!(
                "pack.json asks for {dtype} {shape:?}, the network has {} [{}]",
                got.dtype,
                got_shape.join(", ")
            ),
        );
    }
    Ok(())
}
