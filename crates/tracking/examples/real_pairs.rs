//! Real second photos of one lesion, compared: the second half of the bench of real pairs.
//!
//! ```text
//! cargo run --release -p skinkit-tracking --features bench --example real_pairs -- target/pairs ../shared/data/pad_ufes_20
//! ```
//!
//! The first folder is what `skinkit`'s example `observe_photos` wrote, the second has `labels.csv` and
//! `same_lesion_sets.csv`. Folds are by patient: the noise of handheld pairs that judges a pair was learnt from other
//! patients. `EACH=1` lists every pair; `LEARN=1` prints the numbers of `src/noise/handheld.rs`, from all pairs.

use serde::Deserialize;
use skinkit_numerics::random::Random;
use skinkit_tracking::bench::pairs::{Group, RealPair, cross_fitted, handheld, table};
use skinkit_tracking::{NoiseModel, Observation, Patch, Spread};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

/// Pairs of lesions of two patients.
const STRANGERS: usize = 500;

/// What is known of two photos, and their ids.
type Listed = (Group, String, String);

#[derive(Deserialize)]
struct Observed {
    pack: [String; 2],
    same_lesion: Option<Spread>,
    different_lesion: Option<Spread>,
    photos: BTreeMap<String, Photo>,
}

#[derive(Deserialize)]
struct Photo {
    accepted: bool,
    embedding: Option<Vec<f32>>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [observed, data, rest @ ..] = &arguments[..] else {
        return Err("usage: real_pairs OBSERVED DATA [STRANGERS]".into());
    };
    let (folder, data) = (Path::new(observed), Path::new(data));
    let strangers = rest.first().map_or(Ok(STRANGERS), |n| n.parse())?;
    let observed: Observed = serde_json::from_slice(&std::fs::read(folder.join("observations.json"))?)?;
    let observe = |id: &str| -> Option<Observation> {
        let photo = observed.photos.get(id)?;
        let picture = image::open(folder.join(format!("{id}.png"))).ok()?.to_rgba8();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let rgb = picture.pixels().flat_map(|p| [p[0], p[1], p[2]]).collect();
        let mask = picture.pixels().map(|p| p[3]).collect();
        Some(Observation {
            accepted: photo.accepted,
            embedding: photo.embedding.clone(),
            patch: Some(Patch::new(width, height, rgb, Some(mask)).ok()?),
            ..Observation::new(0, &observed.pack[0], &observed.pack[1])
        })
    };
    let mut pairs = Vec::new();
    for (group, earlier, later) in known(data)?.into_iter().chain(unrelated(data, strangers)?) {
        if let Some((a, b)) = observe(&earlier).zip(observe(&later)) {
            let patient = earlier.split('_').take(2).collect::<Vec<_>>().join("_");
            pairs.push(RealPair::new(&patient, &format!("{earlier} {later}"), group, a, b));
        }
    }
    let noise = NoiseModel {
        same_lesion: observed.same_lesion,
        different_lesion: observed.different_lesion,
        ..NoiseModel::default()
    };
    let changes = cross_fitted(&pairs, &noise)?;
    println!("{}", table(&pairs, &changes));
    if std::env::var_os("EACH").is_some() {
        for (pair, change) in pairs.iter().zip(&changes) {
            let measures: Vec<String> = change
                .measures
                .iter()
                .map(|m| {
                    let mark = if m.exceeds_noise { "!" } else { "" };
                    format!("{:?}{mark} {:.3}", m.measure, m.difference)
                })
                .collect();
            println!(
                "{:?} {} {:?} places {} {:?} similarity {:?} {}",
                pair.group,
                pair.name,
                change.verdict,
                pair.support(),
                change.alignment,
                change.similarity,
                measures.join(" ")
            );
        }
    }
    if std::env::var_os("LEARN").is_some() {
        let learnt = handheld(&pairs, &noise, |_| true)?;
        println!("const LEVEL: f64 = {:.3e};", learnt.level);
        for (measure, tail) in learnt.tails {
            let z: Vec<String> = tail.exceed.iter().map(|(_, z)| format!("{z:.3}")).collect();
            println!(
                "    (Measure::{measure:?}, {:.4}, {:.4}, &[{}]),",
                tail.centre,
                tail.sd,
                z.join(", ")
            );
        }
    }
    Ok(())
}

/// First two photos of each lesion that has more than one, with the judgment by eye.
fn known(data: &Path) -> Result<Vec<Listed>, Box<dyn Error>> {
    let text = std::fs::read_to_string(data.join("same_lesion_sets.csv"))?;
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let mut ids = fields.get(3)?.split_whitespace();
        let group = match *fields.get(4)? {
            "same" => Group::Same,
            "different" => Group::Different,
            _ => Group::Unclear,
        };
        Some((group, ids.next()?.to_owned(), ids.next()?.to_owned()))
    };
    Ok(text.lines().skip(1).filter_map(row).collect())
}

/// Photos of two patients on one site of the body, drawn from a fixed seed.
fn unrelated(data: &Path, count: usize) -> Result<Vec<Listed>, Box<dyn Error>> {
    let text = std::fs::read_to_string(data.join("labels.csv"))?;
    // id, dx, patient_id, lesion_id, tone, age, sex, region, …
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let rows: Vec<&Vec<&str>> = rows.iter().filter(|row| row.len() > 7 && !row[7].is_empty()).collect();
    let mut random = Random::new(18);
    let mut drawn = BTreeSet::new();
    while drawn.len() < count {
        let (a, b) = (rows[random.below(rows.len())], rows[random.below(rows.len())]);
        if a[2] != b[2] && a[7] == b[7] {
            drawn.insert((Group::Stranger, a[0].to_owned(), b[0].to_owned()));
        }
    }
    Ok(drawn.into_iter().collect())
}
