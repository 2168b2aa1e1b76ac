//! `skinkit summary`, `trend`: a history over time.

use serde_json::json;
use skinkit::{SummaryRequest, TrendRequest};

use crate::arguments;
use crate::failure::Failure;
use crate::output::Output;
use crate::table::Table;
use crate::words::{date, day, judgement, trend as trend_in_words, word};
use crate::{instead, open};

/// `skinkit summary DB`.
pub fn summary(arguments: &arguments::Summary) -> Result<Output, Failure> {
    let history = open::history(&arguments.whole.db, &arguments.whole.key)?;
    let request = SummaryRequest {
        subject: arguments.subject.clone(),
        visit_days: arguments.every_days,
        verdicts: true,
        now: None,
    };
    let subjects = history.summary(&request)?;
    if arguments.whole.json {
        return Ok(Output::of(json!({"subjects": subjects})));
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
                let overdue = if lesion.overdue { " (past)" } else { "" };
                table.row([
                    site.site.clone(),
                    lesion.lesion.unwrap_or_default(),
                    lesion.scans.to_string(),
                    day(lesion.first_taken_at),
                    day(lesion.last_taken_at),
                    lesion
                        .next_due
                        .map(|due| day(due) + overdue)
                        .unwrap_or_else(|| "not known".to_owned()),
                    lesion.verdict.as_ref().map(judgement).unwrap_or_default(),
                ]);
            }
        }
        out.line(&table);
    }
    Ok(out)
}

/// `skinkit trend DB SITE`.
pub fn trend(arguments: &arguments::Trend) -> Result<Output, Failure> {
    let history = open::history(&arguments.of.db, &arguments.of.key)?;
    let request = TrendRequest {
        lesion: arguments.lesion.clone(),
        visit_days: arguments.every_days,
        ..TrendRequest::new(&arguments.of.subject, &arguments.site)
    };
    let trends = history.trends(&request)?;
    if arguments.json {
        return Ok(Output::of(
            json!({"site": arguments.site, "lesion": arguments.lesion, "trends": trends}),
        ));
    }
    if trends.is_empty() {
        return Err(Failure::Input(format!(
            "'{}' has no measured scan of that lesion in {}{}",
            arguments.site,
            arguments.of.db.display(),
            instead::of(&history, &arguments.of.subject, Some(&arguments.site))?
        )));
    }
    let mut out = Output::default();
    for trend in &trends {
        let unit = if trend.unit.is_empty() {
            String::new()
        } else {
            format!(" in {}", trend.unit)
        };
        out.line(format_args!("{}{unit}", word(&trend.measure)));
        let mut table = Table::new(&["scan", "taken", "value", "95 % interval", ""]);
        for point in &trend.points {
            table.row([
                point.scan.to_string(),
                date(point.taken_at),
                format!("{:.2}", point.value),
                format!("{:.2} to {:.2}", point.low, point.high),
                if point.outlier { "far from the line" } else { "" }.to_owned(),
            ]);
        }
        out.line(&table);
        if let Some(line) = &trend.line {
            out.line(format_args!("  {}", trend_in_words(trend, line)));
        }
        out.line("");
    }
    Ok(out)
}
