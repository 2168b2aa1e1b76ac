//! The synthetic change bench on HAM10000, and the noise that ships with the crate.
//!
//! ```text
//! cargo run --release -p skinkit-tracking --features bench --example change_bench -- learn DATA 300 450 0.03 # shipped()
//! cargo run --release -p skinkit-tracking --features bench --example change_bench -- learn DATA 400 0 0.02   # guided()
//! cargo run --release -p skinkit-tracking --features bench --example change_bench -- bench DATA 300
//! cargo run --release -p skinkit-tracking --features bench --example change_bench -- pairs DATA 300
//! ```
//!
//! `DATA` is a folder with `labels.csv`, `images/` and `masks/`. Lesions are split by a hash of their
//! id: `learn` uses one half and prints the numbers of `src/shipped.rs`, `bench` and `pairs` use the other.

use skinkit_tracking::bench::{Given, Picture, Settings, is_learning, learn, run_each, unchanged};
use skinkit_tracking::{Measure, MeasureNoise, NoiseModel, Observation, Patch, Reason, Tail, Verdict, compare};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

/// Re-shot pairs of one picture for the noise of pictures measured one by one: their quantiles need many, and they are quick.
const SHOTS_APART: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let count = |i: usize| args.get(i).map_or(Ok(300), |s| s.parse::<usize>());
    let rate = |i: usize| args.get(i).map_or(Ok(0.03), |s| s.parse::<f64>());
    let (Some(verb), Some(data)) = (args.first(), args.get(1)) else {
        return Err("usage: change_bench learn|bench|pairs DATA [COUNT [COUNT [FALSE_ALARMS]]]".into());
    };
    let data = Path::new(data);
    match verb.as_str() {
        "learn" => print_learnt(data, count(2)?, count(3)?, rate(4)?),
        "bench" => print_bench(data, count(2)?),
        "pairs" => print_pairs(data, count(2)?),
        other => Err(format!("unknown verb `{other}`").into()),
    }
}

/// Re-shots and real pairs of one half of the lesions, as the source of `shipped.rs`.
fn print_learnt(data: &Path, shots: usize, pairs: usize, false_alarms: f64) -> Result<(), Box<dyn Error>> {
    let listed = list(data)?;
    let settings = Settings::default();
    let pictures: Vec<Picture> = listed
        .iter()
        .filter(|(lesion, _)| is_learning(lesion))
        .filter_map(|(lesion, ids)| load(data, lesion, ids.first()?).ok())
        .filter(|p| p.fits(settings.conditions.size))
        .take(shots)
        .collect();
    let simulated: Vec<_> = unchanged(pictures.clone(), &settings, &mut nothing).collect();
    // Sizes of pictures measured one by one need millimetres; the error that a host states is added where a pair is judged.
    let scaled = Settings {
        scale_error: Some(0.0),
        unchanged_a_picture: SHOTS_APART,
        ..settings
    };
    let scaled: Vec<_> = unchanged(pictures, &scaled, &mut nothing).collect();
    let real: Vec<_> = real_pairs(data, &listed, true).take(pairs).collect();
    eprintln!("{} simulated and {} real pairs", simulated.len(), real.len());
    let text = match real.len() {
        0 => format!("{} simulated re-shots of HAM10000 pictures", simulated.len()),
        n => format!(
            "{} simulated re-shots and {n} real pairs of pictures of one lesion from HAM10000",
            simulated.len()
        ),
    };
    let apart = scaled.into_iter().chain(real.iter().cloned());
    let together = simulated.into_iter().chain(real.iter().cloned());
    let noise = learn(together, apart, false_alarms, &text)?;
    print_source(&noise);
    Ok(())
}

fn print_source(noise: &MeasureNoise) {
    println!("const LEVEL: f64 = {:.6};", noise.level);
    println!("const FALSE_ALARMS: f64 = {};", noise.false_alarms);
    println!("const PAIRS: u32 = {};", noise.pairs);
    println!("const FITTED_ON: &str =\n    \"{}\";", noise.fitted_on);
    println!("const CLOSE_FROM: f32 = {};", noise.close_from);
    let table = |name: &str, tails: &BTreeMap<Measure, Tail>| {
        println!("\nconst {name}: &[Row] = &[");
        for (measure, t) in tails {
            let z: Vec<String> = t.exceed.iter().map(|(_, z)| format!("{z:.3}")).collect();
            println!(
                "    (Measure::{measure:?}, {:.4}, {:.4}, &[{}]),",
                t.centre,
                t.sd,
                z.join(", ")
            );
        }
        println!("];");
    };
    table("CLOSE", &noise.close);
    table("LOOSE", &noise.loose);
    table("APART", &noise.apart);
}

/// The bench on the other half of the lesions.
fn print_bench(data: &Path, pictures: usize) -> Result<(), Box<dyn Error>> {
    let listed = list(data)?;
    let settings = Settings {
        changes_a_picture: 4,
        ..Settings::default()
    };
    let held_out = listed
        .iter()
        .filter(|(lesion, _)| !is_learning(lesion))
        .filter_map(|(lesion, ids)| load(data, lesion, ids.first()?).ok())
        .filter(|p| p.fits(settings.conditions.size))
        .take(pictures);
    let guided = NoiseModel {
        measures: MeasureNoise::guided(),
        ..NoiseModel::default()
    };
    let any = NoiseModel::default();
    for (name, report) in
        ["guided", "shipped"]
            .into_iter()
            .zip(run_each(held_out, &settings, &[&guided, &any], &mut nothing))
    {
        println!("### Noise: `{name}()`\n\n{}", report.to_markdown());
    }
    Ok(())
}

/// Real pairs of pictures of one lesion: no truth is known, so only the verdicts are counted.
fn print_pairs(data: &Path, pairs: usize) -> Result<(), Box<dyn Error>> {
    let listed = list(data)?;
    let noise = NoiseModel::default();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut all = 0;
    for (before, after) in real_pairs(data, &listed, false).take(pairs) {
        let change = compare(&before, &after, &noise);
        if std::env::var_os("EACH").is_some() {
            eprintln!("{change:?}");
        }
        let name = match change.verdict {
            Verdict::NoMeasurableChange => "no measurable change".to_string(),
            Verdict::Changed { what, .. } => format!("changed: {what:?}"),
            Verdict::CannotCompare { why: Reason::NoLesion } => "no lesion stands out".into(),
            Verdict::CannotCompare { why } => format!("cannot compare: {why:?}"),
            _ => "other".into(),
        };
        *counts.entry(name).or_default() += 1;
        all += 1;
    }
    println!("{all} real pairs of pictures of one lesion\n\n| verdict | pairs | percent |\n|---|---|---|");
    for (name, n) in counts {
        println!("| {name} | {n} | {:.1} |", 100.0 * n as f64 / all as f64);
    }
    Ok(())
}

fn nothing(_: &[u8], _: usize, _: usize) -> Given {
    Given::default()
}

/// Pictures by lesion.
fn list(data: &Path) -> Result<BTreeMap<String, Vec<String>>, Box<dyn Error>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in std::fs::read_to_string(data.join("labels.csv"))?.lines().skip(1) {
        let mut fields = line.split(',');
        if let (Some(id), Some(lesion)) = (fields.next(), fields.nth(1))
            && data.join("masks").join(format!("{id}.png")).exists()
        {
            out.entry(lesion.into()).or_default().push(id.into());
        }
    }
    Ok(out)
}

fn load(data: &Path, lesion: &str, id: &str) -> Result<Picture, Box<dyn Error>> {
    let rgb = image::open(data.join("images").join(format!("{id}.jpg")))?.to_rgb8();
    let mask = image::open(data.join("masks").join(format!("{id}.png")))?.to_luma8();
    Ok(Picture {
        lesion: lesion.into(),
        width: rgb.width() as usize,
        height: rgb.height() as usize,
        rgb: rgb.into_raw(),
        mask: mask.into_raw(),
    })
}

/// First and second picture of every lesion that has two.
fn real_pairs<'a>(
    data: &'a Path,
    listed: &'a BTreeMap<String, Vec<String>>,
    learning: bool,
) -> impl Iterator<Item = (Observation, Observation)> + 'a {
    let observe = move |lesion: &str, id: &str| {
        let p = load(data, lesion, id).ok()?;
        Some(Observation {
            patch: Some(Patch::new(p.width, p.height, p.rgb, None).ok()?),
            ..Observation::new(0, "pair", "1")
        })
    };
    listed
        .iter()
        .filter(move |(lesion, ids)| ids.len() > 1 && is_learning(lesion) == learning)
        .filter_map(move |(lesion, ids)| Some((observe(lesion, &ids[0])?, observe(lesion, &ids[1])?)))
}
