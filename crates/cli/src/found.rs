//! What was found in a photo, for printing and for drawing.

use skinkit::FaceSkin;
use skinkit::roi::{Face, Hand, Pose, SkinMask};

/// All that was found.
pub struct Found {
    /// Each with its skin, where enough of it is seen.
    pub faces: Vec<(Face, Option<FaceSkin>)>,
    /// The skin of the person, where there is any.
    pub body: Option<SkinMask>,
    /// Empty without the networks.
    pub hands: Vec<Hand>,
    /// None without the networks.
    pub pose: Option<Pose>,
    /// Why hands and pose were not looked for.
    pub skipped: Option<String>,
}
