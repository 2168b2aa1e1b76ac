//! The history: what was recorded, and how two scans compare.

pub(crate) mod keep;
pub(crate) mod lesions;
pub(crate) mod noise;
pub(crate) mod similar;
pub(crate) mod summary;
pub(crate) mod thumbnail;
pub(crate) mod trend;

use std::path::{Path, PathBuf};

use skinkit_store::{Key, NewScan, RasterKind, ScanId, Store};
use skinkit_tracking::{Change, Observation, same_visit};

use crate::history::noise::Repeats;
use crate::{Error, Result, StoredScan, record};

/// An encrypted history of scans. It opens without a model pack or a runtime.
///
/// `History` is `Send + Sync`; calls from several threads wait for each other only for the length of one statement.
/// Where a site has several lesions, each is followed by itself; scans that were put to no lesion belong together.
/// Scans at most an hour apart are shots of one visit.
pub struct History {
    store: Store,
    path: PathBuf,
}

/// Two scans of one lesion from two visits.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The earlier scan.
    pub before: StoredScan,
    /// The later scan.
    pub after: StoredScan,
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

    /// Opens a history that has to be there already, for reading only: works on a read-only folder or medium.
    ///
    /// # Errors
    /// As [`History::open_existing`]; every change is the store's `ReadOnly`, and so is opening where reading needs a write
    /// first: an older schema, or a log left by a crash.
    pub fn open_read_only(path: impl Into<PathBuf>, key: &Key) -> Result<Self> {
        let path = path.into();
        Ok(Self {
            store: Store::open_read_only(&path, key)?,
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

    /// The store beneath, for what the facade has no verb for.
    pub fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn add(&self, scan: &NewScan) -> Result<ScanId> {
        Ok(self.store.add(scan)?)
    }

    /// Everybody in the history, in the order they were first recorded.
    ///
    /// # Errors
    /// What the store says.
    pub fn subjects(&self) -> Result<Vec<String>> {
        Ok(self.store.subjects()?)
    }

    /// Nothing, if the person is in the history or nobody is yet.
    ///
    /// # Errors
    /// [`Error::UnknownSubject`](crate::Error::UnknownSubject) for somebody else; what the store says.
    pub fn check_subject(&self, subject: &str) -> Result<()> {
        if self.store.site_names(subject)?.is_empty() && !self.store.subjects()?.is_empty() {
            return Err(Error::UnknownSubject {
                subject: subject.to_owned(),
            });
        }
        Ok(())
    }

    /// Sites of a person, in the order they were first recorded.
    ///
    /// # Errors
    /// What the store says.
    pub fn sites(&self, subject: &str) -> Result<Vec<String>> {
        Ok(self.store.site_names(subject)?)
    }

    /// Scans of a site, oldest first.
    ///
    /// # Errors
    /// What the store says; [`Error::Stored`](crate::Error::Stored) where a newer version wrote what this one cannot read.
    pub fn scans(&self, subject: &str, site: &str) -> Result<Vec<StoredScan>> {
        self.read_all(self.store.scans(subject, site)?)
    }

    /// One scan.
    ///
    /// # Errors
    /// What the store says; there may be no scan of this number (any more); as [`History::scans`].
    pub fn scan(&self, id: ScanId) -> Result<StoredScan> {
        StoredScan::read(self.store.scan(id)?, &self.path)
    }

    fn read_all(&self, scans: Vec<skinkit_store::Scan>) -> Result<Vec<StoredScan>> {
        scans
            .into_iter()
            .map(|scan| StoredScan::read(scan, &self.path))
            .collect()
    }

    /// The two scans that tell what changed last: of the lesion that was scanned last (or of `lesion`), the last visit's
    /// scan and the one of the visit before; `None` where there are fewer than two scans. Of several shots of a visit
    /// the last that is good enough counts. While there is one visit only, its two last shots are given.
    ///
    /// # Errors
    /// What the store says.
    pub fn latest_pair(&self, subject: &str, site: &str, lesion: Option<&str>) -> Result<Option<Pair>> {
        let scans = match lesion {
            Some(lesion) => self.read_all(self.store.lesion_scans(subject, site, lesion)?)?,
            None => {
                let mut scans = self.scans(subject, site)?;
                let followed = scans.last().and_then(|scan| scan.lesion.clone());
                scans.retain(|scan| scan.lesion == followed);
                scans
            }
        };
        Ok(Pair::latest(&scans))
    }

    /// Compares the [latest pair](History::latest_pair) of a site; `None` where there is none.
    ///
    /// # Errors
    /// What the store says, or a scan that cannot be read back.
    pub fn compare(&self, subject: &str, site: &str) -> Result<Option<Change>> {
        self.latest_pair(subject, site, None)?
            .map(|pair| self.compare_scans(&pair.before, &pair.after))
            .transpose()
    }

    /// Compares two scans, with the noise that [`History::noise_of`] gives for the later one's person. Blocks for some
    /// tens of milliseconds, and as long again for each pair of repeat shots (at most eight).
    ///
    /// # Errors
    /// A scan that cannot be read back.
    pub fn compare_scans(&self, before: &StoredScan, after: &StoredScan) -> Result<Change> {
        let repeats = self.repeats(&after.subject)?;
        self.compare_with(before, after, &repeats)
    }

    /// Compares two scans; the noise of the later one's pack is refined with those of `repeats` that are not this pair.
    pub(crate) fn compare_with(&self, before: &StoredScan, after: &StoredScan, repeats: &Repeats) -> Result<Change> {
        let repeats = repeats.about(Some((before.id, after.id)));
        let mut noise = after.noise(&self.path)?;
        let (before, after) = (self.observation(before)?, self.observation(after)?);
        if !repeats.is_empty() {
            noise.measures = noise.measures.after_repeats(&repeats);
        }
        Ok(skinkit_tracking::compare(&before, &after, &noise))
    }

    pub(crate) fn observation(&self, scan: &StoredScan) -> Result<Observation> {
        let mask = self.store.raster(scan.id, RasterKind::Mask)?;
        record::observation(scan, mask, self.picture(scan.id)?)
    }

    /// The analysed region of a scan as a JPEG or PNG file, where it was kept.
    ///
    /// # Errors
    /// What the store says; there may be no scan of this number (any more).
    pub fn picture(&self, id: ScanId) -> Result<Option<Vec<u8>>> {
        // SkinKit 0.1.0 took empty pictures in from an import.
        Ok(self.store.picture(id)?.filter(|picture| !picture.is_empty()))
    }
}

impl Pair {
    /// The latest pair among scans of one lesion, which are in order of time: as [`History::latest_pair`].
    pub fn latest(scans: &[StoredScan]) -> Option<Self> {
        let mut visits = scans.chunk_by(|a, b| same_visit(a.taken_at, b.taken_at)).rev();
        let last = visits.next()?;
        let (before, after) = match (visits.next(), last) {
            (Some(earlier), _) => (best(earlier)?, best(last)?),
            (None, [.., before, after]) => (before, after),
            _ => return None,
        };
        Some(Self {
            before: before.clone(),
            after: after.clone(),
        })
    }
}

/// The last scan of a visit that is good enough to compare, or else the last.
fn best(visit: &[StoredScan]) -> Option<&StoredScan> {
    visit.iter().rev().find(|scan| scan.accepted()).or_else(|| visit.last())
}
