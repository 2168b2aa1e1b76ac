//! Taking a history along, keeping it safe, and erasing from it.

use std::fs;
use std::io::{BufReader, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use skinkit_store::{Check, Erased, Imported, Key, Restored, ScanId, Store};

use crate::history::History;
use crate::{Error, OutputFile, Result, StoredScan, export};

/// Lines of a check at most, as the store's own.
const MOST_PROBLEMS: usize = 100;

/// Form of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum ExportFormat {
    /// Everything; the form that [`History::import`] reads.
    #[default]
    Json,
    /// A line a scan, for spreadsheets; no pictures, maps or embeddings.
    Csv,
    /// A FHIR R4 Bundle, every observation with status *preliminary*.
    Fhir,
}

/// What to export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ExportRequest {
    /// In which form.
    pub format: ExportFormat,
    /// One person only; everybody if not given.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub subject: Option<String>,
    /// Whether kept pictures go along.
    #[cfg_attr(feature = "uniffi", uniffi(default = true))]
    pub pictures: bool,
}

impl ExportRequest {
    /// Everybody, with the pictures that were kept.
    pub fn new(format: ExportFormat) -> Self {
        Self {
            format,
            subject: None,
            pictures: true,
        }
    }
}

/// What to erase, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Erase {
    /// One scan.
    Scan {
        /// Its number.
        scan: ScanId,
    },
    /// One lesion with its scans.
    Lesion {
        /// Whose skin.
        subject: String,
        /// Where on the body.
        site: String,
        /// Which lesion there.
        lesion: String,
    },
    /// One site with its lesions and scans.
    Site {
        /// Whose skin.
        subject: String,
        /// Where on the body.
        site: String,
    },
    /// One person: their data key is destroyed.
    Subject {
        /// Whose skin.
        subject: String,
    },
    /// Everybody; an empty history remains.
    Everything,
}

impl History {
    /// Writes an export, **in clear**; gives the number of scans. What is written is one consistent snapshot.
    ///
    /// # Errors
    /// A writer that fails; a scan that cannot be read back; what the store says.
    pub fn export(&self, request: &ExportRequest, out: impl Write) -> Result<u64> {
        match request.format {
            ExportFormat::Json => export::json::write(self, request, out),
            ExportFormat::Csv => export::csv::write(self, request, out),
            ExportFormat::Fhir => export::fhir::write(self, request, out),
        }
    }

    /// Writes an export, **in clear**, as an [`OutputFile`] is written: readable by its owner alone, whole or not at all.
    /// A file of that name is replaced. Gives the number of scans.
    ///
    /// # Errors
    /// As [`OutputFile`]; what the store says.
    pub fn export_file(&self, request: &ExportRequest, to: &Path) -> Result<u64> {
        OutputFile::new(to, &[self.path()])?.write(|out| self.export(request, out))
    }

    /// Adds the scans of a [JSON export](ExportFormat::Json), of this version or of SkinKit 0.1.0: all of them, or on an
    /// error none. Scans that are already there are left as they are. What is taken, every call on the history can read.
    ///
    /// # Errors
    /// [`Error::Import`] for text that is no export, and for a scan that this version cannot read, which is named; what the
    /// store says.
    pub fn import(&self, from: impl Read) -> Result<Imported> {
        export::import::read(self, from)
    }

    /// [`History::import`] from a file.
    ///
    /// # Errors
    /// [`Error::File`] for a file that cannot be read; as [`History::import`].
    pub fn import_file(&self, from: &Path) -> Result<Imported> {
        let file = fs::File::open(from).map_err(|source| Error::File {
            what: "read",
            path: from.to_owned(),
            source,
        })?;
        self.import(BufReader::new(file))
    }

    /// Erases for good. A lesion, site or person without scans goes with the last one.
    ///
    /// # Errors
    /// [`Error::NothingToErase`] where there is no such lesion, site or person; no scan of this number; what the store says.
    /// Nothing is erased then.
    pub fn erase(&self, what: &Erase) -> Result<Erased> {
        let store = self.store();
        let (erased, what) = match what {
            Erase::Scan { scan } => (store.erase_scan(*scan)?, "scan"),
            Erase::Lesion { subject, site, lesion } => (store.erase_lesion(subject, site, lesion)?, "lesion"),
            Erase::Site { subject, site } => (store.erase_site(subject, site)?, "site"),
            Erase::Subject { subject } => (store.erase_subject(subject)?, "subject"),
            // An empty history is what was asked for.
            Erase::Everything => return Ok(store.erase_everything()?),
        };
        if erased.scans == 0 {
            return Err(Error::NothingToErase { what });
        }
        Ok(erased)
    }

    /// Writes a backup, sealed with the present key, while the history is in use; gives its size in bytes. Whoever is
    /// erased later is still in it.
    ///
    /// # Errors
    /// A file of that name, a folder that cannot be written, a full disk.
    pub fn backup(&self, to: &Path) -> Result<u64> {
        Ok(self.store().backup(to)?)
    }

    /// Puts a backup in place of the history at `to`, after checking it whole. What is there has to have the same key;
    /// a damaged file is moved aside. Histories that are open go on with what was restored.
    ///
    /// # Errors
    /// What the store says, of the backup or of `to`; nothing is replaced then.
    pub fn restore(backup: &Path, to: &Path, key: &Key) -> Result<Restored> {
        Ok(Store::restore(backup, to, key)?)
    }

    /// Reads everything and says what is damaged or cannot be read by this version; changes nothing.
    ///
    /// # Errors
    /// Only what keeps the check from being made.
    pub fn check(&self) -> Result<Check> {
        let mut check = self.store().check()?;
        if check.is_ok() {
            self.store().walk(None, |visited| {
                if let Err(error) = StoredScan::read(visited.scan().clone(), self.path()) {
                    check.problems.push(error.to_string());
                }
                Ok::<_, Error>(())
            })?;
            check.problems.truncate(MOST_PROBLEMS);
        }
        Ok(check)
    }

    /// Changes the host's key: afterwards only the new one opens the history. Costs a few writes a person, whatever
    /// the number of scans. Backups made before still need the old key.
    ///
    /// # Errors
    /// What the store says; the old key stays then.
    pub fn rotate_key(&self, new: &Key) -> Result<()> {
        Ok(self.store().rotate_key(new)?)
    }
}
