//! Millimeters, with their error, or not at all.

use serde::{Deserialize, Serialize};

use crate::face::mesh::{FaceMesh, LEFT_EYE_CORNERS, MESH_POINTS_WITH_IRISES, RIGHT_EYE_CORNERS};
use crate::face::topology::{LEFT_IRIS, RIGHT_IRIS};
use crate::{Error, Result};

/// Horizontal visible iris diameter of adults, in millimeters: mean and standard deviation.
///
/// It varies so little between people that it serves as a ruler; the figures are those of MediaPipe Iris.
pub const IRIS_MM: [f32; 2] = [11.7, 0.5];

/// Standard deviation of one iris rim point, in pixels of the network's own 256-pixel view or, where that view was
/// enlarged from fewer, of the picture: enlarging adds no detail.
const RIM_NOISE: f32 = 0.5;

/// An iris of fewer picture pixels across is no ruler: the noise of its rim alone exceeds an eighth of it.
const LEAST_IRIS: f32 = 4.0;

/// Standard deviation of a coin's diameter from its rounded rim and its shadow, as a share (`tests/rulers.rs`).
const COIN_RIM: f32 = 0.015;

/// What a scale was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum ScaleSource {
    /// The irises of a face: good in the plane of the eyes.
    Iris,
    /// A round object of known diameter: good in its plane.
    Coin,
    /// A printed square marker of known side: good in its plane.
    Marker,
}

/// How large a pixel is, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Scale {
    /// Millimeters a pixel, > 0.
    pub mm_per_pixel: f32,
    /// Standard deviation of `mm_per_pixel`, same unit.
    pub error: f32,
    /// Where it comes from.
    pub source: ScaleSource,
}

impl Scale {
    /// From the irises of a 478-point mesh.
    ///
    /// The error adds up, in squares: the spread of irises between people (4.3 %), the noise of the rim
    /// points, half the disagreement of the two eyes, and half the foreshortening of a turned head (the
    /// eyes may look at the camera while the head does not).
    ///
    /// # Errors
    /// [`Error::Landmarks`] if the mesh has no irises or they are less than 4 pixels wide.
    pub fn from_irises(mesh: &FaceMesh) -> Result<Self> {
        let unfit = |hint| Error::Landmarks {
            needed: MESH_POINTS_WITH_IRISES,
            got: mesh.points.len(),
            hint,
        };
        if !mesh.has_irises() {
            return Err(unfit("fit the 478-point mesh (FaceOptions::with_irises), eyes open"));
        }
        let widths = [RIGHT_IRIS, LEFT_IRIS].map(|rim| {
            let (a, b) = (mesh.xy(rim.points[0].into()), mesh.xy(rim.points[2].into()));
            (a[0] - b[0]).hypot(a[1] - b[1])
        });
        let width = (widths[0] + widths[1]) / 2.0;
        if !(width.is_finite() && widths[0].min(widths[1]) >= LEAST_IRIS) {
            return Err(unfit("the irises are under 4 pixels wide: come closer, eyes open"));
        }
        let network_pixel = (mesh.roi.width / 256.0).max(1.0);
        // Two ends of two widths, averaged: the square roots of two cancel.
        let rims = RIM_NOISE * network_pixel / width;
        let disagreement = (widths[0] - widths[1]).abs() / 2.0 / width;
        let foreshortening = (1.0 - yaw(mesh).cos()) / 2.0;
        let people = IRIS_MM[1] / IRIS_MM[0];
        let relative = people.hypot(rims).hypot(disagreement).hypot(foreshortening);
        let mm_per_pixel = IRIS_MM[0] / width;
        Ok(Self {
            mm_per_pixel,
            error: mm_per_pixel * relative,
            source: ScaleSource::Iris,
        })
    }

    /// From a round object: its diameter in millimeters and its two axes in pixels (a tilted circle is an
    /// ellipse, whose long axis keeps the true diameter).
    ///
    /// # Errors
    /// A number that is not finite and positive, or axes that differ by more than a quarter: too oblique.
    pub fn from_circle(diameter_mm: f32, long_axis: f32, short_axis: f32) -> Result<Self> {
        for (what, value) in [
            ("the diameter", diameter_mm),
            ("the long axis", long_axis),
            ("the short axis", short_axis),
        ] {
            if !(value.is_finite() && value > 0.0) {
                return Err(Error::Argument {
                    what,
                    value,
                    expected: "finite and above 0",
                });
            }
        }
        let ratio = short_axis / long_axis;
        if !(0.75..=1.0 / 0.75).contains(&ratio) {
            let what = "the ratio of the circle's axes";
            return Err(Error::Argument {
                what,
                value: ratio,
                expected: "at least 0.75: hold the camera squarely",
            });
        }
        let diameter = long_axis.max(short_axis);
        // Half a pixel at each end, the rim, and half the tilt: the skin need not be tilted like the coin.
        let ends = 0.5 * std::f32::consts::SQRT_2 / diameter;
        let relative = ends.hypot(COIN_RIM).hypot((1.0 - ratio.min(1.0 / ratio)) / 2.0);
        let mm_per_pixel = diameter_mm / diameter;
        Ok(Self {
            mm_per_pixel,
            error: mm_per_pixel * relative,
            source: ScaleSource::Coin,
        })
    }

    /// From a printed square: its side in millimeters and its four corners in pixels, in order. A tilted square is
    /// foreshortened across its tilt only: what is measured is its extent along the tilt's axis.
    ///
    /// # Errors
    /// A side that is not finite and positive, corners that make no square, or one seen too obliquely: foreshortened by
    /// more than a quarter.
    pub fn from_square(side_mm: f32, [a, b, c, d]: [[f32; 2]; 4]) -> Result<Self> {
        // The square's own axes in the picture, and from them its largest and least extent (singular values).
        let axis = |i: usize| ((b[i] - a[i] + c[i] - d[i]) / 2.0, (d[i] - a[i] + c[i] - b[i]) / 2.0);
        let ((ux, vx), (uy, vy)) = (axis(0), axis(1));
        let (half, spread) = (
            (ux * ux + uy * uy + vx * vx + vy * vy) / 2.0,
            ((ux * ux + uy * uy - vx * vx - vy * vy) / 2.0).hypot(ux * vx + uy * vy),
        );
        let (long, short) = ((half + spread).sqrt(), (half - spread).max(0.0).sqrt());
        for (what, value) in [("the side", side_mm), ("the square's side in pixels", long)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(Error::Argument {
                    what,
                    value,
                    expected: "finite and above 0",
                });
            }
        }
        let ratio = short / long;
        if ratio < 0.75 {
            let what = "the ratio of the square's extents";
            return Err(Error::Argument {
                what,
                value: ratio,
                expected: "at least 0.75: hold the camera squarely",
            });
        }
        // A third of a pixel at each end, and half the tilt: the skin need not be tilted like the card.
        let ends = 0.33 * std::f32::consts::SQRT_2 / long;
        let relative = ends.hypot((1.0 - ratio) / 2.0);
        let mm_per_pixel = side_mm / long;
        Ok(Self {
            mm_per_pixel,
            error: mm_per_pixel * relative,
            source: ScaleSource::Marker,
        })
    }

    /// `error` as a share of `mm_per_pixel`.
    pub fn relative_error(&self) -> f32 {
        self.error / self.mm_per_pixel
    }

    /// A length in millimeters and its standard deviation; `pixels_error` is that of the length in pixels.
    pub fn millimeters(&self, pixels: f32, pixels_error: f32) -> [f32; 2] {
        let length = pixels * self.mm_per_pixel;
        [length, (pixels * self.error).hypot(pixels_error * self.mm_per_pixel)]
    }
}

/// Turn of the head about its vertical axis, in radians, from the depth of the outer eye corners.
fn yaw(mesh: &FaceMesh) -> f32 {
    let [right, left] = [RIGHT_EYE_CORNERS, LEFT_EYE_CORNERS].map(|[outer, _]| mesh.points[outer]);
    (left[2] - right[2]).atan2((left[0] - right[0]).hypot(left[1] - right[1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::mesh::tests::canonical_mesh;

    /// The canonical face, 10 pixels a centimetre, with irises of the given widths in pixels.
    fn with_irises(right: f32, left: f32) -> FaceMesh {
        let mut mesh = canonical_mesh([300.0, 200.0], 10.0);
        for width in [right, left] {
            let r = width / 2.0;
            mesh.points
                .extend([[0.0; 3], [r, 0.0, 0.0], [0.0, -r, 0.0], [-r, 0.0, 0.0], [0.0, r, 0.0]]);
        }
        mesh
    }

    #[test]
    fn a_pixel_of_the_iris_is_its_share_of_the_diameter() {
        let scale = Scale::from_irises(&with_irises(11.7, 11.7)).unwrap();
        assert!((scale.mm_per_pixel - 1.0).abs() < 1e-3);
        assert!(
            (0.04..0.15).contains(&scale.error),
            "never surer than people differ: {}",
            scale.error
        );
        let [length, error] = scale.millimeters(10.0, 1.0);
        assert!((length - 10.0).abs() < 0.01 && error > 1.0);
    }

    #[test]
    fn eyes_that_disagree_widen_the_error() {
        let even = Scale::from_irises(&with_irises(11.7, 11.7)).unwrap();
        let uneven = Scale::from_irises(&with_irises(9.7, 13.7)).unwrap();
        assert!(uneven.error > 1.5 * even.error);
    }

    #[test]
    fn no_iris_no_millimeter() {
        assert!(matches!(
            Scale::from_irises(&canonical_mesh([0.0; 2], 9.0)),
            Err(Error::Landmarks { .. })
        ));
        assert!(Scale::from_irises(&with_irises(0.0, 12.0)).is_err());
        assert!(Scale::from_irises(&with_irises(f32::NAN, 12.0)).is_err());
        let small = Scale::from_irises(&with_irises(3.9, 4.1)).unwrap_err();
        assert!(small.to_string().contains("come closer"), "{small}");
    }

    #[test]
    fn an_enlarged_view_sees_no_more_than_the_picture() {
        let mut mesh = with_irises(5.0, 5.0);
        mesh.roi.width = 64.0;
        let scale = Scale::from_irises(&mesh).unwrap();
        assert!(scale.relative_error() > RIM_NOISE / 5.0, "{}", scale.relative_error());
    }

    #[test]
    fn a_coin_gives_its_diameter_and_an_oblique_one_nothing() {
        let scale = Scale::from_circle(23.25, 465.0, 465.0).unwrap();
        assert!((scale.mm_per_pixel - 0.05).abs() < 1e-6 && scale.error < 0.001);
        assert!(Scale::from_circle(23.25, 465.0, 400.0).unwrap().error > scale.error);
        assert!(Scale::from_circle(23.25, 465.0, 200.0).is_err());
        assert!(Scale::from_circle(f32::NAN, 465.0, 465.0).is_err());
        assert!(Scale::from_circle(0.0, 465.0, 465.0).is_err());
    }

    #[test]
    fn a_square_gives_its_side_and_an_oblique_one_nothing() {
        // 300 pixels wide, foreshortened to `share` of that along a direction, and turned.
        let corners = |share: f32, along: f32, turn: f32| {
            [[0.0f32, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(|[u, v]| {
                let ((st, ct), (sa, ca)) = (turn.sin_cos(), along.sin_cos());
                let (x, y) = (300.0 * (ct * u - st * v), 300.0 * (st * u + ct * v));
                let (p, q) = (ca * x + sa * y, share * (ca * y - sa * x));
                [400.0 + ca * p - sa * q, 300.0 + sa * p + ca * q]
            })
        };
        let square = Scale::from_square(30.0, corners(1.0, 0.0, 0.3)).unwrap();
        assert!((square.mm_per_pixel - 0.1).abs() < 1e-5 && square.error < 0.001);
        assert!((square.relative_error() - 10.0 * square.error).abs() < 1e-4);
        let tilted = Scale::from_square(30.0, corners(0.85, 0.7, 0.2)).unwrap();
        assert!(
            (tilted.mm_per_pixel - 0.1).abs() < 1e-5 && tilted.error > square.error,
            "{tilted:?}"
        );
        assert!(Scale::from_square(30.0, corners(0.7, 0.7, 0.2)).is_err());
        assert!(Scale::from_square(30.0, corners(f32::NAN, 0.0, 0.0)).is_err());
        assert!(Scale::from_square(30.0, [[5.0, 5.0]; 4]).is_err());
        assert!(Scale::from_square(-1.0, corners(1.0, 0.0, 0.0)).is_err());
    }
}
