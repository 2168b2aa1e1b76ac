#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod blob;
mod change;
pub mod color;
mod error;
mod face;
mod noise;
mod plane;
mod reading;
mod shipped;
mod spots;
mod statistics;

pub use change::{MeasureChange, NewSpot, SkinChange, Verdict, compare};
pub use error::{Error, Result};
pub use face::{
    CHART_SIDE, COLOR_SIDE, ColorChart, FaceMap, FaceSpot, Light, LightSource, ONE_IN_100, ONE_IN_1000, SkinAnalyzer,
    SkinReport, UnknownZone, Zone, ZoneReadings,
};
pub use noise::{SkinNoise, Tone};
pub use reading::{Estimate, Measure, Reading, Reason, UnknownMeasure};
#[cfg(feature = "bench")]
pub use spots::bench;
pub use spots::{
    Fate, MatchedSpot, SURE, SkinArea, Spot, SpotFinder, SpotKind, SpotMap, SpotMatching, SpotOptions, match_spots,
};
