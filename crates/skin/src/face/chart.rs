//! The face laid out flat: each cell of the chart is the same place of the skin in every picture.

use std::sync::OnceLock;

use skinkit_preprocess::{Frame, Resampler, Roi};
use skinkit_roi::topology::{TEXTURE, TRIANGLES, VERTICES};
use skinkit_roi::{FaceMesh, FaceRegion, Scale, region_roi};

use super::zone::Zone;
use crate::Result;
use crate::plane::Plane;

/// Rows and columns of a chart: the texture coordinates of MediaPipe's canonical face times this. A cell is 0.46 mm on
/// the canonical face (0.44 to 0.53 over the middle half of its triangles).
pub const CHART_SIDE: usize = 512;

/// Longest side of the picture that the chart is sampled from: about two pixels a cell.
const MOST_PIXELS: f32 = 1024.0;

/// Least cosine between a triangle's normal and the line of sight: beyond 65 degrees skin is a smear.
const LEAST_FACING: f32 = 0.42;

/// Outer and inner corners of the right and the left eye.
const EYES: [[usize; 2]; 2] = [[33, 133], [263, 362]];

/// What is the same for every face.
struct Layout {
    /// Of each cell its triangle, or `NO_TRIANGLE`.
    triangle: Vec<u16>,
    /// Of each cell the weights of its triangle's second and third corner.
    weights: Vec<[f32; 2]>,
    /// Of each cell the zones it belongs to, as [`Zone::bit`]s.
    zones: Plane<u16>,
    /// Millimeters a cell on the canonical face.
    mm_per_cell: f32,
    /// Area of each triangle on the canonical face, in mm².
    areas: Vec<f32>,
}

const NO_TRIANGLE: u16 = u16::MAX;

fn layout() -> &'static Layout {
    static LAYOUT: OnceLock<Layout> = OnceLock::new();
    LAYOUT.get_or_init(|| {
        let side = CHART_SIDE as f32;
        let at = |point: u16| TEXTURE[usize::from(point)].map(|c| c * side);
        let mut triangle = vec![NO_TRIANGLE; CHART_SIDE * CHART_SIDE];
        let mut weights = vec![[0.0; 2]; CHART_SIDE * CHART_SIDE];
        let mut areas = Vec::with_capacity(TRIANGLES.len());
        let mut cells = 0.0;
        for (number, corners) in TRIANGLES.iter().enumerate() {
            let [a, b, c] = corners.map(at);
            let doubled = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
            cells += doubled.abs() / 2.0;
            // Centimeters to millimeters, twice.
            areas.push(100.0 * area(corners.map(|point| VERTICES[usize::from(point)])));
            let range = |axis: usize| {
                let low = a[axis].min(b[axis]).min(c[axis]).floor().max(0.0) as usize;
                low..(a[axis].max(b[axis]).max(c[axis]).ceil() as usize).min(CHART_SIDE)
            };
            for row in range(1) {
                for column in range(0) {
                    let (x, y) = (column as f32 + 0.5 - a[0], row as f32 + 0.5 - a[1]);
                    let second = (x * (c[1] - a[1]) - y * (c[0] - a[0])) / doubled;
                    let third = ((b[0] - a[0]) * y - (b[1] - a[1]) * x) / doubled;
                    if second >= -1e-5 && third >= -1e-5 && second + third <= 1.0 + 1e-5 {
                        triangle[row * CHART_SIDE + column] = number as u16;
                        weights[row * CHART_SIDE + column] = [second, third];
                    }
                }
            }
        }
        let outlines: Vec<(u16, Vec<[f32; 2]>)> = Zone::ALL[..Zone::PARTS]
            .iter()
            .map(|zone| (zone.bit(), zone.outline().iter().map(|&point| at(point)).collect()))
            .collect();
        let mut zones = Plane::filled(CHART_SIDE, CHART_SIDE, 0u16);
        for (i, cell) in zones.cells.iter_mut().enumerate() {
            let point = [(i % CHART_SIDE) as f32 + 0.5, (i / CHART_SIDE) as f32 + 0.5];
            // Where outlines overlap by a hair, the first zone has the cell.
            *cell = outlines
                .iter()
                .find(|(_, outline)| inside(point, outline))
                .map_or(0, |(bit, _)| *bit);
        }
        Layout {
            triangle,
            weights,
            zones,
            mm_per_cell: (areas.iter().sum::<f32>() / cells).sqrt(),
            areas,
        }
    })
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

fn area([a, b, c]: [[f32; 3]; 3]) -> f32 {
    let [u, v]: [[f32; 3]; 2] = [b, c].map(|p| std::array::from_fn(|i| p[i] - a[i]));
    let cross = [
        u[1] * v[2] - u[2] * v[1],
        u[2] * v[0] - u[0] * v[2],
        u[0] * v[1] - u[1] * v[0],
    ];
    cross.iter().map(|c| c * c).sum::<f32>().sqrt() / 2.0
}

/// The zones of each cell, as [`Zone::bit`]s.
pub(crate) fn zones() -> &'static Plane<u16> {
    &layout().zones
}

/// One face, laid out flat.
pub(crate) struct Chart {
    /// Of each cell its color; what is not seen is black.
    pub rgb: Plane<[u8; 3]>,
    /// Of each cell its point of the picture.
    pub points: Plane<[f32; 2]>,
    /// Cells of which the picture shows enough: turned to the camera and inside the picture.
    pub shown: Plane<bool>,
    /// Millimeters a cell: measured by the irises, else those of the canonical face.
    pub mm_per_cell: f32,
    /// Of each zone (in the order of [`Zone::ALL`]) pixels of the picture a millimeter, foreshortening included.
    pub pixels_per_mm: Vec<f32>,
}

/// Lays faces out flat. Holds its work buffers: one a thread.
#[derive(Default)]
pub(crate) struct ChartMaker {
    resampler: Resampler,
}

impl ChartMaker {
    /// # Errors
    /// The face lies outside the picture.
    pub fn make(&mut self, frame: &Frame<'_>, mesh: &FaceMesh, scale: Option<&Scale>) -> Result<Chart> {
        let layout = layout();
        let roi = region_roi(mesh, FaceRegion::WholeFace);
        let side = roi.width.ceil().clamp(16.0, MOST_PIXELS) as usize;
        let pixels = Plane::sampled(&mut self.resampler, frame, &roi, [side; 2])?;
        let size = [frame.width() as f32, frame.height() as f32];
        let facing: Vec<bool> = TRIANGLES
            .iter()
            .map(|corners| {
                let [a, b, c] = corners.map(|point| mesh.points[usize::from(point)]);
                let flat = ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) / 2.0;
                // The canonical triangles run against the clock on screen.
                -flat >= LEAST_FACING * area([a, b, c])
            })
            .collect();
        let mut chart = Chart {
            rgb: Plane::filled(CHART_SIDE, CHART_SIDE, [0; 3]),
            points: Plane::filled(CHART_SIDE, CHART_SIDE, [f32::NAN; 2]),
            shown: Plane::filled(CHART_SIDE, CHART_SIDE, false),
            mm_per_cell: layout.mm_per_cell * scale.map_or(1.0, |scale| size_ratio(mesh, scale)),
            pixels_per_mm: Vec::new(),
        };
        for (cell, (&triangle, &[second, third])) in layout.triangle.iter().zip(&layout.weights).enumerate() {
            if triangle == NO_TRIANGLE {
                continue;
            }
            let [a, b, c] = TRIANGLES[usize::from(triangle)].map(|point| mesh.points[usize::from(point)]);
            let first = 1.0 - second - third;
            let point: [f32; 2] = std::array::from_fn(|i| first * a[i] + second * b[i] + third * c[i]);
            chart.points.cells[cell] = point;
            let inside = (0..2).all(|i| point[i] >= 0.0 && point[i] < size[i]);
            if inside && facing[usize::from(triangle)] {
                chart.shown.cells[cell] = true;
                chart.rgb.cells[cell] = sample(&pixels, &roi, point);
            }
        }
        chart.pixels_per_mm = pixels_per_mm(mesh, chart.mm_per_cell / layout.mm_per_cell);
        Ok(chart)
    }
}

/// How much larger a face is than the canonical one, by the distance of its eyes in millimeters, depth included.
fn size_ratio(mesh: &FaceMesh, scale: &Scale) -> f32 {
    let apart = |points: &dyn Fn(usize) -> [f32; 3]| {
        let [right, left] = EYES.map(|[outer, inner]| {
            let (a, b) = (points(outer), points(inner));
            [0, 1, 2].map(|i| (a[i] + b[i]) / 2.0)
        });
        (0..3).map(|i| (left[i] - right[i]).powi(2)).sum::<f32>().sqrt()
    };
    let seen = apart(&|point| mesh.points[point]) * scale.mm_per_pixel;
    // Centimeters to millimeters.
    seen / (10.0 * apart(&|point| VERTICES[point]))
}

fn pixels_per_mm(mesh: &FaceMesh, ratio: f32) -> Vec<f32> {
    let layout = layout();
    // Of each triangle the part that lies in the zone, by cells.
    let mut cells = vec![[0u32; Zone::ALL.len()]; TRIANGLES.len()];
    let mut all = vec![0u32; TRIANGLES.len()];
    for (&triangle, &zones) in layout.triangle.iter().zip(&layout.zones.cells) {
        if triangle == NO_TRIANGLE {
            continue;
        }
        all[usize::from(triangle)] += 1;
        for (count, zone) in cells[usize::from(triangle)].iter_mut().zip(Zone::ALL) {
            *count += u32::from(zones & zone.bits() != 0);
        }
    }
    (0..Zone::ALL.len())
        .map(|zone| {
            let (mut pixels, mut mm) = (0.0, 0.0);
            for (number, corners) in TRIANGLES.iter().enumerate() {
                let share = cells[number][zone] as f32 / all[number].max(1) as f32;
                let [a, b, c] = corners.map(|point| mesh.points[usize::from(point)]);
                pixels += share * ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).abs() / 2.0;
                mm += share * layout.areas[number] * ratio * ratio;
            }
            if mm > 0.0 { (pixels / mm).sqrt() } else { 0.0 }
        })
        .collect()
}

/// Linear between the pixels of the sampled region.
fn sample(pixels: &Plane<[u8; 3]>, roi: &Roi, point: [f32; 2]) -> [u8; 3] {
    let side = pixels.width;
    let [x, y] = roi
        .to_unit(point)
        .map(|unit| (unit * side as f32 - 0.5).clamp(0.0, (side - 1) as f32));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(side - 1), (top + 1).min(side - 1));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let at = |x: usize, y: usize, c: usize| f32::from(pixels.cells[y * side + x][c]);
    std::array::from_fn(|c| {
        let upper = at(left, top, c) * (1.0 - fx) + at(right, top, c) * fx;
        let lower = at(left, bottom, c) * (1.0 - fx) + at(right, bottom, c) * fx;
        (upper * (1.0 - fy) + lower * fy + 0.5) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_has_its_place_and_none_shares_a_cell() {
        let cells = |zone: Zone| zones().cells.iter().filter(|cell| **cell & zone.bits() != 0).count();
        for zone in Zone::ALL {
            assert!(cells(zone) > 900, "{zone}: {}", cells(zone));
            let (here, there) = (cells(zone) as f32, cells(zone.mirrored()) as f32);
            assert!((here / there - 1.0).abs() < 0.05, "{zone}");
        }
        assert!(zones().cells.iter().all(|cell| cell.count_ones() <= 1));
        let layout = layout();
        let outside = zones()
            .cells
            .iter()
            .zip(&layout.triangle)
            .filter(|(zone, triangle)| **zone != 0 && **triangle == NO_TRIANGLE)
            .count();
        assert_eq!(outside, 0, "zones lie on the face");
        assert!((layout.mm_per_cell - 0.46).abs() < 0.01);
    }
}
