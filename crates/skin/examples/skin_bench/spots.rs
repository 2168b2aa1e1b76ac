//! How many planted lesions are found, and matched between two visits.

use std::path::Path;

use skinkit_preprocess::Frame;
use skinkit_skin::bench::candidates;
use skinkit_skin::{Fate, Spot, SpotFinder, SpotMap, SpotOptions, match_spots};

use crate::Outcome;
use crate::plants::{Garden, Plant, SIDE, developed, places, plant};
use crate::reshot::Numbers;

/// Tones of the skin that is planted on: as photographed, and darkened twice.
const TONES: [(&str, f32); 3] = [("as photographed", 0.0), ("medium", 0.55), ("dark", 1.1)];

/// Whether a spot is this plant.
fn is(spot: &Spot, center: [f32; 2], diameter: f32) -> bool {
    (spot.center[0] - center[0]).hypot(spot.center[1] - center[1]) < 0.5 * diameter.max(spot.diameter)
}

/// Numbers of their own for a picture; a small seed would begin with small numbers.
fn seeded(bench: u64, number: usize) -> Numbers {
    Numbers((bench + number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

struct Scene {
    linear: Vec<[f32; 3]>,
    plants: Vec<Plant>,
}

fn scene(garden: &Garden, number: usize, tone: f32, numbers: &mut Numbers) -> Scene {
    let skin = &garden.skins[(number * 7) % garden.skins.len()];
    let count = numbers.within(5.0, 60.0) as usize;
    let plants = places(garden, count, &[], numbers);
    let mut linear = skin.laid_out(tone, numbers);
    for p in &plants {
        plant(garden, &mut linear, p);
    }
    Scene { linear, plants }
}

/// Prints the features of every candidate with its truth: what the confidence is fitted on.
pub fn features(data: &Path, pictures: usize) -> Outcome<()> {
    let garden = Garden::open(data, true)?;
    let mut finder = SpotFinder::new();
    for number in 0..pictures {
        let mut numbers = seeded(0xFEED, number);
        let scene = scene(&garden, number, TONES[number % 3].1, &mut numbers);
        let pixels = developed(&scene.linear, &mut numbers)?;
        let Ok(found) = candidates(&mut finder, &Frame::rgb8(&pixels, SIDE, SIDE)?) else {
            continue;
        };
        for (spot, features) in found {
            let truth = scene.plants.iter().any(|p| is(&spot, p.center, p.diameter));
            let text: Vec<String> = features.iter().map(|f| format!("{f:.4}")).collect();
            println!("{number},{},{}", u8::from(truth), text.join(","));
        }
    }
    Ok(())
}

/// Prints recall and false spots.
pub fn found(data: &Path, pictures: usize, out: Option<&Path>) -> Outcome<()> {
    let garden = Garden::open(data, false)?;
    eprintln!(
        "{} lesions, {} pieces of skin",
        garden.lesions.len(),
        garden.skins.len()
    );
    let mut finder = SpotFinder::new();
    println!(
        "| skin | pictures | planted | found, % | false spots a picture | of these on the bare skin too |\n|---|---|---|---|---|---|"
    );
    for (name, tone) in TONES {
        let (mut planted, mut hits, mut wrong, mut bare, mut refused) = (0, 0, 0, 0, 0);
        for number in 0..pictures {
            let mut numbers = seeded(0xBEEF, number);
            let scene = scene(&garden, number, tone, &mut numbers);
            let pixels = developed(&scene.linear, &mut numbers)?;
            let skin = garden.skins[(number * 7) % garden.skins.len()].laid_out(tone, &mut numbers);
            let empty = developed(&skin, &mut numbers)?;
            planted += scene.plants.len();
            let Ok(map) = finder.find(&Frame::rgb8(&pixels, SIDE, SIDE)?, SpotOptions::default()) else {
                refused += 1;
                continue;
            };
            let alone = finder.find(&Frame::rgb8(&empty, SIDE, SIDE)?, SpotOptions::default());
            hits += scene
                .plants
                .iter()
                .filter(|p| map.spots.iter().any(|s| is(s, p.center, p.diameter)))
                .count();
            for spot in map
                .spots
                .iter()
                .filter(|s| !scene.plants.iter().any(|p| is(s, p.center, p.diameter)))
            {
                wrong += 1;
                let there = alone.as_ref().is_ok_and(|alone| {
                    alone
                        .spots
                        .iter()
                        .chain(&alone.faint)
                        .any(|other| is(other, spot.center, spot.diameter))
                });
                bare += usize::from(there);
            }
            if let Some(out) = out.filter(|_| number < 4) {
                draw(out, name, number, &pixels, &map, &scene.plants)?;
            }
        }
        let share = |a: usize, b: usize| a as f32 / b.max(1) as f32;
        println!(
            "| {name} | {pictures} ({refused} without skin) | {planted} | {:.1} | {:.2} | {:.2} |",
            100.0 * share(hits, planted),
            share(wrong, pictures),
            share(bare, pictures)
        );
    }
    Ok(())
}

fn draw(out: &Path, name: &str, number: usize, pixels: &[u8], map: &SpotMap, plants: &[Plant]) -> Outcome<()> {
    std::fs::create_dir_all(out)?;
    let mut picture = image::RgbImage::from_raw(SIDE, SIDE, pixels.to_vec()).ok_or("no picture")?;
    let mut ring = |center: [f32; 2], radius: f32, color: [u8; 3]| {
        for step in 0..90 {
            let (sin, cos) = (step as f32 * 4.0).to_radians().sin_cos();
            let (x, y) = (center[0] + radius * cos, center[1] + radius * sin);
            if x >= 0.0 && y >= 0.0 && (x as u32) < SIDE && (y as u32) < SIDE {
                picture.put_pixel(x as u32, y as u32, image::Rgb(color));
            }
        }
    };
    for p in plants {
        ring(p.center, p.diameter * 0.75, [255, 255, 255]);
    }
    for s in &map.spots {
        ring(s.center, s.diameter * 0.75 + 3.0, [0, 220, 60]);
    }
    picture.save(out.join(format!("{}-{number}.png", name.replace(' ', "-"))))?;
    Ok(())
}

/// Where a point of the first visit is in the second: turned, seen at a slant, bent.
struct Visit {
    turn: f32,
    scale: f32,
    slant: [f32; 2],
    bend: [f32; 2],
}

impl Visit {
    fn new(numbers: &mut Numbers) -> Self {
        Self {
            turn: numbers.within(-0.5, 0.5),
            scale: numbers.within(0.85, 1.1),
            slant: [numbers.within(-0.15, 0.15), numbers.within(-0.15, 0.15)],
            bend: [numbers.within(-0.12, 0.12), numbers.within(-0.12, 0.12)],
        }
    }

    fn place(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let half = SIDE as f32 / 2.0;
        let (u, v) = ((x - half) / half, (y - half) / half);
        let (u, v) = (u + self.bend[0] * v * v, v + self.bend[1] * u * u);
        let depth = 1.0 + self.slant[0] * u + self.slant[1] * v;
        let (sin, cos) = self.turn.sin_cos();
        let (u, v) = (u / depth, v / depth);
        let zoom = self.scale * half;
        [half + zoom * (cos * u - sin * v), half + zoom * (sin * u + cos * v)]
    }

    /// The point of the first visit that lies here in the second, by a few steps of Newton's kind.
    fn back(&self, point: [f32; 2]) -> [f32; 2] {
        let mut guess = point;
        for _ in 0..25 {
            let there = self.place(guess);
            let (dx, dy) = (point[0] - there[0], point[1] - there[1]);
            let (sin, cos) = self.turn.sin_cos();
            guess = [
                guess[0] + 0.8 * (cos * dx + sin * dy),
                guess[1] + 0.8 * (cos * dy - sin * dx),
            ];
        }
        guess
    }
}

/// Prints how two visits are matched.
pub fn matched(data: &Path, pictures: usize) -> Outcome<()> {
    let garden = Garden::open(data, false)?;
    let mut finder = SpotFinder::new();
    let (mut right, mut wrong, mut new, mut new_found, mut new_wrong) = (0, 0, 0, 0, 0);
    let (mut gone, mut gone_found, mut gone_wrong, mut shown, mut none, mut visits) = (0, 0, 0, 0, 0, 0);
    for number in 0..pictures {
        let mut numbers = seeded(0xABBA, number);
        let tone = TONES[number % 3].1;
        let skin = garden.skins[(number * 7) % garden.skins.len()].laid_out(tone, &mut numbers);
        let count = numbers.within(8.0, 50.0) as usize;
        let all = places(&garden, count, &[], &mut numbers);
        let later = places(&garden, 2, &all, &mut numbers);
        // One is gone at the second visit.
        let (lost, kept) = all.split_at(1);
        let mut before = skin.clone();
        for p in &all {
            plant(&garden, &mut before, p);
        }
        let mut after = skin;
        for p in kept.iter().chain(&later) {
            plant(&garden, &mut after, p);
        }
        let visit = Visit::new(&mut numbers);
        let gains: [f32; 3] = std::array::from_fn(|_| numbers.within(0.8, 1.2));
        let moved = moved(&after, &visit, gains);
        let first = developed(&before, &mut numbers)?;
        let second = developed(&moved, &mut numbers)?;
        let find = |finder: &mut SpotFinder, pixels: &[u8]| -> Outcome<SpotMap> {
            Ok(finder.find(&Frame::rgb8(pixels, SIDE, SIDE)?, SpotOptions::default())?)
        };
        let (Ok(a), Ok(b)) = (find(&mut finder, &first), find(&mut finder, &second)) else {
            none += 1;
            continue;
        };
        visits += 1;
        let matching = match_spots(&a, &b, &[]);
        none += usize::from(matching.agreement == 0.0);
        let there = |spot: &Spot, p: &Plant| is(spot, visit.place(p.center), p.diameter * visit.scale);
        for spot in &matching.spots {
            match (
                spot.fate,
                spot.before.map(|i| &a.spots[i]),
                spot.after.map(|k| &b.spots[k]),
            ) {
                (Fate::Matched, Some(x), Some(y)) => {
                    let moved = visit.place(x.center);
                    let off = (moved[0] - y.center[0]).hypot(moved[1] - y.center[1]);
                    if off < 0.6 * y.diameter.max(x.diameter) {
                        right += 1
                    } else {
                        wrong += 1
                    }
                }
                (Fate::New, _, Some(y)) => {
                    new_wrong += usize::from(!later.iter().any(|p| there(y, p)));
                }
                (Fate::Gone, Some(x), _) => {
                    gone_wrong += usize::from(!lost.iter().any(|p| is(x, p.center, p.diameter)));
                }
                _ => {}
            }
        }
        shown += b.spots.len();
        let inside = |point: [f32; 2]| point.iter().all(|c| (30.0..SIDE as f32 - 30.0).contains(c));
        for p in later.iter().filter(|p| inside(visit.place(p.center))) {
            new += 1;
            let called =
                |s: &&skinkit_skin::MatchedSpot| s.fate == Fate::New && s.after.is_some_and(|k| there(&b.spots[k], p));
            new_found += usize::from(matching.spots.iter().any(|s| called(&s)));
        }
        for p in lost.iter().filter(|p| inside(visit.place(p.center))) {
            gone += 1;
            let called = |s: &&skinkit_skin::MatchedSpot| {
                s.fate == Fate::Gone && s.before.is_some_and(|i| is(&a.spots[i], p.center, p.diameter))
            };
            gone_found += usize::from(matching.spots.iter().any(|s| called(&s)));
        }
    }
    let share = |a: usize, b: usize| 100.0 * a as f32 / b.max(1) as f32;
    println!("| two visits | of | % |\n|---|---|---|");
    println!(
        "| no constellation or no skin | {pictures} pairs of pictures | {:.1} |",
        share(none, pictures)
    );
    println!(
        "| matched pairs that are right | {} | {:.2} |",
        right + wrong,
        share(right, right + wrong)
    );
    println!("| new lesions called new | {new} | {:.1} |", share(new_found, new));
    println!(
        "| spots called new that are not | {shown} spots of {visits} later pictures | {:.2} |",
        share(new_wrong, shown)
    );
    println!(
        "| removed lesions called gone | {gone} | {:.1} |",
        share(gone_found, gone)
    );
    println!(
        "| spots called gone that are not | {shown} | {:.2} |",
        share(gone_wrong, shown)
    );
    Ok(())
}

/// The second visit's picture.
fn moved(linear: &[[f32; 3]], visit: &Visit, gains: [f32; 3]) -> Vec<[f32; 3]> {
    let side = SIDE as usize;
    (0..side * side)
        .map(|i| {
            let [x, y] = visit.back([(i % side) as f32 + 0.5, (i / side) as f32 + 0.5]);
            // Beyond the first picture the skin goes on, mirrored.
            let mirrored = |v: f32| {
                let v = (v - 0.5).rem_euclid(2.0 * SIDE as f32);
                if v < SIDE as f32 {
                    v
                } else {
                    2.0 * SIDE as f32 - 1.0 - v
                }
                .clamp(0.0, SIDE as f32 - 1.001)
            };
            let (x, y) = (mirrored(x), mirrored(y));
            let (left, top) = (x as usize, y as usize);
            let (fx, fy) = (x - left as f32, y - top as f32);
            let at = |x: usize, y: usize, c: usize| linear[y * side + x][c];
            std::array::from_fn(|c| {
                let upper = at(left, top, c) * (1.0 - fx) + at(left + 1, top, c) * fx;
                let lower = at(left, top + 1, c) * (1.0 - fx) + at(left + 1, top + 1, c) * fx;
                gains[c] * (upper * (1.0 - fy) + lower * fy)
            })
        })
        .collect()
}
