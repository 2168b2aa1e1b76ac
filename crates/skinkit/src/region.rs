//! Which part of a picture is analyzed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use skinkit_roi::FaceRegion;

use crate::Error;

/// The part of a picture that the lesion model sees.
///
/// It is written as text (`lesion`, `left_cheek`, `512,384,200`), in JSON too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Region {
    /// The pack's own crop of a close-up: for the packs that come with SkinKit the centred square.
    #[default]
    Lesion,
    /// A region of the largest face in the picture, found by its landmarks.
    Face(FaceRegion),
    /// An upright square: centre in pixels of the upright picture, and side in pixels.
    Square {
        /// `[x, y]`, x to the right, y down.
        centre: [f32; 2],
        /// Side, in pixels.
        size: f32,
    },
}

impl FromStr for Region {
    type Err = Error;

    /// `lesion`, `face`, a face region's name such as `left_cheek`, or `X,Y,SIZE` in pixels.
    fn from_str(text: &str) -> Result<Self, Error> {
        let unknown = || Error::Region { text: text.to_owned() };
        match text {
            "lesion" => return Ok(Self::Lesion),
            "face" => return Ok(Self::Face(FaceRegion::WholeFace)),
            _ => {}
        }
        if let Ok(region) = text.parse::<FaceRegion>() {
            return Ok(Self::Face(region));
        }
        let numbers: Vec<f32> = text
            .split(',')
            .map(|part| part.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_| unknown())?;
        match numbers[..] {
            [x, y, size] if numbers.iter().all(|n| n.is_finite()) && size >= 1.0 => {
                Ok(Self::Square { centre: [x, y], size })
            }
            _ => Err(unknown()),
        }
    }
}

impl TryFrom<String> for Region {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.to_string()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lesion => f.write_str("lesion"),
            Self::Face(FaceRegion::WholeFace) => f.write_str("face"),
            Self::Face(region) => write!(f, "{region}"),
            Self::Square { centre: [x, y], size } => write!(f, "{x},{y},{size}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_squares_are_read_back() {
        for text in ["lesion", "face", "left_cheek", "10,20.5,300"] {
            let region: Region = text.parse().unwrap();
            assert_eq!(region.to_string(), text);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "elbow", "1,2", "1,2,3,4", "1,2,0", "1,2,-5", "NaN,1,2", "1,2,inf"] {
            assert!(text.parse::<Region>().is_err(), "{text:?}");
        }
    }
}
