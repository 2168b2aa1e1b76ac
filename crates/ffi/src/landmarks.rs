//! Faces, hands, people, skin, places and rulers: the verbs on [`SkinKit`]. Their results are the core's own types; here
//! are those that hold tables of numbers, which cross as bytes.

use skinkit::roi::{Scale, ScaleHint, SkinTone};
use skinkit::{FaceDetail, NamedRegion, RegionSkin, Relocation, Roi, Ruler};
use skinkit_border::{PointXy, to_bytes};

use crate::{Face, Photo, Result, SkinKit, SkinKitError};

/// The skin of one face.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct FaceSkin {
    /// Where it is, its color, and its share of the face's oval.
    pub mask: SkinMask,
    /// The same share for every part.
    pub regions: Vec<RegionSkin>,
}

impl From<skinkit::FaceSkin> for FaceSkin {
    fn from(skin: skinkit::FaceSkin) -> Self {
        Self {
            mask: skin.mask.into(),
            regions: skin.regions,
        }
    }
}

/// Where the skin is: a square grid over a region of the picture.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct SkinMask {
    /// The region that the grid covers; may be turned and may reach beyond the picture.
    pub roi: Roi,
    /// One byte a cell, row after row, as many rows as columns: 1 where skin is seen, else 0.
    pub cells: Vec<u8>,
    /// The median color of the skin.
    pub tone: SkinTone,
    /// Share of the part's outline (or of the person) that is skin, 0 to 1.
    pub coverage: f32,
}

impl From<skinkit::roi::SkinMask> for SkinMask {
    fn from(mask: skinkit::roi::SkinMask) -> Self {
        Self {
            roi: mask.roi,
            cells: mask.cells.into_iter().map(u8::from).collect(),
            tone: mask.tone,
            coverage: mask.coverage,
        }
    }
}

/// A hand's landmarks.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Hand {
    /// The palm detector's score, 0 to 1.
    pub score: f32,
    /// Probability that the region really holds a hand, 0 to 1.
    pub presence: f32,
    /// Probability that it is a right hand, 0 to 1, in a picture that is not mirrored.
    pub right: f32,
    /// x, y, z of 21 points as little-endian 32-bit floats: pixels, and depth against the wrist, smaller nearer.
    pub points: Vec<u8>,
    /// A rough scale at the hand; none if the network saw no extent.
    pub hint: Option<ScaleHint>,
    /// The region that the network saw.
    pub roi: Roi,
}

impl From<skinkit::roi::Hand> for Hand {
    fn from(hand: skinkit::roi::Hand) -> Self {
        Self {
            score: hand.score,
            presence: hand.presence,
            right: hand.right,
            points: to_bytes(hand.points.as_flattened()),
            hint: hand.hint,
            roi: hand.roi,
        }
    }
}

/// A person's pose.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Pose {
    /// The person detector's score, 0 to 1; none without the detector.
    pub score: Option<f32>,
    /// Probability that the region really holds a person, 0 to 1.
    pub presence: f32,
    /// The landmarks, in BlazePose's order.
    pub points: Vec<PosePoint>,
    /// A rough scale at the body; none if too few points are seen.
    pub hint: Option<ScaleHint>,
    /// The region that the network saw.
    pub roi: Roi,
}

impl From<skinkit::roi::Pose> for Pose {
    fn from(pose: skinkit::roi::Pose) -> Self {
        Self {
            score: pose.score,
            presence: pose.presence,
            points: pose.points.into_iter().map(Into::into).collect(),
            hint: pose.hint,
            roi: pose.roi,
        }
    }
}

/// One landmark of a pose.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct PosePoint {
    /// x, y in pixels and depth in the same unit.
    pub position: Vec<f32>,
    /// Probability that the point is not hidden, 0 to 1.
    pub visibility: f32,
    /// Probability that the point is in the picture, 0 to 1.
    pub presence: f32,
}

impl From<skinkit::roi::PosePoint> for PosePoint {
    fn from(point: skinkit::roi::PosePoint) -> Self {
        Self {
            position: point.position.to_vec(),
            visibility: point.visibility,
            presence: point.presence,
        }
    }
}

/// How likely each part of a picture belongs to a person, clothes and hair too.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct PersonMask {
    /// Width and height of the picture it covers, in pixels.
    pub picture: Vec<u32>,
    /// 256 rows of 256 probabilities as little-endian 32-bit floats, stretched over the picture.
    pub values: Vec<u8>,
}

impl From<skinkit::roi::PersonMask> for PersonMask {
    fn from(mask: skinkit::roi::PersonMask) -> Self {
        Self {
            picture: mask.picture.to_vec(),
            values: to_bytes(&mask.values),
        }
    }
}

/// A part of the body.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct BodySite {
    /// The stable code: `left_forearm`.
    pub code: String,
    /// Plain English words: `left forearm`.
    pub words: String,
    /// SNOMED CT expression. Using SNOMED CT in a product takes its maker's own license in most countries.
    pub snomed_ct: String,
}

#[uniffi::export]
impl SkinKit {
    /// Faces in the picture, by falling score. Blocks.
    ///
    /// # Errors
    /// `Runtime`, `Closed`.
    pub fn faces(&self, photo: &Photo, detail: FaceDetail) -> Result<Vec<Face>> {
        let kit = self.held()?;
        let faces = kit.landmarks().faces(&photo.frame()?, detail)?;
        Ok(faces.into_iter().map(Into::into).collect())
    }

    /// Every part of the largest face. Blocks.
    ///
    /// # Errors
    /// `Region` where there is no face, or it is too small or cut off; `Runtime`, `Closed`.
    pub fn face_regions(&self, photo: &Photo) -> Result<Vec<NamedRegion>> {
        let kit = self.held()?;
        let face = kit.landmarks().face(&photo.frame()?, skinkit::FaceDetail::Mesh)?;
        Ok(skinkit::face_regions(&face.mesh))
    }

    /// The skin of the largest face, and its share of every part. Blocks.
    ///
    /// # Errors
    /// As [`SkinKit::face_regions`], and `Region` where too little skin can be seen.
    pub fn face_skin(&self, photo: &Photo) -> Result<FaceSkin> {
        let (kit, frame) = (self.held()?, photo.frame()?);
        let face = kit.landmarks().face(&frame, skinkit::FaceDetail::Mesh)?;
        Ok(kit.landmarks().face_skin(&frame, &face.mesh)?.into())
    }

    /// The skin of a person in a region of the picture, or in all of it. Blocks.
    ///
    /// # Errors
    /// `Region` where no person or no skin can be seen, or the region lies outside; `Runtime`, `Closed`.
    pub fn body_skin(&self, photo: &Photo, roi: Option<Roi>) -> Result<SkinMask> {
        let kit = self.held()?;
        Ok(kit.landmarks().body_skin(&photo.frame()?, roi)?.into())
    }

    /// Hands, at most eight, by falling score. Blocks.
    ///
    /// # Errors
    /// `Runtime` also where the folder `networks` lacks the networks for it; `Closed`.
    pub fn hands(&self, photo: &Photo) -> Result<Vec<Hand>> {
        let hands = self.held()?.landmarks().hands(&photo.frame()?)?;
        Ok(hands.into_iter().map(Into::into).collect())
    }

    /// The pose of the person with the highest score; none where nobody is seen. Blocks.
    ///
    /// # Errors
    /// `Runtime` also where the folder `networks` lacks the network for it; `Closed`.
    pub fn pose(&self, photo: &Photo) -> Result<Option<Pose>> {
        Ok(self.held()?.landmarks().pose(&photo.frame()?)?.map(Into::into))
    }

    /// How likely each part of the picture belongs to a person. Blocks.
    ///
    /// # Errors
    /// `Runtime`, `Closed`.
    pub fn person(&self, photo: &Photo) -> Result<PersonMask> {
        Ok(self.held()?.landmarks().person(&photo.frame()?)?.into())
    }

    /// Marks a place that a user tapped: a token (one line of JSON) to be kept and found again. `side` is that of the
    /// square around it that matters, in pixels, at least 16; `site` a body site's code if the user said it. Blocks.
    ///
    /// A body's token holds a small grey picture of the skin: keep it as private as a photo.
    ///
    /// # Errors
    /// `InvalidArgument` for a point outside the picture, a square that is too small or too large, an unknown site;
    /// `Runtime`, `Closed`.
    pub fn mark(&self, photo: &Photo, point: PointXy, side: f32, site: Option<String>) -> Result<String> {
        let mut pin = skinkit::Pin::new(point, side);
        if let Some(site) = site {
            pin = pin.on(site.parse().map_err(SkinKitError::argument)?);
        }
        Ok(self.held()?.landmarks().mark(&photo.frame()?, &pin)?.to_string())
    }

    /// Looks for a marked place in a later picture, near a point if one is given. Blocks.
    ///
    /// # Errors
    /// `InvalidArgument` where `token` is none, or `near` lies outside the picture; `Runtime`, `Closed`.
    pub fn find(&self, photo: &Photo, token: &str, near: Option<PointXy>) -> Result<Relocation> {
        let place: skinkit::Place = token.parse()?;
        Ok(self.held()?.landmarks().find(&photo.frame()?, &place, near)?)
    }

    /// The part of the body under a point; none where there is none. Blocks.
    ///
    /// # Errors
    /// `Runtime`, `Closed`.
    pub fn site_at(&self, photo: &Photo, point: PointXy) -> Result<Option<BodySite>> {
        let site = self.held()?.landmarks().site_at(&photo.frame()?, point)?;
        Ok(site.map(|site| BodySite {
            code: site.to_string(),
            words: site.words(),
            snomed_ct: site.snomed_expression(),
        }))
    }

    /// Millimetres a pixel with their error; none where the ruler is not in the picture or cannot be read. Never a guess.
    /// `near` is the square that holds the coin or card. Blocks.
    ///
    /// # Errors
    /// `InvalidArgument` or `Region` for a size or square that makes no sense; `Runtime`, `Closed`.
    pub fn scale(&self, photo: &Photo, ruler: Ruler, near: Option<Roi>) -> Result<Option<Scale>> {
        Ok(self.held()?.landmarks().scale(&photo.frame()?, ruler, near)?)
    }

    /// Roughly how large a pixel is, from a hand or else a person; none where neither is seen. Blocks.
    ///
    /// # Errors
    /// `Runtime`, `Closed`.
    pub fn scale_hint(&self, photo: &Photo) -> Result<Option<ScaleHint>> {
        Ok(self.held()?.landmarks().scale_hint(&photo.frame()?)?)
    }
}
