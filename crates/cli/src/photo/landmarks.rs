//! `skinkit landmarks`: faces, skin, hands and the pose in a photo.

use serde_json::{Value, json};
use skinkit::roi::{self, BodySite, Face, Hand, Pose, Scale, SkinMask};
use skinkit::{Error, FaceDetail, FaceSkin, Landmarks, Photo, face_regions};

use crate::failure::Failure;
use crate::found::Found;
use crate::terminal::Output;
use crate::{arguments, file, json, open, overlay};

/// Runs the command. No face is a result, not a failure.
pub fn run(arguments: &arguments::Landmarks) -> Result<Output, Failure> {
    let mut out = Output::default();
    let inputs = [arguments.photo.as_path()];
    let overlay_file = file::overlay(arguments.overlay.as_deref(), &inputs)?;
    let photo = open::photo(&arguments.photo)?;
    let landmarks = open::landmarks(&arguments.networks)?;
    let found = open::named(&arguments.photo, find(&landmarks, &photo))?;
    if let Some(file) = &overlay_file {
        overlay::landmarks(&photo, &found).save(file)?;
    }
    if arguments.json {
        let object = json!({
            "width": photo.width(),
            "height": photo.height(),
            "engine": landmarks.engine(),
            "faces": found.faces.iter().map(|(face, skin)| describe_face(face, skin.as_ref())).collect::<Vec<_>>(),
            "body_skin": found.body.as_ref().map(describe_skin),
            "hands": found.hands.iter().map(describe_hand).collect::<Vec<_>>(),
            "pose": found.pose.as_ref().map(describe_pose),
            "skipped": found.skipped,
        });
        out.line(format_args!("{object}"));
        return Ok(out);
    }
    describe(&mut out, arguments, &found);
    Ok(out)
}

/// The same for a person.
fn describe(out: &mut Output, arguments: &arguments::Landmarks, found: &Found) {
    let photo = arguments.photo.display();
    out.line(format_args!("{} face(s) in {photo}", found.faces.len()));
    for (face, skin) in &found.faces {
        let [x0, y0, x1, y1] = face.detection.bbox;
        out.line(format_args!(
            "  score {:.3}, box {x0:.0},{y0:.0} to {x1:.0},{y1:.0}, {} landmarks, {:.0} % of it skin",
            face.detection.score,
            face.mesh.points.len(),
            skin.as_ref().map_or(0.0, |skin| 100.0 * skin.mask.coverage)
        ));
        if let Some(scale) = iris_scale(face) {
            out.line(format_args!(
                "  {:.3} ± {:.3} mm per pixel, from the irises",
                scale.mm_per_pixel, scale.error
            ));
        }
    }
    match &found.skipped {
        Some(why) => out.line(format_args!("{why}")),
        None => {
            let pose = if found.pose.is_some() { "a pose" } else { "no pose" };
            out.line(format_args!("{} hand(s), {pose}", found.hands.len()));
            for hand in &found.hands {
                out.line(format_args!(
                    "  {}, presence {:.3}",
                    BodySite::from(hand).words(),
                    hand.presence
                ));
            }
        }
    }
    if let Some(path) = &arguments.overlay {
        out.line(format_args!("overlay: {}", path.display()));
    }
}

fn find(landmarks: &Landmarks, photo: &Photo) -> skinkit::Result<Found> {
    let frame = photo.frame();
    let mut faces = Vec::new();
    for face in landmarks.faces(&frame, FaceDetail::Irises)? {
        let skin = seen(landmarks.face_skin(&frame, &face.mesh))?;
        faces.push((face, skin));
    }
    let body = seen(landmarks.body_skin(&frame, None))?;
    let there = landmarks.has_hands() && landmarks.has_pose();
    let skipped = (!there).then(|| {
        "hands and pose were not looked for: no models/landmarks folder with their networks was found; give --networks DIR".to_owned()
    });
    Ok(Found {
        faces,
        body,
        hands: if there { landmarks.hands(&frame)? } else { Vec::new() },
        pose: if there { landmarks.pose(&frame)? } else { None },
        skipped,
    })
}

/// Too little skin, or a face outside the picture, is a result here.
fn seen<T>(outcome: skinkit::Result<T>) -> skinkit::Result<Option<T>> {
    match outcome {
        Err(Error::Roi(roi::Error::NoSkin | roi::Error::Picture(_))) => Ok(None),
        outcome => outcome.map(Some),
    }
}

fn iris_scale(face: &Face) -> Option<Scale> {
    face.mesh_478.as_ref().and_then(|mesh| Scale::from_irises(mesh).ok())
}

fn describe_face(face: &Face, skin: Option<&FaceSkin>) -> Value {
    let regions = face_regions(&face.mesh).into_iter().map(|region| {
        let skin = skin.and_then(|skin| skin.regions.iter().find(|r| r.region == region.region));
        json!({
            "region": region.region,
            "roi": json::square(&region.roi),
            "skin": skin.map(|skin| json!({ "part": skin.part, "square": skin.square })),
        })
    });
    json!({
        "score": face.detection.score,
        "box": face.detection.bbox,
        "key_points": face.detection.key_points,
        "presence": face.mesh.presence,
        "mesh468": face.mesh.points,
        "mesh478": face.mesh_478.as_ref().map(|mesh| &mesh.points),
        "regions": regions.collect::<Vec<_>>(),
        "skin": skin.map(|skin| describe_skin(&skin.mask)),
        "scale": iris_scale(face),
    })
}

fn describe_skin(skin: &SkinMask) -> Value {
    json!({ "coverage": skin.coverage, "tone": skin.tone })
}

fn describe_hand(hand: &Hand) -> Value {
    json!({
        "score": hand.score,
        "presence": hand.presence,
        "side": hand.side(),
        "points": hand.points,
        "site": json::body_site(&BodySite::from(hand)),
        "roi": json::square(&hand.palm_roi()),
        "hint": hand.hint,
    })
}

fn describe_pose(pose: &Pose) -> Value {
    let point = |p: &roi::PosePoint| [p.position[0], p.position[1], p.position[2], p.visibility];
    json!({
        "presence": pose.presence,
        "points": pose.points.iter().map(point).collect::<Vec<_>>(),
        "hint": pose.hint,
    })
}
