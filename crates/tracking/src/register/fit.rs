//! Lays one picture over another: masks first, then the pictures' own texture.

use crate::measure::scene::Scene;
use crate::raster::bits::Bits;
use crate::raster::plane::Plane;
use crate::register::pose::Pose;
use skinkit_numerics::linear::{inverse, solve};
use skinkit_numerics::quantile::middle;

/// Turns tried for a start, over the full circle.
const TURNS: usize = 24;
/// Starts carried to the finer level.
const STARTS: usize = 4;
/// Pyramid levels; the coarsest has an eighth of the working size.
const LEVELS: usize = 4;
/// Blur of the band-pass filter's low end, in pixels of each level.
const BAND: f32 = 5.0;
/// Most Gauss-Newton steps a level.
const STEPS: usize = 20;
/// Skin that agrees less than this is not trusted with the scale: real pictures of one lesion
/// measured there differ several times as much as above it (see the README).
const LEAST_ON_SKIN: f32 = 0.4;
/// Pictures that agree less than this when laid over each other, with nothing else to say that they fit, were not laid right.
pub(crate) const LEAST_AGREEMENT: f32 = 0.3;
/// Scales tried for the skin, against that of the whole picture.
const STRETCHES: [f32; 7] = [1.0, 0.92, 1.08, 0.85, 1.17, 0.78, 1.27];
/// Skin nearer to a lesion than this part of the longer side may be pulled along by its growth.
const SKIN_GAP: f32 = 0.07;
/// Pixels looked at in a step: more make it no surer, only slower.
const POINTS: usize = 9000;
/// Residuals are smooth over about this many pixels, so that many count as one independent value.
const CORRELATED: f64 = 12.0;

/// A pose with what is known of its quality.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fit {
    pub pose: Pose,
    /// Correlation of the band-passed pictures over the pixels fitted, -1..1.
    pub agreement: f32,
    /// Standard deviation of the scale, as a part of it.
    pub scale_sd: f32,
    /// Whether the scale is fixed to skin, which does not grow with the lesion.
    pub from_skin: bool,
    /// Places at which keypoints agree; 0 where none were needed.
    pub support: usize,
}

/// One picture as seen by the fit.
struct Pyramid {
    levels: Vec<Plane>,
    gradients: Vec<[Plane; 2]>,
}

impl Pyramid {
    /// `shown`: what of the picture may take part. The rest becomes skin of no texture, before any
    /// filter, so that no filter carries the lesion's edge into the skin around it.
    fn of(scene: &Scene, shown: &Bits) -> Self {
        let [r, g, b] = &scene.tint;
        let mut luma = r.zip(g, |r, g| r + g).zip(b, |s, b| (s + b) / 3.0);
        for (v, shown) in luma.data.iter_mut().zip(shown.iter()) {
            if !shown {
                *v = 0.0;
            }
        }
        let mut levels = Vec::with_capacity(LEVELS);
        let mut gradients = Vec::with_capacity(LEVELS);
        for level in 0..LEVELS {
            if level > 0 {
                luma = luma.halved();
            }
            let band = luma.blurred(0.8).zip(&luma.blurred(BAND), |v, low| v - low);
            gradients.push(gradient(&band));
            levels.push(band);
        }
        Self { levels, gradients }
    }
}

fn gradient(p: &Plane) -> [Plane; 2] {
    let (w, h) = (p.width, p.height);
    let dx = Plane::from_fn(w, h, |x, y| {
        0.5 * (p.at((x + 1).min(w - 1), y) - p.at(x.saturating_sub(1), y))
    });
    let dy = Plane::from_fn(w, h, |x, y| {
        0.5 * (p.at(x, (y + 1).min(h - 1)) - p.at(x, y.saturating_sub(1)))
    });
    [dx, dy]
}

/// Finds where `after` lies on `before`. `known_scale` is after-pixels per before-pixel from two
/// millimetre scales. `None` when no pose makes the pictures agree at all.
pub(crate) fn register(before: &Scene, after: &Scene, known_scale: Option<f32>) -> Option<Fit> {
    let a = Pyramid::of(before, &before.field);
    let b = Pyramid::of(after, &after.field);
    let everything = regions(&before.field);
    let mut fits: Vec<Fit> = starts(before, after, &a, &b, known_scale)?
        .into_iter()
        .filter_map(|pose| {
            let first = refine(&a, &b, 3, &everything[3], pose, None)?;
            refine(&a, &b, 2, &everything[2], first.pose, None)
        })
        .collect();
    fits.sort_unstable_by(|x, y| y.agreement.total_cmp(&x.agreement));
    let best = fits
        .iter()
        .take(2)
        .filter_map(|f| refine(&a, &b, 1, &everything[1], f.pose, None))
        .max_by(|x, y| x.agreement.total_cmp(&y.agreement))?;
    let whole = refine(&a, &b, 0, &everything[0], best.pose, None)?;
    let on_skin = refine_on_skin(before, after, &whole.pose).filter(|f| plausible(&whole, f));
    match (on_skin, known_scale) {
        (Some(fit), _) => Some(Fit { from_skin: true, ..fit }),
        (None, Some(scale)) => {
            let held = whole.pose.with_scale(scale);
            let fit = refine(&a, &b, 0, &everything[0], held, Some(scale))?;
            Some(fit)
        }
        (None, None) => Some(whole),
    }
}

/// A pose that something else found, refined on the pictures' texture.
pub(crate) fn refine_from(before: &Scene, after: &Scene, pose: &Pose) -> Option<Fit> {
    let a = Pyramid::of(before, &before.field);
    let b = Pyramid::of(after, &after.field);
    let on = regions(&before.field);
    let coarse = refine(&a, &b, 1, &on[1], *pose, None)?;
    refine(&a, &b, 0, &on[0], coarse.pose, None)
}

/// The fit over the skin around, if it can be trusted with the scale.
pub(crate) fn on_skin(before: &Scene, after: &Scene, whole: &Fit) -> Option<Fit> {
    refine_on_skin(before, after, &whole.pose).filter(|f| plausible(whole, f))
}

/// Correlation of the two pictures' texture under a pose.
pub(crate) fn agreement(before: &Scene, after: &Scene, pose: &Pose) -> f32 {
    let band = |scene: &Scene| Pyramid::of(scene, &scene.field).levels.swap_remove(1);
    correlation(&band(before), &band(after), &pose.shrunk(2.0))
}

/// Skin away from the lesion, which its growth does not pull along.
pub(crate) fn skin_of(scene: &Scene) -> Bits {
    let gap = SKIN_GAP * scene.width().max(scene.height()) as f32;
    scene.field.without(&scene.lesion.dilated(gap))
}

/// The skin's fit is trusted when its texture agrees and it has not run away.
fn plausible(whole: &Fit, skin: &Fit) -> bool {
    let ratio = skin.pose.scale() / whole.pose.scale();
    skin.agreement > LEAST_ON_SKIN && skin.scale_sd < 0.02 && (0.7..1.4).contains(&ratio)
}

/// The fit over the skin that both pictures show, the lesions hidden.
fn refine_on_skin(before: &Scene, after: &Scene, pose: &Pose) -> Option<Fit> {
    let (on_a, on_b) = (skin_of(before), skin_of(after));
    let (a, b) = (Pyramid::of(before, &on_a), Pyramid::of(after, &on_b));
    let hidden = on_b.not().distance();
    let (w, h) = (before.width(), before.height());
    let both = Bits::from_fn(w, h, |i| {
        let [x, y] = pose.apply([(i % w) as f32, (i / w) as f32]);
        on_a.has(i) && hidden.sample(x, y).is_some_and(|d| d > 1.0)
    });
    let on = regions(&both);
    // A lesion that grew has pulled `pose` along, so that other scales are tried as well.
    let centre = centre_of(before);
    let starts: Vec<Pose> = STRETCHES
        .iter()
        .map(|k| pose.about(centre).with_scale(pose.scale() * k))
        // People hold a camera much as they did the last time.
        .chain([pose.about(centre).with_scale(1.0)])
        .collect();
    // Between lesions that fill much of the picture little skin is left, and a coarse level has
    // not enough of it to choose by: every start is tried on the finer one too.
    let coarse = starts
        .iter()
        .filter_map(|start| refine(&a, &b, 2, &on[2], *start, None));
    coarse
        .map(|f| f.pose)
        .chain(starts.iter().copied())
        .filter_map(|start| refine(&a, &b, 1, &on[1], start, None))
        .max_by(|x, y| x.agreement.total_cmp(&y.agreement))
        .and_then(|f| refine(&a, &b, 0, &on[0], f.pose, None))
}

/// The lesion's middle, about which growth happens.
fn centre_of(scene: &Scene) -> [f32; 2] {
    let middle = [scene.width() as f64 / 2.0, scene.height() as f64 / 2.0];
    scene.lesion.centroid().unwrap_or(middle).map(|v| v as f32)
}

/// `on` at every level.
fn regions(on: &Bits) -> Vec<Bits> {
    let mut all = vec![on.clone()];
    for level in 1..LEVELS {
        let finer: &Bits = &all[level - 1];
        let (w, h) = (finer.width / 2, finer.height / 2);
        let coarser = Bits::from_fn(w, h, |i| finer.has((i / w) * 2 * finer.width + (i % w) * 2));
        all.push(coarser);
    }
    all
}

/// Poses worth refining: centroids and areas of the masks, every turn, best agreement first.
fn starts(before: &Scene, after: &Scene, a: &Pyramid, b: &Pyramid, known_scale: Option<f32>) -> Option<Vec<Pose>> {
    let from = before.lesion.centroid()?.map(|v| v as f32);
    let to = after.lesion.centroid()?.map(|v| v as f32);
    let by_area = (after.lesion.count() as f32 / before.lesion.count() as f32).sqrt();
    let scale = known_scale.unwrap_or(by_area).clamp(0.33, 3.0);
    let coarsest = LEVELS - 1;
    let factor = (1 << coarsest) as f32;
    let mut tried: Vec<(f32, Pose)> = Vec::new();
    for turn in 0..TURNS {
        let turn = turn as f32 * core::f32::consts::TAU / TURNS as f32;
        for stretch in [0.87, 1.0, 1.15] {
            let pose = Pose::new(scale * stretch, turn, from, to);
            let score = correlation(&a.levels[coarsest], &b.levels[coarsest], &pose.shrunk(factor));
            // Upright is the likelier of two equal turns.
            tried.push((score + 0.05 * turn.cos(), pose));
        }
    }
    tried.sort_unstable_by(|x, y| y.0.total_cmp(&x.0));
    let mut starts: Vec<Pose> = tried.iter().take(STARTS).map(|t| t.1).collect();
    starts.push(Pose::new(scale, 0.0, from, to));
    Some(starts)
}

/// Correlation of `a` with `b` seen through `pose`; 0 with less than a quarter overlap.
fn correlation(a: &Plane, b: &Plane, pose: &Pose) -> f32 {
    let mut sums = Sums::default();
    for y in 0..a.height {
        for x in 0..a.width {
            let [u, v] = pose.apply([x as f32, y as f32]);
            if let Some(other) = b.sample(u, v) {
                sums.add(1.0, a.at(x, y), other);
            }
        }
    }
    if sums.n * 4.0 < a.data.len() as f64 {
        return 0.0;
    }
    sums.correlation()
}

#[derive(Default)]
struct Sums {
    n: f64,
    a: f64,
    b: f64,
    aa: f64,
    bb: f64,
    ab: f64,
}

impl Sums {
    fn add(&mut self, weight: f64, a: f32, b: f32) {
        let (a, b) = (f64::from(a), f64::from(b));
        self.n += weight;
        self.a += weight * a;
        self.b += weight * b;
        self.aa += weight * a * a;
        self.bb += weight * b * b;
        self.ab += weight * a * b;
    }

    fn covariances(&self) -> (f64, f64, f64) {
        let n = self.n.max(1e-9);
        (
            self.aa / n - (self.a / n).powi(2),
            self.bb / n - (self.b / n).powi(2),
            self.ab / n - self.a * self.b / n / n,
        )
    }

    fn correlation(&self) -> f32 {
        let (va, vb, cab) = self.covariances();
        (cab / (va * vb).sqrt().max(1e-12)) as f32
    }
}

/// Gauss-Newton on pose and contrast at one level, over the pixels `on`, reweighted against
/// what differs (hairs, glare, the change itself).
fn refine(a: &Pyramid, b: &Pyramid, level: usize, on: &Bits, start: Pose, held_scale: Option<f32>) -> Option<Fit> {
    let (pa, pb, [gx, gy]) = (&a.levels[level], &b.levels[level], &b.gradients[level]);
    let (w, h) = (pa.width, pa.height);
    let factor = (1 << level) as f32;
    let centre = [(w as f32 - 1.0) / 2.0, (h as f32 - 1.0) / 2.0];
    let mut pose = start.shrunk(factor).about(centre);
    let all = on.count();
    let stride = (all / POINTS).max(1);
    let points: Vec<usize> = on.ones().step_by(stride).collect();
    let enough = (points.len() / 3).max(60);
    let mut spread = f64::INFINITY;
    let mut outcome = None;
    for _ in 0..STEPS {
        let seen: Vec<Seen> = points
            .iter()
            .filter_map(|&i| {
                let p = [(i % w) as f32, (i / w) as f32];
                let [u, v] = pose.apply(p);
                Some(Seen {
                    x: p[0] - centre[0],
                    y: p[1] - centre[1],
                    a: pa.data[i],
                    b: pb.sample(u, v)?,
                    gx: gx.sample(u, v)?,
                    gy: gy.sample(u, v)?,
                })
            })
            .collect();
        if seen.len() < enough {
            return None;
        }
        let mut contrast = Sums::default();
        seen.iter().for_each(|s| contrast.add(1.0, s.a, s.b));
        let (_, vb, cab) = contrast.covariances();
        let gain = (cab / vb.max(1e-12)).clamp(0.2, 5.0);
        let offset = (contrast.a - gain * contrast.b) / contrast.n;
        let mut residuals: Vec<f32> = seen
            .iter()
            .map(|s| (f64::from(s.a) - gain * f64::from(s.b) - offset).abs() as f32)
            .collect();
        spread = f64::min(spread, (1.4826 * f64::from(middle(&mut residuals))).max(1e-5));
        let (mut normal, mut right) = ([[0f64; 4]; 4], [0f64; 4]);
        let (mut weights, mut squares) = (0f64, 0f64);
        let mut agreement = Sums::default();
        for s in &seen {
            let r = f64::from(s.a) - gain * f64::from(s.b) - offset;
            let weight = 1.0 / (1.0 + (r / (2.0 * spread)).powi(2));
            let (gx, gy) = (gain * f64::from(s.gx), gain * f64::from(s.gy));
            let (x, y) = (f64::from(s.x), f64::from(s.y));
            let j = [gx * x + gy * y, gy * x - gx * y, gx, gy];
            for (row, (rhs, ji)) in normal.iter_mut().zip(right.iter_mut().zip(j)) {
                *rhs += weight * ji * r;
                for (cell, jj) in row.iter_mut().zip(j) {
                    *cell += weight * ji * jj;
                }
            }
            weights += weight;
            squares += weight * r * r;
            agreement.add(weight, s.a, s.b);
        }
        let ridge: f64 = 1e-9 * normal.iter().enumerate().map(|(k, r)| r[k]).sum::<f64>() + 1e-12;
        normal.iter_mut().enumerate().for_each(|(k, r)| r[k] += ridge);
        let delta = solve(normal, right)?;
        let covariance = inverse(normal)?;
        pose.a += delta[0] as f32;
        pose.b += delta[1] as f32;
        pose.to[0] += delta[2] as f32;
        pose.to[1] += delta[3] as f32;
        if let Some(scale) = held_scale {
            pose = pose.with_scale(scale);
        }
        let scale = f64::from(pose.scale());
        if !(0.2..5.0).contains(&scale) {
            return None;
        }
        let correlated = (CORRELATED / stride as f64).max(1.0);
        let variance = squares / weights.max(1.0) * correlated;
        // The scale is |(a, b)|; its variance along that direction.
        let (ca, cb) = (f64::from(pose.a) / scale, f64::from(pose.b) / scale);
        let along = ca * ca * covariance[0][0] + 2.0 * ca * cb * covariance[0][1] + cb * cb * covariance[1][1];
        outcome = Some((agreement.correlation(), (along * variance).sqrt() / scale));
        let reach = (w.max(h) / 2) as f64;
        let moved = delta[0].hypot(delta[1]) * reach + delta[2].hypot(delta[3]);
        if moved < 0.01 {
            break;
        }
    }
    let (agreement, scale_sd) = outcome?;
    Some(Fit {
        pose: pose.shrunk(1.0 / factor),
        agreement,
        scale_sd: scale_sd as f32,
        from_skin: false,
        support: 0,
    })
}

/// One pixel of `a`, and `b` where the pose puts it.
struct Seen {
    x: f32,
    y: f32,
    a: f32,
    b: f32,
    gx: f32,
    gy: f32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Spot;

    fn fit(before: &Spot, after: &Spot) -> Fit {
        let scene = |s: &Spot| Scene::of(&s.patch()).unwrap();
        register(&scene(before), &scene(after), None).unwrap()
    }

    #[test]
    fn recovers_scale_turn_and_shift() {
        let before = Spot::default();
        for (scale, turn, shift) in [
            (1.1, 0.2, [4.0, -3.0]),
            (0.9, -0.3, [-6.0, 2.0]),
            (1.0, 1.5, [0.0, 0.0]),
        ] {
            let after = Spot {
                view: (scale, turn, shift),
                gain: [0.9, 1.0, 1.15],
                ..before.clone()
            };
            let f = fit(&before, &after);
            assert!((f.pose.scale() / scale - 1.0).abs() < 0.01, "{f:?}");
            assert!((f.pose.rotation() - turn).abs() < 0.02, "{f:?}");
            let [x, y] = f.pose.apply([80.0, 60.0]);
            let off = (x - 80.0 - shift[0]).hypot(y - 60.0 - shift[1]);
            assert!(off < 1.0, "{off} px for {scale} {turn} {shift:?}");
        }
    }

    #[test]
    fn growth_is_not_mistaken_for_scale() {
        let before = Spot::default();
        let after = Spot {
            radius: before.radius * 1.12,
            ..before.clone()
        };
        let f = fit(&before, &after);
        assert!(f.from_skin, "{f:?}");
        assert!((f.pose.scale() - 1.0).abs() < 0.01, "{f:?}");
    }
}
