//! The picture that is measured and compared: pixels of the region with the lesion's mask laid over them.

use skinkit_tracking::Patch;

use crate::Result;
use crate::overlay::Map;

/// A patch of width and height; the mask, if there is one, is brought to that size.
pub(crate) fn masked(rgb: Vec<u8>, (width, height): (usize, usize), mask: Option<&Map>) -> Result<Patch> {
    let mask = mask.map(|mask| {
        let values = mask.resized(width, height);
        values.into_iter().map(|value| (value * 255.0).round() as u8).collect()
    });
    Ok(Patch::new(width, height, rgb, mask)?)
}
