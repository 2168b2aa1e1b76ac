//! A patch as the logarithm of its light.

use crate::measure::patch::Patch;
use crate::raster::plane::Plane;
use skinkit_numerics::color::linear;

/// Darkest linear value told apart from black; one sRGB step is 0.0003.
pub(crate) const DARK: f32 = 0.002;

/// The patch as natural logarithms of linear light, one plane a channel, at `width` x `height`.
///
/// In the logarithm a change of lamp or of white balance is an offset.
pub(crate) fn log_planes(patch: &Patch, width: usize, height: usize) -> [Plane; 3] {
    let table: Vec<f32> = (0..=255u8).map(linear).collect();
    let rgb = patch.rgb();
    core::array::from_fn(|c| {
        Plane::from_fn(patch.width(), patch.height(), |x, y| {
            table[usize::from(rgb[(y * patch.width() + x) * 3 + c])]
        })
        .resized(width, height)
        .map(|v| v.max(DARK).ln())
    })
}
