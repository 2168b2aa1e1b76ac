//! What a scan is kept as.

use crate::{AnalyzeOptions, Region};

/// What to scan, and under which name to keep it.
#[derive(Clone, Debug)]
pub struct ScanRequest {
    /// Whose skin: `me` unless said otherwise.
    pub subject: String,
    /// Where on the body, in the user's words.
    pub site: String,
    /// Which lesion there, where the host tells them apart.
    pub lesion: Option<String>,
    /// Where on the site, in any unit that all its scans share (millimeters, or 0 to 1 of the region): with several
    /// lesions it tells which is which.
    pub position: Option<[f32; 2]>,
    /// How the picture is analyzed.
    pub options: AnalyzeOptions,
    /// When the picture was taken, in milliseconds since 1970-01-01T00:00Z; now if not given.
    pub taken_at: Option<i64>,
    /// SHA-256 of the picture's file in hex, for the receipt; the analyzed pixels are always in it.
    pub picture_sha256: Option<String>,
}

impl ScanRequest {
    /// A close-up of one spot, taken now, of the one person who uses the app.
    pub fn new(site: impl Into<String>) -> Self {
        Self {
            subject: "me".to_owned(),
            site: site.into(),
            lesion: None,
            position: None,
            options: AnalyzeOptions::default(),
            taken_at: None,
            picture_sha256: None,
        }
    }

    /// The same request for another part of the picture.
    #[must_use]
    pub fn region(mut self, region: Region) -> Self {
        self.options.region = region;
        self
    }

    /// The same request, analyzed by these options.
    #[must_use]
    pub fn options(mut self, options: AnalyzeOptions) -> Self {
        self.options = options;
        self
    }
}
