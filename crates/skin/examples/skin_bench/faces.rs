//! The portraits, and their landmarks.

use std::path::Path;

use skinkit_inference::{Runtime, RuntimeConfig};
use skinkit_preprocess::{Frame, Limits, Photo};
use skinkit_roi::{Face, FaceLandmarker, FaceOptions, FaceOutcome, Networks};

use crate::Outcome;

/// One portrait with the tone that a person judged it to have.
pub struct Portrait {
    pub id: String,
    pub tone: String,
    pub photo: Photo,
}

/// The portraits that face the camera, of `DATA/labels.csv`; `every`th of them only.
pub fn portraits(data: &Path, turned: bool, every: usize) -> Outcome<Vec<Portrait>> {
    let labels = std::fs::read_to_string(data.join("labels.csv"))?;
    let mut found = Vec::new();
    for line in labels.lines().skip(1) {
        let mut fields = line.split(',');
        let (Some(id), Some(tone), Some(pose)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        if turned || pose == "frontal" {
            let photo = Photo::open(&data.join("images").join(format!("{id}.jpg")), &Limits::default())?;
            found.push(Portrait {
                id: id.to_owned(),
                tone: tone.to_owned(),
                photo,
            });
        }
    }
    Ok(found.into_iter().step_by(every).collect())
}

/// A landmarker as the facade has it for places that are to be found again.
pub fn landmarker() -> Outcome<FaceLandmarker> {
    let runtime = Runtime::new(&RuntimeConfig::default())?;
    eprintln!("{:?}", runtime.engine());
    let options = FaceOptions::default().with_irises(true).with_steady(true);
    Ok(FaceLandmarker::with_options(&runtime, &Networks::embedded(), options)?)
}

/// The largest face, if it is usable.
pub fn face(landmarker: &mut FaceLandmarker, pixels: &[u8], width: u32, height: u32) -> Outcome<Option<Face>> {
    let frame = Frame::rgb8(pixels, width, height)?;
    Ok(match landmarker.find_one(&frame)? {
        FaceOutcome::Found(face) => Some(*face),
        _ => None,
    })
}
