//! The parts of a face that are measured, as outlines on the mesh.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use skinkit_roi::FaceRegion;

/// A part of a face's skin. Left and right are the subject's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Zone {
    /// Above the brows, without the glabella.
    Forehead,
    /// Between the brows, and a finger's breadth above.
    Glabella,
    /// Below the left eye's lid, to the cheekbone. The upper lid is left out: lashes, make-up and the brow's shade lie
    /// on it.
    LeftInfraorbital,
    /// The same on the right.
    RightInfraorbital,
    /// Below the left infraorbital zone to the mouth's height.
    LeftCheek,
    /// The same on the right.
    RightCheek,
    /// Bridge, tip and wings of the nose.
    Nose,
    /// Between nose and upper lip.
    UpperLip,
    /// Below the lower lip.
    Chin,
    /// From the left ear's height along the jaw to the chin.
    LeftJaw,
    /// The same on the right.
    RightJaw,
    /// Forehead, glabella, nose and chin together.
    TZone,
    /// All of the parts together.
    WholeFace,
}

impl Zone {
    /// Every zone, the parts first.
    pub const ALL: [Self; 13] = [
        Self::Forehead,
        Self::Glabella,
        Self::LeftInfraorbital,
        Self::RightInfraorbital,
        Self::LeftCheek,
        Self::RightCheek,
        Self::Nose,
        Self::UpperLip,
        Self::Chin,
        Self::LeftJaw,
        Self::RightJaw,
        Self::TZone,
        Self::WholeFace,
    ];

    /// The zones that no other one is made of: [`Zone::ALL`] without the two unions.
    pub const PARTS: usize = 11;

    /// The stable name: `forehead`, `left_cheek`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::Forehead => "forehead",
            Self::Glabella => "glabella",
            Self::LeftInfraorbital => "left_infraorbital",
            Self::RightInfraorbital => "right_infraorbital",
            Self::LeftCheek => "left_cheek",
            Self::RightCheek => "right_cheek",
            Self::Nose => "nose",
            Self::UpperLip => "upper_lip",
            Self::Chin => "chin",
            Self::LeftJaw => "left_jaw",
            Self::RightJaw => "right_jaw",
            Self::TZone => "t_zone",
            Self::WholeFace => "whole_face",
        }
    }

    /// The same part on the other side; a part in the middle is its own.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::LeftInfraorbital => Self::RightInfraorbital,
            Self::RightInfraorbital => Self::LeftInfraorbital,
            Self::LeftCheek => Self::RightCheek,
            Self::RightCheek => Self::LeftCheek,
            Self::LeftJaw => Self::RightJaw,
            Self::RightJaw => Self::LeftJaw,
            middle => middle,
        }
    }

    /// The parts that a zone is made of: itself, unless it is a union.
    pub fn parts(self) -> &'static [Self] {
        const TEE: [Zone; 4] = [Zone::Forehead, Zone::Glabella, Zone::Nose, Zone::Chin];
        let place = Self::ALL.iter().position(|zone| *zone == self).unwrap_or(0);
        match self {
            Self::TZone => &TEE,
            Self::WholeFace => &Self::ALL[..Self::PARTS],
            _ => &Self::ALL[place..=place],
        }
    }

    /// The closed outline of a part on the mesh, as point numbers; of a union none.
    pub fn outline(self) -> &'static [u16] {
        match self {
            Self::Forehead => &[
                54, 103, 67, 109, 10, 338, 297, 332, 284, 298, 334, 296, 337, 151, 108, 66, 105, 68,
            ],
            Self::Glabella => &[108, 151, 337, 336, 285, 417, 168, 193, 55, 107],
            Self::RightInfraorbital => &[25, 110, 24, 23, 22, 26, 112, 233, 128, 121, 120, 119, 118, 228, 31],
            Self::LeftInfraorbital => &[
                255, 339, 254, 253, 252, 256, 341, 453, 357, 350, 349, 348, 347, 448, 261,
            ],
            Self::RightCheek => FaceRegion::RightCheek.outline(),
            Self::LeftCheek => FaceRegion::LeftCheek.outline(),
            Self::Nose => FaceRegion::Nose.outline(),
            Self::UpperLip => &[
                2, 97, 98, 165, 92, 186, 185, 40, 39, 37, 0, 267, 269, 270, 409, 410, 322, 391, 327, 326,
            ],
            Self::Chin => FaceRegion::Chin.outline(),
            Self::RightJaw => &[177, 147, 187, 207, 214, 210, 211, 170, 149, 150, 136, 172, 58, 132],
            Self::LeftJaw => &[401, 376, 411, 427, 434, 430, 431, 395, 378, 379, 365, 397, 288, 361],
            Self::TZone | Self::WholeFace => &[],
        }
    }

    /// The bit that stands for a part in a set of parts; 0 for a union.
    pub(crate) fn bit(self) -> u16 {
        Self::ALL[..Self::PARTS]
            .iter()
            .position(|zone| *zone == self)
            .map_or(0, |place| 1 << place)
    }

    /// The bits of all its parts.
    pub(crate) fn bits(self) -> u16 {
        self.parts().iter().map(|part| part.bit()).sum()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Text that names no [`Zone`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no zone of a face; there are forehead, glabella, left_cheek, nose, t_zone, whole_face and others")]
pub struct UnknownZone(String);

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        Self::ALL
            .into_iter()
            .find(|zone| zone.name() == text)
            .ok_or_else(|| UnknownZone(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skinkit_roi::topology::VERTICES;

    #[test]
    fn names_round_trip() {
        for zone in Zone::ALL {
            assert_eq!(zone.to_string().parse(), Ok(zone));
            assert_eq!(serde_json::to_string(&zone).unwrap(), format!("\"{zone}\""));
        }
        assert!("elbow".parse::<Zone>().is_err());
    }

    #[test]
    fn sides_mirror_each_other() {
        for zone in Zone::ALL {
            let mirrored = zone.mirrored();
            assert_eq!(mirrored.mirrored(), zone);
            if mirrored == zone {
                continue;
            }
            for (&a, &b) in zone.outline().iter().zip(mirrored.outline()) {
                let (a, b) = (VERTICES[usize::from(a)], VERTICES[usize::from(b)]);
                assert!((a[0] + b[0]).abs() < 0.1 && (a[1] - b[1]).abs() < 0.1, "{zone}");
            }
        }
    }

    #[test]
    fn unions_are_made_of_parts() {
        assert_eq!(Zone::WholeFace.parts().len(), Zone::PARTS);
        assert_eq!(Zone::WholeFace.bits(), (1 << Zone::PARTS) - 1);
        assert_eq!(Zone::Nose.parts(), [Zone::Nose]);
        assert_eq!(Zone::TZone.bits().count_ones(), 4);
    }
}
