//! One scan's results.

use maud::{Markup, html};

use super::model::{Measurement, Quality, Scan};
use super::picture::{Drawing, Layer, view_box};
use super::{plot, text};

/// The pictures of one scan, each layer by itself so that all is seen in print and without script.
pub fn strip(scan: &Scan, drawing: &Drawing) -> Markup {
    let missing = html! {
        p.note {
            @if drawing.unreadable { "The kept picture cannot be read." }
            @else { "No picture was kept of this scan." }
        }
    };
    if drawing.is_empty() {
        return missing;
    }
    let outline = match (scan.border.is_empty(), scan.measures.is_empty()) {
        (false, _) => "The lesion's border as it was measured",
        (true, false) => "The lesion as the model outlines it; the measures follow its border more closely",
        (true, true) => "What the model outlines; no lesion stood out to be measured",
    };
    html! {
        div.strip {
            @if drawing.has(Layer::Photo) { (figure(drawing, &[Layer::Photo], "The picture", "")) }
            @else { (missing) }
            @if drawing.has(Layer::Outline) { (figure(drawing, &[Layer::Photo, Layer::Outline], outline, "")) }
            @if drawing.has(Layer::Heatmap) {
                (figure(drawing, &[Layer::Photo, Layer::Heatmap], "Where the highest score comes from", top_name(scan)))
            }
        }
    }
}

fn figure(drawing: &Drawing, layers: &[Layer], caption: &str, detail: &str) -> Markup {
    let label = if detail.is_empty() {
        caption.to_owned()
    } else {
        format!("{caption}: {detail}")
    };
    html! {
        figure {
            svg.frame.shown viewBox=(view_box(drawing.view)) role="img" aria-label=(label) {
                @for layer in layers { (drawing.layer(*layer)) }
            }
            figcaption {
                (caption)
                @if layers.contains(&Layer::Heatmap) {
                    @if !detail.is_empty() { " (" (detail) ")" }
                    span.legend {
                        span { "less" }
                        svg viewBox="0 0 90 8" aria-hidden="true" focusable="false" {
                            rect width="90" height="8" rx="2" fill="url(#viridis)" {}
                        }
                        span { "more" }
                    }
                }
            }
        }
    }
}

/// Labels and their scores, highest first, those of the prediction set marked.
pub fn scores(scan: &Scan) -> Option<Markup> {
    if scan.probabilities.is_empty() {
        return None;
    }
    let mut all: Vec<_> = scan.probabilities.iter().collect();
    all.sort_by(|a, b| b.p.total_cmp(&a.p).then_with(|| a.label.cmp(&b.label)));
    Some(html! {
        ul.scores {
            @for one in all {
                @let in_set = scan.prediction_set.contains(&one.label);
                li {
                    span.name {
                        (name_of(&one.name, &one.label))
                        @if in_set { " " span.chip { "in the set" } }
                    }
                    span.number { (text::per_cent(one.p)) }
                    (plot::share(one.p, in_set))
                }
            }
        }
        p.note {
            "These are the model pack’s scores for its own labels. "
            @if !scan.prediction_set.is_empty() {
                "“In the set” marks the labels that the pack cannot rule out at its stated error rate. "
            }
            "They describe the picture as the pack sees it and say nothing final about your skin."
        }
    })
}

/// Labels of the prediction set in words.
pub fn set_in_words(scan: &Scan) -> Option<String> {
    let names: Vec<&str> = scan
        .prediction_set
        .iter()
        .map(|label| {
            let known = scan.probabilities.iter().find(|p| &p.label == label);
            known.map_or(label.as_str(), |p| name_of(&p.name, &p.label))
        })
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn name_of<'a>(name: &'a str, label: &'a str) -> &'a str {
    if name.is_empty() { label } else { name }
}

fn top_name(scan: &Scan) -> &str {
    let top = scan.probabilities.iter().max_by(|a, b| a.p.total_cmp(&b.p));
    top.map_or("", |p| name_of(&p.name, &p.label))
}

/// Quality of the picture and whether the pack knows pictures of its kind.
pub fn conditions(scan: &Scan) -> Option<Markup> {
    if scan.quality.is_none() && scan.familiarity.is_none() {
        return None;
    }
    Some(html! {
        @if let Some(quality) = &scan.quality {
            p { (quality_chip(quality)) }
            @if !quality.issues.is_empty() {
                ul.plain { @for issue in &quality.issues { li { (issue) } } }
            }
        }
        @if let Some(familiarity) = scan.familiarity {
            p.caution[!familiarity.in_distribution] {
                @if familiarity.in_distribution {
                    "The picture resembles those that the model pack was made from."
                } @else {
                    b { "Unlike the pack’s pictures." }
                    " The model pack was made from other kinds of pictures, so its scores are of little use here."
                }
                " "
                span.meta {
                    "Score " (text::value(familiarity.score, "")) ", threshold " (text::value(familiarity.threshold, "")) "."
                }
            }
        }
    })
}

/// Whether the picture passed the gate, in words and shape.
pub fn quality_chip(quality: &Quality) -> Markup {
    html! {
        @if quality.accepted {
            span.chip.good { span aria-hidden="true" { "✓" } " Picture good enough to compare" }
        } @else {
            span.chip.poor { span aria-hidden="true" { "!" } " Picture not good enough to compare" }
        }
    }
}

/// Named values as a list.
pub fn values(values: &[Measurement]) -> Option<Markup> {
    if values.is_empty() {
        return None;
    }
    Some(html! {
        dl.values {
            @for one in values {
                div {
                    dt { (text::capital(&one.name)) }
                    dd {
                        (text::value(one.value, &one.unit))
                        @if let Some([low, high]) = one.interval.filter(|i| i.iter().all(|v| v.is_finite())) {
                            " " span.meta { "(" (text::value(low, "")) " to " (text::value(high, "")) ")" }
                        }
                    }
                }
            }
        }
    })
}

/// Which pack the results are from, and on what terms.
pub fn pack(scan: &Scan) -> Markup {
    html! {
        @if let Some(pack) = &scan.pack {
            p.note {
                "Model pack " (format!("{} {}", pack.id, pack.version).trim())
                @if !pack.license.is_empty() { ". License: " (pack.license) }
            }
        }
    }
}

/// How the results were made, with the figures of the picture's quality.
pub fn origin(scan: &Scan) -> Markup {
    let intended_use = scan.pack.as_ref().and_then(|pack| pack.intended_use.as_deref());
    let rows = [
        ("Scan", scan.id.as_str()),
        ("Region", scan.region.as_deref().unwrap_or_default()),
        ("Intended use", intended_use.unwrap_or_default()),
        ("Engine", &scan.engine),
        ("Recorded", &text::date_time(scan.taken_at)),
    ];
    html! {
        dl.origin {
            @for (name, value) in rows {
                @if !value.is_empty() { div { dt { (name) } dd { (value) } } }
            }
        }
        @if let Some(figures) = scan.quality.as_ref().and_then(|quality| values(&quality.values)) {
            h4 { "Figures of the picture" }
            (figures)
        }
    }
}
