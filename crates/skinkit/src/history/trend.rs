//! One measure of a lesion over time, ready to plot.

use serde::{Deserialize, Serialize};
use skinkit_store::ScanId;
use skinkit_tracking::{ChangePoint, Interval, LengthUnit, Measure, Point, recovery, trend};

use crate::history::History;
use crate::{Result, StoredScan};

/// Which series to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct TrendRequest {
    /// Whose skin.
    pub subject: String,
    /// Where on the body.
    pub site: String,
    /// Which lesion there; scans that were put to no lesion if not given.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub lesion: Option<String>,
    /// Days that should lie between two visits; the series' own usual gap if not given.
    #[serde(default)]
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub visit_days: Option<f64>,
}

impl TrendRequest {
    /// The scans of a site whose lesions are not told apart.
    pub fn new(subject: impl Into<String>, site: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            site: site.into(),
            lesion: None,
            visit_days: None,
        }
    }
}

/// A measure over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct MeasureTrend {
    /// What was measured.
    pub measure: Measure,
    /// Unit of the values: `mm²`, `mm`, or empty for a number without one (colour differences are CIE L\*a\*b\*).
    pub unit: String,
    /// Every value, in order of time.
    pub points: Vec<SeriesPoint>,
    /// The robust line through them; `None` with fewer than two points in time.
    pub line: Option<TrendLine>,
    /// How much of what the first scan showed is gone, in percent; for measures whose zero is "like the skin around".
    pub recovery: Option<Interval>,
    /// When a visit seems to have been missed, in milliseconds since 1970-01-01T00:00Z.
    pub missing: Vec<i64>,
    /// Scans without a value to plot: not accepted, nothing measured, or a size without a millimeter scale.
    pub left_out: u64,
}

/// One value of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct SeriesPoint {
    /// Which scan.
    pub scan: ScanId,
    /// Milliseconds since 1970-01-01T00:00Z.
    pub taken_at: i64,
    /// The value.
    pub value: f64,
    /// Lower end of its 95 % interval for a re-shot, as [`Interval`] defines it.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Far from the line: marked for a person to look at; it still counts.
    pub outlier: bool,
}

/// A robust straight line (Theil–Sen) and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct TrendLine {
    /// Value on the line at the first point.
    pub from: f64,
    /// Value on the line at the last point.
    pub to: f64,
    /// Slope a day.
    pub slope_a_day: f64,
    /// Ends of the slope's 95 % interval; `None` where nothing is known of it.
    pub slope_interval: Option<[f64; 2]>,
    /// Whether that interval leaves zero out.
    pub has_direction: bool,
    /// Where one straight line stops fitting, for eight points or more.
    pub change_point: Option<ChangePoint>,
}

impl History {
    /// Every measure that at least one accepted scan of the lesion has, in the order of [`Measure`].
    ///
    /// # Errors
    /// What the store says, a scan that cannot be read back, `visit_days` that is no positive number.
    pub fn trends(&self, request: &TrendRequest) -> Result<Vec<MeasureTrend>> {
        let mut scans = self.scans(&request.subject, &request.site)?;
        scans.retain(|scan| scan.lesion == request.lesion);
        let mut out = Vec::new();
        for measure in Measure::SINGLE {
            let trend = self.series(&scans, measure, request.visit_days)?;
            if !trend.points.is_empty() {
                out.push(trend);
            }
        }
        Ok(out)
    }

    /// One measure of a lesion over time; without points where it was never measured.
    ///
    /// # Errors
    /// As [`History::trends`].
    pub fn trend(&self, request: &TrendRequest, measure: Measure) -> Result<MeasureTrend> {
        let mut scans = self.scans(&request.subject, &request.site)?;
        scans.retain(|scan| scan.lesion == request.lesion);
        self.series(&scans, measure, request.visit_days)
    }

    fn series(&self, scans: &[StoredScan], measure: Measure, visit_days: Option<f64>) -> Result<MeasureTrend> {
        let mut points = Vec::new();
        for scan in scans.iter().filter(|scan| scan.accepted()) {
            let Some(measures) = &scan.record.measures else {
                continue;
            };
            // Pixels of two pictures are not the same length.
            let comparable = !measure.needs_scale() || measures.unit == LengthUnit::Millimetre;
            if let Some(estimate) = measures.get(measure).filter(|_| comparable) {
                points.push(SeriesPoint {
                    scan: scan.id,
                    taken_at: scan.taken_at,
                    value: estimate.value,
                    low: estimate.low,
                    high: estimate.high,
                    outlier: false,
                });
            }
        }
        let plain: Vec<Point> = points
            .iter()
            .map(|point| Point {
                taken_at: point.taken_at,
                value: point.value,
                sd: Interval {
                    value: point.value,
                    low: point.low,
                    high: point.high,
                }
                .shot_sd(),
            })
            .collect();
        let mut missing = Vec::new();
        let mut line = None;
        // One visit, however many shots it has, makes no line.
        let fitted = match trend(&plain, visit_days) {
            Err(skinkit_tracking::Error::TooFew { .. }) => None,
            fitted => Some(fitted?),
        };
        if let Some(trend) = fitted {
            for (point, fitted) in points.iter_mut().zip(&trend.points) {
                point.outlier = fitted.outlier;
            }
            let slope = trend.slope_a_day;
            line = trend
                .points
                .first()
                .zip(trend.points.last())
                .map(|(first, last)| TrendLine {
                    from: first.fitted,
                    to: last.fitted,
                    slope_a_day: slope.value,
                    slope_interval: (slope.low.is_finite() && slope.high.is_finite())
                        .then_some([slope.low, slope.high]),
                    has_direction: trend.has_direction,
                    change_point: trend.change_point,
                });
            missing = trend.missing;
        }
        let recovered = match &plain[..] {
            [first, .., last] if can_recover(measure) => recovery(first, last).ok(),
            _ => None,
        };
        Ok(MeasureTrend {
            measure,
            unit: unit(measure).to_owned(),
            left_out: (scans.len() - points.len()) as u64,
            points,
            line,
            recovery: recovered,
            missing,
        })
    }
}

/// Whether a value of zero means "like the skin around".
fn can_recover(measure: Measure) -> bool {
    measure.needs_scale()
        || matches!(
            measure,
            Measure::Lightness | Measure::Redness | Measure::Yellowness | Measure::Variegation
        )
}

fn unit(measure: Measure) -> &'static str {
    match measure {
        Measure::Area => "mm²",
        _ if measure.needs_scale() => "mm",
        _ => "",
    }
}
