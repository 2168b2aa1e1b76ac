//! Draws on a picture: just lines, dots and tinted areas.

use std::path::Path;

use image::{Rgb, RgbImage};
use skinkit::Photo;

use crate::failure::Failure;

/// A colour-blind-safe palette (Okabe and Ito, "Color Universal Design", 2008).
pub const SKY: Rgb<u8> = Rgb([86, 180, 233]);
pub const ORANGE: Rgb<u8> = Rgb([230, 159, 0]);
pub const GREEN: Rgb<u8> = Rgb([0, 158, 115]);
pub const PINK: Rgb<u8> = Rgb([204, 121, 167]);

/// A copy of a photo to draw on.
pub struct Canvas {
    image: RgbImage,
}

impl Canvas {
    /// Starts from a photo.
    pub fn new(photo: &Photo) -> Self {
        let mut image = RgbImage::new(photo.width(), photo.height());
        image.copy_from_slice(photo.pixels());
        Self { image }
    }

    /// How thick a line is to be on a picture of this size.
    pub fn pen(&self) -> i32 {
        (self.image.width().min(self.image.height()) / 400).max(1) as i32
    }

    /// A square dot with the given half side.
    pub fn dot(&mut self, at: [f32; 2], half: i32, colour: Rgb<u8>) {
        let (x, y) = (at[0].floor() as i32, at[1].floor() as i32);
        for y in y - half..=y + half {
            for x in x - half..=x + half {
                self.put(x, y, colour);
            }
        }
    }

    /// A straight line; ends outside of the picture are fine.
    pub fn line(&mut self, from: [f32; 2], to: [f32; 2], colour: Rgb<u8>) {
        let length = (to[0] - from[0]).hypot(to[1] - from[1]);
        // A line of a landmark gone astray is cut, not walked for minutes.
        let steps = length.ceil().clamp(1.0, 20_000.0);
        let half = self.pen() / 2;
        for step in 0..=steps as u32 {
            let t = step as f32 / steps;
            self.dot(
                [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t],
                half,
                colour,
            );
        }
    }

    /// A closed line through the points.
    pub fn outline(&mut self, points: &[[f32; 2]], colour: Rgb<u8>) {
        for (from, to) in points.iter().zip(points.iter().cycle().skip(1)) {
            self.line(*from, *to, colour);
        }
    }

    /// Blends a colour over every pixel, as strongly (0 to 1) as `strength` says for it.
    pub fn tint(&mut self, colour: Rgb<u8>, strength: impl Fn([f32; 2]) -> f32) {
        for (x, y, pixel) in self.image.enumerate_pixels_mut() {
            let strength = strength([x as f32 + 0.5, y as f32 + 0.5]).clamp(0.0, 1.0);
            if strength > 0.0 {
                for (channel, tint) in pixel.0.iter_mut().zip(colour.0) {
                    *channel = (f32::from(*channel) * (1.0 - strength) + f32::from(tint) * strength).round() as u8;
                }
            }
        }
    }

    /// Writes a PNG.
    pub fn save(&self, path: &Path) -> Result<(), Failure> {
        self.image
            .save_with_format(path, image::ImageFormat::Png)
            .map_err(|error| Failure::Input(format!("cannot write the overlay {}: {error}", path.display())))
    }

    fn put(&mut self, x: i32, y: i32, colour: Rgb<u8>) {
        if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
            && let Some(pixel) = self.image.get_pixel_mut_checked(x, y)
        {
            *pixel = colour;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canvas() -> Canvas {
        Canvas::new(&Photo::from_rgb8(vec![0; 20 * 10 * 3], 20, 10).unwrap())
    }

    #[test]
    fn lines_reach_both_ends_and_may_leave_the_picture() {
        let mut canvas = canvas();
        canvas.line([2.0, 3.0], [17.0, 8.0], SKY);
        assert_eq!(canvas.image.get_pixel(2, 3), &SKY);
        assert_eq!(canvas.image.get_pixel(17, 8), &SKY);
        canvas.line([-50.0, -50.0], [1e9, 40.0], SKY);
    }

    #[test]
    fn a_tint_blends() {
        let mut canvas = canvas();
        canvas.tint(Rgb([200, 100, 0]), |[x, _]| if x < 1.0 { 0.5 } else { 0.0 });
        assert_eq!(canvas.image.get_pixel(0, 0), &Rgb([100, 50, 0]));
        assert_eq!(canvas.image.get_pixel(1, 0), &Rgb([0, 0, 0]));
    }
}
