//! `skinkit trend`: the measures of one lesion over time.

use serde_json::json;
use skinkit::TrendRequest;

use super::suggestions;
use crate::failure::Failure;
use crate::terminal::format::{date, trend as trend_in_words, word};
use crate::terminal::{Output, Table};
use crate::{arguments, json, open};

/// `skinkit trend DB SITE`.
pub fn run(arguments: &arguments::Trend) -> Result<Output, Failure> {
    let history = open::history_to_read(&arguments.of.db, &arguments.of.key)?;
    suggestions::check(&history, &arguments.of.subject)?;
    let request = TrendRequest {
        lesion: arguments.lesion.clone(),
        visit_days: arguments.every_days,
        ..TrendRequest::new(&arguments.of.subject, &arguments.site)
    };
    let trends = history.trends(&request)?;
    if arguments.json {
        return Ok(Output::of(json::with_times(
            json!({"site": arguments.site, "lesion": arguments.lesion, "trends": trends}),
        )));
    }
    if trends.is_empty() {
        return Err(Failure::Input(format!(
            "'{}' has no measured scan of this lesion in {}{}",
            arguments.site,
            arguments.of.db.display(),
            suggestions::of(&history, &arguments.of.subject, Some(&arguments.site))?
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
