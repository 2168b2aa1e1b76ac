//! A place on a face that can be found again: a triangle of the mesh and a point in it.

use serde::{Deserialize, Serialize};

use crate::face::canonical::{TEXTURE, TRIANGLES};
use crate::face::mesh::FaceMesh;
use crate::{Error, Result};

/// Least [`SitePlace::facing`] at which a place counts as seen: skin tilted by more than 75 degrees shows nothing.
pub const MIN_FACING: f32 = 0.26;

/// A place on a face, independent of pose and framing.
///
/// It means the same on every mesh of the same person: keep it, and ask a later mesh where it is now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct FaceSite {
    /// Number of the triangle in [`crate::face::topology::TRIANGLES`].
    triangle: u16,
    /// Weights of its corners, `0..=1`, sum 1.
    barycentric: [f32; 3],
}

/// A site as it was read, from wherever.
#[derive(Deserialize)]
struct Unchecked {
    triangle: u16,
    barycentric: [f32; 3],
}

impl TryFrom<Unchecked> for FaceSite {
    type Error = &'static str;

    fn try_from(Unchecked { triangle, barycentric }: Unchecked) -> std::result::Result<Self, &'static str> {
        let sum: f32 = barycentric.iter().sum();
        if usize::from(triangle) >= TRIANGLES.len() {
            Err("a face site's triangle is one of 898")
        } else if !barycentric.iter().all(|w| (0.0..=1.0).contains(w)) || (sum - 1.0).abs() > 1e-3 {
            Err("a face site's weights lie in 0..=1 and add up to 1")
        } else {
            Ok(Self { triangle, barycentric })
        }
    }
}

/// Where a [`FaceSite`] is in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SitePlace {
    /// Pixels from the left and from the top.
    pub point: [f32; 2],
    /// How squarely the skin there faces the camera: cosine of its tilt, `-1..=1`, below 0 turned away.
    pub facing: f32,
    /// Whether the place can be seen: facing at least [`MIN_FACING`] and hidden by no other part of the face.
    pub visible: bool,
}

impl FaceSite {
    /// The place under a point of the picture: the nearest to the camera of the triangles there.
    ///
    /// # Errors
    /// [`Error::PointOutside`] if no triangle that faces the camera lies under it.
    pub fn at(mesh: &FaceMesh, point: [f32; 2]) -> Result<Self> {
        let outside = Error::PointOutside {
            x: point[0],
            y: point[1],
        };
        let mut nearest: Option<(f32, Self)> = None;
        for (triangle, corners) in (0..).zip(&TRIANGLES) {
            let corners = corners.map(|c| mesh.points[usize::from(c)]);
            let Some(barycentric) = barycentric(corners.map(|[x, y, _]| [x, y]), point) else {
                continue;
            };
            if facing(corners) <= 0.0 {
                continue;
            }
            let depth = mix(corners, barycentric)[2];
            if nearest.is_none_or(|(known, _)| depth < known) {
                nearest = Some((depth, Self { triangle, barycentric }));
            }
        }
        nearest.map(|(_, site)| site).ok_or(outside)
    }

    /// The place at texture coordinates, both `0..=1`.
    ///
    /// # Errors
    /// [`Error::PointOutside`] if the texture has no face there.
    pub fn from_uv(uv: [f32; 2]) -> Result<Self> {
        let place = |corners: &[u16; 3]| barycentric(corners.map(|c| TEXTURE[usize::from(c)]), uv);
        let mut found = (0..)
            .zip(&TRIANGLES)
            .filter_map(|(triangle, corners)| Some((triangle, place(corners)?)));
        let (triangle, barycentric) = found.next().ok_or(Error::PointOutside { x: uv[0], y: uv[1] })?;
        Ok(Self { triangle, barycentric })
    }

    /// Texture coordinates in the canonical face, both `0..=1`, v downwards: one map for all faces.
    pub fn uv(&self) -> [f32; 2] {
        let corners = self.corners().map(|c| TEXTURE[usize::from(c)]);
        std::array::from_fn(|axis| (0..3).map(|i| self.barycentric[i] * corners[i][axis]).sum())
    }

    /// Where the place is in another picture of the face.
    pub fn locate(&self, mesh: &FaceMesh) -> SitePlace {
        let corners = self.corners().map(|c| mesh.points[usize::from(c)]);
        let [x, y, depth] = mix(corners, self.barycentric);
        let facing = facing(corners);
        let visible = facing >= MIN_FACING && !self.is_hidden(mesh, [x, y], depth);
        SitePlace {
            point: [x, y],
            facing,
            visible,
        }
    }

    /// Whether another triangle lies in front, farther than the depth noise of the mesh.
    fn is_hidden(&self, mesh: &FaceMesh, point: [f32; 2], depth: f32) -> bool {
        let margin = 0.1 * mesh.interocular_distance();
        (0..)
            .zip(&TRIANGLES)
            .filter(|(triangle, _)| *triangle != self.triangle)
            .any(|(_, corners)| {
                let corners = corners.map(|c| mesh.points[usize::from(c)]);
                barycentric(corners.map(|[x, y, _]| [x, y]), point)
                    .is_some_and(|b| facing(corners) > 0.0 && mix(corners, b)[2] < depth - margin)
            })
    }

    fn corners(&self) -> [u16; 3] {
        TRIANGLES[usize::from(self.triangle)]
    }
}

/// The point's weights in a triangle, or `None` outside it (a hair of slack bridges rounding on shared edges).
fn barycentric([a, b, c]: [[f32; 2]; 3], p: [f32; 2]) -> Option<[f32; 3]> {
    let cross = |o: [f32; 2], u: [f32; 2], v: [f32; 2]| {
        f64::from(u[0] - o[0]) * f64::from(v[1] - o[1]) - f64::from(u[1] - o[1]) * f64::from(v[0] - o[0])
    };
    let area = cross(a, b, c);
    if area.abs() < 1e-12 || !area.is_finite() {
        return None;
    }
    let weights = [cross(p, b, c) / area, cross(p, c, a) / area, cross(p, a, b) / area];
    if weights.iter().all(|w| *w >= -1e-5) {
        Some(weights.map(|w| w.clamp(0.0, 1.0) as f32))
    } else {
        None
    }
}

fn mix(corners: [[f32; 3]; 3], weights: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|axis| (0..3).map(|i| weights[i] * corners[i][axis]).sum())
}

/// Cosine of the triangle's tilt against the camera; the canonical triangles run anticlockwise seen from outside.
fn facing([a, b, c]: [[f32; 3]; 3]) -> f32 {
    let (u, v): ([f32; 3], [f32; 3]) = (
        std::array::from_fn(|i| b[i] - a[i]),
        std::array::from_fn(|i| c[i] - a[i]),
    );
    let normal = [
        u[1] * v[2] - u[2] * v[1],
        u[2] * v[0] - u[0] * v[2],
        u[0] * v[1] - u[1] * v[0],
    ];
    let length = normal[0].hypot(normal[1]).hypot(normal[2]);
    // Anticlockwise with y up is clockwise with y down, and the camera looks along +z.
    if length > 0.0 { -normal[2] / length } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::mesh::tests::canonical_mesh;

    #[test]
    fn the_canonical_face_faces_the_camera() {
        let mesh = canonical_mesh([300.0, 200.0], 10.0);
        let away = TRIANGLES
            .iter()
            .filter(|t| facing(t.map(|c| mesh.points[usize::from(c)])) < 0.0)
            .count();
        assert!(away < 20, "{away} of 898 triangles are turned away");
        let nose = FaceSite::at(&mesh, mesh.xy(4)).unwrap().locate(&mesh);
        assert!(nose.visible && nose.facing > 0.5, "{nose:?}");
    }

    #[test]
    fn a_site_is_where_it_was_set_and_moves_with_the_face() {
        let (mesh, other) = (
            canonical_mesh([300.0, 200.0], 10.0),
            canonical_mesh([111.0, 222.0], 7.0),
        );
        for point in [[330.0, 215.0], [280.0, 140.0], [300.0, 260.0]] {
            let site = FaceSite::at(&mesh, point).unwrap();
            let here = site.locate(&mesh).point;
            assert!((here[0] - point[0]).hypot(here[1] - point[1]) < 1e-2);
            let there = site.locate(&other).point;
            let expected = [111.0 + (point[0] - 300.0) * 0.7, 222.0 + (point[1] - 200.0) * 0.7];
            assert!((there[0] - expected[0]).hypot(there[1] - expected[1]) < 1e-2);
        }
    }

    #[test]
    fn texture_coordinates_name_the_same_place() {
        let mesh = canonical_mesh([300.0, 200.0], 10.0);
        let site = FaceSite::at(&mesh, [330.0, 215.0]).unwrap();
        let again = FaceSite::from_uv(site.uv()).unwrap();
        let (a, b) = (site.locate(&mesh).point, again.locate(&mesh).point);
        assert!((a[0] - b[0]).hypot(a[1] - b[1]) < 0.05, "{a:?} {b:?}");
        assert!(FaceSite::from_uv([0.0, 0.0]).is_err());
    }

    #[test]
    fn beside_the_face_is_an_error() {
        let mesh = canonical_mesh([300.0, 200.0], 10.0);
        assert!(matches!(
            FaceSite::at(&mesh, [10.0, 10.0]),
            Err(Error::PointOutside { .. })
        ));
        assert!(FaceSite::at(&mesh, [f32::NAN, 10.0]).is_err());
    }

    #[test]
    fn a_site_survives_json_and_a_forged_one_is_refused() {
        let mesh = canonical_mesh([300.0, 200.0], 10.0);
        let site = FaceSite::at(&mesh, [330.0, 215.0]).unwrap();
        let text = serde_json::to_string(&site).unwrap();
        assert_eq!(serde_json::from_str::<FaceSite>(&text).unwrap(), site);
        for forged in [
            r#"{"triangle":898,"barycentric":[0.3,0.3,0.4]}"#,
            r#"{"triangle":1,"barycentric":[-0.3,0.9,0.4]}"#,
            r#"{"triangle":1,"barycentric":[0.3,0.9,0.4]}"#,
            r#"{"triangle":1,"barycentric":[1e39,0.9,0.4]}"#,
        ] {
            assert!(serde_json::from_str::<FaceSite>(forged).is_err(), "{forged}");
        }
    }
}
