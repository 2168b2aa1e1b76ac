//! How quality spreads over the pictures of a folder: `cargo run -p skinkit-preprocess --example quality_spread FOLDER`.

use skinkit_preprocess::quality::{QualityThresholds, measure};
use skinkit_preprocess::{Limits, Photo, Roi};

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_default();
    let mut all = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .collect();
    files.sort();
    let step = (files.len() / 400).max(1);
    for path in files.iter().step_by(step) {
        let Ok(photo) = Photo::open(path, &Limits::default()) else {
            continue;
        };
        let roi = Roi::centre_square(photo.width(), photo.height());
        if let Ok(quality) = measure(&photo.frame(), &roi, &QualityThresholds::default()) {
            all.push(quality);
        }
    }
    let accepted = all.iter().filter(|q| q.accepted).count();
    println!("{} pictures, {accepted} accepted", all.len());
    let columns: [(&str, fn(&skinkit_preprocess::quality::Quality) -> f32); 6] = [
        ("sharpness", |q| q.sharpness),
        ("exposure", |q| q.exposure),
        ("clipped_dark", |q| q.clipped_dark),
        ("clipped_bright", |q| q.clipped_bright),
        ("glare", |q| q.glare),
        ("colour_cast", |q| q.colour_cast),
    ];
    for (name, of) in columns {
        let mut values: Vec<f32> = all.iter().map(of).collect();
        values.sort_by(f32::total_cmp);
        let at = |q: f64| {
            values
                .get((q * (values.len().saturating_sub(1)) as f64) as usize)
                .copied()
                .unwrap_or(0.0)
        };
        println!(
            "{name:15} 0 {:.3}  1% {:.3}  5% {:.3}  50% {:.3}  95% {:.3}  99% {:.3}  max {:.3}",
            at(0.0),
            at(0.01),
            at(0.05),
            at(0.5),
            at(0.95),
            at(0.99),
            at(1.0)
        );
    }
}
