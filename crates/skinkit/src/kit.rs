//! The object that a host holds.

use std::time::{SystemTime, UNIX_EPOCH};

use skinkit_inference::{EngineInfo, LesionModel, Manifest, ModelPack, Runtime};
use skinkit_preprocess::quality::{self, QualityThresholds};
use skinkit_preprocess::{Frame, Resampler, Roi};
use skinkit_roi::{Face, FaceLandmarker, FaceOutcome, region_roi};
use skinkit_store::ScanId;
use skinkit_tracking::{Change, NoiseModel};

use crate::analysis::{Analysis, Stopwatch, Timings};
use crate::history::History;
use crate::pool::Pool;
use crate::{Config, Error, Region, Result, patch, record};

/// Side of the patch that is measured, compared and (if asked for) kept, in pixels.
const PATCH_SIDE: usize = 320;

/// Least side of a region, in pixels of the picture: below it there is nothing to measure.
const MIN_REGION_SIDE: f32 = 32.0;

/// Idle sessions kept for each network: one for the camera and one for a scan beside it.
const IDLE_SESSIONS: usize = 2;

/// What to scan, and under which name to keep it.
#[derive(Clone, Debug)]
pub struct ScanRequest {
    /// Whose skin: `me` unless said otherwise.
    pub subject: String,
    /// Where on the body, in the user's words.
    pub site: String,
    /// Which part of the picture.
    pub region: Region,
    /// When the picture was taken, in milliseconds since 1970-01-01T00:00Z; now if not given.
    pub taken_at: Option<i64>,
    /// SHA-256 of the picture's file in hex, for the receipt; the analysed pixels are always in it.
    pub picture_sha256: Option<String>,
}

impl ScanRequest {
    /// A close-up of one spot, taken now, of the one person who uses the app.
    pub fn new(site: impl Into<String>) -> Self {
        Self {
            subject: "me".to_owned(),
            site: site.into(),
            region: Region::Lesion,
            taken_at: None,
            picture_sha256: None,
        }
    }

    /// The same request for another part of the picture.
    #[must_use]
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }
}

/// A scan that is in the history.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Scan {
    /// Its number in the history.
    pub id: ScanId,
    /// What was recorded.
    pub analysis: Analysis,
}

/// One model pack, one runtime, and at most one history.
///
/// `SkinKit` is `Send + Sync`: share one between threads. Calls do not wait for each other's model runs; each thread
/// that finds no idle session makes its own. Calls block: run them off the UI thread.
pub struct SkinKit {
    runtime: Runtime,
    pack: ModelPack,
    noise: NoiseModel,
    history: Option<History>,
    thresholds: QualityThresholds,
    keep_pictures: bool,
    faces: Pool<FaceLandmarker>,
    lesions: Pool<LesionModel>,
    resamplers: Pool<Resampler>,
}

impl SkinKit {
    /// Checks the pack, finds a runtime, warms the lesion model up, and opens the history if one is configured.
    ///
    /// # Errors
    /// A pack that does not fit, no engine, or a history that cannot be opened; nothing is left half open.
    pub fn open(config: Config) -> Result<Self> {
        let runtime = Runtime::new(&config.runtime)?;
        let pack = ModelPack::open(&config.pack)?;
        let history = config
            .history
            .map(|(path, key)| History::open(path, &key))
            .transpose()?;
        let noise = record::noise_model(&pack);
        let kit = Self {
            runtime,
            pack,
            noise,
            history,
            thresholds: config.quality,
            keep_pictures: config.keep_pictures,
            faces: Pool::new(IDLE_SESSIONS),
            lesions: Pool::new(IDLE_SESSIONS),
            resamplers: Pool::new(IDLE_SESSIONS),
        };
        kit.lesions.with(|| kit.lesion_model(), |_| Ok::<_, Error>(()))?;
        Ok(kit)
    }

    /// Which engine runs the networks, and why not the other one.
    pub fn engine(&self) -> &EngineInfo {
        self.runtime.engine()
    }

    /// The pack's manifest: labels, licence, intended use, measured figures.
    pub fn pack(&self) -> &Manifest {
        self.pack.manifest()
    }

    /// The history.
    ///
    /// # Errors
    /// [`Error::NoHistory`] where none is configured.
    pub fn history(&self) -> Result<&History> {
        self.history.as_ref().ok_or(Error::NoHistory)
    }

    /// Judges and classifies one picture: everything but measures. Nothing is kept.
    ///
    /// # Errors
    /// A face region was asked for and the picture shows no face, or one too small or cut off; a region that is smaller
    /// than 32 pixels or lies outside of the picture; a failing network.
    pub fn classify(&self, frame: &Frame<'_>, region: Region) -> Result<Analysis> {
        let mut watch = Stopwatch::start();
        let mut timings = Timings::default();
        let (roi, face) = self.locate(frame, region)?;
        let side = roi.width.min(roi.height);
        if side < MIN_REGION_SIDE {
            return Err(Error::RegionTooSmall {
                side,
                needed: MIN_REGION_SIDE,
            });
        }
        timings.landmarks = watch.lap();
        let quality = quality::measure(frame, &roi, &self.thresholds)?;
        timings.quality = watch.lap();
        let finding = self.lesions.with(
            || self.lesion_model(),
            |model| {
                let (width, height) = model.input_size();
                let input = self.resample(frame, &roi, width, height)?;
                timings.tensor = watch.lap();
                let finding = model.analyse(&input)?;
                timings.model = watch.lap();
                Ok::<_, Error>(finding)
            },
        )?;
        timings.total = watch.total();
        Ok(Analysis {
            region,
            roi,
            face,
            quality,
            finding,
            measures: None,
            engine: self.runtime.engine().clone(),
            timings,
            patch: None,
        })
    }

    /// Judges, classifies and measures one picture; nothing is kept.
    ///
    /// # Errors
    /// As [`SkinKit::classify`].
    pub fn analyse(&self, frame: &Frame<'_>, region: Region) -> Result<Analysis> {
        let mut analysis = self.classify(frame, region)?;
        let watch = Stopwatch::start();
        let pixels = self.resample(frame, &analysis.roi, PATCH_SIDE, PATCH_SIDE)?;
        let patch = patch::from_pixels(pixels, PATCH_SIDE, analysis.finding.mask.as_ref())?;
        // A whole cheek is no lesion with a border; and that none is to be seen is a result, not a failure.
        if !matches!(region, Region::Face(_)) {
            analysis.measures = skinkit_tracking::measure(&patch, None, &self.noise).ok();
        }
        analysis.patch = Some(patch);
        analysis.timings.measures = watch.total();
        analysis.timings.total += analysis.timings.measures;
        Ok(analysis)
    }

    /// Measures one picture and adds it to the history; returns when it is safely on the disk.
    ///
    /// # Errors
    /// As [`SkinKit::analyse`], [`Error::NoHistory`], and what the history says; then nothing was added.
    pub fn scan(&self, frame: &Frame<'_>, request: &ScanRequest) -> Result<Scan> {
        let history = self.history()?;
        let analysis = self.analyse(frame, request.region)?;
        let taken_at = request.taken_at.unwrap_or_else(now);
        let record = record::new_scan(request, taken_at, &analysis, &self.pack, self.keep_pictures)?;
        let id = history.add(&record)?;
        Ok(Scan { id, analysis })
    }

    /// Compares the two latest scans of a site; `None` where there are fewer than two.
    ///
    /// # Errors
    /// [`Error::NoHistory`], and what the history says.
    pub fn compare(&self, subject: &str, site: &str) -> Result<Option<Change>> {
        self.history()?.compare(subject, site)
    }

    /// Faces in the picture, the largest first.
    ///
    /// # Errors
    /// A failing network.
    pub fn faces(&self, frame: &Frame<'_>) -> Result<Vec<Face>> {
        self.faces.with(
            || Ok::<_, Error>(FaceLandmarker::new(&self.runtime)?),
            |landmarker| Ok(landmarker.find(frame)?),
        )
    }

    fn lesion_model(&self) -> Result<LesionModel> {
        Ok(LesionModel::new(&self.runtime, &self.pack)?)
    }

    fn resample(&self, frame: &Frame<'_>, roi: &Roi, width: usize, height: usize) -> Result<Vec<u8>> {
        let mut out = vec![0; width * height * 3];
        self.resamplers.with(
            || Ok::<_, Error>(Resampler::new()),
            |resampler| Ok(resampler.rgb8(frame, roi, width, height, &mut out)?),
        )?;
        Ok(out)
    }

    fn locate(&self, frame: &Frame<'_>, region: Region) -> Result<(Roi, Option<Face>)> {
        match region {
            Region::Lesion => {
                let (centre, side) = self.pack.manifest().input.crop.square(frame.width(), frame.height());
                Ok((Roi::square(centre, side), None))
            }
            Region::Square { centre, size } => Ok((Roi::square(centre, size), None)),
            Region::Face(part) => {
                let face = FaceOutcome::largest(self.faces(frame)?, frame.width(), frame.height()).into_face()?;
                Ok((region_roi(&face.mesh, part), Some(face)))
            }
        }
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
