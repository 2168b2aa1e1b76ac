//! Light over a picture: a smooth surface through its skin.

use crate::raster::bits::Bits;
use crate::raster::plane::Plane;
use skinkit_numerics::linear::solve;
use skinkit_numerics::quantile::middle;

/// About so many pixels are looked at; up to twice as many.
const POINTS: usize = 4000;
/// Powers of x and y in a surface's terms.
const POWERS: [[usize; 2]; 6] = [[0, 0], [1, 0], [0, 1], [2, 0], [1, 1], [0, 2]];

/// c0 + c1 x + c2 y + c3 x² + c4 xy + c5 y², in coordinates of about -1..1.
pub(crate) struct Surface {
    terms: [f64; 6],
    width: f32,
    height: f32,
}

impl Surface {
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let line = self.line(unit(y, self.height));
        height(&line, unit(x, self.width)) as f32
    }

    /// Along a row, in powers of x.
    fn line(&self, y: f64) -> [f64; 3] {
        let [one, x, y1, xx, xy, yy] = self.terms;
        [one + y * (y1 + y * yy), x + y * xy, xx]
    }

    /// `log` less this surface.
    pub fn taken_from(&self, log: &Plane) -> Plane {
        let columns: Vec<f64> = (0..log.width).map(|x| unit(x as f32, self.width)).collect();
        let mut data = Vec::with_capacity(log.data.len());
        for (y, row) in log.data.chunks_exact(log.width).enumerate() {
            let line = self.line(unit(y as f32, self.height));
            let less = |(value, x): (&f32, &f64)| value - height(&line, *x) as f32;
            data.extend(row.iter().zip(&columns).map(less));
        }
        Plane {
            width: log.width,
            height: log.height,
            data,
        }
    }
}

/// A pixel's coordinate as a surface takes it.
fn unit(at: f32, length: f32) -> f64 {
    f64::from(2.0 * at / length - 1.0)
}

fn height([one, x1, x2]: &[f64; 3], x: f64) -> f64 {
    one + x * (x1 + x * x2)
}

/// Pixels through which surfaces are laid.
pub(crate) struct Ground {
    width: usize,
    height: usize,
    /// Each row's coordinate, and where its points begin and end.
    rows: Vec<(f64, std::ops::Range<usize>)>,
    /// Coordinates within the rows, and pixels.
    points: Vec<(f64, usize)>,
}

impl Ground {
    /// Some of the pixels of `on`, evenly; `None` if there are too few.
    pub fn of(on: &Bits) -> Option<Self> {
        let step = (on.count() / POINTS).max(1);
        let mut ground = Self {
            width: on.width,
            height: on.height,
            rows: Vec::new(),
            points: Vec::with_capacity(2 * POINTS),
        };
        let mut last = None;
        for i in on.ones().step_by(step) {
            let (x, y) = (i % on.width, i / on.width);
            let place = ground.points.len();
            if last != Some(y) {
                ground.rows.push((unit(y as f32, on.height as f32), place..place));
                last = Some(y);
            }
            ground.points.push((unit(x as f32, on.width as f32), i));
            if let Some((_, row)) = ground.rows.last_mut() {
                row.end = place + 1;
            }
        }
        (ground.points.len() >= 12).then_some(ground)
    }

    /// Least squares, reweighted against hairs and glare.
    pub fn surface(&self, log: &Plane) -> Option<Surface> {
        let level = Surface {
            terms: [0.0; 6],
            width: self.width as f32,
            height: self.height as f32,
        };
        let mut surface = self.fitted(log, &level, 0.0)?;
        let mut residuals = Vec::with_capacity(self.points.len());
        for (y, row) in &self.rows {
            let line = surface.line(*y);
            let residual = |&(x, i): &(f64, usize)| (f64::from(log.data[i]) - height(&line, x)).abs() as f32;
            residuals.extend(self.points[row.clone()].iter().map(residual));
        }
        let spread = (1.4826 * f64::from(middle(&mut residuals))).max(1e-3);
        for _ in 0..2 {
            surface = self.fitted(log, &surface, (1.5 * spread).powi(-2))?;
        }
        Some(surface)
    }

    /// Least squares in which a pixel counts the less the further it lies from the surface `before`.
    fn fitted(&self, log: &Plane, before: &Surface, doubt: f64) -> Option<Surface> {
        // Sums of weight · xⁱ · yʲ, and of the same times the value, by j and i.
        let (mut moments, mut values) = ([[0f64; 5]; 5], [[0f64; 3]; 3]);
        for (y, row) in &self.rows {
            let line = before.line(*y);
            // Within a row only x varies.
            let (mut moment, mut value) = ([0f64; 5], [0f64; 3]);
            for &(x, i) in &self.points[row.clone()] {
                let v = f64::from(log.data[i]);
                let residual = v - height(&line, x);
                let weight = 1.0 / (1.0 + doubt * residual * residual);
                let xx = x * x;
                let powers = [1.0, x, xx, xx * x, xx * xx].map(|power| weight * power);
                moment.iter_mut().zip(powers).for_each(|(sum, power)| *sum += power);
                value.iter_mut().zip(powers).for_each(|(sum, power)| *sum += power * v);
            }
            let mut power = 1.0;
            for (j, sums) in moments.iter_mut().enumerate() {
                sums.iter_mut().zip(moment).for_each(|(sum, part)| *sum += power * part);
                let sums = values.get_mut(j).into_iter().flatten();
                sums.zip(value).for_each(|(sum, part)| *sum += power * part);
                power *= y;
            }
        }
        let mut a = POWERS.map(|[i, j]| POWERS.map(|[k, l]| moments[j + l][i + k]));
        // The second-order terms are held back, because the surface is read under the lesion, where there is no skin.
        let ridge = 0.02 * self.points.len() as f64;
        a.iter_mut().enumerate().skip(3).for_each(|(k, row)| row[k] += ridge);
        let terms = solve(a, POWERS.map(|[i, j]| values[j][i]))?;
        Some(Surface { terms, ..*before })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_picture_is_lowered_as_its_pixels_are() {
        let plane = Plane::from_fn(31, 17, |x, y| 0.3 + 0.01 * x as f32 - 0.0007 * (x * y) as f32);
        let surface = Ground::of(&Bits::from_fn(31, 17, |i| i % 3 > 0))
            .unwrap()
            .surface(&plane)
            .unwrap();
        let pixels = Plane::from_fn(31, 17, |x, y| plane.at(x, y) - surface.at(x as f32, y as f32));
        assert_eq!(surface.taken_from(&plane).data, pixels.data);
    }

    #[test]
    fn a_slope_is_found_in_spite_of_outliers() {
        let plane = Plane::from_fn(60, 40, |x, y| {
            let outlier = if (x * 7 + y * 13) % 20 == 0 { -2.0 } else { 0.0 };
            0.3 + 0.01 * x as f32 - 0.02 * y as f32 + outlier
        });
        let s = Ground::of(&Bits::from_fn(60, 40, |_| true))
            .unwrap()
            .surface(&plane)
            .unwrap();
        assert!((s.at(10.0, 30.0) - (-0.2)).abs() < 0.01, "{}", s.at(10.0, 30.0));
        assert!(Ground::of(&Bits::from_fn(60, 40, |i| i < 3)).is_none());
    }
}
