//! Faces, hands, people, skin, places and rulers: records of the facade's shape, and the verbs on [`SkinKit`].

use serde::{Deserialize, Deserializer, Serialize};

use crate::shape::{carry, floats, take};
use crate::{Face, FaceRegion, Photo, Point, Result, Roi, SkinKit};

/// How much is looked for on a face. More takes more time: 1, 3 and 20 or so, in that order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum FaceDetail {
    /// The 468-point mesh.
    #[default]
    Mesh,
    /// Also the 478-point mesh, which has the irises.
    Irises,
    /// Both, averaged over several looks: for places that are to be found again.
    Steady,
}

/// A part of a face and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct NamedRegion {
    /// Which part; left and right are the subject's.
    pub region: FaceRegion,
    /// The square around it, turned with the head; may reach beyond the picture.
    pub roi: Roi,
}

/// How much of a part of a face is skin that can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct RegionSkin {
    /// Which part.
    pub region: FaceRegion,
    /// Share of the part's outline on the mesh that is skin, 0 to 1.
    pub part: f32,
    /// Share of the part's square that is skin of the face, 0 to 1.
    pub square: f32,
}

/// The skin of one face.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct FaceSkin {
    /// Where it is, its colour, and its share of the face's oval.
    pub mask: SkinMask,
    /// The same share for every part.
    pub regions: Vec<RegionSkin>,
}

/// Where the skin is: a square grid over a region of the picture.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct SkinMask {
    /// The region that the grid covers; may be turned and may reach beyond the picture.
    pub roi: Roi,
    /// One byte a cell, row after row, as many rows as columns: 1 where skin is seen, else 0.
    #[serde(deserialize_with = "flags")]
    pub cells: Vec<u8>,
    /// The median colour of the skin.
    pub tone: SkinTone,
    /// Share of the part's outline (or of the person) that is skin, 0 to 1.
    pub coverage: f32,
}

/// The colour of skin in a picture, under its light. A description of the picture, not of the person.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct SkinTone {
    /// Lightness L*, 0 to 100.
    pub lightness: f32,
    /// Hue angle in degrees, -180 to 180: 0 towards red, 90 towards yellow.
    pub hue_angle: f32,
    /// Chroma C*, from 0.
    pub chroma: f32,
}

/// A hand's landmarks.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Hand {
    /// The palm detector's score, 0 to 1.
    pub score: f32,
    /// Probability that the region really holds a hand, 0 to 1.
    pub presence: f32,
    /// Probability that it is a right hand, 0 to 1, in a picture that is not mirrored.
    pub right: f32,
    /// x, y, z of 21 points as little-endian 32-bit floats: pixels, and depth against the wrist, smaller nearer.
    #[serde(deserialize_with = "floats")]
    pub points: Vec<u8>,
    /// A rough scale at the hand; none if the network saw no extent.
    pub hint: Option<ScaleHint>,
    /// The region that the network saw.
    pub roi: Roi,
}

/// A person's pose.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
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

/// One landmark of a pose.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct PosePoint {
    /// x, y in pixels and depth in the same unit.
    pub position: Vec<f32>,
    /// Probability that the point is not hidden, 0 to 1.
    pub visibility: f32,
    /// Probability that the point is in the picture, 0 to 1.
    pub presence: f32,
}

/// Roughly how large a pixel is. Not a measurement: good for "come closer", never for a length.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct ScaleHint {
    /// Millimetres a pixel if the person is an adult of average size.
    pub rough_mm_per_pixel: f32,
    /// Relative standard deviation.
    pub spread: f32,
}

/// How likely each part of a picture belongs to a person, clothes and hair too.
#[derive(Clone, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct PersonMask {
    /// Width and height of the picture it covers, in pixels.
    pub picture: Vec<u32>,
    /// 256 rows of 256 probabilities as little-endian 32-bit floats, stretched over the picture.
    #[serde(deserialize_with = "floats")]
    pub values: Vec<u8>,
}

/// What has a known size in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, uniffi::Enum)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Ruler {
    /// The irises of the largest face: good in the plane of the eyes.
    Iris,
    /// A coin or another flat disc on the skin.
    Coin {
        /// Its diameter in millimetres (a euro: 23.25).
        diameter_mm: f32,
    },
    /// A printed ArUco marker on the skin.
    Card {
        /// Side of the printed black square in millimetres.
        side_mm: f32,
    },
}

/// How large a pixel is, and how sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, uniffi::Record)]
pub struct Scale {
    /// Millimetres a pixel.
    pub mm_per_pixel: f32,
    /// Its standard deviation, same unit.
    pub error: f32,
    /// Where it comes from.
    pub source: ScaleSource,
}

/// What a scale was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum ScaleSource {
    /// The irises of a face.
    Iris,
    /// A round object of known diameter.
    Coin,
    /// A printed square marker of known side.
    Marker,
}

/// A part of the body.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct BodySite {
    /// The stable code: `left_forearm`.
    pub code: String,
    /// Plain English words: `left forearm`.
    pub words: String,
    /// SNOMED CT expression. Using SNOMED CT in a product takes its maker's own licence in most countries.
    pub snomed_ct: String,
}

/// What came of looking for a place.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, uniffi::Enum)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Relocation {
    /// The place is there.
    Found {
        /// Where.
        point: Point,
        /// The square around it, as large on the skin as when it was marked.
        roi: Roi,
        /// 0 to 1.
        confidence: f32,
    },
    /// It is not: ask the user for it.
    Unmatched {
        /// Why.
        reason: Unmatched,
    },
}

/// Why a place was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Unmatched {
    /// No face is seen.
    NoFace,
    /// The largest face is smaller than 32 px.
    FaceTooSmall,
    /// Less than 70 % of the largest face is in the picture.
    FaceCutOff,
    /// The face is turned so that the place is hidden or tilted by more than 75 degrees.
    Hidden,
    /// The place lies outside the picture.
    OutsidePicture,
    /// Nothing in the picture looks like the marked skin.
    NothingLikeIt,
}

#[uniffi::export]
impl SkinKit {
    /// Faces in the picture, by falling score. Blocks.
    ///
    /// # Errors
    /// `Runtime`, `Closed`.
    pub fn faces(&self, photo: &Photo, detail: FaceDetail) -> Result<Vec<Face>> {
        let kit = self.held()?;
        carry(&kit.landmarks().faces(&photo.frame()?, take("detail", &detail)?)?)
    }

    /// Every part of the largest face. Blocks.
    ///
    /// # Errors
    /// `Region` where there is no face, or it is too small or cut off; `Runtime`, `Closed`.
    pub fn face_regions(&self, photo: &Photo) -> Result<Vec<NamedRegion>> {
        let kit = self.held()?;
        let face = kit.landmarks().face(&photo.frame()?, skinkit::FaceDetail::Mesh)?;
        carry(&skinkit::face_regions(&face.mesh))
    }

    /// The skin of the largest face, and its share of every part. Blocks.
    ///
    /// # Errors
    /// As [`SkinKit::face_regions`], and `Region` where too little skin can be seen.
    pub fn face_skin(&self, photo: &Photo) -> Result<FaceSkin> {
        let (kit, frame) = (self.held()?, photo.frame()?);
        let face = kit.landmarks().face(&frame, skinkit::FaceDetail::Mesh)?;
        carry(&kit.landmarks().face_skin(&frame, &face.mesh)?)
    }

    /// The skin of a person in a region of the picture, or in all of it. Blocks.
    ///
    /// # Errors
    /// `Region` where no person or no skin can be seen, or the region lies outside; `Runtime`, `Closed`.
    pub fn body_skin(&self, photo: &Photo, roi: Option<Roi>) -> Result<SkinMask> {
        let kit = self.held()?;
        let roi = roi.map(|roi| take("region", &roi)).transpose()?;
        carry(&kit.landmarks().body_skin(&photo.frame()?, roi)?)
    }

    /// Hands, at most eight, by falling score. Blocks.
    ///
    /// # Errors
    /// `Runtime` also where the folder `networks` lacks the networks for it; `Closed`.
    pub fn hands(&self, photo: &Photo) -> Result<Vec<Hand>> {
        carry(&self.held()?.landmarks().hands(&photo.frame()?)?)
    }

    /// The pose of the person with the highest score; none where nobody is seen. Blocks.
    ///
    /// # Errors
    /// `Runtime` also where the folder `networks` lacks the network for it; `Closed`.
    pub fn pose(&self, photo: &Photo) -> Result<Option<Pose>> {
        carry(&self.held()?.landmarks().pose(&photo.frame()?)?)
    }

    /// How likely each part of the picture belongs to a person. Blocks.
    ///
    /// # Errors
    /// `Runtime`, `Closed`.
    pub fn person(&self, photo: &Photo) -> Result<PersonMask> {
        carry(&self.held()?.landmarks().person(&photo.frame()?)?)
    }

    /// Marks a place that a user tapped: a token (one line of JSON) to be kept and found again. `side` is that of the
    /// square around it that matters, in pixels, at least 16; `site` a body site's code if the user said it. Blocks.
    ///
    /// A body's token holds a small grey picture of the skin: keep it as private as a photo.
    ///
    /// # Errors
    /// `InvalidArgument` for a point outside the picture, a square that is too small or too large, an unknown site;
    /// `Runtime`, `Closed`.
    pub fn mark(&self, photo: &Photo, point: Point, side: f32, site: Option<String>) -> Result<String> {
        let mut pin = skinkit::Pin::new(point.into(), side);
        if let Some(site) = site {
            pin = pin.on(take("site", &site)?);
        }
        Ok(self.held()?.landmarks().mark(&photo.frame()?, &pin)?.to_string())
    }

    /// Looks for a marked place in a later picture, near a point if one is given. Blocks.
    ///
    /// # Errors
    /// `InvalidArgument` where `token` is none, or `near` lies outside the picture; `Runtime`, `Closed`.
    pub fn find(&self, photo: &Photo, token: &str, near: Option<Point>) -> Result<Relocation> {
        let place: skinkit::Place = token.parse()?;
        let near = near.map(Into::into);
        carry(&self.held()?.landmarks().find(&photo.frame()?, &place, near)?)
    }

    /// The part of the body under a point; none where there is none. Blocks.
    ///
    /// # Errors
    /// `Runtime`, `Closed`.
    pub fn site_at(&self, photo: &Photo, point: Point) -> Result<Option<BodySite>> {
        let site = self.held()?.landmarks().site_at(&photo.frame()?, point.into())?;
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
        let near = near.map(|near| take("square", &near)).transpose()?;
        let ruler = take("ruler", &ruler)?;
        carry(&self.held()?.landmarks().scale(&photo.frame()?, ruler, near)?)
    }

    /// Roughly how large a pixel is, from a hand or else a person; none where neither is seen. Blocks.
    ///
    /// # Errors
    /// `Runtime`, `Closed`.
    pub fn scale_hint(&self, photo: &Photo) -> Result<Option<ScaleHint>> {
        carry(&self.held()?.landmarks().scale_hint(&photo.frame()?)?)
    }
}

fn flags<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Vec<u8>, D::Error> {
    Ok(Vec::<bool>::deserialize(from)?.into_iter().map(u8::from).collect())
}
