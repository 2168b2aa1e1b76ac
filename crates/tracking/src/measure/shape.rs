//! Size and form of a lesion from its border.

use crate::measure::border::{pieces, place};
use crate::raster::bits::Bits;
use crate::raster::plane::Plane;

/// Axis directions tried for the symmetry, over half a turn.
const AXES: usize = 18;
/// Directions in which the caliper diameter is taken, over half a turn.
const CALIPERS: usize = 180;

/// Form of one outline, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shape {
    pub area: f64,
    pub perimeter: f64,
    pub greatest: f64,
    pub least: f64,
    /// 0..1, the best of the axis pairs tried.
    pub asymmetry: f64,
    /// Perimeter² / (4π area).
    pub irregularity: f64,
}

/// A mask with a border finer than its pixels: positive inside, its zero line the border.
pub(crate) fn outline(score: &Plane, threshold: f32, lesion: &Bits) -> Plane {
    let inner = lesion.eroded(1.5);
    let outer = lesion.dilated(1.5);
    // What the mask's clean-up decided stands; only the border's own pixels follow the score.
    let step = 0.02f32;
    let sides = inner.iter().zip(outer.iter());
    let data = score.data.iter().zip(sides).map(|(value, sides)| {
        let level = value - threshold;
        match sides {
            (true, _) => level.max(step),
            (_, false) => level.min(-step),
            _ => level,
        }
    });
    Plane {
        width: score.width,
        height: score.height,
        data: data.collect(),
    }
}

impl Shape {
    /// Measures an outline as [`outline`] makes it; `None` when there is none.
    pub fn of(outline: &Plane) -> Option<Self> {
        let segments: Vec<_> = pieces(outline)
            .map(|piece| piece.map(|cut| place(outline, cut)))
            .collect();
        if segments.len() < 8 {
            return None;
        }
        let cover = coverage(outline);
        let area = cover.data.iter().map(|&v| f64::from(v)).sum::<f64>();
        let perimeter: f64 = segments
            .iter()
            .map(|[p, q]| f64::from((p[0] - q[0]).hypot(p[1] - q[1])))
            .sum();
        let (greatest, least) = calipers(&segments);
        Some(Self {
            area,
            perimeter,
            greatest,
            least,
            asymmetry: asymmetry(&cover)?,
            irregularity: perimeter * perimeter / (4.0 * core::f64::consts::PI * area),
        })
    }
}

/// How much of each pixel lies inside the outline, 0..1.
pub(crate) fn coverage(outline: &Plane) -> Plane {
    let (w, h) = (outline.width, outline.height);
    Plane::from_fn(w, h, |x, y| {
        let v = outline.at(x, y);
        let dx = outline.at((x + 1).min(w - 1), y) - outline.at(x.saturating_sub(1), y);
        let dy = outline.at(x, (y + 1).min(h - 1)) - outline.at(x, y.saturating_sub(1));
        let slope = (0.5 * dx.hypot(dy)).max(1e-4);
        (0.5 + v / slope).clamp(0.0, 1.0)
    })
}

/// Greatest and least width between parallel lines.
fn calipers(segments: &[[[f32; 2]; 2]]) -> (f64, f64) {
    let (mut greatest, mut least) = (0f32, f32::MAX);
    for k in 0..CALIPERS {
        let (s, c) = (k as f32 * core::f32::consts::PI / CALIPERS as f32).sin_cos();
        let (mut low, mut high) = (f32::MAX, f32::MIN);
        for [p, _] in segments {
            let d = c * p[0] + s * p[1];
            low = low.min(d);
            high = high.max(d);
        }
        greatest = greatest.max(high - low);
        least = least.min(high - low);
    }
    (f64::from(greatest), f64::from(least))
}

/// Part of the area that its mirror image misses, as the mean over a pair of crossed axes, for
/// the pair that does best.
fn asymmetry(cover: &Plane) -> Option<f64> {
    let (mut n, mut sx, mut sy) = (0f64, 0f64, 0f64);
    for y in 0..cover.height {
        for x in 0..cover.width {
            let v = f64::from(cover.at(x, y));
            n += v;
            sx += v * x as f64;
            sy += v * y as f64;
        }
    }
    if n < 1.0 {
        return None;
    }
    let (cx, cy) = ((sx / n) as f32, (sy / n) as f32);
    // A coarser grid on large lesions: the measure is an area ratio.
    let step = ((n.sqrt() / 60.0) as usize).max(1);
    let points: Vec<(f32, f32, f32)> = (0..cover.height)
        .step_by(step)
        .flat_map(|y| (0..cover.width).step_by(step).map(move |x| (x, y)))
        .filter_map(|(x, y)| {
            let v = cover.at(x, y);
            (v > 0.0).then_some((x as f32 - cx, y as f32 - cy, v))
        })
        .collect();
    let total: f32 = points.iter().map(|p| p.2).sum();
    let missed = |angle: f32| -> f32 {
        let (s, c) = (2.0 * angle).sin_cos();
        points
            .iter()
            .map(|&(x, y, v)| {
                let (u, w) = (c * x + s * y + cx, s * x - c * y + cy);
                (v - cover.sample(u, w).unwrap_or(0.0)).max(0.0)
            })
            .sum::<f32>()
            / total
    };
    let step = core::f32::consts::PI / AXES as f32;
    let scores: Vec<f32> = (0..AXES).map(|k| missed(k as f32 * step)).collect();
    (0..AXES / 2)
        .map(|k| 0.5 * f64::from(scores[k] + scores[k + AXES / 2]))
        .min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ellipse(rx: f32, ry: f32, bite: f32) -> Shape {
        let plane = Plane::from_fn(120, 100, |x, y| {
            let (x, y) = (x as f32 - 60.3, y as f32 - 49.6);
            let d = 1.0 - (x / rx).hypot(y / ry);
            let out = (x - rx).hypot(y) - bite;
            (d * rx.min(ry)).min(if bite > 0.0 { out } else { 1e3 })
        });
        Shape::of(&plane).unwrap()
    }

    #[test]
    fn a_disc_and_an_ellipse_measure_as_geometry_says() {
        let pi = core::f64::consts::PI;
        let disc = ellipse(30.0, 30.0, 0.0);
        assert!((disc.area / (900.0 * pi) - 1.0).abs() < 0.005, "{disc:?}");
        assert!((disc.perimeter / (60.0 * pi) - 1.0).abs() < 0.005);
        assert!((disc.greatest - 60.0).abs() < 0.3 && (disc.least - 60.0).abs() < 0.3);
        assert!((disc.irregularity - 1.0).abs() < 0.01 && disc.asymmetry < 0.01);
        let long = ellipse(40.0, 20.0, 0.0);
        assert!((long.area / (800.0 * pi) - 1.0).abs() < 0.005);
        assert!((long.greatest - 80.0).abs() < 0.5 && (long.least - 40.0).abs() < 0.5);
        assert!(long.asymmetry < 0.02, "{long:?}");
    }

    #[test]
    fn a_bite_out_of_the_border_shows() {
        let (whole, bitten) = (ellipse(30.0, 30.0, 0.0), ellipse(30.0, 30.0, 12.0));
        assert!(bitten.area < whole.area);
        assert!(bitten.asymmetry > whole.asymmetry + 0.03, "{bitten:?}");
        assert!(bitten.irregularity > whole.irregularity + 0.05, "{bitten:?}");
    }
}
