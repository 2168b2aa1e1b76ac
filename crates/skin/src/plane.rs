//! Grids of numbers of which only some cells count, and their smoothing.

use skinkit_preprocess::ndarray::Array3;
use skinkit_preprocess::{Frame, Resampler, Roi};

use crate::Result;

/// Boxes that follow one another: three are nearly a Gaussian.
const BOXES: usize = 3;

/// A grid, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plane<T> {
    pub width: usize,
    pub height: usize,
    pub cells: Vec<T>,
}

impl Plane<[u8; 3]> {
    /// A region of a picture, scaled to this size.
    pub fn sampled(
        resampler: &mut Resampler,
        frame: &Frame<'_>,
        roi: &Roi,
        [width, height]: [usize; 2],
    ) -> Result<Self> {
        let mut pixels = Array3::<u8>::zeros((height, width, 3));
        resampler.rgb8(frame, roi, pixels.view_mut())?;
        let cells = pixels.as_slice().unwrap_or_default().as_chunks::<3>().0.to_vec();
        Ok(Self { width, height, cells })
    }
}

impl<T: Copy> Plane<T> {
    pub fn filled(width: usize, height: usize, value: T) -> Self {
        Self {
            width,
            height,
            cells: vec![value; width * height],
        }
    }

    /// The same grid with other values.
    pub fn map<U>(&self, f: impl FnMut(T) -> U) -> Plane<U> {
        Plane {
            width: self.width,
            height: self.height,
            cells: self.cells.iter().copied().map(f).collect(),
        }
    }

    /// Cell by cell with another grid of the same size.
    pub fn zip<U: Copy, V>(&self, other: &Plane<U>, f: impl Fn(T, U) -> V) -> Plane<V> {
        Plane {
            width: self.width,
            height: self.height,
            cells: self.cells.iter().zip(&other.cells).map(|(&a, &b)| f(a, b)).collect(),
        }
    }

    /// The nearest cell of a point in cells; the middle of the first cell is `[0.5, 0.5]`.
    pub fn index([x, y]: [f32; 2], width: usize, height: usize) -> Option<usize> {
        // Casting saturates: far outside and NaN fail the test before it.
        (x >= 0.0 && y >= 0.0 && x < width as f32 && y < height as f32).then(|| y as usize * width + x as usize)
    }
}

impl Plane<bool> {
    pub fn count(&self) -> usize {
        self.cells.iter().filter(|cell| **cell).count()
    }

    /// Cells whose whole square of `2 · radius + 1` is set.
    pub fn eroded(&self, radius: usize) -> Self {
        let set = self.map(|cell| f32::from(u8::from(cell)));
        let sums = boxed(&set, radius);
        let full = ((2 * radius + 1) * (2 * radius + 1)) as f32 - 0.5;
        sums.map(|sum| sum > full)
    }
}

/// A Gaussian mean of standard deviation `sigma` cells over the cells that count; 0 where none is near.
///
/// Normalized convolution (Knutsson and Westin 1993): values and weights are smoothed alike and divided.
pub(crate) fn smoothed(values: &Plane<f32>, counts: &Plane<bool>, sigma: f32) -> Plane<f32> {
    let weights = counts.map(|cell| f32::from(u8::from(cell)));
    let held = values.zip(&weights, |value, weight| if weight > 0.0 { value } else { 0.0 });
    let (sums, weights) = (gaussian(held, sigma), gaussian(weights, sigma));
    sums.zip(&weights, |sum, weight| if weight > 1e-4 { sum / weight } else { 0.0 })
}

/// A Gaussian of standard deviation `sigma` cells; beyond the edge everything is 0.
fn gaussian(mut plane: Plane<f32>, sigma: f32) -> Plane<f32> {
    if sigma < 0.3 {
        return plane;
    }
    if sigma < 2.0 {
        let reach = (3.0 * sigma).ceil() as isize;
        let kernel: Vec<f32> = (-reach..=reach)
            .map(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp())
            .collect();
        let sum: f32 = kernel.iter().sum();
        let kernel: Vec<f32> = kernel.into_iter().map(|tap| tap / sum).collect();
        return transposed(&convolved(&transposed(&convolved(&plane, &kernel)), &kernel));
    }
    // Boxes of 2r + 1 cells have a variance of (r² + r) / 3 each.
    for number in 0..BOXES {
        let wanted = sigma * sigma / BOXES as f32 * 3.0;
        let exact = (wanted + 0.25).sqrt() - 0.5;
        // The radii are whole numbers whose mean is near the exact one.
        let radius = (exact + (number as f32 - 1.0) / BOXES as f32).round().max(1.0) as usize;
        let area = ((2 * radius + 1) * (2 * radius + 1)) as f32;
        plane = boxed(&plane, radius).map(|sum| sum / area);
    }
    plane
}

/// Each row with the kernel; beyond the edge everything is 0.
fn convolved(plane: &Plane<f32>, kernel: &[f32]) -> Plane<f32> {
    let (width, reach) = (plane.width, kernel.len() / 2);
    let mut out = Plane::filled(width, plane.height, 0.0);
    let rows = plane.cells.chunks_exact(width.max(1));
    for (row, result) in rows.zip(out.cells.chunks_exact_mut(width.max(1))) {
        for (tap, &weight) in kernel.iter().enumerate() {
            let (from, to) = (tap.saturating_sub(reach), reach.saturating_sub(tap));
            if from >= width || to >= width {
                continue;
            }
            for (result, value) in result[to..].iter_mut().zip(&row[from..]) {
                *result += weight * value;
            }
        }
    }
    out
}

/// Sums over squares of `2 · radius + 1` cells; beyond the edge everything is 0.
fn boxed(plane: &Plane<f32>, radius: usize) -> Plane<f32> {
    transposed(&run_sums(&transposed(&run_sums(plane, radius)), radius))
}

fn run_sums(plane: &Plane<f32>, radius: usize) -> Plane<f32> {
    let width = plane.width;
    let mut out = Plane::filled(width, plane.height, 0.0);
    let rows = plane.cells.chunks_exact(width.max(1));
    for (row, result) in rows.zip(out.cells.chunks_exact_mut(width.max(1))) {
        let mut sum: f64 = row.iter().take(radius).map(|v| f64::from(*v)).sum();
        for (x, result) in result.iter_mut().enumerate() {
            if let Some(entering) = row.get(x + radius) {
                sum += f64::from(*entering);
            }
            *result = sum as f32;
            if let Some(leaving) = x.checked_sub(radius) {
                sum -= f64::from(row[leaving]);
            }
        }
    }
    out
}

fn transposed(plane: &Plane<f32>) -> Plane<f32> {
    const BLOCK: usize = 16;
    let (width, height) = (plane.width, plane.height);
    let mut cells = vec![0.0; width * height];
    for top in (0..height).step_by(BLOCK) {
        for left in (0..width).step_by(BLOCK) {
            for y in top..(top + BLOCK).min(height) {
                for x in left..(left + BLOCK).min(width) {
                    cells[x * height + y] = plane.cells[y * width + x];
                }
            }
        }
    }
    Plane {
        width: height,
        height: width,
        cells,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_has_the_width_it_says() {
        for sigma in [0.8f32, 1.5, 3.0, 7.0] {
            let mut point = Plane::filled(101, 91, 0.0);
            point.cells[45 * 101 + 50] = 1.0;
            let blurred = gaussian(point, sigma);
            let total: f32 = blurred.cells.iter().sum();
            assert!((total - 1.0).abs() < 1e-3, "{sigma}: {total}");
            let variance: f32 = blurred
                .cells
                .iter()
                .enumerate()
                .map(|(i, v)| v * ((i % 101) as f32 - 50.0).powi(2))
                .sum();
            assert!(
                (variance.sqrt() / sigma - 1.0).abs() < 0.06,
                "{sigma}: {}",
                variance.sqrt()
            );
        }
    }

    #[test]
    fn cells_that_do_not_count_have_no_say() {
        let mut values = Plane::filled(40, 40, 5.0);
        let mut counts = Plane::filled(40, 40, true);
        for i in 0..40 {
            values.cells[i * 40 + 20] = 1e6;
            counts.cells[i * 40 + 20] = false;
        }
        let smooth = smoothed(&values, &counts, 3.0);
        assert!(smooth.cells.iter().all(|v| (v - 5.0).abs() < 1e-2));
    }

    #[test]
    fn erosion_takes_the_rim() {
        let mut mask = Plane::filled(9, 9, true);
        mask.cells[0] = false;
        let eroded = mask.eroded(1);
        assert_eq!(eroded.count(), 48);
    }
}
