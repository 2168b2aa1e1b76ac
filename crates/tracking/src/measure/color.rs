//! Colour of a lesion relative to the skin around it.

use crate::raster::bits::Bits;
use crate::raster::plane::Plane;
use skinkit_numerics::color::lab;

/// Linear sRGB of the skin that every lesion is put on before its colour is stated: sRGB
/// (200, 150, 125), a medium skin. Lamp and camera are not known, so that only the ratio of
/// lesion to skin can be measured; this skin makes ratios into L*a*b* differences.
pub(crate) const REFERENCE_SKIN: [f32; 3] = [0.578, 0.305, 0.205];

/// Prototypes of the six dermoscopic colours in L*a*b*, on the reference skin.
const PROTOTYPES: [[f32; 3]; 6] = [
    [85.0, 3.0, 5.0],   // white
    [48.0, 40.0, 25.0], // red
    [52.0, 17.0, 24.0], // light brown
    [30.0, 14.0, 17.0], // dark brown
    [42.0, 0.0, -6.0],  // blue-grey
    [10.0, 3.0, 2.0],   // black
];
/// Part of the lesion a colour must cover to be counted.
const COUNTED: f64 = 0.05;

/// Colour of one lesion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tint {
    /// Mean L*, a*, b* of the lesion less that of the skin.
    pub mean: [f64; 3],
    /// Root mean square ΔE*ab from the mean.
    pub variegation: f64,
    /// How many of the six colours are there.
    pub colours: usize,
}

impl Tint {
    /// From log RGB relative to the skin, over the pixels `on`; `None` when there are none.
    pub fn of(tint: &[Plane; 3], on: &Bits) -> Option<Self> {
        let points: Vec<[f32; 3]> = on
            .ones()
            .map(|i| {
                lab(core::array::from_fn(|c| {
                    REFERENCE_SKIN[c] * tint[c].data[i].clamp(-6.0, 1.0).exp()
                }))
            })
            .collect();
        if points.is_empty() {
            return None;
        }
        let n = points.len() as f64;
        let skin = lab(REFERENCE_SKIN);
        let mean: [f64; 3] = core::array::from_fn(|c| points.iter().map(|p| f64::from(p[c])).sum::<f64>() / n);
        let squares: f64 = points
            .iter()
            .map(|p| (0..3).map(|c| (f64::from(p[c]) - mean[c]).powi(2)).sum::<f64>())
            .sum();
        let mut counts = [0usize; PROTOTYPES.len()];
        for p in &points {
            let far = |q: &[f32; 3]| (0..3).map(|c| (p[c] - q[c]).powi(2)).sum::<f32>();
            let nearest = (0..PROTOTYPES.len()).min_by(|&i, &j| far(&PROTOTYPES[i]).total_cmp(&far(&PROTOTYPES[j])));
            if let Some(k) = nearest {
                counts[k] += 1;
            }
        }
        Some(Self {
            mean: core::array::from_fn(|c| mean[c] - f64::from(skin[c])),
            variegation: (squares / n).sqrt(),
            colours: counts.iter().filter(|&&k| k as f64 >= COUNTED * n).count(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two(a: [f32; 3], b: [f32; 3]) -> Tint {
        let tint = core::array::from_fn(|c| Plane::from_fn(10, 10, |x, _| if x < 5 { a[c] } else { b[c] }));
        Tint::of(&tint, &Bits::from_fn(10, 10, |_| true)).unwrap()
    }

    #[test]
    fn skin_is_no_colour_and_darker_is_negative() {
        let none = two([0.0; 3], [0.0; 3]);
        assert!(none.mean.iter().all(|v| v.abs() < 1e-3) && none.variegation < 1e-3);
        let dark = two([-1.0; 3], [-1.0; 3]);
        assert!(dark.mean[0] < -15.0);
        let red = two([0.0, -0.7, -0.7], [0.0, -0.7, -0.7]);
        assert!(red.mean[1] > 15.0, "{red:?}");
    }

    #[test]
    fn more_colours_count_as_more() {
        let one = two([-1.0, -1.3, -1.5], [-1.0, -1.3, -1.5]);
        let mixed = two([-0.4, -0.5, -0.8], [-3.5, -3.0, -2.6]);
        assert_eq!((one.colours, mixed.colours), (1, 2));
        assert!(mixed.variegation > one.variegation + 5.0);
    }
}
