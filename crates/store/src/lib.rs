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
mod file;
mod import;
mod key;
mod log;
mod name;
mod options;
mod order;
mod read;
mod rename;
mod rotate;
mod scan;
mod schema;
mod seal;
mod search;
mod store;
mod vault;
mod walk;

pub use assign::Assignment;
pub use backup::Restored;
pub use check::Check;
pub use erase::Erased;
pub use error::{Error, Result};
pub use import::{Import, Imported};
pub use key::Key;
pub use name::{MAX_NAME, Name};
pub use options::StoreOptions;
pub use read::{ScanTime, Site};
pub use scan::{NewScan, Payload, Raster, RasterKind, Scan, ScanId};
pub use schema::SCHEMA;
pub use search::Neighbour;
pub use store::Store;
pub use walk::Visited;
