#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "uniffi")]
#[macro_use]
extern crate skinkit_border;
#[cfg(feature = "uniffi")]
use skinkit_border::UniFfiTag;

mod add;
mod assign;
mod backup;
mod check;
mod erase;
mod error;
mod export;
mod file;
mod import;
mod key;
mod options;
mod order;
mod read;
mod rotate;
mod scan;
mod schema;
mod seal;
mod search;
mod store;
mod vault;

pub use assign::Assignment;
pub use backup::Restored;
pub use check::Check;
pub use erase::Erased;
pub use error::{Error, Result};
pub use export::ExportOptions;
pub use import::Imported;
pub use key::Key;
pub use options::StoreOptions;
pub use read::Site;
pub use scan::{LabelProbability, MAX_NAME, NewScan, Raster, RasterKind, Receipt, Scan, ScanId};
pub use schema::SCHEMA;
pub use search::Neighbour;
pub use store::Store;
