//! Flat affine maps.

use super::model::Roi;
use super::text;

/// A flat affine map in SVG's order: x' = a·x + c·y + e, y' = b·x + d·y + f.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matrix(pub [f64; 6]);

impl Matrix {
    /// Makes everything `factor` times as large.
    pub fn scale(factor: f64) -> Self {
        Self([factor, 0.0, 0.0, factor, 0.0, 0.0])
    }

    /// From a region's own 0..=1 square to the picture.
    pub fn of_roi(roi: &Roi) -> Self {
        let (sin, cos) = roi.rotation.sin_cos();
        let (a, b) = (roi.size[0] * cos, roi.size[0] * sin);
        let (c, d) = (-roi.size[1] * sin, roi.size[1] * cos);
        Self([a, b, c, d, roi.center[0] - (a + c) / 2.0, roi.center[1] - (b + d) / 2.0])
    }

    /// First `first`, then this one.
    pub fn after(&self, first: &Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [p, q, r, s, t, u] = first.0;
        Self([
            a * p + c * q,
            b * p + d * q,
            a * r + c * s,
            b * r + d * s,
            a * t + c * u + e,
            b * t + d * u + f,
        ])
    }

    /// The way back; `None` where there is none.
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f] = self.0;
        let det = a * d - b * c;
        let back = Self([
            d / det,
            -b / det,
            -c / det,
            a / det,
            (c * f - d * e) / det,
            (b * e - a * f) / det,
        ]);
        back.is_finite().then_some(back)
    }

    /// Whether it can be an alignment of two pictures: finite, not mirrored, scale within 0.1 and 10.
    pub fn is_alignment(&self) -> bool {
        let [a, b, c, d, ..] = self.0;
        self.is_finite() && (0.01..=100.0).contains(&(a * d - b * c))
    }

    /// As the value of an SVG `transform`.
    pub fn transform(&self) -> String {
        format!("matrix({})", self.0.map(text::coordinate).join(" "))
    }

    fn is_finite(&self) -> bool {
        self.0.iter().all(|v| v.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(m: &Matrix, x: f64, y: f64) -> [f64; 2] {
        let [a, b, c, d, e, f] = m.0;
        [a * x + c * y + e, b * x + d * y + f]
    }

    #[test]
    fn a_regions_square_lands_on_its_corners() {
        let quarter = Roi {
            center: [10.0, 20.0],
            size: [4.0, 2.0],
            rotation: std::f64::consts::FRAC_PI_2,
        };
        let m = Matrix::of_roi(&quarter);
        let [x, y] = apply(&m, 0.5, 0.5);
        assert!((x - 10.0).abs() < 1e-9 && (y - 20.0).abs() < 1e-9);
        // Clockwise as seen: the right end of the region points down.
        let [x, y] = apply(&m, 1.0, 0.5);
        assert!((x - 10.0).abs() < 1e-9 && (y - 22.0).abs() < 1e-9, "{x} {y}");
    }

    #[test]
    fn there_and_back() {
        let m = Matrix([2.0, 0.5, -0.3, 1.5, 7.0, -4.0]);
        let same = m.inverse().unwrap().after(&m);
        for (got, want) in same.0.iter().zip([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]) {
            assert!((got - want).abs() < 1e-12);
        }
        assert_eq!(Matrix::scale(0.0).inverse(), None);
        assert!(m.is_alignment() && !Matrix::scale(f64::NAN).is_alignment() && !Matrix::scale(50.0).is_alignment());
    }
}
