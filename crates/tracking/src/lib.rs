#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod change;
mod compare;
mod error;
mod measures;
mod noise;
mod observation;
mod patch;
mod similarity;

pub use change::{Aspect, Basis, Change, Direction, MeasureChange, Reason, Verdict};
pub use compare::compare;
pub use error::{Error, Result};
pub use measures::{Estimate, LengthUnit, Measure, Measures};
pub use noise::{MeasureNoise, NoiseModel, Spread, Tail};
pub use observation::Observation;
pub use patch::Patch;
pub use similarity::similarity;
