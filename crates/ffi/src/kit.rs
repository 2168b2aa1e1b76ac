//! The object that a host holds.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use skinkit::{AnalyzeOptions, Limits};

use crate::shape::{carry, json};
use crate::slot::Slot;
use crate::{Analysis, Cancel, Change, EngineInfo, History, Options, Photo, Region, Result, Scan, ScanRequest};

/// One model pack, one engine, and at most one history.
///
/// Share one between threads: calls do not wait for each other's model runs. Calls block (an analysis takes 10 to 100 ms):
/// run them off the UI thread, and stop them with a [`Cancel`]. Memory is freed when the last reference is gone or
/// [`SkinKit::shut`] was called, and calls under way have ended.
#[derive(uniffi::Object)]
pub struct SkinKit(Slot<skinkit::SkinKit>);

/// What a model pack says about itself. The whole manifest is in [`SkinKit::pack_json`].
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Pack {
    /// Short name. With `version` it names the space its embeddings live in.
    pub id: String,
    /// Its version.
    pub version: String,
    /// One line for people.
    pub title: String,
    /// Under which conditions it may be used.
    pub license: PackLicense,
    /// What it is for.
    pub intended_use: String,
    /// What it cannot do.
    pub limitations: String,
    /// The classes, in the order of the probabilities.
    pub labels: Vec<PackLabel>,
}

/// Licence of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, uniffi::Record)]
pub struct PackLicense {
    /// SPDX identifier, or a name.
    pub id: String,
    /// Whether the licence allows commercial use.
    pub commercial_use: bool,
    /// Whom to name.
    pub attribution: String,
}

/// One class of a pack.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct PackLabel {
    /// Short name, unique in the pack.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// SNOMED CT concept, where there is one.
    pub snomed_ct: Option<String>,
    /// ICD-10 code, where there is one.
    pub icd10: Option<String>,
    /// Its share among the pictures that the probabilities are meant for, 0 to 1, where the pack says; with several captures,
    /// that of the first. A probability of 0.3 is a lot for a label of one picture in a hundred.
    #[serde(default)]
    pub frequency: Option<f32>,
}

#[uniffi::export]
impl SkinKit {
    /// Checks the pack, finds an engine, warms the lesion model up, and opens the history if one is configured.
    ///
    /// # Errors
    /// `Pack`, `Runtime`, `WrongKey`, `History`, `InvalidArgument`; nothing is left half open.
    #[uniffi::constructor]
    pub fn open(options: Options) -> Result<Self> {
        let kit = skinkit::SkinKit::open(options.config()?)?;
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
        carry(self.0.get()?.engine())
    }

    /// Labels, licence and intended use of the pack.
    ///
    /// # Errors
    /// `Closed`.
    pub fn pack(&self) -> Result<Pack> {
        let kit = self.0.get()?;
        let mut pack: Pack = carry(kit.pack())?;
        let shares = kit
            .pack()
            .captures
            .first()
            .and_then(|profile| profile.frequencies.as_ref());
        for (label, share) in pack.labels.iter_mut().zip(shares.into_iter().flatten()) {
            label.frequency = Some(*share);
        }
        Ok(pack)
    }

    /// The pack's whole manifest as JSON: also calibration, training data and measured figures.
    ///
    /// # Errors
    /// `Closed`.
    pub fn pack_json(&self) -> Result<String> {
        json(self.0.get()?.pack())
    }

    /// Reads and decodes a JPEG or PNG file with no more pixels than analysing or scanning this region of it needs: a large
    /// JPEG of which a close-up fills the middle at half, a quarter or an eighth of its sides, in half the time and a small
    /// part of the memory. Its width, its height, regions and results are in the file's pixels all the same. Use it for
    /// this region alone: where it came out smaller, anything else is `InvalidArgument`. For that there is [`Photo::open`].
    /// Blocks.
    ///
    /// # Errors
    /// As [`Photo::open`]; `Closed`.
    pub fn open_photo(&self, path: String, region: Region) -> Result<Photo> {
        let (kit, region) = (self.held()?, region.facade()?);
        Ok(kit.open_photo(Path::new(&path), &Limits::default(), region)?.into())
    }

    /// [`SkinKit::open_photo`] for a file in memory; the bytes are borrowed for the call only. Blocks.
    ///
    /// # Errors
    /// As [`SkinKit::open_photo`].
    pub fn decode_photo(&self, bytes: &[u8], region: Region) -> Result<Photo> {
        let (kit, region) = (self.held()?, region.facade()?);
        Ok(kit.decode_photo(bytes, &Limits::default(), region)?.into())
    }

    /// Judges, classifies and measures one picture; nothing is kept. Blocks.
    ///
    /// # Errors
    /// `Region` where it shows no face, or too small, cut off or outside; `InvalidArgument` for a photo that was opened for
    /// another region; `Runtime`; `Cancelled`; `Closed`.
    pub fn analyse(&self, photo: &Photo, region: Region, cancel: Option<Arc<Cancel>>) -> Result<Analysis> {
        let cancel = Cancel::of(cancel.as_deref());
        carry(
            &self
                .0
                .get()?
                .analyze(photo.picture()?, &AnalyzeOptions::new(region.facade()?).cancel(&cancel))?,
        )
    }

    /// Analyses one picture and adds it to the history; returns when it is safely on the disk. Blocks.
    ///
    /// # Errors
    /// As [`SkinKit::analyse`], and `NoHistory`, `History`, `Busy`; then nothing was added.
    pub fn scan(&self, photo: &Photo, request: ScanRequest, cancel: Option<Arc<Cancel>>) -> Result<Scan> {
        let mut request = request.facade()?;
        request.options.cancel = Cancel::of(cancel.as_deref());
        let scan = self.0.get()?.scan(photo.picture()?, &request)?;
        Ok(Scan {
            id: scan.id.0,
            analysis: carry(&scan.analysis)?,
        })
    }

    /// Compares the two latest scans of a site; none where there are fewer than two.
    ///
    /// # Errors
    /// `NoHistory`, `History`, `Busy`, `Closed`.
    pub fn compare(&self, subject: String, site: String) -> Result<Option<Change>> {
        carry(&self.0.get()?.compare(&subject, &site)?)
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
