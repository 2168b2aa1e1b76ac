//! `skinkit add`, `history`, `compare`: what is kept, and how it compares.

use std::path::Path;

use serde_json::{Value, json};
use skinkit::store::Scan;
use skinkit::tracking::{LengthUnit, MeasureChange};
use skinkit::{AnalyzeOptions, Config, History, Pair, Ruler, ScanRequest, SkinKit};

use crate::arguments;
use crate::failure::Failure;
use crate::output::Output;
use crate::table::Table;
use crate::words::{date, decimal, difference, sentence, time, unit_of, word};
use crate::{instead, key_file, open, packs, report};

/// `skinkit add DB SITE PHOTO`.
pub fn add(arguments: &arguments::Add) -> Result<Output, Failure> {
    let mut out = Output::default();
    let region = open::region(&arguments.model.region)?;
    let taken_at = arguments.taken_at.as_deref().map(time).transpose()?;
    let position = arguments.position.as_deref().map(open::point).transpose()?;
    let (photo, sha256) = open::hashed_photo(&arguments.photo)?;
    let ruler = match (arguments.coin, arguments.card) {
        (Some(diameter_mm), _) => Some(Ruler::Coin { diameter_mm }),
        (_, Some(side_mm)) => Some(Ruler::Card { side_mm }),
        _ => None,
    };
    let key = key_file::read(&arguments.key)?;
    let config = Config::new(packs::find(arguments.model.pack.as_deref())?)
        .runtime(open::runtime(&arguments.model.engine))
        .history(&arguments.db, key)
        .keep_pictures(arguments.keep_picture);
    let kit = SkinKit::open(config)?;
    let scale = match ruler {
        Some(ruler) => open::named(&arguments.photo, kit.landmarks().scale(&photo.frame(), ruler, None))?,
        None => None,
    };
    if ruler.is_some() && scale.is_none() {
        return Err(Failure::Input(format!(
            "{}: no such ruler is seen squarely enough; nothing was added",
            arguments.photo.display()
        )));
    }
    let request = ScanRequest {
        subject: arguments.subject.clone(),
        lesion: arguments.lesion.clone(),
        position,
        options: AnalyzeOptions::new(region).scale(scale),
        guided: arguments.guided,
        picture_sha256: Some(sha256),
        taken_at,
        ..ScanRequest::new(arguments.site.as_str())
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
            .map(|(scans, site)| {
                let scans: Vec<Value> = scans
                    .iter()
                    .map(|scan| scan_object(&history, scan))
                    .collect::<Result<_, _>>()?;
                Ok(json!({"site": site, "scans": scans}))
            })
            .collect::<Result<_, Failure>>()?;
        out.line(format_args!("{}", json!({"sites": sites})));
        return Ok(out);
    }
    if sites.is_empty() {
        out.line(format_args!(
            "no scans of '{}' in {}{}",
            arguments.subject,
            arguments.db.display(),
            instead::of(&history, &arguments.subject, None)?
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
            let top = scan.probabilities.iter().max_by(|a, b| a.p.total_cmp(&b.p));
            let accepted = scan.quality.get("accepted").and_then(Value::as_bool) == Some(true);
            table.row([
                site.clone(),
                scan.lesion.clone().unwrap_or_default(),
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
    let lesion = arguments.lesion.as_deref();
    let Some(Pair { before, after }) = history.latest_pair(&arguments.subject, &arguments.site, lesion)? else {
        let mut scans = history.scans(&arguments.subject, &arguments.site)?;
        scans.retain(|scan| lesion.is_none() || scan.lesion.as_deref() == lesion);
        return Err(Failure::Input(format!(
            "nothing to compare: '{}' has {} scan(s) in {}, two of one lesion are needed{}",
            arguments.site,
            scans.len(),
            arguments.db.display(),
            instead::of(&history, &arguments.subject, Some(&arguments.site))?
        )));
    };
    let change = history.compare_scans(&before, &after)?;
    if arguments.json {
        out.line(format_args!(
            "{}",
            json!({
                "site": arguments.site,
                "before": scan_object(&history, &before)?,
                "after": scan_object(&history, &after)?,
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
        table.row(measure_row(row, change.unit));
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
    // A page about nobody would look like a record without a scan.
    let subjects = history.subjects()?;
    if !subjects.is_empty() && !subjects.contains(&arguments.subject) {
        return Err(Failure::Input(format!(
            "no scans of '{}' in {}{}",
            arguments.subject,
            arguments.db.display(),
            instead::of(&history, &arguments.subject, None)?
        )));
    }
    let page = report::html(&crate::page::of(&history, &arguments.subject)?);
    write_whole(&arguments.out, page.as_bytes())?;
    out.line(format_args!("report: {}", arguments.out.display()));
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
            .unwrap_or_else(|| "not known".to_owned()),
        if row.exceeds_noise { "more than noise" } else { "" }.to_owned(),
    ]
}

fn scan_object(history: &History, scan: &Scan) -> Result<Value, Failure> {
    let details = history.details(scan)?;
    Ok(json!({
        "id": scan.id,
        "taken_at": date(scan.taken_at),
        "pack": {"id": scan.pack_id, "version": scan.pack_version, "license": details.license},
        "engine": scan.engine,
        "region": details.region,
        "quality": scan.quality,
        "probabilities": scan.probabilities,
        "prediction_set": scan.prediction_set,
        "measures": details.measures,
        "lesion": scan.lesion,
        "receipt": scan.receipt,
    }))
}

/// The file appears under its name only when it is whole.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
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
