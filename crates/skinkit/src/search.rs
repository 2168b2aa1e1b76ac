//! Where in a picture the lesion is, by the mask of the lesion network: a phone's lesion is neither in the middle nor as
//! large as the network was trained to see it.

use serde::Serialize;
use skinkit_inference::ndarray::ArrayView2;
use skinkit_inference::{Capture, Mask};
use skinkit_preprocess::Roi;

/// Most runs of the network in search of a lesion, the one that is kept included.
pub(crate) const MOST_RUNS: usize = 4;

/// How far a lesion's middle may be from the square's, as a part of its side: of 95 % of PAD-UFES-20's and of HAM10000's
/// masks at most this (0.15 and 0.16 of 599 and 600 masks).
const OFF_CENTER: f32 = 0.15;

/// How much larger or smaller than usual a lesion may be in its square before it is cut again.
const OFF_SIZE: f32 = 1.8;

/// Least probability of a place in the lesion.
const INSIDE: f32 = 0.5;

/// Fewest cells of the mask that are a lesion and not noise.
const FEWEST_CELLS: usize = 6;

/// Greatest extent of a lesion as a part of the square's side, as the network was trained to see it: the medians of 600
/// masks of HAM10000 and 599 of PAD-UFES-20 in the centered square.
fn usual_extent(capture: Capture) -> f32 {
    match capture {
        Capture::Dermoscope => 0.73,
        Capture::CloseUp => 0.40,
    }
}

/// Where a lesion was looked for, and where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LesionSearch {
    /// The square that was searched, in pixels of the upright picture.
    pub searched: Roi,
    /// The square around the lesion, as it was analyzed; `None` where the network's mask shows none: then the region that
    /// was asked for was analyzed.
    pub found: Option<Roi>,
}

/// The square around all of a picture.
pub(crate) fn whole((width, height): (u32, u32)) -> Roi {
    let center = [width as f32 / 2.0, height as f32 / 2.0];
    Roi::square(center, width.max(height) as f32)
}

/// A lesion in a square: its middle and greatest extent, in pixels of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spot {
    center: [f32; 2],
    extent: f32,
}

impl Spot {
    /// The largest spot in the mask of this square, by the sum of its probabilities.
    pub fn largest(mask: &Mask, square: &Roi) -> Option<Self> {
        let [left, top, right, bottom] = largest_part(mask.array())?;
        let (rows, columns) = mask.array().dim();
        let place =
            |low: usize, high: usize, cells: usize| ((low + high + 1) as f32 / 2.0 / cells as f32 - 0.5) * square.width;
        let size = |low: usize, high: usize, cells: usize| (high - low + 1) as f32 / cells as f32 * square.width;
        Some(Self {
            center: [
                square.centre[0] + place(left, right, columns),
                square.centre[1] + place(top, bottom, rows),
            ],
            extent: size(left, right, columns).max(size(top, bottom, rows)),
        })
    }

    /// Whether it lies in a square about as the network was trained to see it.
    pub fn fits(self, square: &Roi, capture: Capture) -> bool {
        let off = |axis: usize| (self.center[axis] - square.centre[axis]).abs() / square.width;
        let size = self.extent / square.width / usual_extent(capture);
        off(0).max(off(1)) <= OFF_CENTER && (1.0 / OFF_SIZE..=OFF_SIZE).contains(&size)
    }

    /// The square that shows it as the network was trained to see it, no larger than the picture.
    pub fn square(self, capture: Capture, (width, height): (u32, u32), least: f32) -> Roi {
        let side = (self.extent / usual_extent(capture)).clamp(least, width.max(height) as f32);
        Roi::square(self.center, side)
    }
}

/// Left, top, right and bottom cell of the part of the mask with the largest sum of probabilities.
fn largest_part(mask: ArrayView2<'_, f32>) -> Option<[usize; 4]> {
    let (rows, columns) = mask.dim();
    let mut seen = vec![false; rows * columns];
    let mut best: Option<(f32, [usize; 4])> = None;
    for start in 0..rows * columns {
        let mut waiting = vec![start];
        let (mut sum, mut cells) = (0.0, 0);
        let mut bounds = [columns, rows, 0, 0];
        while let Some(cell) = waiting.pop() {
            let (row, column) = (cell / columns, cell % columns);
            if seen[cell] || mask[[row, column]] < INSIDE {
                continue;
            }
            seen[cell] = true;
            sum += mask[[row, column]];
            cells += 1;
            bounds = [
                bounds[0].min(column),
                bounds[1].min(row),
                bounds[2].max(column),
                bounds[3].max(row),
            ];
            waiting.extend((column > 0).then(|| cell - 1));
            waiting.extend((column + 1 < columns).then(|| cell + 1));
            waiting.extend((row > 0).then(|| cell - columns));
            waiting.extend((row + 1 < rows).then(|| cell + columns));
        }
        if cells >= FEWEST_CELLS && best.is_none_or(|(most, _)| sum > most) {
            best = Some((sum, bounds));
        }
    }
    best.map(|(_, bounds)| bounds)
}

#[cfg(test)]
mod tests {
    use skinkit_inference::ndarray::Array2;

    use super::*;

    fn mask(parts: &[(std::ops::Range<usize>, std::ops::Range<usize>)]) -> Mask {
        let inside = |(row, column)| {
            parts
                .iter()
                .any(|(rows, columns)| rows.contains(&row) && columns.contains(&column))
        };
        Mask::new(Array2::from_shape_fn((20, 20), |at| if inside(at) { 0.9 } else { 0.0 }))
    }

    #[test]
    fn the_largest_part_is_placed_in_the_picture() {
        let square = Roi::square([300.0, 200.0], 400.0);
        // Columns 2 to 5, rows 12 to 17 of 20: 20 px a cell from (100, 0).
        let spot = Spot::largest(&mask(&[(12..18, 2..6), (3..5, 10..13)]), &square).unwrap();
        let [x, y] = spot.center;
        assert!((x - 180.0).abs() < 1e-3 && (y - 300.0).abs() < 1e-3, "{x} {y}");
        assert!((spot.extent - 120.0).abs() < 1e-3);
        assert_eq!(Spot::largest(&mask(&[]), &square), None);
        assert_eq!(Spot::largest(&mask(&[(3..5, 3..5)]), &square), None, "a speck");
    }

    #[test]
    fn a_lesion_as_trained_is_left_where_it_is() {
        let square = Roi::square([200.0, 200.0], 400.0);
        let spot = |center: [f32; 2], extent| Spot { center, extent };
        assert!(spot([220.0, 190.0], 160.0).fits(&square, Capture::CloseUp));
        assert!(
            !spot([300.0, 200.0], 160.0).fits(&square, Capture::CloseUp),
            "a quarter off"
        );
        assert!(
            !spot([200.0, 200.0], 53.0).fits(&square, Capture::CloseUp),
            "a third as large"
        );
        assert!(spot([200.0, 200.0], 292.0).fits(&square, Capture::Dermoscope));
    }

    #[test]
    fn the_square_shows_it_as_trained_and_not_more_than_the_picture() {
        let spot = Spot {
            center: [100.0, 120.0],
            extent: 40.0,
        };
        assert_eq!(
            spot.square(Capture::CloseUp, (400, 300), 32.0),
            Roi::square([100.0, 120.0], 100.0)
        );
        let large = Spot { extent: 390.0, ..spot };
        assert_eq!(large.square(Capture::CloseUp, (400, 300), 32.0).width, 400.0);
        let small = Spot { extent: 2.0, ..spot };
        assert_eq!(small.square(Capture::CloseUp, (400, 300), 32.0).width, 32.0);
    }
}
