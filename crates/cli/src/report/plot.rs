//! Plots as inline SVG. Words stand beside each plot; the drawing itself is one labelled picture.

use maud::{Markup, html};

use super::model::{Difference, Point, Trend};
use super::text;
use super::text::coordinate as at;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 28.0;

/// A trend as a plot with error bars; nothing where no point has a value.
pub fn trend(trend: &Trend) -> Markup {
    let points = sorted(trend);
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Markup::default();
    };
    let scale = Scale::new(trend, &points);
    let (x, y) = (|time| at(scale.x(time)), |value| at(scale.y(value)));
    let band = trend.band.filter(|b| b.iter().all(|v| v.is_finite()));
    let line = trend.line.filter(|l| l.iter().all(|(_, v)| v.is_finite()));
    let path: Vec<String> = points
        .iter()
        .filter(|p| !p.outlier)
        .map(|p| format!("{},{}", x(p.taken_at), y(p.value)))
        .collect();
    html! {
        svg.plot viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(describe(trend, &points)) {
            @if let Some([low, high]) = band {
                @let (top, bottom) = (scale.y(low.max(high)), scale.y(low.min(high)));
                rect.band x=(LEFT) y=(at(top)) width=(WIDTH - LEFT - RIGHT) height=(at(bottom - top)) {}
            }
            @for tick in &scale.ticks {
                line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(y(*tick)) y2=(y(*tick)) {}
                text x=(LEFT - 7.0) y=(at(scale.y(*tick) + 3.5)) text-anchor="end" { (scale.label(*tick)) }
            }
            @for (time, anchor, label) in time_labels(first.taken_at, last.taken_at) {
                text x=(x(time)) y=(HEIGHT - 8.0) text-anchor=(anchor) { (label) }
            }
            @if let Some([(from, a), (to, b)]) = line {
                line.slope x1=(x(from)) y1=(y(a)) x2=(x(to)) y2=(y(b)) {}
            }
            @if path.len() > 1 { polyline.path points=(path.join(" ")) {} }
            @for p in &points { (mark(p, &trend.unit, &scale)) }
        }
    }
}

/// One value with its error bar.
fn mark(p: &Point, unit: &str, scale: &Scale) -> Markup {
    let (x, y) = (scale.x(p.taken_at), scale.y(p.value));
    let end = at(x - 4.0);
    html! {
        @if let Some([low, high]) = bar(p) {
            @let (top, bottom) = (at(scale.y(high)), at(scale.y(low)));
            path.bar d={ "M" (at(x)) " " (top) "V" (bottom) "M" (end) " " (top) "h8M" (end) " " (bottom) "h8" } {}
        }
        circle.point.outlier[p.outlier] cx=(at(x)) cy=(at(y)) r="4.5" {
            title {
                (text::date(p.taken_at)) ": " (text::value(p.value, unit))
                @if p.outlier { ", far from the others" }
            }
        }
    }
}

/// Where a difference lies against what counts as noise: the gray middle is noise.
pub fn noise_gauge(row: &Difference) -> Markup {
    const W: f64 = 120.0;
    let Some(limit) = row.minimum_detectable.filter(|m| m.is_finite() && *m > 0.0) else {
        return Markup::default();
    };
    if !row.difference.is_finite() {
        return Markup::default();
    }
    // Noise takes the middle half; beyond twice the noise the mark stays at the end.
    let x = W / 2.0 + (row.difference / limit).clamp(-1.9, 1.9) * W / 4.0;
    html! {
        svg.gauge viewBox={ "0 0 " (W) " 16" } aria-hidden="true" focusable="false" {
            rect.track x="0" y="6" width=(W) height="4" rx="2" {}
            rect.noise x=(W / 4.0) y="3" width=(W / 2.0) height="10" rx="3" {}
            line.zero x1=(W / 2.0) x2=(W / 2.0) y1="1" y2="15" {}
            circle.mark cx=(at(x)) cy="8" r="5" {}
        }
    }
}

/// A share as a bar; words beside it say the number.
pub fn share(p: f64, marked: bool) -> Markup {
    let width = if p.is_finite() { p.clamp(0.0, 1.0) * 100.0 } else { 0.0 };
    html! {
        svg.share viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.track width="100" height="6" {}
            rect.fill.in-set[marked] width=(at(width)) height="6" {}
        }
    }
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
