#![doc = include_str!("../README.md")]
// The only crate of SkinKit with `unsafe`: what UniFFI generates, and the C ABI in `c`.
#![allow(unsafe_code)]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

use skinkit_border::PointXy;

mod analysis;
pub mod c;
mod cancel;
mod error;
mod frame;
mod history;
mod json;
mod kit;
mod landmarks;
mod live;
mod options;
mod photo;
mod scan;
mod slot;

pub use analysis::{Analysis, Corners, Face, FaceDetection, FaceMesh, Finding, Heatmap, Mask};
pub use cancel::Cancel;
pub use error::{Result, SkinKitError};
pub use frame::FrameLayout;
pub use history::{Assignment, History, restore_history};
pub use kit::{Pack, SkinKit};
pub use landmarks::{BodySite, FaceSkin, Hand, PersonMask, Pose, PosePoint, SkinMask};
pub use live::{Capture, ListenerError, LiveFace, LiveListener, LiveOptions, LiveSession, LiveUpdate};
pub use options::{Options, generate_key, quality_thresholds};
pub use photo::Photo;
pub use scan::{AnalyzeOptions, Details, Scan, ScanRequest, StoredScan};

uniffi::setup_scaffolding!();
// What `skinkit_border` says of points holds in this crate's calls too.
uniffi::use_remote_type!(skinkit_border::PointXy);

/// The version of SkinKit, for example `0.1.0`.
#[uniffi::export]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
