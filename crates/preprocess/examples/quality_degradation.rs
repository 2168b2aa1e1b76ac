//! How well the quality gate tells spoilt pictures from untouched ones.
//!
//! `cargo run --release -p skinkit-preprocess --example quality_degradation -- ../shared/data [PICTURES]`
//!
//! Takes PICTURES (300) dermoscopic pictures of HAM10000, evenly spread, and all smartphone pictures of PAD-UFES-20,
//! spoils each in six ways at five strengths, and prints how many the default thresholds reject.

use std::path::{Path, PathBuf};

use skinkit_preprocess::ndarray::Array3;
use skinkit_preprocess::quality::{Meter, Quality, QualityThresholds};
use skinkit_preprocess::{Limits, Photo, Resampler, Roi};

/// Side of the pictures that are spoilt, in pixels.
const SIDE: usize = 240;

const BLUR: [f32; 5] = [0.7, 1.2, 2.0, 3.0, 4.5];
const MOTION: [f32; 5] = [3.0, 6.0, 10.0, 15.0, 22.0];
const DARK: [f32; 5] = [0.6, 0.35, 0.2, 0.08, 0.04];
const GLARE: [f32; 5] = [0.02, 0.05, 0.1, 0.15, 0.25];
const CAST: [f32; 5] = [0.2, 0.5, 1.0, 1.6, 2.2];
const CROP: [f32; 5] = [0.04, 0.08, 0.16, 0.28, 0.45];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().unwrap_or_else(|| "../shared/data".into()));
    let wanted: usize = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(300);
    let sources = [
        ("HAM10000", root.join("ham10000/images"), wanted),
        ("PAD-UFES-20", root.join("pad_ufes/images"), 1000),
    ];
    for (name, folder, most) in sources {
        let pictures = load(&folder, most);
        if pictures.is_empty() {
            eprintln!("SKIPPED: no pictures in {}", folder.display());
            continue;
        }
        report(name, &pictures);
    }
}

/// Centre squares of the folder's pictures, scaled to one size.
fn load(folder: &Path, most: usize) -> Vec<Vec<f32>> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .collect();
    files.sort();
    let step = (files.len() / most).max(1);
    let mut resampler = Resampler::new();
    let mut pixels = Array3::zeros((SIDE, SIDE, 3));
    files
        .iter()
        .step_by(step)
        .filter_map(|path| {
            let photo = Photo::open_for(path, &Limits::default(), SIDE as u32).ok()?;
            let roi = Roi::centre_square(photo.width(), photo.height());
            resampler.rgb8(&photo.frame(), &roi, pixels.view_mut()).ok()?;
            Some(pixels.iter().map(|v| linear(*v)).collect())
        })
        .collect()
}

fn report(name: &str, pictures: &[Vec<f32>]) {
    let mut meter = Meter::new();
    let thresholds = QualityThresholds::default();
    let centre = Roi::square([SIDE as f32 / 2.0; 2], SIDE as f32);
    let mut judge = |linear: &[f32], roi: &Roi| {
        let photo = Photo::from_rgb8(linear.iter().map(|v| code(*v)).collect(), SIDE as u32, SIDE as u32);
        photo
            .and_then(|photo| meter.measure(&photo.frame(), roi, &thresholds))
            .ok()
    };
    let untouched: Vec<Quality> = pictures.iter().filter_map(|picture| judge(picture, &centre)).collect();
    let kept = untouched.iter().filter(|quality| quality.accepted).count();
    println!(
        "\n{name}: {} pictures, {:.1} % of the untouched kept",
        pictures.len(),
        percent(kept, untouched.len())
    );
    spread(&untouched);
    println!("| spoilt by | 1 | 2 | 3 | 4 | 5 |\n|---|---|---|---|---|---|");
    let kinds: [(&str, Spoil); 6] = [
        ("blur", |p, s, _| (blur(p, BLUR[s]), 0.0)),
        ("motion", |p, s, n| (smear(p, MOTION[s], n), 0.0)),
        ("dark", |p, s, n| (darken(p, DARK[s], n), 0.0)),
        ("glare", |p, s, n| (mirror(p, GLARE[s], n), 0.0)),
        ("cast", |p, s, n| (tint(p, CAST[s], n), 0.0)),
        ("crop", |p, s, _| (p.to_vec(), CROP[s])),
    ];
    let mut worst = [0usize; 2];
    for (kind, spoil) in kinds {
        let mut row = format!("| {kind} |");
        for strength in 0..5 {
            let rejected = pictures
                .iter()
                .enumerate()
                .filter(|(n, picture)| {
                    let (spoilt, shift) = spoil(picture, strength, *n);
                    let roi = Roi {
                        centre: [centre.centre[0] + shift * SIDE as f32, centre.centre[1]],
                        ..centre
                    };
                    judge(&spoilt, &roi).is_some_and(|quality| !quality.accepted)
                })
                .count();
            row += &format!(" {:.0} |", percent(rejected, pictures.len()));
            if strength >= 3 {
                worst = [worst[0] + rejected, worst[1] + pictures.len()];
            }
        }
        println!("{row}");
    }
    println!(
        "Of the two worst strengths {:.1} % are rejected.",
        percent(worst[0], worst[1])
    );
}

/// A spoilt picture and by how much of its side the region moves out of it.
type Spoil = fn(&[f32], usize, usize) -> (Vec<f32>, f32);

fn percent(part: usize, whole: usize) -> f32 {
    100.0 * part as f32 / whole.max(1) as f32
}

/// Picks one measure.
type Column = fn(&Quality) -> f32;

fn spread(all: &[Quality]) {
    let columns: [(&str, Column); 7] = [
        ("sharpness", |q| q.sharpness),
        ("motion", |q| q.motion),
        ("exposure", |q| q.exposure),
        ("clipped_dark", |q| q.clipped_dark),
        ("clipped_bright", |q| q.clipped_bright),
        ("glare", |q| q.glare),
        ("colour_cast", |q| q.colour_cast),
    ];
    for (name, of) in columns {
        let mut values: Vec<f32> = all.iter().map(of).collect();
        values.sort_by(f32::total_cmp);
        let at = |part: f32| {
            values
                .get((part * (values.len() - 1) as f32) as usize)
                .copied()
                .unwrap_or(0.0)
        };
        println!(
            "  {name:15} 1% {:.3}  5% {:.3}  50% {:.3}  95% {:.3}  99% {:.3}",
            at(0.01),
            at(0.05),
            at(0.5),
            at(0.95),
            at(0.99)
        );
    }
}

fn linear(code: u8) -> f32 {
    let v = f32::from(code) / 255.0;
    if v <= 0.04045 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

fn code(linear: f32) -> u8 {
    let v = linear.clamp(0.0, 1.0);
    ((if v <= 0.003_130_8 {
        v * 12.92
    } else {
        1.055 * v.powf(1.0 / 2.4) - 0.055
    }) * 255.0)
        .round() as u8
}

/// Mean over taps (dx, dy, weight), edges repeated.
fn convolve(picture: &[f32], taps: &[(f32, f32, f32)]) -> Vec<f32> {
    let clamp = |v: f32| (v.round().max(0.0) as usize).min(SIDE - 1);
    let total: f32 = taps.iter().map(|tap| tap.2).sum();
    let mut out = vec![0.0; picture.len()];
    for y in 0..SIDE {
        for x in 0..SIDE {
            for &(dx, dy, weight) in taps {
                let at = (clamp(y as f32 + dy) * SIDE + clamp(x as f32 + dx)) * 3;
                for c in 0..3 {
                    out[(y * SIDE + x) * 3 + c] += picture[at + c] * weight / total;
                }
            }
        }
    }
    out
}

/// Gaussian, sigma in pixels of 240.
fn blur(picture: &[f32], sigma: f32) -> Vec<f32> {
    let reach = (3.0 * sigma).ceil() as i32;
    let line: Vec<(f32, f32)> = (-reach..=reach)
        .map(|i| (i as f32, (-(i as f32 / sigma).powi(2) / 2.0).exp()))
        .collect();
    let across = convolve(picture, &line.iter().map(|&(i, w)| (i, 0.0, w)).collect::<Vec<_>>());
    convolve(&across, &line.iter().map(|&(i, w)| (0.0, i, w)).collect::<Vec<_>>())
}

/// A straight movement of `length` pixels, in one of eight directions.
fn smear(picture: &[f32], length: f32, n: usize) -> Vec<f32> {
    let (sin, cos) = (n as f32 * std::f32::consts::PI / 8.0).sin_cos();
    let half = (length / 2.0) as i32;
    convolve(
        picture,
        &(-half..=half)
            .map(|i| (i as f32 * cos, i as f32 * sin, 1.0))
            .collect::<Vec<_>>(),
    )
}

/// Less light, and the noise that comes with it.
fn darken(picture: &[f32], factor: f32, n: usize) -> Vec<f32> {
    let mut state = (n as u32).wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    picture.iter().map(|v| v * factor + 0.006 * noise()).collect()
}

/// A mirrored lamp: a white ellipse with a soft edge over `area` of the picture.
fn mirror(picture: &[f32], area: f32, n: usize) -> Vec<f32> {
    let stretch = 1.0 + 0.2 * (n % 4) as f32;
    let radius = (area / std::f32::consts::PI).sqrt() * SIDE as f32;
    let middle = [0.35 + 0.1 * (n % 4) as f32, 0.35 + 0.1 * (n / 4 % 4) as f32].map(|v| v * SIDE as f32);
    let mut out = picture.to_vec();
    for (i, pixel) in out.chunks_exact_mut(3).enumerate() {
        let (x, y) = ((i % SIDE) as f32 - middle[0], (i / SIDE) as f32 - middle[1]);
        let far = ((x / stretch).powi(2) + (y * stretch).powi(2)).sqrt() / radius;
        let white = ((1.15 - far) / 0.3).clamp(0.0, 1.0);
        pixel.iter_mut().for_each(|v| *v += (1.0 - *v) * white);
    }
    out
}

/// Light that is warm, cold, green or magenta by turns.
fn tint(picture: &[f32], k: f32, n: usize) -> Vec<f32> {
    let (full, root) = (1.0 + k, (1.0 + k).sqrt());
    let gains = [
        [full, 1.0, 1.0 / full],
        [1.0 / full, 1.0, full],
        [1.0 / root, root, 1.0 / root],
        [root, 1.0 / root, root],
    ][n % 4];
    // The camera's exposure keeps the brightest channel where it was.
    let most = gains.iter().fold(0.0f32, |a, b| a.max(*b));
    picture
        .iter()
        .enumerate()
        .map(|(i, v)| v * gains[i % 3] / most)
        .collect()
}
