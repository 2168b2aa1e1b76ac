//! A printed card with a marker: a ruler that cannot be mistaken for anything else.

use serde::{Deserialize, Serialize};
use skinkit_preprocess::ndarray::Array3;
use skinkit_preprocess::{Frame, Resampler, Roi};

use crate::Result;
use crate::ruler::scale::Scale;

/// Rows and columns of the grid that is searched.
const SIDE: usize = 288;
/// Cells of a marker: a black frame one cell wide around five by five bits.
const CELLS: usize = 7;
/// The four rows that an ArUco marker can be made of, each for two bits of its number.
const ROWS: [u8; 4] = [0b10000, 0b10111, 0b01001, 0b01110];
/// Least side of a marker, in cells of the grid: three for each of its own.
const LEAST_SIDE: f32 = 21.0;
/// A cell is dark if it is this much darker than its surroundings, in grey levels.
const DARKER: f32 = 8.0;
/// Least contrast between a marker's black and white, in grey levels.
const LEAST_CONTRAST: f32 = 40.0;
/// Least gap between a marker's darkest white and lightest black cell, as a share of that contrast.
const LEAST_GAP: f32 = 0.15;

/// A marker of the original ArUco dictionary (5 × 5 bits, numbers 0 to 1023; 1023 looks the same upside down).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Marker {
    /// Its number.
    pub id: u16,
    /// Its corners in pixels, clockwise on the card from the top left one.
    pub corners: [[f32; 2]; 4],
}

impl Marker {
    /// Lengths of the four sides, in pixels.
    fn sides(&self) -> [f32; 4] {
        std::array::from_fn(|i| distance(self.corners[i], self.corners[(i + 1) % 4]))
    }

    /// The scale in the card's plane, for the printed side of the black square in millimeters.
    ///
    /// # Errors
    /// A side that is not finite and positive, or a card seen too obliquely.
    pub fn scale(&self, side_mm: f32) -> Result<Scale> {
        Scale::from_square(side_mm, self.corners)
    }
}

/// Finds markers. Holds its work buffers: one a thread.
pub struct MarkerFinder {
    resampler: Resampler,
    rgb: Array3<u8>,
}

impl Default for MarkerFinder {
    fn default() -> Self {
        Self::new()
    }
}

impl MarkerFinder {
    /// A finder; it needs no model.
    pub fn new() -> Self {
        Self {
            resampler: Resampler::new(),
            rgb: Array3::zeros((SIDE, SIDE, 3)),
        }
    }

    /// The markers in `search`, the largest first; each must lie in it whole, with white around it, and take up at
    /// least a fourteenth of the region's side.
    ///
    /// # Errors
    /// The region is unusable or outside the picture.
    pub fn find(&mut self, frame: &Frame<'_>, search: &Roi) -> Result<Vec<Marker>> {
        self.resampler.rgb8(frame, search, self.rgb.view_mut())?;
        let grey: Vec<f32> = self
            .rgb
            .as_slice()
            .unwrap_or_default()
            .chunks_exact(3)
            .map(|p| p.iter().map(|v| f32::from(*v)).sum::<f32>() / 3.0)
            .collect();
        let mut found: Vec<Marker> = dark_shapes(&grey)
            .iter()
            .filter_map(|shape| quadrangle(shape))
            .filter_map(|corners| refined(&grey, corners))
            .filter_map(|corners| read(&grey, corners))
            .collect();
        found.sort_unstable_by(|a, b| b.sides().iter().sum::<f32>().total_cmp(&a.sides().iter().sum::<f32>()));
        for marker in &mut found {
            marker.corners = marker
                .corners
                .map(|p| search.to_picture(p.map(|c| (c + 0.5) / SIDE as f32)));
        }
        Ok(found)
    }
}

/// Connected dark cells, by shape; what touches the edge of the grid is not whole.
fn dark_shapes(grey: &[f32]) -> Vec<Vec<[f32; 2]>> {
    const REACH: usize = 16;
    let mut sums = vec![0.0f64; (SIDE + 1) * (SIDE + 1)];
    for row in 0..SIDE {
        let mut line = 0.0;
        for column in 0..SIDE {
            line += f64::from(grey[row * SIDE + column]);
            sums[(row + 1) * (SIDE + 1) + column + 1] = sums[row * (SIDE + 1) + column + 1] + line;
        }
    }
    let mut dark: Vec<bool> = (0..SIDE * SIDE)
        .map(|i| {
            let (row, column) = (i / SIDE, i % SIDE);
            let (top, bottom) = (row.saturating_sub(REACH), (row + REACH + 1).min(SIDE));
            let (left, right) = (column.saturating_sub(REACH), (column + REACH + 1).min(SIDE));
            let at = |y: usize, x: usize| sums[y * (SIDE + 1) + x];
            let sum = at(bottom, right) + at(top, left) - at(top, right) - at(bottom, left);
            grey[i] < (sum / ((bottom - top) * (right - left)) as f64) as f32 - DARKER
        })
        .collect();
    let mut shapes = Vec::new();
    for start in 0..SIDE * SIDE {
        if !dark[start] {
            continue;
        }
        let (mut shape, mut open, mut whole) = (Vec::new(), vec![start], true);
        dark[start] = false;
        while let Some(i) = open.pop() {
            let (row, column) = (i / SIDE, i % SIDE);
            shape.push([column as f32, row as f32]);
            if row == 0 || column == 0 || row == SIDE - 1 || column == SIDE - 1 {
                whole = false;
                continue;
            }
            for next in [i - 1, i + 1, i - SIDE, i + SIDE] {
                if dark[next] {
                    dark[next] = false;
                    open.push(next);
                }
            }
        }
        // The frame alone is 24 of 49 cells.
        if whole && shape.len() as f32 > 0.3 * LEAST_SIDE * LEAST_SIDE {
            shapes.push(shape);
        }
    }
    shapes
}

/// The four outermost cells of a shape, clockwise on screen, if they span it.
fn quadrangle(shape: &[[f32; 2]]) -> Option<[[f32; 2]; 4]> {
    let farthest = |from: [f32; 2]| {
        shape
            .iter()
            .copied()
            .max_by(|a, b| distance(*a, from).total_cmp(&distance(*b, from)))
    };
    let count = shape.len() as f32;
    let middle: [f32; 2] = std::array::from_fn(|axis| shape.iter().map(|p| p[axis]).sum::<f32>() / count);
    let a = farthest(middle)?;
    let c = farthest(a)?;
    let side = |p: &[f32; 2]| (c[0] - a[0]) * (p[1] - a[1]) - (c[1] - a[1]) * (p[0] - a[0]);
    let b = shape.iter().copied().min_by(|p, q| side(p).total_cmp(&side(q)))?;
    let d = shape.iter().copied().max_by(|p, q| side(p).total_cmp(&side(q)))?;
    let corners = [a, b, c, d];
    let sides: [f32; 4] = std::array::from_fn(|i| distance(corners[i], corners[(i + 1) % 4]));
    let (least, most) = sides
        .iter()
        .fold((f32::INFINITY, 0.0f32), |(l, m), s| (l.min(*s), m.max(*s)));
    (least >= LEAST_SIDE && least > 0.5 * most).then_some(corners)
}

/// Corners to a fraction of a cell: a line through the strongest steps across each side, and where the lines meet.
fn refined(grey: &[f32], corners: [[f32; 2]; 4]) -> Option<[[f32; 2]; 4]> {
    let mut lines = [[0.0f32; 3]; 4];
    for (i, line) in lines.iter_mut().enumerate() {
        let (a, b) = (corners[i], corners[(i + 1) % 4]);
        let length = distance(a, b);
        let along = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
        let across = [along[1], -along[0]];
        let mut points = Vec::new();
        for step in 0..=20 {
            let t = length * (0.12 + 0.76 * step as f32 / 20.0);
            let value = |s: f32| {
                sample(
                    grey,
                    [a[0] + along[0] * t + across[0] * s, a[1] + along[1] * t + across[1] * s],
                )
            };
            let (mut total, mut moment) = (0.0, 0.0);
            for k in -8..8 {
                let (low, high) = (0.5 * k as f32, 0.5 * (k + 1) as f32);
                let step = (value(high) - value(low)).abs().powi(2);
                (total, moment) = (total + step, moment + step * (low + high) / 2.0);
            }
            if total > 1.0 {
                let s = moment / total;
                points.push([a[0] + along[0] * t + across[0] * s, a[1] + along[1] * t + across[1] * s]);
            }
        }
        *line = fitted_line(&points)?;
    }
    let mut result = corners;
    for (i, corner) in result.iter_mut().enumerate() {
        let ([a, b, c], [d, e, f]) = (lines[(i + 3) % 4], lines[i]);
        let determinant = a * e - b * d;
        if determinant.abs() < 0.2 {
            return None;
        }
        let place = [(c * e - b * f) / determinant, (a * f - c * d) / determinant];
        if distance(place, *corner) > 6.0 {
            return None;
        }
        *corner = place;
    }
    Some(result)
}

/// `[a, b, c]` with `a x + b y = c` and `a² + b² = 1`, by total least squares.
fn fitted_line(points: &[[f32; 2]]) -> Option<[f32; 3]> {
    if points.len() < 6 {
        return None;
    }
    let count = points.len() as f32;
    let mean: [f32; 2] = std::array::from_fn(|axis| points.iter().map(|p| p[axis]).sum::<f32>() / count);
    let sum = |i: usize, j: usize| points.iter().map(|p| (p[i] - mean[i]) * (p[j] - mean[j])).sum::<f32>();
    let angle = 0.5 * (2.0 * sum(0, 1)).atan2(sum(0, 0) - sum(1, 1));
    let (a, b) = (-angle.sin(), angle.cos());
    Some([a, b, a * mean[0] + b * mean[1]])
}

/// The bits inside four corners, in whichever turn they make a marker.
fn read(grey: &[f32], corners: [[f32; 2]; 4]) -> Option<Marker> {
    let mut values = [[0.0f32; CELLS]; CELLS];
    for (row, line) in values.iter_mut().enumerate() {
        for (column, value) in line.iter_mut().enumerate() {
            let unit = [column, row].map(|c| (c as f32 + 0.5) / CELLS as f32);
            *value = sample(grey, projected(&corners, unit));
        }
    }
    let (least, most) = values
        .iter()
        .flatten()
        .fold((f32::INFINITY, 0.0f32), |(l, m), v| (l.min(*v), m.max(*v)));
    if most - least < LEAST_CONTRAST {
        return None;
    }
    let bit = |row: usize, column: usize| values[row][column] > (least + most) / 2.0;
    // Black and white of a print are far apart, and the print has a white margin: a dark blotch has neither.
    let (darkest_white, lightest_black) = values.iter().flatten().fold((most, least), |(white, black), &v| {
        if v > (least + most) / 2.0 {
            (white.min(v), black)
        } else {
            (white, black.max(v))
        }
    });
    if darkest_white - lightest_black < LEAST_GAP * (most - least) {
        return None;
    }
    let margin = |along: f32| {
        [
            [along, -0.5],
            [along, CELLS as f32 + 0.5],
            [-0.5, along],
            [CELLS as f32 + 0.5, along],
        ]
    };
    let white = (0..CELLS)
        .flat_map(|i| margin(i as f32 + 0.5))
        .all(|place| sample(grey, projected(&corners, place.map(|c| c / CELLS as f32))) > (least + most) / 2.0);
    if !white {
        return None;
    }
    let rim = |i: usize| i == 0 || i == CELLS - 1;
    let frame = (0..CELLS * CELLS).filter(|i| rim(i / CELLS) || rim(i % CELLS));
    if frame.filter(|i| bit(i / CELLS, i % CELLS)).count() > 0 {
        return None;
    }
    (0..4).find_map(|turns| {
        let turned = |row: usize, column: usize| match turns {
            0 => bit(row, column),
            1 => bit(column, CELLS - 1 - row),
            2 => bit(CELLS - 1 - row, CELLS - 1 - column),
            _ => bit(CELLS - 1 - column, row),
        };
        let mut id = 0u16;
        for row in 1..CELLS - 1 {
            let word = (1..CELLS - 1).fold(0u8, |word, column| word << 1 | u8::from(turned(row, column)));
            let value = ROWS.iter().position(|known| *known == word)?;
            id = id << 2 | value as u16;
        }
        // After k quarter turns the card's top left corner is the k-th of these.
        Some(Marker {
            id,
            corners: std::array::from_fn(|i| corners[(i + turns) % 4]),
        })
    })
}

/// The point of a quadrangle that a point of the unit square is seen at (a homography).
fn projected([a, b, c, d]: &[[f32; 2]; 4], [u, v]: [f32; 2]) -> [f32; 2] {
    let (dx1, dx2) = (b[0] - c[0], d[0] - c[0]);
    let (dy1, dy2) = (b[1] - c[1], d[1] - c[1]);
    let (sx, sy) = (a[0] - b[0] + c[0] - d[0], a[1] - b[1] + c[1] - d[1]);
    let determinant = dx1 * dy2 - dx2 * dy1;
    let (g, h) = ((sx * dy2 - dx2 * sy) / determinant, (dx1 * sy - sx * dy1) / determinant);
    let weight = g * u + h * v + 1.0;
    std::array::from_fn(|i| ((b[i] - a[i] + g * b[i]) * u + (d[i] - a[i] + h * d[i]) * v + a[i]) / weight)
}

fn sample(grey: &[f32], [x, y]: [f32; 2]) -> f32 {
    let last = (SIDE - 1) as f32;
    let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
    let (left, top) = ((x as usize).min(SIDE - 2), (y as usize).min(SIDE - 2));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let at = |row: usize, column: usize| grey[row * SIDE + column];
    let upper = at(top, left) * (1.0 - fx) + at(top, left + 1) * fx;
    let lower = at(top + 1, left) * (1.0 - fx) + at(top + 1, left + 1) * fx;
    upper * (1.0 - fy) + lower * fy
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A card with marker `id` on skin: 400 pixels square. `to_card` gives a pixel's place on the card, in marker sides.
    fn photo(id: u16, to_card: impl Fn(f32, f32) -> [f32; 2]) -> Vec<u8> {
        let cell = |u: f32, v: f32| {
            let (column, row) = ((u * CELLS as f32).floor() as i32, (v * CELLS as f32).floor() as i32);
            let inner = |i: i32| (1..=5).contains(&i);
            if !(0..7).contains(&row) || !(0..7).contains(&column) {
                return if (-0.2..1.2).contains(&u) && (-0.2..1.2).contains(&v) {
                    235.0
                } else {
                    165.0
                };
            }
            let word = ROWS[usize::from(id >> (2 * (5 - row.clamp(1, 5)))) & 3];
            let bit = inner(row) && inner(column) && word >> (5 - column) & 1 == 1;
            if bit { 230.0 } else { 35.0 }
        };
        (0..400 * 400)
            .flat_map(|i| {
                // Four samples a pixel: a camera does not see steps.
                let mut sum = 0.0;
                for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                    let [u, v] = to_card((i % 400) as f32 + dx, (i / 400) as f32 + dy);
                    sum += cell(u, v) / 4.0;
                }
                let noise = ((i as u32).wrapping_mul(2_654_435_761) >> 29) as f32 - 3.5;
                let value = (sum + noise).clamp(0.0, 255.0) as u8;
                [value, value, value]
            })
            .collect()
    }

    #[test]
    fn a_turned_marker_is_read_and_measured() {
        let search = Roi::square([200.0, 200.0], 390.0);
        for (id, side, turn) in [
            (0u16, 120.0f32, 0.0f32),
            (341, 90.0, 0.5),
            (682, 150.0, 2.2),
            (577, 70.0, -1.3),
        ] {
            let (sin, cos) = turn.sin_cos();
            let pixels = photo(id, |x, y| {
                let (x, y) = (x - 205.0, y - 190.0);
                [(cos * x + sin * y) / side + 0.5, (cos * y - sin * x) / side + 0.5]
            });
            let frame = Frame::rgb8(&pixels, 400, 400).unwrap();
            let found = MarkerFinder::new().find(&frame, &search).unwrap();
            assert_eq!(found.iter().map(|m| m.id).collect::<Vec<_>>(), [id], "{side} {turn}");
            let scale = found[0].scale(30.0).unwrap();
            assert!(
                (scale.mm_per_pixel / (30.0 / side) - 1.0).abs() < 0.01,
                "{scale:?} for {}",
                30.0 / side
            );
            let first = [205.0 - side / 2.0 * (cos - sin), 190.0 - side / 2.0 * (sin + cos)];
            assert!(
                distance(found[0].corners[0], first) < 1.5,
                "{:?} for {first:?}",
                found[0].corners
            );
        }
    }

    #[test]
    fn a_tilted_marker_is_read_and_its_error_grows() {
        let pixels = photo(100, |x, y| {
            // Farther away at the top.
            let depth = 1.0 + (200.0 - y) * 0.001;
            [(x - 200.0) * depth / 110.0 + 0.5, (y - 200.0) * depth / 100.0 + 0.5]
        });
        let frame = Frame::rgb8(&pixels, 400, 400).unwrap();
        let found = MarkerFinder::new()
            .find(&frame, &Roi::square([200.0, 200.0], 390.0))
            .unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].id, 100);
        let scale = found[0].scale(30.0).unwrap();
        assert!(scale.error / scale.mm_per_pixel > 0.03);
    }

    #[test]
    fn black_squares_and_bare_skin_are_no_markers() {
        let square = photo(0, |x, y| {
            let inside = (120.0..280.0).contains(&x) && (120.0..280.0).contains(&y);
            if inside { [0.05, 0.05] } else { [9.0, 9.0] }
        });
        for pixels in [square, vec![150; 400 * 400 * 3]] {
            let frame = Frame::rgb8(&pixels, 400, 400).unwrap();
            let found = MarkerFinder::new()
                .find(&frame, &Roi::square([200.0, 200.0], 390.0))
                .unwrap();
            assert!(found.is_empty(), "{found:?}");
        }
    }
}
