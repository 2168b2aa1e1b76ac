//! What a session is set to while it runs.

use super::event::LivePhase;
use crate::Region;

/// What the session is set to, as the frame path needs to know it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct SessionSettings {
    pub region: Region,
    pub phase: LivePhase,
    pub auto_capture: bool,
    pub shutter: bool,
    /// Counts restarts: what belongs to an earlier round is thrown away.
    pub round: u64,
    /// Counts changes of the camera or the region.
    pub stream: u64,
}
