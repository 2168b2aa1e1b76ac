//! Points in time as text: RFC 3339, in UTC.

use jiff::{SignedDuration, Timestamp, civil};

/// 1970-01-01T00:00, from which milliseconds are counted.
const EPOCH: civil::DateTime = civil::date(1970, 1, 1).at(0, 0, 0, 0);

/// A point in time, given in milliseconds since 1970-01-01T00:00Z, as RFC 3339 in UTC, with milliseconds where there are
/// any. Beyond the years that a date can have (-9999 to 9999) it is the nearest that there is.
pub fn rfc3339(milliseconds: i64) -> String {
    // A civil time: `Timestamp` ends a day earlier than the year 9999 does.
    format!("{}Z", EPOCH.saturating_add(SignedDuration::from_millis(milliseconds)))
}

/// Milliseconds since 1970-01-01T00:00Z of a time such as `2026-11-01T09:00:00Z` or `2026-11-01T10:00:00+01:00`.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_millisecond());
    }
    let utc = text.strip_suffix(['Z', 'z'])?.parse::<civil::DateTime>().ok()?;
    i64::try_from(utc.duration_since(EPOCH).as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written_the_same() {
        for (milliseconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_793_523_600_000, "2026-11-01T09:00:00Z"),
            (1_793_523_600_007, "2026-11-01T09:00:00.007Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(rfc3339(milliseconds), text);
            assert_eq!(parse_rfc3339(text), Some(milliseconds));
        }
        assert_eq!(parse_rfc3339("2026-11-01T10:00:00+01:00"), Some(1_793_523_600_000));
        assert_eq!(rfc3339(i64::MAX), "9999-12-31T23:59:59.999999999Z");
        for text in [
            "",
            "yesterday",
            "2026-11-01",
            "2026-11-01T09:00:00",
            "2026-13-01T09:00:00Z",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text:?}");
        }
    }
}
