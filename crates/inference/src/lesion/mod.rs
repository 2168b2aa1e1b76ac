//! The lesion model: from a network's raw numbers to a finding.

mod calibration;
mod context;
mod finding;
mod maps;
mod model;

pub use context::{Answer, Context, ContextEffect, TermEffect};
pub use finding::{Familiarity, Finding, LabelProbability, PackRef, Withheld};
pub use maps::{Embedding, Heatmap, Mask};
pub use model::{LesionModel, LesionOptions};
