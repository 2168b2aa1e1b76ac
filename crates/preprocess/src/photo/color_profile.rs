//! Colours of other RGB spaces to sRGB.
//!
//! `moxcms` reads the profile. The conversion of a matrix and three curves is written here because that crate's own brings
//! every kind of profile along, 0.2 MB of it.

use moxcms::{ColorPrimaries, ColorProfile, DataColorSpace, Matrix3d, ParametricCurve, ToneReprCurve, WHITE_POINT_D65};

use crate::quality::constancy::code_from_linear;

/// sRGB's linear light to XYZ under D50, in which profiles are connected.
const SRGB: Matrix3d = ColorProfile::colorants_matrix(WHITE_POINT_D65, ColorPrimaries::BT_709);

/// Primaries closer than this (in XYZ, relative to white) are taken for sRGB's own.
const SAME: f64 = 0.003;

/// Steps of linear light in the table of sRGB's codes: the narrowest code spans one and a quarter.
const STEPS: usize = 4096;

/// Bits below a step in sums of light: primaries up to 40 times as far out as sRGB's fit into 32 bits.
const FRACTION: u32 = 12;

/// Converts packed RGB in place. A profile that is damaged, not RGB, or sRGB already changes nothing: what a camera
/// then meant is sRGB nearly always. Nor does one without a matrix and curves; those of a scanner or a printer alone are so.
pub(crate) fn to_srgb(profile: &[u8], pixels: &mut [u8]) {
    if let Ok(profile) = ColorProfile::new_from_slice(profile)
        && let Some(conversion) = Conversion::from(&profile)
    {
        conversion.apply(pixels);
    }
}

/// From codes of one RGB space to sRGB's.
struct Conversion {
    /// What each code of red, of green and of blue adds to sRGB's linear light. With the fourth number, places are powers of two.
    parts: [[[i32; 4]; 256]; 3],
    codes: [u8; STEPS],
}

impl Conversion {
    fn from(profile: &ColorProfile) -> Option<Self> {
        let colorants = profile.rgb_to_xyz_matrix();
        // A profile by tables alone has no colorants.
        let is_matrix = profile.color_space == DataColorSpace::Rgb
            && profile.pcs == DataColorSpace::Xyz
            && (0..3).all(|column| colorants.v.iter().any(|row| row[column] != 0.0));
        if !is_matrix || is_same(&colorants, &SRGB) {
            return None;
        }
        let curves = [&profile.red_trc, &profile.green_trc, &profile.blue_trc];
        let [Some(red), Some(green), Some(blue)] = curves.map(|curve| linear(curve.as_ref()?)) else {
            return None;
        };
        let linear = [red, green, blue];
        let matrix = SRGB.inverse().mat_mul(colorants).v;
        let (one, half_a_step) = (
            f64::from(1 << FRACTION) * (STEPS - 1) as f64,
            f64::from(1 << (FRACTION - 1)),
        );
        let part = |from: usize, to: usize, light: f32| {
            // The sum of all three is cut off, which half a step makes rounding.
            let rounding = if from == 0 { half_a_step } else { 0.0 };
            (matrix[to][from] * f64::from(light) * one + rounding) as i32
        };
        Some(Self {
            parts: std::array::from_fn(|from| {
                linear[from].map(|light| [part(from, 0, light), part(from, 1, light), part(from, 2, light), 0])
            }),
            codes: std::array::from_fn(|step| code_from_linear(step as f32 / (STEPS - 1) as f32)),
        })
    }

    fn apply(&self, pixels: &mut [u8]) {
        let [red, green, blue] = &self.parts;
        for pixel in pixels.as_chunks_mut::<3>().0 {
            let [r, g, b] = pixel.map(usize::from);
            let code = |to: usize| {
                let step = (red[r][to] + green[g][to] + blue[b][to]) >> FRACTION;
                // Colours that sRGB does not have become its nearest channel by channel.
                self.codes[step.clamp(0, STEPS as i32 - 1) as usize]
            };
            *pixel = [code(0), code(1), code(2)];
        }
    }
}

/// Linear light of each code by a profile's curve (ICC.1:2022, 10.6 and 10.18).
fn linear(curve: &ToneReprCurve) -> Option<[f32; 256]> {
    let of = |light: &dyn Fn(f32) -> f32| Some(std::array::from_fn(|code| light(code as f32 / 255.0).clamp(0.0, 1.0)));
    match curve {
        ToneReprCurve::Parametric(parameters) => {
            let ParametricCurve { g, a, b, c, d, e, f } = ParametricCurve::new(parameters)?;
            of(&|v| {
                if v < d {
                    c * v + f
                } else {
                    (a * v + b).max(0.0).powf(g) + e
                }
            })
        }
        ToneReprCurve::Lut(table) => match table[..] {
            [] => of(&|v| v),
            [gamma] => of(&|v| v.powf(f32::from(gamma) / 256.0)),
            [.., last] => of(&|v| {
                let place = v * (table.len() - 1) as f32;
                let step = place as usize;
                let [low, high] = [step, step + 1].map(|at| f32::from(*table.get(at).unwrap_or(&last)));
                (low + (high - low) * place.fract()) / f32::from(u16::MAX)
            }),
        },
    }
}

fn is_same(a: &Matrix3d, b: &Matrix3d) -> bool {
    let pairs = a.v.as_flattened().iter().zip(b.v.as_flattened());
    pairs.into_iter().all(|(a, b)| (a - b).abs() < SAME)
}

#[cfg(test)]
mod tests {
    use moxcms::{Layout, TransformOptions};

    use super::*;

    /// Every colour in steps of 15, and some dark ones.
    fn colours() -> Vec<u8> {
        let levels: Vec<u8> = (0..=17).map(|step| step * 15).chain(1..12).collect();
        let mut all = Vec::new();
        for r in &levels {
            for g in &levels {
                all.extend(levels.iter().flat_map(|b| [*r, *g, *b]));
            }
        }
        all
    }

    /// The most that a channel differs from what `moxcms` makes of it.
    fn apart(profile: &ColorProfile) -> u8 {
        let before = colours();
        let mut expected = vec![0; before.len()];
        // Curves, as here, not the transfer that a profile may name beside them. Fixed point is off by 2 for ProPhoto RGB.
        let options = TransformOptions {
            allow_use_cicp_transfer: false,
            prefer_fixed_point: false,
            ..TransformOptions::default()
        };
        let srgb = ColorProfile::new_srgb();
        let transform = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options);
        transform.unwrap().transform(&before, &mut expected).unwrap();
        let mut got = before.clone();
        to_srgb(&profile.encode().unwrap(), &mut got);
        assert_ne!(got, before);
        got.iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
    }

    #[test]
    fn colours_are_those_of_a_colour_management_system() {
        for (name, profile) in [
            ("Display P3", ColorProfile::new_display_p3()),
            ("Adobe RGB", ColorProfile::new_adobe_rgb()),
            ("ProPhoto RGB", ColorProfile::new_pro_photo_rgb()),
            ("BT.2020", ColorProfile::new_bt2020()),
            ("DCI P3", ColorProfile::new_dci_p3()),
            ("ACES CG, linear", ColorProfile::new_aces_cg_linear()),
        ] {
            let most = apart(&profile);
            assert!(most <= 1, "{name}: {most}");
        }
    }

    #[test]
    fn curves_of_every_kind_are_read() {
        let table = |length: usize| {
            let light = |at: usize| (at as f32 / (length - 1) as f32).powf(1.9) * 65535.0;
            ToneReprCurve::Lut((0..length).map(|at| light(at) as u16).collect())
        };
        for curve in [
            ToneReprCurve::Lut(vec![]),
            ToneReprCurve::Lut(vec![0x01cd]),
            table(2),
            table(26),
            table(1024),
            ToneReprCurve::Parametric(vec![2.2]),
            ToneReprCurve::Parametric(vec![2.2, 0.9, 0.1]),
            ToneReprCurve::Parametric(vec![2.2, 0.9, 0.1, 0.02]),
            ToneReprCurve::Parametric(vec![2.4, 1. / 1.055, 0.055 / 1.055, 1. / 12.92, 0.04045]),
            ToneReprCurve::Parametric(vec![2.4, 0.9, 0.05, 0.08, 0.04, 0.01, 0.002]),
        ] {
            let mut profile = ColorProfile::new_display_p3();
            profile.green_trc = Some(curve.clone());
            let most = apart(&profile);
            assert!(most <= 1, "{curve:?}: {most}");
        }
    }

    #[test]
    fn display_p3_becomes_srgb() {
        let p3 = ColorProfile::new_display_p3().encode().unwrap();
        // Greys stay; a P3 orange within sRGB's reach gains saturation. Expected value: CSS Color 4's matrices.
        let mut pixels = [128, 128, 128, 200, 120, 90];
        to_srgb(&p3, &mut pixels);
        assert!(pixels[..3].iter().all(|v| v.abs_diff(128) <= 1), "{pixels:?}");
        for (got, expected) in pixels[3..].iter().zip([213u8, 115, 83]) {
            assert!(got.abs_diff(expected) <= 2, "{pixels:?}");
        }
    }

    #[test]
    fn srgb_and_what_has_no_matrix_change_nothing() {
        let mut no_curve = ColorProfile::new_display_p3();
        no_curve.blue_trc = None;
        let before = [10, 200, 30, 1, 2, 3];
        for profile in [
            ColorProfile::new_srgb().encode().unwrap(),
            ColorProfile::new_gray_with_gamma(2.2).encode().unwrap(),
            ColorProfile::new_lab().encode().unwrap(),
            no_curve.encode().unwrap(),
            b"not a profile".to_vec(),
        ] {
            let mut pixels = before;
            to_srgb(&profile, &mut pixels);
            assert_eq!(pixels, before);
        }
    }
}
