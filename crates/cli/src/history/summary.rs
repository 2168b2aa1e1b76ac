//! `skinkit summary`: a history in one table for each person.

use serde_json::json;
use skinkit::SummaryRequest;

use super::suggestions;
use crate::failure::Failure;
use crate::terminal::format::{day, judgement};
use crate::terminal::{Output, Table};
use crate::{arguments, json, open};

/// `skinkit summary DB`.
pub fn run(arguments: &arguments::Summary) -> Result<Output, Failure> {
    let history = open::history_to_read(&arguments.whole.db, &arguments.whole.key)?;
    if let Some(subject) = &arguments.subject {
        suggestions::check(&history, subject)?;
    }
    let request = SummaryRequest {
        subject: arguments.subject.clone(),
        visit_days: arguments.every_days,
        verdicts: true,
        now: None,
    };
    let subjects = history.summary(&request)?;
    if arguments.whole.json {
        return Ok(Output::of(json::with_times(json!({"subjects": subjects}))));
    }
    let mut out = Output::default();
    if subjects.is_empty() {
        out.line(format_args!("no scans in {}", arguments.whole.db.display()));
    }
    for subject in subjects {
        let plural = if subject.scans == 1 { "" } else { "s" };
        out.line(format_args!("{}: {} scan{plural}", subject.subject, subject.scans));
        let mut table = Table::new(&[
            "site",
            "lesion",
            "scans",
            "first",
            "latest",
            "next due",
            "the latest two",
        ]);
        for site in subject.sites {
            for lesion in site.lesions {
                let overdue = if lesion.overdue { " (overdue)" } else { "" };
                table.row([
                    site.site.clone(),
                    lesion.lesion.unwrap_or_default(),
                    lesion.scans.to_string(),
                    day(lesion.first_taken_at),
                    day(lesion.last_taken_at),
                    lesion
                        .next_due
                        .map(|due| day(due) + overdue)
                        .unwrap_or_else(|| "unknown".to_owned()),
                    lesion.verdict.as_ref().map(judgement).unwrap_or_default(),
                ]);
            }
        }
        out.line(&table);
    }
    Ok(out)
}
