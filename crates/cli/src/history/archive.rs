//! `skinkit export`, `import`, `backup`, `restore`, `check`: a history as files.

use serde_json::json;
use skinkit::{ExportFormat, ExportRequest, History, OutputFile};

use super::suggestions;
use crate::failure::Failure;
use crate::open::{self, key_file};
use crate::terminal::Output;
use crate::{arguments, file, json};

/// `skinkit export DB --out FILE`.
pub fn export(arguments: &arguments::Export) -> Result<Output, Failure> {
    let inputs = file::inputs(&arguments.whole.db, &arguments.whole.key);
    let file = OutputFile::new(&arguments.out, &inputs)?;
    let history = open::history_to_read(&arguments.whole.db, &arguments.whole.key)?;
    if let Some(subject) = &arguments.subject {
        suggestions::check(&history, subject)?;
    }
    let request = ExportRequest {
        subject: arguments.subject.clone(),
        pictures: !arguments.no_pictures,
        ..ExportRequest::new(match arguments.format.as_str() {
            "csv" => ExportFormat::Csv,
            "fhir" => ExportFormat::Fhir,
            _ => ExportFormat::Json,
        })
    };
    let scans = file.write(|out| history.export(&request, out))?;
    if file.is_stdout() {
        return Ok(Output::default());
    }
    if arguments.whole.json {
        return Ok(Output::of(
            json!({"scans": scans, "format": request.format, "file": json::path(&arguments.out)}),
        ));
    }
    Ok(Output::of(format_args!(
        "{scans} scans were written to {}. The file is not encrypted and contains health data",
        arguments.out.display()
    )))
}

/// `skinkit import DB FILE`.
pub fn import(arguments: &arguments::Import) -> Result<Output, Failure> {
    let key = key_file::read(&arguments.key)?;
    let history = History::open(&arguments.db, &key)?;
    let done = open::named(&arguments.file, history.import_file(&arguments.file))?;
    if arguments.json {
        return Ok(Output::of(json!(done)));
    }
    Ok(Output::of(format_args!(
        "{} scans were added to {}; {} were in it already",
        done.added,
        arguments.db.display(),
        done.known
    )))
}

/// `skinkit backup DB FILE`.
pub fn backup(arguments: &arguments::Backup) -> Result<Output, Failure> {
    let history = open::history(&arguments.whole.db, &arguments.whole.key)?;
    let bytes = history.backup(&arguments.file)?;
    if arguments.whole.json {
        return Ok(Output::of(json!({"bytes": bytes, "file": json::path(&arguments.file)})));
    }
    Ok(Output::of(format_args!(
        "backup: {} ({bytes} bytes), encrypted with the current key",
        arguments.file.display()
    )))
}

/// `skinkit restore DB FILE`.
pub fn restore(arguments: &arguments::Restore) -> Result<Output, Failure> {
    let key = key_file::read(&arguments.whole.key)?;
    let restored = History::restore(&arguments.file, &arguments.whole.db, &key)?;
    if arguments.whole.json {
        let aside = restored.set_aside.as_deref().map(json::path);
        return Ok(Output::of(json!({"scans": restored.scans, "set_aside": aside})));
    }
    let mut out = Output::of(format_args!(
        "{} now has the {} scans of the backup",
        arguments.whole.db.display(),
        restored.scans
    ));
    if let Some(aside) = restored.set_aside {
        out.line(format_args!("the damaged file was renamed to {}", aside.display()));
    }
    Ok(out)
}

/// `skinkit check DB`.
pub fn check(arguments: &arguments::Whole) -> Result<Output, Failure> {
    let history = open::history_to_read(&arguments.db, &arguments.key)?;
    let check = history.check()?;
    let mut out = Output::default();
    if arguments.json {
        out.line(json!(check));
    } else if check.is_ok() {
        out.line(format_args!("{} scans, no damage found", check.scans));
    } else {
        for problem in &check.problems {
            out.line(problem);
        }
        out.line("keep this file, and restore a backup to another one");
    }
    Ok(if check.is_ok() { out } else { out.failed() })
}
