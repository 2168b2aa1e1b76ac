//! What was found, drawn over the photo.

mod canvas;

use skinkit::roi::{Face, FaceRegion, topology};
use skinkit::{Analysis, Photo, Relocation, face_regions, overlay};

use crate::found::Found;
pub use canvas::{Canvas, GREEN, ORANGE, PINK, SKY};

/// Region, landmarks, the lesion's border as it was measured (its mask, where nothing was) and the most probable class's
/// heatmap.
pub fn analysis(photo: &Photo, analysis: &Analysis) -> Canvas {
    let mut canvas = Canvas::new(photo);
    let roi = &analysis.roi;
    if let Some(heat) = overlay::evidence(&analysis.finding) {
        canvas.tint(ORANGE, |point| {
            inside(roi.to_unit(point)).map_or(0.0, |unit| 0.45 * heat.at(unit))
        });
    }
    if let Some(measures) = &analysis.measures {
        let border: Vec<_> = measures.border.iter().map(|&point| roi.to_picture(point)).collect();
        canvas.outline(&border, PINK);
    } else if let Some(mask) = overlay::mask(&analysis.finding) {
        let at = |point| inside(roi.to_unit(point)).map_or(0.0, |unit| mask.at(unit));
        let pen = canvas.pen();
        // The border: lesion here, skin one pen's width away.
        canvas.tint(PINK, |[x, y]| {
            let edge = at([x, y]) >= 0.5
                && [[pen, 0.0], [-pen, 0.0], [0.0, pen], [0.0, -pen]]
                    .iter()
                    .any(|d| at([x + d[0], y + d[1]]) < 0.5);
            f32::from(u8::from(edge))
        });
    }
    if let Some(face) = &analysis.face {
        draw_face(&mut canvas, face);
    }
    canvas.outline(&roi.corners(), SKY);
    canvas
}

/// Bones of a hand and of a pose, as pairs of landmarks.
const FINGERS: [[usize; 2]; 21] = [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
    [0, 5],
    [5, 6],
    [6, 7],
    [7, 8],
    [5, 9],
    [9, 10],
    [10, 11],
    [11, 12],
    [9, 13],
    [13, 14],
    [14, 15],
    [15, 16],
    [13, 17],
    [0, 17],
    [17, 18],
    [18, 19],
    [19, 20],
];
const LIMBS: [[usize; 2]; 14] = [
    [11, 12],
    [11, 13],
    [13, 15],
    [12, 14],
    [14, 16],
    [11, 23],
    [12, 24],
    [23, 24],
    [23, 25],
    [25, 27],
    [24, 26],
    [26, 28],
    [27, 31],
    [28, 32],
];

/// Faces with their skin, boxes, key points, meshes, irises and parts; the skin of the body; hands; the pose.
pub fn landmarks(photo: &Photo, found: &Found) -> Canvas {
    let mut canvas = Canvas::new(photo);
    if let Some(body) = &found.body {
        let faces: Vec<_> = found.faces.iter().filter_map(|(_, skin)| skin.as_ref()).collect();
        let bare = |point| body.contains(point) && !faces.iter().any(|face| face.mask.contains(point));
        canvas.tint(PINK, |point| if bare(point) { 0.25 } else { 0.0 });
    }
    for (face, skin) in &found.faces {
        if let Some(skin) = skin {
            canvas.tint(SKY, |point| if skin.mask.contains(point) { 0.25 } else { 0.0 });
        }
        draw_face(&mut canvas, face);
        let [x0, y0, x1, y1] = face.detection.bbox;
        canvas.outline(&[[x0, y0], [x1, y0], [x1, y1], [x0, y1]], SKY);
        for point in face.detection.key_points {
            let radius = 1.5 * canvas.pen();
            canvas.dot(point, radius, ORANGE);
        }
        canvas.outline(&face.mesh.roi.corners(), PINK);
        for part in face_regions(&face.mesh) {
            if part.region != FaceRegion::WholeFace {
                canvas.outline(&part.roi.corners(), ORANGE);
            }
        }
        for rim in [topology::LEFT_IRIS, topology::RIGHT_IRIS] {
            let Some(mesh) = &face.mesh_478 else { continue };
            let rim: Vec<_> = rim
                .points
                .iter()
                .filter_map(|&i| mesh.points.get(usize::from(i)))
                .map(|p| [p[0], p[1]])
                .collect();
            canvas.outline(&rim, PINK);
        }
    }
    for hand in &found.hands {
        let radius = 1.5 * canvas.pen();
        let at = |i: usize| hand.points.get(i).map(|p| [p[0], p[1]]);
        for bone in FINGERS {
            if let [Some(a), Some(b)] = bone.map(at) {
                canvas.line(&[a, b], GREEN);
            }
        }
        hand.points
            .iter()
            .for_each(|p| canvas.dot([p[0], p[1]], radius, ORANGE));
        canvas.outline(&hand.roi.corners(), PINK);
        canvas.outline(&hand.palm_roi().corners(), ORANGE);
    }
    if let Some(pose) = &found.pose {
        let radius = 1.5 * canvas.pen();
        let at = |i: usize| {
            let seen = pose.points.get(i).filter(|p| p.visibility >= 0.5)?;
            Some([seen.position[0], seen.position[1]])
        };
        for limb in LIMBS {
            if let [Some(a), Some(b)] = limb.map(at) {
                canvas.line(&[a, b], PINK);
            }
        }
        (0..pose.points.len())
            .filter_map(at)
            .for_each(|p| canvas.dot(p, radius, PINK));
    }
    canvas
}

/// A place that was found: its square and a cross; nothing where it was not.
pub fn place(photo: &Photo, found: &Relocation) -> Canvas {
    let mut canvas = Canvas::new(photo);
    if let Relocation::Found { point: [x, y], roi, .. } = found {
        let arm = 6.0 * canvas.pen();
        canvas.outline(&roi.corners(), SKY);
        canvas.line(&[[x - arm, *y], [x + arm, *y]], PINK);
        canvas.line(&[[*x, y - arm], [*x, y + arm]], PINK);
    }
    canvas
}

fn draw_face(canvas: &mut Canvas, face: &Face) {
    let points = &face.mesh.points;
    let radius = 0.4 * canvas.pen();
    for point in points {
        canvas.dot([point[0], point[1]], radius, GREEN);
    }
    for contour in topology::CONTOURS {
        let line: Vec<[f32; 2]> = contour
            .points
            .iter()
            .filter_map(|&i| points.get(usize::from(i)))
            .map(|p| [p[0], p[1]])
            .collect();
        if contour.closed {
            canvas.outline(&line, GREEN);
        } else {
            canvas.line(&line, GREEN);
        }
    }
}

fn inside(unit: [f32; 2]) -> Option<[f32; 2]> {
    unit.iter().all(|u| (0.0..1.0).contains(u)).then_some(unit)
}
