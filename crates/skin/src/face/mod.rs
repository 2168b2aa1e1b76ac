//! A face's skin: zones, chart, light, measures and maps.

mod anomaly;
mod chart;
mod color_chart;
mod light;
mod lines;
mod map;
mod measure;
mod report;
mod spots;
mod surface;
mod zone;

pub use anomaly::{ONE_IN_100, ONE_IN_1000};
pub use chart::CHART_SIDE;
pub(crate) use color_chart::other_parts;
pub use color_chart::{COLOR_SIDE, ColorChart};
pub use light::{Light, LightSource};
pub use map::FaceMap;
pub use report::{SkinAnalyzer, SkinReport, ZoneReadings};
pub use spots::FaceSpot;
pub use zone::{UnknownZone, Zone};
