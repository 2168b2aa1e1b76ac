//! The rules of what a pack states on a person's answers.

use std::collections::HashSet;

use super::super::context_model::{ContextModel, Term, TermKind};
use super::super::fault::{Checked, fail};
use super::super::manifest::Manifest;
use super::lists::finite;
use super::profile::conformal;

/// Everything that a pack can get wrong about answers.
pub(super) fn context(pack: &Manifest, context: &ContextModel) -> Checked {
    let labels = pack.labels.len();
    if pack.capture(context.capture).is_none() {
        return fail(
            "context.capture",
            format!("the pack does not know the capture `{}`", context.capture),
        );
    }
    if !(context.image_weight > 0.0 && context.image_weight.is_finite()) {
        return fail(
            "context.image_weight",
            format!("{} must be a number above 0", context.image_weight),
        );
    }
    finite("context.bias", &context.bias, labels)?;
    let mut ids = HashSet::new();
    for (index, entry) in context.terms.iter().enumerate() {
        let field = format!("context.terms[{index}]");
        if entry.id.trim().is_empty() || !ids.insert(&entry.id) {
            return fail(format!("{field}.id"), "it is empty or occurs twice");
        }
        term(&field, entry, labels)?;
    }
    match &context.conformal {
        Some(sets) => conformal("context.conformal", sets, labels),
        None => Ok(()),
    }
}

fn term(field: &str, term: &Term, labels: usize) -> Checked {
    match &term.kind {
        TermKind::YesNo { yes, no } => {
            finite(format!("{field}.yes"), yes, labels)?;
            finite(format!("{field}.no"), no, labels)
        }
        TermKind::Number { knots, values } => {
            let rising = knots.windows(2).all(|pair| pair[0] < pair[1]);
            if knots.is_empty() || !rising || !knots.iter().all(|knot| knot.is_finite()) {
                return fail(
                    format!("{field}.knots"),
                    "ascending finite numbers are needed, at least one",
                );
            }
            if values.len() != knots.len() {
                return fail(
                    format!("{field}.values"),
                    format!("{} given; {} are needed, one for each knot", values.len(), knots.len()),
                );
            }
            for (index, list) in values.iter().enumerate() {
                finite(format!("{field}.values[{index}]"), list, labels)?;
            }
            Ok(())
        }
        TermKind::Choice { options } => {
            if options.is_empty() {
                return fail(format!("{field}.options"), "there is none to choose");
            }
            for (word, list) in options {
                if word.trim().is_empty() {
                    return fail(format!("{field}.options"), "a word is empty");
                }
                finite(format!("{field}.options.{word}"), list, labels)?;
            }
            Ok(())
        }
    }
}
