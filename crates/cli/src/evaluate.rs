//! `skinkit eval`: a pack, measured on labelled pictures through the pipeline that ships.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use skinkit::inference::Manifest;
use skinkit::{Analysis, AnalyzeOptions, Config, SkinKit};

use crate::arguments;
use crate::eval::{self, Prediction, labels};
use crate::failure::Failure;
use crate::open;
use crate::terminal::{Output, Table};

/// Endings a picture may have.
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "JPG"];

/// Runs the command.
pub fn run(arguments: &arguments::Eval) -> Result<Output, Failure> {
    let mut out = Output::default();
    let file = std::fs::File::open(&arguments.labels)
        .map_err(|error| Failure::Input(format!("cannot read {}: {error}", arguments.labels.display())))?;
    let rows = labels::read(file).map_err(|error| named(&arguments.labels, &error))?;
    let kit = SkinKit::open(Config::new(&arguments.pack).runtime(open::runtime(&arguments.engine)))?;
    let classes: Vec<String> = kit.pack().labels.iter().map(|label| label.id.clone()).collect();
    let truths = labels::resolve(&rows, &classes).map_err(|error| named(&arguments.labels, &error))?;

    // All before the first is looked at: the run takes minutes.
    let paths: Vec<PathBuf> = rows
        .iter()
        .map(|row| picture(&arguments.images, row, &arguments.labels))
        .collect::<Result<_, _>>()?;

    let options = AnalyzeOptions::default().measures(false);
    let progress = progress(rows.len() as u64);
    let mut predictions = Vec::with_capacity(rows.len());
    for ((row, truth), path) in rows.into_iter().zip(truths).zip(paths) {
        let decoding = std::time::Instant::now();
        let photo = open::photo(&path)?;
        let decode = decoding.elapsed().as_secs_f64() * 1e3;
        let analysis = open::named(&path, kit.analyze(&photo.frame(), &options))?;
        predictions.push(prediction(row, truth, kit.pack(), &analysis, decode));
        progress.inc(1);
    }
    progress.finish_and_clear();
    let mut summary = eval::summarise(&classes, predictions).map_err(|error| named(&arguments.labels, &error))?;
    if let Value::Object(fields) = &mut summary {
        fields.insert(
            "pack".to_owned(),
            serde_json::json!({"id": kit.pack().id, "version": kit.pack().version}),
        );
        fields.insert("engine".to_owned(), serde_json::json!(kit.engine()));
    }
    if arguments.json {
        out.line(format_args!("{summary}"))
    } else {
        describe(&mut out, &summary)
    }
    Ok(out)
}

fn prediction(row: labels::Row, truth: usize, pack: &Manifest, analysis: &Analysis, decode: f64) -> Prediction {
    let finding = &analysis.finding;
    let t = &analysis.timings;
    Prediction {
        id: row.id,
        truth,
        lesion: row.lesion,
        probabilities: finding.probabilities.iter().map(|label| label.p).collect(),
        standout: finding.prior_adjusted(),
        prediction_set: finding.set_coverage.map(|_| {
            let place = |id: &String| pack.labels.iter().position(|label| label.id == *id);
            finding.prediction_set.iter().filter_map(place).collect()
        }),
        embedding: finding.embedding.as_ref().map(|embedding| embedding.to_vec()),
        timings_ms: [
            ("decode", decode),
            ("quality", t.quality),
            ("tensor", t.tensor),
            ("model", t.model),
            ("total", decode + t.total),
        ]
        .map(|(name, ms)| (name.to_owned(), ms))
        .to_vec(),
    }
}

fn picture(folder: &Path, row: &labels::Row, list: &Path) -> Result<PathBuf, Failure> {
    let id = &row.id;
    let place = format!("{}: line {}", list.display(), row.line);
    // An id names a file, never a path.
    if id.contains(['/', '\\']) || id.starts_with('.') {
        return Err(Failure::Input(format!(
            "{place}: '{id}' is not a picture's id: it must not hold a path"
        )));
    }
    ENDINGS
        .iter()
        .map(|ending| folder.join(format!("{id}.{ending}")))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            Failure::Input(format!(
                "{place}: no picture {id}.jpg or {id}.png in {}; add it, or leave the row out",
                folder.display()
            ))
        })
}

/// A bar on a terminal, silence elsewhere.
fn progress(pictures: u64) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} pictures, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(pictures), target).with_style(style)
}

fn named(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Input(format!("{}: {error}", path.display()))
}

/// The figures that are one number, in the order of the object.
fn describe(out: &mut Output, summary: &Value) {
    let Value::Object(fields) = summary else { return };
    let mut table = Table::default();
    for (name, value) in fields {
        match value {
            Value::Number(number) if number.is_f64() => {
                table.row([
                    name.replace('_', " "),
                    format!("{:.4}", number.as_f64().unwrap_or(f64::NAN)),
                ]);
            }
            Value::Number(number) => table.row([name.replace('_', " "), number.to_string()]),
            Value::Null => table.row([name.replace('_', " "), "not known".to_owned()]),
            _ => {}
        }
    }
    out.line(table);
}
