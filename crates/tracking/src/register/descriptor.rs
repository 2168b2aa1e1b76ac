//! What the surroundings of a keypoint look like, in numbers that do not depend on light, turn and scale.

use crate::register::keypoints::{Keypoint, ScaleSpace, gradient};
use std::f32::consts::TAU;

/// Cells a side, and directions a cell (Lowe 2004).
const CELLS: usize = 4;
const DIRECTIONS: usize = 8;
/// Numbers of a descriptor.
pub(crate) const LENGTH: usize = CELLS * CELLS * DIRECTIONS;
/// A cell's side in blurs of its keypoint (Lowe 2004).
const CELL: f32 = 3.0;
/// No single gradient may count for more than this part of all (Lowe 2004): shine is one strong edge.
const MOST_PART: f32 = 0.2;

/// Histograms of gradients around one keypoint, as square roots of parts of their sum (Arandjelović and Zisserman 2012):
/// the dot product of two of them is their Hellinger affinity, 0..=1.
pub(crate) type Descriptor = [f32; LENGTH];

pub(crate) fn describe(space: &ScaleSpace, point: &Keypoint) -> Descriptor {
    let plane = &space.levels[point.octave][point.level];
    let (sin, cos) = point.angle.sin_cos();
    let cell = CELL * point.blur;
    let radius = (cell * core::f32::consts::SQRT_2 * (CELLS as f32 + 1.0) * 0.5).round() as isize;
    let middle = CELLS as f32 / 2.0 - 0.5;
    let mut bins = [0f32; LENGTH];
    let [cx, cy] = point.place.map(|v| v.round() as isize);
    for y in cy - radius..=cy + radius {
        for x in cx - radius..=cx + radius {
            let (dx, dy) = (x as f32 - point.place[0], y as f32 - point.place[1]);
            let (u, v) = ((cos * dx + sin * dy) / cell, (cos * dy - sin * dx) / cell);
            let (column, row) = (u + middle, v + middle);
            let inside = -1.0..CELLS as f32;
            if !inside.contains(&column) || !inside.contains(&row) {
                continue;
            }
            let Some([gx, gy]) = gradient(plane, x, y) else {
                continue;
            };
            let weight = (-(u * u + v * v) / (2.0 * (0.5 * CELLS as f32).powi(2))).exp() * gx.hypot(gy);
            let direction = (gy.atan2(gx) - point.angle).rem_euclid(TAU) / TAU * DIRECTIONS as f32;
            spread(&mut bins, [column, row], direction, weight);
        }
    }
    let length = bins.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-12);
    bins.iter_mut().for_each(|v| *v = (*v / length).min(MOST_PART));
    let sum = bins.iter().sum::<f32>().max(1e-12);
    bins.map(|v| (v / sum).sqrt())
}

/// Adds a gradient to the nearest two cells each way and the nearest two directions.
fn spread(bins: &mut Descriptor, [column, row]: [f32; 2], direction: f32, weight: f32) {
    let (c, r, d) = (column.floor(), row.floor(), direction.floor());
    let (fc, fr, fd) = (column - c, row - r, direction - d);
    for (i, wr) in [(0, 1.0 - fr), (1, fr)] {
        for (j, wc) in [(0, 1.0 - fc), (1, fc)] {
            let (i, j) = (r as isize + i, c as isize + j);
            let cells = 0..CELLS as isize;
            if !cells.contains(&i) || !cells.contains(&j) {
                continue;
            }
            let cell = (i as usize * CELLS + j as usize) * DIRECTIONS;
            let first = d as usize % DIRECTIONS;
            bins[cell + first] += weight * wr * wc * (1.0 - fd);
            bins[cell + (first + 1) % DIRECTIONS] += weight * wr * wc * fd;
        }
    }
}

/// Dot product, in lanes that compilers turn into vectors.
pub(crate) fn affinity(a: &Descriptor, b: &Descriptor) -> f32 {
    let mut lanes = [0f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}
