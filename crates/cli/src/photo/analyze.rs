//! `skinkit analyze`: one photo, measured.

use serde_json::{Value, json};
use skinkit::inference::{CaptureSource, CaptureUsed, ContextEffect, Finding};
use skinkit::{Analysis, SkinKit};

use crate::arguments;
use crate::failure::Failure;
use crate::terminal::{Output, Table, bar};
use crate::{file, json, open, overlay, parse};

/// Runs the command.
pub fn run(arguments: &arguments::Analyze) -> Result<Output, Failure> {
    let mut out = Output::default();
    let options = parse::options(&arguments.model)?;
    let inputs = [arguments.photo.as_path()];
    let overlay_file = file::overlay(arguments.overlay.as_deref(), &inputs)?;
    // An overlay is drawn on the whole photo.
    let (photo, kit) = match &arguments.overlay {
        _ if options.find_lesion => (open::photo(&arguments.photo)?, open::kit(&arguments.model)?),
        Some(_) => (open::photo(&arguments.photo)?, open::kit(&arguments.model)?),
        None => {
            let kit = open::kit(&arguments.model)?;
            (open::photo_for(&kit, &arguments.photo, options.region)?, kit)
        }
    };
    let analysis = open::named(&arguments.photo, kit.analyze(&photo, &options))?;
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
        "search": analysis.search.map(|search| json!({
            "searched": json::square(&search.searched), "found": search.found.as_ref().map(json::square),
        })),
        "capture": finding.capture,
        "withheld": finding.withheld,
        "probabilities": finding.probabilities,
        "likeliest": id(finding.top()),
        "prior_adjusted": id(finding.prior_adjusted()),
        "prediction_set": finding.prediction_set,
        "set_coverage": finding.set_coverage,
        "context": finding.context,
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
    out.line(format_args!("capture   {}", capture(finding.capture)));
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
            "note      this picture is unlike those that the pack was trained on; the results may not apply to it"
        ));
    }
    out.line("");
    match finding.withheld {
        Some(reason) => out.line(format_args!("no labels: {reason}")),
        None => out.line(labels(finding)),
    }
    if has_frequencies(finding) {
        out.line("  *: highest relative to the label's frequency");
    }
    if let Some(effect) = &finding.context {
        out.line("\nwith the answers given, and what each adds to a label's log score");
        out.line(answers(finding, effect));
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

/// How the picture was taken, and who says so.
fn capture(used: CaptureUsed) -> String {
    let name = used.capture.as_str().replace('_', "-");
    let doubt = used.probability.filter(|p| *p < 0.5);
    match (used.source, doubt) {
        (CaptureSource::Host, Some(p)) => format!("{name}, as stated (the network's own probability of it is {p:.2})"),
        (CaptureSource::Host, None) => format!("{name}, as stated"),
        (CaptureSource::Network, _) => format!(
            "{name}, as the network sees it ({:.2})",
            used.probability.unwrap_or(0.0)
        ),
        (CaptureSource::Pack, _) => format!("{name}, the pack's only one"),
    }
}

fn has_frequencies(finding: &Finding) -> bool {
    finding.probabilities.iter().any(|label| label.frequency.is_some())
}

/// Heads a column of prediction sets.
fn set_head(coverage: f64) -> String {
    format!("in the {:.0} % set", 100.0 * coverage)
}

/// The labels with their probabilities and, where the pack has them, relative frequencies and prediction set.
fn labels(finding: &Finding) -> Table {
    let mut head = vec!["label".to_owned(), "p".to_owned(), String::new()];
    if has_frequencies(finding) {
        head.push("× frequency".to_owned());
    }
    head.extend(finding.set_coverage.map(set_head));
    let mut table = Table::default();
    table.row(head);
    let adjusted = finding.prior_adjusted();
    for (place, p) in finding.probabilities.iter().enumerate() {
        let mut cells = vec![p.name.clone(), format!("{:.3}", p.p), bar(p.p)];
        if has_frequencies(finding) {
            let mark = if place == adjusted { " *" } else { "" };
            cells.push(
                p.likelihood_ratio()
                    .map_or_else(String::new, |ratio| format!("{ratio:.2}{mark}")),
            );
        }
        if finding.set_coverage.is_some() {
            let within = finding.prediction_set.contains(&p.label);
            cells.push(if within { "yes" } else { "" }.to_owned());
        }
        table.row(cells);
    }
    table
}

/// The labels with their probabilities from picture and answers together, and what each answer added.
fn answers(finding: &Finding, effect: &ContextEffect) -> Table {
    let mut head = vec!["label".to_owned(), "p".to_owned(), "picture alone".to_owned()];
    head.extend(effect.set_coverage.map(set_head));
    head.extend(effect.terms.iter().map(|term| term.question.clone()));
    let mut table = Table::default();
    table.row(head);
    for (place, (alone, p)) in finding.probabilities.iter().zip(&effect.probabilities).enumerate() {
        let mut cells = vec![alone.name.clone(), format!("{p:.3}"), format!("{:.3}", alone.p)];
        if effect.set_coverage.is_some() {
            let within = effect.prediction_set.contains(&alone.label);
            cells.push(if within { "yes" } else { "" }.to_owned());
        }
        cells.extend(effect.terms.iter().map(|term| format!("{:+.2}", term.effect[place])));
        table.row(cells);
    }
    table
}
