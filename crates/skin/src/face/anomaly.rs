//! How far each cell of skin is from the person's own skin.

use super::chart::zones;
use super::surface::Surface;
use super::zone::Zone;
use crate::color::a_at_lightness;
use crate::plane::{Plane, smoothed};
use crate::statistics::center_and_spread;

/// Distance that one in a hundred places of skin of the portraits exceeds. Of 80 re-shots 1.58 % of the skin lay beyond 4.0
/// and 0.39 % beyond 6.0 (`skin_bench shots`, see BENCHMARKS.md); this and [`ONE_IN_1000`] lie on the exponential
/// through these two.
pub const ONE_IN_100: f32 = 4.65;
/// Distance that one in a thousand places exceeds: extrapolated, see [`ONE_IN_100`].
pub const ONE_IN_1000: f32 = 7.9;

/// Detail finer than this is noise and pores, in millimeters (standard deviation of the smoothing).
const FINE_MM: f32 = 0.7;
/// Shading coarser than this is the face's shape, in millimeters.
const COARSE_MM: f32 = 12.0;
/// Least spread of L*, a* and the texture: even skin of an even picture is not infinitely sure.
const LEAST_SPREAD: [f32; 3] = [0.8, 0.5, 0.3];
/// Cells at the border of skin are partly something else.
const RIM: usize = 3;

/// Robust distance of each cell from its zone, in standard deviations of lightness (less the face's shape), redness and
/// texture together; 0 where nothing is measured.
pub(crate) fn distances(surface: &Surface) -> Plane<f32> {
    let mm = surface.chart.mm_per_cell;
    let lightness = surface.tone[0];
    let light = surface.lab.map(|lab| lab[0]);
    let red = surface.lab.map(|lab| a_at_lightness(lab, lightness));
    let fine = smoothed(&light, &surface.skin, FINE_MM / mm);
    let coarse = smoothed(&light, &surface.skin, COARSE_MM / mm);
    let texture = light.zip(&fine, |light, fine| (light - fine).abs());
    let features = [
        fine.zip(&coarse, |fine, coarse| fine - coarse),
        smoothed(&red, &surface.skin, FINE_MM / mm),
        smoothed(&texture, &surface.skin, 2.0 * FINE_MM / mm),
    ];
    let inner = surface.skin.eroded(RIM);
    let mut distances = Plane::filled(light.width, light.height, 0.0f32);
    for zone in &Zone::ALL[..Zone::PARTS] {
        let cells: Vec<usize> = surface.cells(*zone).filter(|&cell| inner.cells[cell]).collect();
        if cells.len() < 200 {
            continue;
        }
        for (feature, least) in features.iter().zip(LEAST_SPREAD) {
            let mut values: Vec<f32> = cells.iter().map(|&cell| feature.cells[cell]).collect();
            let Some([center, spread]) = center_and_spread(&mut values) else {
                continue;
            };
            for &cell in &cells {
                distances.cells[cell] += ((feature.cells[cell] - center) / spread.max(least)).powi(2);
            }
        }
    }
    debug_assert_eq!(distances.cells.len(), zones().cells.len());
    distances.map(f32::sqrt)
}
