//! What the bench needs beside the public calls.

use skinkit_preprocess::Frame;

use super::confidence::FEATURES;
use super::find::{SpotFinder, SpotOptions};
use super::spot::Spot;
use crate::Result;

/// Everything that might be a spot, with the features that its confidence comes from.
///
/// # Errors
/// As [`SpotFinder::find`].
pub fn candidates(finder: &mut SpotFinder, frame: &Frame<'_>) -> Result<Vec<(Spot, [f32; FEATURES])>> {
    let search = finder.search(frame, SpotOptions::default())?;
    Ok(search
        .finds
        .into_iter()
        .map(|(spot, features)| (spot, features.0))
        .collect())
}
