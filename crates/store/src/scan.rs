//! What a scan is: plain data, no models and no pixels beyond what the host chose to keep.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Result};

/// Longest name of a subject, site or lesion, in bytes.
pub const MAX_NAME: usize = 256;

/// Number of a scan within its history; never given out twice, not even after an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScanId(pub i64);

#[cfg(feature = "uniffi")]
uniffi::custom_newtype!(ScanId, i64);

impl std::fmt::Display for ScanId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// One label of the model pack with its probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelProbability {
    /// The label as the pack names it.
    pub label: String,
    /// Its probability, 0 to 1.
    pub p: f32,
}

/// What is needed to replay a scan to the same numbers: hashes of everything that went into it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Receipt {
    /// SHA-256 of the picture's file, hexadecimal.
    pub picture_sha256: String,
    /// Identity of the preprocessing (its version and settings, or their hash).
    pub preprocessing: String,
    /// SHA-256 of the model pack, hexadecimal.
    pub pack_sha256: String,
    /// Version of the SDK.
    pub sdk_version: String,
}

/// A small picture of bytes: a heatmap or a mask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Width in cells.
    pub width: u32,
    /// Height in cells.
    pub height: u32,
    /// Values a cell.
    pub channels: u32,
    /// `width × height × channels` values, row by row, channel last; 0 to 255 stands for 0 to 1.
    pub bytes: Vec<u8>,
}

/// Which raster of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RasterKind {
    /// Where the model's attention lay.
    Heatmap,
    /// Which cells belong to the lesion.
    Mask,
}

impl RasterKind {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Heatmap => 1,
            Self::Mask => 2,
        }
    }

    /// Name of the raster, as it is in an export.
    pub fn name(self) -> &'static str {
        match self {
            Self::Heatmap => "heatmap",
            Self::Mask => "mask",
        }
    }
}

/// A scan to be added.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewScan {
    /// Whose skin it is: a name or number of the host's choosing, 1 to [`MAX_NAME`] bytes.
    pub subject: String,
    /// Where on the body, 1 to [`MAX_NAME`] bytes.
    pub site: String,
    /// Which lesion at that site, 1 to [`MAX_NAME`] bytes, where the host tells them apart.
    pub lesion: Option<String>,
    /// When the picture was taken: milliseconds since 1970-01-01 UTC, within the years 1 to 9999.
    pub taken_at: i64,
    /// Model pack that made the result.
    pub pack_id: String,
    /// Its version.
    pub pack_version: String,
    /// Version of the SDK that made the result.
    pub sdk_version: String,
    /// Engine that ran the model.
    pub engine: String,
    /// Probabilities, each 0 to 1.
    pub probabilities: Vec<LabelProbability>,
    /// Labels of the prediction set.
    pub prediction_set: Vec<String>,
    /// Embedding, finite values; one length for all scans of a pack and version.
    pub embedding: Option<Vec<f32>>,
    /// Heatmap.
    pub heatmap: Option<Raster>,
    /// Mask of the lesion.
    pub mask: Option<Raster>,
    /// Region of the picture, as the host serialises it.
    pub roi: Value,
    /// Quality of the picture, as the host serialises it.
    pub quality: Value,
    /// Anything else the host wants beside the scan.
    pub extra: Value,
    /// The picture's file. Kept only if the host puts it here.
    pub picture: Option<Vec<u8>>,
    /// Hashes for a replay.
    pub receipt: Receipt,
}

/// A scan as it is in the history; its rasters and picture are fetched on their own.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Scan {
    /// Number within this history.
    pub id: ScanId,
    /// 32 hexadecimal digits that stay the same across export and import.
    pub uid: String,
    /// Whose skin it is.
    pub subject: String,
    /// Where on the body.
    pub site: String,
    /// Which lesion at that site.
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
    /// Probabilities, each 0 to 1.
    pub probabilities: Vec<LabelProbability>,
    /// Labels of the prediction set.
    pub prediction_set: Vec<String>,
    /// Embedding.
    pub embedding: Option<Vec<f32>>,
    /// Region of the picture, as the host serialised it.
    pub roi: Value,
    /// Quality of the picture, as the host serialised it.
    pub quality: Value,
    /// Anything else the host put beside the scan.
    pub extra: Value,
    /// Hashes for a replay.
    pub receipt: Receipt,
}

/// The sealed part of a row of `scan`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    pub taken_at: i64,
    pub pack_id: String,
    pub pack_version: String,
    pub sdk_version: String,
    pub engine: String,
    #[serde(default)]
    pub roi: Value,
    #[serde(default)]
    pub quality: Value,
    #[serde(default)]
    pub extra: Value,
    #[serde(default)]
    pub receipt: Receipt,
}

/// The sealed part of a row of `finding`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Finding {
    pub probabilities: Vec<LabelProbability>,
    pub prediction_set: Vec<String>,
    /// Whether an embedding was stored beside it, so that one lost with a damaged page is noticed. Histories written
    /// before this was kept do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_embedding: Option<bool>,
}

/// First and last millisecond that a four-digit year can name.
const TIME: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

impl NewScan {
    /// Checks every range that the fields state.
    pub(crate) fn check(&self) -> Result<()> {
        check_name("subject", &self.subject)?;
        check_name("site", &self.site)?;
        if let Some(lesion) = &self.lesion {
            check_name("lesion", lesion)?;
        }
        if !TIME.contains(&self.taken_at) {
            return Err(bad("taken_at", "not within the years 1 to 9999"));
        }
        if self.probabilities.iter().any(|l| !(0.0..=1.0).contains(&l.p)) {
            return Err(bad("probabilities", "not within 0 to 1"));
        }
        if let Some(embedding) = &self.embedding {
            if embedding.is_empty() {
                return Err(bad("embedding", "empty"));
            }
            if embedding.iter().any(|v| !v.is_finite()) {
                return Err(bad("embedding", "not finite"));
            }
        }
        if let Some(raster) = &self.heatmap {
            raster.check("heatmap")?;
        }
        if let Some(raster) = &self.mask {
            raster.check("mask")?;
        }
        Ok(())
    }
}

impl Raster {
    fn check(&self, field: &'static str) -> Result<()> {
        let cells = u64::from(self.width) * u64::from(self.height);
        if cells.checked_mul(u64::from(self.channels)) != Some(self.bytes.len() as u64) {
            return Err(bad(field, "not width × height × channels bytes"));
        }
        Ok(())
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(12 + self.bytes.len());
        for size in [self.width, self.height, self.channels] {
            out.extend_from_slice(&size.to_le_bytes());
        }
        out.extend_from_slice(&self.bytes);
        out
    }

    pub(crate) fn from_bytes(stored: &[u8], kind: RasterKind) -> Result<Self> {
        let size = |at: usize| -> Option<u32> { Some(u32::from_le_bytes(stored.get(at..at + 4)?.try_into().ok()?)) };
        let raster = (|| {
            Some(Self {
                width: size(0)?,
                height: size(4)?,
                channels: size(8)?,
                bytes: stored.get(12..)?.to_vec(),
            })
        })();
        raster
            .filter(|r| r.check(kind.name()).is_ok())
            .ok_or_else(|| Error::corrupt(format!("a {} has the wrong length", kind.name())))
    }
}

pub(crate) fn embedding_to_bytes(embedding: &[f32]) -> Vec<u8> {
    embedding.iter().flat_map(|v| v.to_le_bytes()).collect()
}

pub(crate) fn embedding_from_bytes(stored: &[u8]) -> Result<Vec<f32>> {
    let (values, rest) = stored.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(Error::corrupt("an embedding has the wrong length"));
    }
    Ok(values.iter().map(|v| f32::from_le_bytes(*v)).collect())
}

pub(crate) fn check_name(field: &'static str, name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(bad(field, "empty: give it a name"));
    }
    if name.len() > MAX_NAME {
        return Err(bad(field, "longer than 256 bytes"));
    }
    Ok(())
}

pub(crate) fn bad(field: &'static str, detail: &str) -> Error {
    Error::BadValue {
        field,
        detail: detail.to_owned(),
    }
}
