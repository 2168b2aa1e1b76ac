//! Model packs: what `pack.json` says, and whether it is true.

mod capture;
pub(crate) mod check;
mod context_model;
mod fault;
pub mod manifest;
mod model_pack;
mod pack_json;
mod profile;

pub use capture::{Capture, CaptureChoice, CaptureSource, CaptureUsed};
pub use context_model::{ContextModel, Term, TermKind};
pub use manifest::{CropRule, Label, License, Manifest};
pub use model_pack::ModelPack;
pub use profile::{Calibration, CaptureProfile, Conformal, EmbeddingNoise, Ood, OodMethod, Spread};
