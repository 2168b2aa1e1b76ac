//! A table for spreadsheets and statistics.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Write;

use skinkit_tracking::{LengthUnit, Measure};

use super::{each_scan, write_error};
use crate::history::History;
use crate::time::rfc3339;
use crate::{Error, ExportRequest, Result};

const COLUMNS: [&str; 15] = [
    "id",
    "uid",
    "subject",
    "site",
    "lesion",
    "taken_at",
    "pack_id",
    "pack_version",
    "sdk_version",
    "engine",
    "picture_sha256",
    "region",
    "accepted",
    "length_unit",
    "prediction_set",
];

/// Writes CSV (RFC 4180): one line a scan; a column for each measure of a single picture with two for the ends of its 95 %
/// interval (`area`, `area_low`, `area_high`), empty where it was not taken; and one column `p:LABEL` for every label that
/// occurs. `taken_at` is RFC 3339 in UTC, `length_unit` is `mm` or `pixel` and holds for lengths and, squared, for areas,
/// `prediction_set` is joined by `;`.
///
/// A text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@`, a tab or a line end) gets a `'` in
/// front; so this is no format to import from.
pub(crate) fn write(history: &History, request: &ExportRequest, out: impl Write) -> Result<u64> {
    // A first pass, because the heading needs every label. A scan that is added meanwhile keeps to these.
    let mut labels = BTreeSet::new();
    each_scan(history, request, |scan, _| {
        labels.extend(scan.record.probabilities.into_iter().map(|p| p.label));
        Ok(())
    })?;
    let mut table = csv::Writer::from_writer(out);
    let measures = Measure::SINGLE.map(name);
    let headings = COLUMNS.iter().map(|&column| column.to_owned());
    let measured = measures
        .iter()
        .flat_map(|name| ["", "_low", "_high"].map(|end| format!("{name}{end}")));
    let labelled = labels.iter().map(|label| format!("p:{label}"));
    table
        .write_record(headings.chain(measured).chain(labelled))
        .map_err(csv_error)?;
    let scans = each_scan(history, request, |scan, _| {
        let record = &scan.record;
        let unit = record.measures.as_ref().map_or("", |measures| match measures.unit {
            LengthUnit::Millimetre => "mm",
            LengthUnit::Pixel => "pixel",
        });
        let set = record.prediction_set.join(";");
        let fixed = [
            Cow::Owned(scan.id.to_string()),
            Cow::Borrowed(&*scan.uid),
            inert(&scan.subject),
            inert(&scan.site),
            inert(scan.lesion.as_deref().unwrap_or_default()),
            Cow::Owned(rfc3339(scan.taken_at)),
            inert(&scan.pack_id),
            inert(&scan.pack_version),
            inert(&record.sdk_version),
            inert(&record.engine),
            inert(&record.receipt.picture_sha256),
            Cow::Owned(record.region.map(|region| region.to_string()).unwrap_or_default()),
            Cow::Owned(record.accepted().to_string()),
            Cow::Borrowed(unit),
            inert(&set),
        ];
        let measured = Measure::SINGLE.iter().flat_map(|&measure| {
            let estimate = record.measures.as_ref().and_then(|measures| measures.get(measure));
            let cell = |value: f64| Cow::Owned(value.to_string());
            match estimate {
                Some(estimate) => [estimate.value, estimate.low, estimate.high].map(cell),
                None => [const { Cow::Borrowed("") }; 3],
            }
        });
        let probabilities = labels.iter().map(|label| {
            let found = record.probabilities.iter().find(|p| p.label == *label);
            Cow::Owned(found.map_or_else(String::new, |p| p.p.to_string()))
        });
        let cells = fixed.into_iter().chain(measured).chain(probabilities);
        table
            .write_record(cells.map(|cell| cell.as_bytes().to_vec()))
            .map_err(csv_error)
    })?;
    table.flush().map_err(write_error)?;
    Ok(scans)
}

/// The measure's name as JSON has it.
fn name(measure: Measure) -> String {
    match serde_json::to_value(measure) {
        Ok(serde_json::Value::String(name)) => name,
        _ => format!("{measure:?}"),
    }
}

/// Keeps spreadsheets from running a text as a formula.
fn inert(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn csv_error(error: csv::Error) -> Error {
    write_error(error.into())
}
