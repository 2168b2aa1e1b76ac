//! `skinkit scale`: the size of a pixel in millimeters.

use serde_json::json;
use skinkit::Ruler;

use crate::arguments::ScaleOf;
use crate::failure::Failure;
use crate::terminal::Output;
use crate::{open, parse};

/// Reads a ruler. That there is none is a result, not a failure.
pub fn run(arguments: &ScaleOf) -> Result<Output, Failure> {
    let photo = open::photo(&arguments.photo)?;
    let landmarks = open::landmarks(&arguments.networks)?;
    let ruler = match (arguments.coin, arguments.card) {
        (Some(diameter_mm), _) => Ruler::Coin { diameter_mm },
        (_, Some(side_mm)) => Ruler::Card { side_mm },
        _ => Ruler::Iris,
    };
    let near = arguments.near.as_deref().map(parse::square).transpose()?;
    let frame = photo.frame();
    let scale = open::named(&arguments.photo, landmarks.scale(&frame, ruler, near))?;
    let hint = match scale {
        Some(_) => None,
        None => open::named(&arguments.photo, landmarks.scale_hint(&frame))?,
    };
    if arguments.json {
        return Ok(Output::of(json!({ "scale": scale, "hint": hint })));
    }
    let mut out = Output::default();
    match scale {
        Some(scale) => out.line(format_args!(
            "{:.4} mm per pixel ± {:.1} %",
            scale.mm_per_pixel,
            100.0 * scale.relative_error()
        )),
        None => out.line("unknown: no ruler was found, or it is tilted too much"),
    }
    if let Some(hint) = hint {
        out.line(format_args!(
            "hint, not a measurement: about {:.2} mm per pixel for an adult of average size",
            hint.rough_mm_per_pixel
        ));
    }
    Ok(out)
}
