//! The square that is measured and compared: pixels of the region with the lesion's mask laid over them.

use skinkit_inference::Mask;
use skinkit_tracking::Patch;

use crate::Result;

/// A patch of `side`² pixels; the network's mask, if there is one, is brought to that size.
pub(crate) fn from_pixels(rgb: Vec<u8>, side: usize, mask: Option<&Mask>) -> Result<Patch> {
    let mask = mask.map(|mask| enlarge(&mask.values, mask.width, mask.height, side));
    Ok(Patch::new(side, side, rgb, mask)?)
}

/// Bilinear enlargement of a probability map to bytes; pixel centres at half.
fn enlarge(values: &[f32], width: usize, height: usize, side: usize) -> Vec<u8> {
    let axis = |length: usize| -> Vec<(usize, usize, f32)> {
        (0..side)
            .map(|i| {
                let at = ((i as f32 + 0.5) * length as f32 / side as f32 - 0.5).clamp(0.0, (length - 1) as f32);
                let low = at as usize;
                (low, (low + 1).min(length - 1), at - low as f32)
            })
            .collect()
    };
    let (columns, rows) = (axis(width), axis(height));
    let mut out = Vec::with_capacity(side * side);
    for &(top, bottom, down) in &rows {
        for &(left, right, across) in &columns {
            let line = |row: usize| {
                let row = &values[row * width..];
                row[left] + (row[right] - row[left]) * across
            };
            let (above, below) = (line(top), line(bottom));
            out.push(((above + (below - above) * down).clamp(0.0, 1.0) * 255.0).round() as u8);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_its_corners_and_its_middle() {
        let out = enlarge(&[0.0, 1.0, 0.0, 1.0], 2, 2, 4);
        assert_eq!(out[..4], [0, 64, 191, 255]);
        assert_eq!(out[12..], out[..4]);
    }

    #[test]
    fn equal_sizes_are_copied() {
        assert_eq!(enlarge(&[0.0, 0.2, 0.4, 1.0], 2, 2, 2), [0, 51, 102, 255]);
    }
}
