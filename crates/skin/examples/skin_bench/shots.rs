//! Re-shots of the portraits, unchanged and with painted changes, measured and kept as lines of JSON.

use std::io::Write as _;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use serde::{Deserialize, Serialize};
use skinkit_preprocess::{Frame, Photo};
use skinkit_skin::{ColorChart, SkinAnalyzer, SkinReport};

use crate::Outcome;
use crate::faces::{Portrait, face, landmarker, portraits};
use crate::paint::{Change, paint};
use crate::reshot::{Numbers, Shot, render};

/// Unchanged shots of each portrait.
const CLEAN: usize = 4;
/// Standard deviation of the noise that is put on an enlarged portrait, in codes: enlarging alone is too smooth.
const GRAIN: f32 = 2.0;

/// One measured shot.
#[derive(Serialize, Deserialize)]
pub struct Record {
    pub id: String,
    pub tone: String,
    pub change: Change,
    pub report: SkinReport,
    /// The report's colors, which it does not write out itself.
    pub colors: ColorChart,
}

/// `doubled` enlarges each portrait twice: for what needs more pixels a millimeter than the portraits have.
pub fn run(data: &Path, out: &Path, every: usize, doubled: bool) -> Outcome<()> {
    let mut landmarker = landmarker()?;
    let mut analyzer = SkinAnalyzer::new().with_unknown_spreads(true);
    let mut file = std::io::BufWriter::new(std::fs::File::create(out)?);
    let changes = if doubled { Change::FINE } else { Change::COARSE };
    for (number, portrait) in portraits(data, false, every)?.into_iter().enumerate() {
        let portrait = if doubled { enlarged(portrait, number)? } else { portrait };
        let photo = &portrait.photo;
        let (width, height) = (photo.width(), photo.height());
        let Some(original) = face(&mut landmarker, photo.pixels(), width, height)? else {
            continue;
        };
        let mesh = original.mesh_478.as_ref().unwrap_or(&original.mesh);
        let Ok(report) = analyzer.measure(&photo.frame(), &original) else {
            continue;
        };
        let mut numbers = Numbers((0x5EED + number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let all = std::iter::repeat_n(&Change::None, CLEAN).chain(changes);
        for change in all {
            let Some(pixels) = paint(photo, &report, *change) else {
                continue;
            };
            let painted = Photo::from_rgb8(pixels, width, height)?;
            let shot = shot(&mut numbers);
            let pixels = developed(render(&painted, mesh, &shot), width, height, &mut numbers)?;
            let Some(found) = face(&mut landmarker, &pixels, width, height)? else {
                continue;
            };
            let frame = Frame::rgb8(&pixels, width, height)?;
            if let Ok(report) = analyzer.measure(&frame, &found) {
                let record = Record {
                    id: portrait.id.clone(),
                    tone: portrait.tone.clone(),
                    change: *change,
                    colors: report.colors.clone(),
                    report,
                };
                serde_json::to_writer(&mut file, &record)?;
                file.write_all(b"\n")?;
            }
        }
        file.flush()?;
        eprintln!("{}", portrait.id);
    }
    Ok(())
}

/// Another picture of the same person: pose ± 10°, distance ± 15 %, exposure 0.75 to 1.3, cast ± 10 % a channel, light
/// from one side up to 30 %.
fn shot(numbers: &mut Numbers) -> Shot {
    let exposure = numbers.within(0.75, 1.3);
    Shot {
        yaw: numbers.within(-10.0, 10.0),
        pitch: numbers.within(-10.0, 10.0),
        roll: numbers.within(-10.0, 10.0),
        scale: numbers.within(0.85, 1.15),
        light: std::array::from_fn(|_| exposure * numbers.within(0.9, 1.1)),
        gradient: numbers.within(-0.3, 0.3),
    }
}

/// Blur of up to a pixel and JPEG of quality 75 to 95.
fn developed(pixels: Vec<u8>, width: u32, height: u32, numbers: &mut Numbers) -> Outcome<Vec<u8>> {
    let picture = image::RgbImage::from_raw(width, height, pixels).ok_or("a picture of the wrong size")?;
    let picture = image::imageops::blur(&picture, numbers.within(0.1, 1.0));
    let mut bytes = Vec::new();
    let quality = numbers.within(75.0, 95.0) as u8;
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))?;
    Ok(image::load_from_memory(&bytes)?.to_rgb8().into_raw())
}

fn enlarged(portrait: Portrait, number: usize) -> Outcome<Portrait> {
    let (width, height) = (portrait.photo.width(), portrait.photo.height());
    let small = image::RgbImage::from_raw(width, height, portrait.photo.pixels().to_vec()).ok_or("no picture")?;
    let large = image::imageops::resize(&small, 2 * width, 2 * height, image::imageops::FilterType::CatmullRom);
    let mut numbers = Numbers((0xC0FFEE + number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let pixels = large.into_raw().into_iter().map(|code| {
        // Twelve uniforms are nearly normal.
        let normal: f32 = (0..12).map(|_| numbers.next()).sum::<f32>() - 6.0;
        (f32::from(code) + GRAIN * normal).round().clamp(0.0, 255.0) as u8
    });
    Ok(Portrait {
        photo: Photo::from_rgb8(pixels.collect(), 2 * width, 2 * height)?,
        ..portrait
    })
}
