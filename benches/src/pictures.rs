//! The pictures that all implementations work on, made from the sample photos of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use crate::Outcome;

/// A 1080p video frame.
pub const HD: (u32, u32) = (1920, 1080);
/// A 12-megapixel photo.
pub const PHOTO: (u32, u32) = (4000, 3000);

/// The folder with the pictures.
pub struct Pictures(PathBuf);

impl Pictures {
    /// Pictures that [`make`] made, in the folder that the program's first argument names.
    pub fn named() -> Outcome<Self> {
        let folder = std::env::args_os()
            .nth(1)
            .ok_or("the folder with the pictures is to be named")?;
        Ok(Self(folder.into()))
    }

    /// The bytes of one file.
    pub fn read(&self, name: &str) -> Outcome<Vec<u8>> {
        let path = self.0.join(name);
        Ok(fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?)
    }
}

/// Makes them: `lesion-12mp.jpg`, and raw `.rgb` and `.nv12` (BT.601, video range) of a lesion at 12 MP and 1080p and
/// of a face at 1080p.
///
/// Photos that were enlarged are smoother than what a camera gives, and decode faster: noise of four levels makes up.
pub fn make(photos: &Path, folder: &Path) -> Outcome<()> {
    fs::create_dir_all(folder)?;
    let lesion = image::open(photos.join("lesion-first.jpg"))?.into_rgb8();
    let lesion = noisy(filled(&lesion, PHOTO));
    let file = fs::File::create(folder.join("lesion-12mp.jpg"))?;
    JpegEncoder::new_with_quality(std::io::BufWriter::new(file), 90).encode_image(&lesion)?;
    raw(folder, "lesion-12mp", &lesion)?;
    raw(folder, "lesion-1080p", &noisy(filled(&lesion, HD)))?;
    let face = image::open(photos.join("face.jpg"))?.into_rgb8();
    let mut stage = RgbImage::from_pixel(HD.0, HD.1, Rgb([96, 96, 96]));
    let high = imageops::resize(&face, HD.1 * face.width() / face.height(), HD.1, FilterType::CatmullRom);
    imageops::overlay(&mut stage, &high, i64::from((HD.0 - high.width()) / 2), 0);
    raw(folder, "face-1080p", &noisy(stage))
}

/// The picture's middle, enlarged or reduced until it fills the size.
fn filled(picture: &RgbImage, (width, height): (u32, u32)) -> RgbImage {
    let high = (picture.width() * height / width).min(picture.height());
    let wide = high * width / height;
    let (left, top) = ((picture.width() - wide) / 2, (picture.height() - high) / 2);
    let middle = imageops::crop_imm(picture, left, top, wide, high).to_image();
    imageops::resize(&middle, width, height, FilterType::CatmullRom)
}

fn noisy(mut picture: RgbImage) -> RgbImage {
    let mut state = 1u32;
    for level in picture.iter_mut() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *level = (i32::from(*level) + (state >> 24) as i32 % 9 - 4).clamp(0, 255) as u8;
    }
    picture
}

fn raw(folder: &Path, name: &str, picture: &RgbImage) -> Outcome<()> {
    fs::write(folder.join(format!("{name}.rgb")), picture.as_raw())?;
    fs::write(folder.join(format!("{name}.nv12")), nv12(picture))?;
    Ok(())
}

/// BT.601, video range, chroma the mean of its four pixels.
fn nv12(picture: &RgbImage) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let mut out = Vec::with_capacity((width * height * 3 / 2) as usize);
    let parts = |pixel: &Rgb<u8>| pixel.0.map(f32::from);
    for pixel in picture.pixels() {
        let [r, g, b] = parts(pixel);
        out.push((16.5 + 0.256_788 * r + 0.504_129 * g + 0.097_906 * b) as u8);
    }
    for y in (0..height).step_by(2) {
        for x in (0..width).step_by(2) {
            let mut sum = [0.0; 3];
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let levels = parts(picture.get_pixel(x + dx, y + dy));
                sum = std::array::from_fn(|i| sum[i] + levels[i] / 4.0);
            }
            let [r, g, b] = sum;
            out.push((128.5 - 0.148_223 * r - 0.290_993 * g + 0.439_216 * b) as u8);
            out.push((128.5 + 0.439_216 * r - 0.367_788 * g - 0.071_427 * b) as u8);
        }
    }
    out
}
