//! `skinkit compare`: a site's two latest scans.

use serde_json::json;
use skinkit::Pair;
use skinkit::tracking::{LengthUnit, MeasureChange};

use super::suggestions;
use crate::failure::Failure;
use crate::terminal::format::{date, decimal, difference, sentence, unit_of, word};
use crate::terminal::{Output, Table};
use crate::{arguments, json, open};

/// `skinkit compare DB SITE`.
pub fn run(arguments: &arguments::Compare) -> Result<Output, Failure> {
    let mut out = Output::default();
    let history = open::history_to_read(&arguments.db, &arguments.key)?;
    let lesion = arguments.lesion.as_deref();
    let Some(Pair { before, after }) = history.latest_pair(&arguments.subject, &arguments.site, lesion)? else {
        let mut scans = history.scans(&arguments.subject, &arguments.site)?;
        scans.retain(|scan| lesion.is_none() || scan.lesion.as_deref() == lesion);
        return Err(Failure::Input(format!(
            "nothing to compare: '{}' has {} scan(s) in {}, but two scans of one lesion are needed{}",
            arguments.site,
            scans.len(),
            arguments.db.display(),
            suggestions::of(&history, &arguments.subject, Some(&arguments.site))?
        )));
    };
    let change = history.compare_scans(&before, &after)?;
    if arguments.json {
        out.line(format_args!(
            "{}",
            json!({
                "site": arguments.site,
                "before": json::scan(&before),
                "after": json::scan(&after),
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
    let mut table = Table::new(&["measure", "before", "after", "difference", "noise limit", ""]);
    for row in &change.measures {
        table.row(measure_row(row, change.unit));
    }
    if !change.measures.is_empty() {
        out.line("");
        out.line(&table);
    }
    out.line(format_args!("\n{}", sentence(&change)));
    Ok(out)
}

fn measure_row(row: &MeasureChange, unit: LengthUnit) -> [String; 6] {
    let unit = unit_of(row.measure, unit);
    let value = |value: f64| format!("{} {unit}", decimal(value)).trim_end().to_owned();
    [
        word(&row.measure),
        value(row.before),
        value(row.after),
        difference(row, row.difference),
        row.minimum_detectable
            .map(|d| difference(row, d).replace('+', "±"))
            .unwrap_or_else(|| "unknown".to_owned()),
        if row.exceeds_noise { "more than noise" } else { "" }.to_owned(),
    ]
}
