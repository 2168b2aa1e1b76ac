//! Numbers and times as people read them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What stands where there is no number.
pub const NONE: &str = "–";

/// "22 Nov 2026", in universal time. Milliseconds since 1970.
pub fn date(ms: i64) -> String {
    at(ms, "%-d %b %Y")
}

/// "22 Nov 2026, 18:05 UTC".
pub fn date_time(ms: i64) -> String {
    at(ms, "%-d %b %Y, %H:%M UTC")
}

/// "Nov 2026".
pub fn month(ms: i64) -> String {
    at(ms, "%b %Y")
}

/// For machines: "2026-11-22T18:05:00Z"; empty for a time no calendar has.
pub fn iso(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |t| t.to_string())
}

fn at(ms: i64, format: &str) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(time) => time.to_zoned(TimeZone::UTC).strftime(format).to_string(),
        Err(_) => "unknown date".to_owned(),
    }
}

/// A value with about three figures and its unit.
pub fn value(v: f64, unit: &str) -> String {
    with_unit(number(v), unit)
}

/// A difference: always with its sign.
pub fn signed(v: f64, unit: &str) -> String {
    let text = number(v);
    let rounds_to_zero = text.trim_matches(['0', '.']).is_empty();
    with_unit(
        if v > 0.0 && v.is_finite() && !rounds_to_zero {
            format!("+{text}")
        } else {
            text
        },
        unit,
    )
}

fn with_unit(number: String, unit: &str) -> String {
    if unit.is_empty() || number == NONE {
        number
    } else {
        format!("{number}\u{a0}{unit}")
    }
}

fn number(v: f64) -> String {
    let decimals = match v.abs() {
        a if !a.is_finite() => return NONE.to_owned(),
        a if a >= 100.0 => 0,
        a if a >= 10.0 => 1,
        a if a >= 0.1 || a == 0.0 => 2,
        _ => 3,
    };
    let text = format!("{:.*}", decimals, v);
    let is_zero = text.trim_matches(['-', '0', '.']).is_empty();
    match (is_zero, text.strip_prefix('-')) {
        (true, _) => "0".to_owned(),
        (_, Some(positive)) => format!("−{positive}"),
        _ => text,
    }
}

/// A probability as whole per cents; what rounds to nothing or to all is not stated as such.
pub fn per_cent(p: f64) -> String {
    match p {
        p if !p.is_finite() => NONE.to_owned(),
        p if p > 0.0 && p < 0.01 => "<1\u{a0}%".to_owned(),
        p if p > 0.99 && p < 1.0 => ">99\u{a0}%".to_owned(),
        p => format!("{:.0}\u{a0}%", p.clamp(0.0, 1.0) * 100.0),
    }
}

/// A number for SVG: four decimals at most, no exponent, 0 where it is not finite.
pub fn coordinate(v: f64) -> String {
    if !v.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{v:.4}");
    match text.trim_end_matches('0').trim_end_matches('.') {
        "-0" => "0".to_owned(),
        short => short.to_owned(),
    }
}

/// With a capital first letter.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// "1 scan", "2 scans".
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let ms = 1_795_370_700_000; // 2026-11-22 18:05 UTC
        assert_eq!(date_time(ms), "22 Nov 2026, 18:05 UTC");
        assert_eq!(date(ms), "22 Nov 2026");
        assert_eq!(month(ms), "Nov 2026");
        assert_eq!(iso(ms), "2026-11-22T18:05:00Z");
        assert_eq!(date(-1), "31 Dec 1969");
        assert_eq!((date(i64::MAX).as_str(), iso(i64::MIN).as_str()), ("unknown date", ""));
    }

    #[test]
    fn numbers() {
        assert_eq!(value(4.25, "mm"), "4.25\u{a0}mm");
        assert_eq!(value(-12.34, ""), "−12.3");
        assert_eq!(value(f64::NAN, "mm"), NONE);
        assert_eq!(value(0.0312, ""), "0.031");
        assert_eq!(signed(0.5, "mm"), "+0.50\u{a0}mm");
        assert_eq!(signed(-0.00001, ""), "0");
        assert_eq!(signed(0.00001, ""), "0");
        assert_eq!(signed(100.0, ""), "+100");
        assert_eq!(signed(f64::INFINITY, "mm"), NONE);
        assert_eq!(coordinate(-0.00001), "0");
        assert_eq!(coordinate(100.0), "100");
        assert_eq!(coordinate(1e300).len(), 301);
    }

    #[test]
    fn capitals() {
        assert_eq!(capital("area"), "Area");
        assert_eq!(capital("ärmel"), "Ärmel");
        assert_eq!(capital(""), "");
    }

    #[test]
    fn per_cents_do_not_claim_certainty() {
        assert_eq!(per_cent(0.004), "<1\u{a0}%");
        assert_eq!(per_cent(0.996), ">99\u{a0}%");
        assert_eq!(per_cent(0.0), "0\u{a0}%");
        assert_eq!(per_cent(0.625), "62\u{a0}%");
        assert_eq!(per_cent(f64::NAN), NONE);
    }
}
