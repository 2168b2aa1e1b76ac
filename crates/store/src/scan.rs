//! What a scan is: plain data, no models and no pixels beyond what the host chose to keep.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Name, Result};

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

/// What the host keeps of a scan beside the store's own fields: bytes that the store seals and never looks into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payload {
    /// Form of the bytes, of the host's own counting; 0 is taken, see [`Payload::OF_FIRST_SCHEMAS`].
    pub version: u32,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Payload {
    /// Version of the payloads of histories whose schema is 1 or 2. The store had these fields as its own then; it gives
    /// them as one JSON object: `sdk_version`, `engine`, `roi`, `quality`, `extra`, `receipt`, `probabilities` and
    /// `prediction_set`.
    pub const OF_FIRST_SCHEMAS: u32 = 0;
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
    /// Whose skin it is: a name or number of the host's choosing, 1 to [`MAX_NAME`](crate::MAX_NAME) bytes.
    pub subject: String,
    /// Where on the body, 1 to [`MAX_NAME`](crate::MAX_NAME) bytes.
    pub site: String,
    /// Which lesion at that site, 1 to [`MAX_NAME`](crate::MAX_NAME) bytes, where the host tells them apart.
    pub lesion: Option<String>,
    /// When the picture was taken: milliseconds since 1970-01-01 UTC, within the years 1 to 9999.
    pub taken_at: i64,
    /// Model pack that made the result.
    pub pack_id: String,
    /// Its version.
    pub pack_version: String,
    /// Embedding, finite values; one length for all scans of a pack and version.
    pub embedding: Option<Vec<f32>>,
    /// Heatmap.
    pub heatmap: Option<Raster>,
    /// Mask of the lesion.
    pub mask: Option<Raster>,
    /// The picture's file. Kept only if the host puts it here.
    pub picture: Option<Vec<u8>>,
    /// Everything else that the host keeps of it.
    pub payload: Payload,
}

/// A scan as it is in the history; its rasters and picture are fetched on their own.
#[derive(Debug, Clone, PartialEq)]
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
    /// Embedding.
    pub embedding: Option<Vec<f32>>,
    /// Everything else that the host keeps of it.
    pub payload: Payload,
}

/// The sealed part of a row of `scan`: what the store itself reads.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    pub taken_at: i64,
    pub pack_id: String,
    pub pack_version: String,
    /// Whether an embedding was stored beside it, so that one lost with a damaged page is noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_embedding: Option<bool>,
    /// Version of the payload; none where a first schema wrote the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<u32>,
}

/// The sealed parts of a row as the schemas 1 and 2 wrote it, beyond [`Record`]: from `scan.record` and `payload.value`.
/// Serialised, it is the payload of [`Payload::OF_FIRST_SCHEMAS`].
#[derive(Deserialize, Serialize)]
pub(crate) struct FirstRecord {
    sdk_version: String,
    engine: String,
    #[serde(default)]
    roi: Value,
    #[serde(default)]
    quality: Value,
    #[serde(default)]
    extra: Value,
    #[serde(default)]
    receipt: Value,
    #[serde(skip_deserializing)]
    probabilities: Value,
    #[serde(skip_deserializing)]
    prediction_set: Value,
}

/// See [`FirstRecord`].
#[derive(Deserialize)]
pub(crate) struct FirstFinding {
    probabilities: Value,
    prediction_set: Value,
    /// Histories written before this was kept do not say.
    #[serde(default)]
    pub has_embedding: Option<bool>,
}

impl FirstRecord {
    pub fn with(mut self, finding: FirstFinding) -> Self {
        self.probabilities = finding.probabilities;
        self.prediction_set = finding.prediction_set;
        self
    }
}

/// First and last millisecond that a four-digit year can name.
const TIME: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

impl NewScan {
    /// Checks every range that the fields state.
    pub(crate) fn check(&self) -> Result<()> {
        Name::new("subject", &self.subject)?;
        Name::new("site", &self.site)?;
        if let Some(lesion) = &self.lesion {
            Name::new("lesion", lesion)?;
        }
        if !TIME.contains(&self.taken_at) {
            return Err(bad("taken_at", "not within the years 1 to 9999"));
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
        if self.picture.as_ref().is_some_and(Vec::is_empty) {
            return Err(bad("picture", "empty"));
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

pub(crate) fn bad(field: &'static str, detail: &str) -> Error {
    Error::BadValue {
        field,
        detail: detail.to_owned(),
    }
}
