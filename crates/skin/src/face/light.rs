//! The color of the light on a face.

use serde::{Deserialize, Serialize};
use skinkit_preprocess::constancy::Illuminant;
use skinkit_preprocess::{Frame, Resampler, Roi};
use skinkit_roi::FaceMesh;
use skinkit_roi::topology::{LEFT_EYE, LEFT_IRIS, RIGHT_EYE, RIGHT_IRIS};

use crate::Result;
use crate::color::linear;
use crate::plane::Plane;
use crate::statistics::quantile;

/// Columns and rows that an eye is sampled to.
const EYE: [usize; 2] = [64, 32];
/// Fewer white pixels of both eyes together than this say nothing; counted in pixels of the picture.
const LEAST_WHITE: f32 = 60.0;
/// Codes beyond these have lost their color.
const USABLE: std::ops::RangeInclusive<u8> = 8..=250;
/// Between these shares of an eye's brightness, iris left out, lies its white: below are lashes, above is gloss.
const WHITE: [f32; 2] = [0.5, 0.95];

/// What the light was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LightSource {
    /// The whites of the eyes (Choi et al., Electronic Imaging 2017).
    Sclera,
    /// All of the face's surroundings, by shades of grey: the eyes are closed, covered or too small.
    Picture,
}

/// The light on a face, as far as one picture tells it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Light {
    /// Its color.
    pub illuminant: Illuminant,
    /// What it was read from.
    pub source: LightSource,
    /// Angle in degrees between this light and the one that the other source gives: how uncertain it is. `None` where
    /// there is no second one.
    pub residual: Option<f32>,
    /// The light that the other source gives.
    #[serde(skip)]
    pub(crate) other: Option<Illuminant>,
}

impl Light {
    /// Reads the light of a face; a 478-point mesh shows where the whites of the eyes are.
    pub(crate) fn read(frame: &Frame<'_>, mesh: &FaceMesh, resampler: &mut Resampler) -> Result<Self> {
        let whites = if mesh.has_irises() {
            sclera(frame, mesh, resampler)?
        } else {
            None
        };
        let whole = Roi::whole(frame.width(), frame.height());
        let pixels = Plane::sampled(resampler, frame, &whole, [128; 2])?;
        let picture = Illuminant::estimate(&pixels.cells);
        Ok(match (whites, picture) {
            (Some(whites), picture) => Self {
                illuminant: whites,
                source: LightSource::Sclera,
                residual: picture.map(|other| whites.angle_to(&other)),
                other: picture,
            },
            (None, picture) => Self {
                illuminant: picture.unwrap_or(Illuminant::NEUTRAL),
                source: LightSource::Picture,
                residual: None,
                other: picture.map(|_| Illuminant::NEUTRAL),
            },
        })
    }

    /// Factors of linear red, green and blue that make this light white, green kept.
    pub(crate) fn gains(illuminant: &Illuminant) -> [f32; 3] {
        illuminant.rgb.map(|channel| illuminant.rgb[1] / channel.max(1e-3))
    }
}

/// Mean color of the whites of both eyes, `None` where too little of them is seen.
fn sclera(frame: &Frame<'_>, mesh: &FaceMesh, resampler: &mut Resampler) -> Result<Option<Illuminant>> {
    let (mut sum, mut count) = ([0.0f32; 3], 0.0f32);
    for (lids, iris) in [(RIGHT_EYE, RIGHT_IRIS), (LEFT_EYE, LEFT_IRIS)] {
        let xy = |point: u16| {
            let [x, y, _] = mesh.points[usize::from(point)];
            [x, y]
        };
        let outline: Vec<[f32; 2]> = lids.points.iter().map(|&point| xy(point)).collect();
        let rim: Vec<[f32; 2]> = iris.points.iter().map(|&point| xy(point)).collect();
        let middle = |points: &[[f32; 2]]| {
            let n = points.len() as f32;
            [0, 1].map(|axis| points.iter().map(|p| p[axis]).sum::<f32>() / n)
        };
        let (eye, pupil) = (middle(&outline), middle(&rim));
        let away = |p: &[f32; 2], q: [f32; 2]| (p[0] - q[0]).hypot(p[1] - q[1]);
        let iris_radius = rim.iter().map(|p| away(p, pupil)).fold(0.0, f32::max);
        let width = 2.0 * outline.iter().map(|p| away(p, eye)).fold(0.0, f32::max);
        let roi = Roi {
            width,
            height: width / 2.0,
            rotation: mesh.roll(),
            ..Roi::square(eye, width)
        };
        if !(width.is_finite() && width >= 4.0) || eye.iter().any(|c| !c.is_finite()) {
            continue;
        }
        // An eye may lie outside the picture.
        let Ok(pixels) = Plane::sampled(resampler, frame, &roi, EYE) else {
            continue;
        };
        // The lids' shade and lashes lie along the rim.
        let inner: Vec<[f32; 2]> = outline
            .iter()
            .map(|p| [0, 1].map(|axis| eye[axis] + 0.8 * (p[axis] - eye[axis])))
            .collect();
        let mut white: Vec<[u8; 3]> = Vec::new();
        for (i, pixel) in pixels.cells.iter().enumerate() {
            let unit = [
                ((i % EYE[0]) as f32 + 0.5) / EYE[0] as f32,
                ((i / EYE[0]) as f32 + 0.5) / EYE[1] as f32,
            ];
            let point = roi.to_picture(unit);
            let usable = pixel.iter().all(|code| USABLE.contains(code));
            if usable && away(&point, pupil) > 1.15 * iris_radius && super::chart::inside(point, &inner) {
                white.push(*pixel);
            }
        }
        let mut greens: Vec<f32> = white.iter().map(|p| linear(p[1])).collect();
        let (Some(low), Some(high)) = (quantile(&mut greens, WHITE[0]), quantile(&mut greens, WHITE[1])) else {
            continue;
        };
        // Pixels of the picture that one sample stands for.
        let worth = (width * width / 2.0) / (EYE[0] * EYE[1]) as f32;
        for pixel in white.iter().filter(|p| (low..=high).contains(&linear(p[1]))) {
            let worth = worth.min(1.0);
            count += worth;
            for (sum, code) in sum.iter_mut().zip(pixel) {
                *sum += worth * linear(*code);
            }
        }
    }
    let length = sum.iter().map(|v| v * v).sum::<f32>().sqrt();
    Ok((count >= LEAST_WHITE && length > 0.0).then(|| Illuminant {
        rgb: sum.map(|v| v / length),
    }))
}
