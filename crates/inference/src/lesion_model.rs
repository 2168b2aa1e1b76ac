//! The lesion model: one network of a pack, from pixels to a [`Finding`].

use crate::error::{Error, Result};
use crate::finding::{Embedding, Finding, Heatmap, LabelProbability, Mask, PackRef};
use crate::judgement;
use crate::manifest::Manifest;
use crate::pack::ModelPack;
use crate::pack_check;
use crate::runtime::Runtime;
use crate::session::{Outputs, Session};
use crate::signature::Declared;
use crate::tensor::Tensor;

/// A pack's network, ready to run. `Send`; one run at a time (`&mut self`), so make one for each thread that needs one.
#[derive(Debug)]
pub struct LesionModel {
    session: Session,
    manifest: Manifest,
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
        let declared = |infos: &[crate::TensorInfo]| infos.iter().map(Declared::from).collect::<Vec<_>>();
        pack_check::tensors(
            pack.manifest(),
            &declared(session.inputs()),
            &declared(session.outputs()),
        )
        .map_err(|(field, reason)| pack.refuse(variant, &field, reason))?;
        let manifest = pack.manifest().clone();
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
        model.analyse(&vec![0; width * height * 3])?;
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

    /// Runs the network on `rgb`: width · height · 3 bytes, sRGB, row after row, of the size of
    /// [`LesionModel::input_size`].
    ///
    /// # Errors
    /// [`Error::Input`] when the length does not fit, [`Error::Run`] when the engine fails, [`Error::NotFinite`] when
    /// the network gives a number that is not finite.
    pub fn analyse(&mut self, rgb: &[u8]) -> Result<Finding> {
        let engine = self.session.engine();
        let outputs = self.session.run(Tensor::U8(rgb))?;
        let names = &self.manifest.outputs;
        let logits = finite(&outputs, &names.logits)?;
        let optional = |name: &Option<String>| name.as_ref().map(|name| finite(&outputs, name)).transpose();
        let (embedding, heatmap, mask) = (
            optional(&names.embedding)?,
            optional(&names.heatmap)?,
            optional(&names.mask)?,
        );

        let temperature = self.manifest.temperature();
        let probabilities = judgement::probabilities(logits, temperature);
        let labels = &self.manifest.labels;
        let prediction_set = match &self.manifest.conformal {
            Some(conformal) => judgement::prediction_set(&probabilities, conformal),
            None => Vec::new(),
        };
        let familiarity = self
            .manifest
            .ood
            .as_ref()
            .and_then(|ood| judgement::familiarity(ood, logits, embedding, temperature));
        let [map_height, map_width] = self.manifest.heatmap_size.unwrap_or_default();
        let [mask_height, mask_width] = self.manifest.mask_size.unwrap_or_default();
        Ok(Finding {
            probabilities: labels
                .iter()
                .zip(&probabilities)
                .map(|(label, p)| LabelProbability {
                    label: label.id.clone(),
                    name: label.name.clone(),
                    p: *p as f32,
                })
                .collect(),
            prediction_set: prediction_set
                .into_iter()
                .map(|index| labels[index].id.clone())
                .collect(),
            embedding: embedding.map(|values| Embedding(values.to_vec())),
            heatmap: heatmap.map(|values| Heatmap {
                width: map_width,
                height: map_height,
                classes: labels.len(),
                values: values.to_vec(),
            }),
            mask: mask.map(|values| Mask {
                width: mask_width,
                height: mask_height,
                // Rounding in a network can leave the range by a hair.
                values: values.iter().map(|p| p.clamp(0.0, 1.0)).collect(),
            }),
            familiarity,
            engine,
            pack: self.reference.clone(),
        })
    }
}

fn finite<'o>(outputs: &'o Outputs<'_>, name: &str) -> Result<&'o [f32]> {
    let values = outputs.f32(name)?;
    if values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(Error::NotFinite {
            network: outputs.network().to_owned(),
            output: name.to_owned(),
        })
    }
}
