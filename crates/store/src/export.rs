//! Export: readable copies of the history, in clear.

mod csv;
mod fhir;
mod json;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Assignment, Error, LabelProbability, Receipt, Result, Scan, assign, read,
    scan::RasterKind,
    vault::{SubjectKeys, Vault},
};

/// Name and version of the JSON export's format.
pub(crate) const FORMAT: &str = "skinkit-history";
pub(crate) const VERSION: u64 = 1;

/// What to export.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    subject: Option<String>,
    pictures: bool,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            subject: None,
            pictures: true,
        }
    }
}

impl ExportOptions {
    /// Everything, with pictures where they were stored.
    pub fn new() -> Self {
        Self::default()
    }

    /// One subject only.
    #[must_use]
    pub fn subject(mut self, name: impl Into<String>) -> Self {
        self.subject = Some(name.into());
        self
    }

    /// With or without the pictures.
    #[must_use]
    pub fn pictures(mut self, with: bool) -> Self {
        self.pictures = with;
        self
    }
}

/// A scan as it is in a JSON export, one object of `scans`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Item {
    pub uid: String,
    pub subject: String,
    pub site: String,
    pub lesion: Option<String>,
    pub taken_at: i64,
    pub pack_id: String,
    pub pack_version: String,
    pub sdk_version: String,
    pub engine: String,
    pub probabilities: Vec<LabelProbability>,
    pub prediction_set: Vec<String>,
    #[serde(default)]
    pub embedding: Option<Vec<f32>>,
    #[serde(default)]
    pub heatmap: Option<RasterText>,
    #[serde(default)]
    pub mask: Option<RasterText>,
    #[serde(default)]
    pub roi: Value,
    #[serde(default)]
    pub quality: Value,
    #[serde(default)]
    pub extra: Value,
    #[serde(default)]
    pub receipt: Receipt,
    #[serde(default)]
    pub assignments: Vec<Assignment>,
    /// Base64.
    #[serde(default)]
    pub picture: Option<String>,
}

/// A raster with its bytes in Base64.
#[derive(Serialize, Deserialize)]
pub(crate) struct RasterText {
    pub width: u32,
    pub height: u32,
    pub channels: u32,
    pub data: String,
}

/// A scan on its way out, with access to what is stored beside it.
struct Outgoing<'a> {
    scan: Scan,
    db: &'a Connection,
    keys: &'a SubjectKeys,
    pictures: bool,
}

impl Outgoing<'_> {
    fn picture(&self) -> Result<Option<Vec<u8>>> {
        if self.pictures {
            read::picture(self.db, self.keys, self.scan.id.0)
        } else {
            Ok(None)
        }
    }

    fn raster(&self, kind: RasterKind) -> Result<Option<crate::Raster>> {
        read::raster(self.db, self.keys, self.scan.id.0, kind)
    }

    fn assignments(&self) -> Result<Vec<Assignment>> {
        assign::list(self.db, self.keys, self.scan.id)
    }
}

/// Hands every scan that is asked for to `work`: by subject, site and time.
fn each_scan(
    db: &Connection,
    vault: &Vault,
    options: &ExportOptions,
    mut work: impl FnMut(Outgoing<'_>) -> Result<()>,
) -> Result<u64> {
    let mut scans = 0;
    let subjects = match &options.subject {
        Some(name) => vault.find_subject(db, name)?.map(|keys| keys.id).into_iter().collect(),
        None => read::subject_rows(db)?,
    };
    for id in subjects {
        let keys = vault.subject(db, id)?;
        let subject = read::subject_name(db, &keys)?;
        for (site, _) in read::names(db, &keys, "site", read::SITES_OF, id)? {
            read::each(db, read::SCANS_OF_SITE, site, |sealed| {
                scans += 1;
                work(Outgoing {
                    scan: sealed.open(&keys, &subject)?,
                    db,
                    keys: &keys,
                    pictures: options.pictures,
                })
            })?;
        }
    }
    Ok(scans)
}

/// RFC 3339 in UTC, with milliseconds where there are any.
fn timestamp(milliseconds: i64) -> Result<String> {
    jiff::Timestamp::from_millisecond(milliseconds)
        .map(|time| time.to_string())
        .map_err(|_| Error::corrupt("a time is out of range"))
}

fn write_error(error: &std::io::Error) -> Error {
    Error::Io {
        path: "export".into(),
        detail: error.to_string(),
    }
}

fn json_error(error: serde_json::Error) -> Error {
    write_error(&error.into())
}
