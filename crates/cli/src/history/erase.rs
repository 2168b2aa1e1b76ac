//! `skinkit erase`: a scan, a lesion, a site, a person or everything.

use serde_json::json;
use skinkit::store::ScanId;
use skinkit::{Erase, Error};

use super::suggestions;
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
    let what = match &arguments.what {
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
    };
    let erased = history.erase(&what).map_err(|error| {
        let (subject, site) = match &arguments.what {
            EraseWhat::Lesion { subject, site, .. } | EraseWhat::Site { subject, site } => (subject, Some(&**site)),
            EraseWhat::Subject { subject } => (subject, None),
            EraseWhat::Scan { .. } | EraseWhat::Everything => return error.into(),
        };
        match error {
            Error::NothingToErase { .. } => match suggestions::of(&history, subject, site) {
                Ok(names) => Failure::Input(format!("{error}{names}")),
                Err(failure) => failure,
            },
            other => other.into(),
        }
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
