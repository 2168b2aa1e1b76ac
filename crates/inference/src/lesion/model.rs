//! The lesion model: one network of a pack, from pixels to a [`Finding`].

use std::sync::Arc;

use ndarray::{ArrayView, ArrayView2, ArrayView4, Axis, Dimension, s};

use super::calibration;
use super::context::{Context, ContextEffect};
use super::finding::{Finding, LabelProbability, PackRef};
use super::maps::{Embedding, Heatmap, Mask};
use crate::engine::{Outputs, Runtime, Session, Tensor, TensorInfo};
use crate::error::{Error, Result};
use crate::onnx::signature::Declared;
use crate::pack::{Capture, CaptureChoice, CaptureProfile, CaptureSource, CaptureUsed, Manifest, ModelPack, check};

/// How a picture is to be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LesionOptions {
    /// How it was taken.
    pub capture: CaptureChoice,
    /// What the person knows of the lesion; empty: nothing, and nothing is changed.
    pub context: Context,
}

/// A pack's network, ready to run. `Send`; one run at a time (`&mut self`), so make one for each thread that needs one.
#[derive(Debug)]
pub struct LesionModel {
    session: Session,
    manifest: Arc<Manifest>,
    reference: PackRef,
}

impl LesionModel {
    /// Loads the pack's variant for the runtime's engine and warms it up.
    ///
    /// # Errors
    /// [`Error::Pack`] when no variant suits the engine, when the file changed since the pack was opened, or when the
    /// network gives other shapes than the pack promises; [`Error::Network`] when the engine can't load it;
    /// [`Error::NotFinite`] when it gives numbers that are not finite already for a black picture.
    pub fn new(runtime: &Runtime, pack: &ModelPack) -> Result<Self> {
        let variant = pack.variant(runtime.engine().kind)?;
        let onnx = pack.network(variant)?;
        let session = runtime.session(&format!("{}/{}", pack.id(), variant.file), &onnx)?;
        let declared = |infos: &[TensorInfo]| infos.iter().map(Declared::from).collect::<Vec<_>>();
        check::tensors(
            pack.manifest(),
            &declared(std::slice::from_ref(session.input())),
            &declared(session.outputs()),
        )
        .map_err(|fault| pack.refuse(variant, fault))?;
        let manifest = pack.share_manifest();
        let reference = PackRef {
            id: manifest.id.clone(),
            version: manifest.version.clone(),
            license: manifest.license.id.clone(),
        };
        let mut model = Self {
            session,
            manifest,
            reference,
        };
        let (width, height) = model.input_size();
        model.analyze(vec![0; width * height * 3].as_slice(), &LesionOptions::default())?;
        Ok(model)
    }

    /// Width and height of the input in pixels.
    pub fn input_size(&self) -> (usize, usize) {
        (self.manifest.input.width, self.manifest.input.height)
    }

    /// Centre `[x, y]` and side of the square that the pack wants of an upright picture of `width` x `height` pixels.
    pub fn crop(&self, width: u32, height: u32) -> ([f32; 2], f32) {
        self.manifest.input.crop.square(width, height)
    }

    /// The pack's manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Runs the network on `rgb`, sRGB bytes of the size of [`LesionModel::input_size`]: a view of shape
    /// `[1, height, width, 3]`, or the bytes row after row.
    ///
    /// # Errors
    /// [`Error::Input`] when it does not fit, [`Error::Run`] when the engine fails, [`Error::NotFinite`] when
    /// the network gives a number that is not finite; [`Error::Capture`] when the pack does not know the capture that was
    /// stated, [`Error::Context`] when it does not take the answers.
    pub fn analyze<'a>(&'a mut self, rgb: impl Into<Tensor<'a>>, options: &LesionOptions) -> Result<Finding> {
        let pack = &*self.manifest;
        let stated = options.capture.stated();
        if let Some(capture) = stated {
            profile(pack, capture)?;
            if !options.context.is_empty() {
                options.context.terms(pack, capture)?;
            }
        }
        let engine = self.session.engine();
        let outputs = self.session.run(rgb)?;
        let names = &pack.outputs;
        let logits: ArrayView2<'_, f32> = finite(&outputs, &names.logits)?;
        let logits = logits.row(0).to_vec();
        let embedding: Option<ArrayView2<'_, f32>> = optional(&outputs, names.embedding.as_deref())?;
        let embedding = embedding.map(|values| Embedding::new(values.row(0).to_owned()));
        let heatmap: Option<ArrayView4<'_, f32>> = optional(&outputs, names.heatmap.as_deref())?;
        let mask: Option<ArrayView4<'_, f32>> = optional(&outputs, names.mask.as_deref())?;
        let captures: Option<ArrayView2<'_, f32>> = optional(&outputs, names.capture.as_deref())?;

        let capture = used(pack, stated, captures.map(|logits| logits.row(0).to_vec()).as_deref());
        let profile = profile(pack, capture.capture)?;
        let probabilities = calibration::probabilities(&logits, profile.calibration.as_ref());
        let set = profile
            .conformal
            .as_ref()
            .map(|sets| calibration::prediction_set(&probabilities, sets));
        let context = match &pack.context {
            _ if options.context.is_empty() => None,
            model => {
                let terms = options.context.terms(pack, capture.capture)?;
                let effect = |model| ContextEffect::new(pack, model, &probabilities, terms);
                model.as_ref().map(effect)
            }
        };
        let ood = profile.ood.as_ref();
        let familiarity =
            ood.and_then(|ood| calibration::familiarity(ood, &logits, embedding.as_ref(), profile.temperature()));
        Ok(Finding {
            withheld: None,
            probabilities: labeled(pack, profile, &probabilities),
            prediction_set: set
                .unwrap_or_default()
                .into_iter()
                .map(|label| pack.labels[label].id.clone())
                .collect(),
            set_coverage: profile.conformal.as_ref().map(|sets| 1.0 - sets.alpha()),
            capture,
            context,
            embedding,
            heatmap: heatmap.map(|maps| Heatmap::new(maps.index_axis(Axis(0), 0).to_owned())),
            // Rounding in a network can leave the range by a hair.
            mask: mask.map(|mask| Mask::new(mask.slice(s![0, 0, .., ..]).mapv(|p| p.clamp(0.0, 1.0)))),
            familiarity,
            engine,
            pack: self.reference.clone(),
        })
    }
}

/// What the pack states for a capture.
fn profile(pack: &Manifest, capture: Capture) -> Result<&CaptureProfile> {
    pack.capture(capture).ok_or_else(|| Error::Capture {
        pack: pack.id.clone(),
        capture,
        known: pack.captures.iter().map(|profile| profile.id).collect(),
    })
}

/// The capture to calibrate for: the one that was stated, else the one that the network takes the picture for, else the
/// pack's only one.
fn used(pack: &Manifest, stated: Option<Capture>, logits: Option<&[f32]>) -> CaptureUsed {
    let shares = logits
        .map(|logits| calibration::probabilities(logits, None))
        .unwrap_or_default();
    let seen = pack.captures.iter().zip(&shares);
    let likeliest = seen
        .clone()
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(profile, _)| profile.id);
    let (capture, source) = match (stated, likeliest) {
        (Some(stated), _) => (stated, CaptureSource::Host),
        (None, Some(likeliest)) if pack.captures.len() > 1 => (likeliest, CaptureSource::Network),
        // A pack has at least one.
        _ => (
            pack.captures.first().map_or(Capture::Dermoscope, |only| only.id),
            CaptureSource::Pack,
        ),
    };
    let probability = seen
        .filter(|(profile, _)| profile.id == capture)
        .map(|(_, p)| *p as f32)
        .next();
    CaptureUsed {
        capture,
        source,
        probability,
    }
}

fn labeled(pack: &Manifest, profile: &CaptureProfile, probabilities: &[f64]) -> Vec<LabelProbability> {
    let frequency = |label: usize| {
        profile
            .frequencies
            .as_ref()
            .and_then(|shares| shares.get(label).copied())
    };
    pack.labels
        .iter()
        .zip(probabilities)
        .enumerate()
        .map(|(index, (label, p))| LabelProbability {
            label: label.id.clone(),
            name: label.name.clone(),
            p: *p as f32,
            frequency: frequency(index),
        })
        .collect()
}

/// An output whose numbers are all finite.
fn finite<'o, D: Dimension>(outputs: &'o Outputs<'_>, name: &str) -> Result<ArrayView<'o, f32, D>> {
    let values = outputs.array(name)?;
    if values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(Error::NotFinite {
            network: outputs.network().to_owned(),
            output: name.to_owned(),
        })
    }
}

fn optional<'o, D: Dimension>(outputs: &'o Outputs<'_>, name: Option<&str>) -> Result<Option<ArrayView<'o, f32, D>>> {
    name.map(|name| finite(outputs, name)).transpose()
}
