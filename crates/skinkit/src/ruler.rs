//! Millimetres from something of known size in the picture.

use serde::{Deserialize, Serialize};
use skinkit_preprocess::{Frame, Roi};
use skinkit_roi::{Disc, DiscFinder, FaceOutcome, MarkerFinder, Scale, ScaleHint};

use crate::landmarks::FaceDetail;
use crate::{Error, Landmarks, Result};

/// What has a known size in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Ruler {
    /// The irises of the largest face: good in the plane of the eyes, ±4.3 % at best.
    Iris,
    /// A coin or another flat disc on the skin.
    Coin {
        /// Its diameter in millimeters (a euro: 23.25, a quarter dollar: 24.26).
        diameter_mm: f32,
    },
    /// A printed ArUco marker (original dictionary, any number) on the skin.
    Card {
        /// Side of the printed black square in millimeters.
        side_mm: f32,
    },
}

/// Least rim of a disc that nobody pointed at: a whole picture has more round things in it than a coin.
const SURE_RIM: f32 = 0.8;

impl Landmarks {
    /// Millimetres a pixel with their error, or `None`: the ruler is not in the picture, or too oblique to be read.
    /// Never a guess.
    ///
    /// `near` is the square that holds the coin or the card; without one the picture is searched. A coin takes up a
    /// quarter of that square or more. Give the square where you can: a lens of a pair of glasses is round as well.
    ///
    /// # Errors
    /// A size that is not finite and positive; a square outside the picture; a network that cannot be loaded or run.
    pub fn scale(&self, frame: &Frame<'_>, ruler: Ruler, near: Option<Roi>) -> Result<Option<Scale>> {
        match ruler {
            Ruler::Iris => self.scale_of_irises(frame),
            Ruler::Coin { diameter_mm } => {
                // The size is judged before the picture: a wrong one is an error even without a coin.
                Scale::from_circle(diameter_mm, 1.0, 1.0)?;
                let disc = self.disc(frame, near)?;
                Ok(disc.and_then(|disc| disc.scale(diameter_mm).ok()))
            }
            Ruler::Card { side_mm } => {
                Scale::from_square(side_mm, [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])?;
                for square in near.map_or_else(|| windows(frame), |near| vec![near]) {
                    let markers = self.markers.with(
                        || Ok::<_, Error>(MarkerFinder::new()),
                        |finder| Ok(finder.find(frame, &square)?),
                    )?;
                    if let Some(scale) = markers.iter().find_map(|marker| marker.scale(side_mm).ok()) {
                        return Ok(Some(scale));
                    }
                }
                Ok(None)
            }
        }
    }

    /// Roughly how large a pixel is, from a hand or else a person in the picture; `None` where neither is seen or the
    /// networks are not there. **Not a measurement**: see [`ScaleHint`].
    ///
    /// # Errors
    /// A network cannot be loaded or run.
    pub fn scale_hint(&self, frame: &Frame<'_>) -> Result<Option<ScaleHint>> {
        if self.has_hands() {
            let hands = self.hands(frame)?;
            if let Some(hint) = hands.iter().find_map(|hand| hand.hint) {
                return Ok(Some(hint));
            }
        }
        if !self.has_pose() {
            return Ok(None);
        }
        Ok(self.pose(frame)?.and_then(|pose| pose.hint))
    }

    fn scale_of_irises(&self, frame: &Frame<'_>) -> Result<Option<Scale>> {
        let faces = self.faces(frame, FaceDetail::Irises)?;
        let FaceOutcome::Found(face) = FaceOutcome::largest(faces, frame.width(), frame.height()) else {
            return Ok(None);
        };
        Ok(face.mesh_478.as_ref().and_then(|mesh| Scale::from_irises(mesh).ok()))
    }

    /// The most complete disc.
    fn disc(&self, frame: &Frame<'_>, near: Option<Roi>) -> Result<Option<Disc>> {
        let mut best: Option<Disc> = None;
        for square in near.map_or_else(|| windows(frame), |near| vec![near]) {
            let found = self.discs.with(
                || Ok::<_, Error>(DiscFinder::new()),
                |finder| Ok(finder.find(frame, &square)?),
            )?;
            if let Some(disc) = found
                && (near.is_some() || disc.rim >= SURE_RIM)
                && best.is_none_or(|known| disc.rim > known.rim)
            {
                best = Some(disc);
            }
        }
        Ok(best)
    }
}

/// Squares that cover the picture: as high as its shorter side, then half of it, each half over the next.
fn windows(frame: &Frame<'_>) -> Vec<Roi> {
    let (width, height) = (frame.width() as f32, frame.height() as f32);
    let shorter = width.min(height);
    let mut squares = Vec::new();
    for side in [shorter, shorter / 2.0] {
        let starts = |length: f32| {
            // A picture of 20 000 × 10 pixels is not worth thousands of looks.
            let steps = ((length - side) / (side / 2.0)).ceil().clamp(0.0, 8.0);
            let step = if steps > 0.0 { (length - side) / steps } else { 0.0 };
            (0..=steps as u32).map(move |i| i as f32 * step + side / 2.0)
        };
        for y in starts(height) {
            squares.extend(starts(width).map(|x| Roi::square([x, y], side)));
        }
    }
    squares
}
