//! Live capture: a camera's frames in, guidance and at last one analyzed capture out.

mod config;
mod event;
mod frame_info;
mod guide;
mod hold;
mod session;
mod settings;
mod shared;
mod state;

pub use config::{LiveConfig, ThermalLevel};
pub use event::{
    Capture, Guidance, LiveFace, LiveFailure, LiveListener, LivePhase, LiveStage, LiveTimings, LiveUpdate,
};
pub use session::LiveSession;
pub use state::{LiveCounts, Pushed};
