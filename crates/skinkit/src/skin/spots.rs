//! The spots of a picture of skin.

use skinkit_preprocess::Frame;
use skinkit_roi::{Face, FaceRegion, Scale, SkinFinder};
use skinkit_skin::{SpotFinder, SpotMap, SpotOptions};

use crate::landmarks::FaceDetail;
use crate::{Error, Landmarks, Result};

/// A face that fills this share of the picture's shorter side is what the picture shows.
const FILLS: f32 = 0.35;

impl Landmarks {
    /// Finds the pigmented and red spots in a picture of skin: a forearm, a back, a face. `scale` gives their size in
    /// millimeters ([`Landmarks::scale`]). On a face only its skin is searched. Match two visits with
    /// [`match_spots`](skinkit_skin::match_spots).
    ///
    /// # Errors
    /// [`skinkit_skin::Error::NoSkin`] where no skin fills enough of the picture; a network that cannot be loaded or run.
    pub fn spots(&self, frame: &Frame<'_>, scale: Option<Scale>) -> Result<SpotMap> {
        let faces = self.faces(frame, FaceDetail::Mesh)?;
        let shorter = frame.width().min(frame.height()) as f32;
        let face = faces.iter().max_by(|a, b| a.side().total_cmp(&b.side()));
        let skin = match face.filter(|face: &&Face| face.side() >= FILLS * shorter) {
            Some(face) => Some(self.skin.with(
                || Ok::<_, Error>(SkinFinder::new()),
                |finder| Ok(finder.face(frame, &face.mesh, FaceRegion::WholeFace)?),
            )?),
            None => None,
        };
        let options = SpotOptions::default().with_skin(skin.as_ref()).with_scale(scale);
        self.spot_finders.with(
            || Ok::<_, Error>(SpotFinder::new()),
            |finder| Ok(finder.find(frame, options)?),
        )
    }
}
