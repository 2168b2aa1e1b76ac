#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod analysis;
mod config;
mod error;
mod history;
mod kit;
mod patch;
mod pool;
mod record;
mod region;

pub use analysis::{Analysis, Timings};
pub use config::Config;
pub use error::{Error, Result};
pub use history::History;
pub use kit::{Scan, ScanRequest, SkinKit};
pub use record::Details;
pub use region::Region;

pub use skinkit_inference as inference;
pub use skinkit_preprocess as preprocess;
pub use skinkit_roi as roi;
pub use skinkit_store as store;
pub use skinkit_tracking as tracking;

pub use skinkit_preprocess::{Frame, Limits, Photo, Roi};
pub use skinkit_store::Key;
pub use skinkit_tracking::{Change, Verdict};
