//! What to scan, and what the history keeps of it.

use std::collections::HashMap;

use serde::Deserialize;
use skinkit::inference::{Answer, CaptureChoice, Context, Embedding, Familiarity, LabelProbability};
use skinkit::preprocess::quality::Quality;
use skinkit::roi::Scale;
use skinkit::store::ScanId;
use skinkit::tracking::Measures;
use skinkit::{Receipt, Region, Roi};
use skinkit_border::PointXy;

use crate::{Analysis, Cancel};

/// How one picture is analyzed. In the C ABI it is JSON.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
#[serde(default, deny_unknown_fields)]
pub struct AnalyzeOptions {
    /// Which part of the picture.
    pub region: Region,
    /// How large a pixel of the whole picture is at the skin, where something in the picture tells: then sizes are in
    /// millimeters, otherwise in pixels of the analyzed square.
    #[uniffi(default = None)]
    pub scale: Option<Scale>,
    /// Whether the lesion is measured too; without it the call takes less time.
    #[uniffi(default = true)]
    pub measures: bool,
    /// How the picture was taken; none leaves it to the pack.
    #[uniffi(default = None)]
    pub capture: Option<CaptureChoice>,
    /// What a person knows of the lesion: answers by the question's id in the pack. Never to be guessed.
    #[uniffi(default = None)]
    pub context: Option<HashMap<String, Answer>>,
}

impl Default for AnalyzeOptions {
    fn default() -> Self {
        let skinkit::AnalyzeOptions {
            region,
            scale,
            measures,
            ..
        } = skinkit::AnalyzeOptions::default();
        Self {
            region,
            scale,
            measures,
            capture: None,
            context: None,
        }
    }
}

impl AnalyzeOptions {
    pub(crate) fn facade(self, cancel: Option<&Cancel>) -> skinkit::AnalyzeOptions {
        let answers = self.context.into_iter().flatten();
        let context = answers.fold(Context::default(), |context, (question, answer)| {
            context.answer(question, answer)
        });
        skinkit::AnalyzeOptions::new(self.region)
            .scale(self.scale)
            .measures(self.measures)
            .capture(self.capture.unwrap_or_default())
            .context(context)
            .cancel(&Cancel::of(cancel))
    }
}

/// What to scan, and under which name to keep it. In the C ABI it is JSON.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
#[serde(deny_unknown_fields)]
pub struct ScanRequest {
    /// Where on the body, in the user's words: 1 to 256 bytes.
    pub site: String,
    /// Whose skin, 1 to 256 bytes.
    #[uniffi(default = "me")]
    #[serde(default = "me")]
    pub subject: String,
    /// Which lesion there, 1 to 256 bytes, where the host tells them apart.
    #[uniffi(default = None)]
    pub lesion: Option<String>,
    /// Where on the site, in any unit that all its scans share (millimeters, or 0 to 1 of the region): with several
    /// lesions it tells which is which.
    #[uniffi(default = None)]
    pub position: Option<PointXy>,
    /// How the picture is analyzed.
    #[serde(default)]
    pub options: AnalyzeOptions,
    /// When the picture was taken, in milliseconds since 1970-01-01 UTC; now if not given.
    #[uniffi(default = None)]
    pub taken_at: Option<i64>,
    /// SHA-256 of the picture's file in hexadecimal, for the receipt.
    #[uniffi(default = None)]
    pub picture_sha256: Option<String>,
}

fn me() -> String {
    "me".to_owned()
}

impl ScanRequest {
    pub(crate) fn facade(self, cancel: Option<&Cancel>) -> skinkit::ScanRequest {
        skinkit::ScanRequest {
            subject: self.subject,
            lesion: self.lesion,
            position: self.position,
            options: self.options.facade(cancel),
            taken_at: self.taken_at,
            picture_sha256: self.picture_sha256,
            ..skinkit::ScanRequest::new(self.site)
        }
    }
}

/// A scan that was just added to the history.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Scan {
    /// Its number in the history.
    pub id: ScanId,
    /// What was recorded.
    pub analysis: Analysis,
}

impl From<skinkit::Scan> for Scan {
    fn from(scan: skinkit::Scan) -> Self {
        Self {
            id: scan.id,
            analysis: scan.analysis.into(),
        }
    }
}

/// A scan as it is in the history.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct StoredScan {
    /// Number within this history.
    pub id: ScanId,
    /// 32 hexadecimal digits that stay the same across export and import.
    pub uid: String,
    /// Whose skin it is.
    pub subject: String,
    /// Where on the body.
    pub site: String,
    /// Which lesion at that site, where they are told apart.
    pub lesion: Option<String>,
    /// Milliseconds since 1970-01-01 UTC.
    pub taken_at: i64,
    /// Model pack that made the result.
    pub pack_id: String,
    /// Its version.
    pub pack_version: String,
    /// Version of the SDK that made the result.
    pub sdk_version: String,
    /// Engine that ran the model.
    pub engine: String,
    /// Probabilities, each 0 to 1; a name is empty where only the label was kept.
    pub probabilities: Vec<LabelProbability>,
    /// Labels of the prediction set.
    pub prediction_set: Vec<String>,
    /// Embedding, little-endian 32-bit floats.
    pub embedding: Option<Embedding>,
    /// Region of the picture; none where another version wrote it differently.
    pub roi: Option<Roi>,
    /// Quality of the picture; none where another version wrote it differently.
    pub quality: Option<Quality>,
    /// What SkinKit keeps beside it; none where another version wrote it differently.
    pub details: Option<Details>,
    /// Hashes for a replay.
    pub receipt: Receipt,
}

impl StoredScan {
    pub(crate) fn of(scan: skinkit::StoredScan) -> Self {
        let record = scan.record;
        Self {
            id: scan.id,
            uid: scan.uid,
            subject: scan.subject,
            site: scan.site,
            lesion: scan.lesion,
            taken_at: scan.taken_at,
            pack_id: scan.pack_id,
            pack_version: scan.pack_version,
            sdk_version: record.sdk_version,
            engine: record.engine,
            probabilities: record.probabilities,
            prediction_set: record.prediction_set,
            embedding: scan.embedding.map(Embedding::new),
            roi: record.roi,
            quality: record.quality,
            details: Some(Details {
                region: record.region.map(|region| region.to_string()).unwrap_or_default(),
                measures: record.measures,
                license: record.pack.license,
                intended_use: record.pack.intended_use,
                familiarity: record.familiarity,
                scale: record.scale,
                position: record.position,
            }),
            receipt: record.receipt,
        }
    }
}

/// What SkinKit keeps beside a scan.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Details {
    /// Which part of the picture: `lesion`, `face`, a face region's name, or `X,Y,SIZE`.
    pub region: String,
    /// Measures of the lesion.
    pub measures: Option<Measures>,
    /// The pack's license id.
    pub license: String,
    /// What the pack is for, in its own words.
    pub intended_use: Option<String>,
    /// Whether the picture looks like what the pack was trained on.
    pub familiarity: Option<Familiarity>,
    /// How large a pixel of the analyzed square is, where that is known.
    pub scale: Option<Scale>,
    /// Where on the site, as the host gave it.
    pub position: Option<PointXy>,
}
