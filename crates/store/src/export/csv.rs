//! A table for spreadsheets and statistics.

use std::{borrow::Cow, collections::BTreeSet, io::Write};

use super::{ExportOptions, each_scan, timestamp, write_error};
use crate::{Error, Result, Store};

const COLUMNS: [&str; 12] = [
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
    "prediction_set",
];

impl Store {
    /// Writes the history as CSV (RFC 4180), **in clear**: one line a scan, and one column
    /// `p:LABEL` for every label that occurs, empty where a scan has none of that label.
    /// `taken_at` is RFC 3339 in UTC, `prediction_set` is joined by `;`.
    ///
    /// A text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@`, a tab
    /// or a line end) gets a `'` in front; so this is no format to import from. Gives the number of scans.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) of `out`; [`Error::Corrupt`](crate::Error::Corrupt).
    pub fn export_csv(&self, options: &ExportOptions, out: impl Write) -> Result<u64> {
        self.read(|db, vault| {
            // Two passes over one snapshot: the heading needs every label.
            let mut labels = BTreeSet::new();
            each_scan(db, vault, options, |outgoing| {
                labels.extend(outgoing.scan.probabilities.into_iter().map(|l| l.label));
                Ok(())
            })?;
            let mut table = csv::Writer::from_writer(out);
            let headings = labels.iter().map(|label| format!("p:{label}"));
            table
                .write_record(COLUMNS.iter().map(|c| (*c).to_owned()).chain(headings))
                .map_err(csv_error)?;
            let scans = each_scan(db, vault, options, |outgoing| {
                let scan = outgoing.scan;
                let fixed = [
                    Cow::Owned(scan.id.to_string()),
                    Cow::Borrowed(&*scan.uid),
                    inert(&scan.subject),
                    inert(&scan.site),
                    inert(scan.lesion.as_deref().unwrap_or_default()),
                    Cow::Owned(timestamp(scan.taken_at)?),
                    inert(&scan.pack_id),
                    inert(&scan.pack_version),
                    inert(&scan.sdk_version),
                    inert(&scan.engine),
                    inert(&scan.receipt.picture_sha256),
                    Cow::Owned(inert(&scan.prediction_set.join(";")).into_owned()),
                ];
                let probabilities = labels.iter().map(|label| {
                    let found = scan.probabilities.iter().find(|l| l.label == *label);
                    Cow::Owned(found.map_or_else(String::new, |l| l.p.to_string()))
                });
                table
                    .write_record(
                        fixed
                            .into_iter()
                            .chain(probabilities)
                            .map(|cell| cell.as_bytes().to_vec()),
                    )
                    .map_err(csv_error)
            })?;
            table.flush().map_err(|e| write_error(&e))?;
            Ok(scans)
        })
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
    write_error(&error.into())
}
