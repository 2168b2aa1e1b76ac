//! Faces turned in the picture's plane by every ten degrees, and small faces in large pictures: the right mesh or none.

// Helpers of tests are no #[test] functions themselves.
#![allow(clippy::unwrap_used)]

mod support;

use skinkit_preprocess::{Frame, Limits, Photo};
use skinkit_roi::{FaceLandmarker, FaceMesh, FaceOptions, Networks};

const GRAY: u8 = 127;

fn landmarker() -> FaceLandmarker {
    let options = FaceOptions::default();
    FaceLandmarker::with_options(&support::runtimes().pop().unwrap(), &Networks::embedded(), options).unwrap()
}

/// The photo's middle, turned clockwise by `degrees` on a square canvas that its corners fit into.
struct Turned {
    pixels: Vec<u8>,
    side: u32,
    sin: f32,
    cos: f32,
    middle: [f32; 2],
}

impl Turned {
    fn new(photo: &Photo, degrees: f32) -> Self {
        let (width, height) = (photo.width(), photo.height());
        let side = (width as f32).hypot(height as f32).ceil() as u32;
        let (sin, cos) = degrees.to_radians().sin_cos();
        let middle = [width as f32 / 2.0, height as f32 / 2.0];
        let mut turned = Self {
            pixels: vec![GRAY; (side * side * 3) as usize],
            side,
            sin,
            cos,
            middle,
        };
        for y in 0..side {
            for x in 0..side {
                let [u, v] = turned.back([x as f32 + 0.5, y as f32 + 0.5]).map(|c| c - 0.5);
                if u < 0.0 || v < 0.0 || u >= (width - 1) as f32 || v >= (height - 1) as f32 {
                    continue;
                }
                let (left, top) = (u as u32, v as u32);
                let (fx, fy) = (u.fract(), v.fract());
                for c in 0..3 {
                    let at = |x: u32, y: u32| f32::from(photo.pixels()[((y * width + x) * 3 + c) as usize]);
                    let upper = at(left, top) * (1.0 - fx) + at(left + 1, top) * fx;
                    let lower = at(left, top + 1) * (1.0 - fx) + at(left + 1, top + 1) * fx;
                    turned.pixels[((y * side + x) * 3 + c) as usize] = (upper * (1.0 - fy) + lower * fy).round() as u8;
                }
            }
        }
        turned
    }

    /// A place on the canvas, on the photo.
    fn back(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let (dx, dy) = (x - self.side as f32 / 2.0, y - self.side as f32 / 2.0);
        [
            self.middle[0] + self.cos * dx + self.sin * dy,
            self.middle[1] - self.sin * dx + self.cos * dy,
        ]
    }

    fn frame(&self) -> Frame<'_> {
        Frame::rgb8(&self.pixels, self.side, self.side).unwrap()
    }

    /// Mean distance of a mesh on the canvas from the one on the photo, in distances between the eyes.
    fn error(&self, mesh: &FaceMesh, upright: &FaceMesh) -> f32 {
        let sum: f32 = (0..upright.points.len())
            .map(|i| {
                let ([x, y], [u, v]) = (self.back(place(mesh, i)), place(upright, i));
                (x - u).hypot(y - v)
            })
            .sum();
        sum / upright.points.len() as f32 / upright.interocular_distance()
    }
}

fn place(mesh: &FaceMesh, point: usize) -> [f32; 2] {
    let [x, y, _] = mesh.points[point];
    [x, y]
}

/// How many of 36 turns found the face; panics where another one than the right place was given.
fn all_round(name: &str, photo: &Photo, landmarker: &mut FaceLandmarker, wrong: &mut Vec<String>) -> usize {
    let upright = landmarker.find(&photo.frame()).unwrap().remove(0).mesh;
    let mut found = 0;
    for degrees in (0..360).step_by(10) {
        let turned = Turned::new(photo, degrees as f32);
        for face in landmarker.find(&turned.frame()).unwrap() {
            let error = turned.error(&face.mesh, &upright);
            if error < 0.15 {
                found += 1;
            } else {
                wrong.push(format!(
                    "{name} at {degrees}: {error:.2} of the eyes' distance, score {:.2}, roll {:.0}",
                    face.detection.score,
                    face.detection.roll().to_degrees()
                ));
            }
        }
    }
    println!("{name}: found at {found} of 36 turns");
    found
}

#[test]
fn a_face_turned_by_any_angle_is_found_right_or_not_at_all() {
    let mut landmarker = landmarker();
    let mut wrong = Vec::new();
    for golden in support::committed() {
        if golden.name == "astronaut_scale050" || golden.name == "grace_hopper" {
            let found = all_round(&golden.name, &golden.photo(), &mut landmarker, &mut wrong);
            assert!(found >= 34, "{}: found at {found} of 36 turns", golden.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn faces_of_all_tones_turned_by_any_angle() {
    let Some(folder) = support::shared("data/faces_cc0") else {
        return;
    };
    let mut files: Vec<_> = std::fs::read_dir(folder.join("images"))
        .or_else(|_| std::fs::read_dir(&folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "jpg" || e == "png"))
        .collect();
    files.sort();
    let mut landmarker = landmarker();
    let (mut found, mut pictures, mut wrong) = (0, 0, Vec::new());
    for file in files.iter().step_by(4) {
        let photo = Photo::open(file, &Limits::default()).unwrap();
        if landmarker.find(&photo.frame()).unwrap().len() != 1 {
            continue;
        }
        found += all_round(
            &file.file_name().unwrap().to_string_lossy(),
            &photo,
            &mut landmarker,
            &mut wrong,
        );
        pictures += 1;
    }
    println!("{found} of {} turned portraits found", pictures * 36);
    assert!(pictures >= 8, "{pictures}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_small_face_in_a_large_picture_is_found() {
    let golden = support::committed()
        .into_iter()
        .find(|g| g.name == "grace_hopper")
        .unwrap();
    let photo = golden.photo();
    // At half its size the face is about 97 pixels wide: a sixteenth of the picture.
    let side = 1600u32;
    let mut pixels = vec![110u8; (side * side * 3) as usize];
    let (left, top) = (900, 300);
    for y in 0..photo.height() / 2 {
        for x in 0..photo.width() / 2 {
            for c in 0..3 {
                let at = |x: u32, y: u32| u32::from(photo.pixels()[((y * photo.width() + x) * 3 + c) as usize]);
                let sum = at(2 * x, 2 * y) + at(2 * x + 1, 2 * y) + at(2 * x, 2 * y + 1) + at(2 * x + 1, 2 * y + 1);
                pixels[(((y + top) * side + x + left) * 3 + c) as usize] = (sum / 4) as u8;
            }
        }
    }
    let mut landmarker = landmarker();
    let alone = landmarker.find(&photo.frame()).unwrap().remove(0).mesh;
    let faces = landmarker.find(&Frame::rgb8(&pixels, side, side).unwrap()).unwrap();
    assert_eq!(faces.len(), 1);
    println!("{:.0} pixels wide", faces[0].side());
    let ([x, y], [u, v]) = (place(&faces[0].mesh, 4), place(&alone, 4));
    let apart = (x - left as f32 - u / 2.0).hypot(y - top as f32 - v / 2.0);
    assert!(apart < 0.1 * alone.interocular_distance() / 2.0, "{apart}");
}
