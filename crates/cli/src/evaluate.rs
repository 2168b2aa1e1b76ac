//! `skinkit eval`: a pack, measured on labeled pictures through the pipeline that ships.

use std::collections::{BTreeMap, HashMap};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use skinkit::inference::{self, CaptureChoice, Context, Finding};
use skinkit::{Analysis, AnalyzeOptions, Config, Error, Photo, SkinKit};

use crate::eval::{self, Prediction, PredictionSet, context, labels};
use crate::failure::Failure;
use crate::terminal::{Output, Table};
use crate::{arguments, open, parse};

/// Endings a picture may have.
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "JPG"];

/// Runs the command.
pub fn run(arguments: &arguments::Eval) -> Result<Output, Failure> {
    let mut out = Output::default();
    let rows = labels::read(open_file(&arguments.labels)?).map_err(|error| named(&arguments.labels, &error))?;
    let contexts = match &arguments.context {
        Some(path) => context::read(open_file(path)?).map_err(|error| named(path, &error))?,
        None => HashMap::new(),
    };
    let kit = SkinKit::open(Config::new(&arguments.pack).runtime(open::runtime(&arguments.engine)))?;
    if let (Some(path), None) = (&arguments.context, &kit.pack().context) {
        return Err(named(path, &format!("the pack `{}` takes no answers", kit.pack().id)));
    }
    let classes: Vec<String> = kit.pack().labels.iter().map(|label| label.id.clone()).collect();
    let (rows, skipped) = match arguments.skip_unknown {
        true => labels::known(rows, &classes),
        false => (rows, BTreeMap::new()),
    };
    let truths = labels::resolve(&rows, &classes).map_err(|error| named(&arguments.labels, &error))?;

    // All before the first is looked at: the run takes minutes.
    let paths: Vec<PathBuf> = rows
        .iter()
        .map(|row| picture(&arguments.images, row, &arguments.labels))
        .collect::<Result<_, _>>()?;

    let options = AnalyzeOptions::default()
        .measures(false)
        .capture(parse::capture(&arguments.capture)?)
        .find_lesion(arguments.find);
    let progress = progress(rows.len() as u64);
    let (mut alone, mut with_answers) = (Vec::new(), Vec::new());
    let mut answered = 0;
    for ((row, truth), path) in rows.into_iter().zip(truths).zip(paths) {
        let decoding = std::time::Instant::now();
        let photo = open::photo(&path)?;
        let decode = decoding.elapsed().as_secs_f64() * 1e3;
        let context = contexts.get(&row.id).map(|context| context.known_to(kit.pack()));
        let analysis = analyze(&kit, &photo, &options, context, &path)?;
        answered += usize::from(analysis.finding.context.is_some());
        let picture = prediction(row, truth, &analysis, decode);
        if arguments.context.is_some() {
            with_answers.push(with_context(&picture, &analysis.finding));
        }
        alone.push(picture);
        progress.inc(1);
    }
    progress.finish_and_clear();
    let summarize = |predictions: &[Prediction]| {
        eval::summarize(&classes, predictions).map_err(|error| named(&arguments.labels, &error))
    };
    let mut summary = summarize(if arguments.context.is_some() {
        &with_answers
    } else {
        &alone
    })?;
    if let Value::Object(fields) = &mut summary {
        if arguments.context.is_some() {
            fields.insert("with_answers".to_owned(), json!(answered));
            fields.insert("picture_alone".to_owned(), summarize(&alone)?);
        }
        if arguments.skip_unknown {
            fields.insert("skipped".to_owned(), json!(skipped));
        }
        fields.insert("capture".to_owned(), json!(options.capture));
        fields.insert(
            "pack".to_owned(),
            json!({"id": kit.pack().id, "version": kit.pack().version}),
        );
        fields.insert("engine".to_owned(), json!(kit.engine()));
    }
    if arguments.json {
        out.line(format_args!("{summary}"))
    } else {
        describe(&mut out, &summary)
    }
    Ok(out)
}

/// One picture with its answers; without them where the network takes it for another capture than the answers are for.
fn analyze(
    kit: &SkinKit,
    photo: &Photo,
    options: &AnalyzeOptions,
    context: Option<Context>,
    path: &Path,
) -> Result<Analysis, Failure> {
    let with = options.clone().context(context.unwrap_or_default());
    let outcome = match kit.analyze(&photo.frame(), &with) {
        Err(Error::Inference(inference::Error::Context { .. })) if options.capture == CaptureChoice::Auto => {
            kit.analyze(&photo.frame(), options)
        }
        outcome => outcome,
    };
    open::named(path, outcome)
}

fn prediction(row: labels::Row, truth: usize, analysis: &Analysis, decode: f64) -> Prediction {
    let finding = &analysis.finding;
    let t = &analysis.timings;
    let mut groups = row.groups;
    let used = finding.capture.capture.to_string();
    groups.push(("capture_used".to_owned(), used));
    Prediction {
        id: row.id,
        truth,
        lesion: row.lesion,
        groups,
        probabilities: finding.probabilities.iter().map(|label| label.p).collect(),
        prior_adjusted: finding.prior_adjusted(),
        sets: set(finding, &finding.prediction_set, finding.set_coverage),
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

/// The same picture with its answers, if it had any.
fn with_context(picture: &Prediction, finding: &Finding) -> Prediction {
    let Some(effect) = &finding.context else {
        return picture.clone();
    };
    Prediction {
        probabilities: effect.probabilities.clone(),
        prior_adjusted: finding.prior_adjusted_with_answers().unwrap_or(picture.prior_adjusted),
        sets: set(finding, &effect.prediction_set, effect.set_coverage),
        ..picture.clone()
    }
}

/// A prediction set by the places of its labels.
fn set(finding: &Finding, ids: &[String], coverage: Option<f64>) -> Option<PredictionSet> {
    let place = |id: &String| finding.probabilities.iter().position(|label| label.label == *id);
    coverage.map(|target| PredictionSet {
        labels: ids.iter().filter_map(place).collect(),
        target,
    })
}

fn open_file(path: &Path) -> Result<std::fs::File, Failure> {
    std::fs::File::open(path).map_err(|error| Failure::Input(format!("cannot read {}: {error}", path.display())))
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
