//! What was found, drawn over the photo.

use skinkit::roi::{Face, FaceRegion, region_roi, topology};
use skinkit::{Analysis, Photo};

use crate::canvas::{Canvas, GREEN, ORANGE, PINK, SKY};
use crate::landmarks::Found;

/// Region, landmarks, lesion mask and the most probable class's heatmap.
pub fn analysis(photo: &Photo, analysis: &Analysis) -> Canvas {
    let mut canvas = Canvas::new(photo);
    let roi = &analysis.roi;
    if let Some(heatmap) = &analysis.finding.heatmap
        && let Some(values) = heatmap.class(analysis.finding.top())
    {
        let most = values.iter().copied().fold(f32::EPSILON, f32::max);
        canvas.tint(ORANGE, |point| {
            inside(roi.to_unit(point)).map_or(0.0, |unit| {
                0.45 * bilinear(values, heatmap.width, heatmap.height, unit).max(0.0) / most
            })
        });
    }
    if let Some(mask) = &analysis.finding.mask {
        let at = |point| inside(roi.to_unit(point)).map_or(0.0, |u| bilinear(&mask.values, mask.width, mask.height, u));
        let pen = canvas.pen() as f32;
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

/// Faces with their skin, boxes, key points, meshes, irises and parts; hands; the pose.
pub fn landmarks(photo: &Photo, found: &Found) -> Canvas {
    let mut canvas = Canvas::new(photo);
    for (face, skin) in &found.faces {
        if let Some(skin) = skin {
            canvas.tint(SKY, |point| if skin.contains(point) { 0.25 } else { 0.0 });
        }
        draw_face(&mut canvas, face);
        let [x0, y0, x1, y1] = face.detection.bbox;
        canvas.outline(&[[x0, y0], [x1, y0], [x1, y1], [x0, y1]], SKY);
        for point in face.detection.key_points {
            let half = canvas.pen() + 1;
            canvas.dot(point, half, ORANGE);
        }
        canvas.outline(&face.mesh.roi.corners(), PINK);
        for region in [FaceRegion::LeftCheek, FaceRegion::RightCheek, FaceRegion::Chin] {
            canvas.outline(&region_roi(&face.mesh, region).corners(), ORANGE);
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
        let half = canvas.pen();
        hand.points.iter().for_each(|p| canvas.dot([p[0], p[1]], half, GREEN));
        canvas.outline(&hand.roi.corners(), PINK);
    }
    if let Some(pose) = &found.pose {
        let half = canvas.pen() + 1;
        for point in pose.points.iter().filter(|p| p.visibility >= 0.5) {
            canvas.dot([point.position[0], point.position[1]], half, PINK);
        }
    }
    canvas
}

fn draw_face(canvas: &mut Canvas, face: &Face) {
    let points = &face.mesh.points;
    for point in points {
        canvas.dot([point[0], point[1]], 0, GREEN);
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
            for pair in line.windows(2) {
                canvas.line(pair[0], pair[1], GREEN);
            }
        }
    }
}

fn inside(unit: [f32; 2]) -> Option<[f32; 2]> {
    unit.iter().all(|u| (0.0..1.0).contains(u)).then_some(unit)
}

/// A map's value at a point of the unit square.
fn bilinear(values: &[f32], width: usize, height: usize, unit: [f32; 2]) -> f32 {
    let axis = |u: f32, length: usize| {
        let at = (u * length as f32 - 0.5).clamp(0.0, (length - 1) as f32);
        (at as usize, (at as usize + 1).min(length - 1), at.fract())
    };
    let (left, right, across) = axis(unit[0], width);
    let (top, bottom, down) = axis(unit[1], height);
    let line =
        |row: usize| values[row * width + left] + (values[row * width + right] - values[row * width + left]) * across;
    line(top) + (line(bottom) - line(top)) * down
}
