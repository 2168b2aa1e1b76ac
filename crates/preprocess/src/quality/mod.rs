//! Whether a picture is good enough to be measured, and what to do if it is not.

pub mod constancy;
mod head_turn;
mod issue;
mod measured;
mod measures;
mod meter;
mod steadiness;
mod thresholds;

pub use head_turn::HeadTurn;
pub use issue::QualityIssue;
pub use measured::Quality;
pub use meter::{FrameContext, Meter, measure};
pub use thresholds::QualityThresholds;
