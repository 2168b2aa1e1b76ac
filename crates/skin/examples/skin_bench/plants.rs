//! Pictures of skin with planted lesions: cut from close-ups by their masks, put on the lesion-free skin of others.

use std::path::Path;

use image::RgbImage;
use skinkit_skin::color::linear;

use crate::Outcome;
use crate::reshot::Numbers;

/// Side of the piece of skin that is laid out, and of the picture made of it.
const PIECE: u32 = 128;
pub const SIDE: u32 = 512;
/// Least contrast of a lesion that is planted: 100 times the decadic logarithm of green light.
const LEAST_CONTRAST: f32 = 5.0;

/// A lesion as shares of the light of the skin around it, and how much of each pixel is lesion.
pub struct Lesion {
    width: usize,
    height: usize,
    shares: Vec<[f32; 3]>,
    part: Vec<f32>,
    /// Diameter of the disc of its area, in its own pixels.
    diameter: f32,
}

/// A piece of skin without a lesion, linear light.
pub struct Skin(Vec<[f32; 3]>);

/// What can be planted and on what.
pub struct Garden {
    pub lesions: Vec<Lesion>,
    pub skins: Vec<Skin>,
}

/// A planted lesion: middle and diameter in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Plant {
    pub lesion: usize,
    pub center: [f32; 2],
    pub diameter: f32,
    pub turn: f32,
}

/// Half of the patients, by a hash of their number.
fn is_learning(patient: &str) -> bool {
    let hash = patient.bytes().fold(0xCBF2_9CE4_8422_2325u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    (hash >> 20) & 1 == 0
}

impl Garden {
    /// From a folder with `labels.csv`, `images` and `masks` (PAD-UFES-20).
    pub fn open(data: &Path, learning: bool) -> Outcome<Self> {
        let (mut lesions, mut skins) = (Vec::new(), Vec::new());
        let text = std::fs::read_to_string(data.join("labels.csv"))?;
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let column = |name: &str| {
            header
                .iter()
                .position(|field| *field == name)
                .ok_or(format!("no column {name}"))
        };
        let (id, patient, check) = (column("id")?, column("patient_id")?, column("mask_check")?);
        for line in lines {
            let fields: Vec<&str> = line.split(',').collect();
            if fields[check] != "ok" || is_learning(fields[patient]) != learning {
                continue;
            }
            let find = |folder: &str| {
                ["jpg", "png"]
                    .iter()
                    .map(|ext| data.join(folder).join(format!("{}.{ext}", fields[id])))
                    .find(|p| p.exists())
            };
            let (Some(image), Some(mask)) = (find("images"), find("masks")) else {
                continue;
            };
            let picture = image::open(image)?.to_rgb8();
            let mask = image::imageops::resize(
                &image::open(mask)?.to_luma8(),
                picture.width(),
                picture.height(),
                image::imageops::FilterType::Triangle,
            );
            lesions.extend(lesion(&picture, &mask));
            skins.extend(skin(&picture, &mask));
        }
        Ok(Self { lesions, skins })
    }
}

fn at(picture: &RgbImage, x: u32, y: u32) -> [f32; 3] {
    picture.get_pixel(x, y).0.map(linear)
}

/// The lesion, unless it is faint or touches the edge.
fn lesion(picture: &RgbImage, mask: &image::GrayImage) -> Option<Lesion> {
    let inside: Vec<(u32, u32)> = mask
        .enumerate_pixels()
        .filter(|(_, _, p)| p.0[0] >= 128)
        .map(|(x, y, _)| (x, y))
        .collect();
    let (left, right) = (inside.iter().map(|p| p.0).min()?, inside.iter().map(|p| p.0).max()?);
    let (top, bottom) = (inside.iter().map(|p| p.1).min()?, inside.iter().map(|p| p.1).max()?);
    let margin = 12;
    let fits = left >= margin && top >= margin && right + margin < mask.width() && bottom + margin < mask.height();
    if !fits || inside.len() < 300 {
        return None;
    }
    let (left, top, right, bottom) = (left - margin, top - margin, right + margin, bottom + margin);
    let mut around: [Vec<f32>; 3] = Default::default();
    for y in top..=bottom {
        for x in left..=right {
            if mask.get_pixel(x, y).0[0] < 20 {
                for (values, value) in around.iter_mut().zip(at(picture, x, y)) {
                    values.push(value);
                }
            }
        }
    }
    let skin = around.map(|mut values| {
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0).max(1e-3)
    });
    let (width, height) = ((right - left + 1) as usize, (bottom - top + 1) as usize);
    let soft = image::imageops::blur(mask, 1.5);
    let mut found = Lesion {
        width,
        height,
        shares: Vec::with_capacity(width * height),
        part: Vec::with_capacity(width * height),
        diameter: 2.0 * (inside.len() as f32 / std::f32::consts::PI).sqrt(),
    };
    for y in top..=bottom {
        for x in left..=right {
            let color = at(picture, x, y);
            found
                .shares
                .push(std::array::from_fn(|c| (color[c] / skin[c]).clamp(0.02, 2.0)));
            found.part.push(f32::from(soft.get_pixel(x, y).0[0]) / 255.0);
        }
    }
    let green: f32 = inside
        .iter()
        .map(|&(x, y)| (at(picture, x, y)[1] / skin[1]).max(1e-2).log10())
        .sum();
    (-100.0 * green / inside.len() as f32 >= LEAST_CONTRAST).then_some(found)
}

/// Steps between the squares that are tried.
const STEP: usize = 16;
/// Most that an eighth of the square may differ from its even shade, in the unit of [`LEAST_CONTRAST`]: masks leave out
/// second lesions, folds and clothes, which are no place to plant on.
const MOST_UNEVEN: f32 = 12.0;

/// The evenest square of skin that the lesion does not reach.
fn skin(picture: &RgbImage, mask: &image::GrayImage) -> Option<Skin> {
    let free = |left: u32, top: u32| {
        (top..top + PIECE)
            .step_by(4)
            .all(|y| (left..left + PIECE).step_by(4).all(|x| mask.get_pixel(x, y).0[0] < 10))
    };
    let (right, bottom) = (
        picture.width().checked_sub(PIECE)?,
        picture.height().checked_sub(PIECE)?,
    );
    let corners = (0..=bottom)
        .step_by(STEP)
        .flat_map(|top| (0..=right).step_by(STEP).map(move |left| (left, top)));
    let pieces = corners.filter(|&(left, top)| free(left, top)).map(|(left, top)| {
        let piece: Vec<[f32; 3]> = (0..PIECE * PIECE)
            .map(|i| at(picture, left + i % PIECE, top + i / PIECE))
            .collect();
        (unevenness(&piece), piece)
    });
    let (uneven, pixels) = pieces.min_by(|a, b| a.0.total_cmp(&b.0))?;
    // Clothes, rulers and pen rings are no skin to plant on.
    let warm = pixels.iter().filter(|p| p[0] > p[1] && p[1] > 0.6 * p[2]).count();
    (warm * 20 > pixels.len() * 19 && uneven < MOST_UNEVEN).then_some(Skin(pixels))
}

/// How much an eighth of the square differs from its even shade, at most.
fn unevenness(pixels: &[[f32; 3]]) -> f32 {
    const BLOCKS: usize = 8;
    let side = PIECE as usize / BLOCKS;
    let mean = |block: usize| {
        let (left, top) = (block % BLOCKS * side, block / BLOCKS * side);
        let cells = (0..side * side).map(|i| pixels[(top + i / side) * PIECE as usize + left + i % side][1]);
        -100.0 * cells.map(|v| v.max(1e-3).log10()).sum::<f32>() / (side * side) as f32
    };
    let blocks: Vec<f32> = (0..BLOCKS * BLOCKS).map(mean).collect();
    let middle = blocks.iter().sum::<f32>() / blocks.len() as f32;
    // The even shade is a plane; the coordinates are at right angles on the grid.
    let place = |i: usize| [i % BLOCKS, i / BLOCKS].map(|v| v as f32 - (BLOCKS as f32 - 1.0) / 2.0);
    let slope = [0, 1].map(|axis| {
        let (up, down) = blocks.iter().enumerate().fold((0.0, 0.0), |(up, down), (i, v)| {
            (up + place(i)[axis] * (v - middle), down + place(i)[axis].powi(2))
        });
        up / down
    });
    let off = blocks.iter().enumerate().map(|(i, v)| {
        let [x, y] = place(i);
        (v - middle - slope[0] * x - slope[1] * y).abs()
    });
    off.fold(0.0, f32::max)
}

impl Skin {
    /// Mirrored over and over, with the shade of a limb; `tone` darkens it as melanin does, 0 not at all.
    pub fn laid_out(&self, tone: f32, numbers: &mut Numbers) -> Vec<[f32; 3]> {
        let mirrored = |v: u32| {
            let v = v % (2 * PIECE);
            if v < PIECE { v } else { 2 * PIECE - 1 - v }
        };
        let slope = [numbers.within(-0.2, 0.2), numbers.within(-0.2, 0.2)];
        let melanin = [
            10f32.powf(-0.35 * tone),
            10f32.powf(-0.6 * tone),
            10f32.powf(-0.75 * tone),
        ];
        (0..SIDE * SIDE)
            .map(|i| {
                let (x, y) = (i % SIDE, i / SIDE);
                let pixel = self.0[(mirrored(y) * PIECE + mirrored(x)) as usize];
                let across = [x, y].map(|v| v as f32 / SIDE as f32 - 0.5);
                let shade = 1.0 + slope[0] * across[0] + slope[1] * across[1];
                std::array::from_fn(|c| pixel[c] * melanin[c] * shade)
            })
            .collect()
    }
}

/// Places for `count` lesions of 12 to 36 pixels that do not touch.
pub fn places(garden: &Garden, count: usize, taken: &[Plant], numbers: &mut Numbers) -> Vec<Plant> {
    let mut plants: Vec<Plant> = taken.to_vec();
    let start = plants.len();
    for _ in 0..count * 40 {
        if plants.len() - start == count {
            break;
        }
        let diameter = 12.5 + 24.0 * numbers.next().powi(2);
        let margin = 40.0;
        let center = [0, 1].map(|_| numbers.within(margin, SIDE as f32 - margin));
        let apart = |p: &Plant| (p.center[0] - center[0]).hypot(p.center[1] - center[1]) > p.diameter + diameter;
        if plants.iter().all(apart) {
            plants.push(Plant {
                lesion: (numbers.next() * garden.lesions.len() as f32) as usize % garden.lesions.len(),
                center,
                diameter,
                turn: numbers.within(0.0, std::f32::consts::TAU),
            });
        }
    }
    plants.split_off(start)
}

/// Plants a lesion.
pub fn plant(garden: &Garden, skin: &mut [[f32; 3]], plant: &Plant) {
    let lesion = &garden.lesions[plant.lesion];
    let scale = lesion.diameter / plant.diameter;
    let reach = (lesion.width.max(lesion.height) as f32 * 0.75 / scale) as i64 + 2;
    let (sin, cos) = plant.turn.sin_cos();
    // As many samples across a pixel as the lesion has pixels there.
    let fine = scale.ceil().clamp(1.0, 6.0) as i64;
    for y in (plant.center[1] as i64 - reach).max(0)..(plant.center[1] as i64 + reach).min(i64::from(SIDE)) {
        for x in (plant.center[0] as i64 - reach).max(0)..(plant.center[0] as i64 + reach).min(i64::from(SIDE)) {
            let mut factor = [0.0f32; 3];
            for step in 0..fine * fine {
                let offset = [step % fine, step / fine].map(|s| (s as f32 + 0.5) / fine as f32);
                let (dx, dy) = (
                    x as f32 + offset[0] - plant.center[0],
                    y as f32 + offset[1] - plant.center[1],
                );
                let u = (cos * dx + sin * dy) * scale + lesion.width as f32 / 2.0;
                let v = (cos * dy - sin * dx) * scale + lesion.height as f32 / 2.0;
                let inside = u >= 0.0 && v >= 0.0 && (u as usize) < lesion.width && (v as usize) < lesion.height;
                for (c, factor) in factor.iter_mut().enumerate() {
                    *factor += if inside {
                        let cell = v as usize * lesion.width + u as usize;
                        1.0 - lesion.part[cell] * (1.0 - lesion.shares[cell][c])
                    } else {
                        1.0
                    };
                }
            }
            let pixel = &mut skin[y as usize * SIDE as usize + x as usize];
            for (value, factor) in pixel.iter_mut().zip(factor) {
                *value *= factor / (fine * fine) as f32;
            }
        }
    }
}

/// sRGB codes with a little grain, through JPEG of quality 88.
pub fn developed(linear: &[[f32; 3]], numbers: &mut Numbers) -> Outcome<Vec<u8>> {
    let mut codes = Vec::with_capacity(linear.len() * 3);
    for pixel in linear {
        for value in pixel {
            let v = value.clamp(0.0, 1.0);
            let v = if v <= 0.003_130_8 {
                12.92 * v
            } else {
                1.055 * v.powf(1.0 / 2.4) - 0.055
            };
            codes.push((255.0 * v + numbers.within(-2.0, 2.0)).round().clamp(0.0, 255.0) as u8);
        }
    }
    let picture = RgbImage::from_raw(SIDE, SIDE, codes).ok_or("no picture")?;
    let mut bytes = Vec::new();
    picture.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 88))?;
    Ok(image::load_from_memory(&bytes)?.to_rgb8().into_raw())
}
