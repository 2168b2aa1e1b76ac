//! The ways in which one picture is laid over another, the quick one first.

use crate::measure::scene::Scene;
use crate::register::consensus::{Consensus, Features, consensus, on_skin};
use crate::register::fit::{self, Fit};

/// Places that must agree before keypoints alone say where a picture lies. Of 500 pairs of two patients one reached six, and
/// its embeddings told them apart (see `BENCHMARKS.md`).
const LEAST_SUPPORT: usize = 6;
/// Places on skin that must agree before they give the scale.
const LEAST_ON_SKIN: usize = 6;
/// Most standard deviation of a scale that is taken for known, as a part of it.
const MOST_SCALE_SD: f32 = 0.03;
/// How far texture may pull a pose away from its keypoints: part of the scale, and of the picture's longer side.
const MOST_PULLED: (f32, f32) = (0.08, 0.03);

/// Finds where `after` lies on `before`. `known_scale` is after-pixels per before-pixel from two millimetre scales.
pub(crate) fn lay(before: &Scene, after: &Scene, known_scale: Option<f32>) -> Option<Fit> {
    let direct = fit::register(before, after, known_scale).filter(|f| f.agreement >= fit::LEAST_AGREEMENT);
    if let Some(fit) = direct.filter(|f| f.from_skin) {
        return Some(fit);
    }
    let found = consensus(&Features::of(before), &Features::of(after)).filter(|c| c.support >= LEAST_SUPPORT);
    match found {
        Some(found) => by_keypoints(before, after, known_scale, &found).or(direct),
        None => direct,
    }
}

fn by_keypoints(before: &Scene, after: &Scene, known_scale: Option<f32>, found: &Consensus) -> Option<Fit> {
    let whole = fit::refine_from(before, after, &found.pose).filter(|f| near(before, f, found));
    let pose = whole.map_or(found.pose, |f| f.pose);
    let agreement = whole.map_or_else(|| fit::agreement(before, after, &pose), |f| f.agreement);
    let rough = Fit {
        pose,
        agreement,
        scale_sd: whole.map_or(f32::INFINITY, |f| f.scale_sd),
        from_skin: false,
        support: found.support,
    };
    let textured = fit::on_skin(before, after, &rough).filter(|f| near(before, f, found));
    if let Some(skin) = textured {
        return Some(Fit {
            from_skin: true,
            support: found.support,
            ..skin
        });
    }
    let skin = fit::skin_of(before);
    if let Some((pose, scale_sd)) = on_skin(&found.pairs, &skin, LEAST_ON_SKIN).filter(|s| s.1 < MOST_SCALE_SD) {
        return Some(Fit {
            pose,
            scale_sd,
            from_skin: true,
            ..rough
        });
    }
    match known_scale {
        Some(scale) => Some(Fit {
            pose: rough.pose.with_scale(scale),
            scale_sd: 0.0,
            ..rough
        }),
        None => Some(rough),
    }
}

/// Whether a fit stayed where the keypoints had put it.
fn near(before: &Scene, fit: &Fit, found: &Consensus) -> bool {
    let ratio = fit.pose.scale() / found.pose.scale();
    let [x, y] = fit.pose.apply(found.pose.from);
    let moved = (x - found.pose.to[0]).hypot(y - found.pose.to[1]);
    let long = before.width().max(before.height()) as f32 * found.pose.scale().max(1.0);
    (ratio - 1.0).abs() < MOST_PULLED.0 && moved < MOST_PULLED.1 * long
}
