//! A second shot of the same skin: another view, other light, another camera.

use super::picture::Picture;
use crate::raster::plane::Plane;
use image::codecs::jpeg::JpegEncoder;
use serde::{Deserialize, Serialize};
use skinkit_numerics::color::{encoded, linear};
use skinkit_numerics::random::Random;

/// How far two shots of one lesion may lie apart. All ranges are symmetric about "no difference"
/// and drawn anew for each shot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conditions {
    /// Size of the shot in pixels.
    pub size: (usize, usize),
    /// Scale, as ± a part.
    pub scale: f32,
    /// Rotation, ± degrees.
    pub rotation: f32,
    /// Shift, ± a part of the shot's size.
    pub shift: f32,
    /// Camera tilted against the skin, up to this many degrees: one direction is foreshortened.
    pub tilt: f32,
    /// Skin stretched unevenly, root mean square strain.
    pub stretch: f32,
    /// Exposure, ± a part.
    pub exposure: f32,
    /// White balance of red and of blue against green, ± a part.
    pub cast: f32,
    /// Fall of the light from one side to the other, up to this part.
    pub gradient: f32,
    /// Vignette: the corners are darker, up to this part.
    pub vignette: f32,
    /// Tone curve: exponent on linear light, 1 ± this.
    pub gamma: f32,
    /// Blur, up to this sigma in pixels.
    pub blur: f32,
    /// Sensor noise, standard deviation in sRGB steps.
    pub noise: f32,
    /// JPEG quality, from and to.
    pub jpeg: (u8, u8),
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            size: (256, 192),
            scale: 0.08,
            rotation: 12.0,
            shift: 0.03,
            tilt: 10.0,
            stretch: 0.01,
            exposure: 0.2,
            cast: 0.08,
            gradient: 0.2,
            vignette: 0.2,
            gamma: 0.08,
            blur: 1.0,
            noise: 1.5,
            jpeg: (75, 95),
        }
    }
}

/// A shot and how it was taken.
pub(crate) struct Shot {
    pub rgb: Vec<u8>,
    /// Shot pixels a picture pixel.
    pub scale: f32,
}

/// Shoots `picture` anew. Where the view leaves the picture, its edge is mirrored.
pub(crate) fn reshoot(picture: &Picture, conditions: &Conditions, dice: &mut Random) -> Option<Shot> {
    let (w, h) = conditions.size;
    let c = conditions;
    let scale = 1.0 + dice.within(-c.scale, c.scale);
    let (sin, cos) = dice.within(-c.rotation, c.rotation).to_radians().sin_cos();
    let shift = [
        dice.within(-c.shift, c.shift) * w as f32,
        dice.within(-c.shift, c.shift) * h as f32,
    ];
    let skin = Skin::new(c, dice);
    let vignette = dice.within(0.0, c.vignette);
    let gamma = 1.0 + dice.within(-c.gamma, c.gamma);
    let exposure = 1.0 + dice.within(-c.exposure, c.exposure);
    let cast = [
        1.0 + dice.within(-c.cast, c.cast),
        1.0,
        1.0 + dice.within(-c.cast, c.cast),
    ];
    let fall = dice.within(0.0, c.gradient);
    let (fall_y, fall_x) = dice.within(0.0, core::f32::consts::TAU).sin_cos();
    let blur = dice.within(0.0, c.blur);
    let quality = dice.within(f32::from(c.jpeg.0), f32::from(c.jpeg.1)).round() as u8;
    let centre = picture.centre();
    let table: Vec<f32> = (0..=255u8).map(linear).collect();
    let mirror = |v: f32, n: usize| {
        let last = n as f32 - 1.001;
        let v = v.abs();
        if v > last { (2.0 * last - v).max(0.0) } else { v }
    };
    let planes: [Plane; 3] = core::array::from_fn(|k| {
        let source = Plane::from_fn(picture.width, picture.height, |x, y| {
            table[usize::from(picture.rgb[(y * picture.width + x) * 3 + k])]
        });
        Plane::from_fn(w, h, |x, y| {
            let dx = (x as f32 - w as f32 / 2.0 - shift[0]) / scale;
            let dy = (y as f32 - h as f32 / 2.0 - shift[1]) / scale;
            let [u, v] = skin.stretched([cos * dx + sin * dy, cos * dy - sin * dx]);
            let (fx, fy) = (x as f32 / w as f32 - 0.5, y as f32 / h as f32 - 0.5);
            let light = exposure
                * cast[k]
                * (1.0 + fall * (fall_x * fx + fall_y * fy))
                * (1.0 - vignette * 2.0 * (fx * fx + fy * fy));
            let (u, v) = (centre[0] + u, centre[1] + v);
            let seen = source.sample(mirror(u, picture.width), mirror(v, picture.height));
            (seen.unwrap_or(0.0) * light).powf(gamma)
        })
        .blurred(blur)
    });
    let mut rgb = Vec::with_capacity(w * h * 3);
    for i in 0..w * h {
        for plane in &planes {
            let v = encoded(plane.data[i]) + dice.normal(c.noise);
            rgb.push(v.round().clamp(0.0, 255.0) as u8);
        }
    }
    let rgb = through_jpeg(&rgb, w, h, quality)?;
    Some(Shot { rgb, scale })
}

/// How skin and tilt move what the camera sees.
struct Skin {
    /// Direction of the tilt and the stretch along it.
    tilt: ([f32; 2], f32),
    /// Waves: direction of the shift, wave vector, phase.
    waves: Vec<([f32; 2], [f32; 2], f32)>,
}

impl Skin {
    fn new(c: &Conditions, dice: &mut Random) -> Self {
        const WAVES: usize = 3;
        let direction = |dice: &mut Random| {
            let (s, c) = dice.within(0.0, core::f32::consts::TAU).sin_cos();
            [c, s]
        };
        let along = 1.0 / dice.within(0.0, c.tilt).to_radians().cos();
        let tilt = (direction(dice), along - 1.0);
        let waves = (0..WAVES)
            .map(|_| {
                let length = dice.within(0.4, 1.0) * c.size.0 as f32;
                let k = core::f32::consts::TAU / length;
                // A wave's strain is amplitude times k, its root mean square 0.71 of that.
                let amplitude = c.stretch / (0.71 * k * (WAVES as f32).sqrt());
                let wave = direction(dice).map(|v| k * v);
                let shift = direction(dice).map(|v| amplitude * v);
                (shift, wave, dice.within(0.0, core::f32::consts::TAU))
            })
            .collect();
        Self { tilt, waves }
    }

    fn stretched(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let ([tx, ty], along) = self.tilt;
        let d = along * (x * tx + y * ty);
        let mut out = [x + d * tx, y + d * ty];
        for ([sx, sy], [kx, ky], phase) in &self.waves {
            let wave = (kx * x + ky * y + phase).sin();
            out[0] += sx * wave;
            out[1] += sy * wave;
        }
        out
    }
}

fn through_jpeg(rgb: &[u8], w: usize, h: usize, quality: u8) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode(rgb, w as u32, h as u32, image::ExtendedColorType::Rgb8)
        .ok()?;
    let back = image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg).ok()?;
    Some(back.to_rgb8().into_raw())
}
