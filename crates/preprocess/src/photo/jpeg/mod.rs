//! JPEG, whole or scaled down in the DCT domain.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{ImageDecoder, RgbImage};

use crate::photo::limits::Limits;
use crate::photo::opened::{self as photo, Raw, damaged};

mod huffman;
mod scaled;
use crate::{Error, Result};
use scaled::Scaled;

/// Checks the header and the end, then decodes at the smallest size with `least_side` pixels.
pub(crate) fn decode(bytes: &[u8], limits: &Limits, least_side: u32) -> Result<Raw> {
    let decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(bytes)).map_err(|error| damaged("JPEG", &error))?;
    let (width, height) = decoder.dimensions();
    limits.check_size(width.into(), height.into())?;
    let Some(header) = Header::read(bytes) else {
        return Err(Error::Damaged {
            format: "JPEG",
            reason: "no end-of-image marker; the file was cut short".into(),
        });
    };
    let least = u64::from(least_side.max(1));
    // Sizes are rounded up.
    let enough = |side: &usize| u64::from(width.min(height)) * *side as u64 >= 8 * least - 7;
    let side = [1, 2, 4].into_iter().find(enough).unwrap_or(8);
    let scaled = match side {
        8 => None,
        _ => scaled::decode(bytes, [width as usize, height as usize], side).and_then(rgb),
    };
    let picture = match scaled {
        Some(picture) => picture,
        // Progressive, CMYK, or not sound: then what `image` makes of it whole is what it shows.
        None => averaged(photo::decode("JPEG", decoder, limits)?, 8 / side as u32),
    };
    Ok(Raw {
        picture,
        orientation: header.orientation,
        profile: header.profile(),
        file_size: (width, height),
        scale: side as f32 / 8.0,
    })
}

fn rgb(scaled: Scaled) -> Option<RgbImage> {
    let pixels = match scaled.channels {
        1 => scaled.pixels.iter().flat_map(|&grey| [grey; 3]).collect(),
        _ => scaled.pixels,
    };
    RgbImage::from_raw(scaled.width as u32, scaled.height as u32, pixels)
}

/// Means of squares of `step` pixels a side; the last of a row or column are of what there is.
fn averaged(picture: RgbImage, step: u32) -> RgbImage {
    if step == 1 {
        return picture;
    }
    let (width, row) = (picture.width().div_ceil(step), 3 * picture.width() as usize);
    let (height, band) = (picture.height().div_ceil(step), row * step as usize);
    let mut pixels = Vec::with_capacity(3 * (width * height) as usize);
    let mut sums = vec![[0u32; 3]; width as usize];
    for band in picture.chunks(band) {
        sums.fill([0; 3]);
        for row in band.chunks_exact(row) {
            for (sum, square) in sums.iter_mut().zip(row.chunks(3 * step as usize)) {
                for pixel in square.as_chunks::<3>().0 {
                    *sum = std::array::from_fn(|channel| sum[channel] + u32::from(pixel[channel]));
                }
            }
        }
        let rows = (band.len() / row) as u32;
        for (sum, left) in sums.iter().zip((0..picture.width()).rev().step_by(step as usize)) {
            let count = rows * step.min(left + 1);
            pixels.extend(sum.map(|sum| ((sum + count / 2) / count) as u8));
        }
    }
    RgbImage::from_raw(width, height, pixels).unwrap_or(picture)
}

/// What is said before the first scan, beside what decoders read for themselves.
#[derive(Debug)]
struct Header<'a> {
    orientation: Orientation,
    /// Parts of the colour profile: number, how many there are, and bytes.
    profile: Vec<(u8, u8, &'a [u8])>,
}

impl<'a> Header<'a> {
    /// Reads up to the first scan. `None` unless an end-of-image marker follows it: decoders fill a missing rest with grey,
    /// which must not pass for skin.
    ///
    /// Asked for the orientation and the profile, `image` would read all headers twice more, by other copies of its code.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut header = Self {
            orientation: Orientation::NoTransforms,
            profile: Vec::new(),
        };
        let mut at = 2;
        while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
            if marker == 0xff {
                at += 1;
                continue;
            }
            let start = at + 4;
            at += 2 + usize::from(u16::from_be_bytes([high, low]));
            match (marker, bytes.get(start..at).unwrap_or_default()) {
                (0xe1, [b'E', b'x', b'i', b'f', 0, 0, exif @ ..]) => {
                    header.orientation = Orientation::from_exif_chunk(exif).unwrap_or(Orientation::NoTransforms);
                }
                (0xe2, segment) => {
                    if let Some(&[number, count, ref part @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                        header.profile.push((number, count, part));
                    }
                }
                (0xda, _) => {
                    let ends = bytes.get(at..)?.windows(2).rev().any(|pair| pair == [0xff, 0xd9]);
                    return ends.then_some(header);
                }
                _ => {}
            }
        }
        None
    }

    /// The colour profile, if all its parts are there, each once.
    fn profile(mut self) -> Option<Vec<u8>> {
        self.profile.sort_unstable_by_key(|part| part.0);
        let count = self.profile.len();
        let is_whole = (1..)
            .zip(&self.profile)
            .all(|(at, part)| usize::from(part.0) == at && usize::from(part.1) == count);
        (count > 0 && is_whole).then(|| self.profile.iter().flat_map(|part| part.2).copied().collect())
    }
}
