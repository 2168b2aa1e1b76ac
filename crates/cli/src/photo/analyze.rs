//! `skinkit analyze`: one photo, measured.

use serde_json::{Value, json};
use skinkit::inference::{Finding, Manifest};
use skinkit::{Analysis, AnalyzeOptions, SkinKit};

use crate::arguments;
use crate::failure::Failure;
use crate::terminal::{Output, Table, bar};
use crate::{file, json, open, overlay, parse};

/// Runs the command.
pub fn run(arguments: &arguments::Analyze) -> Result<Output, Failure> {
    let mut out = Output::default();
    let region = parse::region(&arguments.model.region)?;
    let inputs = [arguments.photo.as_path()];
    let overlay_file = file::overlay(arguments.overlay.as_deref(), &inputs)?;
    // What is drawn on is wanted whole.
    let (photo, kit) = match &arguments.overlay {
        Some(_) => (open::photo(&arguments.photo)?, open::kit(&arguments.model)?),
        None => {
            let kit = open::kit(&arguments.model)?;
            (open::photo_for(&kit, &arguments.photo, region)?, kit)
        }
    };
    let analysis = open::named(&arguments.photo, kit.analyze(&photo, &AnalyzeOptions::new(region)))?;
    if let Some(file) = &overlay_file {
        overlay::analysis(&photo, &analysis).save(file)?;
    }
    if arguments.json {
        out.line(format_args!("{}", object(&kit, &analysis)));
    } else {
        describe(&mut out, &kit, &analysis);
        if let Some(path) = &arguments.overlay {
            out.line(format_args!("\noverlay: {}", path.display()));
        }
    }
    Ok(out)
}

/// The documented JSON object.
pub fn object(kit: &SkinKit, analysis: &Analysis) -> Value {
    let (pack, finding, roi) = (kit.pack(), &analysis.finding, &analysis.roi);
    let id = |place: usize| finding.probabilities.get(place).map(|p| &p.label);
    json!({
        "pack": {
            "id": pack.id,
            "version": pack.version,
            "license": pack.license.id,
            "commercial_use": pack.license.commercial_use,
        },
        "engine": analysis.engine,
        "quality": analysis.quality,
        "region": analysis.region.to_string(),
        "roi": json::square(roi),
        "probabilities": finding.probabilities.iter()
            .zip(&pack.labels)
            .map(|(p, label)| json!({"label": p.label, "name": p.name, "p": p.p, "frequency": label.frequency}))
            .collect::<Vec<_>>(),
        "likeliest": id(finding.top()),
        "standout": id(finding.standout(&pack.labels)),
        "prediction_set": finding.prediction_set,
        "familiarity": finding.familiarity,
        "measures": analysis.measures,
        "embedding": finding.embedding,
        "timings_ms": analysis.timings,
    })
}

/// The same for a person.
fn describe(out: &mut Output, kit: &SkinKit, analysis: &Analysis) {
    let (pack, finding, roi) = (kit.pack(), &analysis.finding, &analysis.roi);
    out.line(format_args!(
        "pack      {} {} ({})",
        pack.id, pack.version, pack.license.id
    ));
    out.line(format_args!("engine    {}", analysis.engine));
    out.line(format_args!(
        "region    {} at {:.0},{:.0}, {:.0} px wide, turned {:.1}°",
        analysis.region,
        roi.centre[0],
        roi.centre[1],
        roi.width,
        roi.rotation.to_degrees()
    ));
    let quality = &analysis.quality;
    let issues: Vec<String> = quality.issues.iter().map(ToString::to_string).collect();
    let verdict = if quality.accepted { "accepted" } else { "not accepted" };
    out.line(format_args!(
        "quality   {verdict}{}{}",
        if issues.is_empty() { "" } else { ": " },
        issues.join(", ")
    ));
    if let Some(familiarity) = &finding.familiarity
        && !familiarity.in_distribution
    {
        out.line(format_args!(
            "note      this picture is unlike those the pack was trained on: read the figures with that in mind"
        ));
    }
    out.line("");
    out.line(labels(pack, finding));
    if pack.has_frequencies() {
        out.line("  *: its probability is the largest multiple of how frequent the label is in training");
    }
    let t = &analysis.timings;
    out.line(format_args!(
        "\nms: landmarks {:.1}, quality {:.1}, tensor {:.1}, model {:.1}, measures {:.1}, total {:.1}",
        t.landmarks, t.quality, t.tensor, t.model, t.measures, t.total
    ));
    out.line(format_args!(
        "SkinKit records, measures and compares. It is not a medical device."
    ));
}

/// The labels with their probabilities, and what else the pack can say of them.
fn labels(pack: &Manifest, finding: &Finding) -> Table {
    let mut head = vec!["label".to_owned(), "p".to_owned(), String::new()];
    if pack.has_frequencies() {
        head.push("times its frequency".to_owned());
    }
    if let Some(conformal) = &pack.conformal {
        head.push(format!("in the {:.0} % set", 100.0 * (1.0 - conformal.alpha)));
    }
    let mut table = Table::default();
    table.row(head);
    let standout = finding.standout(&pack.labels);
    for (place, (p, label)) in finding.probabilities.iter().zip(&pack.labels).enumerate() {
        let mut cells = vec![p.name.clone(), format!("{:.3}", p.p), bar(p.p)];
        if let Some(multiple) = label.multiple(p.p) {
            let mark = if place == standout { " *" } else { "" };
            cells.push(format!("{multiple:.2}{mark}"));
        }
        if pack.conformal.is_some() {
            let within = finding.prediction_set.contains(&p.label);
            cells.push(if within { "yes" } else { "" }.to_owned());
        }
        table.row(cells);
    }
    table
}
