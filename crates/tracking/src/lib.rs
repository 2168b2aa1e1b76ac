#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod assignment;
#[cfg(feature = "bench")]
pub mod bench;
mod bits;
mod border;
mod change;
mod colour;
mod compare;
mod error;
mod learn;
mod matching;
mod measure;
mod measures;
mod noise;
mod observation;
mod pair;
mod parts;
mod patch;
mod plane;
mod pose;
mod register;
mod scale;
mod segment;
mod segments;
mod shape;
mod shipped;
mod similarity;
mod solve;
mod surface;
#[cfg(test)]
mod testing;
mod tint;
mod trend;
mod unlike;
mod visits;

pub use change::{Alignment, Aspect, Basis, Change, Direction, MeasureChange, Reason, Verdict};
pub use compare::compare;
pub use error::{Error, Result};
pub use matching::{Match, Matching, Override, Sighting, match_lesions};
pub use measure::measure;
pub use measures::{Estimate, LengthUnit, Measure, Measures};
pub use noise::{MeasureNoise, NoiseModel, Spread, Tail};
pub use observation::Observation;
pub use patch::Patch;
pub use scale::PixelScale;
pub use segment::segment;
pub use segments::ChangePoint;
pub use similarity::similarity;
pub use trend::{Interval, Point, Trend, TrendPoint, recovery, trend};
pub use unlike::{Unlike, unlike_the_others};
pub use visits::{Visits, same_visit, visits};
