//! `skinkit landmarks`: faces, hands and the pose in a photo.

use serde_json::{Value, json};
use skinkit::Photo;
use skinkit::inference::Runtime;
use skinkit::roi::{
    self, BodySite, Face, FaceLandmarker, FaceOptions, FaceRegion, Hand, HandLandmarker, Network, Networks, Pose,
    PoseLandmarker, Scale, SkinFinder, SkinMask,
};

use crate::failure::Failure;
use crate::output::Output;
use crate::{arguments, open, overlay, packs};

/// All that was found.
pub struct Found {
    /// Each with its skin, where enough of it is seen.
    pub faces: Vec<(Face, Option<SkinMask>)>,
    /// Empty without the networks.
    pub hands: Vec<Hand>,
    /// None without the networks.
    pub pose: Option<Pose>,
    /// Why hands and pose were not looked for.
    pub skipped: Option<String>,
}

/// Runs the command. No face is a result, not a failure.
pub fn run(arguments: &arguments::Landmarks) -> Result<Output, Failure> {
    let mut out = Output::default();
    let photo = open::photo(&arguments.photo)?;
    let runtime = Runtime::new(&open::runtime(&arguments.engine)).map_err(skinkit::Error::from)?;
    let networks = packs::landmarks(arguments.networks.as_deref());
    let found = find(&runtime, &networks, &photo).map_err(skinkit::Error::from);
    let found = open::named(&arguments.photo, found)?;
    if let Some(path) = &arguments.overlay {
        overlay::landmarks(&photo, &found).save(path)?;
    }
    if arguments.json {
        let object = json!({
            "width": photo.width(),
            "height": photo.height(),
            "engine": runtime.engine(),
            "faces": found.faces.iter().map(|(face, skin)| describe_face(face, skin.as_ref())).collect::<Vec<_>>(),
            "hands": found.hands.iter().map(describe_hand).collect::<Vec<_>>(),
            "pose": found.pose.as_ref().map(describe_pose),
            "skipped": found.skipped,
        });
        out.line(format_args!("{object}"));
        return Ok(out);
    }
    out.line(format_args!(
        "{} face(s) in {}",
        found.faces.len(),
        arguments.photo.display()
    ));
    for (face, skin) in &found.faces {
        let [x0, y0, x1, y1] = face.detection.bbox;
        out.line(format_args!(
            "  score {:.3}, box {x0:.0},{y0:.0} to {x1:.0},{y1:.0}, {} landmarks, {:.0} % of it skin",
            face.detection.score,
            face.mesh.points.len(),
            skin.as_ref().map_or(0.0, |skin| 100.0 * skin.coverage)
        ));
    }
    match &found.skipped {
        Some(why) => out.line(format_args!("{why}")),
        None => {
            let pose = if found.pose.is_some() { "a pose" } else { "no pose" };
            out.line(format_args!("{} hand(s), {pose}", found.hands.len()));
        }
    }
    if let Some(path) = &arguments.overlay {
        out.line(format_args!("overlay: {}", path.display()));
    }
    Ok(out)
}

fn find(runtime: &Runtime, networks: &Networks, photo: &Photo) -> roi::Result<Found> {
    let frame = photo.frame();
    let options = FaceOptions::default().with_irises(true);
    let mut skin = SkinFinder::new();
    let faces = FaceLandmarker::with_options(runtime, networks, options)?
        .find(&frame)?
        .into_iter()
        .map(|face| {
            let mask = skin.face(&frame, &face.mesh, FaceRegion::WholeFace).ok();
            (face, mask)
        })
        .collect();
    let needed = [Network::PalmDetection, Network::HandLandmarks, Network::PoseLandmarks];
    if let Some(missing) = needed.into_iter().find(|network| !networks.has(*network)) {
        let name = missing.name();
        let skipped =
            format!("hands and pose were not looked for: {name}.onnx is in no models/landmarks; give --networks DIR");
        return Ok(Found {
            faces,
            hands: Vec::new(),
            pose: None,
            skipped: Some(skipped),
        });
    }
    let hands = HandLandmarker::new(runtime, networks)?.find(&frame)?;
    let pose = PoseLandmarker::new(runtime, networks)?.find(&frame)?;
    Ok(Found {
        faces,
        hands,
        pose,
        skipped: None,
    })
}

fn describe_face(face: &Face, skin: Option<&SkinMask>) -> Value {
    let scale = face.mesh_478.as_ref().and_then(|mesh| Scale::from_irises(mesh).ok());
    json!({
        "score": face.detection.score,
        "box": face.detection.bbox,
        "key_points": face.detection.key_points,
        "presence": face.mesh.presence,
        "mesh468": face.mesh.points,
        "mesh478": face.mesh_478.as_ref().map(|mesh| &mesh.points),
        "skin": skin.map(|skin| json!({ "coverage": skin.coverage, "tone": skin.tone })),
        "scale": scale,
    })
}

fn describe_hand(hand: &Hand) -> Value {
    json!({
        "score": hand.score,
        "presence": hand.presence,
        "side": hand.side(),
        "points": hand.points,
        "site": site(&BodySite::from(hand)),
    })
}

fn describe_pose(pose: &Pose) -> Value {
    let point = |p: &roi::PosePoint| [p.position[0], p.position[1], p.position[2], p.visibility];
    json!({ "presence": pose.presence, "points": pose.points.iter().map(point).collect::<Vec<_>>() })
}

fn site(site: &BodySite) -> Value {
    json!({ "code": site, "words": site.words(), "snomed": site.snomed_expression() })
}
