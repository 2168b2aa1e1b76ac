//! The object that a host holds.

use std::path::Path;
use std::sync::Arc;

use skinkit_inference::{Capture, EngineInfo, Finding, LesionModel, Manifest, ModelPack, Runtime, Withheld};
use skinkit_preprocess::ndarray::Array3;
use skinkit_preprocess::quality::{Meter, QualityThresholds};
use skinkit_preprocess::{Frame, Limits, Photo, Resampler, Roi};
use skinkit_roi::{Face, Scale, region_roi};
use skinkit_store::ScanId;
use skinkit_tracking::{Change, NoiseModel};

use crate::analysis::{Analysis, Stopwatch, Timings};
use crate::clock::now;
use crate::history::History;
use crate::landmarks::{FaceDetail, Landmarks};
use crate::pool::Pool;
use crate::record::Recording;
use crate::search::{self, Spot};
use crate::{
    AnalyzeOptions, Config, Error, LesionSearch, Picture, Region, Result, ScanRequest, overlay, patch, record,
};

/// Side of the patch that is measured, compared and (if asked for) kept, in pixels.
const PATCH_SIDE: usize = 320;

/// Least side of a region in a photo that is opened for it, in pixels: twice the patch, so that what the decoder's own
/// scaling blurs is not to be seen in it.
const DECODED_SIDE: f32 = 2.0 * PATCH_SIDE as f32;

/// Least side of a region, in pixels of the picture: below it there is nothing to measure.
const MIN_REGION_SIDE: f32 = 32.0;

/// Idle sessions kept for each network: one for the camera and one for a scan beside it.
const IDLE_SESSIONS: usize = 2;

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
    noise: Vec<(Capture, NoiseModel)>,
    typical_noise: NoiseModel,
    history: Option<Arc<History>>,
    thresholds: QualityThresholds,
    keep_pictures: bool,
    landmarks: Landmarks,
    lesions: Pool<LesionModel>,
    resamplers: Pool<Resampler>,
    meters: Pool<Meter>,
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
            .transpose()?
            .map(Arc::new);
        let noise = record::noise_models(pack.manifest())?;
        let landmarks = Landmarks::with_runtime(runtime.clone(), config.networks);
        let kit = Self {
            runtime,
            pack,
            noise,
            typical_noise: NoiseModel::default(),
            history,
            thresholds: config.quality,
            keep_pictures: config.keep_pictures,
            landmarks,
            lesions: Pool::new(IDLE_SESSIONS),
            resamplers: Pool::new(IDLE_SESSIONS),
            meters: Pool::new(IDLE_SESSIONS),
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
        self.history.as_deref().ok_or(Error::NoHistory)
    }

    /// The history, to be kept beyond this object.
    ///
    /// # Errors
    /// [`Error::NoHistory`] where none is configured.
    pub fn share_history(&self) -> Result<Arc<History>> {
        self.history.clone().ok_or(Error::NoHistory)
    }

    /// Opens a photo with no more pixels than analyzing this region of it needs: of a JPEG of which a close-up fills the
    /// middle, half, a quarter or an eighth a side ([`Photo::open_for`]), in half the time and a small part of the
    /// memory. Regions are given and results said in the file's pixels all the same. Use it for this region alone: where it
    /// came out smaller, others are [`Error::OpenedSmaller`].
    ///
    /// # Errors
    /// As [`Photo::open`].
    pub fn open_photo(&self, path: &Path, limits: &Limits, region: Region) -> Result<Photo> {
        Ok(Photo::open_for(path, limits, self.least_side(region))?)
    }

    /// [`SkinKit::open_photo`] for a file in memory.
    ///
    /// # Errors
    /// As [`Photo::decode`].
    pub fn decode_photo(&self, bytes: &[u8], limits: &Limits, region: Region) -> Result<Photo> {
        Ok(Photo::decode_for(bytes, limits, self.least_side(region))?)
    }

    /// Least shorter side of a photo in which this region is to be analyzed. Where it lies in the photo is known only of
    /// the pack's own crop: the others may be small parts of it.
    fn least_side(&self, region: Region) -> u32 {
        if region != Region::Lesion {
            return u32::MAX;
        }
        const UNIT: u32 = 1 << 12;
        let (_, part) = self.pack.manifest().input.crop.square(UNIT, UNIT);
        (DECODED_SIDE * UNIT as f32 / part).ceil() as u32
    }

    /// Judges, classifies and measures one picture, a frame or a photo; nothing is kept. Blocks.
    ///
    /// # Errors
    /// A face region was asked for and the picture shows no face, or one too small or cut off; a region that is smaller
    /// than 32 pixels or lies outside of the picture; a photo that was opened for another region; a failing network;
    /// [`Error::Tracking`] for a scale whose values make no sense; [`Error::Cancelled`].
    pub fn analyze<'a>(&self, picture: impl Into<Picture<'a>>, options: &AnalyzeOptions) -> Result<Analysis> {
        let picture = picture.into();
        let mut analysis = self.classify(&picture, options)?;
        if options.measures {
            options.cancel.check()?;
            self.measure(&picture, options, &mut analysis)?;
        }
        Ok(analysis)
    }

    /// Quality and finding: what an analysis has before the lesion is measured.
    fn classify(&self, picture: &Picture<'_>, options: &AnalyzeOptions) -> Result<Analysis> {
        let (region, cancel) = (options.region, &options.cancel);
        cancel.check()?;
        let mut watch = Stopwatch::start();
        let mut timings = Timings::default();
        let (asked, face) = self.locate(picture, options)?;
        let side = asked.width.min(asked.height);
        if side < MIN_REGION_SIDE {
            return Err(Error::RegionTooSmall {
                side,
                needed: MIN_REGION_SIDE,
            });
        }
        timings.landmarks = watch.lap();
        cancel.check()?;
        let (finding, search) = self.find(picture, asked, options, &mut timings)?;
        let roi = search.and_then(|search| search.found).unwrap_or(asked);
        watch.lap();
        cancel.check()?;
        let held = picture.held_roi(&roi);
        let mut quality = self.meters.with(
            || Ok::<_, Error>(Meter::new()),
            |meter| Ok(meter.measure(picture.held(), &held, &picture.held_thresholds(&self.thresholds))?),
        )?;
        quality.roi_pixels /= picture.scale();
        timings.quality = watch.lap();
        timings.total = watch.total();
        Ok(Analysis {
            region,
            roi,
            search,
            face,
            quality,
            finding,
            measures: None,
            scale: None,
            engine: self.runtime.engine().clone(),
            timings,
            patch: None,
            photo_scale: picture.scale(),
        })
    }

    /// What the lesion model gives for the region, or for the lesion that is found in the picture.
    fn find(
        &self,
        picture: &Picture<'_>,
        asked: Roi,
        options: &AnalyzeOptions,
        timings: &mut Timings,
    ) -> Result<(Finding, Option<LesionSearch>)> {
        let face = matches!(options.region, Region::Face(_));
        if !options.find_lesion {
            let mut finding = self.run(picture, &asked, options, timings)?;
            if face {
                finding.withhold(Withheld::FaceRegion);
            }
            return Ok((finding, None));
        }
        let searched = match options.region {
            Region::Lesion => search::whole(picture.size()),
            _ => asked,
        };
        let mut square = searched;
        let mut found = None;
        let mut finding = None;
        for _ in 0..search::MOST_RUNS {
            options.cancel.check()?;
            let seen = self.run(picture, &square, options, timings)?;
            let capture = seen.capture.capture;
            let spot = seen.mask.as_ref().and_then(|mask| Spot::largest(mask, &square));
            let Some(spot) = spot else { break };
            // A region that shows the lesion as the network was trained to see it is the one to analyze.
            let next = match () {
                () if spot.fits(&square, capture) => square,
                () if spot.fits(&asked, capture) => asked,
                () => spot.square(capture, picture.size(), MIN_REGION_SIDE),
            };
            found = Some(next);
            if next == square {
                finding = Some(seen);
                break;
            }
            square = next;
        }
        let mut finding = match finding {
            Some(finding) => finding,
            None => self.run(picture, &found.unwrap_or(asked), options, timings)?,
        };
        if face && found.is_none() {
            finding.withhold(Withheld::NoLesionFound);
        }
        Ok((finding, Some(LesionSearch { searched, found })))
    }

    /// One run of the lesion model.
    fn run(
        &self,
        picture: &Picture<'_>,
        roi: &Roi,
        options: &AnalyzeOptions,
        timings: &mut Timings,
    ) -> Result<Finding> {
        let mut watch = Stopwatch::start();
        let held = picture.held_roi(roi);
        let lesion = options.lesion();
        self.lesions.with(
            || self.lesion_model(),
            |model| {
                let (width, height) = model.input_size();
                let input = self.resample(picture.held(), &held, width, height)?;
                timings.tensor += watch.lap();
                let finding = model.analyze(input.as_slice(), &lesion)?;
                timings.model += watch.lap();
                Ok::<_, Error>(finding)
            },
        )
    }

    /// Adds the patch and, of a region that may hold one lesion, its measures.
    fn measure(&self, picture: &Picture<'_>, options: &AnalyzeOptions, analysis: &mut Analysis) -> Result<()> {
        let watch = Stopwatch::start();
        let held = picture.held_roi(&analysis.roi);
        let pixels = self.resample(picture.held(), &held, PATCH_SIDE, PATCH_SIDE)?;
        let patch = patch::masked(
            pixels,
            (PATCH_SIDE, PATCH_SIDE),
            overlay::mask(&analysis.finding).as_ref(),
        )?;
        // A whole cheek is no lesion with a border; and that none is to be seen is a result, not a failure.
        if !matches!(options.region, Region::Face(_)) {
            analysis.scale = options.scale.map(|scale| of_patch(scale, &analysis.roi));
            let capture = analysis.finding.capture.capture;
            analysis.measures =
                match skinkit_tracking::measure(&patch, analysis.scale.map(record::pixel_scale), self.noise(capture)) {
                    Ok(measures) => Some(measures),
                    Err(skinkit_tracking::Error::NoLesion) => None,
                    Err(error) => return Err(error.into()),
                };
        }
        analysis.patch = Some(patch);
        analysis.timings.measures = watch.total();
        analysis.timings.total += analysis.timings.measures;
        Ok(())
    }

    /// Analyzes one picture, a frame or a photo, and adds it to the history; returns when it is safely on the disk. Blocks.
    ///
    /// # Errors
    /// As [`SkinKit::analyze`], [`Error::NoHistory`], and what the history says; then nothing was added.
    pub fn scan<'a>(&self, picture: impl Into<Picture<'a>>, request: &ScanRequest) -> Result<Scan> {
        self.history()?;
        let analysis = self.analyze(picture, &request.options)?;
        let id = self.keep(request, &analysis)?;
        Ok(Scan { id, analysis })
    }

    /// Adds an analysis to the history.
    pub(crate) fn keep(&self, request: &ScanRequest, analysis: &Analysis) -> Result<ScanId> {
        let taken_at = request.taken_at.unwrap_or_else(now);
        let scan = self
            .recording(request, analysis)
            .into_scan(request, taken_at, self.keep_pictures)?;
        request.options.cancel.check()?;
        self.history()?.add(&scan)
    }

    /// What the history keeps of an analysis.
    pub(crate) fn recording<'a>(&'a self, request: &ScanRequest, analysis: &'a Analysis) -> Recording<'a> {
        Recording::new(request, analysis, &self.pack)
    }

    /// How much two pictures of one unchanged lesion differ that were taken in this way, as the pack states it; what is
    /// typical of any pack where it does not.
    pub fn noise(&self, capture: Capture) -> &NoiseModel {
        let stated = self.noise.iter().find(|(of, _)| *of == capture);
        stated.map_or(&self.typical_noise, |(_, noise)| noise)
    }

    /// Compares the latest pair of a site (see [`History::latest_pair`]); `None` where there is none.
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
        self.landmarks.faces(frame, FaceDetail::Mesh)
    }

    /// Faces, hands, poses, skin, places that are found again, and millimeters.
    pub fn landmarks(&self) -> &Landmarks {
        &self.landmarks
    }

    fn lesion_model(&self) -> Result<LesionModel> {
        Ok(LesionModel::new(&self.runtime, &self.pack)?)
    }

    fn resample(&self, frame: &Frame<'_>, roi: &Roi, width: usize, height: usize) -> Result<Vec<u8>> {
        let mut out = Array3::zeros((height, width, 3));
        self.resamplers.with(
            || Ok::<_, Error>(Resampler::new()),
            |resampler| Ok(resampler.rgb8(frame, roi, out.view_mut())?),
        )?;
        Ok(out.into_raw_vec_and_offset().0)
    }

    /// What a picture has to meet.
    pub(crate) fn thresholds(&self) -> QualityThresholds {
        self.thresholds
    }

    /// The region of a picture of this size if no face is needed to find it; the pack's own crop for one of a face.
    pub(crate) fn square(&self, (width, height): (u32, u32), region: Region) -> Roi {
        let (centre, side) = match region {
            Region::Square { centre, size } => (centre, size),
            _ => self.pack.manifest().input.crop.square(width, height),
        };
        Roi::square(centre, side)
    }

    fn locate(&self, picture: &Picture<'_>, options: &AnalyzeOptions) -> Result<(Roi, Option<Face>)> {
        let region = options.region;
        picture.check_side(match options.find_lesion {
            true => u32::MAX,
            false => self.least_side(region),
        })?;
        let Region::Face(part) = region else {
            return Ok((self.square(picture.size(), region), None));
        };
        let face = self.landmarks.face(&picture.whole()?, FaceDetail::Mesh)?;
        Ok((region_roi(&face.mesh, part), Some(face)))
    }
}

/// The scale of a pixel of the patch, from that of a pixel of the picture.
fn of_patch(scale: Scale, roi: &Roi) -> Scale {
    let pixels = roi.width / PATCH_SIDE as f32;
    Scale {
        mm_per_pixel: scale.mm_per_pixel * pixels,
        error: scale.error * pixels,
        ..scale
    }
}
