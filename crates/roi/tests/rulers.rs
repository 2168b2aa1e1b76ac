//! Coins and printed cards, drawn in perspective on real photos of skin, then blurred, lit unevenly, made noisy and
//! compressed. The README's tables are this test's output: `cargo test -p skinkit-roi --test rulers -- --nocapture`.

// Helpers of tests are no #[test] functions themselves.
#![allow(clippy::unwrap_used)]

#[path = "support/reshot.rs"]
mod reshot;
mod support;

use std::path::Path;

use reshot::Numbers;
use skinkit_preprocess::{Limits, Photo, Roi};
use skinkit_roi::{DiscFinder, MarkerFinder, Scale};

/// Side of the photos that are made, in pixels.
const SIDE: u32 = 640;
/// Focal length of a phone's main camera, in sides of its picture.
const FOCAL: f32 = 1.1;
const COIN_MM: f32 = 23.25;
const CARD_MM: f32 = 25.0;

/// How an object is photographed.
#[derive(Clone, Copy)]
struct Shot {
    /// Its size in pixels.
    size: f32,
    centre: [f32; 2],
    /// Degrees between the camera's axis and the plane's normal, and in which direction.
    tilt: f32,
    towards: f32,
    turn: f32,
    /// Half the width of the blur, in pixels.
    blur: usize,
    /// Standard deviation in grey levels.
    noise: f32,
    quality: u8,
}

/// Colours of an object at a place of its plane (in its own diameters or sides about its middle), where it has one.
type Look<'a> = &'a dyn Fn([f32; 2]) -> Option<[f32; 3]>;

/// The photo with the object on it, and the true scale at its middle.
fn photographed(ground: &Photo, shot: &Shot, size_mm: f32, look: Look<'_>, random: &mut Numbers) -> (Photo, f32) {
    let (side, focal) = (SIDE as f32, FOCAL * SIDE as f32);
    let depth = focal * size_mm / shot.size;
    let ray = |x: f32, y: f32| [(x - side / 2.0) / focal, (y - side / 2.0) / focal, 1.0];
    let middle = ray(shot.centre[0], shot.centre[1]).map(|c| c * depth);
    let ((st, ct), (sp, cp), (sr, cr)) = (
        shot.tilt.to_radians().sin_cos(),
        shot.towards.sin_cos(),
        shot.turn.sin_cos(),
    );
    // The plane's axes: level along (cp, sp), falling away across it, then turned in the plane.
    let (level, falling) = ([cp, sp, 0.0], [-sp * ct, cp * ct, st]);
    let axis = |a: f32, b: f32| -> [f32; 3] { std::array::from_fn(|i| a * level[i] + b * falling[i]) };
    let (e1, e2) = (axis(cr, sr), axis(-sr, cr));
    let normal = [
        e1[1] * e2[2] - e1[2] * e2[1],
        e1[2] * e2[0] - e1[0] * e2[2],
        e1[0] * e2[1] - e1[1] * e2[0],
    ];
    let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let on_plane = |x: f32, y: f32| {
        let ray = ray(x, y);
        let t = dot(middle, normal) / dot(ray, normal);
        let p: [f32; 3] = std::array::from_fn(|i| t * ray[i] - middle[i]);
        [dot(p, e1) / size_mm, dot(p, e2) / size_mm]
    };
    let under = |x: u32, y: u32| -> [f32; 3] {
        let at = ((y * ground.height() / SIDE) * ground.width() + x * ground.width() / SIDE) as usize * 3;
        std::array::from_fn(|c| f32::from(ground.pixels()[at + c]))
    };
    let mut pixels = vec![[0.0f32; 3]; (SIDE * SIDE) as usize];
    for (i, pixel) in pixels.iter_mut().enumerate() {
        let (x, y) = (i as u32 % SIDE, i as u32 / SIDE);
        if on_plane(x as f32, y as f32).iter().any(|c| c.abs() > 0.8) {
            *pixel = under(x, y);
            continue;
        }
        for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
            let place = on_plane(x as f32 + dx, y as f32 + dy);
            let colour = look(place).unwrap_or_else(|| {
                // What lies on skin throws a soft shadow.
                let away = [0.01, 0.02, 0.03, 0.04, 0.05];
                let shaded = away.iter().filter(|d| look([place[0] - **d, place[1] - **d]).is_some());
                let light = 1.0 - 0.3 * shaded.count() as f32 / away.len() as f32;
                under(x, y).map(|c| light * c)
            });
            (0..3).for_each(|c| pixel[c] += colour[c] / 4.0);
        }
    }
    // One side gets half as much light again as the other.
    for (i, pixel) in pixels.iter_mut().enumerate() {
        let gain = 0.75 + 0.4 * (i as u32 % SIDE) as f32 / side;
        *pixel = pixel.map(|c| c * gain);
    }
    let pixels = blurred(&pixels, shot.blur);
    let mut bytes: Vec<u8> = Vec::with_capacity(pixels.len() * 3);
    for pixel in pixels {
        // Four uniform numbers added up are as good as a normal one here.
        let noise = (0..4).map(|_| random.within(-1.0, 1.0)).sum::<f32>() * 0.866 * shot.noise;
        bytes.extend(pixel.map(|c| (c + noise).clamp(0.0, 255.0).round() as u8));
    }
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, shot.quality)
        .encode(&bytes, SIDE, SIDE, image::ExtendedColorType::Rgb8)
        .unwrap();
    (Photo::decode(&jpeg, &Limits::default()).unwrap(), depth / focal)
}

fn blurred(pixels: &[[f32; 3]], radius: usize) -> Vec<[f32; 3]> {
    let side = SIDE as usize;
    let pass = |from: &[[f32; 3]], step: usize| -> Vec<[f32; 3]> {
        (0..from.len())
            .map(|i| {
                let at = if step == 1 { i % side } else { i / side };
                let (low, high) = (at.saturating_sub(radius), (at + radius).min(side - 1));
                let start = i - (at - low) * step;
                let mut sum = [0.0; 3];
                for k in 0..=high - low {
                    (0..3).for_each(|c| sum[c] += from[start + k * step][c]);
                }
                sum.map(|s| s / (high - low + 1) as f32)
            })
            .collect()
    };
    pass(&pass(pixels, 1), side)
}

/// A struck coin: a rim, a relief, a highlight; `ring` is another metal's share of the radius.
fn coin(metal: [f32; 3], ring: Option<[f32; 3]>) -> impl Fn([f32; 2]) -> Option<[f32; 3]> {
    move |[u, v]| {
        let r = 2.0 * u.hypot(v);
        if r > 1.0 {
            return None;
        }
        let relief = if r < 0.85 {
            14.0 * ((17.0 * u + 3.0 * v).sin() * (23.0 * v).cos() + (31.0 * (u - v)).sin())
        } else {
            0.0
        };
        let rim = if r > 0.93 { 18.0 } else { 0.0 };
        let highlight = 40.0 * (0.5 + u - v).clamp(0.0, 1.0);
        let metal = ring.filter(|_| r > 0.7).unwrap_or(metal);
        Some(metal.map(|c| c + relief + rim + highlight - 20.0))
    }
}

/// A printed marker of the original ArUco dictionary with its white margin.
fn card(id: u16) -> impl Fn([f32; 2]) -> Option<[f32; 3]> {
    const WORDS: [u8; 4] = [0b10000, 0b10111, 0b01001, 0b01110];
    move |[u, v]| {
        if u.abs().max(v.abs()) > 0.68 {
            return None;
        }
        let cell = |c: f32| ((c + 0.5) * 7.0).floor() as i32;
        let (column, row) = (cell(u), cell(v));
        if !(0..7).contains(&row) || !(0..7).contains(&column) {
            return Some([232.0, 230.0, 224.0]);
        }
        let inner = |i: i32| (1..=5).contains(&i);
        let word = WORDS[usize::from(id >> (2 * (5 - row.clamp(1, 5)))) & 3];
        let white = inner(row) && inner(column) && word >> (5 - column) & 1 == 1;
        Some(if white {
            [228.0, 226.0, 220.0]
        } else {
            [38.0, 36.0, 36.0]
        })
    }
}

/// Photos of real skin: two that come with SkinKit, and the close-ups in the shared data.
fn grounds() -> Vec<Photo> {
    let open = |path: &Path| Photo::open(path, &Limits::default()).unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/photos");
    let mut photos = vec![open(&samples.join("lesion-first.jpg")), open(&samples.join("face.jpg"))];
    if let Some(folder) = support::shared("data/pad_ufes/images") {
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
        files.sort();
        photos.extend(files.iter().map(|file| open(file)));
    }
    photos
}

/// What came of many shots.
#[derive(Default)]
struct Tally {
    shots: usize,
    /// Relative errors of the scale, and whether each is within two of its own standard deviations.
    errors: Vec<(f32, bool)>,
}

impl Tally {
    fn add(&mut self, scale: Option<Scale>, truth: f32) {
        self.shots += 1;
        self.errors.extend(scale.map(|scale| {
            let error = scale.mm_per_pixel - truth;
            (error.abs() / truth, error.abs() <= 2.0 * scale.error)
        }));
    }

    /// Share found, median and 90th percentile of the error in percent, share within two standard deviations.
    fn row(&mut self, ruler: &str, name: &str) -> [f32; 4] {
        self.errors.sort_by(|a, b| a.0.total_cmp(&b.0));
        let at = |share: f32| {
            let index = (share * self.errors.len() as f32) as usize;
            self.errors
                .get(index.min(self.errors.len().max(1) - 1))
                .map_or(f32::NAN, |e| 100.0 * e.0)
        };
        let share = |count: usize, of: usize| 100.0 * count as f32 / of.max(1) as f32;
        let within = self.errors.iter().filter(|e| e.1).count();
        let row = [
            share(self.errors.len(), self.shots),
            at(0.5),
            at(0.9),
            share(within, self.errors.len()),
        ];
        println!(
            "| {ruler} | {name} | {} of {} | {:.2} | {:.2} | {:.0} % |",
            self.errors.len(),
            self.shots,
            row[1],
            row[2],
            row[3]
        );
        row
    }
}

/// A row of the table: name, tilt in degrees, blur, noise, JPEG quality.
type Condition = (&'static str, [f32; 2], usize, f32, u8);

const CONDITIONS: [Condition; 5] = [
    ("squarely held", [0.0, 5.0], 0, 2.0, 92),
    ("tilted 10° to 20°", [10.0, 20.0], 0, 2.0, 92),
    ("tilted 20° to 30°", [20.0, 30.0], 0, 2.0, 92),
    ("out of focus", [0.0, 10.0], 3, 2.0, 92),
    ("noisy, hard compression", [0.0, 10.0], 1, 9.0, 50),
];

fn shot(condition: Condition, sizes: [f32; 2], random: &mut Numbers) -> Shot {
    let (_, [least, most], blur, noise, quality) = condition;
    let middle = SIDE as f32 / 2.0;
    Shot {
        size: random.within(sizes[0], sizes[1]),
        centre: [middle + random.within(-80.0, 80.0), middle + random.within(-80.0, 80.0)],
        tilt: random.within(least, most),
        towards: random.within(0.0, std::f32::consts::TAU),
        turn: random.within(0.0, std::f32::consts::TAU),
        blur,
        noise,
        quality,
    }
}

/// The square that a user drew around the object.
fn drawn_around(shot: &Shot, random: &mut Numbers) -> Roi {
    let off = 0.15 * shot.size;
    let centre = shot.centre.map(|c| c + random.within(-off, off));
    Roi::square(centre, shot.size * random.within(1.5, 2.6))
}

#[test]
fn coins_on_skin() {
    let grounds = grounds();
    let metals: [([f32; 3], Option<[f32; 3]>); 4] = [
        ([176.0, 116.0, 84.0], None),
        ([178.0, 178.0, 176.0], None),
        ([196.0, 168.0, 104.0], None),
        ([180.0, 180.0, 178.0], Some([200.0, 172.0, 108.0])),
    ];
    let mut finder = DiscFinder::new();
    let mut random = Numbers(11_000_003);
    let shots = grounds.len().max(24);
    for condition in &CONDITIONS {
        let mut tally = Tally::default();
        for i in 0..shots {
            let shot = shot(*condition, [90.0, 220.0], &mut random);
            let (metal, ring) = metals[i % metals.len()];
            let ground = &grounds[i % grounds.len()];
            let (photo, truth) = photographed(ground, &shot, COIN_MM, &coin(metal, ring), &mut random);
            let disc = finder.find(&photo.frame(), &drawn_around(&shot, &mut random)).unwrap();
            tally.add(disc.and_then(|disc| disc.scale(COIN_MM).ok()), truth);
        }
        let [found, median, most, within] = tally.row("coin", condition.0);
        assert!(found >= 90.0 && median <= 1.0 && most <= 8.0 && within >= 80.0);
    }
    let mut false_alarms = 0;
    for ground in &grounds {
        let (width, height) = (ground.width() as f32, ground.height() as f32);
        let square = Roi::square([width / 2.0, height / 2.0], 0.6 * width.min(height));
        let disc = finder.find(&ground.frame(), &square).unwrap();
        false_alarms += usize::from(disc.is_some());
    }
    println!("{false_alarms} coins in {} photos without one", grounds.len());
    assert!(false_alarms <= grounds.len() / 20);
}

#[test]
fn cards_on_skin() {
    let grounds = grounds();
    let mut finder = MarkerFinder::new();
    let mut random = Numbers(12_000_003);
    let shots = grounds.len().max(24);
    for condition in &CONDITIONS {
        let mut tally = Tally::default();
        for i in 0..shots {
            let shot = shot(*condition, [60.0, 180.0], &mut random);
            let ground = &grounds[i % grounds.len()];
            let id = (37 * i % 1023) as u16;
            let (photo, truth) = photographed(ground, &shot, CARD_MM, &card(id), &mut random);
            let whole = Roi::whole(photo.width(), photo.height());
            let markers = finder.find(&photo.frame(), &whole).unwrap();
            assert!(markers.iter().all(|marker| marker.id == id), "{markers:?} for {id}");
            tally.add(markers.first().and_then(|marker| marker.scale(CARD_MM).ok()), truth);
        }
        let [found, median, most, within] = tally.row("card", condition.0);
        assert!(found >= 85.0 && median <= 1.0 && most <= 5.0 && within >= 80.0);
    }
    for ground in &grounds {
        let whole = Roi::whole(ground.width(), ground.height());
        assert_eq!(finder.find(&ground.frame(), &whole).unwrap(), []);
    }
}

/// Middles and mean diameters, in pixels, of the coins in skimage's `coins.png`: moments of its regions above Otsu's
/// threshold with holes filled (`skimage.measure.regionprops`), all that the threshold parts from the ground.
const REAL_COINS: [[f32; 3]; 21] = [
    [154.7, 50.7, 47.0],
    [215.3, 51.0, 46.0],
    [275.9, 52.4, 39.8],
    [334.6, 43.5, 57.6],
    [44.8, 124.3, 41.2],
    [102.3, 125.6, 38.0],
    [153.6, 127.3, 37.6],
    [205.3, 123.7, 39.4],
    [270.6, 119.0, 49.3],
    [336.1, 124.5, 38.8],
    [43.6, 197.1, 38.0],
    [101.7, 195.5, 43.4],
    [154.1, 197.7, 38.4],
    [212.4, 193.0, 47.0],
    [273.8, 193.8, 44.2],
    [347.1, 186.4, 63.0],
    [45.9, 259.8, 55.8],
    [113.8, 265.8, 42.2],
    [172.4, 261.1, 53.8],
    [244.0, 263.3, 47.2],
    [300.7, 263.2, 50.1],
];

/// A photo of real coins, none of them quite round: Greek coins from Pompeii, Brooklyn Museum Collection, no known
/// copyright restrictions, distributed with scikit-image. It has no scale: only the rims are compared.
#[test]
fn real_coins_have_rims() {
    let Some(path) = std::env::var_os("SKINKIT_COINS") else {
        eprintln!("SKIPPED: real coins: SKINKIT_COINS names no coins.png (skimage/data/coins.png of scikit-image)");
        return;
    };
    let photo = Photo::open(Path::new(&path), &Limits::default()).unwrap();
    let mut finder = DiscFinder::new();
    let mut errors: Vec<f32> = Vec::new();
    for [x, y, diameter] in REAL_COINS {
        let disc = finder
            .find(&photo.frame(), &Roi::square([x, y], 1.4 * diameter))
            .unwrap();
        if let Some(disc) = disc.filter(|d| (d.centre[0] - x).hypot(d.centre[1] - y) < 0.2 * diameter) {
            errors.push(100.0 * ((disc.long_axis + disc.short_axis) / 2.0 / diameter - 1.0).abs());
        }
    }
    errors.sort_by(f32::total_cmp);
    println!(
        "{} of {} real coins, diameter {:.1} % off in the median, {:.1} % at most",
        errors.len(),
        REAL_COINS.len(),
        errors[errors.len() / 2],
        errors[errors.len() - 1]
    );
    assert!(errors.len() >= 19 && errors[errors.len() / 2] < 2.0);
}
