//! One measure of one zone in two pictures, read from the skin that both show.

use crate::color::{a_at_lightness, erythema_index, lab};
use crate::face::{ColorChart, SkinReport, Zone, other_parts};
use crate::reading::Measure;

/// Least cells of a zone that both pictures must show: 40 mm² on a face of the usual size.
const LEAST_CELLS: usize = 12;
/// Least share of a zone that both must show.
const LEAST_SHARE: f32 = 0.4;
/// Share of the cells that is left out at either end of a mean.
const TRIMMED: f32 = 0.2;

/// Earlier and later value of a measure, comparable with each other; `None` where one of the pictures has none.
///
/// Relative colors are read from the cells of skin that both pictures show, and the later picture is first put under the
/// earlier one's light: that light under which the skin compared with has its earlier color.
pub(crate) fn values(before: &SkinReport, after: &SkinReport, zone: Zone, measure: Measure) -> Option<(f32, f32)> {
    let single = (before.value(zone, measure)?, after.value(zone, measure)?);
    let other = match (measure, zone) {
        (Measure::UnderEyeDarkness, Zone::LeftInfraorbital) => Zone::LeftCheek.bits(),
        (Measure::UnderEyeDarkness, _) => Zone::RightCheek.bits(),
        (Measure::Redness | Measure::Erythema, _) => other_parts(zone),
        _ => return Some(single),
    };
    let charts = [&before.colors, &after.colors];
    let own = colors(charts, zone.bits())?;
    let other = colors(charts, other)?;
    let moved: [f32; 3] = std::array::from_fn(|c| own[1][c] * other[0][c] / other[1][c]);
    let reference = lab(other[0]);
    let value = |own: [f32; 3]| match measure {
        Measure::UnderEyeDarkness => reference[0] - lab(own)[0],
        Measure::Erythema => erythema_index(own) - erythema_index(other[0]),
        _ => a_at_lightness(lab(own), reference[0]) - reference[1],
    };
    Some((value(own[0]), value(moved)))
}

/// Mean color of the cells that both show, in each.
fn colors(charts: [&ColorChart; 2], bits: u16) -> Option<[[f32; 3]; 2]> {
    let (mut all, mut both) = (0usize, Vec::new());
    for cell in ColorChart::cells_of(bits) {
        all += 1;
        if let (Some(a), Some(b)) = (charts[0].color(cell), charts[1].color(cell)) {
            both.push([a, b]);
        }
    }
    if both.len() < LEAST_CELLS || (both.len() as f32) < LEAST_SHARE * all as f32 {
        return None;
    }
    let mean = |which: usize, channel: usize| {
        let mut values: Vec<f32> = both.iter().map(|pair| pair[which][channel]).collect();
        values.sort_unstable_by(f32::total_cmp);
        let cut = (TRIMMED * values.len() as f32) as usize;
        let kept = &values[cut..values.len() - cut];
        kept.iter().sum::<f32>() / kept.len() as f32
    };
    Some([0, 1].map(|which| [0, 1, 2].map(|channel| mean(which, channel))))
}
