//! What is measured, in which unit, and why it may not be measurable.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::face::Zone;

/// A measure of a zone's skin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// How much darker the skin below an eye is than the cheek of the same side: difference of median L*, positive where
    /// darker (Anais Brasileiros de Dermatologia 2015, 90:494, on periorbital hyperpigmentation). It varies within a day.
    UnderEyeDarkness,
    /// How much redder a zone is than the person's other skin: difference of median a*, each taken at the lightness of
    /// that other skin, so that shade has no say.
    Redness,
    /// The same as a difference of the erythema index (Yamamoto et al. 2008): a cast adds the same to both sides and
    /// cancels.
    Erythema,
    /// Unevenness of melanin: robust spread of the melanin index at 1 to 10 mm (after Matts et al. 2007).
    MelaninSpread,
    /// Unevenness of blood: robust spread of the erythema index at 1 to 10 mm (after Matts et al. 2007).
    HemoglobinSpread,
    /// Pigmented spots of 2 to 12 mm: how many.
    PigmentedSpots,
    /// Share of the zone's skin under pigmented spots.
    PigmentedSpotArea,
    /// Red spots of 2 to 12 mm: how many.
    RedSpots,
    /// Share of the zone's skin under red spots.
    RedSpotArea,
    /// Share of the zone that shines (dichromatic model; Ohtsuki 2012): it follows the lamp's place as well as the skin.
    Shine,
    /// Median L* under the estimated light: it follows the exposure.
    Lightness,
    /// Median hue angle h_ab under the estimated light (beside lightness the second dimension of skin tone; Thong et al.
    /// 2023).
    HueAngle,
    /// Individual typology angle (Chardon et al. 1991): contested, says little of dark skin, follows the exposure. Never
    /// use it alone.
    TypologyAngle,
    /// Length of dark lines across the forehead for its area (ridges of the Hessian; Ng et al. 2014).
    Lines,
}

impl Measure {
    /// Every measure, in the order of their worth.
    pub const ALL: [Self; 14] = [
        Self::UnderEyeDarkness,
        Self::Redness,
        Self::Erythema,
        Self::MelaninSpread,
        Self::HemoglobinSpread,
        Self::PigmentedSpots,
        Self::PigmentedSpotArea,
        Self::RedSpots,
        Self::RedSpotArea,
        Self::Shine,
        Self::Lightness,
        Self::HueAngle,
        Self::TypologyAngle,
        Self::Lines,
    ];

    /// The stable name: `under_eye_darkness`, `redness`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::UnderEyeDarkness => "under_eye_darkness",
            Self::Redness => "redness",
            Self::Erythema => "erythema",
            Self::MelaninSpread => "melanin_spread",
            Self::HemoglobinSpread => "hemoglobin_spread",
            Self::PigmentedSpots => "pigmented_spots",
            Self::PigmentedSpotArea => "pigmented_spot_area",
            Self::RedSpots => "red_spots",
            Self::RedSpotArea => "red_spot_area",
            Self::Shine => "shine",
            Self::Lightness => "lightness",
            Self::HueAngle => "hue_angle",
            Self::TypologyAngle => "typology_angle",
            Self::Lines => "lines",
        }
    }

    /// The unit of its values: CIELAB differences have none, indices are 100 times a decadic logarithm.
    pub fn unit(self) -> &'static str {
        match self {
            Self::UnderEyeDarkness | Self::Lightness => "L*",
            Self::Redness => "a*",
            Self::Erythema | Self::MelaninSpread | Self::HemoglobinSpread => "index",
            Self::PigmentedSpots | Self::RedSpots => "spots",
            Self::PigmentedSpotArea | Self::RedSpotArea | Self::Shine => "%",
            Self::HueAngle | Self::TypologyAngle => "degrees",
            Self::Lines => "mm/cm2",
        }
    }

    /// Whether the measure means something in a zone.
    pub fn applies_to(self, zone: Zone) -> bool {
        let below_eye = matches!(zone, Zone::LeftInfraorbital | Zone::RightInfraorbital);
        match self {
            Self::UnderEyeDarkness => below_eye,
            // Against the person's other skin: of the whole face there is none.
            Self::Redness | Self::Erythema => zone != Zone::WholeFace,
            Self::Lines => zone == Zone::Forehead,
            _ => true,
        }
    }

    /// Least pixels a millimeter, foreshortening included: what the finest part of the measure needs.
    pub fn least_pixels_per_mm(self) -> f32 {
        match self {
            // Medians over a zone of 10 mm or more: five pixels across it.
            Self::UnderEyeDarkness
            | Self::Redness
            | Self::Erythema
            | Self::Shine
            | Self::Lightness
            | Self::HueAngle
            | Self::TypologyAngle => 0.5,
            // A pixel for the finest half period of 1 mm; a line is 1 to 2 mm wide.
            Self::MelaninSpread | Self::HemoglobinSpread | Self::Lines => 1.0,
            // Four pixels across 2 mm.
            Self::PigmentedSpots | Self::PigmentedSpotArea | Self::RedSpots | Self::RedSpotArea => 2.0,
        }
    }

    /// Whether a picture without colors still shows it.
    pub fn needs_color(self) -> bool {
        matches!(
            self,
            Self::Redness
                | Self::Erythema
                | Self::HemoglobinSpread
                | Self::RedSpots
                | Self::RedSpotArea
                | Self::PigmentedSpots
                | Self::PigmentedSpotArea
                | Self::Shine
                | Self::HueAngle
                | Self::TypologyAngle
        )
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Text that names no [`Measure`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no measure of skin; there are redness, under_eye_darkness, shine and others")]
pub struct UnknownMeasure(String);

impl FromStr for Measure {
    type Err = UnknownMeasure;

    fn from_str(text: &str) -> Result<Self, UnknownMeasure> {
        Self::ALL
            .into_iter()
            .find(|measure| measure.name() == text)
            .ok_or_else(|| UnknownMeasure(text.to_owned()))
    }
}

/// A value with the interval that 95 of 100 pictures of the same skin would give, in the measure's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// What this picture gives.
    pub value: f32,
    /// Lower end; `None` only where [`SkinAnalyzer::with_unknown_spreads`](crate::SkinAnalyzer::with_unknown_spreads)
    /// asked for values whose spread is not known.
    pub low: Option<f32>,
    /// Upper end.
    pub high: Option<f32>,
}

/// Why a zone has no value of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Too little of the zone is seen as skin: hair, glasses, a hand, a turned head, the picture's edge.
    Covered {
        /// Share of the zone that is seen, `0..=1`.
        seen: f32,
    },
    /// The picture is too coarse.
    Resolution {
        /// Pixels a millimeter in this zone.
        pixels_per_mm: f32,
        /// What the measure needs.
        needed: f32,
    },
    /// The zone is overexposed.
    Clipped {
        /// Share of what is seen of it that has lost its color, `0..=1`.
        clipped: f32,
    },
    /// The picture has no colors.
    Colorless,
    /// How much the measure differs between pictures of unchanged skin is not known in this zone.
    SpreadUnknown,
    /// What the zone is compared with is not seen: the cheek below the eye, or the person's other skin.
    NoReference,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Covered { seen } => write!(f, "only {:.0} % of it is seen as skin", 100.0 * seen),
            Self::Resolution { pixels_per_mm, needed } => {
                write!(
                    f,
                    "not measurable at this resolution: {pixels_per_mm:.1} pixels a millimeter, {needed:.1} needed"
                )
            }
            Self::Clipped { clipped } => write!(f, "{:.0} % of it is overexposed", 100.0 * clipped),
            Self::Colorless => f.write_str("the picture has no colors"),
            Self::SpreadUnknown => f.write_str("how well it repeats here is not known"),
            Self::NoReference => f.write_str("the skin that it is compared with is not seen"),
        }
    }
}

/// What a picture says of one measure in one zone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Its value.
    Measured(Estimate),
    /// It has none.
    NotMeasurable(Reason),
}

impl Reading {
    /// The value, where there is one.
    pub fn value(&self) -> Option<f32> {
        match self {
            Self::Measured(estimate) => Some(estimate.value),
            Self::NotMeasurable(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for measure in Measure::ALL {
            assert_eq!(measure.to_string().parse(), Ok(measure));
            assert_eq!(serde_json::to_string(&measure).unwrap(), format!("\"{measure}\""));
        }
        assert!("beauty".parse::<Measure>().is_err());
    }

    #[test]
    fn what_cannot_be_measured_says_why() {
        let reading = Reading::NotMeasurable(Reason::Resolution {
            pixels_per_mm: 0.44,
            needed: 2.0,
        });
        assert_eq!(reading.value(), None);
        let text = serde_json::to_string(&reading).unwrap();
        assert!(text.contains("\"why\":\"resolution\""), "{text}");
    }
}
