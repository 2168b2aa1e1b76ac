//! `skinkit thumbnail`: a small picture of a scan.

use serde_json::json;
use skinkit::ThumbnailView;
use skinkit::store::ScanId;

use crate::failure::Failure;
use crate::terminal::Output;
use crate::{arguments, file, open};

/// `skinkit thumbnail DB SCAN --out PNG`.
pub fn run(arguments: &arguments::Thumbnail) -> Result<Output, Failure> {
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
    file::write(&arguments.out, &png)?;
    Ok(Output::of(if arguments.whole.json {
        json!({"file": arguments.out, "bytes": png.len()}).to_string()
    } else {
        format!("thumbnail: {}", arguments.out.display())
    }))
}
