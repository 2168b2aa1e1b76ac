#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod anchors;
mod body_site;
mod canonical_tables;
mod coin;
mod colour;
mod detection;
mod error;
mod face_detector;
mod face_landmarker;
mod face_mesh;
mod face_tracker;
mod hand;
mod head_turn;
mod marker;
mod networks;
mod patch;
mod person;
mod picture_network;
mod pose;
mod raster;
mod region;
mod scale;
mod scale_hint;
mod site;
mod skin;
mod smoothing;
mod spectrum;
pub mod topology;

pub use body_site::{BodyPart, BodySite, SnomedConcept, UnknownSite};
pub use coin::{Disc, DiscFinder};
pub use error::{Error, Result};
pub use face_detector::{FaceDetection, FaceDetector, FaceRange};
pub use face_landmarker::{Face, FaceLandmarker, FaceOptions, FaceOutcome, MIN_FACE_SIDE, MIN_FACE_VISIBLE};
pub use face_mesh::{FaceMesh, FaceMesher, MESH_POINTS, MESH_POINTS_WITH_IRISES, MeshKind};
pub use face_tracker::{FaceTracker, TrackedFace, TrackerOptions};
pub use hand::{HAND_POINTS, Hand, HandFace, HandLandmarker, Side};
pub use marker::{Marker, MarkerFinder};
pub use networks::{Network, Networks};
pub use patch::{MIN_MATCH, PATCH_SIDE, PatchMatch, PatchMatcher, SitePatch};
pub use person::{PERSON_MASK_SIDE, PersonMask, PersonSegmenter};
pub use pose::{POSE_POINTS, Pose, PoseLandmarker, PosePoint};
pub use region::{
    FaceRegion, REGION_MARGIN, RoiBounds, UnknownRegion, fit, region_roi, region_roi_with_margin, spot_roi,
};
pub use scale::{IRIS_MM, Scale, ScaleSource};
pub use scale_hint::ScaleHint;
pub use site::{FaceSite, MIN_FACING, SitePlace};
pub use skin::{SKIN_MASK_SIDE, SkinFinder, SkinMask, SkinTone};
pub use smoothing::Smoothing;
