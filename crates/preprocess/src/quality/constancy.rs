//! The colour of the light, estimated from a picture, and its removal.

use serde::{Deserialize, Serialize};

/// Minkowski norm of shades of grey (Finlayson and Trezzi, "Shades of Gray and Colour Constancy", 2004).
const NORM: i32 = 6;

/// Codes outside of this range have lost their colour and are left out.
const USABLE: std::ops::Range<u8> = 6..249;

/// Fewer usable pixels than this say nothing about the light.
const LEAST_PIXELS: usize = 64;

/// A light's colour: linear red, green and blue of unit length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Illuminant {
    /// Red, green, blue in linear light, each > 0, of Euclidean length 1.
    pub rgb: [f32; 3],
}

impl Illuminant {
    /// Equal red, green and blue.
    pub const NEUTRAL: Self = Self { rgb: [0.577_350_3; 3] };

    /// Shades of grey: the sixth-power mean of each channel in linear light. `None` where too few pixels are neither
    /// black nor clipped.
    pub fn estimate(pixels: &[[u8; 3]]) -> Option<Self> {
        let (powers, mut sums) = (Powers::new(), LightSums::default());
        for (at, pixel) in pixels.iter().enumerate() {
            sums.add(&powers, at, *pixel);
        }
        sums.light()
    }

    /// The angle between two lights' colours, in degrees, 0 to 90: the usual error measure of colour constancy.
    pub fn angle_to(&self, other: &Self) -> f32 {
        let cosine: f32 = self.rgb.iter().zip(other.rgb).map(|(a, b)| a * b).sum();
        cosine.clamp(-1.0, 1.0).acos().to_degrees()
    }

    /// Natural logarithms of red over green and of blue over green.
    pub fn log_ratios(&self) -> [f32; 2] {
        let [r, g, b] = self.rgb;
        [(r / g).ln(), (b / g).ln()]
    }

    /// Recolours packed sRGB as if this light had been `wanted`, each channel by its own gain in linear light (von
    /// Kries), brightness of green kept. Returns the residual: the angle, in degrees, between `wanted` and the light
    /// that the recoloured pixels give, or `None` where they give none. Codes beyond 255 are clipped, which the
    /// residual shows.
    pub fn replace(&self, wanted: &Self, pixels: &mut [[u8; 3]]) -> Option<f32> {
        let gain = |c: usize| (wanted.rgb[c] / wanted.rgb[1]) / (self.rgb[c] / self.rgb[1]);
        let tables: [[u8; 256]; 3] = std::array::from_fn(|c| {
            std::array::from_fn(|code| code_from_linear(linear_from_code(code as u8) * gain(c)))
        });
        for pixel in pixels.iter_mut() {
            for (code, table) in pixel.iter_mut().zip(&tables) {
                *code = table[usize::from(*code)];
            }
        }
        Self::estimate(pixels).map(|left| left.angle_to(wanted))
    }
}

/// What a light's colour is estimated from.
#[derive(Debug, Default)]
pub(crate) struct LightSums {
    /// Some by turns, so that none has to wait for the one before.
    sums: [[f32; 3]; 4],
    count: usize,
}

impl LightSums {
    /// Counts the pixel with number `at`, unless it is black or clipped.
    #[inline(always)]
    pub fn add(&mut self, powers: &Powers, at: usize, pixel: [u8; 3]) {
        if pixel.iter().all(|code| USABLE.contains(code)) {
            self.count += 1;
            for (sum, code) in self.sums[at % 4].iter_mut().zip(pixel) {
                *sum += powers.0[usize::from(code)];
            }
        }
    }

    pub fn light(&self) -> Option<Illuminant> {
        if self.count < LEAST_PIXELS {
            return None;
        }
        let means: [f32; 3] = std::array::from_fn(|channel| {
            let sum: f32 = self.sums.iter().map(|sums| sums[channel]).sum();
            (sum / self.count as f32).powf(1.0 / NORM as f32)
        });
        let length = means.iter().map(|v| v * v).sum::<f32>().sqrt();
        (length > 0.0 && means.iter().all(|v| *v > 0.0)).then(|| Illuminant {
            rgb: means.map(|v| v / length),
        })
    }
}

/// Each code's linear light to the power of [`NORM`].
#[derive(Debug)]
pub(crate) struct Powers([f32; 256]);

impl Powers {
    pub fn new() -> Self {
        Self(std::array::from_fn(|code| linear_from_code(code as u8).powi(NORM)))
    }
}

impl Default for Powers {
    fn default() -> Self {
        Self::new()
    }
}

/// IEC 61966-2-1 (sRGB), 0..=1.
fn linear_from_code(code: u8) -> f32 {
    let value = f32::from(code) / 255.0;
    if value <= 0.040_45 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

/// Clamps to 0..=1.
fn code_from_linear(linear: f32) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let value = if linear <= 0.003_130_8 {
        linear * 12.92
    } else {
        1.055 * linear.powf(1.0 / 2.4) - 0.055
    };
    (value * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greys() -> Vec<[u8; 3]> {
        (40..200u8).map(|v| [v; 3]).collect()
    }

    #[test]
    fn greys_are_lit_by_neutral_light() {
        let light = Illuminant::estimate(&greys()).unwrap();
        assert!(light.angle_to(&Illuminant::NEUTRAL) < 0.1, "{light:?}");
    }

    #[test]
    fn a_cast_is_found_and_removed() {
        let mut pixels = greys();
        let warm = Illuminant { rgb: [0.8, 0.5, 0.33] };
        Illuminant::NEUTRAL.replace(&warm, &mut pixels);
        let found = Illuminant::estimate(&pixels).unwrap();
        assert!(found.angle_to(&warm) < 3.0, "{found:?}");
        let residual = found.replace(&Illuminant::NEUTRAL, &mut pixels).unwrap();
        assert!(residual < 1.5, "{residual}");
        assert!(
            pixels
                .iter()
                .all(|[r, g, b]| r.abs_diff(*g) <= 8 || *r == 255 || g.abs_diff(*b) <= 8)
        );
    }

    #[test]
    fn black_and_clipped_pictures_say_nothing() {
        assert_eq!(Illuminant::estimate(&[[0; 3]; 500]), None);
        assert_eq!(Illuminant::estimate(&[[255, 100, 100]; 500]), None);
    }

    #[test]
    fn codes_survive_the_round_trip() {
        assert!((0..=255u8).all(|code| code_from_linear(linear_from_code(code)) == code));
    }
}
