//! `skinkit site`: marks a place on the skin and finds it in a later photo.

use serde_json::json;
use skinkit::{OutputFile, Pin, Place, Relocation, Unmatched};

use crate::arguments::{FindSite, MarkSite};
use crate::failure::Failure;
use crate::terminal::Output;
use crate::{file, json, open, overlay, parse};

/// Marks a place and writes its token.
pub fn mark(arguments: &MarkSite) -> Result<Output, Failure> {
    let inputs = [arguments.photo.as_path()];
    let file = OutputFile::new(&arguments.out, &inputs)?;
    let photo = open::photo(&arguments.photo)?;
    let landmarks = open::landmarks(&arguments.networks)?;
    let mut pin = Pin::new(parse::point(&arguments.at)?, arguments.size);
    if let Some(site) = &arguments.site {
        let unknown = |error: skinkit::roi::UnknownSite| Failure::Arguments(error.to_string());
        pin = pin.on(site.parse().map_err(unknown)?);
    }
    let place = open::named(&arguments.photo, landmarks.mark(&photo.frame(), &pin))?;
    file.write_bytes(format!("{place}\n").as_bytes())?;
    if file.is_stdout() {
        return Ok(Output::default());
    }
    let (kind, site) = (kind(&place), place.site());
    if arguments.json {
        return Ok(Output::of(json!({
            "kind": kind,
            "site": site.as_ref().map(json::body_site),
            "place": json::path(&arguments.out),
        })));
    }
    let words = site.map_or_else(|| "an unnamed part of the body".to_owned(), |site| site.words());
    Ok(Output::of(format_args!(
        "marked on {words}; it can be found again by {}: {}",
        if kind == "face" {
            "the face's mesh"
        } else {
            "the skin around it"
        },
        arguments.out.display()
    )))
}

/// Finds a place again. That it is not there is a result, not a failure.
pub fn find(arguments: &FindSite) -> Result<Output, Failure> {
    let inputs = [arguments.photo.as_path(), &arguments.place];
    let overlay_file = file::overlay(arguments.overlay.as_deref(), &inputs)?;
    let photo = open::photo(&arguments.photo)?;
    let token = std::fs::read_to_string(&arguments.place)
        .map_err(|error| Failure::Input(format!("cannot read {}: {error}", arguments.place.display())))?;
    let place: Place = open::named(&arguments.place, token.parse())?;
    let landmarks = open::landmarks(&arguments.networks)?;
    let near = arguments.near.as_deref().map(parse::point).transpose()?;
    let found = open::named(&arguments.photo, landmarks.find(&photo.frame(), &place, near))?;
    let mut out = Output::default();
    if let Some(file) = &overlay_file {
        overlay::place(&photo, &found).save(file)?;
    }
    if arguments.json {
        out.line(match found {
            Relocation::Found { point, roi, confidence } => json!({
                "outcome": "found",
                "point": point,
                "roi": json::square(&roi),
                "confidence": confidence,
                "site": place.site().as_ref().map(json::body_site),
            }),
            other => json!(other),
        });
        return Ok(out);
    }
    match found {
        Relocation::Found {
            point: [x, y],
            confidence,
            ..
        } => {
            out.line(format_args!("found at {x:.1},{y:.1}, confidence {confidence:.2}"));
        }
        Relocation::Unmatched { reason } => out.line(format_args!("not found: {}", words(reason))),
        _ => out.line("not found"),
    }
    if let Some(path) = &arguments.overlay {
        out.line(format_args!("overlay: {}", path.display()));
    }
    Ok(out)
}

fn kind(place: &Place) -> &'static str {
    match place {
        Place::Face(_) => "face",
        _ => "body",
    }
}

fn words(reason: Unmatched) -> &'static str {
    match reason {
        Unmatched::NoFace => "no face is in the picture",
        Unmatched::FaceTooSmall => "the face is too small: come closer",
        Unmatched::FaceCutOff => "most of the face is outside the picture",
        Unmatched::Hidden => "the place is turned away from the camera",
        Unmatched::OutsidePicture => "the place is outside the picture",
        _ => "nothing in the picture looks like it; say where to look with --near X,Y",
    }
}
