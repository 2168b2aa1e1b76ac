//! The face mesh: 468 points, or 478 with the irises.

use serde::{Deserialize, Serialize};
use skinkit_inference::Runtime;
use skinkit_preprocess::warp::Border;
use skinkit_preprocess::{Frame, Roi};

use crate::Result;
use crate::face::detector::{FaceDetection, MESH_SCALE};
use crate::network::detection::sigmoid;
use crate::network::networks::{Network, Networks};
use crate::network::picture::{PictureNetwork, Sampling};

/// Points of a mesh without irises.
pub const MESH_POINTS: usize = 468;
/// Points of a mesh with irises: five more an eye, the centre first.
pub const MESH_POINTS_WITH_IRISES: usize = 478;

/// Outer and inner corners of the eyes, as point numbers. Left and right are the subject's.
pub(crate) const RIGHT_EYE_CORNERS: [usize; 2] = [33, 133];
pub(crate) const LEFT_EYE_CORNERS: [usize; 2] = [263, 362];

/// A face's landmarks in pixels of the upright picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaceMesh {
    /// Probability that the region really holds a face, `0..=1`.
    pub presence: f32,
    /// `[x, y, z]`: pixels from the left and from the top, and depth in the same unit, smaller nearer to
    /// the camera, 0 about at the head's middle. [`MESH_POINTS`] or [`MESH_POINTS_WITH_IRISES`] of them,
    /// numbered as in MediaPipe's canonical face mesh. All finite.
    pub points: Vec<[f32; 3]>,
    /// The region that the network saw.
    pub roi: Roi,
}

impl FaceMesh {
    /// Point `index` in the picture's plane.
    pub(crate) fn xy(&self, index: usize) -> [f32; 2] {
        let [x, y, _] = self.points[index];
        [x, y]
    }

    /// Distance between the middles of the eyes, in pixels: the unit in which errors on faces are given.
    pub fn interocular_distance(&self) -> f32 {
        let [right, left] = self.eyes();
        (left[0] - right[0]).hypot(left[1] - right[1])
    }

    /// Turn of the head in the picture's plane: radians, clockwise on screen, `-π..=π`, 0 upright.
    pub fn roll(&self) -> f32 {
        let [right, left] = self.eyes();
        (left[1] - right[1]).atan2(left[0] - right[0])
    }

    /// Smallest upright box around the points, `[left, top, right, bottom]` in pixels.
    pub fn bounds(&self) -> [f32; 4] {
        let start = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
        self.points
            .iter()
            .fold(start, |[left, top, right, bottom], &[x, y, _]| {
                [left.min(x), top.min(y), right.max(x), bottom.max(y)]
            })
    }

    /// Share of the points that lie in a picture of this size, `0..=1`.
    pub fn visible(&self, width: u32, height: u32) -> f32 {
        let inside = |&&[x, y, _]: &&[f32; 3]| x >= 0.0 && y >= 0.0 && x <= width as f32 && y <= height as f32;
        self.points.iter().filter(inside).count() as f32 / self.points.len().max(1) as f32
    }

    /// Whether the points include the irises.
    pub fn has_irises(&self) -> bool {
        self.points.len() >= MESH_POINTS_WITH_IRISES
    }

    /// Where to look for this face in the next frame: turned with the outer eye corners, 1.5 times the
    /// longer side of the points' box, square (MediaPipe's rule).
    pub fn next_roi(&self) -> Roi {
        let [left, top, right, bottom] = self.bounds();
        let ([x0, y0], [x1, y1]) = (self.xy(RIGHT_EYE_CORNERS[0]), self.xy(LEFT_EYE_CORNERS[0]));
        let side = MESH_SCALE * (right - left).max(bottom - top);
        let centre = [(left + right) / 2.0, (top + bottom) / 2.0];
        Roi {
            rotation: (y1 - y0).atan2(x1 - x0),
            ..Roi::square(centre, side)
        }
    }

    /// Middles of the subject's right and left eye.
    fn eyes(&self) -> [[f32; 2]; 2] {
        [RIGHT_EYE_CORNERS, LEFT_EYE_CORNERS].map(|[outer, inner]| {
            let (a, b) = (self.xy(outer), self.xy(inner));
            [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0]
        })
    }
}

/// Scale and turn (radians) of the views that [`FaceMesher::steady_landmarks`] averages.
const STEADY_VIEWS: [(f32, f32); 7] = [
    (1.0, 0.0),
    (0.92, 0.0),
    (1.08, 0.0),
    (0.96, 0.08),
    (1.04, 0.08),
    (0.96, -0.08),
    (1.04, -0.08),
];

/// Which mesh.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeshKind {
    /// 468 points, the fast one.
    #[default]
    Points468,
    /// 478 points with the irises, about five times the time.
    Points478,
}

/// Fits a mesh to a face. Holds its work buffers: one mesher a thread, `&mut` for each face.
pub struct FaceMesher {
    network: PictureNetwork,
    kind: MeshKind,
}

impl FaceMesher {
    /// Loads the embedded 468-point network.
    ///
    /// # Errors
    /// The network cannot be loaded by this runtime, or is not embedded.
    pub fn new(runtime: &Runtime) -> Result<Self> {
        Self::with_networks(runtime, &Networks::embedded(), MeshKind::Points468)
    }

    /// Loads a network from `networks`.
    ///
    /// # Errors
    /// The network is not there or cannot be loaded by this runtime.
    pub fn with_networks(runtime: &Runtime, networks: &Networks, kind: MeshKind) -> Result<Self> {
        let (network, side) = match kind {
            MeshKind::Points468 => (Network::FaceMesh468, 192),
            MeshKind::Points478 => (Network::FaceLandmarks478, 256),
        };
        let sampling = Sampling {
            side,
            border: Border::Replicate,
            range: (0.0, 1.0),
        };
        Ok(Self {
            network: PictureNetwork::new(runtime, networks, network, sampling)?,
            kind,
        })
    }

    /// Which mesh this one fits.
    pub fn kind(&self) -> MeshKind {
        self.kind
    }

    /// The mesh of a detected face. Check [`FaceMesh::presence`]: below 0.5 there was no face after all.
    ///
    /// # Errors
    /// The detection's box is unusable, or the network cannot be run.
    pub fn landmarks(&mut self, frame: &Frame<'_>, face: &FaceDetection) -> Result<FaceMesh> {
        let roi = match self.kind {
            MeshKind::Points468 => face.square_roi(),
            MeshKind::Points478 => face.box_roi(),
        };
        self.landmarks_in(frame, &roi)
    }

    /// The mesh of a detected face, steadied for finding places again: the region is first settled on the
    /// landmarks themselves instead of the detector's box, then seven views of it (a little larger, smaller
    /// and turned) are averaged. About nine times the time of [`Self::landmarks`], and no longer MediaPipe's
    /// exact numbers.
    ///
    /// # Errors
    /// The detection's box is unusable, or the network cannot be run.
    pub fn steady_landmarks(&mut self, frame: &Frame<'_>, face: &FaceDetection) -> Result<FaceMesh> {
        let mut mesh = self.landmarks(frame, face)?;
        if mesh.presence < 0.5 {
            return Ok(mesh);
        }
        let region = mesh.next_roi();
        self.refit(frame, &region, &mut mesh)?;
        let settled = mesh.next_roi();
        let mut sum = vec![[0.0f32; 3]; mesh.points.len()];
        let mut presence = 1.0f32;
        for (scale, turn) in STEADY_VIEWS {
            let view = Roi {
                rotation: settled.rotation + turn,
                ..settled.scaled(scale)
            };
            self.refit(frame, &view, &mut mesh)?;
            presence = presence.min(mesh.presence);
            for (sum, point) in sum.iter_mut().zip(&mesh.points) {
                *sum = std::array::from_fn(|axis| sum[axis] + point[axis]);
            }
        }
        let share = 1.0 / STEADY_VIEWS.len() as f32;
        let points = sum.into_iter().map(|point| point.map(|c| c * share)).collect();
        Ok(FaceMesh {
            presence,
            points,
            roi: settled,
        })
    }

    /// The mesh of the face that fills two thirds of `roi`, upright in it.
    ///
    /// # Errors
    /// The region is unusable, or the network cannot be run.
    pub fn landmarks_in(&mut self, frame: &Frame<'_>, roi: &Roi) -> Result<FaceMesh> {
        let mut mesh = FaceMesh {
            presence: 0.0,
            points: Vec::new(),
            roi: *roi,
        };
        self.refit(frame, roi, &mut mesh)?;
        Ok(mesh)
    }

    /// Like [`Self::landmarks_in`], into a mesh whose memory is used again.
    ///
    /// # Errors
    /// The region is unusable, or the network cannot be run; `mesh` is then unchanged.
    pub fn refit(&mut self, frame: &Frame<'_>, roi: &Roi, mesh: &mut FaceMesh) -> Result<()> {
        self.fit(frame, roi, mesh).map(|_| ())
    }

    /// Fits the mesh and returns the presence before its sigmoid, which saturates near 1.
    fn fit(&mut self, frame: &Frame<'_>, roi: &Roi, mesh: &mut FaceMesh) -> Result<f32> {
        let (count, side) = match self.kind {
            MeshKind::Points468 => (MESH_POINTS, 192.0),
            MeshKind::Points478 => (MESH_POINTS_WITH_IRISES, 256.0),
        };
        let outputs = self.network.run(frame, roi)?;
        let flag = outputs.values("face_flag", 1)?[0];
        let raw = outputs.values("landmarks", count * 3)?;
        mesh.presence = sigmoid(flag);
        mesh.roi = *roi;
        mesh.points.clear();
        let to_picture = roi.all_to_picture();
        mesh.points.extend(raw.chunks_exact(3).map(|point| {
            let [x, y] = to_picture([point[0] / side, point[1] / side]);
            [x, y, point[2] / side * roi.width]
        }));
        Ok(flag)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::face::canonical::VERTICES;

    /// The canonical face, seen from the front, `scale` pixels a centimetre.
    pub(crate) fn canonical_mesh(centre: [f32; 2], scale: f32) -> FaceMesh {
        let points: Vec<_> = VERTICES
            .iter()
            .map(|[x, y, z]| [centre[0] + x * scale, centre[1] - y * scale, -z * scale])
            .collect();
        FaceMesh {
            presence: 1.0,
            points,
            roi: Roi::square(centre, scale * 30.0),
        }
    }

    #[test]
    fn the_canonical_face_is_level() {
        let mesh = canonical_mesh([300.0, 200.0], 10.0);
        assert!(mesh.roll().abs() < 1e-3);
        assert!(
            (50.0..80.0).contains(&mesh.interocular_distance()),
            "{}",
            mesh.interocular_distance()
        );
        assert_eq!(mesh.visible(600, 400), 1.0);
        assert!(
            (mesh.visible(300, 400) - 0.5).abs() < 0.06,
            "{}",
            mesh.visible(300, 400)
        );
        assert!(!mesh.has_irises());
    }

    #[test]
    fn the_next_region_is_square_and_holds_the_face() {
        let mesh = canonical_mesh([300.0, 200.0], 10.0);
        let roi = mesh.next_roi();
        assert_eq!(roi.width, roi.height);
        assert!(
            mesh.points
                .iter()
                .all(|&[x, y, _]| roi.to_unit([x, y]).iter().all(|u| (0.1..0.9).contains(u)))
        );
    }
}
