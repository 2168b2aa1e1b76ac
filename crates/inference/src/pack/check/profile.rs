//! The rules of what a pack states for one capture.

use super::super::fault::{Checked, fail};
use super::super::manifest::Manifest;
use super::super::profile::{Calibration, CaptureProfile, Conformal, Ood, OodMethod, Spread};
use super::lists::finite;

/// Names a field of a capture as the pack's file does.
struct Fields {
    prefix: String,
    format: u32,
}

impl Fields {
    fn name(&self, field: &str) -> String {
        format!("{}{field}", self.prefix)
    }

    /// The frequency of a label, or of them all.
    fn frequency(&self, label: Option<usize>) -> String {
        let index = label.map_or_else(String::new, |label| label.to_string());
        match self.format {
            1 => format!("labels[{index}].frequency"),
            _ if label.is_none() => self.name("frequencies"),
            _ => self.name(&format!("frequencies[{index}]")),
        }
    }
}

/// Everything that a pack can get wrong about the captures it knows.
pub(super) fn captures(pack: &Manifest) -> Checked {
    if pack.captures.is_empty() {
        return fail("captures", "there is none: a pack needs at least one");
    }
    for (index, profile) in pack.captures.iter().enumerate() {
        if pack.captures[..index].iter().any(|earlier| earlier.id == profile.id) {
            return fail(
                format!("captures[{index}].id"),
                format!("`{}` occurs twice", profile.id),
            );
        }
        let fields = Fields {
            prefix: match pack.file_format {
                1 => String::new(),
                _ => format!("captures[{index}]."),
            },
            format: pack.file_format,
        };
        capture(pack, profile, &fields)?;
    }
    if pack.captures.len() > 1 && pack.outputs.capture.is_none() {
        return fail(
            "outputs.capture",
            "it is missing, though there are several captures: the network has to tell them apart",
        );
    }
    Ok(())
}

fn capture(pack: &Manifest, profile: &CaptureProfile, fields: &Fields) -> Checked {
    let labels = pack.labels.len();
    frequencies(profile, labels, fields)?;
    calibration(profile, labels, fields)?;
    if let Some(sets) = &profile.conformal {
        conformal(&fields.name("conformal"), sets, labels)?;
    }
    if let Some(ood) = &profile.ood {
        out_of_distribution(pack, ood, fields)?;
    }
    if let Some(noise) = &profile.embedding_noise {
        spread(&fields.name("embedding_noise.same_lesion"), &noise.same_lesion)?;
        if let Some(different) = &noise.different_lesion {
            spread(&fields.name("embedding_noise.different_lesion"), different)?;
        }
    }
    Ok(())
}

fn frequencies(profile: &CaptureProfile, labels: usize, fields: &Fields) -> Checked {
    let Some(shares) = &profile.frequencies else {
        return Ok(());
    };
    if shares.len() != labels {
        return fail(
            fields.frequency(None),
            format!("{} given; {labels} are needed, one for each label", shares.len()),
        );
    }
    for (label, share) in shares.iter().enumerate() {
        if !(0.0..=1.0).contains(share) {
            return fail(fields.frequency(Some(label)), format!("{share} must be 0 to 1"));
        }
    }
    let sum: f32 = shares.iter().sum();
    if (sum - 1.0).abs() > 0.01 {
        return fail(
            fields.frequency(None),
            format!("they add up to {sum}, not to 1 (within 0.01): is a label missing?"),
        );
    }
    Ok(())
}

fn calibration(profile: &CaptureProfile, labels: usize, fields: &Fields) -> Checked {
    match &profile.calibration {
        None => Ok(()),
        Some(Calibration::Temperature { temperature, .. }) => {
            if temperature.is_finite() && *temperature > 0.0 {
                return Ok(());
            }
            fail(
                fields.name("calibration.temperature"),
                format!("{temperature} must be a number above 0"),
            )
        }
        Some(Calibration::Vector { scale, bias, .. }) => {
            let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<_>>();
            finite(fields.name("calibration.scale"), &wide(scale), labels)?;
            let given: Vec<f32> = bias.iter().map(|summand| summand.unwrap_or(0.0)).collect();
            finite(fields.name("calibration.bias"), &wide(&given), labels)?;
            if bias.iter().all(Option::is_none) {
                return fail(fields.name("calibration.bias"), "all are null: no label could be given");
            }
            Ok(())
        }
    }
}

/// Prediction sets; also those of the probabilities with answers.
pub(super) fn conformal(field: &str, sets: &Conformal, labels: usize) -> Checked {
    let alpha = sets.alpha();
    if !(alpha > 0.0 && alpha < 1.0) {
        return fail(format!("{field}.alpha"), format!("{alpha} must be between 0 and 1"));
    }
    let within = |threshold: &f64| (0.0..=1.0).contains(threshold);
    match sets {
        Conformal::Lac { threshold, .. } if within(threshold) => Ok(()),
        Conformal::Lac { threshold, .. } => fail(format!("{field}.threshold"), format!("{threshold} must be 0 to 1")),
        Conformal::LacByClass { thresholds, .. } => {
            if thresholds.len() == labels && thresholds.iter().all(within) {
                return Ok(());
            }
            fail(
                format!("{field}.thresholds"),
                format!(
                    "{} given; {labels} numbers of 0 to 1 are needed, one for each label",
                    thresholds.len()
                ),
            )
        }
    }
}

fn out_of_distribution(pack: &Manifest, ood: &Ood, fields: &Fields) -> Checked {
    if !ood.threshold.is_finite() {
        return fail(fields.name("ood.threshold"), "it must be a finite number");
    }
    let OodMethod::Mahalanobis { mean, whitening } = &ood.method else {
        return Ok(());
    };
    let Some(dim) = pack.embedding_dim.filter(|_| pack.outputs.embedding.is_some()) else {
        return fail(fields.name("ood.method"), "`mahalanobis` needs an embedding output");
    };
    if mean.len() != dim || !mean.iter().all(|value| value.is_finite()) {
        return fail(
            fields.name("ood.mean"),
            format!("{} given; {dim} finite numbers are needed", mean.len()),
        );
    }
    let fits = |row: &Vec<f32>| row.len() == dim && row.iter().all(|value| value.is_finite());
    if whitening.is_empty() || whitening.len() > dim || !whitening.iter().all(fits) {
        return fail(
            fields.name("ood.whitening"),
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
