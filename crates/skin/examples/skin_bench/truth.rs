//! What the noise is, and what is found with it: learnt on half of the people, judged on the other half.

use std::collections::BTreeMap;
use std::path::Path;

use skinkit_skin::{Measure, SkinNoise, SkinReport, Tone, Verdict, Zone, compare};

use crate::Outcome;
use crate::paint::Change;
use crate::shots::Record;

const FALSE_ALARMS: f32 = 0.05;

fn read(files: &[&str]) -> Outcome<Vec<Record>> {
    let mut records = Vec::new();
    for file in files {
        for line in std::fs::read_to_string(Path::new(file))?.lines() {
            let mut record: Record = serde_json::from_str(line)?;
            record.report.colors = std::mem::take(&mut record.colors);
            records.push(record);
        }
    }
    Ok(records)
}

/// Shots of one person, unchanged.
fn clean<'r>(records: &'r [Record], id: &str) -> Vec<&'r SkinReport> {
    let own = records.iter().filter(|r| r.id == id && r.change == Change::None);
    own.map(|r| &r.report).collect()
}

fn people(records: &[Record]) -> Vec<&str> {
    let mut ids: Vec<&str> = records.iter().map(|r| r.id.as_str()).collect();
    ids.dedup();
    ids
}

/// All pairs of unchanged shots of each of these people.
fn unchanged<'r>(records: &'r [Record], ids: &[&str]) -> Vec<(&'r SkinReport, &'r SkinReport)> {
    let mut pairs = Vec::new();
    for id in ids {
        let shots = clean(records, id);
        for (i, a) in shots.iter().enumerate() {
            pairs.extend(shots[i + 1..].iter().map(|b| (*a, *b)));
        }
    }
    pairs
}

/// Prints `src/shipped.rs`. Spots come from the enlarged portraits, everything else from the portraits as they are.
pub fn learn(coarse: &str, fine: &str) -> Outcome<()> {
    let (coarse, fine) = (read(&[coarse])?, read(&[fine])?);
    let noise = SkinNoise::learn(unchanged(&coarse, &people(&coarse)), FALSE_ALARMS);
    let of_spots = SkinNoise::learn(unchanged(&fine, &people(&fine)), FALSE_ALARMS);
    let is_of_spots = |measure: &Measure| measure.name().contains("spot");
    println!("//! The noise that ships with this crate. Written by `skin_bench learn`; do not edit.\n");
    println!("/// A number a measure.");
    let limits: Vec<String> = noise.limits.iter().map(|limit| format!("{limit:.3}")).collect();
    println!("pub(crate) const LIMITS: [f32; 14] = [{}];", limits.join(", "));
    println!(
        "pub(crate) const NEW_SPOT_CONTRAST: f32 = {:.2};",
        of_spots.new_spot_contrast
    );
    println!("pub(crate) const FALSE_ALARMS: f32 = {FALSE_ALARMS};");
    println!("pub(crate) const PAIRS: u32 = {};", noise.pairs + of_spots.pairs);
    println!("/// A row a measure, a column a zone; 0 where it is not known.");
    println!("#[rustfmt::skip]\npub(crate) const SPREADS: [[f32; 13]; 14] = [");
    for (row, measure) in Measure::ALL.iter().enumerate() {
        let from = if is_of_spots(measure) { &of_spots } else { &noise };
        let values: Vec<String> = from.spreads[row]
            .iter()
            .map(|v| format!("{:.3}", v.unwrap_or(0.0)))
            .collect();
        println!("    [{}], // {measure}", values.join(", "));
    }
    println!("];\n/// The same of differences.");
    println!("#[rustfmt::skip]\npub(crate) const DIFFERENCES: [[f32; 13]; 14] = [");
    for (row, measure) in Measure::ALL.iter().enumerate() {
        let from = if is_of_spots(measure) { &of_spots } else { &noise };
        let values: Vec<String> = from.differences[row]
            .iter()
            .map(|v| format!("{:.3}", v.unwrap_or(0.0)))
            .collect();
        println!("    [{}], // {measure}", values.join(", "));
    }
    println!("];\n/// A row a measure, a column a band of tone.");
    println!("#[rustfmt::skip]\npub(crate) const TONES: [[f32; 3]; 14] = [");
    for (row, measure) in Measure::ALL.iter().enumerate() {
        let from = if is_of_spots(measure) { &of_spots } else { &noise };
        let [light, medium, dark] = from.tones[row];
        println!("    [{light:.3}, {medium:.3}, {dark:.3}], // {measure}");
    }
    println!("];");
    Ok(())
}

/// Hits out of trials.
#[derive(Default, Clone, Copy)]
struct Count([u32; 2]);

impl Count {
    fn add(&mut self, hit: bool) {
        self.0[0] += u32::from(hit);
        self.0[1] += 1;
    }

    /// Percent with Wilson's 95 % interval.
    fn text(self) -> String {
        let [hits, of] = self.0.map(f64::from);
        if of == 0.0 {
            return "none".to_owned();
        }
        let (p, z) = (hits / of, 1.959_964);
        let middle = p + z * z / (2.0 * of);
        let half = z * (p * (1.0 - p) / of + z * z / (4.0 * of * of)).sqrt();
        let bound = |v: f64| 100.0 * (v / (1.0 + z * z / of)).clamp(0.0, 1.0);
        format!(
            "{:.0} ({:.0}–{:.0}), {of}",
            100.0 * p,
            bound(middle - half),
            bound(middle + half)
        )
    }
}

/// Whether a comparison names the painted change.
fn found(change: Change, before: &SkinReport, after: &SkinReport, noise: &SkinNoise) -> Option<bool> {
    let result = compare(before, after, noise);
    let named = |zone: Zone, measure: Measure| {
        let own = result
            .measures
            .iter()
            .find(|m| m.zone == zone && m.measure == measure)?;
        Some(own.verdict == Verdict::More)
    };
    match change {
        Change::None => Some(result.is_changed()),
        Change::Redness(_) => named(Zone::LeftCheek, Measure::Redness),
        Change::UnderEye(_) => named(Zone::LeftInfraorbital, Measure::UnderEyeDarkness),
        Change::Shine(_) => named(Zone::Forehead, Measure::Shine),
        Change::Lines(_) => named(Zone::Forehead, Measure::Lines),
        Change::Spot(_) => {
            let spots = result.new_spots?;
            Some(spots.iter().any(|new| new.spot.zone == Zone::RightCheek))
        }
    }
}

/// Prints sensitivity and specificity by kind, size and tone.
pub fn truth(files: &[&str]) -> Outcome<()> {
    let records = read(files)?;
    let ids = people(&records);
    let mut table: BTreeMap<String, BTreeMap<String, Count>> = BTreeMap::new();
    let mut coverage: BTreeMap<Measure, Count> = BTreeMap::new();
    for half in 0..2 {
        let part = |parity: usize| -> Vec<&str> { ids.iter().copied().skip(parity).step_by(2).collect() };
        let (learning, judged) = (part(half), part(1 - half));
        let noise = SkinNoise::learn(unchanged(&records, &learning), FALSE_ALARMS);
        for id in judged {
            let shots = clean(&records, id);
            let own: Vec<&Record> = records.iter().filter(|r| r.id == id).collect();
            let Some(tone) = own.first().map(|r| r.tone.clone()) else {
                continue;
            };
            let mut count = |kind: String, hit: Option<bool>| {
                if let Some(hit) = hit {
                    let row = table.entry(kind).or_default();
                    row.entry(tone.clone()).or_default().add(hit);
                    row.entry("all".to_owned()).or_default().add(hit);
                }
            };
            for (a, b) in unchanged(&records, &[id]) {
                count(
                    "unchanged, anything called changed".to_owned(),
                    found(Change::None, a, b, &noise),
                );
                for measure in Measure::ALL {
                    for zone in Zone::ALL {
                        let spread = noise.spread(measure, zone, a.tone_band);
                        if let (Some(x), Some(y), Some(s)) = (a.value(zone, measure), b.value(zone, measure), spread) {
                            // Two pictures differ by √2 of one's spread.
                            let within = (x - y).abs() <= 1.96 * std::f32::consts::SQRT_2 * s;
                            coverage.entry(measure).or_default().add(within);
                        }
                    }
                }
            }
            for record in own.iter().filter(|r| r.change != Change::None) {
                for before in &shots {
                    count(
                        format!("{:?}", record.change),
                        found(record.change, before, &record.report, &noise),
                    );
                }
            }
        }
        eprintln!(
            "half {half}: limits {:.1?} standard deviations, {} pairs",
            noise.limits, noise.pairs
        );
    }
    let tones = ["all", "light", "medium", "dark"];
    println!("| painted | {} |\n|---|---|---|---|---|", tones.join(" | "));
    for (kind, row) in &table {
        let cells: Vec<String> = tones
            .iter()
            .map(|tone| row.get(*tone).copied().unwrap_or_default().text())
            .collect();
        println!("| {kind} | {} |", cells.join(" | "));
    }
    println!("\n| measure | re-shots within the 95 % interval, % |\n|---|---|");
    for (measure, count) in &coverage {
        println!("| {measure} | {} |", count.text());
    }
    Ok(())
}

/// Prints the shipped spread of each measure: over zones, by tone.
pub fn spreads() {
    let noise = SkinNoise::shipped();
    println!(
        "| measure | unit | {} |\n|---|---|{}",
        "zones (median, least to most) at light, medium, dark", "---|"
    );
    for measure in Measure::ALL {
        let cells: Vec<String> = Tone::ALL
            .iter()
            .map(|tone| {
                let mut known: Vec<f32> = Zone::ALL
                    .iter()
                    .filter_map(|zone| noise.spread(measure, *zone, *tone))
                    .collect();
                known.sort_by(f32::total_cmp);
                match (known.first(), known.get(known.len() / 2), known.last()) {
                    (Some(low), Some(middle), Some(high)) => format!("{middle:.2} ({low:.2}–{high:.2})"),
                    _ => "not known".to_owned(),
                }
            })
            .collect();
        println!("| {measure} | {} | {} |", measure.unit(), cells.join(" · "));
    }
}
