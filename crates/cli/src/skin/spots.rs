//! `skinkit spots`: the spots of a photo, and those of two photos matched.

use std::path::Path;

use serde_json::json;
use skinkit::Ruler;
use skinkit::skin_measures::{Fate, SpotKind, SpotMap, SpotMatching, match_spots};

use crate::arguments::{CompareSpots, FindSpots, Spots, SpotsCommand};
use crate::failure::Failure;
use crate::overlay::{Canvas, GREEN, ORANGE, PINK, SKY};
use crate::terminal::Output;
use crate::{file, open};

/// Runs whichever was asked for.
pub fn run(arguments: &Spots) -> Result<Output, Failure> {
    match (&arguments.command, &arguments.find.photo) {
        (Some(SpotsCommand::Compare(compare)), _) => matched(compare),
        (None, Some(photo)) => found(photo, &arguments.find),
        (None, None) => Err(Failure::Arguments(
            "give a photo, or `compare` and two photos".to_owned(),
        )),
    }
}

fn found(path: &Path, arguments: &FindSpots) -> Result<Output, Failure> {
    let inputs = [path];
    let overlay_file = file::overlay(arguments.overlay.as_deref(), &inputs)?;
    let photo = open::photo(path)?;
    let landmarks = open::landmarks(&arguments.networks)?;
    let frame = photo.frame();
    let ruler = match arguments.coin {
        Some(diameter_mm) => Ruler::Coin { diameter_mm },
        None => Ruler::Iris,
    };
    let scale = open::named(path, landmarks.scale(&frame, ruler, None))?;
    let map = open::named(path, landmarks.spots(&frame, scale))?;
    if let Some(file) = &overlay_file {
        let mut canvas = Canvas::new(&photo);
        for spot in &map.spots {
            let color = if spot.kind == SpotKind::Red { PINK } else { GREEN };
            canvas.outline(&ring(spot.center, 0.75 * spot.diameter + 2.0), color);
        }
        canvas.save(file)?;
    }
    if arguments.json {
        return Ok(Output::of(json!({ "spots": map, "scale": scale })));
    }
    let mut out = Output::default();
    describe(&mut out, &map);
    if let Some(path) = &arguments.overlay {
        out.line(format_args!("overlay: {}", path.display()));
    }
    Ok(out)
}

fn describe(out: &mut Output, map: &SpotMap) {
    out.line(format_args!(
        "{} spots of {:.0} px or more, {} faint ones; {:.0} % of the picture is skin",
        map.spots.len(),
        map.least_diameter,
        map.faint.len(),
        100.0 * map.coverage
    ));
    for (number, spot) in map.spots.iter().enumerate() {
        let [x, y] = spot.center;
        let kind = if spot.kind == SpotKind::Red { "red" } else { "pigmented" };
        let size = match spot.diameter_mm {
            Some(mm) => format!("{mm:.1} mm"),
            None => format!("{:.0} px", spot.diameter),
        };
        out.line(format_args!(
            "  {number}: {kind}, {size} at {x:.0},{y:.0}, confidence {:.2}",
            spot.confidence
        ));
    }
}

fn matched(arguments: &CompareSpots) -> Result<Output, Failure> {
    let inputs = [arguments.before.as_path(), &arguments.after];
    let overlay_file = file::overlay(arguments.overlay.as_deref(), &inputs)?;
    let landmarks = open::landmarks(&arguments.networks)?;
    let (first, second) = (open::photo(&arguments.before)?, open::photo(&arguments.after)?);
    let before = open::named(&arguments.before, landmarks.spots(&first.frame(), None))?;
    let after = open::named(&arguments.after, landmarks.spots(&second.frame(), None))?;
    let matching = match_spots(&before, &after, &[]);
    if let Some(file) = &overlay_file {
        let mut canvas = Canvas::new(&second);
        for spot in &matching.spots {
            let Some(own) = spot.after.map(|number| &after.spots[number]) else {
                continue;
            };
            let color = match spot.fate {
                Fate::Matched => GREEN,
                Fate::New => ORANGE,
                _ => SKY,
            };
            canvas.outline(&ring(own.center, 0.75 * own.diameter + 2.0), color);
        }
        canvas.save(file)?;
    }
    if arguments.json {
        return Ok(Output::of(
            json!({ "before": before, "after": after, "matching": matching }),
        ));
    }
    Ok(Output::of(summary(&after, &matching)))
}

fn summary(after: &SpotMap, matching: &SpotMatching) -> String {
    if matching.agreement == 0.0 {
        return "the two photos show no common constellation of spots: nothing can be said of new ones".to_owned();
    }
    format!(
        "{} spots: {} matched, {} new, {} unmatched; {} of the earlier ones gone",
        after.spots.len(),
        matching.count(Fate::Matched),
        matching.count(Fate::New),
        matching
            .spots
            .iter()
            .filter(|spot| spot.fate == Fate::Unmatched && spot.after.is_some())
            .count(),
        matching.count(Fate::Gone)
    )
}

/// A circle as a closed line.
pub fn ring([x, y]: [f32; 2], radius: f32) -> Vec<[f32; 2]> {
    (0..36)
        .map(|step| {
            let (sin, cos) = (step as f32 * 10.0).to_radians().sin_cos();
            [x + radius * cos, y + radius * sin]
        })
        .collect()
}
