#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "uniffi")]
#[macro_use]
extern crate skinkit_border;
#[cfg(feature = "uniffi")]
use skinkit_border::UniFfiTag;

mod body;
mod error;
mod face;
mod network;
mod ruler;
mod site;
mod skin;

pub use body::hand::{HAND_POINTS, Hand, HandFace, HandLandmarker, Side};
pub use body::person::{PERSON_MASK_SIDE, PersonMask, PersonSegmenter};
pub use body::pose::{POSE_POINTS, Pose, PoseLandmarker, PosePoint};
pub use error::{Error, Result};
pub use face::detector::{FaceDetection, FaceDetector, FaceRange};
pub use face::landmarker::{Face, FaceLandmarker, FaceOptions, FaceOutcome, MIN_FACE_SIDE, MIN_FACE_VISIBLE};
pub use face::mesh::{FaceMesh, FaceMesher, MESH_POINTS, MESH_POINTS_WITH_IRISES, MeshKind};
pub use face::region::{
    FaceRegion, REGION_MARGIN, RoiBounds, UnknownRegion, fit, region_roi, region_roi_with_margin, spot_roi,
};
pub use face::smoothing::Smoothing;
pub use face::topology;
pub use face::tracker::{FaceTracker, TrackedFace, TrackerOptions};
pub use network::networks::{Network, Networks};
pub use ruler::coin::{Disc, DiscFinder};
pub use ruler::marker::{Marker, MarkerFinder};
pub use ruler::scale::{IRIS_MM, Scale, ScaleSource};
pub use ruler::scale_hint::ScaleHint;
pub use site::body_site::{BodyPart, BodySite, SnomedConcept, UnknownSite};
pub use site::face_site::{FaceSite, MIN_FACING, SitePlace};
pub use site::patch::{MIN_MATCH, PATCH_SIDE, PatchMatch, PatchMatcher, SitePatch};
pub use skin::finder::{SKIN_MASK_SIDE, SkinFinder, SkinMask, SkinTone};
