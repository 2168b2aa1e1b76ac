//! Spots of a picture of skin: found, and matched between two visits.

mod area;
#[cfg(feature = "bench")]
pub mod bench;
mod confidence;
mod find;
mod kind;
mod matching;
mod spot;
mod warp;

pub use find::{SURE, SpotFinder, SpotOptions};
pub use kind::SpotKind;
pub use matching::{Fate, MatchedSpot, SpotMatching, match_spots};
pub use spot::{SkinArea, Spot, SpotMap};
