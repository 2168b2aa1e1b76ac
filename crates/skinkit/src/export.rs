//! A history in readable forms, **in clear**, and back.

pub(crate) mod csv;
pub(crate) mod fhir;
pub(crate) mod import;
pub(crate) mod json;

use std::io;

use serde::{Deserialize, Serialize};
use skinkit_store::Visited;

use crate::history::History;
use crate::{Error, ExportRequest, Result, StoredScan};

/// Name of the JSON export's form.
const FORMAT: &str = "skinkit-history";

/// Its version: 2 since measures and the pack's words lie beside the probabilities and times are RFC 3339. Version 1 is
/// that of SkinKit 0.1.0.
const VERSION: u64 = 2;

/// A raster with its bytes in Base64.
#[derive(Serialize, Deserialize)]
struct RasterText {
    width: u32,
    height: u32,
    channels: u32,
    data: String,
}

/// Hands every scan that was asked for to `visit`; gives their number.
fn each_scan(
    history: &History,
    request: &ExportRequest,
    mut visit: impl FnMut(StoredScan, &Visited<'_>) -> Result<()>,
) -> Result<u64> {
    let subject = request.subject.as_deref();
    if let Some(subject) = subject {
        history.check_subject(subject)?;
    }
    history.store().walk(subject, |visited| {
        visit(StoredScan::read(visited.scan().clone(), history.path())?, visited)
    })
}

/// The kept picture of a scan, if it is to go along.
fn picture(request: &ExportRequest, visited: &Visited<'_>) -> Result<Option<Vec<u8>>> {
    if !request.pictures {
        return Ok(None);
    }
    Ok(visited.picture()?.filter(|picture| !picture.is_empty()))
}

fn write_error(source: io::Error) -> Error {
    Error::Export(source)
}

fn json_error(error: serde_json::Error) -> Error {
    write_error(error.into())
}
