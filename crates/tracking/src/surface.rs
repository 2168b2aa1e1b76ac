//! Light over a picture: a smooth surface through its skin.

use crate::plane::{Bits, Plane, median};
use crate::solve::solve;

/// c0 + c1 x + c2 y + c3 x² + c4 xy + c5 y², in coordinates of about -1..1.
pub(crate) struct Surface {
    terms: [f64; 6],
    width: f32,
    height: f32,
}

impl Surface {
    fn basis(&self, x: f32, y: f32) -> [f64; 6] {
        let x = f64::from(2.0 * x / self.width - 1.0);
        let y = f64::from(2.0 * y / self.height - 1.0);
        [1.0, x, y, x * x, x * y, y * y]
    }

    pub fn at(&self, x: f32, y: f32) -> f32 {
        self.height_over(&self.basis(x, y))
    }

    fn height_over(&self, basis: &[f64; 6]) -> f32 {
        basis.iter().zip(self.terms).map(|(b, t)| b * t).sum::<f64>() as f32
    }

    /// `log` less this surface.
    pub fn taken_from(&self, log: &Plane) -> Plane {
        // What a column's pixels have in common is computed once.
        let columns: Vec<[f64; 6]> = (0..log.width).map(|x| self.basis(x as f32, 0.0)).collect();
        let mut data = Vec::with_capacity(log.data.len());
        for (y, row) in log.data.chunks_exact(log.width).enumerate() {
            let [_, _, y, _, _, yy] = self.basis(0.0, y as f32);
            data.extend(
                columns
                    .iter()
                    .zip(row)
                    .map(|(&[_, x, _, xx, ..], value)| value - self.height_over(&[1.0, x, y, xx, x * y, yy])),
            );
        }
        Plane {
            width: log.width,
            height: log.height,
            data,
        }
    }

    /// Least squares over `on`, reweighted against hairs and glare. The second-order terms are
    /// held back, because the surface is read under the lesion, where there is no skin.
    pub fn fit(log: &Plane, on: &Bits) -> Option<Self> {
        let mut surface = Self {
            terms: [0.0; 6],
            width: log.width as f32,
            height: log.height as f32,
        };
        let step = (on.count() / 4000).max(1);
        let points: Vec<usize> = (0..on.data.len()).filter(|&i| on.data[i]).step_by(step).collect();
        if points.len() < 12 {
            return None;
        }
        let mut spread = f64::INFINITY;
        for _ in 0..4 {
            let mut a = [[0f64; 6]; 6];
            let mut b = [0f64; 6];
            let mut residuals = Vec::with_capacity(points.len());
            for &i in &points {
                let (x, y) = ((i % log.width) as f32, (i / log.width) as f32);
                let basis = surface.basis(x, y);
                let v = f64::from(log.data[i]);
                let residual = v - f64::from(surface.height_over(&basis));
                let weight = 1.0 / (1.0 + (residual / (1.5 * spread)).powi(2));
                residuals.push(residual.abs() as f32);
                for (row, (bi, basis_i)) in a.iter_mut().zip(b.iter_mut().zip(basis)) {
                    *bi += weight * basis_i * v;
                    for (cell, basis_j) in row.iter_mut().zip(basis) {
                        *cell += weight * basis_i * basis_j;
                    }
                }
            }
            let ridge = 0.02 * points.len() as f64;
            for (k, row) in a.iter_mut().enumerate().skip(3) {
                row[k] += ridge;
            }
            let first = spread.is_infinite();
            surface.terms = solve(a, b)?;
            spread = if first {
                // Residuals are known only from the second round on.
                1e3
            } else {
                (1.4826 * f64::from(median(&mut residuals))).max(1e-3)
            };
        }
        Some(surface)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_picture_is_lowered_as_its_pixels_are() {
        let plane = Plane::from_fn(31, 17, |x, y| 0.3 + 0.01 * x as f32 - 0.0007 * (x * y) as f32);
        let surface = Surface::fit(&plane, &Bits::from_fn(31, 17, |i| i % 3 > 0)).unwrap();
        let pixels = Plane::from_fn(31, 17, |x, y| plane.at(x, y) - surface.at(x as f32, y as f32));
        assert_eq!(surface.taken_from(&plane).data, pixels.data);
    }

    #[test]
    fn a_slope_is_found_in_spite_of_outliers() {
        let plane = Plane::from_fn(60, 40, |x, y| {
            let outlier = if (x * 7 + y * 13) % 20 == 0 { -2.0 } else { 0.0 };
            0.3 + 0.01 * x as f32 - 0.02 * y as f32 + outlier
        });
        let s = Surface::fit(&plane, &Bits::from_fn(60, 40, |_| true)).unwrap();
        assert!((s.at(10.0, 30.0) - (-0.2)).abs() < 0.01, "{}", s.at(10.0, 30.0));
        assert!(Surface::fit(&plane, &Bits::from_fn(60, 40, |i| i < 3)).is_none());
    }
}
