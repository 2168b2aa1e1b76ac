//! Plots as inline SVG. Words stand beside each plot; the drawing itself is one labelled picture.

use super::markup::{Html, put};
use super::model::{Difference, Point, Trend};
use super::text;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 28.0;

/// A trend as a plot with error bars; nothing where no point has a value.
pub fn trend(trend: &Trend) -> Html {
    let mut html = Html::default();
    let points = sorted(trend);
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return html;
    };
    let scale = Scale::new(trend, &points);

    put!(html; "<svg class=\"plot\" viewBox=\"0 0 ", WIDTH, " ", HEIGHT, "\" role=\"img\" aria-label=\"", describe(trend, &points), "\">");
    if let Some([low, high]) = trend.band.filter(|b| b.iter().all(|v| v.is_finite())) {
        let (top, bottom) = (scale.y(low.max(high)), scale.y(low.min(high)));
        put!(html; "<rect class=\"band\" x=\"", LEFT, "\" y=\"", top, "\" width=\"", WIDTH - LEFT - RIGHT, "\" height=\"", bottom - top, "\"/>");
    }
    for tick in &scale.ticks {
        let y = scale.y(*tick);
        put!(html; "<line class=\"grid\" x1=\"", LEFT, "\" x2=\"", WIDTH - RIGHT, "\" y1=\"", y, "\" y2=\"", y, "\"/>",
            "<text x=\"", LEFT - 7.0, "\" y=\"", y + 3.5, "\" text-anchor=\"end\">", scale.label(*tick), "</text>");
    }
    for (at, anchor, label) in time_labels(first.taken_at, last.taken_at) {
        put!(html; "<text x=\"", scale.x(at), "\" y=\"", HEIGHT - 8.0, "\" text-anchor=\"", anchor, "\">", label, "</text>");
    }
    if let Some([(from, a), (to, b)]) = trend.line.filter(|l| l.iter().all(|(_, v)| v.is_finite())) {
        let (x1, x2) = (scale.x(from), scale.x(to));
        put!(html; "<line class=\"slope\" x1=\"", x1, "\" y1=\"", scale.y(a), "\" x2=\"", x2, "\" y2=\"", scale.y(b), "\"/>");
    }
    let path: Vec<&Point> = points.iter().filter(|p| !p.outlier).collect();
    if path.len() > 1 {
        html.raw("<polyline class=\"path\" points=\"");
        for p in path {
            put!(html; scale.x(p.taken_at), ",", scale.y(p.value), " ");
        }
        html.raw("\"/>");
    }
    for p in &points {
        let (x, y) = (scale.x(p.taken_at), scale.y(p.value));
        if let Some([low, high]) = bar(p) {
            let (top, bottom) = (scale.y(high), scale.y(low));
            put!(html; "<path class=\"bar\" d=\"M", x, " ", top, "V", bottom, "M", x - 4.0, " ", top, "h8M", x - 4.0, " ", bottom, "h8\"/>");
        }
        html.raw(if p.outlier {
            "<circle class=\"point outlier\""
        } else {
            "<circle class=\"point\""
        });
        put!(html; " cx=\"", x, "\" cy=\"", y, "\" r=\"4.5\"><title>", text::date(p.taken_at), ": ", text::value(p.value, &trend.unit));
        put!(html; if p.outlier { ", far from the others" } else { "" }, "</title></circle>");
    }
    html.raw("</svg>");
    html
}

/// Where a difference lies against what counts as noise: the grey middle is noise.
pub fn noise_gauge(row: &Difference) -> Html {
    let mut html = Html::default();
    let Some(floor) = row.minimum_detectable.filter(|m| m.is_finite() && *m > 0.0) else {
        return html;
    };
    if !row.difference.is_finite() {
        return html;
    }
    const W: f64 = 120.0;
    // Noise takes the middle half; beyond twice the noise the mark stays at the end.
    let x = W / 2.0 + (row.difference / floor).clamp(-1.9, 1.9) * W / 4.0;
    put!(html; "<svg class=\"gauge\" viewBox=\"0 0 ", W, " 16\" aria-hidden=\"true\" focusable=\"false\">",
        "<rect class=\"track\" x=\"0\" y=\"6\" width=\"", W, "\" height=\"4\" rx=\"2\"/>",
        "<rect class=\"noise\" x=\"", W / 4.0, "\" y=\"3\" width=\"", W / 2.0, "\" height=\"10\" rx=\"3\"/>",
        "<line class=\"zero\" x1=\"", W / 2.0, "\" x2=\"", W / 2.0, "\" y1=\"1\" y2=\"15\"/>",
        "<circle class=\"mark\" cx=\"", x, "\" cy=\"8\" r=\"5\"/></svg>");
    html
}

/// A share as a bar; words beside it say the number.
pub fn share(p: f64, marked: bool) -> Html {
    let mut html = Html::default();
    let width = if p.is_finite() { p.clamp(0.0, 1.0) * 100.0 } else { 0.0 };
    put!(html; "<svg class=\"share\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">",
        "<rect class=\"track\" width=\"100\" height=\"6\"/>");
    html.raw(if marked {
        "<rect class=\"fill in-set\""
    } else {
        "<rect class=\"fill\""
    });
    put!(html; " width=\"", width, "\" height=\"6\"/></svg>");
    html
}

/// Points with a value, in order of time.
pub fn sorted(trend: &Trend) -> Vec<Point> {
    let mut points: Vec<Point> = trend.points.iter().filter(|p| p.value.is_finite()).copied().collect();
    points.sort_by_key(|p| p.taken_at);
    points
}

/// A point's error bar, low end first.
pub fn bar(p: &Point) -> Option<[f64; 2]> {
    let [a, b] = p.interval.filter(|i| i.iter().all(|v| v.is_finite()))?;
    Some([a.min(b), a.max(b)])
}

fn describe(trend: &Trend, points: &[Point]) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return String::new();
    };
    let mut words = format!(
        "{}, {}, from {} on {}",
        trend.name,
        text::count(points.len(), "value", "values"),
        text::value(first.value, &trend.unit),
        text::date(first.taken_at),
    );
    if points.len() > 1 {
        words += &format!(
            " to {} on {}",
            text::value(last.value, &trend.unit),
            text::date(last.taken_at)
        );
    }
    words + ". The table below has all values."
}

struct Scale {
    from: f64,
    span: f64,
    low: f64,
    high: f64,
    step: f64,
    ticks: Vec<f64>,
}

impl Scale {
    fn new(trend: &Trend, points: &[Point]) -> Self {
        let from = points.first().map_or(0, |p| p.taken_at) as f64;
        let to = points.last().map_or(0, |p| p.taken_at) as f64;
        let mut ends: Vec<f64> = points.iter().map(|p| p.value).collect();
        ends.extend(points.iter().filter_map(bar).flatten());
        ends.extend(trend.band.into_iter().flatten());
        ends.retain(|v| v.is_finite() && v.abs() < 1e12);
        let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
        let high = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        // A flat series gets room, so that it looks as flat as it is.
        let room = ((high - low) * 0.08).max(high.abs().max(low.abs()) * 0.01).max(1e-6);
        let (low, high) = (low - room, high + room);
        let step = nice_step((high - low) / 5.0);
        let first = (low / step).ceil();
        // At most six steps fit by the choice of the step.
        let ticks = (0..7)
            .map(|i| (first + f64::from(i)) * step)
            .filter(|tick| *tick <= high)
            .collect();
        Self {
            from,
            span: to - from,
            low,
            high,
            step,
            ticks,
        }
    }

    fn x(&self, at: i64) -> f64 {
        // Half a point's width of room at both ends; a single time stands in the middle.
        let inner = WIDTH - LEFT - RIGHT - 20.0;
        let part = if self.span > 0.0 {
            ((at as f64 - self.from) / self.span).clamp(0.0, 1.0)
        } else {
            0.5
        };
        LEFT + 10.0 + part * inner
    }

    fn y(&self, value: f64) -> f64 {
        let part = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP)
    }

    fn label(&self, tick: f64) -> String {
        let decimals = (-self.step.log10().floor()).clamp(0.0, 6.0) as usize;
        let text = format!("{tick:.decimals$}");
        match text.strip_prefix('-') {
            Some(digits) if digits.trim_matches(['0', '.']).is_empty() => digits.to_owned(),
            Some(digits) => format!("−{digits}"),
            None => text,
        }
    }
}

/// 1, 2 or 5 times a power of ten, at least `rough`.
fn nice_step(rough: f64) -> f64 {
    let power = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|n| n * power)
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(rough)
}

fn time_labels(from: i64, to: i64) -> Vec<(i64, &'static str, String)> {
    const DAY: i64 = 86_400_000;
    let span = to.saturating_sub(from);
    if span < DAY {
        return vec![(from, "middle", text::date(from))];
    }
    let middle = from + span / 2;
    // Short spans need the day; long ones would only be cluttered by it.
    let label = |at| {
        if span < 120 * DAY {
            text::date(at)
        } else {
            text::month(at)
        }
    };
    let mut labels = vec![
        (from, "start", label(from)),
        (middle, "middle", label(middle)),
        (to, "end", label(to)),
    ];
    labels.dedup_by(|a, b| a.2 == b.2);
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(day: i64, value: f64) -> Point {
        Point {
            taken_at: day * 86_400_000,
            value,
            interval: Some([value - 0.5, value + 0.5]),
            outlier: false,
        }
    }

    fn svg(points: Vec<Point>) -> String {
        let t = Trend {
            name: "Area".into(),
            unit: "mm²".into(),
            points,
            band: Some([3.0, 5.0]),
            ..Default::default()
        };
        trend(&t).into_string()
    }

    #[test]
    fn points_and_bars_lie_on_the_scale() {
        let text = svg(vec![point(40, 6.0), point(0, 4.0), point(20, 5.0)]);
        assert_eq!(text.matches("class=\"point\"").count(), 3);
        assert_eq!(text.matches("class=\"bar\"").count(), 3);
        assert!(
            text.contains("from 4.00\u{a0}mm² on 1 Jan 1970 to 6.00\u{a0}mm² on 10 Feb 1970"),
            "{text}"
        );
        let labels: Vec<&str> = text
            .split("text-anchor=\"end\">")
            .skip(1)
            .filter_map(|t| t.split('<').next())
            .collect();
        assert_eq!(labels, ["3", "4", "5", "6", "10 Feb 1970"]);
        let scale = Scale::new(&Trend::default(), &[point(0, 4.0), point(40, 6.0)]);
        assert!((scale.x(20 * 86_400_000) - (scale.x(0) + scale.x(40 * 86_400_000)) / 2.0).abs() < 1e-9);
        assert!(scale.y(6.0) < scale.y(4.0));
    }

    #[test]
    fn nothing_in_a_plot_is_not_a_number() {
        let strange = [f64::NAN, f64::INFINITY, -1e300, 1e300, 0.0];
        for a in strange {
            for b in strange {
                let mut points = vec![point(0, a), point(i64::MAX / 86_400_000, b), point(-3, 2.0)];
                points[2].interval = Some([a, b]);
                let t = Trend {
                    points,
                    band: Some([a, b]),
                    line: Some([(0, a), (1, b)]),
                    ..Default::default()
                };
                let text = trend(&t).into_string();
                assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
                let row = Difference {
                    difference: a,
                    minimum_detectable: Some(b),
                    ..Default::default()
                };
                let text = noise_gauge(&row).into_string() + &share(a, true).into_string();
                assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
            }
        }
    }

    #[test]
    fn one_point_or_none() {
        assert_eq!(svg(vec![point(3, 4.0)]).matches("<circle").count(), 1);
        assert_eq!(svg(vec![point(3, f64::NAN)]), "");
        assert_eq!(svg(Vec::new()), "");
    }

    #[test]
    fn steps_are_round() {
        for (rough, step) in [(0.9, 1.0), (1.0, 1.0), (1.2, 2.0), (0.03, 0.05), (70.0, 100.0)] {
            assert!((nice_step(rough) - step).abs() < 1e-9 * step, "{rough}");
        }
    }
}
