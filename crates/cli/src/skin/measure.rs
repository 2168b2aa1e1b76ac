//! `skinkit skin`: a face's skin by zone.

use serde_json::{Value, json};
use skinkit::skin_measures::{
    Measure, ONE_IN_100, ONE_IN_1000, Reading, SkinChange, SkinNoise, SkinReport, Verdict, Zone, compare,
};
use skinkit::{Landmarks, Photo};

use crate::failure::Failure;
use crate::overlay::{Canvas, ORANGE, PINK, SKY};
use crate::terminal::{Output, Table};
use crate::{arguments, file, open};

/// Measures a photo, and compares it with an earlier one if there is one.
pub fn run(arguments: &arguments::Skin) -> Result<Output, Failure> {
    let mut inputs = vec![arguments.photo.as_path()];
    inputs.extend(arguments.since.as_deref());
    let overlay_file = file::overlay(arguments.overlay.as_deref(), &inputs)?;
    let photo = open::photo(&arguments.photo)?;
    let landmarks = open::landmarks(&arguments.networks)?;
    let measure = |landmarks: &Landmarks, photo: &Photo| landmarks.measure_skin(&photo.frame());
    let report = open::named(&arguments.photo, measure(&landmarks, &photo))?;
    let change = match &arguments.since {
        Some(path) => {
            let earlier = open::named(path, measure(&landmarks, &open::photo(path)?))?;
            Some(compare(&earlier, &report, &SkinNoise::shipped()))
        }
        None => None,
    };
    if let Some(file) = &overlay_file {
        overlay(&photo, &report).save(file)?;
    }
    if arguments.json {
        return Ok(Output::of(json!({
            "report": report,
            "units": Measure::ALL.map(|measure| (measure.name(), measure.unit())).into_iter().collect::<std::collections::BTreeMap<_, _>>(),
            "left_less_right": sides(&report),
            "change": change,
        })));
    }
    let mut out = Output::default();
    describe(&mut out, &report);
    if let Some(change) = &change {
        describe_change(&mut out, change);
    }
    if let Some(path) = &arguments.overlay {
        out.line(format_args!("overlay: {}", path.display()));
    }
    Ok(out)
}

/// Differences of the sides, by zone and measure.
fn sides(report: &SkinReport) -> Value {
    let pairs = [Zone::LeftInfraorbital, Zone::LeftCheek, Zone::LeftJaw];
    let of = |zone: Zone| {
        let differences = Measure::ALL
            .into_iter()
            .filter_map(move |measure| Some((measure.name(), report.left_less_right(zone, measure)?)));
        let name = zone.name().trim_start_matches("left_").to_owned();
        (name, differences.collect::<std::collections::BTreeMap<_, _>>())
    };
    json!(pairs.map(of).into_iter().collect::<std::collections::BTreeMap<_, _>>())
}

fn describe(out: &mut Output, report: &SkinReport) {
    out.line("values of this picture, with the interval that 95 of 100 pictures of the same skin would give");
    let mut table = Table::new(&["zone", "measure", "value", "interval", "unit"]);
    for zone in &report.zones {
        for (measure, reading) in &zone.readings {
            let Reading::Measured(estimate) = reading else {
                continue;
            };
            let interval = match (estimate.low, estimate.high) {
                (Some(low), Some(high)) => format!("{low:.1} to {high:.1}"),
                _ => "not known".to_owned(),
            };
            table.row([
                zone.zone.to_string(),
                measure.to_string(),
                format!("{:.1}", estimate.value),
                interval,
                measure.unit().to_owned(),
            ]);
        }
    }
    out.line(&table);
    for zone in &report.zones {
        let mut whys: Vec<(String, Vec<&str>)> = Vec::new();
        for (measure, reading) in &zone.readings {
            if let Reading::NotMeasurable(reason) = reading {
                let why = reason.to_string();
                match whys.iter_mut().find(|(known, _)| *known == why) {
                    Some((_, measures)) => measures.push(measure.name()),
                    None => whys.push((why, vec![measure.name()])),
                }
            }
        }
        for (why, measures) in whys {
            out.line(format_args!("  {}: no {}: {why}", zone.zone, measures.join(", ")));
        }
    }
    if let Some(spots) = &report.spots {
        out.line(format_args!("{} spots of 2 to 12 mm; the largest:", spots.len()));
        for spot in spots.iter().take(10) {
            let [x, y] = spot.center;
            out.line(format_args!(
                "  {:.1} mm at {x:.0},{y:.0} on {}, {:?}",
                spot.diameter_mm, spot.zone, spot.kind
            ));
        }
    }
}

fn describe_change(out: &mut Output, change: &SkinChange) {
    out.line(format_args!(
        "against the earlier picture; of {:.0} in 100 pairs of unchanged skin something would be called changed",
        100.0 * change.false_alarms
    ));
    let mut table = Table::new(&["zone", "measure", "before", "after", "least that counts", "verdict"]);
    for row in &change.measures {
        table.row([
            row.zone.to_string(),
            row.measure.to_string(),
            format!("{:.1}", row.before),
            format!("{:.1}", row.after),
            format!("{:.1} {}", row.minimum_detectable, row.measure.unit()),
            match row.verdict {
                Verdict::NoMeasurableChange => "no measurable change".to_owned(),
                Verdict::More => "more".to_owned(),
                Verdict::Less => "less".to_owned(),
            },
        ]);
    }
    out.line(&table);
    match &change.new_spots {
        Some(spots) => out.line(format_args!("{} new spots beyond the noise", spots.len())),
        None => out.line("new spots: not measurable at this resolution"),
    }
}

/// Zones and unusual skin.
fn overlay(photo: &Photo, report: &SkinReport) -> Canvas {
    let mut canvas = Canvas::new(photo);
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let map = report.anomaly.in_picture(width, height);
    let above = |[x, y]: [f32; 2], limit: f32| map[y as usize * width + x as usize] > limit;
    canvas.tint(ORANGE, |point| if above(point, ONE_IN_100) { 0.6 } else { 0.0 });
    canvas.tint(PINK, |point| if above(point, ONE_IN_1000) { 0.8 } else { 0.0 });
    for zone in Zone::ALL {
        let outline = report.anomaly.outline(zone);
        if !outline.is_empty() {
            canvas.outline(&outline, SKY);
        }
    }
    for spot in report.spots.iter().flatten() {
        let radius = 0.75 * spot.diameter_mm / report.scale.map_or(1.0, |scale| scale.mm_per_pixel);
        canvas.outline(&super::spots::ring(spot.center, radius + 2.0), PINK);
    }
    canvas
}
