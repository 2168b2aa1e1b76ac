//! The parts of a face, as outlines on the mesh and as regions for a network.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use skinkit_preprocess::Roi;

use crate::face::mesh::FaceMesh;
use crate::face::topology::FACE_OVAL;
use crate::{Error, Result};

/// Room around a part's outline in [`region_roi`], as a share of its longer side.
pub const REGION_MARGIN: f32 = 0.1;

/// A part of a face. Left and right are the subject's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum FaceRegion {
    /// The face's oval, forehead to chin.
    WholeFace,
    /// Above the brows.
    Forehead,
    /// Below the left eye to the mouth's height.
    LeftCheek,
    /// Below the right eye to the mouth's height.
    RightCheek,
    /// Bridge, tip and wings of the nose.
    Nose,
    /// Below the lower lip.
    Chin,
    /// Around the mouth, lips included.
    Perioral,
    /// Around the left eye, from brow to cheekbone.
    LeftPeriorbital,
    /// Around the right eye, from brow to cheekbone.
    RightPeriorbital,
}

impl FaceRegion {
    /// Every region.
    pub const ALL: [Self; 9] = [
        Self::WholeFace,
        Self::Forehead,
        Self::LeftCheek,
        Self::RightCheek,
        Self::Nose,
        Self::Chin,
        Self::Perioral,
        Self::LeftPeriorbital,
        Self::RightPeriorbital,
    ];

    /// The stable name: `whole_face`, `forehead`, `left_cheek`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::WholeFace => "whole_face",
            Self::Forehead => "forehead",
            Self::LeftCheek => "left_cheek",
            Self::RightCheek => "right_cheek",
            Self::Nose => "nose",
            Self::Chin => "chin",
            Self::Perioral => "perioral",
            Self::LeftPeriorbital => "left_periorbital",
            Self::RightPeriorbital => "right_periorbital",
        }
    }

    /// The outline as mesh point numbers, closed. Lips, eyes and brows inside it are part of it: see
    /// [`crate::SkinMask`] for the skin alone.
    pub fn outline(self) -> &'static [u16] {
        match self {
            Self::WholeFace => FACE_OVAL.points,
            Self::Forehead => &[
                54, 103, 67, 109, 10, 338, 297, 332, 284, 298, 334, 296, 336, 9, 107, 66, 105, 68,
            ],
            Self::RightCheek => &[116, 117, 118, 119, 100, 142, 203, 206, 207, 187, 147, 123],
            Self::LeftCheek => &[345, 346, 347, 348, 329, 371, 423, 426, 427, 411, 376, 352],
            Self::Nose => &[
                168, 122, 196, 174, 198, 209, 49, 48, 64, 98, 97, 2, 326, 327, 294, 278, 279, 429, 420, 399, 419, 351,
            ],
            Self::Chin => &[
                18, 83, 182, 194, 32, 140, 176, 148, 152, 377, 400, 369, 262, 418, 406, 313,
            ],
            Self::Perioral => &[
                2, 97, 98, 203, 206, 216, 212, 202, 204, 194, 201, 200, 421, 418, 424, 422, 432, 436, 426, 423, 327,
                326,
            ],
            Self::RightPeriorbital => &[46, 124, 35, 111, 117, 118, 119, 120, 121, 128, 245, 193, 55, 65, 52, 53],
            Self::LeftPeriorbital => &[
                276, 353, 265, 340, 346, 347, 348, 349, 350, 357, 465, 417, 285, 295, 282, 283,
            ],
        }
    }
}

impl FaceRegion {
    /// The outline on a mesh, in pixels, closed.
    pub fn shape(self, mesh: &FaceMesh) -> Vec<[f32; 2]> {
        self.outline().iter().map(|&index| mesh.xy(index.into())).collect()
    }

    /// Whether a point of the picture lies in the part's outline (even-odd rule).
    pub fn holds(self, mesh: &FaceMesh, point: [f32; 2]) -> bool {
        inside(point, &self.shape(mesh))
    }
}

/// Even-odd rule.
pub(crate) fn inside(p: [f32; 2], outline: &[[f32; 2]]) -> bool {
    let mut inside = false;
    for (i, &a) in outline.iter().enumerate() {
        let b = outline[(i + 1) % outline.len()];
        if (a[1] <= p[1]) != (b[1] <= p[1]) && p[0] < a[0] + (p[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) {
            inside = !inside;
        }
    }
    inside
}

impl fmt::Display for FaceRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Text that names no [`FaceRegion`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no face region; there are whole_face, forehead, left_cheek, right_cheek, nose, chin, perioral, left_periorbital and right_periorbital"
)]
pub struct UnknownRegion(String);

impl FromStr for FaceRegion {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownRegion> {
        Self::ALL
            .into_iter()
            .find(|region| region.name() == text)
            .ok_or_else(|| UnknownRegion(text.to_owned()))
    }
}

/// The square around a part of the face, turned with the head, [`REGION_MARGIN`] wider on each side; of the forehead only
/// the middle, as wide as it is high.
/// It may reach beyond the picture: see [`fit`].
pub fn region_roi(mesh: &FaceMesh, region: FaceRegion) -> Roi {
    region_roi_with_margin(mesh, region, REGION_MARGIN)
}

/// Like [`region_roi`] with a margin of your own, as a share of the part's longer side; negative crops.
pub fn region_roi_with_margin(mesh: &FaceMesh, region: FaceRegion, margin: f32) -> Roi {
    let outline = region.outline().iter().map(|&index| mesh.xy(usize::from(index)));
    let [width, height] = extent(outline.clone(), mesh.roll());
    // A square as wide as the forehead would be half hair and eyes: this one is as high as the forehead.
    let side = match region {
        FaceRegion::Forehead => width.min(height),
        _ => width.max(height),
    };
    let side = side * (1.0 + 2.0 * margin.max(-0.4));
    Roi {
        rotation: mesh.roll(),
        ..Roi::square(middle(outline, mesh.roll()), side.max(1.0))
    }
}

/// The square around a point that a user tapped, turned with the head: `side` is in pixels.
///
/// # Errors
/// A coordinate or side that is not finite, or a side below one pixel.
pub fn spot_roi(mesh: &FaceMesh, point: [f32; 2], side: f32) -> Result<Roi> {
    for (what, value) in [("the spot's x", point[0]), ("the spot's y", point[1])] {
        if !value.is_finite() {
            return Err(Error::Argument {
                what,
                value,
                expected: "a finite number of pixels",
            });
        }
    }
    if !(side.is_finite() && side >= 1.0) {
        return Err(Error::Argument {
            what: "the spot's side",
            value: side,
            expected: "at least 1 pixel",
        });
    }
    Ok(Roi {
        rotation: mesh.roll(),
        ..Roi::square(point, side)
    })
}

/// What to do with a region that reaches beyond its picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoiBounds {
    /// Leave it: what lies outside is filled by the sampling's border rule.
    #[default]
    Pad,
    /// Shift it inside, and shrink it only if it is larger than the picture.
    Clamp,
}

/// Applies `bounds` to `roi` in a picture of this size. The rotation and the ratio of the sides stay.
pub fn fit(roi: &Roi, width: u32, height: u32, bounds: RoiBounds) -> Roi {
    if bounds == RoiBounds::Pad {
        return *roi;
    }
    let size = [width as f32, height as f32];
    let (sin, cos) = roi.rotation.sin_cos();
    let reach = |r: &Roi| {
        [
            (r.width * cos.abs() + r.height * sin.abs()) / 2.0,
            (r.width * sin.abs() + r.height * cos.abs()) / 2.0,
        ]
    };
    let half = reach(roi);
    let shrink = (size[0] / 2.0 / half[0]).min(size[1] / 2.0 / half[1]).min(1.0);
    let mut fitted = roi.scaled(shrink);
    let half = reach(&fitted);
    for axis in 0..2 {
        let (low, high) = (half[axis], size[axis] - half[axis]);
        // Rounding may leave low a hair above high when the region is exactly as large as the picture.
        fitted.centre[axis] = if low < high {
            fitted.centre[axis].clamp(low, high)
        } else {
            size[axis] / 2.0
        };
    }
    fitted
}

/// Width and height of points along axes turned by `rotation`.
fn extent(points: impl Iterator<Item = [f32; 2]>, rotation: f32) -> [f32; 2] {
    let [left, top, right, bottom] = turned_bounds(points, rotation);
    [right - left, bottom - top]
}

/// Middle of the box around points along axes turned by `rotation`, in picture coordinates.
fn middle(points: impl Iterator<Item = [f32; 2]>, rotation: f32) -> [f32; 2] {
    let [left, top, right, bottom] = turned_bounds(points, rotation);
    let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
    let (sin, cos) = rotation.sin_cos();
    [cos * x - sin * y, sin * x + cos * y]
}

fn turned_bounds(points: impl Iterator<Item = [f32; 2]>, rotation: f32) -> [f32; 4] {
    let (sin, cos) = rotation.sin_cos();
    let start = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
    points
        .map(|[x, y]| [cos * x + sin * y, cos * y - sin * x])
        .fold(start, |[left, top, right, bottom], [x, y]| {
            [left.min(x), top.min(y), right.max(x), bottom.max(y)]
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::mesh::tests::canonical_mesh;

    #[test]
    fn names_round_trip() {
        for region in FaceRegion::ALL {
            assert_eq!(region.to_string().parse(), Ok(region));
            assert_eq!(serde_json::to_string(&region).unwrap(), format!("\"{region}\""));
        }
        assert!(
            "left cheek"
                .parse::<FaceRegion>()
                .unwrap_err()
                .to_string()
                .contains("left_cheek")
        );
    }

    #[test]
    fn every_region_lies_in_the_face_and_sides_are_the_subjects() {
        let mesh = canonical_mesh([300.0, 200.0], 10.0);
        let face = region_roi(&mesh, FaceRegion::WholeFace);
        for region in FaceRegion::ALL {
            let roi = region_roi(&mesh, region);
            assert_eq!(roi.width, roi.height);
            assert!(
                face.to_unit(roi.centre).iter().all(|u| (0.0..=1.0).contains(u)),
                "{region}"
            );
            assert!(roi.width <= face.width);
        }
        let x = |region| region_roi(&mesh, region).centre[0];
        // The subject's left is on the picture's right.
        assert!(x(FaceRegion::LeftCheek) > x(FaceRegion::Nose) && x(FaceRegion::Nose) > x(FaceRegion::RightCheek));
        let y = |region| region_roi(&mesh, region).centre[1];
        assert!(y(FaceRegion::Forehead) < y(FaceRegion::Nose) && y(FaceRegion::Nose) < y(FaceRegion::Chin));
    }

    #[test]
    fn left_outlines_mirror_right_ones() {
        let mesh = canonical_mesh([0.0, 0.0], 10.0);
        for (left, right) in [
            (FaceRegion::LeftCheek, FaceRegion::RightCheek),
            (FaceRegion::LeftPeriorbital, FaceRegion::RightPeriorbital),
        ] {
            for (&a, &b) in left.outline().iter().zip(right.outline()) {
                let ([ax, ay], [bx, by]) = (mesh.xy(a.into()), mesh.xy(b.into()));
                assert!((ax + bx).abs() < 0.1 && (ay - by).abs() < 0.1, "{a} and {b}");
            }
        }
    }

    #[test]
    fn a_spot_must_be_a_place() {
        let mesh = canonical_mesh([300.0, 200.0], 10.0);
        assert_eq!(spot_roi(&mesh, [10.0, 20.0], 30.0).unwrap().width, 30.0);
        assert!(spot_roi(&mesh, [f32::NAN, 20.0], 30.0).is_err());
        assert!(spot_roi(&mesh, [10.0, 20.0], 0.0).is_err());
    }

    #[test]
    fn clamping_moves_first_and_shrinks_last() {
        let outside = Roi::square([5.0, 50.0], 40.0);
        assert_eq!(fit(&outside, 100, 100, RoiBounds::Pad), outside);
        assert_eq!(
            fit(&outside, 100, 100, RoiBounds::Clamp),
            Roi::square([20.0, 50.0], 40.0)
        );
        let large = Roi::square([0.0, 0.0], 400.0);
        assert_eq!(fit(&large, 100, 50, RoiBounds::Clamp), Roi::square([25.0, 25.0], 50.0));
    }
}
