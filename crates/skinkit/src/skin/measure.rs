//! The skin of the face that a picture is about.

use skinkit_preprocess::Frame;
use skinkit_roi::{Face, FaceOutcome};
use skinkit_skin::{SkinAnalyzer, SkinReport};

use crate::landmarks::FaceDetail;
use crate::{Error, Landmarks, Result};

/// A second face at least this large, as a share of the largest, leaves open whose skin is meant.
const AS_LARGE: f32 = 0.6;

impl Landmarks {
    /// Measures the skin of the face in the picture, by zone: redness, unevenness, spots, shine, darkness below the eyes,
    /// each with its interval or why it cannot be measured here. Compare two pictures with
    /// [`compare`](skinkit_skin::compare).
    ///
    /// # Errors
    /// [`skinkit_roi::Error::NoFace`], `FaceTooSmall` or `FaceCutOff`; [`Error::SeveralFaces`]; a face whose skin is
    /// covered or has no color of skin ([`Error::Skin`]); a network that cannot be loaded or run.
    pub fn measure_skin(&self, frame: &Frame<'_>) -> Result<SkinReport> {
        let faces = self.faces(frame, FaceDetail::Steady)?;
        let largest = faces.iter().map(Face::side).fold(0.0, f32::max);
        let count = faces.iter().filter(|face| face.side() >= AS_LARGE * largest).count();
        if count > 1 {
            return Err(Error::SeveralFaces { count });
        }
        let face = FaceOutcome::largest(faces, frame.width(), frame.height()).into_face()?;
        self.skin_measures.with(
            || Ok::<_, Error>(SkinAnalyzer::new()),
            |analyzer| Ok(analyzer.measure(frame, &face)?),
        )
    }
}
