//! The record as one HTML file that needs nothing else: no network, no other file. It is readable
//! without its small script, on paper and with a screen reader.

pub mod data;
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
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use skinkit::overlay::VIRIDIS;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The page. Any report makes one: what is missing or makes no sense is left out or said to be so.
pub fn page(report: &Report) -> String {
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
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Go to the record" }
                (definitions(&sites))
                header.page {
                    h1 { (title) }
                    p.meta {
                        "Made on " (text::date_time(report.generated_at))
                        @if !report.made_with.is_empty() { " with " (report.made_with) }
                    }
                    p.purpose {
                        "This page records, measures and compares pictures of skin. It is not a medical device and makes no "
                        "diagnosis. If something on your skin concerns you, show it to a doctor, whatever is written here."
                    }
                }
                main #main {
                    @if sites.is_empty() { p.empty { "No scan is recorded yet." } }
                    @if sites.len() > 1 {
                        nav aria-label="Places on the body" {
                            ul.overview { @for site in &sites { (site.card()) } }
                        }
                    }
                    @for site in &sites { (site.section()) }
                }
                footer.page {
                    p {
                        "Not a medical device. This file is not encrypted and contains health data. It was made on this "
                        "device, and it loads nothing from the network."
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    printable(&page.into_string())
}

/// Control characters are no text, and marks that turn the direction of text could make a name pass for another: wherever
/// they come from, the page shows a replacement character.
fn printable(page: &str) -> String {
    page.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
            c if c.is_control() => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
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
fn definitions(sites: &[site::Prepared]) -> Markup {
    let last = (VIRIDIS.len() - 1) as f64;
    html! {
        svg.definitions width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                linearGradient #viridis {
                    @for (i, [r, g, b]) in VIRIDIS.into_iter().enumerate() {
                        stop offset=(text::coordinate(i as f64 / last)) stop-color={ "#" (format!("{r:02x}{g:02x}{b:02x}")) } {}
                    }
                }
                @for site in sites { (site.definitions()) }
            }
        }
    }
}

#[cfg(test)]
mod tests;
