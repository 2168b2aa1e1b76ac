//! The measures of one picture by itself.

use crate::error::{Error, Result};
use crate::measure::border::border;
use crate::measure::color::Tint;
use crate::measure::measures::{Estimate, LengthUnit, Measure, Measures};
use crate::measure::patch::Patch;
use crate::measure::scale::PixelScale;
use crate::measure::scene::Scene;
use crate::measure::shape::{Shape, outline};
use crate::noise::interval::Interval;
use crate::noise::model::NoiseModel;
use crate::raster::bits::Bits;

/// Measures the lesion in one patch.
///
/// The border follows the colour threshold between lesion and skin near the patch's mask, or
/// found without one. Intervals are those of [`MeasureNoise::interval`](crate::MeasureNoise::interval): 95 % of re-shots of
/// an unchanged lesion fall inside, the scale's own error included. Takes about ten milliseconds, whatever the patch's size.
///
/// # Errors
/// [`Error::NoLesion`] when nothing stands out, [`Error::OutOfRange`] for a scale whose values make no sense.
pub fn measure(patch: &Patch, scale: Option<PixelScale>, noise: &NoiseModel) -> Result<Measures> {
    let scale = scale.map(PixelScale::checked).transpose()?;
    let scale_error = scale.map_or(0.0, |scale| scale.error);
    let scene = Scene::of(patch)?;
    let outline = outline(&scene.score, scene.threshold, &scene.lesion);
    let shape = Shape::of(&outline).ok_or(Error::NoLesion)?;
    let tint = Tint::of(&scene.tint, &inside(&scene.lesion)).ok_or(Error::NoLesion)?;
    let (unit, length) = unit(scale, scene.zoom);
    let values = single(&shape, &tint)
        .into_iter()
        .map(|(measure, value)| {
            let value = value * length.powi(measure.dimension());
            let Interval { value, low, high } = noise.measures.interval(measure, value, f64::from(scale_error));
            Estimate {
                measure,
                value,
                low,
                high,
            }
        })
        .collect();
    Ok(Measures {
        unit,
        scale_error,
        values,
        border: border(&outline),
    })
}

/// Unit of lengths, and what a working pixel is in it.
pub(crate) fn unit(scale: Option<PixelScale>, zoom: f32) -> (LengthUnit, f64) {
    match scale {
        Some(scale) => (LengthUnit::Millimetre, f64::from(scale.mm / zoom)),
        None => (LengthUnit::Pixel, f64::from(1.0 / zoom)),
    }
}

/// Every measure of one picture, lengths in working pixels.
pub(crate) fn single(shape: &Shape, tint: &Tint) -> [(Measure, f64); 11] {
    [
        (Measure::Area, shape.area),
        (Measure::GreatestDiameter, shape.greatest),
        (Measure::LeastDiameter, shape.least),
        (Measure::Perimeter, shape.perimeter),
        (Measure::Asymmetry, shape.asymmetry),
        (Measure::BorderIrregularity, shape.irregularity),
        (Measure::Lightness, tint.mean[0]),
        (Measure::Redness, tint.mean[1]),
        (Measure::Yellowness, tint.mean[2]),
        (Measure::Variegation, tint.variegation),
        (Measure::Colours, tint.colours as f64),
    ]
}

/// A lesion less its blended edge; all of it when that leaves nothing.
pub(crate) fn inside(lesion: &Bits) -> Bits {
    let inner = lesion.eroded(2.5);
    if inner.count() > 20 { inner } else { lesion.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Spot;

    fn measured(spot: &Spot, scale: Option<PixelScale>) -> Measures {
        measure(&spot.patch(), scale, &NoiseModel::default()).unwrap()
    }

    #[test]
    fn a_drawn_spot_measures_as_drawn() {
        let spot = Spot::default();
        let m = measured(&spot, Some(PixelScale { mm: 0.1, error: 0.0 }));
        let value = |k| m.get(k).unwrap().value;
        let area = core::f64::consts::PI * 28.0 * 28.0 * 0.01;
        assert!(
            (value(Measure::Area) / area - 1.0).abs() < 0.06,
            "{}",
            value(Measure::Area)
        );
        let greatest = 2.0 * 28.0 * 1.3f64.sqrt() * 0.1;
        assert!((value(Measure::GreatestDiameter) / greatest - 1.0).abs() < 0.04);
        assert!(value(Measure::Lightness) < -10.0);
        assert!(value(Measure::Asymmetry) < 0.08);
        for e in &m.values {
            assert!(e.low <= e.value && e.value <= e.high, "{e:?}");
        }
        // The line that is drawn lies around the area that is stated.
        let [width, height] = [spot.width, spot.height].map(|side| side as f64 * 0.1);
        let next = m.border.iter().cycle().skip(1);
        let pieces = m
            .border
            .iter()
            .zip(next)
            .map(|(p, q)| f64::from(p[0] * q[1] - q[0] * p[1]) / 2.0);
        let drawn = pieces.sum::<f64>() * width * height;
        assert!((drawn / value(Measure::Area) - 1.0).abs() < 0.02, "{drawn}");
    }

    #[test]
    fn an_unsure_scale_widens_sizes_only() {
        let spot = Spot::default();
        let sure = measured(&spot, Some(PixelScale { mm: 0.1, error: 0.0 }));
        let unsure = measured(&spot, Some(PixelScale { mm: 0.1, error: 0.05 }));
        let width = |m: &Measures, k| m.get(k).map(|e| e.high - e.low).unwrap();
        assert!(width(&unsure, Measure::Area) > 1.1 * width(&sure, Measure::Area));
        assert_eq!(width(&unsure, Measure::Asymmetry), width(&sure, Measure::Asymmetry));
    }

    #[test]
    fn colour_does_not_depend_on_the_lamp() {
        let plain = measured(&Spot::default(), None);
        let lit = measured(
            &Spot {
                gain: [1.1, 0.95, 0.8],
                shade: 0.2,
                ..Spot::default()
            },
            None,
        );
        for k in [Measure::Lightness, Measure::Redness, Measure::Yellowness] {
            let (a, b) = (plain.get(k).unwrap().value, lit.get(k).unwrap().value);
            assert!((a - b).abs() < 2.0, "{k:?} {a} {b}");
        }
    }

    #[test]
    fn a_senseless_scale_is_refused() {
        let patch = Spot::default().patch();
        for (mm, error) in [(0.0, 0.0), (-1.0, 0.0), (f32::NAN, 0.0), (0.1, -0.1), (0.1, f32::NAN)] {
            assert!(matches!(
                measure(&patch, Some(PixelScale { mm, error }), &NoiseModel::default()),
                Err(Error::OutOfRange { .. })
            ));
        }
    }
}
