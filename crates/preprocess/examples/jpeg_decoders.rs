//! JPEG decoders side by side: which files of the conformance suite each reads as libjpeg-turbo does, and how long each takes
//! for one file. Decision 0014 quotes it.
//!
//! `python tests/conformance/make.py SUITE`, then
//! `cargo run --release -p skinkit-preprocess --example jpeg_decoders -- SUITE FILE.jpg …`

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use image::ImageDecoder;
use rustix::time::{ClockId, clock_gettime};
use skinkit_preprocess::{Limits, Photo};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Packed RGB, wherever a decoder keeps it: copying would be counted as decoding.
enum Pixels {
    Photo(Photo),
    Plain(Vec<u8>),
}

impl AsRef<[u8]> for Pixels {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Photo(photo) => photo.pixels(),
            Self::Plain(pixels) => pixels,
        }
    }
}

/// Decodes a file at 1 / `scale`.
type Decoder = fn(&[u8], u32) -> Outcome<Pixels>;

const DECODERS: [(&str, Decoder); 3] = [("SkinKit", ours), ("zune-jpeg", zune), ("jpeg-decoder", jpeg_decoder)];

/// Times that each file is decoded by each, in turn; the least processor time counts.
const ROUNDS: usize = 7;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let suite = arguments.next().ok_or("which folder has the suite?")?;
    std::panic::set_hook(Box::new(|_| ()));
    agreement(Path::new(&suite))?;
    for file in arguments {
        let bytes = std::fs::read(&file)?;
        for scale in [1, 2, 4, 8] {
            let mut fastest = [Duration::MAX; DECODERS.len()];
            for _ in 0..ROUNDS {
                for ((_, decode), fastest) in DECODERS.iter().zip(&mut fastest) {
                    let start = processor_time();
                    if std::hint::black_box(decode(&bytes, scale)).is_ok() {
                        *fastest = (processor_time() - start).min(*fastest);
                    }
                }
            }
            for ((name, _), fastest) in DECODERS.iter().zip(fastest) {
                if fastest < Duration::MAX {
                    println!("{file} 1/{scale} {name}: {:.1} ms", fastest.as_secs_f64() * 1e3);
                }
            }
        }
    }
    Ok(())
}

/// What this process has had of the processors: other work beside it counts less than by the clock on the wall.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Counts files that are read alike, refused, and read otherwise; and of those that are to be refused, what is read.
fn agreement(suite: &Path) -> Outcome<()> {
    let index = std::fs::read_to_string(suite.join("index.tsv"))?;
    for (name, decode) in DECODERS {
        let [
            mut same,
            mut refused,
            mut differs,
            mut accepted,
            mut rejected,
            mut panics,
        ] = [0; 6];
        for line in index.lines() {
            let [file, expected, _] = line.split('\t').collect::<Vec<_>>()[..] else {
                return Err(line.into());
            };
            // Color profiles and orientation are not these decoders' work.
            if !file.ends_with(".jpg") || file.contains("icc-") || file.contains("exif") {
                continue;
            }
            let bytes = std::fs::read(suite.join(file))?;
            let Ok(got) = std::panic::catch_unwind(|| decode(&bytes, 1)) else {
                panics += 1;
                continue;
            };
            if expected == "refused" {
                *(if got.is_ok() { &mut accepted } else { &mut rejected }) += 1;
                continue;
            }
            let reference = std::fs::read(suite.join(format!("{file}.1.ppm")))?;
            match got {
                Err(_) => refused += 1,
                Ok(pixels) => {
                    let pixels = pixels.as_ref();
                    let pairs = || pixels.iter().rev().zip(reference.iter().rev());
                    let sum: u64 = pairs().map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
                    let is_same = pixels.len() < reference.len() && sum <= 2 * pixels.len() as u64;
                    *(if is_same { &mut same } else { &mut differs }) += 1;
                }
            }
        }
        println!(
            "{name}: sound files {same} alike, {refused} refused, {differs} read otherwise; \
             damaged or unusual ones {rejected} refused, {accepted} read; {panics} panics"
        );
    }
    Ok(())
}

fn ours(bytes: &[u8], scale: u32) -> Outcome<Pixels> {
    let (limits, header) = (
        Limits::default(),
        image::codecs::jpeg::JpegDecoder::new(std::io::Cursor::new(bytes)),
    );
    let least = match (scale, header) {
        (1, _) | (_, Err(_)) => u32::MAX,
        (_, Ok(header)) => header.dimensions().0.min(header.dimensions().1).div_ceil(scale),
    };
    let photo = Photo::decode_for(bytes, &limits, least)?;
    Ok(Pixels::Photo(photo))
}

fn zune(bytes: &[u8], scale: u32) -> Outcome<Pixels> {
    if scale > 1 {
        return Err("it does not scale".into());
    }
    let picture = image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg)?.into_rgb8();
    Ok(Pixels::Plain(picture.into_raw()))
}

fn jpeg_decoder(bytes: &[u8], scale: u32) -> Outcome<Pixels> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.read_info()?;
    let info = decoder.info().ok_or("no header")?;
    let part = |side: u16| (u32::from(side).div_ceil(scale)) as u16;
    decoder.scale(part(info.width), part(info.height))?;
    let pixels = decoder.decode()?;
    let info = decoder.info().ok_or("no header")?;
    let pixels = match info.pixel_format {
        jpeg_decoder::PixelFormat::RGB24 => pixels,
        jpeg_decoder::PixelFormat::L8 => pixels.iter().flat_map(|gray| [*gray; 3]).collect(),
        jpeg_decoder::PixelFormat::CMYK32 => {
            let pixels = pixels.as_chunks::<4>().0.iter();
            pixels
                .flat_map(|[c, m, y, k]| [c, m, y].map(|ink| (u32::from(*ink) * u32::from(*k) / 255) as u8))
                .collect()
        }
        jpeg_decoder::PixelFormat::L16 => return Err("16 bits".into()),
    };
    Ok(Pixels::Plain(pixels))
}
