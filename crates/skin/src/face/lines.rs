//! Dark lines across the forehead: ridges of the brightness.

use std::collections::VecDeque;

use super::surface::Surface;
use super::zone::Zone;
use crate::plane::{Plane, smoothed};

/// Half a line's width in millimeters: the smoothing before the second derivatives.
const HALF_WIDTH_MM: f32 = 0.8;
/// Least depth of a line in L*: its middle against its sides.
const LEAST_DEPTH: [f32; 2] = [0.9, 1.8];
/// A line runs across the forehead: at most this many degrees off the horizontal of the chart.
const MOST_SLANT: f32 = 35.0;
/// Shorter pieces are texture.
const LEAST_LENGTH_MM: f32 = 8.0;

/// The lines of the forehead.
pub(crate) struct Lines {
    /// Cells along their middles.
    pub cells: Vec<usize>,
    /// Their length, in millimeters.
    pub length_mm: f32,
}

pub(crate) fn find(surface: &Surface) -> Lines {
    let mm = surface.chart.mm_per_cell;
    let lightness = surface.lab.map(|lab| lab[0]);
    let sigma = (HALF_WIDTH_MM / mm).max(1.0);
    let smooth = smoothed(&lightness, &surface.skin, sigma);
    let inner = surface.skin.eroded((2.0 * sigma) as usize);
    let (width, height) = (smooth.width, smooth.height);
    let mut depth = Plane::filled(width, height, 0.0f32);
    for cell in surface.cells(Zone::Forehead) {
        let (x, y) = (cell % width, cell / width);
        if !inner.cells[cell] || x == 0 || y == 0 || x + 1 == width || y + 1 == height {
            continue;
        }
        let at = |dx: isize, dy: isize| smooth.cells[cell.wrapping_add_signed(dy * width as isize + dx)];
        let (xx, yy) = (
            at(1, 0) - 2.0 * at(0, 0) + at(-1, 0),
            at(0, 1) - 2.0 * at(0, 0) + at(0, -1),
        );
        let xy = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / 4.0;
        let (half, apart) = ((xx + yy) / 2.0, (((xx - yy) / 2.0).powi(2) + xy * xy).sqrt());
        let (across, along) = (half + apart, half - apart);
        // The direction across the line; a line along x has its curvature along y.
        let slant = (0.5 * (2.0 * xy).atan2(xx - yy)).to_degrees().abs();
        if across > 0.0 && along.abs() < 0.5 * across && (90.0 - slant) <= MOST_SLANT {
            depth.cells[cell] = across * sigma * sigma;
        }
    }
    // The middle of a line is its darkest cell from above to below.
    let ridge = |cell: usize| {
        let value = depth.cells[cell];
        let beside = |rows: isize| {
            let other = cell.wrapping_add_signed(rows * width as isize);
            depth.cells.get(other).copied().unwrap_or(0.0)
        };
        value >= LEAST_DEPTH[0] && value >= beside(1) && value > beside(-1)
    };
    let middles: Vec<usize> = (0..depth.cells.len()).filter(|&cell| ridge(cell)).collect();
    let mut open: Plane<bool> = Plane::filled(width, height, false);
    for &cell in &middles {
        open.cells[cell] = true;
    }
    let mut lines = Lines {
        cells: Vec::new(),
        length_mm: 0.0,
    };
    for start in middles {
        if !open.cells[start] {
            continue;
        }
        open.cells[start] = false;
        let (mut piece, mut queue) = (Vec::new(), VecDeque::from([start]));
        while let Some(cell) = queue.pop_front() {
            piece.push(cell);
            // A gap of one cell does not part a line.
            for dy in -2isize..=2 {
                for dx in -2isize..=2 {
                    let next = cell.wrapping_add_signed(dy * width as isize + dx);
                    if open.cells.get(next).copied().unwrap_or(false) {
                        open.cells[next] = false;
                        queue.push_back(next);
                    }
                }
            }
        }
        let deep = piece.iter().any(|&cell| depth.cells[cell] >= LEAST_DEPTH[1]);
        let columns = |f: fn(usize, usize) -> usize, start| piece.iter().fold(start, |m, &c| f(m, c % width));
        let rows = |f: fn(usize, usize) -> usize, start| piece.iter().fold(start, |m, &c| f(m, c / width));
        let across = (columns(usize::max, 0) - columns(usize::min, usize::MAX)) as f32;
        let down = (rows(usize::max, 0) - rows(usize::min, usize::MAX)) as f32;
        let length = across.hypot(down) * mm;
        if deep && length >= LEAST_LENGTH_MM {
            lines.length_mm += length;
            lines.cells.extend(piece);
        }
    }
    lines
}
