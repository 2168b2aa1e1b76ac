#![doc = include_str!("../README.md")]
// The only crate of SkinKit with `unsafe`: what UniFFI generates, and the C ABI in `c`.
#![allow(unsafe_code)]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

mod analysis;
pub mod c;
mod cancel;
mod change;
mod error;
mod frame;
mod history;
mod kit;
mod landmarks;
mod live;
mod options;
mod photo;
mod scan;
mod shape;
mod slot;

pub use analysis::{
    Analysis, EngineInfo, EngineKind, Estimate, Face, FaceDetection, FaceMesh, Familiarity, Finding, Heatmap,
    LabelProbability, LengthUnit, Mask, Measure, Measures, PackRef, Quality, QualityIssue, Timings,
};
pub use cancel::Cancel;
pub use change::{Alignment, Aspect, Basis, Change, Direction, MeasureChange, Reason, Verdict};
pub use error::{Result, SkinKitError};
pub use frame::{ColourMatrix, FrameLayout, PixelFormat, Range};
pub use history::{Erased, History};
pub use kit::{Pack, PackLabel, PackLicense, SkinKit};
pub use landmarks::{
    BodySite, FaceDetail, FaceSkin, Hand, NamedRegion, PersonMask, Pose, PosePoint, RegionSkin, Relocation, Ruler,
    Scale, ScaleHint, ScaleSource, SkinMask, SkinTone, Unmatched,
};
pub use live::{
    Capture, Guidance, HeadTurn, ListenerError, LiveCounts, LiveFace, LiveListener, LiveOptions, LivePhase,
    LiveSession, LiveTimings, LiveUpdate, Pushed, ThermalLevel,
};
pub use options::{EngineChoice, Options, generate_key};
pub use photo::Photo;
pub use scan::{Details, FaceRegion, Receipt, Region, Scan, ScanRequest, StoredScan};
pub use shape::{Corners, Point, Roi};

uniffi::setup_scaffolding!();

/// The version of SkinKit, for example `0.1.0`.
#[uniffi::export]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
