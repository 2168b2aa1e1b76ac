#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod add;
mod erase;
mod error;
mod file;
mod key;
mod order;
mod read;
mod scan;
mod schema;
mod seal;
mod store;
mod vault;

pub use erase::Erased;
pub use error::{Error, Result};
pub use key::Key;
pub use read::Site;
pub use scan::{LabelProbability, MAX_NAME, NewScan, Raster, RasterKind, Receipt, Scan, ScanId};
pub use schema::SCHEMA;
pub use store::{Store, StoreOptions};
