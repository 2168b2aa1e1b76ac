//! How a head is turned, from its mesh.

use skinkit_preprocess::quality::HeadTurn;

use crate::face::canonical::VERTICES;
use crate::face::mesh::FaceMesh;

/// Points on the subject's right and left, in pairs: eye corners, cheekbones, jaw. Bone, so that no smile moves them.
const ACROSS: [[usize; 2]; 4] = [[33, 263], [133, 362], [127, 356], [93, 323]];

/// Points above and below each other: forehead and chin, bridge of the nose and lip, temples and jaw.
const DOWN: [[usize; 2]; 4] = [[10, 152], [168, 2], [103, 150], [332, 379]];

type Vector = [f32; 3];

impl FaceMesh {
    /// How the head is turned against the canonical face, by the directions across and down it.
    ///
    /// The depth of the mesh is the network's guess, not a measurement: angles are good to some degrees near the front
    /// and too small beyond about 40°. All zero where the points span no plane.
    pub fn turn(&self) -> HeadTurn {
        let seen = |index: usize| self.points[index];
        // The canonical face has y up and z towards the camera, the picture y down and z away from it.
        let canonical = |index: usize| {
            let [x, y, z] = VERTICES[index];
            [x, -y, -z]
        };
        let (Some(seen), Some(front)) = (axes(seen), axes(canonical)) else {
            return HeadTurn::default();
        };
        // Rotation from the canonical face to the one that is seen: R[i][j] = Σ seen_k[i] · front_k[j].
        let r = |i: usize, j: usize| (0..3).map(|k| seen[k][i] * front[k][j]).sum::<f32>();
        // R = Rz(roll) · Ry(-yaw) · Rx(pitch), and the face looks along -z.
        HeadTurn {
            yaw: r(2, 0).atan2(r(0, 0).hypot(r(1, 0))).to_degrees(),
            pitch: r(2, 1).atan2(r(2, 2)).to_degrees(),
            roll: r(1, 0).atan2(r(0, 0)).to_degrees(),
        }
    }
}

/// Three directions at right angles: across the face, down it, and out of it.
fn axes(point: impl Fn(usize) -> Vector) -> Option<[Vector; 3]> {
    let mean = |pairs: [[usize; 2]; 4]| {
        pairs.iter().fold([0.0; 3], |sum: Vector, &[a, b]| {
            let (a, b) = (point(a), point(b));
            std::array::from_fn(|axis| sum[axis] + b[axis] - a[axis])
        })
    };
    let x = unit(mean(ACROSS))?;
    let down = mean(DOWN);
    let along = dot(down, x);
    let y = unit(std::array::from_fn(|axis| down[axis] - along * x[axis]))?;
    Some([x, y, cross(x, y)])
}

fn dot(a: Vector, b: Vector) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn cross(a: Vector, b: Vector) -> Vector {
    std::array::from_fn(|i| {
        let (j, k) = ((i + 1) % 3, (i + 2) % 3);
        a[j] * b[k] - a[k] * b[j]
    })
}

fn unit(v: Vector) -> Option<Vector> {
    let length = dot(v, v).sqrt();
    (length.is_finite() && length > 0.0).then(|| v.map(|c| c / length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::mesh::tests::canonical_mesh;

    /// The canonical face, turned about its own middle.
    fn turned(turn: HeadTurn) -> FaceMesh {
        let mut mesh = canonical_mesh([0.0; 2], 10.0);
        let rotate = |[a, b]: [f32; 2], degrees: f32| {
            let (sin, cos) = degrees.to_radians().sin_cos();
            [cos * a - sin * b, sin * a + cos * b]
        };
        for [x, y, z] in &mut mesh.points {
            [*y, *z] = rotate([*y, *z], turn.pitch);
            [*x, *z] = rotate([*x, *z], turn.yaw);
            [*x, *y] = rotate([*x, *y], turn.roll);
        }
        mesh
    }

    #[test]
    fn known_turns_come_back() {
        for (yaw, pitch, roll) in [
            (0.0, 0.0, 0.0),
            (30.0, 0.0, 0.0),
            (0.0, -20.0, 0.0),
            (0.0, 0.0, 75.0),
            (-40.0, 15.0, -10.0),
        ] {
            let found = turned(HeadTurn { yaw, pitch, roll }).turn();
            for (found, wanted) in [(found.yaw, yaw), (found.pitch, pitch), (found.roll, roll)] {
                assert!(
                    (found - wanted).abs() < 0.1,
                    "{found} for {wanted} of {yaw}, {pitch}, {roll}"
                );
            }
        }
    }

    #[test]
    fn signs_are_those_of_the_picture() {
        let nose_to_bridge = |turn| {
            let mesh = turned(turn);
            let (tip, bridge) = (mesh.xy(4), mesh.xy(168));
            [tip[0] - bridge[0], tip[1] - bridge[1]]
        };
        let front = nose_to_bridge(HeadTurn::default());
        let right = HeadTurn {
            yaw: 30.0,
            ..HeadTurn::default()
        };
        assert!(
            nose_to_bridge(right)[0] > front[0] + 5.0,
            "positive yaw: the nose points to the right"
        );
        let down = HeadTurn {
            pitch: 20.0,
            ..HeadTurn::default()
        };
        assert!(
            nose_to_bridge(down)[1] > front[1] + 2.0,
            "positive pitch: the nose points down"
        );
        let clockwise = HeadTurn {
            roll: 20.0,
            ..HeadTurn::default()
        };
        let mesh = turned(clockwise);
        assert!((mesh.roll().to_degrees() - mesh.turn().roll).abs() < 1.0);
    }

    #[test]
    fn points_without_extent_have_no_turn() {
        let mut mesh = canonical_mesh([0.0; 2], 10.0);
        mesh.points.fill([5.0; 3]);
        assert_eq!(mesh.turn(), HeadTurn::default());
    }
}
