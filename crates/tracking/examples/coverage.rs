//! How many re-shots a 95 % interval holds, on pictures of lesions that no noise was learnt from.
//!
//! ```text
//! cargo run --release -p skinkit-tracking --features bench --example coverage -- DATA/ham10000
//! ```

use skinkit_tracking::bench::{Given, Picture, Settings, is_learning, unchanged};
use skinkit_tracking::{Measure, MeasureNoise, NoiseModel, Observation, Patch, PixelScale, measure};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

/// Pictures to shoot again, and how often.
const PICTURES: usize = 200;
const SHOTS: usize = 4;
/// Real pairs of pictures of one lesion.
const PAIRS: usize = 300;
/// What the shipped noise was learnt from: so many simulated re-shots to so many real pairs.
const MIXTURE: (f64, f64) = (1200.0, 450.0);

/// For each measure, how many second values lay inside the interval of the first, and of how many.
type Held = BTreeMap<Measure, (f64, f64)>;

fn held(pairs: impl Iterator<Item = (Observation, Observation)>, noise: &NoiseModel) -> Held {
    let mut held = Held::new();
    for (before, after) in pairs {
        let measured = |o: &Observation| measure(o.patch.as_ref()?, o.scale, noise).ok();
        let (Some(before), Some(after)) = (measured(&before), measured(&after)) else {
            continue;
        };
        for first in &before.values {
            if let Some(second) = after.get(first.measure) {
                let entry = held.entry(first.measure).or_default();
                entry.0 += f64::from(u8::from(first.interval().contains(second.value)));
                entry.1 += 1.0;
            }
        }
    }
    held
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = std::env::args().nth(1).ok_or("usage: coverage DATA")?;
    let data = Path::new(&data);
    let labels = std::fs::read_to_string(data.join("labels.csv"))?;
    let mut lesions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in labels.lines().skip(1) {
        let mut fields = line.split(',');
        if let (Some(id), Some(lesion)) = (fields.next(), fields.nth(1))
            && !is_learning(lesion)
            && data.join(format!("masks/{id}.png")).exists()
        {
            lesions.entry(lesion).or_default().push(id);
        }
    }
    let load = |lesion: &str, id: &str| -> image::ImageResult<Picture> {
        let rgb = image::open(data.join(format!("images/{id}.jpg")))?.to_rgb8();
        let mask = image::open(data.join(format!("masks/{id}.png")))?.to_luma8();
        Ok(Picture {
            lesion: lesion.into(),
            width: rgb.width() as usize,
            height: rgb.height() as usize,
            rgb: rgb.into_raw(),
            mask: mask.into_raw(),
        })
    };
    let settings = Settings {
        scale_error: Some(0.0),
        unchanged_a_picture: SHOTS,
        ..Settings::default()
    };
    let pictures: Vec<Picture> = lesions
        .iter()
        .filter_map(|(lesion, ids)| load(lesion, ids[0]).ok())
        .filter(|p| p.fits(settings.conditions.size))
        .take(PICTURES)
        .collect();
    let with = |measures| NoiseModel {
        measures,
        ..NoiseModel::default()
    };
    let (shipped, guided) = (with(MeasureNoise::shipped()), with(MeasureNoise::guided()));
    let mut nothing = |_: &[u8], _: usize, _: usize| Given::default();
    let shots: Vec<_> = unchanged(pictures, &settings, &mut nothing).collect();
    let two = lesions.iter().filter(|(_, ids)| ids.len() > 1).take(PAIRS);
    let real = two.filter_map(|(lesion, ids)| {
        let seen = |id| {
            let p = load(lesion, id).ok()?;
            Some(Observation {
                patch: Some(Patch::new(p.width, p.height, p.rgb, None).ok()?),
                scale: Some(PixelScale { mm: 0.1, error: 0.0 }),
                ..Observation::new(0, "pair", "1")
            })
        };
        Some((seen(ids[0])?, seen(ids[1])?))
    });
    let on_shots = held(shots.iter().cloned(), &guided);
    let cautious = held(shots.into_iter(), &shipped);
    let on_real = held(real, &shipped);
    println!("| measure | `guided()` | `shipped()` |\n|---|---|---|");
    for (measure, (inside, of)) in &cautious {
        let simulated = inside / of;
        let part = match on_real.get(measure).filter(|_| !measure.needs_scale()) {
            Some((inside, of)) => (MIXTURE.0 * simulated + MIXTURE.1 * inside / of) / (MIXTURE.0 + MIXTURE.1),
            // Real pairs have no millimeters to say what a size is.
            None => simulated,
        };
        let guided = on_shots.get(measure).map_or(f64::NAN, |(inside, of)| inside / of);
        println!("| {measure:?} | {:.1} % | {:.1} % |", 100.0 * guided, 100.0 * part);
    }
    Ok(())
}
