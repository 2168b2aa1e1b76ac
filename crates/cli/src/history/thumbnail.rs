//! `skinkit thumbnail`: a small picture of a scan.

use serde_json::json;
use skinkit::store::ScanId;
use skinkit::{OutputFile, ThumbnailView};

use crate::failure::Failure;
use crate::terminal::Output;
use crate::{arguments, file, json, open};

/// `skinkit thumbnail DB SCAN --out PNG`.
pub fn run(arguments: &arguments::Thumbnail) -> Result<Output, Failure> {
    let inputs = file::inputs(&arguments.whole.db, &arguments.whole.key);
    let file = OutputFile::new(&arguments.out, &inputs)?;
    let history = open::history_to_read(&arguments.whole.db, &arguments.whole.key)?;
    let view = match arguments.view.as_str() {
        "mask" => ThumbnailView::Mask,
        "heatmap" => ThumbnailView::Heatmap,
        _ => ThumbnailView::Picture,
    };
    let png = history
        .thumbnail(ScanId(arguments.scan), view, arguments.side)?
        .ok_or_else(|| {
            Failure::Input(format!(
                "scan {} has no such picture: it was added without --keep-picture, or its pack has no {} output",
                arguments.scan, arguments.view
            ))
        })?;
    file.write_bytes(&png)?;
    if file.is_stdout() {
        return Ok(Output::default());
    }
    Ok(Output::of(if arguments.whole.json {
        json!({"file": json::path(&arguments.out), "bytes": png.len()}).to_string()
    } else {
        format!("thumbnail: {}", arguments.out.display())
    }))
}
