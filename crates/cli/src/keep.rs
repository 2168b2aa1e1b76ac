//! `skinkit export`, `import`, `erase`, `backup`, `restore`, `check`, `thumbnail`, `key rotate`: what becomes of a history.

use std::path::Path;

use serde_json::json;
use skinkit::store::ScanId;
use skinkit::{Erase, ExportFormat, ExportRequest, History, Key, ThumbnailView};

use crate::arguments::{self, EraseWhat, KeyFile};
use crate::failure::Failure;
use crate::history::write_whole;
use crate::output::Output;
use crate::{key_file, open};

/// `skinkit export DB --out FILE`.
pub fn export(arguments: &arguments::Export) -> Result<Output, Failure> {
    let history = open::history(&arguments.whole.db, &arguments.whole.key)?;
    let request = ExportRequest {
        subject: arguments.subject.clone(),
        pictures: !arguments.no_pictures,
        ..ExportRequest::new(match arguments.format.as_str() {
            "csv" => ExportFormat::Csv,
            "fhir" => ExportFormat::Fhir,
            _ => ExportFormat::Json,
        })
    };
    let scans = history.export_file(&request, &arguments.out)?;
    if arguments.whole.json {
        return Ok(Output::of(
            json!({"scans": scans, "format": request.format, "file": arguments.out}),
        ));
    }
    Ok(Output::of(format_args!(
        "{scans} scans are in {}, in clear: keep it as you would keep a letter from your doctor",
        arguments.out.display()
    )))
}

/// `skinkit import DB FILE`.
pub fn import(arguments: &arguments::Import) -> Result<Output, Failure> {
    let key = key_file::read(&arguments.key)?;
    let history = History::open(&arguments.db, &key)?;
    let done = history
        .import_file(&arguments.file)
        .map_err(|error| match error.into() {
            // A value in the file, not one that was typed.
            Failure::Arguments(message) => Failure::Input(format!("{}: {message}", arguments.file.display())),
            other => other,
        })?;
    if arguments.json {
        return Ok(Output::of(json!(done)));
    }
    Ok(Output::of(format_args!(
        "{} scans added to {}, {} were there already",
        done.added,
        arguments.db.display(),
        done.known
    )))
}

/// `skinkit erase DB WHAT --yes`.
pub fn erase(arguments: &arguments::Erase) -> Result<Output, Failure> {
    if !arguments.yes {
        return Err(Failure::Arguments(
            "nothing was erased: there is no way back, so add --yes if you mean it".to_owned(),
        ));
    }
    let history = open::history(&arguments.whole.db, &arguments.whole.key)?;
    let erased = history.erase(&match &arguments.what {
        EraseWhat::Scan { scan } => Erase::Scan { scan: ScanId(*scan) },
        EraseWhat::Lesion { site, lesion, subject } => Erase::Lesion {
            subject: subject.clone(),
            site: site.clone(),
            lesion: lesion.clone(),
        },
        EraseWhat::Site { site, subject } => Erase::Site {
            subject: subject.clone(),
            site: site.clone(),
        },
        EraseWhat::Subject { subject } => Erase::Subject {
            subject: subject.clone(),
        },
        EraseWhat::Everything => Erase::Everything,
    })?;
    if arguments.whole.json {
        return Ok(Output::of(json!(erased)));
    }
    let mut out = Output::of(format_args!("scans erased: {}", erased.scans));
    if !erased.log_emptied {
        out.line("somebody was reading: what was erased lies sealed in the log until the last reader closes");
    }
    Ok(out)
}

/// `skinkit backup DB FILE`.
pub fn backup(arguments: &arguments::Backup) -> Result<Output, Failure> {
    let history = open::history(&arguments.whole.db, &arguments.whole.key)?;
    let bytes = history.backup(&arguments.file)?;
    if arguments.whole.json {
        return Ok(Output::of(json!({"bytes": bytes, "file": arguments.file})));
    }
    Ok(Output::of(format_args!(
        "backup: {} ({bytes} bytes), sealed with the present key",
        arguments.file.display()
    )))
}

/// `skinkit restore DB FILE`.
pub fn restore(arguments: &arguments::Restore) -> Result<Output, Failure> {
    let key = key_file::read(&arguments.whole.key)?;
    let restored = History::restore(&arguments.file, &arguments.whole.db, &key)?;
    if arguments.whole.json {
        return Ok(Output::of(json!(restored)));
    }
    let mut out = Output::of(format_args!(
        "{} holds the backup's {} scans",
        arguments.whole.db.display(),
        restored.scans
    ));
    if let Some(aside) = restored.set_aside {
        out.line(format_args!("the damaged file is now {}", aside.display()));
    }
    Ok(out)
}

/// `skinkit check DB`.
pub fn check(arguments: &arguments::Whole) -> Result<Output, Failure> {
    let history = open::history(&arguments.db, &arguments.key)?;
    let check = history.check()?;
    let mut out = Output::default();
    if arguments.json {
        out.line(json!(check));
    } else if check.is_ok() {
        out.line(format_args!("{} scans, all whole", check.scans));
    } else {
        for problem in &check.problems {
            out.line(problem);
        }
        out.line("keep the file, and restore a backup into another one");
    }
    Ok(if check.is_ok() { out } else { out.saying_no() })
}

/// `skinkit thumbnail DB SCAN --out PNG`.
pub fn thumbnail(arguments: &arguments::Thumbnail) -> Result<Output, Failure> {
    let history = open::history(&arguments.whole.db, &arguments.whole.key)?;
    let view = match arguments.view.as_str() {
        "mask" => ThumbnailView::Mask,
        "heatmap" => ThumbnailView::Heatmap,
        _ => ThumbnailView::Picture,
    };
    let png = history
        .thumbnail(ScanId(arguments.scan), view, arguments.side)?
        .ok_or_else(|| {
            Failure::Input(format!(
                "scan {} has no such picture: it was added without --keep-picture, or its pack makes no {}",
                arguments.scan, arguments.view
            ))
        })?;
    write_whole(&arguments.out, &png)?;
    Ok(Output::of(if arguments.whole.json {
        json!({"file": arguments.out, "bytes": png.len()}).to_string()
    } else {
        format!("thumbnail: {}", arguments.out.display())
    }))
}

/// `skinkit key rotate DB NEW`.
pub fn rotate(db: &Path, old: &KeyFile, new: &Path) -> Result<Output, Failure> {
    let history = open::history(db, old)?;
    let new_key: Key = key_file::read(&KeyFile {
        key_file: Some(new.to_owned()),
    })?;
    history.rotate_key(&new_key)?;
    Ok(Output::of(format_args!(
        "{} opens with the key in {} now; earlier backups still need the old one",
        db.display(),
        new.display()
    )))
}
