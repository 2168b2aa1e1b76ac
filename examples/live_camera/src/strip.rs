//! What a host would show, tile by tile.

use std::path::Path;

use image::{Rgb, RgbImage};
use skinkit::preprocess::Resampler;
use skinkit::preprocess::ndarray::Array3;
use skinkit::{Frame, Guidance, Roi};

use crate::error::Result;
use crate::watcher::Seen;

/// Size of a tile and tiles in a row.
const WIDTH: u32 = 320;
const HEIGHT: u32 = 180;
const COLUMNS: u32 = 8;
/// Height of the bar that shows the guidance by its colour, and the progress by its length.
const BAR: u32 = 10;

/// A colour-blind-safe palette (Okabe and Ito, "Color Universal Design", 2008).
const SKY: Rgb<u8> = Rgb([86, 180, 233]);
const ORANGE: Rgb<u8> = Rgb([230, 159, 0]);
const GREEN: Rgb<u8> = Rgb([0, 158, 115]);
const PINK: Rgb<u8> = Rgb([204, 121, 167]);
const GREY: Rgb<u8> = Rgb([90, 90, 90]);

/// Tiles of 320 × 180 pixels.
#[derive(Default)]
pub struct Strip {
    resampler: Resampler,
    tiles: Vec<RgbImage>,
    words: Vec<String>,
}

impl Strip {
    /// Draws a frame and what was said of it.
    pub fn add(&mut self, frame: &Frame<'_>, seen: &Seen) -> Result<()> {
        let mut tile = Array3::zeros((HEIGHT as usize, WIDTH as usize, 3));
        let whole = Roi::whole(frame.width(), frame.height());
        self.resampler.rgb8(frame, &whole, tile.view_mut())?;
        let tile = RgbImage::from_raw(WIDTH, HEIGHT, tile.into_raw_vec_and_offset().0);
        let mut tile = tile.unwrap_or_else(|| RgbImage::new(WIDTH, HEIGHT));
        let colour = match seen.guidance {
            Guidance::ShowFace => GREY,
            Guidance::Improve(_) => ORANGE,
            Guidance::Hold => SKY,
            Guidance::Wait => PINK,
            _ => GREEN,
        };
        let scale = WIDTH as f32 / frame.width() as f32;
        if let Some(roi) = seen.roi {
            closed(&mut tile, &seen.outline.map(|p| p.map(|c| c * scale)), colour);
            closed(&mut tile, &roi.corners().map(|p| p.map(|c| c * scale)), GREY);
        }
        for y in HEIGHT - BAR..HEIGHT {
            for x in 0..WIDTH {
                let done = x as f32 <= seen.progress * WIDTH as f32;
                let there = done || y < HEIGHT - BAR / 2;
                tile.put_pixel(x, y, if there { colour } else { Rgb([20; 3]) });
            }
        }
        self.tiles.push(tile);
        self.words
            .push(format!("{:.2} s {:?}", seen.timestamp.as_secs_f64(), seen.guidance));
        Ok(())
    }

    /// Writes the tiles, left to right and top to bottom, and prints what each one says.
    pub fn save(&self, path: &Path) -> Result<()> {
        let rows = (self.tiles.len() as u32).div_ceil(COLUMNS).max(1);
        let mut sheet = RgbImage::new(COLUMNS * (WIDTH + 4), rows * (HEIGHT + 4));
        for (index, tile) in self.tiles.iter().enumerate() {
            let (column, row) = (index as u32 % COLUMNS, index as u32 / COLUMNS);
            let (left, top) = (column * (WIDTH + 4), row * (HEIGHT + 4));
            image::imageops::replace(&mut sheet, tile, i64::from(left), i64::from(top));
        }
        for row in self.words.chunks(COLUMNS as usize) {
            println!("tiles: {}", row.join(" · "));
        }
        Ok(sheet.save(path)?)
    }
}

/// A closed line through the points; what lies outside of the tile is left out.
fn closed(tile: &mut RgbImage, points: &[[f32; 2]], colour: Rgb<u8>) {
    for (index, from) in points.iter().enumerate() {
        let to = points[(index + 1) % points.len()];
        let steps = (to[0] - from[0]).hypot(to[1] - from[1]).ceil().clamp(1.0, 2000.0);
        for step in 0..=steps as u32 {
            let t = step as f32 / steps;
            let [x, y] = [0, 1].map(|axis| from[axis] + (to[axis] - from[axis]) * t);
            if (0.0..WIDTH as f32).contains(&x) && (0.0..HEIGHT as f32).contains(&y) {
                tile.put_pixel(x as u32, y as u32, colour);
            }
        }
    }
}
