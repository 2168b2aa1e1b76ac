//! Two pictures of one lesion, laid over each other.

use crate::measure::color::Tint;
use crate::measure::lesion::{inside, single};
use crate::measure::measures::Measure;
use crate::measure::scene::{Scene, main_part, otsu, project};
use crate::measure::shape::{Shape, coverage, outline};
use crate::raster::bits::Bits;
use crate::raster::parts::Part;
use crate::raster::plane::Plane;
use crate::raster::surface::Ground;
use crate::register::fit::Fit;
use skinkit_numerics::quantile::middle;

/// A difference in lesion counts as gained or lost where it is wider than this part of the
/// lesion's diameter (and than two pixels): a border is not known better.
const RIM: f64 = 0.03;
/// A new spot stands out by at least this part of the lesion's own contrast...
const SPOT_CONTRAST: f32 = 0.3;
/// ...and by this many times the local noise.
const SPOT_NOISE: f32 = 5.0;
/// Blur put on both pictures before their borders are drawn, in working pixels, so that one being a
/// little out of focus matters less.
const EVEN: f32 = 1.5;
/// Least part of the lesion that both pictures must show.
const LEAST_OVERLAP: f64 = 0.8;

/// What the overlay tells.
#[derive(Clone, Debug)]
pub(crate) struct Overlay {
    /// Measure, before, after. Lengths in working pixels of the earlier picture.
    pub values: Vec<(Measure, f64, f64)>,
    /// Part of the earlier lesion that the later picture shows, 0..1.
    pub overlap: f64,
}

/// Measures both pictures on the earlier one's grid; `None` without enough in common.
pub(crate) fn overlay(before: &Scene, after: &Scene, fit: &Fit) -> Option<Overlay> {
    let (w, h) = (before.width(), before.height());
    let seen = |x: usize, y: usize| fit.pose.apply([x as f32, y as f32]);
    let off_field = after.field.not().distance();
    let common = Bits::from_fn(w, h, |i| {
        let [u, v] = seen(i % w, i / w);
        before.field.has(i) && off_field.sample(u, v).is_some_and(|d| d > 1.0)
    });
    let later_lesion = Bits::from_fn(w, h, |i| {
        let [u, v] = seen(i % w, i / w);
        let at = |x: f32, n: usize| (x.round().max(0.0) as usize).min(n - 1);
        common.has(i)
            && after
                .lesion
                .has(at(v, after.height()) * after.width() + at(u, after.width()))
    });
    let overlap = before.lesion.and(&common).count() as f64 / before.lesion.count().max(1) as f64;
    if overlap < LEAST_OVERLAP || later_lesion.count() < 9 {
        return None;
    }
    let either = before.lesion.or(&later_lesion);
    let gap = 0.03 * w.max(h) as f32;
    let skin = common.without(&either.dilated(gap));
    let later = matched(before, after, fit, &skin, &common)?;
    // Both end where the other does, so that a border near the edge is blurred with the same surroundings.
    let earlier: &[Plane; 3] = &core::array::from_fn(|c| {
        Plane::from_fn(w, h, |x, y| {
            let i = y * w + x;
            if common.has(i) { before.tint[c].data[i] } else { 0.0 }
        })
    });

    let axis = core::array::from_fn(|c| 0.5 * (before.axis[c] + after.axis[c]));
    let (fine_a, fine_b) = (project(earlier, axis), project(&later, axis));
    let (score_a, score_b) = (fine_a.blurred(EVEN), fine_b.blurred(EVEN));
    let threshold = otsu(&score_a, &common);
    let core = before.lesion.and(&later_lesion).eroded(2.0);
    let contrast = contrast(&score_a, &score_b, &core)?;
    let lesion_a = lesion(&score_a, threshold, &before.lesion, &common)?;
    let lesion_b = lesion(&score_b, threshold * contrast, &later_lesion, &common)?;
    let line_a = outline(&score_a, threshold, &lesion_a);
    let line_b = outline(&score_b, threshold * contrast, &lesion_b);
    let (shape_a, shape_b) = (Shape::of(&line_a)?, Shape::of(&line_b)?);
    let tint_a = Tint::of(earlier, &inside(&lesion_a))?;
    let tint_b = Tint::of(&later, &inside(&lesion_b))?;

    let mut values: Vec<(Measure, f64, f64)> = single(&shape_a, &tint_a)
        .into_iter()
        .zip(single(&shape_b, &tint_b))
        .map(|((measure, a), (_, b))| (measure, a, b))
        .collect();
    let rim = (RIM * (shape_a.area / core::f64::consts::PI).sqrt() * 2.0).max(2.0) as f32;
    let (cover_a, cover_b) = (coverage(&line_a), coverage(&line_b));
    let gained = broad(&cover_b, &lesion_a, rim, &common) / shape_a.area;
    let lost = broad(&cover_a, &lesion_b, rim, &common) / shape_a.area;
    values.push((Measure::GainedArea, 0.0, gained));
    values.push((Measure::LostArea, 0.0, lost));
    let spot = new_spot(
        &fine_a,
        &fine_b,
        &lesion_a.or(&lesion_b).or(&either),
        &common,
        threshold,
    );
    let diameter = 2.0 * (shape_a.area / core::f64::consts::PI).sqrt();
    values.push((Measure::NewSpot, 0.0, spot / diameter));
    let shared = inside(&lesion_a.and(&lesion_b));
    if let (Some(a), Some(b)) = (Tint::of(earlier, &shared), Tint::of(&later, &shared)) {
        let shift = (0..3).map(|c| (b.mean[c] - a.mean[c]).powi(2)).sum::<f64>();
        values.push((Measure::ColourShift, 0.0, shift.sqrt()));
    }
    Some(Overlay { values, overlap })
}

/// The later picture on the earlier one's grid, its remaining light matched on the common skin.
fn matched(before: &Scene, after: &Scene, fit: &Fit, skin: &Bits, common: &Bits) -> Option<[Plane; 3]> {
    let (w, h) = (before.width(), before.height());
    let mut later: [Plane; 3] = core::array::from_fn(|c| {
        Plane::from_fn(w, h, |x, y| {
            let [u, v] = fit.pose.apply([x as f32, y as f32]);
            after.tint[c].sample(u, v).unwrap_or(0.0)
        })
    });
    let ground = Ground::of(skin)?;
    for (c, plane) in later.iter_mut().enumerate() {
        let rest = before.tint[c].zip(plane, |a, b| a - b);
        let surface = ground.surface(&rest)?;
        *plane = Plane::from_fn(w, h, |x, y| {
            let i = y * w + x;
            if common.has(i) {
                plane.data[i] + surface.at(x as f32, y as f32)
            } else {
                0.0
            }
        });
    }
    Some(later)
}

/// Contrast of the later lesion's core over the earlier's.
fn contrast(a: &Plane, b: &Plane, core: &Bits) -> Option<f32> {
    let of = |p: &Plane| {
        let mut v: Vec<f32> = p.values(core).collect();
        (v.len() > 8).then(|| middle(&mut v))
    };
    let (a, b) = (of(a)?, of(b)?);
    (a > 1e-3).then(|| (b / a).clamp(0.4, 2.5))
}

/// The lesion above the threshold, near where `expected` has it.
fn lesion(score: &Plane, threshold: f32, expected: &Bits, common: &Bits) -> Option<Bits> {
    let reach = 0.25 * (expected.count() as f32 / core::f32::consts::PI).sqrt();
    let above = Bits::above(score, threshold)
        .and(common)
        .and(&expected.dilated(reach.max(4.0)));
    let mask = main_part(&above.filled().opened(2.5), expected).filled();
    (mask.count() > 8).then_some(mask)
}

/// Area of `cover` outside `other`, only where it reaches further than `rim` from it.
fn broad(cover: &Plane, other: &Bits, rim: f32, common: &Bits) -> f64 {
    let far = other.distance();
    let outside = Bits::from_fn(cover.width, cover.height, |i| {
        cover.data[i] > 0.5 && !other.has(i) && common.has(i)
    });
    outside
        .parts()
        .iter()
        .filter(|part| part.pixels().any(|i| far.data[i] > rim))
        .flat_map(Part::pixels)
        .map(|i| f64::from(cover.data[i]))
        .sum()
}

/// Diameter in pixels of the largest spot that the later picture has on the skin and the earlier
/// one has not; 0 for none.
fn new_spot(a: &Plane, b: &Plane, lesions: &Bits, common: &Bits, threshold: f32) -> f64 {
    let away = common.eroded(3.0).without(&lesions.dilated(3.0));
    // Slow differences are light, not spots.
    let rise = b.zip(a, |b, a| b - a);
    let mut sizes: Vec<f32> = rise.values(&away).map(f32::abs).collect();
    if sizes.is_empty() {
        return 0.0;
    }
    let noise = 1.4826 * middle(&mut sizes);
    let least = (SPOT_NOISE * noise).max(SPOT_CONTRAST * 2.0 * threshold);
    let raised = Bits::above(&rise, least).and(&away);
    // Opening takes hairs off: a hair is thinner than three pixels.
    raised
        .opened(1.5)
        .parts()
        .iter()
        .map(|part| 2.0 * (part.count() as f64 / core::f64::consts::PI).sqrt())
        .fold(0.0, f64::max)
}
