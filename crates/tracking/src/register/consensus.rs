//! Keypoints of two pictures that agree on where one lies on the other.

use crate::measure::scene::Scene;
use crate::raster::bits::Bits;
use crate::register::descriptor::{Descriptor, affinity, describe};
use crate::register::keypoints::{Keypoint, ScaleSpace};
use crate::register::pose::Pose;
use std::collections::BTreeSet;
use std::f32::consts::{PI, TAU};

/// A match stands when it is this much nearer than the next best one (Lowe 2004 took 0.8) ...
const RATIO: f32 = 0.85;
/// ... or a little nearer, and the best both ways.
const RATIO_MUTUAL: f32 = 0.95;
/// Scales that are sought: a third to three times, with some room.
const SCALES: std::ops::Range<f32> = 0.28..3.6;
/// How far the scale and the turn of one match may lie from the pose's: a factor, and radians.
const SCALE_APART: f32 = 1.65;
const TURN_APART: f32 = 0.52;
/// How far from its place a match may lie, in later working pixels at scale 1: loose at first, because a single keypoint's
/// turn and scale are rough; in the end what skin bends and a tilted phone adds.
const TOLERANCES: [f32; 4] = [20.0, 12.0, 8.0, 6.0];
/// Poses that are refined: those that most matches agree with.
const CANDIDATES: usize = 12;
/// Matches in one square of this side count once: fine texture repeats itself.
const PLACE: f32 = 6.4;

/// Keypoints of one picture with what they look like.
pub(crate) struct Features {
    points: Vec<Keypoint>,
    descriptors: Vec<Descriptor>,
}

impl Features {
    pub fn of(scene: &Scene) -> Self {
        let space = ScaleSpace::of(scene);
        let points = space.keypoints(scene);
        let descriptors = points.iter().map(|point| describe(&space, point)).collect();
        Self { points, descriptors }
    }
}

/// A pose with the matches that agree with it.
#[derive(Clone, Debug)]
pub(crate) struct Consensus {
    pub pose: Pose,
    /// Places apart from each other that agree.
    pub support: usize,
    /// Matched places, earlier and later.
    pub pairs: Vec<[[f32; 2]; 2]>,
}

#[derive(Clone, Copy)]
struct Pairing {
    from: [f32; 2],
    to: [f32; 2],
    scale: f32,
    turn: f32,
}

/// The pose on which most places agree; `None` where not even three do.
pub(crate) fn consensus(a: &Features, b: &Features) -> Option<Consensus> {
    let pairings = pairings(a, b);
    let mut candidates: Vec<(usize, Pose)> = pairings
        .iter()
        .filter(|p| SCALES.contains(&p.scale))
        .map(|p| {
            let pose = Pose::new(p.scale, p.turn, p.from, p.to);
            let agreeing = pairings.iter().filter(|q| agrees(&pose, q, TOLERANCES[0])).count();
            (agreeing, pose)
        })
        .collect();
    candidates.sort_by_key(|(agreeing, _)| std::cmp::Reverse(*agreeing));
    candidates
        .iter()
        .take(CANDIDATES)
        .filter_map(|(_, pose)| refined(pose, &pairings))
        .max_by_key(|c| c.support)
}

/// Matched keypoints.
fn pairings(a: &Features, b: &Features) -> Vec<Pairing> {
    let mut best_of_b = vec![(f32::MIN, usize::MAX); b.points.len()];
    let mut found = Vec::with_capacity(a.points.len());
    for (i, descriptor) in a.descriptors.iter().enumerate() {
        let (mut first, mut second, mut at) = (f32::MIN, f32::MIN, usize::MAX);
        for (j, other) in b.descriptors.iter().enumerate() {
            let value = affinity(descriptor, other);
            if value > best_of_b[j].0 {
                best_of_b[j] = (value, i);
            }
            if value > first {
                // The same point with another direction is no rival.
                if at == usize::MAX || b.points[at].at != b.points[j].at {
                    second = first;
                }
                (first, at) = (value, j);
            } else if value > second && b.points[at].at != b.points[j].at {
                second = value;
            }
        }
        if at != usize::MAX {
            found.push((i, at, first, second));
        }
    }
    let distance = |affinity: f32| (2.0 - 2.0 * affinity).max(0.0).sqrt();
    found
        .into_iter()
        .filter(|&(i, j, first, second)| {
            let ratio = distance(first) / distance(second).max(1e-6);
            ratio < RATIO || (best_of_b[j].1 == i && ratio < RATIO_MUTUAL)
        })
        .map(|(i, j, ..)| {
            let (p, q) = (&a.points[i], &b.points[j]);
            Pairing {
                from: p.at,
                to: q.at,
                scale: q.size / p.size,
                turn: (q.angle - p.angle).rem_euclid(TAU),
            }
        })
        .collect()
}

fn agrees(pose: &Pose, pairing: &Pairing, tolerance: f32) -> bool {
    let scale = pose.scale();
    let ratio = pairing.scale / scale;
    let turn = (pairing.turn - pose.rotation() + PI).rem_euclid(TAU) - PI;
    let [x, y] = pose.apply(pairing.from);
    // Seen from nearer, the same bend of the skin is larger.
    let tolerance = tolerance * scale.max(1.0);
    (1.0 / SCALE_APART..SCALE_APART).contains(&ratio)
        && turn.abs() < TURN_APART
        && (x - pairing.to[0]).hypot(y - pairing.to[1]) < tolerance
}

fn refined(start: &Pose, pairings: &[Pairing]) -> Option<Consensus> {
    let mut pose = *start;
    for tolerance in TOLERANCES {
        for _ in 0..2 {
            let pairs = agreeing(&pose, pairings, tolerance);
            pose = similarity_through(&pairs)?;
        }
    }
    let pairs = agreeing(&pose, pairings, TOLERANCES[TOLERANCES.len() - 1]);
    let support = places(&pairs);
    (support >= 3 && SCALES.contains(&pose.scale())).then_some(Consensus { pose, support, pairs })
}

fn agreeing(pose: &Pose, pairings: &[Pairing], tolerance: f32) -> Vec<[[f32; 2]; 2]> {
    let agreeing = pairings.iter().filter(|p| agrees(pose, p, tolerance));
    agreeing.map(|p| [p.from, p.to]).collect()
}

/// Places apart from each other, counted in the picture in which fewer remain.
pub(crate) fn places(pairs: &[[[f32; 2]; 2]]) -> usize {
    let distinct = |side: usize| {
        let cells = pairs.iter().map(|pair| pair[side].map(|v| (v / PLACE) as i32));
        cells.collect::<BTreeSet<_>>().len()
    };
    distinct(0).min(distinct(1))
}

/// The turn, scale and shift that brings the first of each pair nearest to the second, by least squares.
pub(crate) fn similarity_through(pairs: &[[[f32; 2]; 2]]) -> Option<Pose> {
    if pairs.len() < 3 {
        return None;
    }
    let n = pairs.len() as f64;
    let mean = |side: usize| [0, 1].map(|k| pairs.iter().map(|p| f64::from(p[side][k])).sum::<f64>() / n);
    let (from, to) = (mean(0), mean(1));
    let (mut dot, mut cross, mut squares) = (0.0, 0.0, 0.0);
    for pair in pairs {
        let [x, y] = [0, 1].map(|k| f64::from(pair[0][k]) - from[k]);
        let [u, v] = [0, 1].map(|k| f64::from(pair[1][k]) - to[k]);
        dot += x * u + y * v;
        cross += x * v - y * u;
        squares += x * x + y * y;
    }
    (squares > 1e-6).then(|| Pose {
        a: (dot / squares) as f32,
        b: (cross / squares) as f32,
        from: from.map(|v| v as f32),
        to: to.map(|v| v as f32),
    })
}

/// A pose through the pairs on skin alone, with the standard deviation of its scale as a part of it; `None` where fewer than
/// `least` places of them are there.
pub(crate) fn on_skin(pairs: &[[[f32; 2]; 2]], skin: &Bits, least: usize) -> Option<(Pose, f32)> {
    let at = |[x, y]: [f32; 2]| {
        let inside = |v: f32, n: usize| (v.round().max(0.0) as usize).min(n - 1);
        inside(y, skin.height) * skin.width + inside(x, skin.width)
    };
    let kept: Vec<[[f32; 2]; 2]> = pairs.iter().filter(|p| skin.has(at(p[0]))).copied().collect();
    let count = places(&kept);
    if count < least {
        return None;
    }
    let pose = similarity_through(&kept)?;
    let n = kept.len() as f32;
    let (mut left, mut spread) = (0.0, 0.0);
    let from = pose.from;
    for [p, q] in &kept {
        let [x, y] = pose.apply(*p);
        left += (x - q[0]).powi(2) + (y - q[1]).powi(2);
        spread += (p[0] - from[0]).powi(2) + (p[1] - from[1]).powi(2);
    }
    // As many independent residuals as places: neighbors bend together.
    let variance = left / (2.0 * n) * n / (count as f32 - 2.0).max(1.0);
    Some((pose, (variance / spread.max(1e-6)).sqrt() / pose.scale()))
}
