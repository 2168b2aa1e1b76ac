//! The record as one HTML file that needs nothing else: no network, no other file. It is readable
//! without its small script, on paper and with a screen reader.

pub mod data;
mod markup;
mod matrix;
mod model;
mod pair;
mod picture;
mod plot;
mod raster;
mod scan;
mod site;
mod text;

pub use model::*;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use markup::{Html, put};
use sha2::{Digest, Sha256};
use skinkit::overlay::VIRIDIS;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The page. Any report makes one: what is missing or makes no sense is left out or said to be so.
pub fn html(report: &Report) -> String {
    let sites: Vec<site::Prepared> = report
        .sites
        .iter()
        .enumerate()
        .map(|(i, s)| site::Prepared::new(i, s))
        .collect();
    let title = match &report.subject {
        Some(subject) => format!("Skin record of {subject}"),
        None => "Skin record".to_owned(),
    };
    let mut html = Html::default();
    put!(html; "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"", policy(), "\">",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">",
        "<meta name=\"referrer\" content=\"no-referrer\"><meta name=\"robots\" content=\"noindex\"><title>", &title, "</title><style>");
    html.raw(STYLE);
    put!(html; "</style></head><body><a class=\"skip\" href=\"#main\">Go to the record</a>", definitions(&sites));
    put!(html; "<header class=\"page\"><h1>", &title, "</h1><p class=\"meta\">Made on ", text::date_time(report.generated_at));
    if !report.made_with.is_empty() {
        put!(html; " with ", &report.made_with);
    }
    html.raw("</p><p class=\"purpose\">This page records, measures and compares pictures of skin. It is not a medical device and makes no diagnosis. If something on your skin concerns you, show it to a doctor, whatever is written here.</p></header><main id=\"main\">");
    if sites.is_empty() {
        html.raw("<p class=\"empty\">No scan is recorded yet.</p>");
    }
    if sites.len() > 1 {
        html.raw("<nav aria-label=\"Places on the body\"><ul class=\"overview\">");
        for site in &sites {
            put!(html; site.card());
        }
        html.raw("</ul></nav>");
    }
    for site in &sites {
        put!(html; site.section());
    }
    html.raw("</main><footer class=\"page\"><p>Not a medical device. Pictures and results on this page are health data: keep the file as you would keep a letter from your doctor. Nothing on it was sent anywhere, and it loads nothing from anywhere.</p></footer><script>");
    html.raw(SCRIPT);
    html.raw("</script></body></html>\n");
    html.into_string()
}

/// Nothing may be loaded, and only this style and this script may run.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; img-src data:; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// Every picture once; the page draws them from here by reference.
fn definitions(sites: &[site::Prepared]) -> Html {
    let mut html = Html::default();
    html.raw("<svg class=\"definitions\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs><linearGradient id=\"viridis\">");
    let last = (VIRIDIS.len() - 1) as f64;
    for (i, [r, g, b]) in VIRIDIS.into_iter().enumerate() {
        put!(html; "<stop offset=\"", i as f64 / last, "\" stop-color=\"", format!("#{r:02x}{g:02x}{b:02x}"), "\"/>");
    }
    html.raw("</linearGradient>");
    for site in sites {
        put!(html; site.definitions());
    }
    html.raw("</defs></svg>");
    html
}

#[cfg(test)]
mod tests;
