#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "uniffi")]
#[macro_use]
extern crate skinkit_border;
#[cfg(feature = "uniffi")]
use skinkit_border::UniFfiTag;

#[cfg(feature = "bench")]
pub mod bench;
mod compare;
mod error;
mod lesions;
mod measure;
mod noise;
mod raster;
mod register;
#[cfg(test)]
mod testing;
mod trend;

pub use compare::change::{Alignment, Aspect, Basis, Change, Direction, MeasureChange, Reason, Verdict};
pub use compare::judge::compare;
pub use compare::observation::Observation;
pub use compare::similarity::similarity;
pub use error::{Error, Result};
pub use lesions::matching::{Match, Matching, Override, Sighting, match_lesions};
pub use lesions::unlike::{Unlike, unlike_the_others};
pub use measure::lesion::measure;
pub use measure::measures::{Estimate, LengthUnit, Measure, Measures};
pub use measure::patch::Patch;
pub use measure::scale::PixelScale;
pub use measure::scene::segment;
pub use noise::handheld::HandheldNoise;
pub use noise::interval::Interval;
pub use noise::model::{MeasureNoise, NoiseModel, Spread};
pub use noise::tail::Tail;
pub use trend::change_point::ChangePoint;
pub use trend::line::{Point, Trend, TrendPoint, recovery, trend};
pub use trend::visits::{Visits, same_visit, visits};
