#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "uniffi")]
#[macro_use]
extern crate skinkit_border;
#[cfg(feature = "uniffi")]
use skinkit_border::UniFfiTag;

mod analysis;
mod cancel;
mod clock;
mod config;
mod error;
mod error_kind;
mod export;
mod history;
mod kit;
mod landmarks;
mod live;
mod options;
mod output_file;
pub mod overlay;
mod patch;
mod picture;
mod place;
mod pool;
mod record;
mod region;
mod replay;
mod request;
mod ruler;
mod search;
mod skin;
pub mod time;

pub use analysis::{Analysis, Timings};
pub use cancel::Cancel;
pub use config::Config;
pub use error::{Error, Result};
pub use error_kind::ErrorKind;
pub use history::keep::{Erase, ExportFormat, ExportRequest};
pub use history::lesions::{Assigned, MatchRequest};
pub use history::noise::LearntNoise;
pub use history::similar::{Similar, UnlikeRank};
pub use history::summary::{LesionSummary, SiteSummary, SubjectSummary, SummaryRequest};
pub use history::thumbnail::ThumbnailView;
pub use history::trend::{MeasureTrend, SeriesPoint, TrendLine, TrendRequest};
pub use history::{History, Pair};
pub use kit::{Scan, SkinKit};
pub use landmarks::{FaceDetail, FaceSkin, Landmarks, NamedRegion, RegionSkin, face_regions};
pub use live::{
    Capture, Guidance, LiveConfig, LiveCounts, LiveFace, LiveFailure, LiveListener, LivePhase, LiveSession, LiveStage,
    LiveTimings, LiveUpdate, Pushed, ThermalLevel,
};
pub use options::AnalyzeOptions;
pub use output_file::OutputFile;
pub use picture::Picture;
pub use place::{BodyPlace, FacePlace, Pin, Place, Relocation, Unmatched};
pub use record::{PackStatement, Receipt, ScanRecord, StoredScan};
pub use region::Region;
pub use replay::Replay;
pub use request::ScanRequest;
pub use ruler::Ruler;
pub use search::LesionSearch;

pub use skinkit_inference as inference;
pub use skinkit_preprocess as preprocess;
pub use skinkit_roi as roi;
pub use skinkit_skin as skin_measures;
pub use skinkit_store as store;
pub use skinkit_tracking as tracking;

pub use skinkit_preprocess::{Frame, Limits, Photo, Roi};
pub use skinkit_store::Key;
pub use skinkit_tracking::{Change, Verdict};
