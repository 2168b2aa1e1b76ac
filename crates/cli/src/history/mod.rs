//! Commands on a history.

pub mod add;
pub mod archive;
pub mod compare;
pub mod erase;
pub mod key;
pub mod lesions;
pub mod list;
pub mod replay;
pub mod report;
pub mod similarity;
mod suggestions;
pub mod summary;
pub mod thumbnail;
pub mod trend;
