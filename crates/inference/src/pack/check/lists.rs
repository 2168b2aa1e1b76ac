//! Lists of numbers, one for each label.

use super::super::fault::{Checked, fail};

/// As many numbers as labels, all finite.
pub(super) fn finite(field: impl Into<String>, values: &[f64], labels: usize) -> Checked {
    if values.len() == labels && values.iter().all(|value| value.is_finite()) {
        return Ok(());
    }
    fail(
        field,
        format!(
            "{} given; {labels} finite numbers are needed, one for each label",
            values.len()
        ),
    )
}
