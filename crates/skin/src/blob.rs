//! Round dark places on a grid: found over a range of sizes, outlined at half their contrast.

use std::collections::VecDeque;

use crate::plane::{Plane, smoothed};
use crate::statistics::{center_and_spread, median};

/// Finest smoothing of an octave, in cells, and the ratio from one level to the next.
const FINEST: f32 = 1.2;
const STEP: f32 = std::f32::consts::SQRT_2;
/// Levels that an octave smooths to, and responses it gives: each the difference of two levels.
const LEVELS: usize = 5;
const RESPONSES: usize = 3;
/// Diameter of the disc that a response is highest for, over the response's finer smoothing. (A difference of
/// Gaussians of ratio 2 peaks where the disc's radius is about 1.9 of the finer one.)
const DIAMETER: f32 = 3.8;
/// The ring that a blob's surroundings are read from, as shares of its radius.
const RING: [f32; 2] = [1.5, 2.6];
/// Smoothing before a blob is outlined, as a share of its radius: a rough lesion is one blob. In steps of two, from
/// [`OUTLINED`] cells on.
const OUTLINED_SHARE: f32 = 0.22;
const OUTLINED: f32 = 0.7;
/// How far a blob may reach, as a share of the radius that its response gave.
const REACH: f32 = 2.2;

/// Which blobs are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// Least and greatest diameter, in cells.
    pub diameters: [f32; 2],
    /// Least contrast, in the grid's unit.
    pub contrast: f32,
    /// Least response, in standard deviations of all responses of that size.
    pub significance: f32,
}

/// A dark place.
#[derive(Clone, Debug)]
pub(crate) struct Blob {
    /// Its centroid, in cells.
    pub center: [f32; 2],
    /// Diameter of the disc of its area, in cells.
    pub diameter: f32,
    /// Mean inside less the median of the ring around it.
    pub contrast: f32,
    /// Its response over the standard deviation of all of that size.
    pub significance: f32,
    /// Longer over shorter axis of its second moments, at least 1.
    pub elongation: f32,
    /// Its area over that of the ellipse of its moments: 1 for an ellipse, less for a branch or a hook.
    pub solidity: f32,
    /// Share of the ring around it that counts, `0..=1`.
    pub surrounded: f32,
    /// Share of its rim that ran into the limit of its reach: high for a line or an edge.
    pub open: f32,
    /// Its cells.
    pub cells: Vec<usize>,
    /// Cells of the ring.
    pub ring: Vec<usize>,
}

/// Cells that were visited, without clearing a whole grid each time.
struct Marks {
    marks: Vec<u32>,
    current: u32,
}

impl Marks {
    fn new(cells: usize) -> Self {
        Self {
            marks: vec![0; cells],
            current: 0,
        }
    }

    /// Forgets all.
    fn clear(&mut self) {
        self.current += 1;
    }

    fn insert(&mut self, cell: usize) {
        self.marks[cell] = self.current;
    }

    fn contains(&self, cell: usize) -> bool {
        self.marks[cell] == self.current
    }
}

struct Candidate {
    center: [f32; 2],
    radius: f32,
    significance: f32,
}

/// The blobs of a grid, most significant first.
pub(crate) fn find(darkness: &Plane<f32>, counts: &Plane<bool>, wanted: &Wanted) -> Vec<Blob> {
    let mut candidates = Vec::new();
    let (mut grid, mut valid, mut factor) = (darkness.clone(), counts.clone(), 1.0);
    while FINEST * DIAMETER * factor <= wanted.diameters[1] && grid.width >= 16 && grid.height >= 16 {
        octave(&grid, &valid, factor, wanted, &mut candidates);
        (grid, valid) = halved(&grid, &valid);
        factor *= 2.0;
    }
    candidates.sort_by(|a, b| b.significance.total_cmp(&a.significance));
    let steps = [0, 1, 2, 3].map(|step| OUTLINED * 2f32.powi(step));
    let largest = candidates.iter().map(|c| c.radius).fold(0.0, f32::max) * OUTLINED_SHARE;
    let smooth: Vec<Plane<f32>> = steps
        .iter()
        .filter(|sigma| **sigma == OUTLINED || **sigma <= largest * std::f32::consts::SQRT_2)
        .map(|sigma| smoothed(darkness, counts, *sigma))
        .collect();
    let mut marks = Marks::new(darkness.cells.len());
    let mut taken = Plane::filled(darkness.width, darkness.height, false);
    let mut blobs: Vec<Blob> = Vec::new();
    for candidate in candidates {
        let at = Plane::<bool>::index(candidate.center, darkness.width, darkness.height);
        if at.is_none_or(|at| taken.cells[at]) {
            continue;
        }
        let Some(blob) = whole(&smooth, darkness, counts, candidate, wanted.diameters[1], &mut marks) else {
            continue;
        };
        let fits = blob.contrast >= wanted.contrast
            && (wanted.diameters[0]..=wanted.diameters[1]).contains(&blob.diameter)
            && !blob.cells.iter().any(|&cell| taken.cells[cell]);
        if fits {
            for &cell in &blob.cells {
                taken.cells[cell] = true;
            }
            // A hand's breadth around it belongs to it too: its own rim is no other blob.
            let reach = blob.diameter * 0.75;
            for_disc(darkness, blob.center, reach, |cell, _| taken.cells[cell] = true);
            blobs.push(blob);
        }
    }
    blobs
}

/// The local maxima of one octave.
fn octave(grid: &Plane<f32>, valid: &Plane<bool>, factor: f32, wanted: &Wanted, found: &mut Vec<Candidate>) {
    let levels: Vec<Plane<f32>> = (0..LEVELS)
        .map(|level| smoothed(grid, valid, FINEST * STEP.powi(level as i32)))
        .collect();
    let responses: Vec<Plane<f32>> = (0..RESPONSES)
        .map(|level| levels[level].zip(&levels[level + 2], |fine, coarse| fine - coarse))
        .collect();
    let inner = valid.eroded(2);
    let (width, height) = (grid.width, grid.height);
    for (level, response) in responses.iter().enumerate() {
        let diameter = DIAMETER * FINEST * STEP.powi(level as i32) * factor;
        let near = wanted.diameters[0] * 0.6..=wanted.diameters[1] * 1.4;
        if !near.contains(&diameter) {
            continue;
        }
        let mut values: Vec<f32> = response
            .cells
            .iter()
            .zip(&inner.cells)
            .filter(|(_, inner)| **inner)
            .map(|(value, _)| *value)
            .collect();
        let Some([_, noise]) = center_and_spread(&mut values) else {
            return;
        };
        // The response to a disc of the wanted contrast is about a third of it.
        let least = (wanted.significance * noise).max(0.2 * wanted.contrast).max(1e-6);
        for y in 1..height.saturating_sub(1) {
            for x in 1..width - 1 {
                let at = y * width + x;
                let value = response.cells[at];
                if value < least || !valid.cells[at] {
                    continue;
                }
                let highest = (0..9).all(|i| {
                    let near = at + (i / 3) * width + i % 3 - width - 1;
                    let beside = |other: usize| responses[other].cells[near] <= value;
                    let same = i == 4 || response.cells[near] < value || (i < 4 && response.cells[near] <= value);
                    same && (level == 0 || beside(level - 1)) && (level + 1 == RESPONSES || beside(level + 1))
                });
                if highest {
                    found.push(Candidate {
                        center: [(x as f32 + 0.5) * factor, (y as f32 + 0.5) * factor],
                        radius: diameter / 2.0,
                        significance: value / noise.max(1e-6),
                    });
                }
            }
        }
    }
}

/// Means of four cells each, of those that count; a cell counts where half of its four do.
fn halved(grid: &Plane<f32>, valid: &Plane<bool>) -> (Plane<f32>, Plane<bool>) {
    let (width, height) = (grid.width / 2, grid.height / 2);
    let mut values = Plane::filled(width, height, 0.0);
    let mut counts = Plane::filled(width, height, false);
    for y in 0..height {
        for x in 0..width {
            let first = 2 * y * grid.width + 2 * x;
            let (mut sum, mut count) = (0.0, 0u8);
            for at in [first, first + 1, first + grid.width, first + grid.width + 1] {
                if valid.cells[at] {
                    sum += grid.cells[at];
                    count += 1;
                }
            }
            if count >= 2 {
                values.cells[y * width + x] = sum / f32::from(count);
                counts.cells[y * width + x] = true;
            }
        }
    }
    (values, counts)
}

/// Calls `f` for the cells of a disc with their squared distance from its middle.
fn for_disc(grid: &Plane<f32>, [x, y]: [f32; 2], radius: f32, mut f: impl FnMut(usize, f32)) {
    let range = |middle: f32, size: usize| {
        let low = (middle - radius).floor().max(0.0) as usize;
        low..((middle + radius).ceil().max(0.0) as usize).min(size)
    };
    for row in range(y, grid.height) {
        for column in range(x, grid.width) {
            let away = (column as f32 + 0.5 - x).powi(2) + (row as f32 + 0.5 - y).powi(2);
            if away <= radius * radius {
                f(row * grid.width + column, away);
            }
        }
    }
}

/// The outline of a candidate; one that runs into the limit of its reach is tried again as a larger one.
fn whole(
    smooth: &[Plane<f32>],
    darkness: &Plane<f32>,
    counts: &Plane<bool>,
    mut candidate: Candidate,
    most: f32,
    marks: &mut Marks,
) -> Option<Blob> {
    loop {
        let step = (OUTLINED_SHARE * candidate.radius / OUTLINED).log2().round().max(0.0) as usize;
        let blob = outlined(&smooth[step.min(smooth.len() - 1)], darkness, counts, &candidate, marks)?;
        let larger = candidate.radius * STEP;
        if blob.open < 0.05 || 2.0 * larger > most {
            return Some(blob);
        }
        candidate.center = blob.center;
        candidate.radius = larger;
    }
}

/// Grows a candidate on the smoothed grid to where it has half its contrast.
fn outlined(
    smooth: &Plane<f32>,
    darkness: &Plane<f32>,
    counts: &Plane<bool>,
    candidate: &Candidate,
    marks: &mut Marks,
) -> Option<Blob> {
    let radius = candidate.radius;
    let (mut ring, mut core) = (Vec::new(), Vec::new());
    for_disc(smooth, candidate.center, RING[1] * radius, |cell, away| {
        if counts.cells[cell] {
            if away >= (RING[0] * radius).powi(2) {
                ring.push(smooth.cells[cell]);
            } else if away <= (0.5 * radius).max(1.0).powi(2) {
                core.push(smooth.cells[cell]);
            }
        }
    });
    let (around, peak) = (median(&mut ring)?, median(&mut core)?);
    let level = around + 0.5 * (peak - around);
    if peak <= around {
        return None;
    }
    let start = darkest(smooth, counts, candidate)?;
    let (width, height) = (smooth.width, smooth.height);
    let reach = REACH * radius;
    let middle = [(start % width) as f32, (start / width) as f32];
    marks.clear();
    marks.insert(start);
    let mut queue = VecDeque::from([start]);
    let (mut cells, mut rim, mut stopped) = (Vec::new(), 0u32, 0u32);
    while let Some(cell) = queue.pop_front() {
        cells.push(cell);
        let (x, y) = (cell % width, cell / width);
        let mut near = [None; 4];
        near[0] = (x > 0).then(|| cell - 1);
        near[1] = (x + 1 < width).then(|| cell + 1);
        near[2] = (y > 0).then(|| cell - width);
        near[3] = (y + 1 < height).then(|| cell + width);
        for next in near {
            let Some(next) = next else {
                rim += 1;
                stopped += 1;
                continue;
            };
            if marks.contains(next) {
                continue;
            }
            if !counts.cells[next] || smooth.cells[next] < level {
                rim += 1;
                continue;
            }
            let away = ((next % width) as f32 - middle[0]).hypot((next / width) as f32 - middle[1]);
            if away > reach {
                rim += 1;
                stopped += 1;
                continue;
            }
            marks.insert(next);
            queue.push_back(next);
        }
    }
    described(
        darkness,
        counts,
        candidate,
        cells,
        stopped as f32 / rim.max(1) as f32,
        marks,
    )
}

/// The darkest cell near a candidate's middle.
fn darkest(darkness: &Plane<f32>, counts: &Plane<bool>, candidate: &Candidate) -> Option<usize> {
    let mut best: Option<usize> = None;
    for_disc(
        darkness,
        candidate.center,
        (0.5 * candidate.radius).max(1.0),
        |cell, _| {
            if counts.cells[cell] && best.is_none_or(|best| darkness.cells[cell] > darkness.cells[best]) {
                best = Some(cell);
            }
        },
    );
    best
}

fn described(
    darkness: &Plane<f32>,
    counts: &Plane<bool>,
    candidate: &Candidate,
    cells: Vec<usize>,
    open: f32,
    marks: &mut Marks,
) -> Option<Blob> {
    let width = darkness.width;
    let count = cells.len() as f32;
    let place = |cell: &usize| [(cell % width) as f32 + 0.5, (cell / width) as f32 + 0.5];
    let mut center = [0.0f32; 2];
    for cell in &cells {
        let [x, y] = place(cell);
        center = [center[0] + x / count, center[1] + y / count];
    }
    // A cell has a second moment of its own.
    let (mut xx, mut yy, mut xy) = (1.0 / 12.0, 1.0 / 12.0, 0.0);
    for cell in &cells {
        let [x, y] = place(cell);
        let (x, y) = (x - center[0], y - center[1]);
        (xx, yy, xy) = (xx + x * x / count, yy + y * y / count, xy + x * y / count);
    }
    let (half, apart) = ((xx + yy) / 2.0, (((xx - yy) / 2.0).powi(2) + xy * xy).sqrt());
    let (long, short) = ((half + apart).sqrt(), (half - apart).max(1e-3).sqrt());
    let diameter = 2.0 * (count / std::f32::consts::PI).sqrt();
    let radius = (diameter / 2.0).max(0.6 * candidate.radius);
    marks.clear();
    for &cell in &cells {
        marks.insert(cell);
    }
    let (mut ring, mut all) = (Vec::new(), 0u32);
    for_disc(darkness, center, RING[1] * radius, |cell, away| {
        if away >= (RING[0] * radius).powi(2) && !marks.contains(cell) {
            all += 1;
            if counts.cells[cell] {
                ring.push(cell);
            }
        }
    });
    let around = median(&mut ring.iter().map(|&cell| darkness.cells[cell]).collect::<Vec<_>>())?;
    let mean = cells.iter().map(|&cell| darkness.cells[cell]).sum::<f32>() / count;
    Some(Blob {
        center,
        diameter,
        contrast: mean - around,
        significance: candidate.significance,
        elongation: long / short,
        solidity: count / (4.0 * std::f32::consts::PI * long * short),
        surrounded: ring.len() as f32 / all.max(1) as f32,
        open,
        cells,
        ring,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted = Wanted {
        diameters: [4.0, 60.0],
        contrast: 2.0,
        significance: 4.0,
    };

    fn scene(discs: &[([f32; 2], f32)]) -> Plane<f32> {
        let mut plane = Plane::filled(200, 160, 0.0);
        let mut state = 1u32;
        for (i, value) in plane.cells.iter_mut().enumerate() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *value = (state >> 16) as f32 / 65536.0 - 0.5;
            let (x, y) = ((i % 200) as f32 + 0.5, (i / 200) as f32 + 0.5);
            for (center, diameter) in discs {
                if (x - center[0]).hypot(y - center[1]) < diameter / 2.0 {
                    *value += 8.0;
                }
            }
        }
        plane
    }

    #[test]
    fn discs_are_found_with_their_place_and_size() {
        let discs = [
            ([40.0, 50.0], 5.0),
            ([100.0, 40.0], 10.0),
            ([150.0, 110.0], 24.0),
            ([60.0, 120.0], 40.0),
        ];
        let plane = scene(&discs);
        let counts = plane.map(|_| true);
        let blobs = find(&plane, &counts, &WANTED);
        assert_eq!(
            blobs.len(),
            discs.len(),
            "{:?}",
            blobs.iter().map(|b| (b.center, b.diameter)).collect::<Vec<_>>()
        );
        for (center, diameter) in discs {
            let blob = blobs
                .iter()
                .find(|b| (b.center[0] - center[0]).hypot(b.center[1] - center[1]) < 1.5)
                .unwrap_or_else(|| panic!("{diameter}: {:?}", blobs.iter().map(|b| b.center).collect::<Vec<_>>()));
            assert!(
                (blob.diameter / diameter - 1.0).abs() < 0.1,
                "{} for {diameter}",
                blob.diameter
            );
            assert!((blob.contrast - 8.0).abs() < 0.6, "{}", blob.contrast);
            assert!(blob.elongation < 1.2 && blob.solidity > 0.9 && blob.open == 0.0 && blob.surrounded > 0.99);
        }
    }

    #[test]
    fn noise_alone_gives_none_and_a_line_is_long_or_open() {
        let plane = scene(&[]);
        let counts = plane.map(|_| true);
        assert!(find(&plane, &counts, &WANTED).is_empty());
        let mut plane = plane;
        for x in 10..190 {
            for y in 80..84 {
                plane.cells[y * 200 + x] += 8.0;
            }
        }
        for blob in find(&plane, &counts, &WANTED) {
            assert!(
                blob.elongation > 2.0 || blob.open > 0.05,
                "{:?}",
                (blob.elongation, blob.open)
            );
        }
    }

    #[test]
    fn places_that_do_not_count_make_no_blobs() {
        let mut plane = scene(&[]);
        let mut counts = plane.map(|_| true);
        for i in 0..plane.cells.len() {
            if (i % 200) > 150 {
                plane.cells[i] = 500.0;
                counts.cells[i] = false;
            }
        }
        assert!(find(&plane, &counts, &WANTED).is_empty());
    }
}
