//! Values as they are written on the command line.

use skinkit::inference::{Answer, CaptureChoice, Context};
use skinkit::time::parse_rfc3339;
use skinkit::{AnalyzeOptions, Region, Roi};

use crate::arguments::Model;
use crate::failure::Failure;

/// The region that was asked for.
pub fn region(text: &str) -> Result<Region, Failure> {
    Ok(text.parse::<Region>()?)
}

/// What was asked for of the picture: region, capture, answers.
pub fn options(model: &Model) -> Result<AnalyzeOptions, Failure> {
    let mut context = Context::default();
    for text in &model.answers {
        let (question, answer) = text
            .split_once('=')
            .ok_or_else(|| Failure::Arguments("an answer is QUESTION=ANSWER, such as itches=yes".to_owned()))?;
        context = context.answer(question.trim(), Answer::parse(answer.trim()));
    }
    Ok(AnalyzeOptions::new(region(&model.region)?)
        .capture(capture(&model.capture)?)
        .find_lesion(model.find)
        .context(context))
}

/// How a picture was taken.
pub fn capture(text: &str) -> Result<CaptureChoice, Failure> {
    text.parse().map_err(Failure::Arguments)
}

/// `X,Y` in pixels.
pub fn point(text: &str) -> Result<[f32; 2], Failure> {
    numbers(text).ok_or_else(|| Failure::Arguments(format!("'{text}' is not a point: use X,Y in pixels")))
}

/// `X,Y,SIZE` in pixels.
pub fn square(text: &str) -> Result<Roi, Failure> {
    match numbers(text) {
        Some([x, y, size]) if size >= 1.0 => Ok(Roi::square([x, y], size)),
        _ => Err(Failure::Arguments(format!(
            "'{text}' is not a square: use X,Y,SIZE, its center and side in pixels, side at least 1"
        ))),
    }
}

fn numbers<const N: usize>(text: &str) -> Option<[f32; N]> {
    let numbers: Vec<f32> = text
        .split(',')
        .map(|part| part.trim().parse().ok())
        .collect::<Option<_>>()?;
    let numbers: [f32; N] = numbers.try_into().ok()?;
    numbers.iter().all(|n| n.is_finite()).then_some(numbers)
}

/// A point in time as it is given on the command line.
pub fn time(text: &str) -> Result<i64, Failure> {
    parse_rfc3339(text).ok_or_else(|| {
        Failure::Arguments(format!(
            "--taken-at '{text}' is not a time such as 2026-11-01T09:00:00Z"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::format::date;

    #[test]
    fn times_are_read_and_written_the_same() {
        assert_eq!(date(time("2026-11-01T09:00:00Z").unwrap()), "2026-11-01T09:00:00Z");
        assert_eq!(
            time("2026-11-01T10:00:00+01:00").unwrap(),
            time("2026-11-01T09:00:00Z").unwrap()
        );
        assert!(time("yesterday").is_err());
    }
}
