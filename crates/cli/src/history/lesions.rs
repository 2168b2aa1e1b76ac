//! `skinkit match`, `assign`: which scan shows which lesion.

use serde_json::json;
use skinkit::store::ScanId;
use skinkit::tracking::Override;
use skinkit::{MatchRequest, store};

use crate::arguments;
use crate::failure::Failure;
use crate::terminal::Output;
use crate::terminal::format::now;
use crate::{json, open};

/// `skinkit match DB SITE SCAN...`.
pub fn match_scans(arguments: &arguments::Match) -> Result<Output, Failure> {
    let (subject, site) = (&arguments.of.subject, &arguments.site);
    let history = open::history(&arguments.of.db, &arguments.of.key)?;
    let request = MatchRequest {
        subject: subject.clone(),
        site: site.clone(),
        scans: arguments.scans.iter().copied().map(ScanId).collect(),
        position_sd: arguments.position_sd,
        overrides: overrides(arguments)?,
    };
    let matching = history.match_lesions(&request)?;
    let assigned = if arguments.apply {
        Some(history.apply_matching(subject, site, &matching, now())?)
    } else {
        None
    };
    if arguments.json {
        return Ok(Output::of(
            json!({"site": site, "matching": matching, "assigned": assigned}),
        ));
    }
    let mut out = Output::default();
    for pair in &matching.matched {
        let why = match (&pair.manual, pair.sure) {
            (Some(_), _) => " (as you stated)",
            (None, true) => "",
            (None, false) => " (uncertain: another lesion fits nearly as well)",
        };
        out.line(format_args!("scan {} shows '{}'{why}", pair.later, pair.earlier));
    }
    for scan in &matching.new {
        out.line(format_args!(
            "scan {scan} shows a lesion that is not in the history yet"
        ));
    }
    for lesion in &matching.gone {
        out.line(format_args!("no scan of this visit shows '{lesion}'"));
    }
    for id in &matching.unmatched {
        out.line(format_args!(
            "scan {id} has no position and no embedding to match by: state its lesion with --same"
        ));
    }
    for done in assigned.iter().flatten() {
        out.line(format_args!("scan {} was assigned to '{}'", done.scan, done.lesion));
    }
    if assigned.is_none() {
        out.line("nothing was changed: add --apply to assign the scans");
    }
    Ok(out)
}

/// `skinkit assign DB SCAN [LESION] --note TEXT`.
pub fn assign(arguments: &arguments::Assign) -> Result<Output, Failure> {
    let history = open::history(&arguments.whole.db, &arguments.whole.key)?;
    let scan = ScanId(arguments.scan);
    history.assign(scan, arguments.lesion.as_deref(), &arguments.note, now())?;
    if arguments.whole.json {
        let assignments: Vec<store::Assignment> = history.assignments(scan)?;
        return Ok(Output::of(json::with_times(
            json!({"scan": scan, "lesion": arguments.lesion, "assignments": assignments}),
        )));
    }
    Ok(Output::of(match &arguments.lesion {
        Some(lesion) => format!("scan {scan} was assigned to '{lesion}'"),
        None => format!("scan {scan} was removed from its lesion"),
    }))
}

fn overrides(arguments: &arguments::Match) -> Result<Vec<Override>, Failure> {
    let mut words = Vec::new();
    for text in &arguments.same {
        let (scan, lesion) = text
            .split_once('=')
            .ok_or_else(|| Failure::Arguments(format!("--same '{text}' is not SCAN=LESION, such as '12=upper'")))?;
        words.push(Override {
            earlier: Some(lesion.to_owned()),
            later: Some(scan.trim().to_owned()),
            note: arguments.note.clone(),
        });
    }
    words.extend(arguments.new.iter().map(|scan| Override {
        earlier: None,
        later: Some(scan.to_string()),
        note: arguments.note.clone(),
    }));
    Ok(words)
}
