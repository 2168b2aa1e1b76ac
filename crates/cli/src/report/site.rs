//! One place on the body: verdict, pair, measures, trends, latest scan, all scans.

use super::markup::{Html, put};
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
    pub fn definitions(&self) -> Html {
        let mut html = Html::default();
        for (_, drawing) in &self.scans {
            put!(html; drawing.definitions());
        }
        html
    }

    /// The site as one line of the overview.
    pub fn card(&self) -> Html {
        let mut html = Html::default();
        put!(html; "<li><a href=\"#", &self.key, "\">");
        match self.scans.last() {
            Some((_, drawing)) if !drawing.is_empty() => put!(html; thumbnail(drawing)),
            _ => html.raw("<span class=\"thumb none\" aria-hidden=\"true\"></span>"),
        }
        put!(html; "<span><b>", &self.site.name, "</b><span class=\"meta\">", self.span(), "</span>");
        if let Some(comparison) = &self.site.comparison {
            put!(html; tone_chip(comparison.tone));
        }
        html.raw("</span></a></li>");
        html
    }

    /// The whole section.
    pub fn section(&self) -> Html {
        let mut html = Html::default();
        put!(html; "<section class=\"site\" id=\"", &self.key, "\" aria-labelledby=\"", &self.key, "-name\"><header><h2 id=\"", &self.key, "-name\">",
            &self.site.name, "</h2><p class=\"meta\">", self.span(), "</p></header>");
        match (&self.site.comparison, self.scans.len()) {
            (_, 0) => html.raw("<p class=\"note\">No scan of this place is recorded yet.</p>"),
            (None, 1) => {
                html.raw("<p class=\"note\">This is the first scan. A comparison appears here after the next one.</p>")
            }
            (comparison, _) => put!(html; self.compared(comparison.as_ref())),
        }
        put!(html; self.trends(), self.latest(), self.timeline());
        html.raw("</section>");
        html
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

    fn compared(&self, comparison: Option<&Comparison>) -> Html {
        let mut html = Html::default();
        if let Some(comparison) = comparison {
            put!(html; self.verdict(comparison));
        }
        if let Some((before, after)) = self.pair {
            let side = |i: usize| Side {
                drawing: &self.scans[i].1,
                taken_at: self.scans[i].0.taken_at,
            };
            let transform = comparison.and_then(|c| c.transform);
            put!(html; "<h3>The two pictures</h3>", pair::viewer(&self.key, &side(before), &side(after), transform));
        }
        if let Some(comparison) = comparison.filter(|c| !c.rows.is_empty()) {
            put!(html; "<h3>What was measured</h3>", differences(comparison));
        }
        html
    }

    fn verdict(&self, comparison: &Comparison) -> Html {
        let mut html = Html::default();
        html.raw(match comparison.tone {
            Tone::Steady => "<div class=\"verdict steady\"><span class=\"sign\" aria-hidden=\"true\">=</span>",
            Tone::Changed => "<div class=\"verdict changed\"><span class=\"sign\" aria-hidden=\"true\">≠</span>",
            Tone::NotCompared => {
                "<div class=\"verdict not-compared\"><span class=\"sign\" aria-hidden=\"true\">?</span>"
            }
        });
        put!(html; "<div><p class=\"lead\">", &comparison.verdict, "</p><p class=\"meta\">");
        if let Some((before, after)) = self.pair {
            put!(html; text::date(self.scans[before].0.taken_at), " compared with ", text::date(self.scans[after].0.taken_at), ". ");
        }
        if let Some(similarity) = comparison.similarity.filter(|s| s.is_finite()) {
            put!(html; "Similarity of the two, as the model sees them: ", text::value(similarity, ""), " (1 is the same picture).");
        }
        html.raw("</p></div></div>");
        html
    }

    fn trends(&self) -> Html {
        let mut html = Html::default();
        let drawn: Vec<&Trend> = self
            .site
            .trends
            .iter()
            .filter(|t| !plot::sorted(t).is_empty())
            .collect();
        if drawn.is_empty() {
            return html;
        }
        html.raw("<h3>Over time</h3><div class=\"trends\">");
        for trend in &drawn {
            put!(html; "<figure><figcaption><b>", text::capital(&trend.name), "</b>");
            if !trend.unit.is_empty() {
                put!(html; " <span class=\"meta\">in ", &trend.unit, "</span>");
            }
            html.raw("</figcaption>");
            put!(html; plot::trend(trend));
            if let Some(note) = &trend.note {
                put!(html; "<p class=\"note\">", note, "</p>");
            }
            put!(html; trend_table(trend));
            html.raw("</figure>");
        }
        html.raw("</div><p class=\"note\">Bars show how far a value may be off. ");
        if drawn.iter().any(|t| t.band.is_some()) {
            html.raw("The shaded strip is what pictures of an unchanged place differ by, around the first scan. ");
        }
        if drawn.iter().any(|t| t.points.iter().any(|p| p.outlier)) {
            html.raw("Hollow points lie far from the others; they are kept and marked.");
        }
        html.raw("</p>");
        html
    }

    fn latest(&self) -> Html {
        let mut html = Html::default();
        let Some((scan, drawing)) = self.scans.last() else {
            return html;
        };
        put!(html; "<h3>Latest scan <span class=\"meta\">", text::date_time(scan.taken_at), "</span></h3>", scan::strip(scan, drawing), results(scan));
        html
    }

    fn timeline(&self) -> Html {
        let mut html = Html::default();
        if self.scans.is_empty() {
            return html;
        }
        html.raw("<h3>All scans</h3><ol class=\"timeline\" reversed>");
        for (i, (scan, drawing)) in self.scans.iter().enumerate().rev() {
            put!(html; "<li><time datetime=\"", text::iso(scan.taken_at), "\">", text::date_time(scan.taken_at), "</time>");
            html.raw("<div class=\"entry\">");
            if drawing.is_empty() {
                html.raw("<span class=\"thumb none\" aria-hidden=\"true\"></span>");
            } else {
                put!(html; thumbnail(drawing));
            }
            html.raw("<div>");
            if let Some(quality) = &scan.quality {
                put!(html; "<p>", scan::quality_chip(quality), "</p>");
            }
            if let Some(set) = scan::set_in_words(scan) {
                put!(html; "<p class=\"meta\">Labels in the set: ", set, "</p>");
            }
            html.raw("</div></div>");
            // The latest one stands in full above.
            if i + 1 < self.scans.len() {
                put!(html; "<details><summary>Results of ", text::date(scan.taken_at), "</summary>", results(scan), "</details>");
            }
            html.raw("</li>");
        }
        html.raw("</ol>");
        html
    }
}

/// Scores, measures, quality and origin of one scan.
fn results(scan: &Scan) -> Html {
    let mut html = Html::default();
    let titled = |html: &mut Html, title: &'static str, part: Html| {
        if !part.is_empty() {
            put!(html; "<div><h4>", title, "</h4>", part, "</div>");
        }
    };
    html.raw("<div class=\"results\">");
    titled(&mut html, "Label scores", scan::scores(scan));
    let mut beside = Html::default();
    titled(&mut beside, "Measures", scan::values(&scan.measures));
    titled(&mut beside, "Picture quality", scan::conditions(scan));
    if !beside.is_empty() {
        put!(html; "<div class=\"beside\">", beside, "</div>");
    }
    put!(html; "</div>", scan::pack(scan), "<details class=\"made\"><summary>How this was made</summary>", scan::origin(scan), "</details>");
    html
}

/// The scans named by the comparison, else the two latest.
fn which_pair(ordered: &[&Scan], comparison: Option<&Comparison>) -> Option<(usize, usize)> {
    let place = |id: &str| ordered.iter().position(|scan| scan.id == id);
    let named = comparison
        .and_then(|c| Some((place(&c.before)?, place(&c.after)?)))
        .filter(|(a, b)| a != b);
    named.or_else(|| (ordered.len() > 1).then(|| (ordered.len() - 2, ordered.len() - 1)))
}

fn thumbnail(drawing: &Drawing) -> Html {
    let mut html = Html::default();
    put!(html; "<svg class=\"thumb\" viewBox=\"", view_box(drawing.view), "\" preserveAspectRatio=\"xMidYMid slice\" aria-hidden=\"true\" focusable=\"false\">",
        drawing.layer(Layer::Photo));
    if !drawing.has(Layer::Photo) {
        put!(html; drawing.layer(Layer::Heatmap), drawing.layer(Layer::Outline));
    }
    html.raw("</svg>");
    html
}

fn tone_chip(tone: Tone) -> Html {
    let mut html = Html::default();
    html.raw(match tone {
        Tone::Steady => "<span class=\"chip good\"><span aria-hidden=\"true\">=</span> No measurable change</span>",
        Tone::Changed => "<span class=\"chip poor\"><span aria-hidden=\"true\">≠</span> Changed</span>",
        Tone::NotCompared => "<span class=\"chip\"><span aria-hidden=\"true\">?</span> Not compared</span>",
    });
    html
}

fn differences(comparison: &Comparison) -> Html {
    let mut html = Html::default();
    // Roles are named because the narrow layout makes blocks of rows, which would hide the table.
    html.raw("<table class=\"differences\" role=\"table\"><thead role=\"rowgroup\"><tr role=\"row\"><th role=\"columnheader\" scope=\"col\">Measure</th><th role=\"columnheader\" scope=\"col\">Earlier</th><th role=\"columnheader\" scope=\"col\">Later</th><th role=\"columnheader\" scope=\"col\">Difference</th><th role=\"columnheader\" scope=\"col\">Counts from</th><th role=\"columnheader\" scope=\"col\">Against noise</th></tr></thead><tbody role=\"rowgroup\">");
    for row in &comparison.rows {
        let floor = row.minimum_detectable.filter(|m| m.is_finite());
        let unit = if row.difference_unit.is_empty() {
            &row.unit
        } else {
            &row.difference_unit
        };
        put!(html; "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">", text::capital(&row.name),
            "</th><td role=\"cell\" data-label=\"Earlier\">", text::value(row.before, &row.unit),
            "</td><td role=\"cell\" data-label=\"Later\">", text::value(row.after, &row.unit),
            "</td><td role=\"cell\" data-label=\"Difference\"><b>", text::signed(row.difference, unit),
            "</b></td><td role=\"cell\" data-label=\"Counts from\">",
            floor.map_or_else(|| text::NONE.to_owned(), |m| format!("±{}", text::value(m, unit))),
            "</td><td role=\"cell\" class=\"against\">", plot::noise_gauge(row), "<span class=\"meta\">");
        html.raw(match floor {
            _ if !row.difference.is_finite() => "not measured",
            None => "noise not known",
            Some(m) if row.difference.abs() >= m => "more than noise",
            Some(_) => "within noise",
        });
        html.raw("</span></td></tr>");
    }
    html.raw("</tbody></table><p class=\"note\">Two pictures of an unchanged place never measure quite the same. “Counts from” is the smallest difference that is more than this noise; the shaded middle of each gauge shows it.</p>");
    html
}

fn trend_table(trend: &Trend) -> Html {
    let mut html = Html::default();
    put!(html; "<details class=\"made\"><summary>All values<span class=\"hidden\"> of ", &trend.name, "</span></summary><table><thead><tr><th scope=\"col\">Date</th><th scope=\"col\">Value</th><th scope=\"col\">From</th><th scope=\"col\">To</th></tr></thead><tbody>");
    for p in plot::sorted(trend) {
        let [low, high] = plot::bar(&p).unwrap_or([f64::NAN; 2]);
        put!(html; "<tr><th scope=\"row\">", text::date(p.taken_at), if p.outlier { " (far from the others)" } else { "" },
            "</th><td>", text::value(p.value, &trend.unit), "</td><td>", text::value(low, &trend.unit), "</td><td>", text::value(high, &trend.unit), "</td></tr>");
    }
    html.raw("</tbody></table></details>");
    html
}
