//! `skinkit landmarks`: faces in a photo.

use serde_json::{Value, json};
use skinkit::inference::Runtime;
use skinkit::roi::{Face, FaceLandmarker};

use crate::arguments;
use crate::failure::Failure;
use crate::output::Output;
use crate::{open, overlay};

/// Runs the command. No face is a result, not a failure.
pub fn run(arguments: &arguments::Landmarks) -> Result<Output, Failure> {
    let mut out = Output::default();
    let photo = open::photo(&arguments.photo)?;
    let runtime = Runtime::new(&open::runtime(&arguments.engine)).map_err(skinkit::Error::from)?;
    let mut landmarker = FaceLandmarker::new(&runtime).map_err(skinkit::Error::from)?;
    let faces = open::named(
        &arguments.photo,
        landmarker.find(&photo.frame()).map_err(skinkit::Error::from),
    )?;
    if let Some(path) = &arguments.overlay {
        overlay::faces(&photo, &faces).save(path)?;
    }
    if arguments.json {
        let object = json!({
            "width": photo.width(),
            "height": photo.height(),
            "engine": runtime.engine(),
            "faces": faces.iter().map(face).collect::<Vec<_>>(),
        });
        out.line(format_args!("{object}"));
        return Ok(out);
    }
    out.line(format_args!("{} face(s) in {}", faces.len(), arguments.photo.display()));
    for face in &faces {
        let [x0, y0, x1, y1] = face.detection.bbox;
        out.line(format_args!(
            "  score {:.3}, box {x0:.0},{y0:.0} to {x1:.0},{y1:.0}, {} landmarks",
            face.detection.score,
            face.mesh.points.len()
        ));
    }
    if let Some(path) = &arguments.overlay {
        out.line(format_args!("overlay: {}", path.display()));
    }
    Ok(out)
}

fn face(face: &Face) -> Value {
    json!({
        "score": face.detection.score,
        "box": face.detection.bbox,
        "key_points": face.detection.key_points,
        "presence": face.mesh.presence,
        "mesh468": face.mesh.points,
    })
}
