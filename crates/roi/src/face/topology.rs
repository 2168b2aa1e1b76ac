//! How the mesh's points belong together: triangles, edges and the contours of the face's parts.
//!
//! Triangles are those of MediaPipe's canonical face mesh; contours are those of its
//! `face_mesh_connections.py` (0.10.21, Apache-2.0), put in order. Left and right are the subject's.
//! Numbers below 468 hold for both meshes; the irises exist in the 478-point mesh only.

pub use crate::face::canonical::{TEXTURE, TRIANGLES, VERTICES};

/// A line through mesh points, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contour {
    /// Point numbers.
    pub points: &'static [u16],
    /// Whether the last point joins the first.
    pub closed: bool,
}

const fn closed(points: &'static [u16]) -> Contour {
    Contour { points, closed: true }
}

const fn open(points: &'static [u16]) -> Contour {
    Contour { points, closed: false }
}

/// The face's outline, clockwise in the mirror, from the top of the forehead.
pub const FACE_OVAL: Contour = closed(&[
    10, 109, 67, 103, 54, 21, 162, 127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365,
    397, 288, 361, 323, 454, 356, 389, 251, 284, 332, 297, 338,
]);

/// Outer edge of the lips.
pub const LIPS_OUTER: Contour = closed(&[
    0, 37, 39, 40, 185, 61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267,
]);

/// Inner edge of the lips.
pub const LIPS_INNER: Contour = closed(&[
    13, 82, 81, 80, 191, 78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312,
]);

/// The opening of the left eye.
pub const LEFT_EYE: Contour = closed(&[
    249, 263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390,
]);

/// The opening of the right eye.
pub const RIGHT_EYE: Contour = closed(&[
    7, 33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163,
]);

/// The left eyebrow, around its lower and upper edge.
pub const LEFT_EYEBROW: Contour = closed(&[276, 283, 282, 295, 285, 336, 296, 334, 293, 300]);

/// The right eyebrow, around its lower and upper edge.
pub const RIGHT_EYEBROW: Contour = closed(&[46, 53, 52, 65, 55, 107, 66, 105, 63, 70]);

/// The left iris: the subject's left, top, right, bottom of its rim, around point 473.
pub const LEFT_IRIS: Contour = closed(&[474, 475, 476, 477]);

/// The right iris, around point 468.
pub const RIGHT_IRIS: Contour = closed(&[469, 470, 471, 472]);

/// The bridge and base of the nose.
pub const NOSE: [Contour; 2] = [
    open(&[168, 6, 197, 195, 5, 4, 1, 19, 94, 2, 97, 98, 64, 48, 115, 220, 45]),
    open(&[275, 440, 344, 278, 294, 327, 326]),
];

/// Every contour of the 468 points, for drawing.
pub const CONTOURS: [Contour; 9] = [
    FACE_OVAL,
    LIPS_OUTER,
    LIPS_INNER,
    LEFT_EYE,
    RIGHT_EYE,
    LEFT_EYEBROW,
    RIGHT_EYEBROW,
    NOSE[0],
    NOSE[1],
];

/// The edges of the triangles, each once, lower number first, in order.
pub fn edges() -> Vec<[u16; 2]> {
    let mut edges: Vec<[u16; 2]> = TRIANGLES
        .iter()
        .flat_map(|&[a, b, c]| [[a, b], [b, c], [c, a]])
        .map(|[a, b]| [a.min(b), a.max(b)])
        .collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triangles_and_edges_are_those_of_a_disc() {
        let edges = edges();
        // Euler: points - edges + triangles is 1 for a disc without holes (eyes and mouth are covered).
        assert_eq!(468 + TRIANGLES.len() - edges.len(), 1);
        assert!(TRIANGLES.iter().flatten().all(|&p| p < 468));
        assert!(TRIANGLES.iter().all(|[a, b, c]| a != b && b != c && c != a));
        let mut used: Vec<_> = TRIANGLES.iter().flatten().collect();
        used.sort_unstable();
        used.dedup();
        assert_eq!(used.len(), 468, "every point belongs to a triangle");
    }

    #[test]
    fn contours_follow_edges_of_the_mesh() {
        let edges = edges();
        for contour in [FACE_OVAL, LIPS_OUTER, LIPS_INNER, LEFT_EYE, RIGHT_EYE] {
            for (i, &a) in contour.points.iter().enumerate() {
                let b = contour.points[(i + 1) % contour.points.len()];
                assert!(edges.binary_search(&[a.min(b), a.max(b)]).is_ok(), "{a}-{b}");
            }
        }
    }
}
