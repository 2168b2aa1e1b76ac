//! `skinkit history`: what a history holds.

use serde_json::{Value, json};

use super::suggestions;
use crate::failure::Failure;
use crate::terminal::format::date;
use crate::terminal::{Output, Table};
use crate::{arguments, json, open};

/// `skinkit history DB`.
pub fn run(arguments: &arguments::HistoryOf) -> Result<Output, Failure> {
    let mut out = Output::default();
    let history = open::history_to_read(&arguments.db, &arguments.key)?;
    suggestions::check(&history, &arguments.subject)?;
    let mut sites = Vec::new();
    for site in history.sites(&arguments.subject)? {
        sites.push((history.scans(&arguments.subject, &site)?, site));
    }
    if arguments.json {
        let sites: Vec<Value> = sites
            .iter()
            .map(|(scans, site)| {
                let scans: Vec<Value> = scans.iter().map(json::scan).collect();
                json!({"site": site, "scans": scans})
            })
            .collect();
        out.line(format_args!("{}", json!({"sites": sites})));
        return Ok(out);
    }
    if sites.is_empty() {
        out.line(format_args!(
            "no scans of '{}' in {}{}",
            arguments.subject,
            arguments.db.display(),
            suggestions::of(&history, &arguments.subject, None)?
        ));
    }
    let mut table = Table::new(&[
        "site",
        "lesion",
        "scan",
        "taken",
        "pack",
        "quality",
        "most probable",
        "p",
    ]);
    for (scans, site) in &sites {
        for scan in scans {
            let top = scan.record.probabilities.iter().max_by(|a, b| a.p.total_cmp(&b.p));
            table.row([
                site.clone(),
                scan.lesion.clone().unwrap_or_default(),
                scan.id.to_string(),
                date(scan.taken_at),
                format!("{} {}", scan.pack_id, scan.pack_version),
                if scan.accepted() { "accepted" } else { "not accepted" }.to_owned(),
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
