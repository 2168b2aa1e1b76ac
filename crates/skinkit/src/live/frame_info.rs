//! What is known of a frame beside its pixels.

use std::time::{Duration, Instant};

/// When a frame came, and to which stream it belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameInfo {
    pub timestamp: Duration,
    /// When it was handed over, for the time it waited.
    pub pushed: Instant,
    /// Milliseconds that copying took.
    pub copy: f64,
    /// The stream that it belongs to: `SessionSettings::stream`.
    pub stream: u64,
}
