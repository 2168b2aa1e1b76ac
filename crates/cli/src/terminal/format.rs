//! Results as text for people, in the library's own terms.

use jiff::Timestamp;
use serde_json::json;
use skinkit::time::rfc3339;
use skinkit::tracking::{Change, Interval, LengthUnit, Measure, MeasureChange};
use skinkit::{MeasureTrend, TrendLine, Verdict};

/// Days of a month, on average.
const MONTH: f64 = 30.44;

/// The one conclusion, in words that claim no more than was measured.
pub fn sentence(change: &Change) -> String {
    match &change.verdict {
        Verdict::NoMeasurableChange => {
            "No measurable change: re-taking the picture explains the differences.".to_owned()
        }
        Verdict::Changed { what, direction } => {
            format!(
                "Changed by more than re-taking a picture explains: {} ({}).",
                word(what),
                word(direction)
            )
        }
        Verdict::CannotCompare { why } => format!("Cannot compare. {}", why.message()),
        _ => "Compared.".to_owned(),
    }
}

/// A verdict in a few words.
pub fn judgement(verdict: &Verdict) -> String {
    match verdict {
        Verdict::NoMeasurableChange => "no measurable change".to_owned(),
        Verdict::Changed { what, direction } => format!("changed: {} ({})", word(what), word(direction)),
        Verdict::CannotCompare { why } => format!("not compared: {}", word(why)),
        _ => "compared".to_owned(),
    }
}

/// An enum's serialised name, with spaces.
pub fn word(value: &impl serde::Serialize) -> String {
    json!(value)
        .as_str()
        .map(|text| text.replace('_', " "))
        .unwrap_or_default()
}

/// Two decimals, and no minus before nothing.
pub fn decimal(value: f64) -> String {
    format!("{:.2}", if value.abs() < 0.005 { 0.0 } else { value })
}

/// The unit of a measure's value, where lengths are in `unit`; empty for a number without one.
pub fn unit_of(measure: Measure, unit: LengthUnit) -> String {
    let length = match unit {
        LengthUnit::Millimetre => "mm",
        LengthUnit::Pixel => "px",
    };
    match measure {
        Measure::Area => format!("{length}²"),
        _ if measure.needs_scale() => length.to_owned(),
        _ => String::new(),
    }
}

/// Sizes differ as a percentage, all else in its own unit.
pub fn difference(row: &MeasureChange, value: f64) -> String {
    let (value, least) = if row.measure.is_ratio() {
        ((value.exp() - 1.0) * 100.0, 0.5)
    } else {
        (value, 0.005)
    };
    match (value.abs() < least, row.measure.is_ratio()) {
        (true, true) => "0 %".to_owned(),
        (true, false) => "0".to_owned(),
        (false, true) => format!("{value:+.0} %"),
        (false, false) => format!("{value:+.2}"),
    }
}

/// A trend in words: slope with its interval, change point, outliers, missed visits, recovery.
pub fn trend(trend: &MeasureTrend, line: &TrendLine) -> String {
    let unit = if trend.unit.is_empty() {
        String::new()
    } else {
        format!(" {}", trend.unit)
    };
    let signed = |a_day: f64| match a_day * MONTH {
        none if none.abs() < 0.005 => "0".to_owned(),
        some => format!("{some:+.2}"),
    };
    let mut text = format!("Per month {}{unit}", signed(line.slope_a_day));
    match line.slope_interval {
        Some([low, high]) => text += &format!(" (95 % interval {} to {})", signed(low), signed(high)),
        None => text += " (interval unknown)",
    }
    text += if line.has_direction {
        ": more than noise explains."
    } else {
        ": no direction beyond noise."
    };
    if let Some(point) = &line.change_point {
        text += &format!(
            " The slope changes around {}: {} per month before, {} after.",
            day(point.at),
            signed(point.slope_before),
            signed(point.slope_after)
        );
    }
    if let Some(Interval { value, low, high }) = &trend.recovery {
        let percent = |decrease: f64| match -decrease.round() {
            0.0 => "0".to_owned(),
            change => format!("{change:+}"),
        };
        let [value, low, high] = [percent(*value), percent(*high), percent(*low)];
        text += &format!(" Change since the first scan: {value} % ({low} to {high}).");
    }
    match trend.points.iter().filter(|point| point.outlier).count() {
        0 => {}
        1 => text += " One value lies far from the line.",
        n => text += &format!(" {n} values lie far from the line."),
    }
    if !trend.missing.is_empty() {
        let days: Vec<String> = trend.missing.iter().map(|&at| day(at)).collect();
        text += &format!(" Visits seem to be missing around {}.", days.join(", "));
    }
    text
}

/// Milliseconds since 1970-01-01T00:00Z.
pub fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// The day of a point in time, in UTC.
pub fn day(milliseconds: i64) -> String {
    date(milliseconds).chars().take(10).collect()
}

/// A point in time as RFC 3339, in UTC.
pub fn date(milliseconds: i64) -> String {
    rfc3339(milliseconds)
}
