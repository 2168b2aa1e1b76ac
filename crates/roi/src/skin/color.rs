//! sRGB to CIE L*a*b* (D65), and the one fact about shading that the skin mask rests on.

use std::sync::OnceLock;

use skinkit_numerics::color::linear;

/// `[L*, a*, b*]`; L* in `0..=100`.
pub(crate) type Lab = [f32; 3];

/// Converts one 8-bit sRGB pixel.
pub(crate) fn lab(rgb: [u8; 3]) -> Lab {
    static LINEAR: OnceLock<[f32; 256]> = OnceLock::new();
    let table = LINEAR.get_or_init(|| std::array::from_fn(|v| linear(v as u8)));
    let [r, g, b] = rgb.map(|v| table[usize::from(v)]);
    // IEC 61966-2-1 primaries, each row divided by the D65 white point.
    let x = (0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47;
    let y = 0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b;
    let z = (0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b) / 1.088_83;
    let [x, y, z] = [x, y, z].map(response);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// Chroma divided by lightness: shading scales X, Y and Z alike, so their cube roots too, and this stays.
pub(crate) fn shadeless([l, a, b]: Lab) -> [f32; 2] {
    [a / (l + 16.0), b / (l + 16.0)]
}

fn response(t: f32) -> f32 {
    if t > 0.008_856 {
        t.cbrt()
    } else {
        7.787 * t + 16.0 / 116.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: Lab, expected: Lab) -> bool {
        got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.05)
    }

    #[test]
    fn known_colors() {
        assert!(
            near(lab([255, 255, 255]), [100.0, 0.0, 0.0]),
            "{:?}",
            lab([255, 255, 255])
        );
        assert!(near(lab([0, 0, 0]), [0.0, 0.0, 0.0]));
        assert!(near(lab([255, 0, 0]), [53.24, 80.09, 67.20]), "{:?}", lab([255, 0, 0]));
        assert!(
            near(lab([0, 0, 255]), [32.30, 79.19, -107.86]),
            "{:?}",
            lab([0, 0, 255])
        );
    }

    #[test]
    fn shading_leaves_the_shadeless_color() {
        let light = shadeless(lab([224, 172, 140]));
        // The same in linear light, at 30 %.
        let dark = shadeless(lab([130, 98, 78]));
        assert!(
            (light[0] - dark[0]).abs() < 0.02 && (light[1] - dark[1]).abs() < 0.02,
            "{light:?} {dark:?}"
        );
    }
}
