//! Overlays to look at: zones, spots and the anomaly map of each portrait, and its numbers.

use std::path::Path;

use skinkit_preprocess::Frame;
use skinkit_skin::{Measure, ONE_IN_100, ONE_IN_1000, Reading, SkinAnalyzer, SkinReport, Zone};

use crate::Outcome;
use crate::faces::{face, landmarker, portraits};

pub fn run(data: &Path, out: &Path, every: usize) -> Outcome<()> {
    let mut landmarker = landmarker()?;
    let mut analyzer = SkinAnalyzer::new();
    std::fs::create_dir_all(out)?;
    for portrait in portraits(data, true, every)? {
        let photo = &portrait.photo;
        let (width, height) = (photo.width(), photo.height());
        let Some(face) = face(&mut landmarker, photo.pixels(), width, height)? else {
            println!("{} {}: no face", portrait.id, portrait.tone);
            continue;
        };
        let frame = Frame::rgb8(photo.pixels(), width, height)?;
        match analyzer.measure(&frame, &face) {
            Ok(report) => {
                print(&portrait.id, &portrait.tone, &report);
                let picture = draw(photo.pixels(), width as usize, height as usize, &report);
                image::save_buffer(
                    out.join(format!("{}.png", portrait.id)),
                    &picture,
                    2 * width,
                    height,
                    image::ColorType::Rgb8,
                )?;
            }
            Err(error) => println!("{} {}: {error}", portrait.id, portrait.tone),
        }
    }
    Ok(())
}

fn print(id: &str, tone: &str, report: &SkinReport) {
    let px: Vec<String> = report.zones.iter().map(|z| format!("{:.1}", z.pixels_per_mm)).collect();
    println!(
        "{id} {tone} band {:?} tone {:?} light {:?} {:?} residual {:?} scale {:?} yaw {:.0} px/mm {}",
        report.tone_band,
        report.tone.map(|v| v.round()),
        report.light.source,
        report.light.illuminant.rgb.map(|v| (v * 100.0).round() / 100.0),
        report.light.residual.map(|v| v.round()),
        report.scale.map(|s| s.mm_per_pixel),
        report.turn.yaw,
        px.join(" ")
    );
    for measure in Measure::ALL {
        let values: Vec<String> = Zone::ALL
            .iter()
            .map(|&zone| match report.zone(zone).and_then(|z| z.readings.get(&measure)) {
                Some(Reading::Measured(e)) => format!("{:6.2}", e.value),
                Some(Reading::NotMeasurable(_)) => "     x".to_owned(),
                _ => "     -".to_owned(),
            })
            .collect();
        println!("  {:22}{}", measure.name(), values.join(" "));
    }
    let part = |i: usize| {
        let shares = report.zones.iter().map(|z| format!("{:6.3}", z.unusual[i]));
        shares.collect::<Vec<_>>().join(" ")
    };
    println!("  {:22}{}\n  {:22}{}", "1 in 100", part(0), "1 in 1000", part(1));
}

fn draw(pixels: &[u8], width: usize, height: usize, report: &SkinReport) -> Vec<u8> {
    let mut out = vec![0u8; width * height * 6];
    for y in 0..height {
        for x in 0..width {
            for half in 0..2 {
                let to = (y * width * 2 + half * width + x) * 3;
                out[to..to + 3].copy_from_slice(&pixels[(y * width + x) * 3..][..3]);
            }
        }
    }
    let anomaly = report.anomaly.in_picture(width, height);
    let mut zones = vec![None; width * height];
    for (cell, point) in report.anomaly.points().iter().enumerate() {
        if let Some(zone) = report.anomaly.zone(cell)
            && !report.anomaly.values()[cell].is_nan()
            && point[0] >= 0.0
            && point[1] >= 0.0
            && (point[0] as usize) < width
            && (point[1] as usize) < height
        {
            zones[point[1] as usize * width + point[0] as usize] = Some(zone);
        }
    }
    const COLORS: [[f32; 3]; 11] = [
        [255.0, 60.0, 60.0],
        [255.0, 200.0, 0.0],
        [0.0, 160.0, 255.0],
        [0.0, 220.0, 255.0],
        [0.0, 200.0, 80.0],
        [80.0, 255.0, 80.0],
        [200.0, 80.0, 255.0],
        [255.0, 120.0, 200.0],
        [255.0, 255.0, 255.0],
        [160.0, 120.0, 60.0],
        [120.0, 160.0, 60.0],
    ];
    for y in 0..height {
        for x in 0..width {
            let at = y * width + x;
            if let Some(zone) = zones[at] {
                let to = (y * width * 2 + x) * 3;
                for c in 0..3 {
                    out[to + c] = (0.6 * f32::from(out[to + c]) + 0.4 * COLORS[zone as usize][c]) as u8;
                }
            }
            let value = anomaly[at];
            if value > ONE_IN_100 {
                let to = (y * width * 2 + width + x) * 3;
                let color = if value > ONE_IN_1000 {
                    [255, 0, 200]
                } else {
                    [255, 200, 0]
                };
                out[to..to + 3].copy_from_slice(&color);
            }
        }
    }
    out
}
