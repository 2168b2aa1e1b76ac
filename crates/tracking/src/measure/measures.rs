use crate::noise::interval::Interval;
use serde::{Deserialize, Serialize};

/// What can be measured on a lesion, alone or between two pictures of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Measure {
    /// Area inside the border; mm², or pixels² where no scale is known.
    Area,
    /// Greatest Feret (caliper) diameter; mm or pixels.
    GreatestDiameter,
    /// Least Feret (caliper) diameter; mm or pixels.
    LeastDiameter,
    /// Length of the border; mm or pixels.
    Perimeter,
    /// Part of the lesion not covered by its own mirror image about its principal axes, 0..1.
    Asymmetry,
    /// Compactness, perimeter² / (4π · area): 1 for a disc, more for a ragged border.
    BorderIrregularity,
    /// Mean CIE L* of the lesion less that of the surrounding skin; negative is darker.
    Lightness,
    /// Mean CIE a* of the lesion less that of the surrounding skin; positive is redder.
    Redness,
    /// Mean CIE b* of the lesion less that of the surrounding skin; positive is yellower.
    Yellowness,
    /// Spread of colour within the lesion: root mean square ΔE*ab from its mean.
    Variegation,
    /// How many of the six dermoscopic colours (white, red, light brown, dark brown,
    /// blue-grey, black) each cover at least 5 % of the lesion.
    Colours,
    /// Only between two pictures: lesion area now where there was skin, as a part of the earlier area.
    GainedArea,
    /// Only between two pictures: skin now where there was lesion, as a part of the earlier area.
    LostArea,
    /// Only between two pictures: the largest new spot apart from the lesion, as its diameter over the
    /// lesion's equivalent diameter.
    NewSpot,
    /// Only between two pictures: ΔE*ab of the mean colour of the lesion that both pictures show.
    ColourShift,
}

/// Unit of the lengths in a set of measures; areas are in its square.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum LengthUnit {
    /// Pixels of the patch, which from `skinkit` has 320 a side whatever the region's size: only comparable after
    /// registration or for one fixed set-up.
    #[default]
    Pixel,
    /// Millimetres, because the observation had a scale.
    Millimetre,
}

/// One measured value with an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Estimate {
    /// What was measured.
    pub measure: Measure,
    /// The value, in the unit [`Measure`] states.
    pub value: f64,
    /// Lower end of its 95 % interval for a re-shot, as [`Interval`] defines it.
    pub low: f64,
    /// Upper end of that interval.
    pub high: f64,
}

impl Estimate {
    /// The value with its interval.
    pub fn interval(&self) -> Interval {
        Interval {
            value: self.value,
            low: self.low,
            high: self.high,
        }
    }
}

/// The measures of one lesion in one picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Measures {
    /// Unit of lengths (and, squared, of areas).
    pub unit: LengthUnit,
    /// Standard deviation of the millimetre scale as a part of it; 0 in pixels.
    #[serde(default)]
    pub scale_error: f32,
    /// One entry a measure, in the order of [`Measure`].
    pub values: Vec<Estimate>,
    /// The border around what was measured, to be drawn: corners of a closed line, clockwise, as parts of the patch's width
    /// and height. Of a lesion in several pieces the largest. Empty in records from before it was kept.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::measure::border::serialize"
    )]
    pub border: Vec<[f32; 2]>,
}

impl Measures {
    /// The estimate of one measure, if it was taken.
    pub fn get(&self, measure: Measure) -> Option<&Estimate> {
        self.values.iter().find(|e| e.measure == measure)
    }
}

impl Measure {
    /// Measures of a single picture, in reporting order.
    pub const SINGLE: [Self; 11] = [
        Self::Area,
        Self::GreatestDiameter,
        Self::LeastDiameter,
        Self::Perimeter,
        Self::Asymmetry,
        Self::BorderIrregularity,
        Self::Lightness,
        Self::Redness,
        Self::Yellowness,
        Self::Variegation,
        Self::Colours,
    ];

    /// Measures that exist only between two pictures laid over each other.
    pub const PAIR: [Self; 4] = [Self::GainedArea, Self::LostArea, Self::NewSpot, Self::ColourShift];

    /// Whether the value depends on the picture's scale, so that two values may be
    /// compared only in millimetres or after registration.
    pub fn needs_scale(self) -> bool {
        matches!(
            self,
            Self::Area | Self::GreatestDiameter | Self::LeastDiameter | Self::Perimeter
        )
    }

    /// Power of length in the unit: 2 for areas, 1 for lengths, 0 for the rest.
    pub(crate) fn dimension(self) -> i32 {
        match self {
            Self::Area => 2,
            Self::GreatestDiameter | Self::LeastDiameter | Self::Perimeter => 1,
            _ => 0,
        }
    }

    /// Whether values below 0 make sense.
    pub(crate) fn is_signed(self) -> bool {
        matches!(self, Self::Lightness | Self::Redness | Self::Yellowness)
    }

    /// How a difference is expressed: sizes and compactness as the natural logarithm of
    /// after / before (0.18 is +20 %), all else as after minus before.
    pub fn is_ratio(self) -> bool {
        self.needs_scale() || self == Self::BorderIrregularity
    }

    /// Difference from `before` to `after` on the scale that noise is stated in.
    pub fn difference(self, before: f64, after: f64) -> f64 {
        if self.is_ratio() {
            (after.max(1e-9) / before.max(1e-9)).ln()
        } else {
            after - before
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_differ_as_log_ratios_and_colours_as_differences() {
        let growth = Measure::Area.difference(10.0, 12.0);
        assert!((growth - 0.182).abs() < 1e-3);
        assert_eq!(Measure::Lightness.difference(-20.0, -25.0), -5.0);
    }
}
