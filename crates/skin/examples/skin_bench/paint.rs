//! Changes of known size, painted into a portrait.

use serde::{Deserialize, Serialize};
use skinkit_preprocess::Photo;
use skinkit_skin::color::{Lab, lab, linear};
use skinkit_skin::{CHART_SIDE, SkinReport, Zone};

/// A painted change and its size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    None,
    /// The left cheek is redder by this Δa*, L* and b* as they were.
    Redness(f32),
    /// The skin below the left eye is darker by this ΔL*.
    UnderEye(f32),
    /// White light over a disc of 16 mm of the forehead, as a share of full light.
    Shine(f32),
    /// A brown spot of this many millimeters on the right cheek.
    Spot(f32),
    /// Lines across the forehead of this many millimeters together, ΔL* 6 deep and 1.4 mm wide.
    Lines(f32),
}

impl Change {
    pub const COARSE: &[Self] = &[
        Self::Redness(2.0),
        Self::Redness(3.0),
        Self::Redness(5.0),
        Self::UnderEye(3.0),
        Self::UnderEye(5.0),
        Self::Shine(0.15),
        Self::Lines(90.0),
    ];
    pub const FINE: &[Self] = &[Self::Spot(2.0), Self::Spot(3.0), Self::Spot(4.0), Self::Lines(90.0)];
}

/// The painted picture; `None` where its zone is not seen well enough to paint on.
pub fn paint(photo: &Photo, report: &SkinReport, change: Change) -> Option<Vec<u8>> {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let seen = |zone: Zone, least: f32| report.zone(zone).filter(|z| z.seen >= least);
    let mut pixels = photo.pixels().to_vec();
    let mut each = |mut color: Box<dyn FnMut(usize, [f32; 3]) -> [f32; 3]>| {
        for (at, pixel) in pixels.chunks_exact_mut(3).enumerate() {
            let old = [pixel[0], pixel[1], pixel[2]];
            let new = color(at, old.map(linear));
            if new != old.map(linear) {
                for (code, value) in pixel.iter_mut().zip(new) {
                    *code = encoded(value);
                }
            }
        }
    };
    match change {
        Change::None => {}
        Change::Redness(by) => {
            seen(Zone::LeftCheek, 0.6)?;
            let mask = zone_mask(report, Zone::LeftCheek, width, height);
            each(Box::new(move |at, rgb| moved(rgb, mask[at], [0.0, by, 0.0])));
        }
        Change::UnderEye(by) => {
            seen(Zone::LeftInfraorbital, 0.6)?;
            seen(Zone::LeftCheek, 0.6)?;
            let mask = zone_mask(report, Zone::LeftInfraorbital, width, height);
            each(Box::new(move |at, rgb| moved(rgb, mask[at], [-by, 0.0, 0.0])));
        }
        Change::Shine(light) => {
            let zone = seen(Zone::Forehead, 0.6)?;
            let radius = 8.0 * zone.pixels_per_mm;
            let [x, y] = place(report, Zone::Forehead)?;
            each(Box::new(move |at, rgb| {
                let away = ((at % width) as f32 - x).hypot((at / width) as f32 - y);
                let part = smooth(1.0 - away / radius);
                rgb.map(|v| v + light * part)
            }));
        }
        Change::Spot(diameter) => {
            let zone = seen(Zone::RightCheek, 0.8)?;
            let radius = diameter / 2.0 * zone.pixels_per_mm;
            let [x, y] = place(report, Zone::RightCheek)?;
            each(Box::new(move |at, rgb| {
                let away = ((at % width) as f32 - x).hypot((at / width) as f32 - y);
                let part = (radius - away + 0.5).clamp(0.0, 1.0);
                let brown = [0.62, 0.45, 0.38];
                std::array::from_fn(|c| rgb[c] * (1.0 - part * (1.0 - brown[c])))
            }));
        }
        Change::Lines(length) => {
            let zone = seen(Zone::Forehead, 0.7)?;
            let wide = 0.7 * zone.pixels_per_mm;
            let lines = forehead_lines(report, length)?;
            each(Box::new(move |at, rgb| {
                let (x, y) = ((at % width) as f32 + 0.5, (at / width) as f32 + 0.5);
                let away = lines
                    .iter()
                    .map(|p| (p[0] - x).hypot(p[1] - y))
                    .fold(f32::MAX, f32::min);
                moved(rgb, (-0.5 * (away / wide).powi(2)).exp(), [-6.0, 0.0, 0.0])
            }));
        }
    }
    Some(pixels)
}

/// The middle of a zone in the picture.
fn place(report: &SkinReport, zone: Zone) -> Option<[f32; 2]> {
    let map = &report.anomaly;
    let points: Vec<[f32; 2]> = (0..map.points().len())
        .filter(|&cell| map.zone(cell) == Some(zone) && !map.values()[cell].is_nan())
        .map(|cell| map.points()[cell])
        .collect();
    let mean = |axis: usize| points.iter().map(|p| p[axis]).sum::<f32>() / points.len() as f32;
    (points.len() > 100).then(|| [mean(0), mean(1)])
}

/// Points along two lines of the chart across the forehead, dense enough to draw; together `length` mm on a face of the
/// usual size.
fn forehead_lines(report: &SkinReport, length: f32) -> Option<Vec<[f32; 2]>> {
    let map = &report.anomaly;
    let columns = (length / 2.0 / 0.46) as usize;
    let first = (CHART_SIDE - columns) / 2;
    let mut points = Vec::new();
    for row in [78, 92] {
        for column in first..first + columns {
            let cell = row * CHART_SIDE + column;
            let next = map.points()[cell + 1];
            let point = map.points()[cell];
            points.push(point);
            points.push([(point[0] + next[0]) / 2.0, (point[1] + next[1]) / 2.0]);
        }
    }
    points.iter().all(|p| p[0].is_finite()).then_some(points)
}

/// How much of each pixel lies in a zone, with a soft rim.
fn zone_mask(report: &SkinReport, zone: Zone, width: usize, height: usize) -> Vec<f32> {
    let map = &report.anomaly;
    let mut mask = image::GrayImage::new(width as u32, height as u32);
    for (cell, point) in map.points().iter().enumerate() {
        if map.zone(cell) != Some(zone) {
            continue;
        }
        // A cell is smaller than a pixel here, or not much larger.
        for dy in 0..2 {
            for dx in 0..2 {
                let (x, y) = (point[0] as u32 + dx, point[1] as u32 + dy);
                if x < width as u32 && y < height as u32 {
                    mask.put_pixel(x, y, image::Luma([255]));
                }
            }
        }
    }
    let soft = image::imageops::blur(&mask, 1.5);
    soft.into_raw().into_iter().map(|v| f32::from(v) / 255.0).collect()
}

fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

fn moved(rgb: [f32; 3], part: f32, by: Lab) -> [f32; 3] {
    if part < 1e-3 {
        return rgb;
    }
    let color = lab(rgb);
    linear_of(std::array::from_fn(|i| color[i] + part * by[i]))
}

/// CIELAB (D65) to linear sRGB.
fn linear_of([l, a, b]: Lab) -> [f32; 3] {
    let y = (l + 16.0) / 116.0;
    let cube = |t: f32| {
        if t > 6.0 / 29.0 {
            t.powi(3)
        } else {
            (t - 16.0 / 116.0) * 108.0 / 841.0
        }
    };
    let (x, y, z) = (
        0.950_456 * cube(y + a / 500.0),
        cube(y),
        1.089_058 * cube(y - b / 200.0),
    );
    [
        3.240_63 * x - 1.537_208 * y - 0.498_629 * z,
        -0.968_931 * x + 1.875_756 * y + 0.041_518 * z,
        0.055_710 * x - 0.204_021 * y + 1.056_996 * z,
    ]
}

fn encoded(linear: f32) -> u8 {
    let v = linear.clamp(0.0, 1.0);
    let v = if v <= 0.003_130_8 {
        12.92 * v
    } else {
        1.055 * v.powf(1.0 / 2.4) - 0.055
    };
    (255.0 * v).round() as u8
}
