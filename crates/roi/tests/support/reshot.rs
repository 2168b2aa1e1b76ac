//! A second photo of a face, made from the first: the picture is given the mesh's depth, turned, scaled, lit and
//! drawn again. Where each point went is known exactly. It is synthetic: the hidden side of the face stays unknown
//! and the light does not follow the turn.
// Support code is no #[test] function, so clippy's leave for tests does not reach it.
#![allow(dead_code, clippy::unwrap_used)]

use skinkit_preprocess::Photo;
use skinkit_roi::{FaceMesh, topology};

/// Pixels between the corners of the cells that are drawn.
const CELL: usize = 4;

#[derive(Debug, Clone, Copy)]
pub struct Shot {
    /// Degrees.
    pub yaw: f32,
    pub pitch: f32,
    pub roll: f32,
    pub scale: f32,
    /// Gains of red, green and blue in linear light.
    pub light: [f32; 3],
    /// How much brighter one side is than the other, 0 for none.
    pub gradient: f32,
}

impl Shot {
    pub const SAME: Self = Self {
        yaw: 0.0,
        pitch: 0.0,
        roll: 0.0,
        scale: 1.0,
        light: [1.0; 3],
        gradient: 0.0,
    };
}

/// The camera's view: turn about the face's middle, then project.
pub struct View {
    middle: [f32; 3],
    axes: [[f32; 3]; 3],
    scale: f32,
    distance: f32,
}

impl View {
    pub fn new(mesh: &FaceMesh, shot: &Shot) -> Self {
        let [left, top, right, bottom] = mesh.bounds();
        let depth = mesh.points.iter().map(|p| p[2]).sum::<f32>() / mesh.points.len() as f32;
        let turn = |degrees: f32| degrees.to_radians().sin_cos();
        let ((sy, cy), (sp, cp), (sr, cr)) = (turn(shot.yaw), turn(shot.pitch), turn(shot.roll));
        let yaw = [[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]];
        let pitch = [[1.0, 0.0, 0.0], [0.0, cp, -sp], [0.0, sp, cp]];
        let roll = [[cr, -sr, 0.0], [sr, cr, 0.0], [0.0, 0.0, 1.0]];
        Self {
            middle: [(left + right) / 2.0, (top + bottom) / 2.0, depth],
            axes: product(roll, product(pitch, yaw)),
            scale: shot.scale,
            // An arm's length for a face of 15 cm.
            distance: 3.5 * (right - left),
        }
    }

    /// Where a point of the first picture, with its depth, is in the second; the third number is its new depth.
    pub fn place(&self, point: [f32; 3]) -> [f32; 3] {
        let local: [f32; 3] = std::array::from_fn(|i| point[i] - self.middle[i]);
        let [x, y, z] = self
            .axes
            .map(|row| row[0] * local[0] + row[1] * local[1] + row[2] * local[2]);
        let zoom = self.scale * self.distance / (self.distance + z);
        [self.middle[0] + x * zoom, self.middle[1] + y * zoom, z]
    }
}

fn product(a: [[f32; 3]; 3], b: [[f32; 3]; 3]) -> [[f32; 3]; 3] {
    a.map(|row| std::array::from_fn(|j| (0..3).map(|k| row[k] * b[k][j]).sum()))
}

/// Depth of every cell corner: the mesh's where it is, else that of the nearest outline point, sinking away with the
/// distance as a head's sides do.
fn depths(photo: &Photo, mesh: &FaceMesh) -> (usize, Vec<f32>) {
    let columns = photo.width() as usize / CELL + 2;
    let rows = photo.height() as usize / CELL + 2;
    let mut depths = vec![f32::NAN; columns * rows];
    for triangle in &topology::TRIANGLES {
        let [a, b, c] = triangle.map(|i| mesh.points[usize::from(i)]);
        for_cells([a, b, c], CELL as f32, columns, rows, |index, z| {
            if depths[index].is_nan() || z < depths[index] {
                depths[index] = z;
            }
        });
    }
    let oval: Vec<[f32; 3]> = topology::FACE_OVAL
        .points
        .iter()
        .map(|&i| mesh.points[usize::from(i)])
        .collect();
    let size = mesh.interocular_distance();
    for (i, depth) in depths.iter_mut().enumerate().filter(|(_, d)| d.is_nan()) {
        let (x, y) = ((i % columns * CELL) as f32, (i / columns * CELL) as f32);
        let (away, z) = oval
            .iter()
            .map(|p| ((p[0] - x).hypot(p[1] - y), p[2]))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .unwrap();
        *depth = z + size * (away / size).min(1.0);
    }
    (columns, depths)
}

/// Calls `f` for the grid corners inside a triangle with the depth there.
fn for_cells(corners: [[f32; 3]; 3], step: f32, columns: usize, rows: usize, mut f: impl FnMut(usize, f32)) {
    let [a, b, c] = corners;
    let area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    if area.abs() < 1e-6 {
        return;
    }
    let range = |axis: usize, count: usize| {
        let low = corners.iter().map(|p| p[axis]).fold(f32::INFINITY, f32::min);
        let high = corners.iter().map(|p| p[axis]).fold(f32::NEG_INFINITY, f32::max);
        ((low / step).ceil().max(0.0) as usize)
            ..=((high / step).floor().max(-1.0) as isize)
                .min(count as isize - 1)
                .max(-1) as usize
    };
    if corners.iter().any(|p| p[0] < -1e5 || p[1] < -1e5) || corners.iter().all(|p| p[0] < 0.0 || p[1] < 0.0) {
        return;
    }
    for row in range(1, rows) {
        for column in range(0, columns) {
            let (x, y) = (column as f32 * step, row as f32 * step);
            let u = ((b[0] - x) * (c[1] - y) - (b[1] - y) * (c[0] - x)) / area;
            let v = ((c[0] - x) * (a[1] - y) - (c[1] - y) * (a[0] - x)) / area;
            let w = 1.0 - u - v;
            if u >= 0.0 && v >= 0.0 && w >= 0.0 && row < rows && column < columns {
                f(row * columns + column, u * a[2] + v * b[2] + w * c[2]);
            }
        }
    }
}

/// Draws the second photo, the same size as the first.
pub fn render(photo: &Photo, mesh: &FaceMesh, shot: &Shot) -> Vec<u8> {
    let view = View::new(mesh, shot);
    let (columns, depths) = depths(photo, mesh);
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let mut pixels = vec![90u8; width * height * 3];
    let mut nearest = vec![f32::INFINITY; width * height];
    let source = |i: usize| [(i % columns * CELL) as f32, (i / columns * CELL) as f32];
    let placed: Vec<[f32; 3]> = depths
        .iter()
        .enumerate()
        .map(|(i, &z)| {
            let [x, y] = source(i);
            view.place([x, y, z])
        })
        .collect();
    for row in 0..depths.len() / columns - 1 {
        for column in 0..columns - 1 {
            let first = row * columns + column;
            for triangle in [
                [first, first + 1, first + columns],
                [first + 1, first + columns + 1, first + columns],
            ] {
                draw(
                    photo,
                    triangle.map(|i| (placed[i], source(i))),
                    &mut pixels,
                    &mut nearest,
                );
            }
        }
    }
    for (i, pixel) in pixels.chunks_exact_mut(3).enumerate() {
        let side = 1.0 + shot.gradient * ((i % width) as f32 / width as f32 - 0.5);
        for (value, gain) in pixel.iter_mut().zip(shot.light) {
            let linear = (f32::from(*value) / 255.0).powf(2.2) * gain * side;
            *value = (linear.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0).round() as u8;
        }
    }
    pixels
}

fn draw(photo: &Photo, corners: [([f32; 3], [f32; 2]); 3], pixels: &mut [u8], nearest: &mut [f32]) {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let [(a, sa), (b, sb), (c, sc)] = corners;
    let area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    if area.abs() < 1e-6 {
        return;
    }
    let low = |axis: usize| a[axis].min(b[axis]).min(c[axis]).floor().max(0.0) as usize;
    let high = |axis: usize, size: usize| (a[axis].max(b[axis]).max(c[axis]).ceil().max(0.0) as usize).min(size);
    for y in low(1)..high(1, height) {
        for x in low(0)..high(0, width) {
            let (px, py) = (x as f32, y as f32);
            let u = ((b[0] - px) * (c[1] - py) - (b[1] - py) * (c[0] - px)) / area;
            let v = ((c[0] - px) * (a[1] - py) - (c[1] - py) * (a[0] - px)) / area;
            let w = 1.0 - u - v;
            if u < -1e-4 || v < -1e-4 || w < -1e-4 {
                continue;
            }
            let depth = u * a[2] + v * b[2] + w * c[2];
            let at = y * width + x;
            if depth < nearest[at] {
                nearest[at] = depth;
                let from = [u * sa[0] + v * sb[0] + w * sc[0], u * sa[1] + v * sb[1] + w * sc[1]];
                pixels[at * 3..at * 3 + 3].copy_from_slice(&sample(photo, from));
            }
        }
    }
}

fn sample(photo: &Photo, [x, y]: [f32; 2]) -> [u8; 3] {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let (x, y) = (x.clamp(0.0, (width - 1) as f32), y.clamp(0.0, (height - 1) as f32));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let at = |x: usize, y: usize, c: usize| f32::from(photo.pixels()[(y * width + x) * 3 + c]);
    std::array::from_fn(|c| {
        let upper = at(left, top, c) * (1.0 - fx) + at(right, top, c) * fx;
        let lower = at(left, bottom, c) * (1.0 - fx) + at(right, bottom, c) * fx;
        (upper * (1.0 - fy) + lower * fy).round() as u8
    })
}

/// A small repeatable source of numbers in `0..1`.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }

    pub fn within(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.next()
    }
}
