//! The rules of a model pack, each named by its field. No files, no engine.

use std::collections::HashSet;

use serde_json::Value;

use crate::manifest::{CropRule, FORMAT, Manifest, Ood, OodMethod, Spread, Variant};
use crate::signature::{Declared, Signature};
use crate::tensor::DataType;

/// The field and what is wrong with it.
type Checked = Result<(), (String, String)>;

/// Oldest operator set of a pack's networks.
const LEAST_OPSET: u64 = 17;

/// Most labels, embedding dimensions, and cells along a side of a map: bounds on what a hostile pack can ask for.
const MOST_LABELS: usize = 10_000;
const MOST_DIM: usize = 4096;
const MOST_SIDE: usize = 2048;

fn fail(field: impl Into<String>, reason: impl Into<String>) -> Checked {
    Err((field.into(), reason.into()))
}

/// The format number, before anything else is looked at.
pub(crate) fn format(number: Option<&Value>) -> Checked {
    let Some(number) = number else {
        return fail("format", "it is missing");
    };
    match number.as_u64() {
        Some(known) if known == u64::from(FORMAT) => Ok(()),
        Some(newer) if newer > u64::from(FORMAT) => fail(
            "format",
            format!("{newer} is newer than {FORMAT}, which this version reads: update SkinKit"),
        ),
        _ => fail("format", format!("{number} is not a format; {FORMAT} is")),
    }
}

/// Everything that `pack.json` can get wrong by itself.
pub(crate) fn manifest(pack: &Manifest) -> Checked {
    let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if pack.id.is_empty() || pack.id.len() > 64 || !pack.id.chars().all(named) {
        return fail(
            "id",
            format!(
                "`{}` must be 1 to 64 of a-z, 0-9, `-`, `_` and `.`",
                pack.id.escape_debug()
            ),
        );
    }
    if pack.version.trim().is_empty() || pack.version.len() > 64 {
        return fail("version", "it must be 1 to 64 characters long");
    }
    if pack.license.id.trim().is_empty() {
        return fail(
            "license.id",
            "it is empty: a pack must say under which licence it comes",
        );
    }
    if let Some(file) = &pack.license.file {
        file_name("license.file", file)?;
    }
    input(pack)?;
    outputs(pack)?;
    labels(pack)?;
    variants(&pack.variants)?;
    figures(pack)
}

fn input(pack: &Manifest) -> Checked {
    let input = &pack.input;
    for (field, value, wanted) in [
        ("layout", &input.layout, "NHWC"),
        ("dtype", &input.dtype, "u8"),
        ("colour", &input.colour, "RGB"),
    ] {
        if value != wanted {
            return fail(
                format!("input.{field}"),
                format!("`{}`, only `{wanted}` is supported", value.escape_debug()),
            );
        }
    }
    for (field, side) in [("width", input.width), ("height", input.height)] {
        if !(16..=MOST_SIDE).contains(&side) {
            return fail(
                format!("input.{field}"),
                format!("{side} must be 16 to {MOST_SIDE} pixels"),
            );
        }
    }
    match input.crop {
        CropRule::CentreSquare { scale } if scale > 0.0 && scale <= 1.0 => Ok(()),
        CropRule::CentreSquare { scale } => fail("input.crop.scale", format!("{scale} must be above 0 and at most 1")),
    }
}

fn outputs(pack: &Manifest) -> Checked {
    let given = &pack.outputs;
    let mut names = HashSet::new();
    for name in [
        Some(&given.logits),
        given.embedding.as_ref(),
        given.heatmap.as_ref(),
        given.mask.as_ref(),
    ] {
        if name.is_some_and(|name| name.is_empty() || !names.insert(name)) {
            return fail("outputs", "a name is empty or occurs twice");
        }
    }
    match (given.embedding.is_some(), pack.embedding_dim) {
        (true, None) => return fail("embedding_dim", "it is missing, though there is an embedding output"),
        (true, Some(dim)) if !(1..=MOST_DIM).contains(&dim) => {
            return fail("embedding_dim", format!("{dim} must be 1 to {MOST_DIM}"));
        }
        _ => {}
    }
    for (field, present, size) in [
        ("heatmap_size", given.heatmap.is_some(), pack.heatmap_size),
        ("mask_size", given.mask.is_some(), pack.mask_size),
    ] {
        match (present, size) {
            (true, None) => return fail(field, "it is missing, though there is such an output"),
            (true, Some(size)) if size.iter().any(|side| !(1..=MOST_SIDE).contains(side)) => {
                return fail(field, format!("{size:?} must be 1 to {MOST_SIDE} on each side"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn labels(pack: &Manifest) -> Checked {
    if !(2..=MOST_LABELS).contains(&pack.labels.len()) {
        return fail(
            "labels",
            format!("{} given; 2 to {MOST_LABELS} are possible", pack.labels.len()),
        );
    }
    let mut ids = HashSet::new();
    for (index, label) in pack.labels.iter().enumerate() {
        if label.id.trim().is_empty() || label.name.trim().is_empty() {
            return fail(format!("labels[{index}]"), "id or name is empty");
        }
        if !ids.insert(&label.id) {
            return fail(format!("labels[{index}].id"), format!("`{}` occurs twice", label.id));
        }
    }
    frequencies(pack)
}

fn frequencies(pack: &Manifest) -> Checked {
    if !pack.has_frequencies() {
        return Ok(());
    }
    for (index, label) in pack.labels.iter().enumerate() {
        if !label.frequency.is_some_and(|share| share > 0.0 && share <= 1.0) {
            let found = label.frequency.map_or("missing".to_owned(), |share| share.to_string());
            return fail(
                format!("labels[{index}].frequency"),
                format!("it is {found}; each label needs one above 0 and at most 1, or none has any"),
            );
        }
    }
    let sum: f32 = pack.labels.iter().filter_map(|label| label.frequency).sum();
    if (sum - 1.0).abs() > 0.01 {
        return fail(
            "labels[].frequency",
            format!("they add up to {sum}, not to 1 (within 0.01): is a label missing?"),
        );
    }
    Ok(())
}

fn variants(variants: &[Variant]) -> Checked {
    if variants.is_empty() {
        return fail("variants", "there is none: a pack needs a network");
    }
    let mut names = HashSet::new();
    for (index, variant) in variants.iter().enumerate() {
        let field = |name: &str| format!("variants[{index}].{name}");
        if variant.name.trim().is_empty() || !names.insert(&variant.name) {
            return fail(field("name"), "it is empty or occurs twice");
        }
        file_name(&field("file"), &variant.file)?;
        let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if variant.sha256.len() != 64 || !variant.sha256.chars().all(hex) {
            return fail(field("sha256"), "it must be 64 lower-case hex digits");
        }
        if variant.engines.is_empty() {
            return fail(field("engines"), "it is empty: no engine could use this file");
        }
    }
    Ok(())
}

/// A name within the pack's folder: no way out of it, no other stream of it, on any operating system.
fn file_name(field: &str, name: &str) -> Checked {
    let bad = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    if name.is_empty() || name.len() > 255 || name.starts_with('.') || name.chars().any(bad) {
        let name = name.escape_debug();
        return fail(
            field,
            format!("`{name}` must be a plain file name in the pack's own folder"),
        );
    }
    Ok(())
}

fn figures(pack: &Manifest) -> Checked {
    let temperature = pack.temperature();
    if !(temperature.is_finite() && temperature > 0.0) {
        return fail(
            "calibration.temperature",
            format!("{temperature} must be a number above 0"),
        );
    }
    if let Some(conformal) = &pack.conformal {
        if conformal.method != "lac" {
            let method = conformal.method.escape_debug();
            return fail("conformal.method", format!("`{method}` is not known; `lac` is"));
        }
        if !(conformal.alpha > 0.0 && conformal.alpha < 1.0) {
            return fail(
                "conformal.alpha",
                format!("{} must be between 0 and 1", conformal.alpha),
            );
        }
        if !(0.0..=1.0).contains(&conformal.threshold) {
            return fail("conformal.threshold", format!("{} must be 0 to 1", conformal.threshold));
        }
    }
    if let Some(ood) = &pack.ood {
        strangeness(pack, ood)?;
    }
    if let Some(noise) = &pack.embedding_noise {
        spread("embedding_noise.same_lesion", &noise.same_lesion)?;
        if let Some(different) = &noise.different_lesion {
            spread("embedding_noise.different_lesion", different)?;
        }
    }
    Ok(())
}

fn strangeness(pack: &Manifest, ood: &Ood) -> Checked {
    if !ood.threshold.is_finite() {
        return fail("ood.threshold", "it must be a finite number");
    }
    let OodMethod::Mahalanobis { mean, whitening } = &ood.method else {
        return Ok(());
    };
    let Some(dim) = pack.embedding_dim.filter(|_| pack.outputs.embedding.is_some()) else {
        return fail("ood.method", "`mahalanobis` needs an embedding output");
    };
    if mean.len() != dim || !mean.iter().all(|value| value.is_finite()) {
        return fail(
            "ood.mean",
            format!("{} given; {dim} finite numbers are needed", mean.len()),
        );
    }
    let fits = |row: &Vec<f32>| row.len() == dim && row.iter().all(|value| value.is_finite());
    if whitening.is_empty() || whitening.len() > dim || !whitening.iter().all(fits) {
        return fail(
            "ood.whitening",
            format!("1 to {dim} rows of {dim} finite numbers are needed"),
        );
    }
    Ok(())
}

fn spread(field: &str, spread: &Spread) -> Checked {
    if !(-1.0..=1.0).contains(&spread.mean) {
        return fail(format!("{field}.mean"), format!("{} must be -1 to 1", spread.mean));
    }
    if !(spread.sd > 0.0 && spread.sd.is_finite()) {
        return fail(format!("{field}.sd"), format!("{} must be above 0", spread.sd));
    }
    if !spread.quantiles.values().all(|value| (-1.0..=1.0).contains(value)) {
        return fail(format!("{field}.quantiles"), "each must be -1 to 1");
    }
    Ok(())
}

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
