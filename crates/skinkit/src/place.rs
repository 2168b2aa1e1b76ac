//! Places on the skin that are found again in a later picture.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use skinkit_inference::json;
use skinkit_preprocess::{Frame, Roi};
use skinkit_roi::{
    BodyPart, BodySite, Face, FaceMesh, FaceOutcome, FaceRegion, FaceSite, PatchMatch, PatchMatcher, RoiBounds,
    SitePatch, fit,
};

use crate::landmarks::FaceDetail;
use crate::{Error, Landmarks, Result};

/// Least side of a place that is marked, in pixels.
const MIN_SIDE: f32 = 16.0;

/// Where a user tapped.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pin {
    /// The point, in pixels of the upright picture.
    pub point: [f32; 2],
    /// Side of the square around it that matters, in pixels, at least 16. On a body it should hold more than the spot:
    /// the skin around it is what the place is known by.
    pub side: f32,
    /// The part of the body, if the user said it; else it is told from landmarks.
    pub site: Option<BodySite>,
}

impl Pin {
    /// A tapped point whose part of the body is told from landmarks.
    pub fn new(point: [f32; 2], side: f32) -> Self {
        Self {
            point,
            side,
            site: None,
        }
    }

    /// The same with the part of the body that the user said.
    #[must_use]
    pub fn on(self, site: BodySite) -> Self {
        Self {
            site: Some(site),
            ..self
        }
    }
}

/// A place on the skin, to be kept and found again. Its token ([`ToString::to_string`], read by `parse`) is one line of
/// JSON: about 150 bytes for a face, 22 kB for a body.
///
/// A body's token holds a small grey picture of the skin: keep it as private as a photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Place {
    /// On a face: a point of the mesh that every face has.
    Face(FacePlace),
    /// Elsewhere: what the skin looks like there.
    Body(BodyPlace),
}

/// A place on a face. It knows no person: on another face it finds the same spot.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FacePlace {
    /// The point on the mesh.
    pub point: FaceSite,
    /// Side of the square around it, as a share of the distance between the eyes.
    pub side: f32,
    /// Which part of the face.
    pub site: BodySite,
}

/// A place on a body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BodyPlace {
    /// The skin in a square around the pin.
    pub patch: SitePatch,
    /// The pin in that square, `0..=1` on both axes: in its middle, but near the picture's edge.
    pub pin: [f32; 2],
    /// Middle of the square, as shares of the picture's width and height.
    pub centre: [f32; 2],
    /// Its side, as a share of the picture's shorter side.
    pub side: f32,
    /// Which part of the body, where that is known.
    pub site: Option<BodySite>,
}

impl Place {
    /// Which part of the body, where that is known.
    pub fn site(&self) -> Option<BodySite> {
        match self {
            Self::Face(place) => Some(place.site),
            Self::Body(place) => place.site,
        }
    }
}

/// The token.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Place {
    type Err = Error;

    /// # Errors
    /// [`Error::Place`] if it is no token of a place.
    fn from_str(token: &str) -> Result<Self> {
        let place: Self = json::from_slice(token.as_bytes()).map_err(|error| Error::Place(error.to_string()))?;
        let unit = |v: &f32| (0.0..=1.0).contains(v);
        let sound = match &place {
            Self::Face(place) => place.side.is_finite() && place.side > 0.0,
            Self::Body(place) => {
                place.pin.iter().chain(&place.centre).all(unit) && unit(&place.side) && place.side > 0.0
            }
        };
        sound
            .then_some(place)
            .ok_or_else(|| Error::Place("a number is out of its range".to_owned()))
    }
}

/// What came of looking for a [`Place`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Relocation {
    /// The place is there.
    Found {
        /// Where, in pixels.
        point: [f32; 2],
        /// The square around it, as large on the skin as when it was marked.
        roi: Roi,
        /// `0..=1`. On a face: the mesh's presence times the cosine of the skin's tilt against the camera. On a body:
        /// the correlation with the skin that was marked, at least 0.6.
        confidence: f32,
    },
    /// It is not: ask the user for it.
    Unmatched {
        /// Why.
        reason: Unmatched,
    },
}

/// Why a place was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
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

impl Landmarks {
    /// Marks a place. A pin on a face is kept as a point of its mesh, any other as what the skin looks like there.
    ///
    /// # Errors
    /// [`Error::Pin`] for a point outside the picture or a square smaller than 16 pixels or larger than the picture;
    /// a network that cannot be loaded or run.
    pub fn mark(&self, frame: &Frame<'_>, pin: &Pin) -> Result<Place> {
        check(frame, pin)?;
        let faces = self.faces(frame, FaceDetail::Steady)?;
        let on_face = faces
            .iter()
            .find_map(|face| Some((mesh(face), FaceSite::at(mesh(face), pin.point).ok()?)));
        if let Some((mesh, point)) = on_face {
            return Ok(Place::Face(FacePlace {
                point,
                side: pin.side / mesh.interocular_distance().max(1.0),
                site: pin.site.unwrap_or_else(|| part_of_face(mesh, pin.point)),
            }));
        }
        let (width, height) = (frame.width(), frame.height());
        let square = fit(&Roi::square(pin.point, pin.side), width, height, RoiBounds::Clamp);
        let patch = self.patches.with(
            || Ok::<_, Error>(PatchMatcher::new()),
            |matcher| Ok(matcher.take(frame, &square)?),
        )?;
        let site = match pin.site {
            Some(site) => Some(site),
            None => self.body_part(frame, pin.point)?,
        };
        Ok(Place::Body(BodyPlace {
            patch,
            pin: square.to_unit(pin.point).map(|u| u.clamp(0.0, 1.0)),
            centre: [square.centre[0] / width as f32, square.centre[1] / height as f32],
            side: (square.width / width.min(height) as f32).min(1.0),
            site,
        }))
    }

    /// Looks for a place in a later picture. On a face it is found in any pose, light and framing. On a body the
    /// picture has to be framed roughly as before, or `near` has to say where to look: the square that is searched may
    /// be off by a third of its side, turned at will, and half to twice as large as it was.
    ///
    /// # Errors
    /// [`Error::Pin`] if `near` lies outside the picture; a network that cannot be loaded or run. A place that is not
    /// found is no error.
    pub fn find(&self, frame: &Frame<'_>, place: &Place, near: Option<[f32; 2]>) -> Result<Relocation> {
        match place {
            Place::Face(place) => self.find_on_face(frame, place, near),
            Place::Body(place) => self.find_on_body(frame, place, near),
        }
    }

    /// The part of the body under a point: of a face, a hand or a pose, in this order; `None` where there is none.
    /// Hands and poses are looked for if their networks are there.
    ///
    /// # Errors
    /// A network cannot be loaded or run.
    pub fn site_at(&self, frame: &Frame<'_>, point: [f32; 2]) -> Result<Option<BodySite>> {
        let faces = self.faces(frame, FaceDetail::Mesh)?;
        let face = faces.iter().find(|face| FaceSite::at(&face.mesh, point).is_ok());
        match face {
            Some(face) => Ok(Some(part_of_face(&face.mesh, point))),
            None => self.body_part(frame, point),
        }
    }

    fn body_part(&self, frame: &Frame<'_>, point: [f32; 2]) -> Result<Option<BodySite>> {
        if self.has_hands() {
            let hands = self.hands(frame)?;
            if let Some(hand) = hands.iter().find(|hand| hand.palm_roi().contains(point)) {
                return Ok(Some(BodySite::from(hand)));
            }
        }
        if !self.has_pose() {
            return Ok(None);
        }
        Ok(self.pose(frame)?.and_then(|pose| pose.site_at(point)))
    }

    fn find_on_face(&self, frame: &Frame<'_>, place: &FacePlace, near: Option<[f32; 2]>) -> Result<Relocation> {
        let unmatched = |reason| Ok(Relocation::Unmatched { reason });
        let (width, height) = (frame.width(), frame.height());
        let mut faces = self.faces(frame, FaceDetail::Steady)?;
        if let Some(near) = near {
            inside(frame, near)?;
            faces.retain(|face| face.mesh.roi.contains(near));
        }
        let face = match FaceOutcome::largest(faces, width, height) {
            FaceOutcome::Found(face) => face,
            FaceOutcome::TooSmall(_) => return unmatched(Unmatched::FaceTooSmall),
            FaceOutcome::CutOff { .. } => return unmatched(Unmatched::FaceCutOff),
            _ => return unmatched(Unmatched::NoFace),
        };
        let mesh = mesh(&face);
        let seen = place.point.locate(mesh);
        if !seen.visible {
            return unmatched(Unmatched::Hidden);
        }
        if inside(frame, seen.point).is_err() {
            return unmatched(Unmatched::OutsidePicture);
        }
        let roi = Roi {
            rotation: mesh.roll(),
            ..Roi::square(seen.point, place.side * mesh.interocular_distance())
        };
        Ok(Relocation::Found {
            point: seen.point,
            roi,
            confidence: (mesh.presence * seen.facing).clamp(0.0, 1.0),
        })
    }

    fn find_on_body(&self, frame: &Frame<'_>, place: &BodyPlace, near: Option<[f32; 2]>) -> Result<Relocation> {
        let (width, height) = (frame.width() as f32, frame.height() as f32);
        let centre = match near {
            Some(near) => inside(frame, near)?,
            None => [place.centre[0] * width, place.centre[1] * height],
        };
        let search = Roi::square(centre, (place.side * width.min(height)).max(1.0));
        let found = self.patches.with(
            || Ok::<_, Error>(PatchMatcher::new()),
            |matcher| Ok(matcher.find(&place.patch, frame, &search)?),
        )?;
        let PatchMatch::Matched { roi, confidence } = found else {
            return Ok(Relocation::Unmatched {
                reason: Unmatched::NothingLikeIt,
            });
        };
        let point = roi.to_picture(place.pin);
        Ok(match inside(frame, point) {
            Ok(point) => Relocation::Found { point, roi, confidence },
            Err(_) => Relocation::Unmatched {
                reason: Unmatched::OutsidePicture,
            },
        })
    }
}

/// The steadier of a face's meshes.
fn mesh(face: &Face) -> &FaceMesh {
    face.mesh_478.as_ref().unwrap_or(&face.mesh)
}

/// How far from a part's outline a point still bears its name, as a share of the distance between the eyes: the parts
/// leave gaps on the mesh that a person would not.
const NAME_REACH: f32 = 0.4;

/// The part of a face that a point lies in or, failing that, near.
fn part_of_face(mesh: &FaceMesh, point: [f32; 2]) -> BodySite {
    let away = |region: FaceRegion| match region.holds(mesh, point) {
        true => 0.0,
        false => region
            .shape(mesh)
            .iter()
            .map(|p| (p[0] - point[0]).hypot(p[1] - point[1]))
            .fold(f32::INFINITY, f32::min),
    };
    FaceRegion::ALL
        .into_iter()
        .filter(|region| *region != FaceRegion::WholeFace)
        .map(|region| (away(region), region))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(away, _)| *away <= NAME_REACH * mesh.interocular_distance())
        .map_or_else(|| BodySite::middle(BodyPart::Face), |(_, region)| region.into())
}

fn check(frame: &Frame<'_>, pin: &Pin) -> Result<()> {
    inside(frame, pin.point)?;
    let most = frame.width().min(frame.height()) as f32;
    if (MIN_SIDE..=most).contains(&pin.side) {
        return Ok(());
    }
    Err(Error::Pin(format!(
        "the pin's square is {} px wide; it must be {MIN_SIDE} to {most} px, the picture's shorter side",
        pin.side
    )))
}

fn inside(frame: &Frame<'_>, point: [f32; 2]) -> Result<[f32; 2]> {
    let (width, height) = (frame.width() as f32, frame.height() as f32);
    let [x, y] = point;
    if (0.0..=width).contains(&x) && (0.0..=height).contains(&y) {
        return Ok(point);
    }
    Err(Error::Pin(format!(
        "the point ({x}, {y}) is not in the picture of {width} × {height} px"
    )))
}
