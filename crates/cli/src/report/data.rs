//! From a history to what its report shows.

use jiff::Timestamp;
use skinkit::preprocess::quality;
use skinkit::store::RasterKind;
use skinkit::tracking::{Change, Estimate, LengthUnit};
use skinkit::{History, MeasureTrend, Pair, StoredScan, SummaryRequest, TrendRequest, Verdict};

use super::model::{
    Comparison, Difference, Familiarity, Measurement, Pack, Point, Probability, Quality, Raster, Report, Roi, Scan,
    Site, Tone, Trend,
};
use crate::failure::Failure;
use crate::terminal::format::{self, sentence, unit_of, word};

/// The report of one person's history.
pub fn of(history: &History, subject: &str) -> Result<Report, Failure> {
    let mut sites = Vec::new();
    let request = SummaryRequest {
        subject: Some(subject.to_owned()),
        ..SummaryRequest::default()
    };
    for site in history.summary(&request)?.into_iter().flat_map(|summary| summary.sites) {
        for lesion in site.lesions {
            let request = TrendRequest {
                lesion: lesion.lesion,
                ..TrendRequest::new(subject, &site.site)
            };
            sites.push(place(history, &request)?);
        }
    }
    Ok(Report {
        subject: Some(subject.to_owned()),
        generated_at: Timestamp::now().as_millisecond(),
        made_with: format!("SkinKit {}", env!("CARGO_PKG_VERSION")),
        sites,
    })
}

/// A lesion of a site, or a site whose lesions are not told apart.
fn place(history: &History, request: &TrendRequest) -> Result<Site, Failure> {
    let TrendRequest {
        subject, site, lesion, ..
    } = request;
    let mut stored = history.scans(subject, site)?;
    stored.retain(|scan| scan.lesion == *lesion);
    let scans = stored
        .iter()
        .map(|scan| one(history, scan))
        .collect::<Result<Vec<_>, Failure>>()?;
    let comparison = match Pair::latest(&stored) {
        Some(Pair { before, after }) => Some(comparison(
            before.id.to_string(),
            after.id.to_string(),
            &history.compare_scans(&before, &after)?,
        )),
        None => None,
    };
    Ok(Site {
        name: match lesion {
            Some(lesion) => format!("{site}: {lesion}"),
            None => site.clone(),
        },
        scans,
        comparison,
        trends: trends(history, request)?,
    })
}

fn one(history: &History, scan: &StoredScan) -> Result<Scan, Failure> {
    let store = history.store();
    let record = &scan.record;
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
    let picture = history.picture(scan.id)?;
    Ok(Scan {
        id: scan.id.to_string(),
        taken_at: scan.taken_at,
        region: record.region.map(|region| region.to_string().replace('_', " ")),
        // The kept picture is the analyzed region itself.
        roi: picture.as_deref().and_then(whole),
        pack: Some(Pack {
            id: scan.pack_id.clone(),
            version: scan.pack_version.clone(),
            license: record.pack.license.clone(),
            intended_use: record.pack.intended_use.clone(),
        }),
        engine: record.engine.clone(),
        probabilities: record
            .probabilities
            .iter()
            .map(|p| Probability {
                label: p.label.clone(),
                name: p.name.clone(),
                p: f64::from(p.p),
            })
            .collect(),
        prediction_set: record.prediction_set.clone(),
        quality: record.quality.as_ref().map(quality),
        familiarity: record.familiarity.map(|familiarity| Familiarity {
            in_distribution: familiarity.in_distribution,
            score: f64::from(familiarity.score),
            threshold: f64::from(familiarity.threshold),
        }),
        picture,
        heatmap: raster(RasterKind::Heatmap)?,
        mask: raster(RasterKind::Mask)?,
        border: record.measures.iter().flat_map(|m| m.border.clone()).collect(),
        measures: record
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
        center: size.map(|side| side / 2.0),
        size,
        rotation: 0.0,
    })
}

fn quality(quality: &quality::Quality) -> Quality {
    let values = match serde_json::json!(quality) {
        serde_json::Value::Object(values) => values,
        _ => serde_json::Map::new(),
    };
    Quality {
        accepted: quality.accepted,
        issues: quality.issues.iter().map(word).collect(),
        values: values
            .iter()
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
                    unit: unit_of(row.measure, change.unit),
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
fn trends(history: &History, request: &TrendRequest) -> Result<Vec<Trend>, Failure> {
    let trends = history.trends(request)?;
    Ok(trends
        .iter()
        .filter(|trend| trend.points.len() > 1)
        .map(plotted)
        .collect())
}

fn plotted(trend: &MeasureTrend) -> Trend {
    let line = trend.line.as_ref();
    let ends = trend.points.first().zip(trend.points.last());
    Trend {
        name: word(&trend.measure),
        unit: trend.unit.clone(),
        points: trend
            .points
            .iter()
            .map(|point| Point {
                taken_at: point.taken_at,
                value: point.value,
                interval: Some([point.low, point.high]),
                outlier: point.outlier,
            })
            .collect(),
        // Where re-shots of the first picture would lie if nothing had changed.
        band: trend.points.first().map(|first| [first.low, first.high]),
        line: line
            .zip(ends)
            .map(|(line, (first, last))| [(first.taken_at, line.from), (last.taken_at, line.to)]),
        note: line.map(|line| format::trend(trend, line)),
    }
}

fn measurement(estimate: &Estimate, unit: LengthUnit) -> Measurement {
    Measurement {
        name: word(&estimate.measure),
        value: estimate.value,
        interval: Some([estimate.low, estimate.high]),
        unit: unit_of(estimate.measure, unit),
    }
}
