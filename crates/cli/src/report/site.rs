//! One place on the body: verdict, pair, measures, trends, latest scan, all scans.

use maud::{Markup, html};

use super::model::{Comparison, Scan, Site, Tone, Trend};
use super::pair::{self, Side};
use super::picture::{Drawing, LARGE, Layer, SMALL, view_box};
use super::{plot, scan, text};

/// A site in order of time, with everything drawn that the page shows of it.
pub struct Prepared<'a> {
    site: &'a Site,
    key: String,
    scans: Vec<(&'a Scan, Drawing)>,
    /// Places of the two scans that are compared.
    pair: Option<(usize, usize)>,
}

impl<'a> Prepared<'a> {
    /// Site number `index` of the page.
    pub fn new(index: usize, site: &'a Site) -> Self {
        let key = format!("site-{index}");
        let mut ordered: Vec<&Scan> = site.scans.iter().collect();
        ordered.sort_by_key(|scan| scan.taken_at);
        let pair = which_pair(&ordered, site.comparison.as_ref());
        let last = ordered.len().saturating_sub(1);
        let scans = ordered
            .into_iter()
            .enumerate()
            .map(|(i, scan)| {
                let large = i == last || pair.is_some_and(|(a, b)| i == a || i == b);
                let drawing = Drawing::new(format!("{key}-{i}"), scan, if large { LARGE } else { SMALL });
                (scan, drawing)
            })
            .collect();
        Self { site, key, scans, pair }
    }

    /// Every picture of the site, to stand in the page's `<defs>`.
    pub fn definitions(&self) -> Markup {
        html! { @for (_, drawing) in &self.scans { (drawing.definitions()) } }
    }

    /// The site as one line of the overview.
    pub fn card(&self) -> Markup {
        html! {
            li {
                a href={ "#" (self.key) } {
                    (thumbnail(self.scans.last().map(|(_, drawing)| drawing)))
                    span {
                        b { (self.site.name) }
                        span.meta { (self.span()) }
                        @if let Some(comparison) = &self.site.comparison { (tone_chip(comparison.tone)) }
                    }
                }
            }
        }
    }

    /// The whole section.
    pub fn section(&self) -> Markup {
        html! {
            section.site id=(self.key) aria-labelledby={ (self.key) "-name" } {
                header {
                    h2 id={ (self.key) "-name" } { (self.site.name) }
                    p.meta { (self.span()) }
                }
                @match (&self.site.comparison, self.scans.len()) {
                    (_, 0) => p.note { "No scan of this place is recorded yet." },
                    (None, 1) => p.note { "This is the first scan. A comparison appears here after the next one." },
                    (comparison, _) => (self.compared(comparison.as_ref())),
                }
                (self.trends())
                (self.latest())
                (self.timeline())
            }
        }
    }

    fn span(&self) -> String {
        let count = text::count(self.scans.len(), "scan", "scans");
        match (self.scans.first(), self.scans.last()) {
            (Some((first, _)), Some((last, _))) if self.scans.len() > 1 => {
                format!(
                    "{count}, {} to {}",
                    text::date(first.taken_at),
                    text::date(last.taken_at)
                )
            }
            (Some((only, _)), _) => format!("{count}, {}", text::date(only.taken_at)),
            _ => count,
        }
    }

    fn compared(&self, comparison: Option<&Comparison>) -> Markup {
        let side = |i: usize| Side {
            drawing: &self.scans[i].1,
            taken_at: self.scans[i].0.taken_at,
        };
        let transform = comparison.and_then(|c| c.transform);
        html! {
            @if let Some(comparison) = comparison { (self.verdict(comparison)) }
            @if let Some((before, after)) = self.pair {
                h3 { "The two pictures" }
                (pair::viewer(&self.key, &side(before), &side(after), transform))
            }
            @if let Some(comparison) = comparison.filter(|c| !c.rows.is_empty()) {
                h3 { "What was measured" }
                (differences(comparison))
            }
        }
    }

    fn verdict(&self, comparison: &Comparison) -> Markup {
        let (class, sign) = match comparison.tone {
            Tone::Steady => ("steady", "="),
            Tone::Changed => ("changed", "≠"),
            Tone::NotCompared => ("not-compared", "?"),
        };
        html! {
            div class={ "verdict " (class) } {
                span.sign aria-hidden="true" { (sign) }
                div {
                    p.lead { (comparison.verdict) }
                    p.meta {
                        @if let Some((before, after)) = self.pair {
                            (text::date(self.scans[before].0.taken_at)) " compared with "
                            (text::date(self.scans[after].0.taken_at)) ". "
                        }
                        @if let Some(similarity) = comparison.similarity.filter(|s| s.is_finite()) {
                            "Similarity of the two, as the model sees them: " (text::value(similarity, ""))
                            " (1 is the same picture)."
                        }
                    }
                }
            }
        }
    }

    fn trends(&self) -> Markup {
        let drawn: Vec<&Trend> = self
            .site
            .trends
            .iter()
            .filter(|t| !plot::sorted(t).is_empty())
            .collect();
        if drawn.is_empty() {
            return Markup::default();
        }
        html! {
            h3 { "Over time" }
            div.trends {
                @for trend in &drawn {
                    figure {
                        figcaption {
                            b { (text::capital(&trend.name)) }
                            @if !trend.unit.is_empty() { " " span.meta { "in " (trend.unit) } }
                        }
                        (plot::trend(trend))
                        @if let Some(note) = &trend.note { p.note { (note) } }
                        (trend_table(trend))
                    }
                }
            }
            p.note {
                "Bars show how far a value may be off. "
                @if drawn.iter().any(|t| t.band.is_some()) {
                    "The shaded strip shows how much pictures of an unchanged place differ from the first scan. "
                }
                @if drawn.iter().any(|t| t.points.iter().any(|p| p.outlier)) {
                    "Hollow points lie far from the others; they are kept and marked."
                }
            }
        }
    }

    fn latest(&self) -> Markup {
        html! {
            @if let Some((scan, drawing)) = self.scans.last() {
                h3 { "Latest scan " span.meta { (text::date_time(scan.taken_at)) } }
                (scan::strip(scan, drawing))
                (results(scan))
            }
        }
    }

    fn timeline(&self) -> Markup {
        if self.scans.is_empty() {
            return Markup::default();
        }
        html! {
            h3 { "All scans" }
            ol.timeline reversed {
                @for (i, (scan, drawing)) in self.scans.iter().enumerate().rev() {
                    li {
                        time datetime=(text::iso(scan.taken_at)) { (text::date_time(scan.taken_at)) }
                        div.entry {
                            (thumbnail(Some(drawing)))
                            div {
                                @if let Some(quality) = &scan.quality { p { (scan::quality_chip(quality)) } }
                                @if let Some(set) = scan::set_in_words(scan) { p.meta { "Labels in the set: " (set) } }
                            }
                        }
                        // The latest one stands in full above.
                        @if i + 1 < self.scans.len() {
                            details {
                                summary { "Results of " (text::date(scan.taken_at)) }
                                (results(scan))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Scores, measures, quality and origin of one scan.
fn results(scan: &Scan) -> Markup {
    let titled = |title: &str, part: Option<Markup>| {
        html! { @if let Some(part) = part { div { h4 { (title) } (part) } } }
    };
    let (measures, conditions) = (scan::values(&scan.measures), scan::conditions(scan));
    html! {
        div.results {
            (titled("Label scores", scan::scores(scan)))
            @if measures.is_some() || conditions.is_some() {
                div.beside { (titled("Measures", measures)) (titled("Picture quality", conditions)) }
            }
        }
        (scan::pack(scan))
        details.made {
            summary { "How this was made" }
            (scan::origin(scan))
        }
    }
}

/// The scans named by the comparison, else the two latest.
fn which_pair(ordered: &[&Scan], comparison: Option<&Comparison>) -> Option<(usize, usize)> {
    let place = |id: &str| ordered.iter().position(|scan| scan.id == id);
    let named = comparison
        .and_then(|c| Some((place(&c.before)?, place(&c.after)?)))
        .filter(|(a, b)| a != b);
    named.or_else(|| (ordered.len() > 1).then(|| (ordered.len() - 2, ordered.len() - 1)))
}

/// A small picture; an empty square where nothing can be shown.
fn thumbnail(drawing: Option<&Drawing>) -> Markup {
    let Some(drawing) = drawing.filter(|drawing| !drawing.is_empty()) else {
        return html! { span.thumb.none aria-hidden="true" {} };
    };
    html! {
        svg.thumb viewBox=(view_box(drawing.view)) preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false" {
            @if drawing.has(Layer::Photo) { (drawing.layer(Layer::Photo)) }
            @else { (drawing.layer(Layer::Heatmap)) (drawing.layer(Layer::Outline)) }
        }
    }
}

fn tone_chip(tone: Tone) -> Markup {
    html! {
        @match tone {
            Tone::Steady => span.chip.good { span aria-hidden="true" { "=" } " No measurable change" },
            Tone::Changed => span.chip.poor { span aria-hidden="true" { "≠" } " Changed" },
            Tone::NotCompared => span.chip { span aria-hidden="true" { "?" } " Not compared" },
        }
    }
}

/// Heads of the table of differences; the narrow layout repeats those in between beside each value.
const COLUMNS: [&str; 6] = [
    "Measure",
    "Earlier",
    "Later",
    "Difference",
    "Noise limit",
    "Against noise",
];

fn differences(comparison: &Comparison) -> Markup {
    // Roles are named because the narrow layout makes blocks of rows, which would hide the table.
    html! {
        table.differences role="table" {
            thead role="rowgroup" {
                tr role="row" { @for head in COLUMNS { th role="columnheader" scope="col" { (head) } } }
            }
            tbody role="rowgroup" {
                @for row in &comparison.rows {
                    @let limit = row.minimum_detectable.filter(|m| m.is_finite());
                    @let unit = if row.difference_unit.is_empty() { &row.unit } else { &row.difference_unit };
                    tr role="row" {
                        th role="rowheader" scope="row" { (text::capital(&row.name)) }
                        td role="cell" data-label=(COLUMNS[1]) { (text::value(row.before, &row.unit)) }
                        td role="cell" data-label=(COLUMNS[2]) { (text::value(row.after, &row.unit)) }
                        td role="cell" data-label=(COLUMNS[3]) { b { (text::signed(row.difference, unit)) } }
                        td role="cell" data-label=(COLUMNS[4]) {
                            @if let Some(limit) = limit { "±" (text::value(limit, unit)) } @else { (text::NONE) }
                        }
                        td.against role="cell" {
                            (plot::noise_gauge(row))
                            span.meta {
                                @match limit {
                                    _ if !row.difference.is_finite() => "not measured",
                                    None => "noise unknown",
                                    Some(limit) if row.difference.abs() >= limit => "more than noise",
                                    Some(_) => "within noise",
                                }
                            }
                        }
                    }
                }
            }
        }
        p.note {
            "Two pictures of an unchanged place never measure quite the same. The noise limit is the smallest difference "
            "that is more than this noise; the shaded middle of each gauge shows it."
        }
    }
}

fn trend_table(trend: &Trend) -> Markup {
    html! {
        details.made {
            summary { "All values" span.hidden { " of " (trend.name) } }
            table {
                thead { tr { @for head in ["Date", "Value", "From", "To"] { th scope="col" { (head) } } } }
                tbody {
                    @for p in plot::sorted(trend) {
                        @let [low, high] = plot::bar(&p).unwrap_or([f64::NAN; 2]);
                        tr {
                            th scope="row" {
                                (text::date(p.taken_at))
                                @if p.outlier { " (far from the others)" }
                            }
                            td { (text::value(p.value, &trend.unit)) }
                            td { (text::value(low, &trend.unit)) }
                            td { (text::value(high, &trend.unit)) }
                        }
                    }
                }
            }
        }
    }
}
