//! `skinkit bench-change`: painted changes and simulated re-shots, through a model pack.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use indicatif::ProgressBar;
use serde_json::json;
use skinkit::inference::Capture;
use skinkit::tracking::bench::{Given, Picture, Settings, is_learning, repeats, run_each};
use skinkit::tracking::{MeasureNoise, NoiseModel};
use skinkit::{AnalyzeOptions, Config, Frame, SkinKit, overlay};

use crate::arguments::BenchChange;
use crate::failure::Failure;
use crate::open::{self, packs};
use crate::terminal::Output;

/// Repeat shots that a person has made before the reported pairs.
const REPEATS: usize = 2;

/// `skinkit bench-change DATA`.
pub fn run(arguments: &BenchChange) -> Result<Output, Failure> {
    let kit =
        SkinKit::open(Config::new(packs::find(arguments.pack.as_deref())?).runtime(open::runtime(&arguments.engine)))?;
    let listed = list(&arguments.data, arguments.only.as_deref())?;
    let settings = Settings {
        changes_a_picture: arguments.changes,
        seed: arguments.seed,
        ..Settings::default()
    };
    let progress = ProgressBar::new(arguments.pictures as u64);
    let mut pictures = listed
        .iter()
        .filter_map(|(lesion, id)| load(&arguments.data, lesion, id).ok())
        .filter(|picture| picture.fits(settings.conditions.size))
        .take(arguments.pictures + REPEATS)
        .inspect(|_| progress.inc(1));
    let mut failed = None;
    let mut give = |rgb: &[u8], width: usize, height: usize| {
        given(&kit, rgb, (width, height), !arguments.no_masks).unwrap_or_else(|error| {
            failed.get_or_insert(error);
            Given::default()
        })
    };
    let noise = |measures| NoiseModel {
        measures,
        ..kit.noise(Capture::Dermoscope).clone()
    };
    // Two visits of two shots each, of pictures that are not reported on.
    let repeats = repeats(pictures.by_ref().take(REPEATS), &settings, &mut give);
    let shipped = MeasureNoise::shipped();
    let names = ["two guided repeats", "first visit"];
    let noises = [noise(shipped.after_repeats(&repeats)), noise(shipped)];
    let reports = run_each(pictures, &settings, &noises.each_ref(), &mut give);
    progress.finish_and_clear();
    if let Some(error) = failed {
        return Err(error);
    }
    if reports.iter().all(|report| report.pictures == 0) {
        return Err(Failure::Input(format!(
            "{}: no picture has a mask and enough room around its lesion",
            arguments.data.display()
        )));
    }
    let mut out = Output::default();
    if arguments.json {
        let reports: BTreeMap<&str, _> = names.into_iter().zip(&reports).collect();
        out.line(json!({
            "pack": {"id": kit.pack().id, "version": kit.pack().version},
            "masks": !arguments.no_masks,
            "noise": reports,
        }));
    } else {
        for (name, report) in names.into_iter().zip(&reports) {
            out.line(format_args!("### Noise: {name}\n\n{}", report.to_markdown()));
        }
    }
    Ok(out)
}

/// What the pack makes of a shot: its crop's embedding and, laid back into the shot, its mask.
fn given(kit: &SkinKit, rgb: &[u8], (width, height): (usize, usize), masks: bool) -> Result<Given, Failure> {
    let frame = Frame::rgb8(rgb, width as u32, height as u32).map_err(skinkit::Error::from)?;
    let analysis = kit.analyze(&frame, &AnalyzeOptions::default().measures(false))?;
    let mask = overlay::mask(&analysis.finding).filter(|_| masks).map(|map| {
        let mut mask = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let unit = analysis.roi.to_unit([x as f32 + 0.5, y as f32 + 0.5]);
                let inside = unit.iter().all(|u| (0.0..=1.0).contains(u));
                mask.push(if inside {
                    (map.at(unit) * 255.0).round() as u8
                } else {
                    0
                });
            }
        }
        mask
    });
    Ok(Given {
        embedding: analysis.finding.embedding.map(|embedding| embedding.to_vec()),
        mask,
    })
}

/// One picture per lesion, only of the half that no noise was learned from and, if there is a list, only of that.
fn list(data: &Path, only: Option<&Path>) -> Result<BTreeMap<String, String>, Failure> {
    let labels = data.join("labels.csv");
    let failed = |error: String| Failure::Input(format!("{}: {error}", labels.display()));
    let file = File::open(&labels).map_err(|error| failed(error.to_string()))?;
    let mut table = csv::Reader::from_reader(file);
    let head = table.headers().map_err(|error| failed(error.to_string()))?.clone();
    let column = |name: &str| {
        let found = head.iter().position(|title| title == name);
        found.ok_or_else(|| failed(format!("no column '{name}'")))
    };
    let (id, lesion) = (column("isic_id")?, column("lesion_id")?);
    let only = only.map(names).transpose()?;
    let mut out = BTreeMap::new();
    for row in table.records() {
        let row = row.map_err(|error| failed(error.to_string()))?;
        let (Some(id), Some(lesion)) = (row.get(id), row.get(lesion)) else {
            continue;
        };
        let wanted = match &only {
            Some(names) => names.contains(id) || names.contains(lesion),
            None => true,
        };
        if wanted && !is_learning(lesion) && mask_of(data, id).exists() {
            out.entry(lesion.to_owned()).or_insert_with(|| id.to_owned());
        }
    }
    Ok(out)
}

fn names(path: &Path) -> Result<BTreeSet<String>, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::Input(format!("cannot read {}: {error}", path.display())))?;
    Ok(text.lines().map(|line| line.trim().to_owned()).collect())
}

fn mask_of(data: &Path, id: &str) -> std::path::PathBuf {
    data.join("masks").join(format!("{id}.png"))
}

fn load(data: &Path, lesion: &str, id: &str) -> image::ImageResult<Picture> {
    let rgb = image::open(data.join("images").join(format!("{id}.jpg")))?.to_rgb8();
    let mask = image::open(mask_of(data, id))?.to_luma8();
    Ok(Picture {
        lesion: lesion.to_owned(),
        width: rgb.width() as usize,
        height: rgb.height() as usize,
        rgb: rgb.into_raw(),
        mask: mask.into_raw(),
    })
}
