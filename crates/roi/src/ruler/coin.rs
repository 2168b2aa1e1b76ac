//! A coin (or any flat disc) laid on the skin: the ruler for places without an iris.

use serde::{Deserialize, Serialize};
use skinkit_preprocess::ndarray::Array3;
use skinkit_preprocess::{Frame, Resampler, Roi};

use crate::Result;
use crate::ruler::scale::Scale;

/// Rows and columns of the grid that is searched.
const SIDE: usize = 192;
/// Radii that are looked for, as shares of the search region's side.
const RADII: [f32; 2] = [0.12, 0.52];
/// Least share of the rim that must be seen: below it skin's own lines make ellipses of any size.
const LEAST_RIM: f32 = 0.64;
/// The rim is counted in this many directions.
const SECTORS: usize = 72;
/// How far from a circle an ellipse's rim is first looked for, as a share of the radius.
const SPREAD: f32 = 0.12;
/// Least brightness step across an edge, in grey levels a cell, and in median steps of its channel: skin's own texture
/// makes rims anywhere, if it may.
const LEAST_EDGE: f32 = 4.0;
const ABOVE_TEXTURE: f32 = 2.5;
/// Median steps from which an edge counts in full.
const FULL_EDGE: f32 = 5.0;
/// Share of the most complete rim that one farther out must reach to be taken instead: a coin has rings inside its rim.
const OUTER_RIM: f32 = 0.85;
/// One about the same middle and as tilted need not reach it: how far its middle may lie off, as a share of the half axis,
/// and how much its axes' ratio may differ. Brass on skin is seen less well than the seam within it.
const SAME_DISC: f32 = 0.05;
/// How much larger it has to be: a seam lies well within the rim, and what is nearer is the same rim fitted less well.
const OUTSIDE_SEAM: f32 = 1.15;

/// A disc in the picture: an ellipse, if it is tilted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Disc {
    /// Middle, in pixels.
    pub centre: [f32; 2],
    /// Longest diameter, in pixels.
    pub long_axis: f32,
    /// Shortest diameter, in pixels.
    pub short_axis: f32,
    /// Share of the rim that was seen, faint parts counting less, `0.64..=1`.
    pub rim: f32,
}

impl Disc {
    /// The scale in the disc's plane, for its true diameter in millimeters (a euro: 23.25, a quarter dollar: 24.26).
    ///
    /// # Errors
    /// A diameter that is not finite and positive, or a disc seen too obliquely.
    pub fn scale(&self, diameter_mm: f32) -> Result<Scale> {
        Scale::from_circle(diameter_mm, self.long_axis, self.short_axis)
    }
}

/// Finds the disc in a region. Holds its work buffers: one a thread.
pub struct DiscFinder {
    resampler: Resampler,
    rgb: Array3<u8>,
}

impl Default for DiscFinder {
    fn default() -> Self {
        Self::new()
    }
}

/// A place where brightness steps: position and direction of the step in cells, and its height in median steps.
#[derive(Clone, Copy)]
struct Edge {
    at: [f32; 2],
    normal: [f32; 2],
    strength: f32,
}

impl DiscFinder {
    /// A finder; it needs no model.
    pub fn new() -> Self {
        Self {
            resampler: Resampler::new(),
            rgb: Array3::zeros((SIDE, SIDE, 3)),
        }
    }

    /// The most complete disc in `search`, which must hold all of it: diameters of a quarter of the region's side up to
    /// all of it. `None` if less than 64 % of any rim is seen.
    ///
    /// # Errors
    /// The region is unusable or outside the picture.
    pub fn find(&mut self, frame: &Frame<'_>, search: &Roi) -> Result<Option<Disc>> {
        self.resampler.rgb8(frame, search, self.rgb.view_mut())?;
        // Each channel by itself: brass differs from skin in blue, silver in red, and neither much in brightness.
        let channel = |c: usize| {
            self.rgb
                .iter()
                .skip(c)
                .step_by(3)
                .map(|v| f32::from(*v))
                .collect::<Vec<_>>()
        };
        let edges: Vec<Edge> = (0..3).flat_map(|c| edges(&smoothed(&channel(c)))).collect();
        let Some(centre) = middle(&edges) else { return Ok(None) };
        let Some((ellipse, rim)) = rim(&edges, centre) else {
            return Ok(None);
        };
        let unit = |p: [f32; 2]| search.to_picture(p.map(|c| (c + 0.5) / SIDE as f32));
        let cell = [search.width / SIDE as f32, search.height / SIDE as f32];
        // Cells of an oblong region are oblong: the axes then mix, so take the mean of both.
        let cell = (cell[0] * cell[1]).sqrt();
        Ok(Some(Disc {
            centre: unit(ellipse.centre),
            long_axis: 2.0 * ellipse.long * cell,
            short_axis: 2.0 * ellipse.short * cell,
            rim,
        }))
    }
}

/// Means of three by three cells: single bright pixels are no edge.
fn smoothed(grey: &[f32]) -> Vec<f32> {
    let at = |row: usize, column: usize| grey[row.min(SIDE - 1) * SIDE + column.min(SIDE - 1)];
    (0..SIDE * SIDE)
        .map(|i| {
            let (row, column) = (i / SIDE, i % SIDE);
            let mut sum = 0.0;
            for y in row.saturating_sub(1)..=row + 1 {
                for x in column.saturating_sub(1)..=column + 1 {
                    sum += at(y, x);
                }
            }
            let count = (row + 2 - row.saturating_sub(1)) * (column + 2 - column.saturating_sub(1));
            sum / count as f32
        })
        .collect()
}

/// Cells whose brightness step is strong and the strongest along its own direction.
fn edges(grey: &[f32]) -> Vec<Edge> {
    let at = |row: usize, column: usize| grey[row * SIDE + column];
    let gradient = |row: usize, column: usize| {
        [
            (at(row, column + 1) - at(row, column - 1)) / 2.0,
            (at(row + 1, column) - at(row - 1, column)) / 2.0,
        ]
    };
    let strength = |row: usize, column: usize| {
        let [x, y] = gradient(row, column);
        x.hypot(y)
    };
    let mut steps: Vec<f32> = (2..SIDE - 2)
        .flat_map(|row| (2..SIDE - 2).map(move |column| (row, column)))
        .map(|(row, column)| strength(row, column))
        .collect();
    let middle = steps.len() / 2;
    let median = *steps.select_nth_unstable_by(middle, f32::total_cmp).1;
    let least = LEAST_EDGE.max(ABOVE_TEXTURE * median);
    let mut edges = Vec::new();
    for row in 2..SIDE - 2 {
        for column in 2..SIDE - 2 {
            let here = strength(row, column);
            if here < least {
                continue;
            }
            let normal = gradient(row, column).map(|g| g / here);
            let step = normal.map(|n| n.round() as isize);
            let beside = |sign: isize| {
                strength(
                    (row as isize + sign * step[1]) as usize,
                    (column as isize + sign * step[0]) as usize,
                )
            };
            let (before, after) = (beside(-1), beside(1));
            if here >= before && here > after {
                // Between cells: the top of the parabola through the three steps.
                let bend = before - 2.0 * here + after;
                let fine = if bend < 0.0 {
                    (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
                } else {
                    0.0
                };
                let length = (step[0] as f32).hypot(step[1] as f32);
                let at = [
                    column as f32 + fine * normal[0] * length,
                    row as f32 + fine * normal[1] * length,
                ];
                let strength = here / median.max(1.0);
                edges.push(Edge { at, normal, strength });
            }
        }
    }
    edges
}

/// Every edge votes for the places from which it would be a rim; the place with most votes is the middle.
fn middle(edges: &[Edge]) -> Option<[f32; 2]> {
    const CELL: usize = 2;
    const VOTES: usize = SIDE / CELL;
    let mut votes = vec![0u32; VOTES * VOTES];
    let [low, high] = RADII.map(|r| (r * SIDE as f32) as i32);
    for edge in edges {
        for sign in [-1.0, 1.0] {
            for radius in (low..high).step_by(CELL) {
                let [x, y]: [f32; 2] =
                    std::array::from_fn(|i| (edge.at[i] + sign * radius as f32 * edge.normal[i]) / CELL as f32);
                if (0.0..VOTES as f32).contains(&x) && (0.0..VOTES as f32).contains(&y) {
                    votes[y as usize * VOTES + x as usize] += 1;
                }
            }
        }
    }
    // A tilted disc's votes spread over a few cells.
    let around = |row: usize, column: usize| {
        let (mut sum, mut x, mut y) = (0u32, 0.0, 0.0);
        for r in row.saturating_sub(2)..(row + 3).min(VOTES) {
            for c in column.saturating_sub(2)..(column + 3).min(VOTES) {
                let votes = votes[r * VOTES + c];
                sum += votes;
                (x, y) = (x + votes as f32 * c as f32, y + votes as f32 * r as f32);
            }
        }
        (sum, [x, y])
    };
    let (sum, [x, y]) = (0..VOTES * VOTES)
        .map(|i| around(i / VOTES, i % VOTES))
        .max_by_key(|(sum, _)| *sum)
        .filter(|(sum, _)| *sum > 0)?;
    Some([x, y].map(|c| (c / sum as f32 + 0.5) * CELL as f32))
}

/// Edges that look towards or away from the middle, with distance and direction.
fn facing(edges: &[Edge], centre: [f32; 2]) -> impl Iterator<Item = (&Edge, f32, usize)> {
    edges.iter().filter_map(move |edge| {
        let (x, y) = (edge.at[0] - centre[0], edge.at[1] - centre[1]);
        let distance = x.hypot(y);
        let along = (x * edge.normal[0] + y * edge.normal[1]).abs();
        let sector = (y.atan2(x) / std::f32::consts::TAU + 0.5) * SECTORS as f32;
        (distance > 1.0 && along > 0.9 * distance).then_some((edge, distance, (sector as usize).min(SECTORS - 1)))
    })
}

#[derive(Clone, Copy)]
struct Ellipse {
    centre: [f32; 2],
    long: f32,
    short: f32,
    /// The conic `a x² + b xy + c y² + d x + e y = 1` about the first middle, in units of the first radius.
    conic: [f32; 5],
}

impl Ellipse {
    /// Whether this may be the rim of a disc that has the other for a seam.
    fn surrounds(&self, inner: &Self) -> bool {
        let apart = (self.centre[0] - inner.centre[0]).hypot(self.centre[1] - inner.centre[1]);
        let tilted_alike = (self.short / self.long - inner.short / inner.long).abs() <= SAME_DISC;
        self.long >= OUTSIDE_SEAM * inner.long && apart <= SAME_DISC * inner.long && tilted_alike
    }
}

/// The largest of the most complete ellipses about a middle, and how much of its rim was seen.
fn rim(edges: &[Edge], centre: [f32; 2]) -> Option<(Ellipse, f32)> {
    let facing: Vec<(&Edge, f32, usize)> = facing(edges, centre).collect();
    let [low, high] = RADII.map(|r| (r * SIDE as f32) as usize);
    let found: Vec<_> = (low..=high)
        .rev()
        .step_by(2)
        .filter_map(|r| ellipse_near(&facing, centre, r as f32))
        .collect();
    let (best, most) = found.iter().copied().max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    found
        .into_iter()
        .filter(|(ellipse, rim)| *rim >= LEAST_RIM && (*rim >= OUTER_RIM * most || ellipse.surrounds(&best)))
        .max_by(|(a, _), (b, _)| a.long.total_cmp(&b.long))
}

/// Fits an ellipse to the edges near a circle, dropping what lies off it and taking in what lies on it.
fn ellipse_near(facing: &[(&Edge, f32, usize)], centre: [f32; 2], radius: f32) -> Option<(Ellipse, f32)> {
    let start = (1.0 - SPREAD) * radius..(1.0 + SPREAD) * radius;
    let mut near: Vec<_> = facing
        .iter()
        .filter(|(_, distance, _)| start.contains(distance))
        .collect();
    let mut ellipse = None;
    for tolerance in [0.16, 0.1, 0.06, 0.04, 0.04] {
        let fitted = fit(near.iter().map(|(edge, ..)| *edge), centre, radius)?;
        let [a, b, c, d, e] = fitted.conic;
        near = facing
            .iter()
            .filter(|(edge, ..)| {
                let (x, y) = ((edge.at[0] - centre[0]) / radius, (edge.at[1] - centre[1]) / radius);
                (a * x * x + b * x * y + c * y * y + d * x + e * y - 1.0).abs() < tolerance
            })
            .collect();
        ellipse = Some(fitted);
    }
    // A weak edge counts less: a shadow's border beside the coin, or what is left of the skin's texture.
    let mut sectors = [0.0f32; SECTORS];
    for (edge, _, sector) in &near {
        sectors[*sector] = sectors[*sector].max((edge.strength / FULL_EDGE).min(1.0));
    }
    let rim = sectors.iter().sum::<f32>() / SECTORS as f32;
    ellipse.map(|ellipse| (ellipse, rim))
}

/// Least squares for the conic, strong edges counting more (the rim, not its shadow), then its middle and half axes.
fn fit<'a>(edges: impl Iterator<Item = &'a Edge>, origin: [f32; 2], unit: f32) -> Option<Ellipse> {
    let mut system = [[0.0f64; 6]; 5];
    let mut count = 0;
    for edge in edges {
        let [x, y]: [f64; 2] = std::array::from_fn(|i| f64::from((edge.at[i] - origin[i]) / unit));
        let weight = f64::from(edge.strength);
        let row = [x * x, x * y, y * y, x, y, 1.0];
        for (i, line) in system.iter_mut().enumerate() {
            for (cell, value) in line.iter_mut().zip(row) {
                *cell += weight * row[i] * value;
            }
        }
        count += 1;
    }
    if count < 12 {
        return None;
    }
    let conic = solve(system)?;
    let [a, b, c, d, e] = conic;
    let determinant = 4.0 * a * c - b * b;
    if determinant <= 1e-9 {
        return None;
    }
    let (x, y) = ((b * e - 2.0 * c * d) / determinant, (b * d - 2.0 * a * e) / determinant);
    // About its own middle the conic reads a u² + b uv + c v² = k.
    let k = 1.0 + a * x * x + b * x * y + c * y * y;
    let (half, spread) = ((a + c) / 2.0, ((a - c) / 2.0).hypot(b / 2.0));
    let (long, short) = ((k / (half - spread)).sqrt(), (k / (half + spread)).sqrt());
    let sound = long.is_finite() && short > 0.6 * long && long < 2.0;
    sound.then(|| Ellipse {
        centre: [origin[0] + unit * x as f32, origin[1] + unit * y as f32],
        long: unit * long as f32,
        short: unit * short as f32,
        conic: conic.map(|v| v as f32),
    })
}

/// Gaussian elimination with pivoting; `None` for a singular system.
fn solve(mut system: [[f64; 6]; 5]) -> Option<[f64; 5]> {
    for column in 0..5 {
        let pivot = (column..5).max_by(|&i, &j| system[i][column].abs().total_cmp(&system[j][column].abs()))?;
        system.swap(column, pivot);
        let line = system[column];
        if line[column].abs() < 1e-9 {
            return None;
        }
        for (_, other) in system.iter_mut().enumerate().filter(|(row, _)| *row != column) {
            let factor = other[column] / line[column];
            other
                .iter_mut()
                .zip(line)
                .for_each(|(cell, value)| *cell -= factor * value);
        }
    }
    Some(std::array::from_fn(|i| system[i][5] / system[i][i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A metal disc with a ring and a numeral on skin: 400 pixels square.
    fn photo(centre: [f32; 2], long: f32, short: f32, turn: f32) -> Vec<u8> {
        let (sin, cos) = turn.sin_cos();
        (0..400 * 400)
            .flat_map(|i| {
                let (x, y) = ((i % 400) as f32 - centre[0], (i / 400) as f32 - centre[1]);
                let (u, v) = ((cos * x + sin * y) / long, (cos * y - sin * x) / short);
                let r = u.hypot(v);
                let noise = ((i as u32).wrapping_mul(2_654_435_761) >> 28) as f32 - 8.0;
                let value = match r {
                    r if r > 1.0 => [196.0, 150.0, 128.0],
                    r if r > 0.72 => [205.0, 190.0, 120.0],
                    _ if u.abs() < 0.1 && v.abs() < 0.4 => [120.0, 120.0, 122.0],
                    _ => [180.0, 182.0, 184.0],
                };
                value.map(|c| (c + noise).clamp(0.0, 255.0) as u8)
            })
            .collect()
    }

    #[test]
    fn a_coin_is_measured_to_a_percent() {
        for (centre, long, short, turn) in [
            ([200.0, 200.0], 90.0, 90.0, 0.0),
            ([180.5, 210.2], 120.0, 108.0, 0.6),
            ([220.0, 190.0], 70.0, 60.0, -1.0),
        ] {
            let pixels = photo(centre, long, short, turn);
            let frame = Frame::rgb8(&pixels, 400, 400).unwrap();
            let disc = DiscFinder::new()
                .find(&frame, &Roi::square([200.0, 200.0], 380.0))
                .unwrap()
                .unwrap();
            assert!(
                (disc.centre[0] - centre[0]).hypot(disc.centre[1] - centre[1]) < 2.0,
                "{disc:?}"
            );
            assert!(
                (disc.long_axis / (2.0 * long) - 1.0).abs() < 0.015,
                "{disc:?} for {long}"
            );
            assert!(
                (disc.short_axis / (2.0 * short) - 1.0).abs() < 0.02,
                "{disc:?} for {short}"
            );
            let scale = disc.scale(23.25).unwrap();
            assert!((scale.mm_per_pixel - 23.25 / (2.0 * long)).abs() < 2.0 * scale.error + 1e-3);
        }
    }

    #[test]
    fn skin_alone_has_no_coin() {
        let plain = photo([2000.0, 200.0], 90.0, 90.0, 0.0);
        let frame = Frame::rgb8(&plain, 400, 400).unwrap();
        assert_eq!(
            DiscFinder::new()
                .find(&frame, &Roi::square([200.0, 200.0], 380.0))
                .unwrap(),
            None
        );
        let black = vec![0; 400 * 400 * 3];
        let frame = Frame::rgb8(&black, 400, 400).unwrap();
        assert_eq!(
            DiscFinder::new()
                .find(&frame, &Roi::square([200.0, 200.0], 380.0))
                .unwrap(),
            None
        );
    }

    #[test]
    fn half_a_coin_is_none() {
        let pixels = photo([20.0, 200.0], 90.0, 90.0, 0.0);
        let frame = Frame::rgb8(&pixels, 400, 400).unwrap();
        assert_eq!(
            DiscFinder::new()
                .find(&frame, &Roi::square([200.0, 200.0], 390.0))
                .unwrap(),
            None
        );
    }
}
