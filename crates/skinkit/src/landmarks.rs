//! Faces, hands, poses, people and skin in a picture; needs no model pack.

use serde::{Deserialize, Serialize};
use skinkit_inference::{EngineInfo, Runtime, RuntimeConfig};
use skinkit_preprocess::{Frame, Roi};
use skinkit_roi::{
    DiscFinder, Face, FaceLandmarker, FaceMesh, FaceOptions, FaceOutcome, FaceRegion, FaceTracker, Hand,
    HandLandmarker, MarkerFinder, Network, Networks, PatchMatcher, PersonMask, PersonSegmenter, Pose, PoseLandmarker,
    SkinFinder, SkinMask, TrackerOptions, region_roi,
};
use skinkit_skin::{SkinAnalyzer, SpotFinder};

use crate::pool::Pool;
use crate::{Error, Result};

/// Idle sessions kept of each kind: one for the camera and one for a photo beside it.
const IDLE: usize = 2;

/// How much is looked for on a face. More takes more time: 1, 3 and 20 or so, in that order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum FaceDetail {
    /// The 468-point mesh.
    #[default]
    Mesh,
    /// Also the 478-point mesh, which has the irises.
    Irises,
    /// Both, averaged over several looks: for places that are to be found again.
    Steady,
}

/// A part of a face and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct NamedRegion {
    /// Which part; left and right are the subject's.
    pub region: FaceRegion,
    /// The square around it, turned with the head, in pixels of the upright picture; may reach beyond the picture.
    pub roi: Roi,
}

/// How much of a part of a face is skin that can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RegionSkin {
    /// Which part.
    pub region: FaceRegion,
    /// Share of the part's outline on the mesh that is skin, `0..=1`.
    pub part: f32,
    /// Share of the part's square ([`NamedRegion::roi`]) that is skin of the face, `0..=1`.
    pub square: f32,
}

/// The skin of one face.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaceSkin {
    /// Where it is, its colour, and its share of the face's oval.
    pub mask: SkinMask,
    /// The same share for every part.
    pub regions: Vec<RegionSkin>,
}

/// Looks for faces, hands, people, skin, places and rulers in pictures.
///
/// `Landmarks` is `Send + Sync`: share one between threads. Calls block and do not wait for each other's model runs;
/// networks are loaded when they are first needed. [`SkinKit::landmarks`](crate::SkinKit::landmarks) has one; where no
/// model pack is wanted, open one by itself. All coordinates are pixels of the upright picture, x right, y down.
///
/// ```no_run
/// use skinkit::inference::RuntimeConfig;
/// use skinkit::roi::Networks;
/// use skinkit::{Landmarks, Limits, Photo, Pin, Ruler};
///
/// let open = |file: &str| Photo::open(file.as_ref(), &Limits::default());
/// let (first, later) = (open("first.jpg")?, open("later.jpg")?);
/// let landmarks = Landmarks::open(&RuntimeConfig::default(), Networks::from_folder("models/landmarks"))?;
/// let place = landmarks.mark(&first.frame(), &Pin::new([315.0, 245.0], 60.0))?; // a tapped point: left cheek
/// let found = landmarks.find(&later.frame(), &place, None)?; // its point and a confidence, or why it is not there
/// let scale = landmarks.scale(&later.frame(), Ruler::Iris, None)?; // millimeters a pixel with their error, or none
/// # let _ = (found, scale);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Landmarks {
    runtime: Runtime,
    networks: Networks,
    meshes: Pool<FaceLandmarker>,
    irises: Pool<FaceLandmarker>,
    steady: Pool<FaceLandmarker>,
    hands: Pool<HandLandmarker>,
    poses: Pool<PoseLandmarker>,
    people: Pool<PersonSegmenter>,
    pub(crate) skin: Pool<SkinFinder>,
    pub(crate) skin_measures: Pool<SkinAnalyzer>,
    pub(crate) spot_finders: Pool<SpotFinder>,
    pub(crate) patches: Pool<PatchMatcher>,
    pub(crate) discs: Pool<DiscFinder>,
    pub(crate) markers: Pool<MarkerFinder>,
}

impl Landmarks {
    /// Chooses a runtime; loads no network yet.
    ///
    /// # Errors
    /// The engine that was asked for is not there.
    pub fn open(runtime: &RuntimeConfig, networks: Networks) -> Result<Self> {
        Ok(Self::with_runtime(Runtime::new(runtime)?, networks))
    }

    pub(crate) fn with_runtime(runtime: Runtime, networks: Networks) -> Self {
        Self {
            runtime,
            networks,
            meshes: Pool::new(IDLE),
            irises: Pool::new(IDLE),
            steady: Pool::new(IDLE),
            hands: Pool::new(IDLE),
            poses: Pool::new(IDLE),
            people: Pool::new(IDLE),
            skin: Pool::new(IDLE),
            skin_measures: Pool::new(IDLE),
            spot_finders: Pool::new(IDLE),
            patches: Pool::new(IDLE),
            discs: Pool::new(IDLE),
            markers: Pool::new(IDLE),
        }
    }

    /// Which engine runs the networks, and why not the other one.
    pub fn engine(&self) -> &EngineInfo {
        self.runtime.engine()
    }

    /// Those of `networks` that can be had neither from the folder nor from the program itself.
    pub fn missing(&self, networks: &[Network]) -> Vec<Network> {
        let missing = networks.iter().filter(|network| !self.networks.has(**network));
        missing.copied().collect()
    }

    /// Whether the networks for [`Landmarks::hands`] are there.
    pub fn has_hands(&self) -> bool {
        self.missing(&[Network::PalmDetection, Network::HandLandmarks])
            .is_empty()
    }

    /// Whether the network for [`Landmarks::pose`] is there.
    pub fn has_pose(&self) -> bool {
        self.missing(&[Network::PoseLandmarks]).is_empty()
    }

    /// A tracker for one stream; it holds its own networks.
    pub(crate) fn face_tracker(&self) -> Result<FaceTracker> {
        let options = TrackerOptions::default();
        Ok(FaceTracker::with_options(&self.runtime, &self.networks, options)?)
    }

    /// The faces, by falling score; none is an empty list.
    ///
    /// # Errors
    /// A network cannot be loaded or run.
    pub fn faces(&self, frame: &Frame<'_>, detail: FaceDetail) -> Result<Vec<Face>> {
        let options = FaceOptions::default();
        let (pool, options) = match detail {
            FaceDetail::Mesh => (&self.meshes, options),
            FaceDetail::Irises => (&self.irises, options.with_irises(true)),
            FaceDetail::Steady => (&self.steady, options.with_irises(true).with_steady(true)),
        };
        pool.with(
            || Ok::<_, Error>(FaceLandmarker::with_options(&self.runtime, &self.networks, options)?),
            |landmarker| Ok(landmarker.find(frame)?),
        )
    }

    /// The face that the picture is about: the largest.
    ///
    /// # Errors
    /// [`skinkit_roi::Error::NoFace`], `FaceTooSmall` (below 32 px) or `FaceCutOff` (less than 70 % of it in the
    /// picture), and a network that cannot be loaded or run.
    pub fn face(&self, frame: &Frame<'_>, detail: FaceDetail) -> Result<Face> {
        let faces = self.faces(frame, detail)?;
        Ok(FaceOutcome::largest(faces, frame.width(), frame.height()).into_face()?)
    }

    /// The hands, at most eight, by falling score; none is an empty list.
    ///
    /// # Errors
    /// The networks are not there ([`Landmarks::has_hands`]), or cannot be loaded or run.
    pub fn hands(&self, frame: &Frame<'_>) -> Result<Vec<Hand>> {
        self.hands.with(
            || Ok::<_, Error>(HandLandmarker::new(&self.runtime, &self.networks)?),
            |landmarker| Ok(landmarker.find(frame)?),
        )
    }

    /// The pose of the person with the highest score; `None` where nobody is seen.
    ///
    /// # Errors
    /// The network is not there ([`Landmarks::has_pose`]), or a network cannot be loaded or run.
    pub fn pose(&self, frame: &Frame<'_>) -> Result<Option<Pose>> {
        self.poses.with(
            || Ok::<_, Error>(PoseLandmarker::new(&self.runtime, &self.networks)?),
            |landmarker| Ok(landmarker.find(frame)?),
        )
    }

    /// How likely each part of the picture belongs to a person (clothes and hair too): 256 × 256 cells.
    ///
    /// # Errors
    /// The network cannot be loaded or run.
    pub fn person(&self, frame: &Frame<'_>) -> Result<PersonMask> {
        self.people.with(
            || Ok::<_, Error>(PersonSegmenter::with_networks(&self.runtime, &self.networks)?),
            |segmenter| Ok(segmenter.mask(frame)?),
        )
    }

    /// The skin of a face: its oval without eyes, lips and brows, and without what has another colour (hair, beard,
    /// glasses) or shines.
    ///
    /// # Errors
    /// [`skinkit_roi::Error::NoSkin`] where too little skin can be seen, or the face lies outside the picture.
    pub fn face_skin(&self, frame: &Frame<'_>, mesh: &FaceMesh) -> Result<FaceSkin> {
        let mask = self.skin.with(
            || Ok::<_, Error>(SkinFinder::new()),
            |finder| Ok(finder.face(frame, mesh, FaceRegion::WholeFace)?),
        )?;
        let regions = face_regions(mesh)
            .into_iter()
            .map(|NamedRegion { region, roi }| RegionSkin {
                region,
                part: mask.share_of(&region.shape(mesh)),
                square: mask.share_of(&roi.corners()),
            })
            .collect();
        Ok(FaceSkin { mask, regions })
    }

    /// The skin of people in a region of the picture, or in all of it: the person mask, narrowed to the colours of the
    /// faces in the picture, or to one skin-like colour where there is none. Its `coverage` is the share of the person
    /// that is skin.
    ///
    /// # Errors
    /// [`skinkit_roi::Error::NoSkin`] where no person or no skin can be seen; a region outside the picture; a network
    /// that cannot be loaded or run.
    pub fn body_skin(&self, frame: &Frame<'_>, roi: Option<Roi>) -> Result<SkinMask> {
        let person = self.person(frame)?;
        let faces = self.faces(frame, FaceDetail::Mesh)?;
        let faces: Vec<&FaceMesh> = faces.iter().map(|face| &face.mesh).collect();
        let roi = roi.unwrap_or_else(|| Roi::whole(frame.width(), frame.height()));
        self.skin.with(
            || Ok::<_, Error>(SkinFinder::new()),
            |finder| Ok(finder.body(frame, &person, &faces, &roi)?),
        )
    }
}

/// Every part of a face, the whole face first.
pub fn face_regions(mesh: &FaceMesh) -> Vec<NamedRegion> {
    let roi = |region| region_roi(mesh, region);
    FaceRegion::ALL
        .map(|region| NamedRegion {
            region,
            roi: roi(region),
        })
        .to_vec()
}
