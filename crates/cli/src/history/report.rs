//! `skinkit report`: one person's history as an HTML page.

use skinkit::OutputFile;

use super::suggestions;
use crate::failure::Failure;
use crate::terminal::Output;
use crate::{arguments, file, open, report};

/// `skinkit report DB --out HTML`.
pub fn run(arguments: &arguments::Report) -> Result<Output, Failure> {
    let mut out = Output::default();
    let inputs = file::inputs(&arguments.db, &arguments.key);
    let file = OutputFile::new(&arguments.out, &inputs)?;
    let history = open::history_to_read(&arguments.db, &arguments.key)?;
    // A page about nobody would look like a record without a scan.
    suggestions::check(&history, &arguments.subject)?;
    let page = report::page(&report::data::of(&history, &arguments.subject)?);
    file.write_bytes(page.as_bytes())?;
    if !file.is_stdout() {
        out.line(format_args!("report: {}", arguments.out.display()));
    }
    Ok(out)
}
