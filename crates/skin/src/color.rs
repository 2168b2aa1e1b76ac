//! Color of skin: sRGB to CIELAB, and the indices of melanin and hemoglobin.

use std::sync::OnceLock;

use skinkit_numerics::color as numerics;

/// CIE 1976 `[L*, a*, b*]`, D65: L* in `0..=100`.
pub type Lab = [f32; 3];

/// IEC 61966-2-1 primaries to CIE XYZ (D65), each row divided by the white point of D65 (x 0.3127, y 0.3290): those
/// of `colour-science` 0.4.7.
const TO_WHITE_XYZ: [[f32; 3]; 3] = [
    [0.433_897, 0.376_240_5, 0.189_908_86],
    [0.212_6, 0.715_2, 0.072_2],
    [0.017_721_74, 0.109_452_41, 0.872_772_8],
];

/// Linear light of one sRGB code, `0..=1` (IEC 61966-2-1).
pub fn linear(code: u8) -> f32 {
    static TABLE: OnceLock<[f32; 256]> = OnceLock::new();
    TABLE.get_or_init(|| std::array::from_fn(|code| numerics::linear(code as u8)))[usize::from(code)]
}

/// CIELAB of linear red, green and blue.
pub fn lab(rgb: [f32; 3]) -> Lab {
    let [x, y, z] = TO_WHITE_XYZ.map(|row| response(row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// CIE 15:2004, equation 8.6.
fn response(t: f32) -> f32 {
    if t > 216.0 / 24389.0 {
        t.cbrt()
    } else {
        (24389.0 / 27.0 * t + 16.0) / 116.0
    }
}

/// Melanin index `100 · log10(1 / R)` of linear light (Yamamoto et al. 2008, Skin Research and Technology 14:26).
/// Relative: the exposure adds a constant.
pub fn melanin_index([r, _, _]: [f32; 3]) -> f32 {
    -100.0 * r.max(1e-4).log10()
}

/// Erythema index `100 · (log10(1 / G) − log10(1 / R))` of linear light (Yamamoto et al. 2008). Shade and exposure
/// leave it alone; a cast adds a constant.
pub fn erythema_index([r, g, _]: [f32; 3]) -> f32 {
    100.0 * (r.max(1e-4) / g.max(1e-4)).log10()
}

/// Hue angle h_ab in degrees, `-180..=180`: 0 towards red, 90 towards yellow.
pub fn hue_angle([_, a, b]: Lab) -> f32 {
    b.atan2(a).to_degrees()
}

/// Individual typology angle in degrees, `atan((L* − 50) / b*)` (Chardon et al. 1991). It blends lightness with hue,
/// says little of dark skin, and follows the exposure: never use it alone.
pub fn typology_angle([l, _, b]: Lab) -> f32 {
    (l - 50.0).atan2(b.max(1e-3)).to_degrees()
}

/// a* as it would be at another lightness: shade scales X, Y and Z alike, hence a* with L* + 16.
pub fn a_at_lightness([l, a, _]: Lab, lightness: f32) -> f32 {
    a * (lightness + 16.0) / (l + 16.0).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes, L*, a*, b* and hue angle by `colour-science` 0.4.7: `XYZ_to_Lab(matrix_RGB_to_XYZ @ eotf_sRGB(code / 255))`.
    const REFERENCE: [([u8; 3], Lab, f32); 9] = [
        ([255, 255, 255], [100.0, 0.00773, 0.00354], 24.5816),
        ([224, 172, 140], [74.34671, 14.81268, 23.80803], 58.1113),
        ([141, 85, 36], [41.66882, 18.90958, 37.24257], 63.0812),
        ([60, 40, 33], [18.31221, 8.28468, 8.3489], 45.2212),
        ([255, 0, 0], [53.23288, 80.11118, 67.2237], 40.001),
        ([12, 9, 8], [2.62921, 0.67542, 0.66541], 44.5723),
        ([198, 134, 66], [61.17613, 18.04615, 45.59382], 68.4062),
        ([241, 194, 125], [81.16226, 8.36848, 40.92334], 78.4428),
        ([90, 56, 37], [27.11758, 12.84258, 18.05739], 54.5792),
    ];

    #[test]
    fn colors_agree_with_colour_science() {
        for (code, expected, hue) in REFERENCE {
            let got = lab(code.map(linear));
            for (got, expected) in got.iter().zip(expected) {
                assert!((got - expected).abs() < 1e-4, "{code:?}: {got} for {expected}");
            }
            // The hue of white is that of its rounding.
            assert!(
                got[1].hypot(got[2]) < 0.1 || (hue_angle(got) - hue).abs() < 1e-3,
                "{code:?}"
            );
        }
    }

    #[test]
    fn typology_angles_of_the_published_classes() {
        // Chardon et al. 1991: 55 degrees parts very light from light skin; L* 70 at b* 14 lies at atan(20 / 14).
        assert!((typology_angle([70.0, 10.0, 14.0]) - 55.008).abs() < 1e-3);
        assert_eq!(typology_angle([50.0, 10.0, 14.0]), 0.0);
    }

    #[test]
    fn shade_and_exposure_leave_redness_alone() {
        let skin = [224, 172, 140].map(linear);
        let shaded = skin.map(|v| v * 0.4);
        assert!((erythema_index(skin) - erythema_index(shaded)).abs() < 1e-3);
        let (bright, dark) = (lab(skin), lab(shaded));
        assert!((bright[1] - dark[1]).abs() > 3.0);
        assert!((bright[1] - a_at_lightness(dark, bright[0])).abs() < 0.05);
        assert!((melanin_index(shaded) - melanin_index(skin) + 100.0 * 0.4f32.log10()).abs() < 1e-3);
    }
}
