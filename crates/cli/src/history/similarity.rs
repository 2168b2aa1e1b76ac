//! `skinkit nearest`, `unlike`: which scans and lesions look alike.

use serde_json::json;
use skinkit::store::ScanId;

use super::suggestions;
use crate::failure::Failure;
use crate::terminal::format::date;
use crate::terminal::{Output, Table};
use crate::{arguments, json, open};

/// `skinkit nearest DB SCAN`.
pub fn nearest(arguments: &arguments::Nearest) -> Result<Output, Failure> {
    let history = open::history_to_read(&arguments.whole.db, &arguments.whole.key)?;
    let found = history.nearest(ScanId(arguments.scan), arguments.most)?;
    if arguments.whole.json {
        return Ok(Output::of(json::with_times(
            json!({"scan": arguments.scan, "nearest": found}),
        )));
    }
    if found.is_empty() {
        return Ok(Output::of("there is no other scan made with the same pack"));
    }
    let mut table = Table::new(&["scan", "whose", "site", "lesion", "taken", "similarity"]);
    for scan in found {
        table.row([
            scan.scan.to_string(),
            scan.subject,
            scan.site,
            scan.lesion.unwrap_or_default(),
            date(scan.taken_at),
            format!("{:.3}", scan.similarity),
        ]);
    }
    Ok(Output::of(&table))
}

/// `skinkit unlike DB`.
pub fn unlike(arguments: &arguments::Unlike) -> Result<Output, Failure> {
    let history = open::history_to_read(&arguments.of.db, &arguments.of.key)?;
    suggestions::check(&history, &arguments.of.subject)?;
    let ranked = history.unlike_the_others(&arguments.of.subject)?;
    if arguments.json {
        return Ok(Output::of(json!({"subject": arguments.of.subject, "lesions": ranked})));
    }
    let mut out = Output::of("the lesion that is least like the others comes first; everyone has one");
    let mut table = Table::new(&["rank", "site", "lesion", "scan", "similarity", "deviation"]);
    for place in ranked {
        table.row([
            place.rank.to_string(),
            place.site,
            place.lesion.unwrap_or_default(),
            place.scan.to_string(),
            format!("{:.3}", place.similarity),
            place.deviation.map(|d| format!("{d:.1}")).unwrap_or_default(),
        ]);
    }
    out.line(&table);
    Ok(out)
}
