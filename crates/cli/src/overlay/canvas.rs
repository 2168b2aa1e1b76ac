//! Draws on a picture: lines, dots and tinted areas.

use image::RgbImage;
use skinkit::{OutputFile, Photo};
use tiny_skia::{Color, LineCap, LineJoin, Paint, PathBuilder, PixmapMut, Stroke, Transform};

use crate::failure::Failure;

/// A palette that color-blind people can tell apart (Okabe and Ito, "Color Universal Design", 2008).
pub const SKY: [u8; 3] = [86, 180, 233];
pub const ORANGE: [u8; 3] = [230, 159, 0];
pub const GREEN: [u8; 3] = [0, 158, 115];
pub const PINK: [u8; 3] = [204, 121, 167];

/// A copy of a photo to draw on.
pub struct Canvas {
    width: u32,
    height: u32,
    /// Opaque RGBA.
    pixels: Vec<u8>,
}

impl Canvas {
    /// Starts from a photo.
    pub fn new(photo: &Photo) -> Self {
        let rgb = photo.pixels().chunks_exact(3);
        Self {
            width: photo.width(),
            height: photo.height(),
            pixels: rgb.flat_map(|rgb| [rgb[0], rgb[1], rgb[2], u8::MAX]).collect(),
        }
    }

    /// How thick a line is to be on a picture of this size, in pixels.
    pub fn pen(&self) -> f32 {
        (self.width.min(self.height) as f32 / 400.0).max(1.0)
    }

    /// A round dot.
    pub fn dot(&mut self, [x, y]: [f32; 2], radius: f32, color: [u8; 3]) {
        if let (Some(circle), Some(mut picture)) = (PathBuilder::from_circle(x, y, radius), self.picture()) {
            let rule = tiny_skia::FillRule::Winding;
            picture.fill_path(&circle, &paint(color), rule, Transform::identity(), None);
        }
    }

    /// A line through the points; points outside of the picture are fine.
    pub fn line(&mut self, points: &[[f32; 2]], color: [u8; 3]) {
        self.stroke(points, false, color);
    }

    /// A closed line through the points.
    pub fn outline(&mut self, points: &[[f32; 2]], color: [u8; 3]) {
        self.stroke(points, true, color);
    }

    /// Blends a color over every pixel, as strongly (0 to 1) as `strength` says for it.
    pub fn tint(&mut self, color: [u8; 3], strength: impl Fn([f32; 2]) -> f32) {
        let rows = self.pixels.chunks_exact_mut(4 * self.width as usize).enumerate();
        for (y, row) in rows {
            for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                let strength = strength([x as f32 + 0.5, y as f32 + 0.5]).clamp(0.0, 1.0);
                for (channel, tint) in pixel.iter_mut().zip(color) {
                    *channel = (f32::from(*channel) * (1.0 - strength) + f32::from(tint) * strength).round() as u8;
                }
            }
        }
    }

    /// Writes a PNG.
    pub fn save(&self, file: &OutputFile<'_>) -> Result<(), Failure> {
        let mut png = std::io::Cursor::new(Vec::new());
        let rgb = self.pixels.chunks_exact(4).flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]);
        RgbImage::from_raw(self.width, self.height, rgb.collect())
            .ok_or_else(|| "the picture has no pixels".to_owned())
            .and_then(|image| {
                let format = image::ImageFormat::Png;
                image.write_to(&mut png, format).map_err(|error| error.to_string())
            })
            .map_err(|error| Failure::Input(format!("the overlay could not be encoded: {error}")))?;
        Ok(file.write_bytes(png.get_ref())?)
    }

    fn stroke(&mut self, points: &[[f32; 2]], closed: bool, color: [u8; 3]) {
        let mut path = PathBuilder::new();
        let Some(([x, y], rest)) = points.split_first() else {
            return;
        };
        path.move_to(*x, *y);
        rest.iter().for_each(|[x, y]| path.line_to(*x, *y));
        if closed {
            path.close();
        }
        let stroke = Stroke {
            width: self.pen(),
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        // A point that is no number makes no path.
        if let (Some(path), Some(mut picture)) = (path.finish(), self.picture()) {
            picture.stroke_path(&path, &paint(color), &stroke, Transform::identity(), None);
        }
    }

    fn picture(&mut self) -> Option<PixmapMut<'_>> {
        PixmapMut::from_bytes(&mut self.pixels, self.width, self.height)
    }
}

fn paint([r, g, b]: [u8; 3]) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(Color::from_rgba8(r, g, b, u8::MAX));
    paint
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canvas() -> Canvas {
        Canvas::new(&Photo::from_rgb8(vec![0; 20 * 10 * 3], 20, 10).unwrap())
    }

    fn pixel(canvas: &Canvas, x: usize, y: usize) -> [u8; 4] {
        canvas.pixels.as_chunks::<4>().0[20 * y + x]
    }

    #[test]
    fn lines_reach_both_ends_and_may_leave_the_picture() {
        let mut canvas = canvas();
        canvas.line(&[[2.5, 3.5], [17.5, 3.5]], SKY);
        let [r, g, b] = SKY;
        for x in 3..17 {
            assert_eq!(pixel(&canvas, x, 3), [r, g, b, 255], "{x}");
        }
        assert_eq!(pixel(&canvas, 10, 5), [0, 0, 0, 255]);
        canvas.line(&[[-50.0, -50.0], [1e9, 40.0]], SKY);
        canvas.line(&[[f32::NAN, 0.0], [5.0, f32::INFINITY]], SKY);
        canvas.outline(&[], SKY);
        canvas.dot([f32::NAN, 1e12], 2.0, SKY);
    }

    #[test]
    fn a_dot_is_round() {
        let mut canvas = canvas();
        canvas.dot([10.0, 5.0], 2.5, SKY);
        assert_eq!(pixel(&canvas, 10, 5)[..3], SKY);
        assert_eq!(pixel(&canvas, 7, 2), [0, 0, 0, 255]);
    }

    #[test]
    fn a_tint_blends() {
        let mut canvas = canvas();
        canvas.tint([200, 100, 0], |[x, _]| if x < 1.0 { 0.5 } else { 0.0 });
        assert_eq!(pixel(&canvas, 0, 0), [100, 50, 0, 255]);
        assert_eq!(pixel(&canvas, 1, 0), [0, 0, 0, 255]);
    }
}
