//! The history: what was recorded, and how two scans compare.

use std::path::{Path, PathBuf};

use skinkit_store::{Key, NewScan, RasterKind, Scan, ScanId, Store};
use skinkit_tracking::{Change, NoiseModel, Observation};

use crate::{Result, record};

/// An encrypted history of scans. It opens without a model pack or a runtime.
///
/// `History` is `Send + Sync`; calls from several threads wait for each other only for the length of one statement.
pub struct History {
    store: Store,
    path: PathBuf,
}

impl History {
    /// Opens a history, or makes it if the file is not there.
    ///
    /// # Errors
    /// A wrong key, a file that is no history, a newer schema, a folder that cannot be written; nothing is changed then.
    pub fn open(path: impl Into<PathBuf>, key: &Key) -> Result<Self> {
        let path = path.into();
        Ok(Self {
            store: Store::open(&path, key)?,
            path,
        })
    }

    /// Opens a history that has to be there already.
    ///
    /// # Errors
    /// As [`History::open`], and a missing file.
    pub fn open_existing(path: impl Into<PathBuf>, key: &Key) -> Result<Self> {
        let path = path.into();
        Ok(Self {
            store: Store::open_existing(&path, key)?,
            path,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The store beneath, for what the facade has no verb for: erase, back up, export, check.
    pub fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn add(&self, scan: &NewScan) -> Result<ScanId> {
        Ok(self.store.add(scan)?)
    }

    /// Sites of a person, in the order they were first recorded.
    ///
    /// # Errors
    /// What the store says.
    pub fn sites(&self, subject: &str) -> Result<Vec<String>> {
        Ok(self
            .store
            .sites()?
            .into_iter()
            .filter(|site| site.subject == subject)
            .map(|site| site.site)
            .collect())
    }

    /// Scans of a site, oldest first.
    ///
    /// # Errors
    /// What the store says.
    pub fn scans(&self, subject: &str, site: &str) -> Result<Vec<Scan>> {
        Ok(self.store.scans(subject, site)?)
    }

    /// Compares the two latest scans of a site; `None` where there are fewer than two.
    ///
    /// # Errors
    /// What the store says, or a scan that cannot be read back.
    pub fn compare(&self, subject: &str, site: &str) -> Result<Option<Change>> {
        let scans = self.scans(subject, site)?;
        let [.., before, after] = &scans[..] else {
            return Ok(None);
        };
        self.compare_scans(before, after).map(Some)
    }

    /// Compares two scans with the noise model of the later one's pack.
    ///
    /// # Errors
    /// A scan that cannot be read back.
    pub fn compare_scans(&self, before: &Scan, after: &Scan) -> Result<Change> {
        let (before, _) = self.observation(before)?;
        let (after, noise) = self.observation(after)?;
        Ok(skinkit_tracking::compare(&before, &after, &noise.unwrap_or_default()))
    }

    fn observation(&self, scan: &Scan) -> Result<(Observation, Option<NoiseModel>)> {
        let mask = self.store.raster(scan.id, RasterKind::Mask)?;
        let picture = self.store.picture(scan.id)?;
        record::observation(scan, mask, picture, &self.path)
    }
}
