//! sRGB, linear light and CIE L\*a\*b\*.

/// sRGB (IEC 61966-2-1) decoding of one byte to linear light 0..1.
pub fn linear(byte: u8) -> f32 {
    let v = f32::from(byte) / 255.0;
    if v <= 0.040_45 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

/// Linear sRGB to CIE L*a*b*, white point D65, 2 degree observer.
pub fn lab([r, g, b]: [f32; 3]) -> [f32; 3] {
    // Rows of the sRGB to XYZ matrix divided by the D65 white point.
    let x = (0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47;
    let y = 0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b;
    let z = (0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b) / 1.088_83;
    let f = |t: f32| {
        if t > 0.008_856_452 {
            t.cbrt()
        } else {
            t * 7.787_037 + 16.0 / 116.0
        }
    };
    let (fx, fy, fz) = (f(x), f(y), f(z));
    [116.0 * fy - 16.0, 500.0 * (fx - fy), 200.0 * (fy - fz)]
}

/// Linear light to sRGB steps 0..=255, not yet rounded; light outside 0..=1 is clamped.
pub fn encoded(light: f32) -> f32 {
    let v = light.clamp(0.0, 1.0);
    255.0
        * if v <= 0.003_130_8 {
            12.92 * v
        } else {
            1.055 * v.powf(1.0 / 2.4) - 0.055
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colors() {
        let near = |rgb: [u8; 3], want: [f32; 3]| {
            let got = lab(rgb.map(linear));
            for (g, w) in got.iter().zip(want) {
                assert!((g - w).abs() < 0.1, "{rgb:?}: {got:?} not {want:?}");
            }
        };
        // Reference values for D65 (Lindbloom's calculator).
        near([255, 255, 255], [100.0, 0.0, 0.0]);
        near([255, 0, 0], [53.24, 80.09, 67.20]);
        near([0, 0, 255], [32.30, 79.19, -107.86]);
        near([128, 128, 128], [53.59, 0.0, 0.0]);
    }

    #[test]
    fn encoding_undoes_decoding() {
        for byte in 0..=255u8 {
            assert!((encoded(linear(byte)) - f32::from(byte)).abs() < 0.01, "{byte}");
        }
    }
}
