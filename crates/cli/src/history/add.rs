//! `skinkit add`: a photo, analyzed and kept.

use serde_json::json;
use skinkit::{Config, Picture, Ruler, ScanRequest, SkinKit};

use crate::failure::Failure;
use crate::open::{self, key_file, packs};
use crate::terminal::Output;
use crate::{arguments, parse};

/// `skinkit add DB SITE PHOTO`.
pub fn run(arguments: &arguments::Add) -> Result<Output, Failure> {
    let mut out = Output::default();
    let options = parse::options(&arguments.model)?;
    let taken_at = arguments.taken_at.as_deref().map(parse::time).transpose()?;
    let position = arguments.position.as_deref().map(parse::point).transpose()?;
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
        Some(ruler) => {
            let frame = open::named(&arguments.photo, Picture::from(&photo).whole())?;
            open::named(&arguments.photo, kit.landmarks().scale(&frame, ruler, None))?
        }
        None => None,
    };
    if ruler.is_some() && scale.is_none() {
        return Err(Failure::Input(format!(
            "{}: the coin or card was not found, or it is tilted too much; nothing was added",
            arguments.photo.display()
        )));
    }
    let request = ScanRequest {
        subject: arguments.subject.clone(),
        lesion: arguments.lesion.clone(),
        position,
        options: options.scale(scale),
        picture_sha256: Some(sha256),
        taken_at,
        ..ScanRequest::new(arguments.site.as_str())
    };
    let scan = open::named(&arguments.photo, kit.scan(&photo, &request))?;
    if arguments.json {
        out.line(format_args!("{}", json!({"scan_id": scan.id, "site": arguments.site})));
    } else {
        let verdict = if scan.analysis.quality.accepted {
            "accepted"
        } else {
            "kept, but the picture is not good enough to compare"
        };
        out.line(format_args!(
            "scan {} of '{}' was added to {} ({verdict})",
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
