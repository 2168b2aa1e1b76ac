//! The history as a host sees it.

use std::path::Path;
use std::sync::Arc;

use skinkit::store::{Check, Erased, Imported, Restored, ScanId};
use skinkit::tracking::{Matching, Measure};
use skinkit::{
    Assigned, Change, Erase, ExportRequest, MatchRequest, MeasureTrend, Similar, SubjectSummary, SummaryRequest,
    ThumbnailView, TrendRequest, UnlikeRank,
};

use crate::json::json;
use crate::options::key;
use crate::slot::Slot;
use crate::{Result, StoredScan};

/// An encrypted history of scans. It opens without a model pack or a runtime.
///
/// Share one between threads: calls wait for each other only for the length of one statement. Calls block on the disk:
/// run them off the UI thread. The file is closed when the last reference is gone or [`History::shut`] was called, and
/// calls under way have ended.
#[derive(uniffi::Object)]
pub struct History(Slot<skinkit::History>);

/// A decision to which lesion a scan belongs.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Assignment {
    /// When it was decided: milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Lesion before.
    pub from: Option<String>,
    /// Lesion after.
    pub to: Option<String>,
    /// Why, as JSON: the matching's costs, or who said so.
    pub evidence_json: String,
}

#[uniffi::export]
impl History {
    /// Opens a history with its 32-byte key, or makes it if the file is not there.
    ///
    /// # Errors
    /// `WrongKey`, `History` (no history, newer, not writable), `InvalidArgument` for a key of another length. Nothing is
    /// changed then.
    #[uniffi::constructor]
    pub fn open(path: String, key_bytes: &[u8]) -> Result<Self> {
        Ok(Self::own(skinkit::History::open(path, &key(key_bytes)?)?))
    }

    /// Opens a history that has to be there already.
    ///
    /// # Errors
    /// As [`History::open`], and `History` for a missing file.
    #[uniffi::constructor]
    pub fn open_existing(path: String, key_bytes: &[u8]) -> Result<Self> {
        Ok(Self::own(skinkit::History::open_existing(path, &key(key_bytes)?)?))
    }

    /// Lets go of the file at once; later calls on this object end with `Closed`. Shutting twice is no error.
    pub fn shut(&self) {
        self.0.shut();
    }

    /// Everybody in the history, in the order they were first recorded.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`.
    pub fn subjects(&self) -> Result<Vec<String>> {
        Ok(self.0.get()?.subjects()?)
    }

    /// Sites of a person, in the order they were first recorded.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`.
    pub fn sites(&self, subject: String) -> Result<Vec<String>> {
        Ok(self.0.get()?.sites(&subject)?)
    }

    /// Names of the lesions told apart at a site, in the order they were first seen.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`.
    pub fn lesions(&self, subject: String, site: String) -> Result<Vec<String>> {
        Ok(self.0.get()?.lesions(&subject, &site)?)
    }

    /// Scans of a site, oldest first.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`.
    pub fn scans(&self, subject: String, site: String) -> Result<Vec<StoredScan>> {
        let history = self.0.get()?;
        let scans = history.scans(&subject, &site)?;
        Ok(scans.into_iter().map(StoredScan::of).collect())
    }

    /// One scan.
    ///
    /// # Errors
    /// `NotFound`, `History`, `Busy`, `Closed`.
    pub fn scan(&self, id: ScanId) -> Result<StoredScan> {
        let history = self.0.get()?;
        Ok(StoredScan::of(history.scan(id)?))
    }

    /// Compares the two latest visits of a site's lesion that was scanned last; none where there are fewer than two scans.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`.
    pub fn compare(&self, subject: String, site: String) -> Result<Option<Change>> {
        Ok(self.0.get()?.compare(&subject, &site)?)
    }

    /// Compares two scans, with the noise of the later one's person. Blocks for some tens of milliseconds, and as long
    /// again for each pair of repeat shots.
    ///
    /// # Errors
    /// `NotFound`, `History`, `Busy`, `Closed`.
    pub fn compare_scans(&self, before: ScanId, after: ScanId) -> Result<Change> {
        let history = self.0.get()?;
        Ok(history.compare_scans(&history.scan(before)?, &history.scan(after)?)?)
    }

    /// What a person's own repeat shots say about the noise of a comparison, as JSON.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`.
    pub fn noise_json(&self, subject: String) -> Result<String> {
        json(&self.0.get()?.noise_of(&subject)?)
    }

    /// Every measure of a lesion over time.
    ///
    /// # Errors
    /// `InvalidArgument` for days that make no sense; `History`, `Busy`, `Closed`.
    pub fn trends(&self, request: TrendRequest) -> Result<Vec<MeasureTrend>> {
        Ok(self.0.get()?.trends(&request)?)
    }

    /// One measure of a lesion over time; without points where it was never measured.
    ///
    /// # Errors
    /// As [`History::trends`].
    pub fn trend(&self, request: TrendRequest, measure: Measure) -> Result<MeasureTrend> {
        Ok(self.0.get()?.trend(&request, measure)?)
    }

    /// Counts, dates, due and missed visits of every lesion, and if asked for its latest verdict.
    ///
    /// # Errors
    /// `InvalidArgument` for days that make no sense; `History`, `Busy`, `Closed`.
    pub fn summary(&self, request: SummaryRequest) -> Result<Vec<SubjectSummary>> {
        Ok(self.0.get()?.summary(&request)?)
    }

    /// Says which of a site's known lesions each scan of a visit shows. In the result an `earlier` id is a lesion's name and
    /// a `later` id a scan's number. Nothing is changed: [`History::apply_matching`] does that.
    ///
    /// # Errors
    /// `InvalidArgument` for an override of what is not there, a `position_sd` that is no positive number, or a scan of
    /// another site; `History`, `Busy`, `Closed`.
    pub fn match_lesions(&self, request: MatchRequest) -> Result<Matching> {
        Ok(self.0.get()?.match_lesions(&request)?)
    }

    /// Puts scans to lesions as a matching says, and keeps why as evidence. `at` is when, in milliseconds since 1970-01-01
    /// UTC.
    ///
    /// # Errors
    /// `NotFound` or `InvalidArgument` for a matching of scans that are not there; `History`, `Busy`, `Closed`.
    pub fn apply_matching(&self, subject: String, site: String, matching: Matching, at: i64) -> Result<Vec<Assigned>> {
        Ok(self.0.get()?.apply_matching(&subject, &site, &matching, at)?)
    }

    /// Puts one scan to a lesion of its site by a person's word (none: to no lesion), and keeps the note as evidence.
    ///
    /// # Errors
    /// `NotFound`, `InvalidArgument` for a bad name; `History`, `Busy`, `Closed`.
    pub fn assign(&self, scan: ScanId, lesion: Option<String>, note: String, at: i64) -> Result<()> {
        Ok(self.0.get()?.assign(scan, lesion.as_deref(), &note, at)?)
    }

    /// Every assignment of a scan to a lesion after it was added, oldest first.
    ///
    /// # Errors
    /// `NotFound`, `History`, `Busy`, `Closed`.
    pub fn assignments(&self, scan: ScanId) -> Result<Vec<Assignment>> {
        let assignments = self.0.get()?.assignments(scan)?;
        assignments
            .into_iter()
            .map(|assignment| {
                Ok(Assignment {
                    at: assignment.at,
                    evidence_json: json(&assignment.evidence)?,
                    from: assignment.from,
                    to: assignment.to,
                })
            })
            .collect()
    }

    /// The `most` scans of anybody that look most like this one, itself left out, most alike first.
    ///
    /// # Errors
    /// `Unmeasurable` where the scan's pack makes no embedding; `NotFound`, `History`, `Busy`, `Closed`.
    pub fn nearest(&self, scan: ScanId, most: u32) -> Result<Vec<Similar>> {
        Ok(self.0.get()?.nearest(scan, most as usize)?)
    }

    /// Ranks a person's lesions by how little each is like that person's others, least alike first. A rank, not a verdict:
    /// in everyone some lesion comes first.
    ///
    /// # Errors
    /// `Unmeasurable` with fewer than three lesions; `History`, `Busy`, `Closed`.
    pub fn unlike_the_others(&self, subject: String) -> Result<Vec<UnlikeRank>> {
        Ok(self.0.get()?.unlike_the_others(&subject)?)
    }

    /// The analyzed region of a scan as a PNG, its longer side `side` pixels, 16 to 2048; none where what was asked for was
    /// not kept.
    ///
    /// # Errors
    /// `InvalidArgument` for another side; `NotFound`, `History`, `Busy`, `Closed`.
    pub fn thumbnail(&self, scan: ScanId, view: ThumbnailView, side: u32) -> Result<Option<Vec<u8>>> {
        Ok(self.0.get()?.thumbnail(scan, view, side)?)
    }

    /// Writes an export, **in clear**, into a file that only its owner can read and that appears under its name only when
    /// it is whole. A file of that name is replaced. Returns the number of scans.
    ///
    /// # Errors
    /// `InvalidArgument` for a file that cannot be written or must not be replaced, such as the history itself; `History`,
    /// `Busy`, `Closed`.
    pub fn export_file(&self, request: ExportRequest, path: String) -> Result<u64> {
        Ok(self.0.get()?.export_file(&request, Path::new(&path))?)
    }

    /// Adds the scans of a JSON export: all of them, or on an error none. Scans that are already there are left as they are.
    ///
    /// # Errors
    /// `InvalidArgument` for a file that cannot be read or is no export; `History`, `Busy`, `Closed`.
    pub fn import_file(&self, path: String) -> Result<Imported> {
        Ok(self.0.get()?.import_file(Path::new(&path))?)
    }

    /// Erases for good. What is not there erases nothing; a lesion, site or person without scans goes with the last one.
    ///
    /// # Errors
    /// `NotFound` for a scan that is not there; `History`, `Busy`, `Closed`; nothing is erased then.
    pub fn erase(&self, what: Erase) -> Result<Erased> {
        Ok(self.0.get()?.erase(&what)?)
    }

    /// Writes a backup, sealed with the present key, while the history is in use; gives its size in bytes. Whoever is
    /// erased later is still in it.
    ///
    /// # Errors
    /// `History` where the file is there already or cannot be written; `Busy`, `Closed`.
    pub fn backup(&self, path: String) -> Result<u64> {
        Ok(self.0.get()?.backup(Path::new(&path))?)
    }

    /// Reads everything and says what is damaged; changes nothing.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`: only what keeps the check from being made.
    pub fn check(&self) -> Result<Check> {
        Ok(self.0.get()?.check()?)
    }

    /// Changes the key: afterwards only the new one opens the history. Backups made before still need the old key.
    ///
    /// # Errors
    /// `InvalidArgument` for a key of another length than 32 bytes; `History`, `Busy`, `Closed`; the old key stays then.
    pub fn rotate_key(&self, new_key: &[u8]) -> Result<()> {
        Ok(self.0.get()?.rotate_key(&key(new_key)?)?)
    }
}

/// Puts a backup in place of the history at `path`, after checking it whole. What is there has to have the same key; a
/// damaged file is moved aside. Histories that are open go on with what was restored.
///
/// # Errors
/// `WrongKey`, `History`, `Busy`, `InvalidArgument` for a key of another length; nothing is replaced then.
#[uniffi::export]
pub fn restore_history(backup: String, path: String, key_bytes: &[u8]) -> Result<Restored> {
    let key = key(key_bytes)?;
    Ok(skinkit::History::restore(Path::new(&backup), Path::new(&path), &key)?)
}

impl History {
    fn own(history: skinkit::History) -> Self {
        Self::shared(Arc::new(history))
    }

    /// What it holds, until it is shut.
    pub(crate) fn held(&self) -> Result<Arc<skinkit::History>> {
        self.0.get()
    }

    pub(crate) fn shared(history: Arc<skinkit::History>) -> Self {
        Self(Slot::new("this history", history))
    }
}
