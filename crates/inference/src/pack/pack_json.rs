//! `pack.json` as it is written, format 1 or 2, and the manifest that it becomes.

use serde::Deserialize;
use serde_json::Value;

use super::capture::Capture;
use super::context_model::ContextModel;
use super::fault::{Fault, fault};
use super::manifest::{FORMAT, InputSpec, Label, License, Manifest, OutputNames, Variant};
use super::profile::{Calibration, CaptureProfile, Conformal, EmbeddingNoise, Ood};
use crate::json;

/// Every field of both formats.
#[derive(Deserialize)]
struct PackJson {
    format: u32,
    id: String,
    version: String,
    #[serde(default)]
    title: String,
    license: License,
    #[serde(default)]
    intended_use: String,
    #[serde(default)]
    limitations: String,
    input: InputSpec,
    outputs: OutputNames,
    #[serde(default)]
    embedding_dim: Option<usize>,
    #[serde(default)]
    heatmap_size: Option<[usize; 2]>,
    #[serde(default)]
    mask_size: Option<[usize; 2]>,
    variants: Vec<Variant>,
    labels: Vec<LabelJson>,
    #[serde(default)]
    training: Value,
    #[serde(default)]
    evaluation: Value,
    // Format 2.
    #[serde(default)]
    captures: Option<Vec<CaptureProfile>>,
    #[serde(default)]
    context: Option<ContextModel>,
    // Format 1: what format 2 has for each capture.
    #[serde(default)]
    calibration: Option<Temperature>,
    #[serde(default)]
    conformal: Option<Conformal>,
    #[serde(default)]
    ood: Option<Ood>,
    #[serde(default)]
    embedding_noise: Option<EmbeddingNoise>,
}

#[derive(Deserialize)]
struct LabelJson {
    id: String,
    name: String,
    #[serde(default)]
    snomed_ct: Option<String>,
    #[serde(default)]
    icd10: Option<String>,
    /// Format 1.
    #[serde(default)]
    frequency: Option<f32>,
}

/// Format 1's calibration.
#[derive(Deserialize)]
struct Temperature {
    temperature: f32,
    #[serde(default)]
    fitted_on: String,
}

/// The manifest in the text of a `pack.json`; its rules are not checked here.
pub(super) fn read(text: &[u8]) -> Result<Manifest, Fault> {
    if text.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(fault("the file", "it is not a JSON object"));
    }
    let value: Value =
        serde_json::from_slice(text).map_err(|error| fault("the file", format!("it is not JSON: {error}")))?;
    // The number first: a newer format should be called that, and not fail at some field it no longer has.
    format(value.get("format").filter(|number| !number.is_null()))?;
    let pack: PackJson = json::from_value(&value).map_err(|error| {
        let field = match error.field() {
            "" => "the file",
            field => field,
        };
        fault(field, error.reason())
    })?;
    pack.manifest()
}

fn format(number: Option<&Value>) -> Result<(), Fault> {
    let Some(number) = number else {
        return Err(fault("format", "it is missing"));
    };
    match number.as_u64() {
        Some(known) if (1..=u64::from(FORMAT)).contains(&known) => Ok(()),
        Some(newer) if newer > u64::from(FORMAT) => Err(fault(
            "format",
            format!("{newer} is newer than {FORMAT}, the newest that this version reads: update SkinKit"),
        )),
        _ => Err(fault("format", format!("{number} is not a format; 1 to {FORMAT} are"))),
    }
}

impl PackJson {
    fn manifest(mut self) -> Result<Manifest, Fault> {
        let captures = if self.format == 1 {
            vec![self.dermoscope()?]
        } else {
            self.without_old_fields()?;
            let missing = || fault("captures", "it is missing; format 2 needs at least one capture");
            self.captures.take().ok_or_else(missing)?
        };
        let labels = self.labels.into_iter().map(|label| Label {
            id: label.id,
            name: label.name,
            snomed_ct: label.snomed_ct,
            icd10: label.icd10,
        });
        Ok(Manifest {
            format: FORMAT,
            file_format: self.format,
            id: self.id,
            version: self.version,
            title: self.title,
            license: self.license,
            intended_use: self.intended_use,
            limitations: self.limitations,
            input: self.input,
            outputs: self.outputs,
            embedding_dim: self.embedding_dim,
            heatmap_size: self.heatmap_size,
            mask_size: self.mask_size,
            variants: self.variants,
            labels: labels.collect(),
            captures,
            context: self.context.filter(|_| self.format > 1),
            training: self.training,
            evaluation: self.evaluation,
        })
    }

    /// The one capture of format 1.
    fn dermoscope(&mut self) -> Result<CaptureProfile, Fault> {
        let calibration = self.calibration.take();
        Ok(CaptureProfile {
            id: Capture::Dermoscope,
            frequencies: self.frequencies()?,
            calibration: calibration.map(|old| Calibration::Temperature {
                temperature: old.temperature,
                fitted_on: old.fitted_on,
            }),
            conformal: self.conformal.take(),
            ood: self.ood.take(),
            embedding_noise: self.embedding_noise.take(),
        })
    }

    /// Format 1: all labels have a frequency above 0, or none has one.
    fn frequencies(&self) -> Result<Option<Vec<f32>>, Fault> {
        if self.labels.iter().all(|label| label.frequency.is_none()) {
            return Ok(None);
        }
        let shares = self.labels.iter().enumerate().map(|(index, label)| {
            label.frequency.filter(|share| *share > 0.0).ok_or_else(|| {
                let found = label.frequency.map_or("missing".to_owned(), |share| share.to_string());
                fault(
                    format!("labels[{index}].frequency"),
                    format!("it is {found}; each label needs one above 0 and at most 1, or none has any"),
                )
            })
        });
        shares.collect::<Result<_, _>>().map(Some)
    }

    /// Format 2: what format 1 had for all pictures would be read by nobody.
    fn without_old_fields(&self) -> Result<(), Fault> {
        for (field, given) in [
            ("calibration", self.calibration.is_some()),
            ("conformal", self.conformal.is_some()),
            ("ood", self.ood.is_some()),
            ("embedding_noise", self.embedding_noise.is_some()),
        ] {
            if given {
                return Err(fault(
                    field,
                    "format 2 has it in each of `captures`: move it there".to_owned(),
                ));
            }
        }
        match self.labels.iter().position(|label| label.frequency.is_some()) {
            Some(index) => Err(fault(
                format!("labels[{index}].frequency"),
                "format 2 has it in each of `captures`, as `frequencies`: move it there",
            )),
            None => Ok(()),
        }
    }
}
