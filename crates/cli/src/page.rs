//! From a history to what its report shows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use skinkit::store::{self, RasterKind, Store};
use skinkit::tracking::{Change, Estimate, LengthUnit, Measure, Measures};
use skinkit::{Details, History, Verdict};

use crate::failure::Failure;
use crate::history::{sentence, word};
use crate::report::{
    Comparison, Difference, Familiarity, Measurement, Pack, Point, Probability, Quality, Raster, Report, Roi, Scan,
    Site, Tone, Trend,
};

/// The report of one person's history.
pub fn of(history: &History, subject: &str) -> Result<Report, Failure> {
    let mut sites = Vec::new();
    for name in history.sites(subject)? {
        sites.push(site(history, subject, name)?);
    }
    Ok(Report {
        subject: Some(subject.to_owned()),
        generated_at: Timestamp::now().as_millisecond(),
        made_with: format!("SkinKit {}", env!("CARGO_PKG_VERSION")),
        sites,
    })
}

fn site(history: &History, subject: &str, name: String) -> Result<Site, Failure> {
    let stored = history.scans(subject, &name)?;
    let scans = stored
        .iter()
        .map(|scan| one(history.store(), scan))
        .collect::<Result<Vec<_>, Failure>>()?;
    let comparison = match &stored[..] {
        [.., before, after] => Some(comparison(
            before.id.to_string(),
            after.id.to_string(),
            &history.compare_scans(before, after)?,
        )),
        _ => None,
    };
    Ok(Site {
        name,
        scans,
        comparison,
        trends: trends(&stored),
    })
}

fn one(store: &Store, scan: &store::Scan) -> Result<Scan, Failure> {
    let details: Details = serde_json::from_value(scan.extra.clone()).unwrap_or_default();
    let raster = |kind| -> Result<Option<Raster>, Failure> {
        Ok(store
            .raster(scan.id, kind)
            .map_err(skinkit::Error::from)?
            .map(|raster| Raster {
                width: raster.width as usize,
                height: raster.height as usize,
                values: raster.bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect(),
            }))
    };
    let picture = store.picture(scan.id).map_err(skinkit::Error::from)?;
    Ok(Scan {
        id: scan.id.to_string(),
        taken_at: scan.taken_at,
        region: Some(details.region.replace('_', " ")),
        // What is kept is the analysed region itself.
        roi: picture.as_deref().and_then(whole),
        pack: Some(Pack {
            id: scan.pack_id.clone(),
            version: scan.pack_version.clone(),
            licence: details.license,
            intended_use: details.intended_use,
        }),
        engine: scan.engine.clone(),
        probabilities: scan
            .probabilities
            .iter()
            .enumerate()
            .map(|(i, p)| Probability {
                label: p.label.clone(),
                name: details.names.get(i).unwrap_or(&p.label).clone(),
                p: f64::from(p.p),
            })
            .collect(),
        prediction_set: scan.prediction_set.clone(),
        quality: Some(quality(&scan.quality)),
        familiarity: details.familiarity.map(|familiarity| Familiarity {
            in_distribution: familiarity.in_distribution,
            score: f64::from(familiarity.score),
            threshold: f64::from(familiarity.threshold),
        }),
        picture,
        heatmap: raster(RasterKind::Heatmap)?,
        mask: raster(RasterKind::Mask)?,
        measures: details
            .measures
            .iter()
            .flat_map(|m| m.values.iter().map(|e| measurement(e, m.unit)))
            .collect(),
    })
}

/// The region that covers a kept picture.
fn whole(picture: &[u8]) -> Option<Roi> {
    let reader = image::ImageReader::new(std::io::Cursor::new(picture))
        .with_guessed_format()
        .ok()?;
    let (width, height) = reader.into_dimensions().ok()?;
    let size = [f64::from(width), f64::from(height)];
    Some(Roi {
        centre: size.map(|side| side / 2.0),
        size,
        rotation: 0.0,
    })
}

fn quality(stored: &Value) -> Quality {
    let issues = stored.get("issues").and_then(Value::as_array);
    Quality {
        accepted: stored.get("accepted").and_then(Value::as_bool).unwrap_or(false),
        issues: issues.into_iter().flatten().map(word).collect(),
        values: stored
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| {
                Some(Measurement {
                    name: name.replace('_', " "),
                    value: value.as_f64()?,
                    ..Measurement::default()
                })
            })
            .collect(),
    }
}

fn comparison(before: String, after: String, change: &Change) -> Comparison {
    Comparison {
        before,
        after,
        similarity: change.similarity.map(f64::from),
        tone: match change.verdict {
            Verdict::NoMeasurableChange => Tone::Steady,
            Verdict::Changed { .. } => Tone::Changed,
            _ => Tone::NotCompared,
        },
        verdict: sentence(change),
        rows: change
            .measures
            .iter()
            .map(|row| {
                // A logarithm of a ratio is told as a percentage.
                let told = |value: f64| {
                    if row.measure.is_ratio() {
                        (value.exp() - 1.0) * 100.0
                    } else {
                        value
                    }
                };
                Difference {
                    name: word(&row.measure),
                    before: row.before,
                    after: row.after,
                    difference: told(row.difference),
                    minimum_detectable: row.minimum_detectable.map(told),
                    unit: String::new(),
                    difference_unit: if row.measure.is_ratio() {
                        "%".to_owned()
                    } else {
                        String::new()
                    },
                }
            })
            .collect(),
        transform: change.alignment.map(|alignment| {
            let (sin, cos) = f64::from(alignment.rotation).sin_cos();
            let (scale, [x, y]) = (f64::from(alignment.scale), alignment.origin.map(f64::from));
            [scale * cos, scale * sin, -scale * sin, scale * cos, x, y]
        }),
    }
}

/// One plot a measure that at least two scans have in the same unit.
fn trends(scans: &[store::Scan]) -> Vec<Trend> {
    let mut series: BTreeMap<Measure, (String, Vec<Point>)> = BTreeMap::new();
    for scan in scans {
        let details: Details = serde_json::from_value(scan.extra.clone()).unwrap_or_default();
        let Some(Measures { unit, values }) = details.measures else {
            continue;
        };
        for estimate in values {
            // Pixels of two pictures are not the same length: without a scale a size has no trend.
            if estimate.measure.needs_scale() && unit == LengthUnit::Pixel {
                continue;
            }
            let entry = series
                .entry(estimate.measure)
                .or_insert_with(|| (unit_of(estimate.measure, unit), Vec::new()));
            entry.1.push(Point {
                taken_at: scan.taken_at,
                value: estimate.value,
                interval: Some([estimate.low, estimate.high]),
                outlier: false,
            });
        }
    }
    series
        .into_iter()
        .filter(|(_, (_, points))| points.len() > 1)
        .map(|(measure, (unit, points))| Trend {
            name: word(&measure),
            unit,
            points,
            ..Trend::default()
        })
        .collect()
}

fn measurement(estimate: &Estimate, unit: LengthUnit) -> Measurement {
    Measurement {
        name: word(&estimate.measure),
        value: estimate.value,
        interval: Some([estimate.low, estimate.high]),
        unit: unit_of(estimate.measure, unit),
    }
}

fn unit_of(measure: Measure, unit: LengthUnit) -> String {
    let length = match unit {
        LengthUnit::Millimetre => "mm",
        LengthUnit::Pixel => "px",
    };
    match measure {
        Measure::Area => format!("{length}²"),
        _ if measure.needs_scale() => length.to_owned(),
        _ => String::new(),
    }
}
