//! The rules of a model pack, each named by its field. No files, no engine.

mod context;
mod lists;
mod profile;
mod tensors;

use std::collections::HashSet;

use super::fault::{Checked, fail};
use super::manifest::{CropRule, Manifest, Variant};

pub(crate) use tensors::{signature, tensors};

/// Most labels, embedding dimensions, and cells along a side of a map: bounds on what a hostile pack can ask for.
const MOST_LABELS: usize = 10_000;
const MOST_DIM: usize = 4096;
const MOST_SIDE: usize = 2048;

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
    profile::captures(pack)?;
    match &pack.context {
        Some(answers) => context::context(pack, answers),
        None => Ok(()),
    }
}

fn input(pack: &Manifest) -> Checked {
    let input = &pack.input;
    for (field, value, wanted) in [
        ("layout", &input.layout, "NHWC"),
        ("dtype", &input.dtype, "u8"),
        ("colour", &input.color, "RGB"),
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
        CropRule::CenterSquare { scale } if scale > 0.0 && scale <= 1.0 => Ok(()),
        CropRule::CenterSquare { scale } => fail("input.crop.scale", format!("{scale} must be above 0 and at most 1")),
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
        given.capture.as_ref(),
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
