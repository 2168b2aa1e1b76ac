//! `skinkit add`, `history`, `compare`: what is kept, and how it compares.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use skinkit::store::Scan;
use skinkit::tracking::{Change, MeasureChange};
use skinkit::{Config, Details, ScanRequest, SkinKit, Verdict};

use crate::arguments;
use crate::failure::Failure;
use crate::output::Output;
use crate::table::Table;
use crate::{key_file, open, packs, report};

/// `skinkit add DB SITE PHOTO`.
pub fn add(arguments: &arguments::Add) -> Result<Output, Failure> {
    let mut out = Output::default();
    let region = open::region(&arguments.model.region)?;
    let taken_at = arguments.taken_at.as_deref().map(time).transpose()?;
    let photo = open::photo(&arguments.photo)?;
    let key = key_file::read(&arguments.key)?;
    let config = Config::new(packs::find(arguments.model.pack.as_deref())?)
        .runtime(open::runtime(&arguments.model.engine))
        .history(&arguments.db, key)
        .keep_pictures(arguments.keep_picture);
    let kit = SkinKit::open(config)?;
    let request = ScanRequest {
        subject: arguments.subject.clone(),
        taken_at,
        ..ScanRequest::new(arguments.site.as_str()).region(region)
    };
    let scan = open::named(&arguments.photo, kit.scan(&photo.frame(), &request))?;
    if arguments.json {
        out.line(format_args!("{}", json!({"scan_id": scan.id, "site": arguments.site})));
    } else {
        let verdict = if scan.analysis.quality.accepted {
            "accepted"
        } else {
            "kept, but not good enough to compare"
        };
        out.line(format_args!(
            "scan {} of '{}' is in {} ({verdict})",
            scan.id,
            arguments.site,
            arguments.db.display()
        ));
        for issue in &scan.analysis.quality.issues {
            out.line(format_args!("  {issue}"));
        }
    }
    Ok(out)
}

/// `skinkit history DB`.
pub fn list(arguments: &arguments::HistoryOf) -> Result<Output, Failure> {
    let mut out = Output::default();
    let history = open::history(&arguments.db, &arguments.key)?;
    let mut sites = Vec::new();
    for site in history.sites(&arguments.subject)? {
        sites.push((history.scans(&arguments.subject, &site)?, site));
    }
    if arguments.json {
        let sites: Vec<Value> = sites
            .iter()
            .map(|(scans, site)| json!({"site": site, "scans": scans.iter().map(scan_object).collect::<Vec<_>>()}))
            .collect();
        out.line(format_args!("{}", json!({"sites": sites})));
        return Ok(out);
    }
    if sites.is_empty() {
        out.line(format_args!(
            "no scans of '{}' in {}",
            arguments.subject,
            arguments.db.display()
        ));
    }
    let mut table = Table::new(&["site", "scan", "taken", "pack", "quality", "most probable", "p"]);
    for (scans, site) in &sites {
        for scan in scans {
            let top = scan.probabilities.iter().max_by(|a, b| a.p.total_cmp(&b.p));
            let accepted = scan.quality.get("accepted").and_then(Value::as_bool) == Some(true);
            table.row([
                site.clone(),
                scan.id.to_string(),
                date(scan.taken_at),
                format!("{} {}", scan.pack_id, scan.pack_version),
                if accepted { "accepted" } else { "not accepted" }.to_owned(),
                top.map(|p| p.label.clone()).unwrap_or_default(),
                top.map(|p| format!("{:.2}", p.p)).unwrap_or_default(),
            ]);
        }
    }
    if !sites.is_empty() {
        out.line(&table);
    }
    Ok(out)
}

/// `skinkit compare DB SITE`.
pub fn compare(arguments: &arguments::Compare) -> Result<Output, Failure> {
    let mut out = Output::default();
    let history = open::history(&arguments.db, &arguments.key)?;
    let scans = history.scans(&arguments.subject, &arguments.site)?;
    let [.., before, after] = &scans[..] else {
        return Err(Failure::Input(format!(
            "nothing to compare: '{}' has {} scan(s) in {}, two are needed",
            arguments.site,
            scans.len(),
            arguments.db.display()
        )));
    };
    let change = history.compare_scans(before, after)?;
    if arguments.json {
        out.line(format_args!(
            "{}",
            json!({
                "site": arguments.site,
                "before": scan_object(before),
                "after": scan_object(after),
                "similarity": change.similarity,
                "change": change,
            })
        ));
        return Ok(out);
    }
    out.line(format_args!(
        "{}: {} against {}",
        arguments.site,
        date(after.taken_at),
        date(before.taken_at)
    ));
    if let Some(similarity) = change.similarity {
        out.line(format_args!(
            "similarity of the two pictures: {similarity:.3} (1 is the same)"
        ));
    }
    let mut table = Table::new(&["measure", "before", "after", "difference", "least that counts", ""]);
    for row in &change.measures {
        table.row(measure_row(row));
    }
    if !change.measures.is_empty() {
        out.line("");
        out.line(&table);
    }
    out.line(format_args!("\n{}", sentence(&change)));
    Ok(out)
}

/// `skinkit report DB --out HTML`.
pub fn report(arguments: &arguments::Report) -> Result<Output, Failure> {
    let mut out = Output::default();
    let history = open::history(&arguments.db, &arguments.key)?;
    let page = report::html(&crate::page::of(&history, &arguments.subject)?);
    write_whole(&arguments.out, page.as_bytes())?;
    out.line(format_args!("report: {}", arguments.out.display()));
    Ok(out)
}

/// The one conclusion, in words that claim no more than was measured.
pub fn sentence(change: &Change) -> String {
    match &change.verdict {
        Verdict::NoMeasurableChange => {
            "No measurable change: the differences are within what re-taking a picture gives.".to_owned()
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

/// An enum's serialised name, with spaces: the vocabulary is the library's, not this program's.
pub fn word(value: &impl serde::Serialize) -> String {
    json!(value)
        .as_str()
        .map(|text| text.replace('_', " "))
        .unwrap_or_default()
}

fn measure_row(row: &MeasureChange) -> [String; 6] {
    [
        word(&row.measure),
        decimal(row.before),
        decimal(row.after),
        difference(row, row.difference),
        row.minimum_detectable
            .map(|d| difference(row, d))
            .unwrap_or_else(|| "not known".to_owned()),
        if row.exceeds_noise { "more than noise" } else { "" }.to_owned(),
    ]
}

/// Two decimals, and no minus before nothing.
fn decimal(value: f64) -> String {
    format!("{:.2}", if value.abs() < 0.005 { 0.0 } else { value })
}

/// Sizes differ as a percentage, all else in its own unit.
pub fn difference(row: &MeasureChange, value: f64) -> String {
    if row.measure.is_ratio() {
        format!("{:+.0} %", (value.exp() - 1.0) * 100.0)
    } else {
        format!("{value:+.2}")
    }
}

fn scan_object(scan: &Scan) -> Value {
    let details: Details = serde_json::from_value(scan.extra.clone()).unwrap_or_default();
    json!({
        "id": scan.id,
        "taken_at": date(scan.taken_at),
        "pack": {"id": scan.pack_id, "version": scan.pack_version, "license": details.license},
        "engine": scan.engine,
        "region": details.region,
        "quality": scan.quality,
        "probabilities": scan.probabilities,
        "prediction_set": scan.prediction_set,
        "measures": details.measures,
    })
}

/// A point in time as RFC 3339, in UTC.
pub fn date(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map(|time| time.to_string())
        .unwrap_or_else(|_| "unknown".to_owned())
}

fn time(text: &str) -> Result<i64, Failure> {
    text.parse::<Timestamp>()
        .map(Timestamp::as_millisecond)
        .map_err(|error| {
            Failure::Arguments(format!(
                "--taken-at '{text}' is not a time such as 2026-11-01T09:00:00Z ({error})"
            ))
        })
}

/// The file appears under its name only when it is whole.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Input(format!("cannot write {}: {error}", path.display()));
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    std::fs::write(&part, bytes)
        .and_then(|()| std::fs::rename(&part, path))
        .map_err(|error| {
            let _ = std::fs::remove_file(&part);
            failed(error)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written_the_same() {
        assert_eq!(date(time("2026-11-01T09:00:00Z").unwrap()), "2026-11-01T09:00:00Z");
        assert_eq!(
            time("2026-11-01T10:00:00+01:00").unwrap(),
            time("2026-11-01T09:00:00Z").unwrap()
        );
        assert!(time("yesterday").is_err());
    }
}
