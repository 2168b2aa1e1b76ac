//! From an analysis to what the history keeps of it.

use skinkit_inference::ModelPack;
use skinkit_store::{NewScan, Raster};
use skinkit_tracking::Patch;

use crate::analysis::Analysis;
use crate::overlay::{self, Map};
use crate::record::{PackStatement, Receipt, ScanRecord};
use crate::{Error, Result, ScanRequest};

/// Quality of a kept picture as JPEG, 1 to 100: above it the size grows faster than the measures gain.
const JPEG_QUALITY: u8 = 92;

/// Names the rule by which pixels become the network's input, for the receipt.
const PREPROCESSING: &str = concat!("roi-triangle-u8/", env!("CARGO_PKG_VERSION"));

/// Stands before that of a photo which was opened with fewer pixels than its file has; then comes how many to one.
const OPENED_SMALLER: &str = "jpeg-dct-1/";

/// An analysis on its way into the history.
pub(crate) struct Recording<'a> {
    analysis: &'a Analysis,
    pack: &'a ModelPack,
    /// What was recorded.
    pub(crate) record: ScanRecord,
}

impl<'a> Recording<'a> {
    pub(crate) fn new(request: &ScanRequest, analysis: &'a Analysis, pack: &'a ModelPack) -> Self {
        let (finding, manifest) = (&analysis.finding, pack.manifest());
        let record = ScanRecord {
            sdk_version: env!("CARGO_PKG_VERSION").to_owned(),
            engine: analysis.engine.to_string(),
            region: Some(analysis.region),
            roi: Some(analysis.roi),
            quality: Some(analysis.quality.clone()),
            probabilities: finding.probabilities.clone(),
            prediction_set: finding.prediction_set.clone(),
            familiarity: finding.familiarity,
            measures: analysis.measures.clone(),
            scale: analysis.scale,
            position: request.position,
            capture: Some(finding.capture),
            context: finding.context.clone(),
            pack: PackStatement {
                license: manifest.license.id.clone(),
                intended_use: Some(manifest.intended_use.clone()),
                labels: manifest.labels.clone(),
                noise: manifest
                    .capture(finding.capture.capture)
                    .and_then(|profile| profile.embedding_noise.clone()),
            },
            receipt: Receipt {
                picture_sha256: request.picture_sha256.clone().unwrap_or_default(),
                preprocessing: preprocessing(analysis.photo_scale),
                pack_sha256: pack.sha256().to_owned(),
                sdk_version: env!("CARGO_PKG_VERSION").to_owned(),
            },
        };
        Self { analysis, pack, record }
    }

    /// The picture as a point among others.
    pub(crate) fn embedding(&self) -> Option<Vec<f32>> {
        self.analysis
            .finding
            .embedding
            .as_ref()
            .map(|embedding| embedding.to_vec())
    }

    pub(crate) fn mask(&self) -> Option<Raster> {
        overlay::mask(&self.analysis.finding).and_then(|map| raster(&map))
    }

    /// What the store takes.
    pub(crate) fn into_scan(self, request: &ScanRequest, taken_at: i64, keep_picture: bool) -> Result<NewScan> {
        let manifest = self.pack.manifest();
        Ok(NewScan {
            subject: request.subject.clone(),
            site: request.site.clone(),
            lesion: request.lesion.clone(),
            taken_at,
            pack_id: manifest.id.clone(),
            pack_version: manifest.version.clone(),
            embedding: self.embedding(),
            heatmap: overlay::evidence(&self.analysis.finding).and_then(|map| raster(&map)),
            mask: self.mask(),
            picture: match &self.analysis.patch {
                Some(patch) if keep_picture => Some(encode(patch)?),
                _ => None,
            },
            payload: self.record.payload()?,
        })
    }
}

fn preprocessing(photo_scale: f32) -> String {
    if photo_scale < 1.0 {
        format!("{OPENED_SMALLER}{}+{PREPROCESSING}", 1.0 / photo_scale)
    } else {
        PREPROCESSING.to_owned()
    }
}

/// Whether the scan's photo was opened for its region, with fewer pixels than its file has.
pub(crate) fn opened_smaller(record: &ScanRecord) -> bool {
    record.receipt.preprocessing.starts_with(OPENED_SMALLER)
}

fn raster(map: &Map) -> Option<Raster> {
    Some(Raster {
        width: u32::try_from(map.width()).ok()?,
        height: u32::try_from(map.height()).ok()?,
        channels: 1,
        bytes: map.to_bytes(),
    })
}

fn encode(patch: &Patch) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY)
        .encode(
            patch.rgb(),
            patch.width() as u32,
            patch.height() as u32,
            image::ExtendedColorType::Rgb8,
        )
        .map_err(|error| Error::Encode(error.to_string()))?;
    Ok(out)
}
