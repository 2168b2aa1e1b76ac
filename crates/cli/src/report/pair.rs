//! The two scans that are compared: side by side, and one over the other with a slider.

use maud::{Markup, html};

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
pub fn viewer(key: &str, before: &Side, after: &Side, transform: Option<[f64; 6]>) -> Markup {
    if before.drawing.is_empty() || after.drawing.is_empty() {
        return html! {
            p.note { "There are no two pictures to show: pictures are kept only where the app was asked to keep them." }
        };
    }
    let both_photos = before.drawing.has(Layer::Photo) && after.drawing.has(Layer::Photo);
    let given = transform.map(Matrix).filter(|m| both_photos && m.is_alignment());
    // Without an alignment from the pictures, the two regions are laid over each other.
    let by_region = || Some(after.drawing.region.after(&before.drawing.region.inverse()?)).filter(Matrix::is_alignment);
    let placed = given.or_else(by_region).unwrap_or(Matrix::scale(1.0));
    let dates = [text::date_time(before.taken_at), text::date_time(after.taken_at)];
    let has = |layer| before.drawing.has(layer) || after.drawing.has(layer);
    html! {
        div.viewer {
            @if has(Layer::Outline) { (toggle(key, "outline", "Outline", !both_photos)) }
            @if has(Layer::Heatmap) { (toggle(key, "heat", "Heatmap", !both_photos && !has(Layer::Outline))) }
            div.pair {
                @for (side, matrix, when, date) in
                    [(before, placed, "Earlier", &dates[0]), (after, Matrix::scale(1.0), "Later", &dates[1])]
                {
                    figure {
                        svg.frame viewBox=(view_box(after.drawing.view)) role="img" aria-label={ (when) " scan, " (date) } {
                            (layers(side.drawing, matrix))
                        }
                        figcaption { b { (when) } " " (date) }
                    }
                }
            }
            (slider(key, [before, after], placed, &dates))
        }
        p.note {
            @match (given.is_some(), both_photos) {
                (true, _) => "The earlier picture was turned, moved and scaled to lie over the later one.",
                (false, true) => {
                    "The two were laid over each other by their regions; small shifts come from how the pictures were taken."
                }
                (false, false) => "No picture was kept of at least one of the two scans; what was measured is shown instead.",
            }
        }
    }
}

/// A check box that works without a script: what it shows stands behind it in the page. Where there
/// is no photo to lay it over, it starts switched on.
fn toggle(key: &str, layer: &str, label: &str, on: bool) -> Markup {
    let id = format!("{key}-show-{layer}");
    html! {
        input type="checkbox" class={ "toggle show-" (layer) } id=(id) checked[on];
        label for=(id) { (label) }
    }
}

fn slider(key: &str, [before, after]: [&Side; 2], placed: Matrix, dates: &[String; 2]) -> Markup {
    let view = after.drawing.view;
    let middle = text::coordinate(view[0] + view[2] / 2.0);
    let half = text::coordinate(view[2] / 2.0);
    let bottom = text::coordinate(view[1] + view[3]);
    let [x, y, width, height] = view.map(text::coordinate);
    html! {
        div.slide.needs-script data-x=(x) data-width=(width) data-height=(height) {
            svg.frame viewBox=(view_box(view)) role="img" aria-label="Earlier scan on the left of the line, later scan on the right" {
                defs {
                    clipPath id={ (key) "-clip" } { rect.cut x=(x) y=(y) width=(half) height=(height) {} }
                }
                (layers(after.drawing, Matrix::scale(1.0)))
                g clip-path={ "url(#" (key) "-clip)" } {
                    rect.blank x=(x) y=(y) width=(width) height=(height) {}
                    (layers(before.drawing, placed))
                }
                line.edge x1=(middle) x2=(middle) y1=(y) y2=(bottom) {}
            }
            label for={ (key) "-slide" } { "Slide between earlier and later" }
            input type="range" id={ (key) "-slide" } min="0" max="100" step="1" value="50"
                aria-valuetext="50 % earlier, 50 % later";
            div.ends aria-hidden="true" {
                span { b { "Earlier" } " " (dates[0]) }
                span { b { "Later" } " " (dates[1]) }
            }
        }
    }
}

fn layers(drawing: &Drawing, matrix: Matrix) -> Markup {
    html! {
        g transform=(matrix.transform()) {
            @for layer in [Layer::Photo, Layer::Heatmap, Layer::Outline] { (drawing.layer(layer)) }
        }
    }
}
