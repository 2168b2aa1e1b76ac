//! `skinkit replay`: whether the same picture gives the same numbers again.

use serde_json::json;
use skinkit::store::ScanId;
use skinkit::{Config, Limits, SkinKit};

use crate::arguments;
use crate::failure::Failure;
use crate::open::{self, key_file, packs};
use crate::terminal::Output;

/// `skinkit replay DB SCAN PHOTO`.
pub fn run(arguments: &arguments::Replay) -> Result<Output, Failure> {
    // An existing history only: a replay never makes one.
    drop(open::history(&arguments.whole.db, &arguments.whole.key)?);
    let key = key_file::read(&arguments.whole.key)?;
    let config = Config::new(packs::find(arguments.pack.as_deref())?)
        .runtime(open::runtime(&arguments.engine))
        .history(&arguments.whole.db, key);
    let kit = SkinKit::open(config)?;
    let (id, path) = (ScanId(arguments.scan), &arguments.photo);
    let photo = open::named(path, kit.reopen_photo(id, path, &Limits::default()))?;
    let sha256 = open::sha256(path)?;
    let replay = open::named(path, kit.replay(id, &photo, Some(&sha256)))?;
    let mut out = Output::default();
    if arguments.whole.json {
        out.line(json!(replay));
    } else {
        let same = |same: Option<bool>| match same {
            Some(true) => "the same",
            Some(false) => "different",
            None => "unknown",
        };
        out.line(format_args!("picture: {}", same(replay.same_picture)));
        out.line(format_args!("model pack: {}", same(Some(replay.same_pack))));
        out.line(format_args!("preprocessing: {}", same(Some(replay.same_preprocessing))));
        out.line(format_args!("engine: {}", same(Some(replay.same_engine))));
        out.line(format_args!("largest difference: {:.1e}", replay.largest_difference));
        out.line(if replay.reproduced {
            "The scan gives the same numbers again."
        } else {
            "The scan does not give the same numbers again."
        });
    }
    Ok(if replay.reproduced { out } else { out.failed() })
}
