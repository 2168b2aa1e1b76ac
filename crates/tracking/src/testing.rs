//! Drawn lesions for the unit tests: no picture of a person is in the repository.

use crate::measure::patch::Patch;

/// A dark spot on textured skin.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub width: usize,
    pub height: usize,
    pub centre: [f32; 2],
    pub radius: f32,
    /// Radius along x over radius along y.
    pub stretch: f32,
    /// Light left over in the lesion, 0..1.
    pub depth: f32,
    /// Light falls by this part from left to right.
    pub shade: f32,
    /// Gain of R, G, B.
    pub gain: [f32; 3],
    /// Camera: scale, rotation in radians, shift in pixels.
    pub view: (f32, f32, [f32; 2]),
    /// A second, smaller spot: centre and radius.
    pub satellite: Option<([f32; 2], f32)>,
    pub seed: u32,
}

impl Default for Spot {
    fn default() -> Self {
        Self {
            width: 160,
            height: 120,
            centre: [80.0, 60.0],
            radius: 28.0,
            stretch: 1.3,
            depth: 0.35,
            shade: 0.0,
            gain: [1.0; 3],
            view: (1.0, 0.0, [0.0, 0.0]),
            satellite: None,
            seed: 7,
        }
    }
}

impl Spot {
    /// Skin coordinates that picture pixel (x, y) sees.
    fn seen(&self, x: f32, y: f32) -> [f32; 2] {
        let (scale, turn, shift) = self.view;
        let (cx, cy) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        let (dx, dy) = ((x - cx - shift[0]) / scale, (y - cy - shift[1]) / scale);
        let (s, c) = turn.sin_cos();
        [cx + c * dx + s * dy, cy - s * dx + c * dy]
    }

    fn lesion(&self, [x, y]: [f32; 2]) -> f32 {
        let inside = |[cx, cy]: [f32; 2], r: f32, k: f32| {
            let d = ((x - cx) / k.sqrt()).hypot((y - cy) * k.sqrt());
            if r > 0.0 {
                1.0 / (1.0 + ((d - r) / 0.8).exp())
            } else {
                0.0
            }
        };
        let main = inside(self.centre, self.radius, self.stretch);
        let more = self.satellite.map_or(0.0, |(c, r)| inside(c, r, 1.0));
        main.max(more)
    }

    /// Smooth random field of about -1..1, fixed to the skin.
    fn texture(&self, [x, y]: [f32; 2]) -> f32 {
        let value = |ix: i32, iy: i32| {
            let mut h = (ix as u32).wrapping_mul(0x9E37_79B1)
                ^ (iy as u32).wrapping_mul(0x85EB_CA77)
                ^ self.seed.wrapping_mul(0xC2B2_AE3D);
            h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
            h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
            (h ^ (h >> 15)) as f32 / u32::MAX as f32 * 2.0 - 1.0
        };
        let (x, y) = (x / 4.0, y / 4.0);
        let (ix, iy) = (x.floor() as i32, y.floor() as i32);
        let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
        let (fx, fy) = (smooth(x - x.floor()), smooth(y - y.floor()));
        let top = value(ix, iy) * (1.0 - fx) + value(ix + 1, iy) * fx;
        let low = value(ix, iy + 1) * (1.0 - fx) + value(ix + 1, iy + 1) * fx;
        top * (1.0 - fy) + low * fy
    }

    pub fn patch(&self) -> Patch {
        let mut rgb = Vec::with_capacity(self.width * self.height * 3);
        for y in 0..self.height {
            for x in 0..self.width {
                let at = self.seen(x as f32, y as f32);
                let light = 1.0 - self.shade * x as f32 / self.width as f32;
                let light = light * (1.0 + 0.06 * self.texture(at));
                let dark = 1.0 - self.lesion(at) * (1.0 - self.depth);
                for (skin, gain) in [0.55, 0.32, 0.22].into_iter().zip(self.gain) {
                    // Blue and green fall more than red, as melanin does.
                    let v: f32 = skin * gain * light * dark.powf(1.3 - skin);
                    let s = if v <= 0.003_130_8 {
                        12.92 * v
                    } else {
                        1.055 * v.powf(1.0 / 2.4) - 0.055
                    };
                    rgb.push((s * 255.0).round().clamp(0.0, 255.0) as u8);
                }
            }
        }
        Patch::new(self.width, self.height, rgb, None).unwrap()
    }

    pub fn mask(&self) -> Vec<u8> {
        (0..self.width * self.height)
            .map(|i| {
                let at = self.seen((i % self.width) as f32, (i / self.width) as f32);
                if self.lesion(at) > 0.5 { 255 } else { 0 }
            })
            .collect()
    }

    pub fn dice(&self, mask: &[u8]) -> f64 {
        let own = self.mask();
        let both = own.iter().zip(mask).filter(|(a, b)| **a > 0 && **b > 0).count();
        let sum = own.iter().filter(|v| **v > 0).count() + mask.iter().filter(|v| **v > 0).count();
        2.0 * both as f64 / sum.max(1) as f64
    }
}
