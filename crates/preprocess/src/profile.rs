//! Colours of other RGB spaces to sRGB.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Primaries closer than this (in XYZ, relative to white) are taken for sRGB's own.
const SAME: f64 = 0.003;

/// Converts packed RGB in place. A profile that is damaged, not RGB, or sRGB already changes nothing: what a camera
/// then meant is sRGB nearly always.
pub(crate) fn to_srgb(profile: &[u8], width: usize, pixels: &mut [u8]) {
    let Ok(source) = ColorProfile::new_from_slice(profile) else {
        return;
    };
    let target = ColorProfile::new_srgb();
    if source.color_space != DataColorSpace::Rgb || is_same(&source, &target) {
        return;
    }
    let options = TransformOptions::default();
    let Ok(transform) = source.create_transform_8bit(Layout::Rgb, &target, Layout::Rgb, options) else {
        return;
    };
    let mut line = vec![0; width * 3];
    for row in pixels.chunks_exact_mut(width * 3) {
        line.copy_from_slice(row);
        if transform.transform(&line, row).is_err() {
            row.copy_from_slice(&line);
            return;
        }
    }
}

fn is_same(a: &ColorProfile, b: &ColorProfile) -> bool {
    let colorants = |p: &ColorProfile| {
        [p.red_colorant, p.green_colorant, p.blue_colorant]
            .map(|c| [c.x, c.y, c.z])
            .concat()
    };
    colorants(a).iter().zip(colorants(b)).all(|(a, b)| (a - b).abs() < SAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_p3_becomes_srgb() {
        let p3 = ColorProfile::new_display_p3().encode().unwrap();
        // Greys stay; a P3 orange within sRGB's reach gains saturation. Expected value: CSS Color 4's matrices.
        let mut pixels = [128, 128, 128, 200, 120, 90];
        to_srgb(&p3, 2, &mut pixels);
        assert!(pixels[..3].iter().all(|v| v.abs_diff(128) <= 1), "{pixels:?}");
        for (got, expected) in pixels[3..].iter().zip([213u8, 115, 83]) {
            assert!(got.abs_diff(expected) <= 2, "{pixels:?}");
        }
    }

    #[test]
    fn srgb_and_rubbish_change_nothing() {
        let before = [10, 200, 30, 1, 2, 3];
        for profile in [ColorProfile::new_srgb().encode().unwrap(), b"not a profile".to_vec()] {
            let mut pixels = before;
            to_srgb(&profile, 2, &mut pixels);
            assert_eq!(pixels, before);
        }
    }
}
