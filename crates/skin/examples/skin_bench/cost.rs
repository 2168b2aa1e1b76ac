//! What a measurement costs: processor time, the least of many runs.

use std::path::Path;

use rustix::time::{ClockId, clock_gettime};
use skinkit_preprocess::{Limits, Photo};
use skinkit_skin::{SkinAnalyzer, SkinNoise, SpotFinder, SpotOptions, compare, match_spots};

use crate::Outcome;
use crate::faces::{face, landmarker};

const RUNS: usize = 12;

/// Processor time of this process.
fn milliseconds() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 * 1e3 + now.tv_nsec as f64 / 1e6
}

fn fastest(mut run: impl FnMut()) -> f64 {
    let times = (0..RUNS).map(|_| {
        let start = milliseconds();
        run();
        milliseconds() - start
    });
    times.fold(f64::INFINITY, f64::min)
}

pub fn run(photo: &Path) -> Outcome<()> {
    let photo = Photo::open(photo, &Limits::default())?;
    let mut landmarker = landmarker()?;
    let face = face(&mut landmarker, photo.pixels(), photo.width(), photo.height())?.ok_or("no face")?;
    let frame = photo.frame();
    let (mut analyzer, mut finder) = (SkinAnalyzer::new(), SpotFinder::new());
    let report = analyzer.measure(&frame, &face)?;
    let map = finder.find(&frame, SpotOptions::default())?;
    let noise = SkinNoise::shipped();
    println!(
        "{} × {} pixels, fastest of {RUNS} runs, milliseconds",
        photo.width(),
        photo.height()
    );
    println!("face measured {:.1}", fastest(|| drop(analyzer.measure(&frame, &face))));
    println!(
        "two faces compared {:.1}",
        fastest(|| drop(compare(&report, &report, &noise)))
    );
    println!(
        "spots found {:.1}",
        fastest(|| drop(finder.find(&frame, SpotOptions::default())))
    );
    println!(
        "{} spots matched {:.1}",
        map.spots.len(),
        fastest(|| drop(match_spots(&map, &map, &[])))
    );
    Ok(())
}
