//! The two scans that are compared: side by side, and one over the other with a slider.

use super::markup::{Html, put};
use super::matrix::Matrix;
use super::picture::{Drawing, Layer, view_box};
use super::text;

/// One side of the pair.
pub struct Side<'a> {
    pub drawing: &'a Drawing,
    pub taken_at: i64,
}

/// Both pictures in the frame of the later one. `key` starts the ids; `transform` takes the earlier
/// picture's pixels to the later one's.
pub fn viewer(key: &str, before: &Side, after: &Side, transform: Option<[f64; 6]>) -> Html {
    let mut html = Html::default();
    if before.drawing.is_empty() || after.drawing.is_empty() {
        html.raw("<p class=\"note\">There are no two pictures to show: pictures are kept only where the app was asked to keep them.</p>");
        return html;
    }
    let both_photos = before.drawing.has(Layer::Photo) && after.drawing.has(Layer::Photo);
    let given = transform.map(Matrix).filter(|m| both_photos && m.is_alignment());
    // Without an alignment from the pictures, the two regions are laid over each other.
    let by_region = || Some(after.drawing.region.after(&before.drawing.region.inverse()?)).filter(Matrix::is_alignment);
    let placed = given.or_else(by_region).unwrap_or(Matrix::scale(1.0));
    let dates = [text::date_time(before.taken_at), text::date_time(after.taken_at)];

    html.raw("<div class=\"viewer\">");
    let has = |layer| before.drawing.has(layer) || after.drawing.has(layer);
    if has(Layer::Outline) {
        toggle(&mut html, key, "outline", "Outline", !both_photos);
    }
    if has(Layer::Heatmap) {
        toggle(&mut html, key, "heat", "Heatmap", !both_photos && !has(Layer::Outline));
    }

    html.raw("<div class=\"pair\">");
    for (side, matrix, when, date) in [
        (before, placed, "Earlier", &dates[0]),
        (after, Matrix::scale(1.0), "Later", &dates[1]),
    ] {
        put!(html; "<figure><svg class=\"frame\" viewBox=\"", view_box(after.drawing.view), "\" role=\"img\" aria-label=\"",
            when, " scan, ", date, "\">", layers(side.drawing, matrix), "</svg>",
            "<figcaption><b>", when, "</b> ", date, "</figcaption></figure>");
    }
    html.raw("</div>");
    slider(&mut html, key, [before, after], placed, &dates);
    html.raw("</div>");

    html.raw("<p class=\"note\">");
    html.raw(match (given.is_some(), both_photos) {
        (true, _) => "The earlier picture was turned, moved and scaled to lie over the later one.",
        (false, true) => {
            "The two were laid over each other by their regions; small shifts come from how the pictures were taken."
        }
        (false, false) => "No picture was kept of at least one of the two scans; what was measured is shown instead.",
    });
    html.raw("</p>");
    html
}

/// A check box that works without a script: what it shows stands behind it in the page. Where there
/// is no photo to lay it over, it starts switched on.
fn toggle(html: &mut Html, key: &str, layer: &'static str, label: &'static str, on: bool) {
    let id = format!("{key}-show-{layer}");
    put!(html; "<input type=\"checkbox\" class=\"toggle show-", layer, "\" id=\"", &id, "\"");
    html.raw(if on { " checked" } else { "" });
    put!(html; "><label for=\"", &id, "\">", label, "</label>");
}

fn slider(html: &mut Html, key: &str, sides: [&Side; 2], placed: Matrix, dates: &[String; 2]) {
    let [before, after] = sides;
    let [x, y, width, height] = after.drawing.view;
    put!(html; "<div class=\"slide needs-script\" data-x=\"", x, "\" data-width=\"", width, "\" data-height=\"", height, "\">",
        "<svg class=\"frame\" viewBox=\"", view_box(after.drawing.view), "\" role=\"img\" aria-label=\"Earlier scan on the left of the line, later scan on the right\">",
        "<defs><clipPath id=\"", key, "-clip\"><rect class=\"cut\" x=\"", x, "\" y=\"", y, "\" width=\"", width / 2.0, "\" height=\"", height, "\"/></clipPath></defs>",
        layers(after.drawing, Matrix::scale(1.0)),
        "<g clip-path=\"url(#", key, "-clip)\"><rect class=\"blank\" x=\"", x, "\" y=\"", y, "\" width=\"", width, "\" height=\"", height, "\"/>",
        layers(before.drawing, placed), "</g>",
        "<line class=\"edge\" x1=\"", x + width / 2.0, "\" x2=\"", x + width / 2.0, "\" y1=\"", y, "\" y2=\"", y + height, "\"/></svg>",
        "<label for=\"", key, "-slide\">Slide between earlier and later</label>",
        "<input type=\"range\" id=\"", key, "-slide\" min=\"0\" max=\"100\" step=\"1\" value=\"50\" aria-valuetext=\"50 % earlier, 50 % later\">",
        "<div class=\"ends\" aria-hidden=\"true\"><span><b>Earlier</b> ", &dates[0], "</span><span><b>Later</b> ", &dates[1], "</span></div></div>");
}

fn layers(drawing: &Drawing, matrix: Matrix) -> Html {
    let mut html = Html::default();
    put!(html; "<g transform=\"matrix(", matrix.0, ")\">", drawing.layer(Layer::Photo), drawing.layer(Layer::Heatmap), drawing.layer(Layer::Outline), "</g>");
    html
}
