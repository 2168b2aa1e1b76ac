//! What to scan, and what the history keeps of it.

use serde::{Deserialize, Serialize};

use crate::shape::{carry, optional_floats, take, where_known};
use crate::{Analysis, Familiarity, LabelProbability, Measures, Point, Quality, Result, Roi, SkinKitError};

/// The part of a picture that the lesion model sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, uniffi::Enum)]
#[serde(try_from = "skinkit::Region")]
pub enum Region {
    /// The pack's own crop of a close-up: for the packs that come with SkinKit the centred square.
    #[default]
    Lesion,
    /// A region of the largest face in the picture, found by its landmarks.
    Face(FaceRegion),
    /// An upright square.
    Square {
        /// Its middle, in pixels of the upright picture.
        centre: Point,
        /// Its side, in pixels.
        size: f32,
    },
}

/// A part of a face. Left and right are the subject's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum FaceRegion {
    /// The face's oval, forehead to chin.
    WholeFace,
    /// Above the brows.
    Forehead,
    /// Below the left eye to the mouth's height.
    LeftCheek,
    /// Below the right eye to the mouth's height.
    RightCheek,
    /// Bridge, tip and wings of the nose.
    Nose,
    /// Below the lower lip.
    Chin,
    /// Around the mouth, lips included.
    Perioral,
    /// Around the left eye, from brow to cheekbone.
    LeftPeriorbital,
    /// Around the right eye, from brow to cheekbone.
    RightPeriorbital,
}

/// What to scan, and under which name to keep it.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct ScanRequest {
    /// Where on the body, in the user's words: 1 to 256 bytes.
    pub site: String,
    /// Whose skin, 1 to 256 bytes.
    #[uniffi(default = "me")]
    pub subject: String,
    /// Which part of the picture.
    pub region: Region,
    /// When the picture was taken, in milliseconds since 1970-01-01 UTC; now if not given.
    #[uniffi(default = None)]
    pub taken_at: Option<i64>,
    /// SHA-256 of the picture's file in hexadecimal, for the receipt.
    #[uniffi(default = None)]
    pub picture_sha256: Option<String>,
}

/// A scan that was just added to the history.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Scan {
    /// Its number in the history.
    pub id: i64,
    /// What was recorded.
    pub analysis: Analysis,
}

/// A scan as it is in the history.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct StoredScan {
    /// Number within this history.
    pub id: i64,
    /// 32 hexadecimal digits that stay the same across export and import.
    pub uid: String,
    /// Whose skin it is.
    pub subject: String,
    /// Where on the body.
    pub site: String,
    /// Which lesion at that site, where they are told apart.
    pub lesion: Option<String>,
    /// Milliseconds since 1970-01-01 UTC.
    pub taken_at: i64,
    /// Model pack that made the result.
    pub pack_id: String,
    /// Its version.
    pub pack_version: String,
    /// Version of the SDK that made the result.
    pub sdk_version: String,
    /// Engine that ran the model.
    pub engine: String,
    /// Probabilities, each 0 to 1; names are in `details`.
    pub probabilities: Vec<LabelProbability>,
    /// Labels of the prediction set.
    pub prediction_set: Vec<String>,
    /// Embedding, little-endian 32-bit floats.
    #[serde(deserialize_with = "optional_floats")]
    pub embedding: Option<Vec<u8>>,
    /// Region of the picture; none where another version wrote it differently.
    #[serde(deserialize_with = "where_known")]
    pub roi: Option<Roi>,
    /// Quality of the picture; none where another version wrote it differently.
    #[serde(deserialize_with = "where_known")]
    pub quality: Option<Quality>,
    /// What SkinKit keeps beside it; none where another version wrote it differently.
    #[serde(deserialize_with = "where_known", rename = "extra")]
    pub details: Option<Details>,
    /// Hashes for a replay.
    pub receipt: Receipt,
}

/// What SkinKit keeps beside a scan.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Details {
    /// Which part of the picture: `lesion`, `face`, a face region's name, or `X,Y,SIZE`.
    pub region: String,
    /// Measures of the lesion.
    pub measures: Option<Measures>,
    /// The pack's licence id.
    pub license: String,
    /// What the pack is for, in its own words.
    pub intended_use: Option<String>,
    /// Whether the picture looks like what the pack was trained on.
    pub familiarity: Option<Familiarity>,
    /// Names of the labels, in the order of the probabilities.
    pub names: Vec<String>,
}

/// What is needed to replay a scan to the same numbers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, uniffi::Record)]
pub struct Receipt {
    /// SHA-256 of the picture's file, hexadecimal; empty where the host gave none.
    pub picture_sha256: String,
    /// Identity of the preprocessing.
    pub preprocessing: String,
    /// SHA-256 of the model pack, hexadecimal.
    pub pack_sha256: String,
    /// Version of the SDK.
    pub sdk_version: String,
}

impl Region {
    pub(crate) fn facade(self) -> Result<skinkit::Region> {
        Ok(match self {
            Self::Lesion => skinkit::Region::Lesion,
            Self::Face(part) => skinkit::Region::Face(take("region", &part)?),
            Self::Square { centre, size } => skinkit::Region::Square {
                centre: centre.into(),
                size,
            },
        })
    }
}

impl TryFrom<skinkit::Region> for Region {
    type Error = SkinKitError;

    fn try_from(region: skinkit::Region) -> Result<Self> {
        Ok(match region {
            skinkit::Region::Lesion => Self::Lesion,
            skinkit::Region::Face(part) => Self::Face(carry(&part)?),
            skinkit::Region::Square { centre, size } => Self::Square {
                centre: centre.into(),
                size,
            },
            other => return Err(SkinKitError::argument(format!("the region {other} is not known here"))),
        })
    }
}

impl ScanRequest {
    pub(crate) fn facade(self) -> Result<skinkit::ScanRequest> {
        Ok(skinkit::ScanRequest {
            subject: self.subject,
            taken_at: self.taken_at,
            picture_sha256: self.picture_sha256,
            ..skinkit::ScanRequest::new(self.site).region(self.region.facade()?)
        })
    }
}
