//! `skinkit erase`: a scan, a lesion, a site, a person or everything.

use serde_json::json;
use skinkit::Erase;
use skinkit::store::ScanId;

use crate::arguments::{self, EraseWhat};
use crate::failure::Failure;
use crate::open;
use crate::terminal::Output;

/// `skinkit erase DB WHAT --yes`.
pub fn run(arguments: &arguments::Erase) -> Result<Output, Failure> {
    if !arguments.yes {
        return Err(Failure::Arguments(
            "nothing was erased. Erasing cannot be undone; add --yes to confirm".to_owned(),
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
        out.line("another program is reading the history: the erased data stays encrypted in its log file until that program closes it");
    }
    Ok(out)
}
