//! One scan's results.

use super::markup::{Html, put};
use super::model::{Measurement, Quality, Scan};
use super::picture::{Drawing, Layer, view_box};
use super::{plot, text};

/// The pictures of one scan, each layer by itself so that all is seen in print and without script.
pub fn strip(scan: &Scan, drawing: &Drawing) -> Html {
    let mut html = Html::default();
    if drawing.is_empty() {
        put!(html; "<p class=\"note\">", no_picture(drawing), "</p>");
        return html;
    }
    let top = top_name(scan);
    html.raw("<div class=\"strip\">");
    if drawing.has(Layer::Photo) {
        figure(&mut html, drawing, &[Layer::Photo], "The picture", "");
    } else {
        put!(html; "<p class=\"note\">", no_picture(drawing), "</p>");
    }
    if drawing.has(Layer::Outline) {
        figure(
            &mut html,
            drawing,
            &[Layer::Photo, Layer::Outline],
            match (scan.border.is_empty(), scan.measures.is_empty()) {
                (false, _) => "The lesion's border as it was measured",
                (true, false) => "The lesion as the model outlines it; the measures follow its border more closely",
                (true, true) => "What the model outlines; no lesion stood out to be measured",
            },
            "",
        );
    }
    if drawing.has(Layer::Heatmap) {
        figure(
            &mut html,
            drawing,
            &[Layer::Photo, Layer::Heatmap],
            "Where the highest score comes from",
            &top,
        );
    }
    html.raw("</div>");
    html
}

fn figure(html: &mut Html, drawing: &Drawing, layers: &[Layer], caption: &'static str, detail: &str) {
    put!(html; "<figure><svg class=\"frame shown\" viewBox=\"", view_box(drawing.view), "\" role=\"img\" aria-label=\"", caption);
    if !detail.is_empty() {
        put!(html; ": ", detail);
    }
    html.raw("\">");
    for layer in layers {
        put!(html; drawing.layer(*layer));
    }
    put!(html; "</svg><figcaption>", caption);
    if layers.contains(&Layer::Heatmap) {
        if !detail.is_empty() {
            put!(html; " (", detail, ")");
        }
        html.raw("<span class=\"legend\"><span>less</span><svg viewBox=\"0 0 90 8\" aria-hidden=\"true\" focusable=\"false\"><rect width=\"90\" height=\"8\" rx=\"2\" fill=\"url(#viridis)\"/></svg><span>more</span></span>");
    }
    html.raw("</figcaption></figure>");
}

fn no_picture(drawing: &Drawing) -> &'static str {
    if drawing.unreadable {
        "The kept picture cannot be read."
    } else {
        "No picture was kept of this scan."
    }
}

/// Labels and their scores, highest first, those of the prediction set marked.
pub fn scores(scan: &Scan) -> Html {
    let mut html = Html::default();
    if scan.probabilities.is_empty() {
        return html;
    }
    let mut all: Vec<_> = scan.probabilities.iter().collect();
    all.sort_by(|a, b| b.p.total_cmp(&a.p).then_with(|| a.label.cmp(&b.label)));
    html.raw("<ul class=\"scores\">");
    for one in all {
        let in_set = scan.prediction_set.contains(&one.label);
        html.raw("<li><span class=\"name\">");
        put!(html; name_of(&one.name, &one.label));
        if in_set {
            html.raw(" <span class=\"chip\">in the set</span>");
        }
        put!(html; "</span><span class=\"number\">", text::per_cent(one.p), "</span>", plot::share(one.p, in_set), "</li>");
    }
    html.raw("</ul><p class=\"note\">These are the model pack’s scores for its own labels. ");
    if !scan.prediction_set.is_empty() {
        html.raw("“In the set” marks the labels that the pack cannot rule out at its stated error rate. ");
    }
    html.raw("They describe the picture as the pack sees it and say nothing final about your skin.</p>");
    html
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

fn top_name(scan: &Scan) -> String {
    let top = scan.probabilities.iter().max_by(|a, b| a.p.total_cmp(&b.p));
    top.map(|p| name_of(&p.name, &p.label).to_owned()).unwrap_or_default()
}

/// Quality of the picture and whether the pack knows pictures of its kind.
pub fn conditions(scan: &Scan) -> Html {
    let mut html = Html::default();
    if let Some(quality) = &scan.quality {
        put!(html; "<p>", quality_chip(quality), "</p>");
        if !quality.issues.is_empty() {
            html.raw("<ul class=\"plain\">");
            for issue in &quality.issues {
                put!(html; "<li>", issue, "</li>");
            }
            html.raw("</ul>");
        }
    }
    if let Some(familiarity) = scan.familiarity {
        html.raw(if familiarity.in_distribution {
            "<p>The picture resembles those that the model pack was made from."
        } else {
            "<p class=\"caution\"><b>Unlike the pack’s pictures.</b> The model pack was made from other kinds of pictures, so its scores are of little use here."
        });
        put!(html; " <span class=\"meta\">Score ", text::value(familiarity.score, ""), ", line at ", text::value(familiarity.threshold, ""), ".</span></p>");
    }
    html
}

/// Whether the picture passed the gate, in words and shape.
pub fn quality_chip(quality: &Quality) -> Html {
    let mut html = Html::default();
    html.raw(if quality.accepted {
        "<span class=\"chip good\"><span aria-hidden=\"true\">✓</span> Picture good enough to compare</span>"
    } else {
        "<span class=\"chip poor\"><span aria-hidden=\"true\">!</span> Picture not good enough to compare</span>"
    });
    html
}

/// Named values as a list.
pub fn values(values: &[Measurement]) -> Html {
    let mut html = Html::default();
    if values.is_empty() {
        return html;
    }
    html.raw("<dl class=\"values\">");
    for one in values {
        put!(html; "<div><dt>", text::capital(&one.name), "</dt><dd>", text::value(one.value, &one.unit));
        if let Some([low, high]) = one.interval.filter(|i| i.iter().all(|v| v.is_finite())) {
            put!(html; " <span class=\"meta\">(", text::value(low, ""), " to ", text::value(high, ""), ")</span>");
        }
        html.raw("</dd></div>");
    }
    html.raw("</dl>");
    html
}

/// Which pack the results are from, and on what terms.
pub fn pack(scan: &Scan) -> Html {
    let mut html = Html::default();
    if let Some(pack) = &scan.pack {
        put!(html; "<p class=\"note\">Model pack ", format!("{} {}", pack.id, pack.version).trim());
        if !pack.licence.is_empty() {
            put!(html; ". Licence: ", &pack.licence);
        }
        html.raw("</p>");
    }
    html
}

/// How the results were made, with the figures of the picture's quality.
pub fn origin(scan: &Scan) -> Html {
    let mut html = Html::default();
    html.raw("<dl class=\"origin\">");
    let mut row = |name: &'static str, value: &str| {
        if !value.is_empty() {
            put!(html; "<div><dt>", name, "</dt><dd>", value, "</dd></div>");
        }
    };
    row("Scan", &scan.id);
    row("Region", scan.region.as_deref().unwrap_or_default());
    if let Some(pack) = &scan.pack {
        row("Intended use", pack.intended_use.as_deref().unwrap_or_default());
    }
    row("Engine", &scan.engine);
    row("Recorded", &text::date_time(scan.taken_at));
    html.raw("</dl>");
    if let Some(quality) = scan.quality.as_ref().filter(|q| !q.values.is_empty()) {
        put!(html; "<h4>Figures of the picture</h4>", values(&quality.values));
    }
    html
}
