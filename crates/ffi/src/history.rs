//! The history as a host sees it.

use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;

use serde::Deserialize;
use skinkit::store::{ExportOptions, ScanId};

use crate::options::key;
use crate::shape::carry;
use crate::slot::Slot;
use crate::{Change, Result, SkinKitError, StoredScan};

/// An encrypted history of scans. It opens without a model pack or a runtime.
///
/// Share one between threads: calls wait for each other only for the length of one statement. Calls block on the disk:
/// run them off the UI thread. The file is closed when the last reference is gone or [`History::shut`] was called, and
/// calls under way have ended.
#[derive(uniffi::Object)]
pub struct History(Slot<skinkit::History>);

/// What an erasure did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, uniffi::Record)]
pub struct Erased {
    /// Number of scans erased.
    pub scans: u64,
    /// False when another connection was reading at that moment, or the disk was full: what was erased then lies sealed
    /// in the log until a later erasure or the closing of the history empties it.
    pub log_emptied: bool,
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

    /// Sites of a person, in the order they were first recorded.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`.
    pub fn sites(&self, subject: String) -> Result<Vec<String>> {
        Ok(self.0.get()?.sites(&subject)?)
    }

    /// Scans of a site, oldest first.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`.
    pub fn scans(&self, subject: String, site: String) -> Result<Vec<StoredScan>> {
        carry(&self.0.get()?.scans(&subject, &site)?)
    }

    /// Compares the two latest scans of a site; none where there are fewer than two.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`.
    pub fn compare(&self, subject: String, site: String) -> Result<Option<Change>> {
        carry(&self.0.get()?.compare(&subject, &site)?)
    }

    /// Erases one scan for good.
    ///
    /// # Errors
    /// `NotFound`, `History`, `Busy`, `Closed`; nothing is erased then.
    pub fn erase_scan(&self, id: i64) -> Result<Erased> {
        erased(self.0.get()?.store().erase_scan(ScanId(id)))
    }

    /// Erases a site with all its scans; 0 scans where there is no such site.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`; nothing is erased then.
    pub fn erase_site(&self, subject: String, site: String) -> Result<Erased> {
        erased(self.0.get()?.store().erase_site(&subject, &site))
    }

    /// Erases a person: destroys the data key and all that it sealed.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`; nothing is erased then.
    pub fn erase_subject(&self, subject: String) -> Result<Erased> {
        erased(self.0.get()?.store().erase_subject(&subject))
    }

    /// Erases everything; an empty history remains that the same key opens.
    ///
    /// # Errors
    /// `History`, `Busy`, `Closed`; nothing is erased then.
    pub fn erase_everything(&self) -> Result<Erased> {
        erased(self.0.get()?.store().erase_everything())
    }

    /// Writes the history to a new JSON file, readable by anyone: what happens to it is the person's choice.
    /// `subject` limits it to one person; `pictures` takes the kept pictures along. Returns the number of scans.
    ///
    /// # Errors
    /// `InvalidArgument` where the file is there already or cannot be made, `History`, `Busy`, `Closed`.
    pub fn export_json(&self, path: String, subject: Option<String>, pictures: bool) -> Result<u64> {
        let history = self.0.get()?;
        let file = File::create_new(&path).map_err(|error| {
            SkinKitError::argument(format!(
                "the export cannot be written to {path} ({error}): name a new file in a folder that can be written"
            ))
        })?;
        let mut options = ExportOptions::new().pictures(pictures);
        if let Some(subject) = subject {
            options = options.subject(subject);
        }
        Ok(history.store().export_json(&options, BufWriter::new(file))?)
    }
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

fn erased(outcome: skinkit::store::Result<skinkit::store::Erased>) -> Result<Erased> {
    let erased = outcome?;
    Ok(Erased {
        scans: erased.scans,
        log_emptied: erased.log_emptied,
    })
}
