//! The object that a host holds.

use std::path::Path;
use std::sync::Arc;

use skinkit::inference::{EngineInfo, Label, License, Manifest};
use skinkit::store::ScanId;
use skinkit::{Change, Limits, Region, Replay};
use zeroize::Zeroize;

use crate::json::json;
use crate::slot::Slot;
use crate::{Analysis, AnalyzeOptions, Cancel, History, Options, Photo, Result, Scan, ScanRequest};

/// One model pack, one engine, and at most one history.
///
/// Share one between threads: calls do not wait for each other's model runs. Calls block (an analysis takes 10 to 100 ms):
/// run them off the UI thread, and stop them with a [`Cancel`]. Memory is freed when the last reference is gone or
/// [`SkinKit::shut`] was called, and calls under way have ended.
#[derive(uniffi::Object)]
pub struct SkinKit(Slot<skinkit::SkinKit>);

/// What a model pack says about itself. The whole manifest is in [`SkinKit::pack_json`].
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Pack {
    /// Short name. With `version` it names the space its embeddings live in.
    pub id: String,
    /// Its version.
    pub version: String,
    /// One line for people.
    pub title: String,
    /// Under which conditions it may be used.
    pub license: License,
    /// What it is for.
    pub intended_use: String,
    /// What it cannot do.
    pub limitations: String,
    /// The classes, in the order of the probabilities.
    pub labels: Vec<Label>,
}

impl From<&Manifest> for Pack {
    fn from(pack: &Manifest) -> Self {
        Self {
            id: pack.id.clone(),
            version: pack.version.clone(),
            title: pack.title.clone(),
            license: pack.license.clone(),
            intended_use: pack.intended_use.clone(),
            limitations: pack.limitations.clone(),
            labels: pack.labels.clone(),
        }
    }
}

#[uniffi::export]
impl SkinKit {
    /// Checks the pack, finds an engine, warms the lesion model up, and opens the history if one is configured.
    ///
    /// # Errors
    /// `Pack`, `Runtime`, `WrongKey`, `History`, `InvalidArgument`; nothing is left half open.
    #[uniffi::constructor]
    pub fn open(mut options: Options) -> Result<Self> {
        let config = options.config();
        options.key.zeroize();
        let kit = skinkit::SkinKit::open(config?)?;
        Ok(Self(Slot::new("this SkinKit", Arc::new(kit))))
    }

    /// Frees models and history at once, or when the calls under way have ended; later calls on this object end with
    /// `Closed`. Shutting twice is no error.
    pub fn shut(&self) {
        self.0.shut();
    }

    /// Which engine runs the networks, and why not the other one.
    ///
    /// # Errors
    /// `Closed`.
    pub fn engine(&self) -> Result<EngineInfo> {
        Ok(self.0.get()?.engine().clone())
    }

    /// Labels, licence and intended use of the pack.
    ///
    /// # Errors
    /// `Closed`.
    pub fn pack(&self) -> Result<Pack> {
        Ok(self.0.get()?.pack().into())
    }

    /// The pack's whole manifest as JSON: also calibration, training data and measured figures.
    ///
    /// # Errors
    /// `Closed`.
    pub fn pack_json(&self) -> Result<String> {
        json(self.0.get()?.pack())
    }

    /// Reads and decodes a JPEG or PNG file with no more pixels than analyzing or scanning this region of it needs: a large
    /// JPEG of which a close-up fills the middle at half, a quarter or an eighth of its sides, in half the time and a small
    /// part of the memory. Its width, its height, regions and results are in the file's pixels all the same. Use it for
    /// this region alone: where it came out smaller, anything else is `InvalidArgument`. For that there is [`Photo::open`].
    /// Blocks.
    ///
    /// # Errors
    /// As [`Photo::open`]; `Closed`.
    pub fn open_photo(&self, path: String, region: Region) -> Result<Photo> {
        let kit = self.held()?;
        Ok(kit.open_photo(Path::new(&path), &Limits::default(), region)?.into())
    }

    /// [`SkinKit::open_photo`] for a file in memory; the bytes are borrowed for the call only. Blocks.
    ///
    /// # Errors
    /// As [`SkinKit::open_photo`].
    pub fn decode_photo(&self, bytes: &[u8], region: Region) -> Result<Photo> {
        let kit = self.held()?;
        Ok(kit.decode_photo(bytes, &Limits::default(), region)?.into())
    }

    /// Judges, classifies and measures one picture; nothing is kept. Blocks.
    ///
    /// # Errors
    /// `Region` where it shows no face, or too small, cut off or outside; `InvalidArgument` for a photo that was opened for
    /// another region; `Runtime`; `Cancelled`; `Closed`.
    pub fn analyze(&self, photo: &Photo, options: AnalyzeOptions, cancel: Option<Arc<Cancel>>) -> Result<Analysis> {
        let options = options.facade(cancel.as_deref());
        Ok(self.0.get()?.analyze(photo.picture()?, &options)?.into())
    }

    /// Analyses one picture and adds it to the history; returns when it is safely on the disk. Blocks.
    ///
    /// # Errors
    /// As [`SkinKit::analyze`], and `NoHistory`, `History`, `Busy`; then nothing was added.
    pub fn scan(&self, photo: &Photo, request: ScanRequest, cancel: Option<Arc<Cancel>>) -> Result<Scan> {
        let request = request.facade(cancel.as_deref());
        Ok(self.0.get()?.scan(photo.picture()?, &request)?.into())
    }

    /// Runs a scan's picture again, by the scan's own region and scale, and compares every number with what was recorded;
    /// nothing is added. A file in memory has to be opened as it was then: [`SkinKit::reopen_photo`]. Blocks.
    ///
    /// # Errors
    /// As [`SkinKit::analyze`]; `NotFound`, `NoHistory`, `History`.
    pub fn replay(&self, scan: ScanId, photo: &Photo, picture_sha256: Option<String>) -> Result<Replay> {
        let kit = self.0.get()?;
        Ok(kit.replay(scan, photo.picture()?, picture_sha256.as_deref())?)
    }

    /// Opens the photo of a scan as it was opened then, for the scan's region or whole, to replay it. Blocks.
    ///
    /// # Errors
    /// As [`Photo::open`]; `NotFound`, `NoHistory`, `History`, `Closed`.
    pub fn reopen_photo(&self, scan: ScanId, path: String) -> Result<Photo> {
        let kit = self.0.get()?;
        Ok(kit.reopen_photo(scan, Path::new(&path), &Limits::default())?.into())
    }

    /// Compares the two latest scans of a site; none where there are fewer than two.
    ///
    /// # Errors
    /// `NoHistory`, `History`, `Busy`, `Closed`.
    pub fn compare(&self, subject: String, site: String) -> Result<Option<Change>> {
        Ok(self.0.get()?.compare(&subject, &site)?)
    }

    /// The history that SkinKit was opened with; it may outlive this object.
    ///
    /// # Errors
    /// `NoHistory`, `Closed`.
    pub fn history(&self) -> Result<History> {
        Ok(History::shared(self.0.get()?.share_history()?))
    }
}

impl SkinKit {
    /// What it holds, until it is shut.
    pub(crate) fn held(&self) -> Result<Arc<skinkit::SkinKit>> {
        self.0.get()
    }
}
