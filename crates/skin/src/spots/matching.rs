//! Spots of two visits matched by their constellation.

use serde::{Deserialize, Serialize};

use super::spot::{Spot, SpotMap};
use super::warp::Warp;

/// Spots of each picture that a first guess is made from: the most certain ones.
const GUESSED_FROM: usize = 22;
/// Least distance of two spots of a guess, and the tolerance of a guess, as shares of the constellation's extent.
const LEAST_APART: f32 = 0.12;
const TOLERANCE: f32 = 0.05;
/// A matched spot lies where the others say to this share of the extent, or within its own diameter.
const CLOSE: f32 = 0.025;
/// Most that the later picture is larger or smaller, and most that a spot's own size may differ beside.
const MOST_SCALED: f32 = 2.5;
const MOST_GROWN: f32 = 2.2;
/// A constellation is one where so many spots agree, and so large a share of those that could.
const LEAST_AGREEING: usize = 4;
const LEAST_SHARE: f32 = 0.45;
/// Columns of the grid of nearest spots.
const NEAREST: usize = 96;

/// What became of a spot between two visits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fate {
    /// It is in both pictures.
    Matched,
    /// It is in the later picture only, on skin that the earlier one shows.
    New,
    /// It is in the earlier picture only, on skin that the later one shows.
    Gone,
    /// Nothing can be said: the other picture does not show its place, or shows something faint there, or the
    /// constellation does not hold.
    Unmatched,
}

/// A spot of either visit and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MatchedSpot {
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
    /// Its number in [`SpotMap::spots`] of the earlier picture.
    pub before: Option<usize>,
    /// Its number in [`SpotMap::spots`] of the later picture.
    pub after: Option<usize>,
    /// How sure that is, `0..=1`.
    pub confidence: f32,
}

/// The spots of two visits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SpotMatching {
    /// Every spot of both, once.
    pub spots: Vec<MatchedSpot>,
    /// Share of the spots that could agree with one constellation that do, `0..=1`; 0 where there is none.
    pub agreement: f32,
}

impl SpotMatching {
    /// How many spots had a fate.
    pub fn count(&self, fate: Fate) -> usize {
        self.spots.iter().filter(|spot| spot.fate == fate).count()
    }
}

/// Matches the spots of two visits by their places to one another; turn, distance, slant and bend of the skin may
/// differ. `known` are pairs (earlier, later) that the person has put together: they are kept as they are, and they
/// anchor the rest.
///
/// Without a constellation (fewer than four spots that agree, and no three known pairs) every other spot is unmatched.
pub fn match_spots(before: &SpotMap, after: &SpotMap, known: &[(usize, usize)]) -> SpotMatching {
    let known: Vec<(usize, usize)> = known
        .iter()
        .copied()
        .filter(|&(a, b)| a < before.spots.len() && b < after.spots.len())
        .collect();
    let pairs = constellation(&before.spots, &after.spots, &known);
    let Some((pairs, agreement)) = pairs else {
        return unmatched(before, after, &known);
    };
    judged(before, after, &known, &pairs, agreement)
}

fn unmatched(before: &SpotMap, after: &SpotMap, known: &[(usize, usize)]) -> SpotMatching {
    let lone = |before, after| MatchedSpot {
        fate: Fate::Unmatched,
        before,
        after,
        confidence: 0.0,
    };
    let mut spots: Vec<MatchedSpot> = known.iter().map(|&(a, b)| told(a, b)).collect();
    spots.extend(
        (0..before.spots.len())
            .filter(|i| known.iter().all(|k| k.0 != *i))
            .map(|i| lone(Some(i), None)),
    );
    spots.extend(
        (0..after.spots.len())
            .filter(|i| known.iter().all(|k| k.1 != *i))
            .map(|i| lone(None, Some(i))),
    );
    SpotMatching { spots, agreement: 0.0 }
}

/// A pair that the person has put together.
fn told(before: usize, after: usize) -> MatchedSpot {
    MatchedSpot {
        fate: Fate::Matched,
        before: Some(before),
        after: Some(after),
        confidence: 1.0,
    }
}

fn extent(spots: &[Spot]) -> f32 {
    let (low, high) = spots.iter().fold(([f32::MAX; 2], [f32::MIN; 2]), |(low, high), s| {
        (
            [low[0].min(s.center[0]), low[1].min(s.center[1])],
            [high[0].max(s.center[0]), high[1].max(s.center[1])],
        )
    });
    (high[0] - low[0]).hypot(high[1] - low[1])
}

fn away(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Turn, scale and shift.
#[derive(Clone, Copy)]
struct Similarity {
    cos: f32,
    sin: f32,
    shift: [f32; 2],
}

impl Similarity {
    fn of(a: [[f32; 2]; 2], b: [[f32; 2]; 2]) -> Self {
        let (p, q) = (
            [a[1][0] - a[0][0], a[1][1] - a[0][1]],
            [b[1][0] - b[0][0], b[1][1] - b[0][1]],
        );
        let size = p[0] * p[0] + p[1] * p[1];
        let (cos, sin) = ((p[0] * q[0] + p[1] * q[1]) / size, (p[0] * q[1] - p[1] * q[0]) / size);
        let shift = [
            b[0][0] - cos * a[0][0] + sin * a[0][1],
            b[0][1] - sin * a[0][0] - cos * a[0][1],
        ];
        Self { cos, sin, shift }
    }

    fn place(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [
            self.cos * x - self.sin * y + self.shift[0],
            self.sin * x + self.cos * y + self.shift[1],
        ]
    }

    fn scale(&self) -> f32 {
        self.cos.hypot(self.sin)
    }
}

/// Of each cell over the later spots the nearest of them.
struct Nearest {
    low: [f32; 2],
    step: f32,
    cells: Vec<usize>,
}

impl Nearest {
    fn new(spots: &[Spot], extent: f32) -> Self {
        let low = [0, 1].map(|axis| spots.iter().map(|s| s.center[axis]).fold(f32::MAX, f32::min) - 0.1 * extent);
        let step = 1.2 * extent / NEAREST as f32;
        let cells = (0..NEAREST * NEAREST)
            .map(|i| {
                let at = [i % NEAREST, i / NEAREST].map(|c| (c as f32 + 0.5) * step);
                let at = [at[0] + low[0], at[1] + low[1]];
                let nearest = spots
                    .iter()
                    .enumerate()
                    .min_by(|a, b| away(a.1.center, at).total_cmp(&away(b.1.center, at)));
                nearest.map_or(0, |(i, _)| i)
            })
            .collect();
        Self { low, step, cells }
    }

    fn at(&self, point: [f32; 2]) -> Option<usize> {
        let [x, y] = [0, 1].map(|axis| (point[axis] - self.low[axis]) / self.step);
        let inside = x >= 0.0 && y >= 0.0 && x < NEAREST as f32 && y < NEAREST as f32;
        inside.then(|| self.cells[y as usize * NEAREST + x as usize])
    }
}

fn sizes_fit(before: &Spot, after: &Spot, scale: f32) -> bool {
    let ratio = after.diameter / (before.diameter * scale);
    (1.0 / MOST_GROWN..=MOST_GROWN).contains(&ratio)
}

/// The pairs of one constellation and the share of spots that agree with it.
fn constellation(a: &[Spot], b: &[Spot], known: &[(usize, usize)]) -> Option<(Vec<(usize, usize)>, f32)> {
    let (extent_a, extent_b) = (extent(a), extent(b));
    if known.len() >= 3 {
        let pairs = refined(a, b, known.to_vec(), extent_b, known);
        return Some((pairs, 1.0));
    }
    if a.len() < LEAST_AGREEING || b.len() < LEAST_AGREEING || !(extent_a > 0.0 && extent_b > 0.0) {
        return None;
    }
    let nearest = Nearest::new(b, extent_b);
    let tolerance = TOLERANCE * extent_b;
    let mut best: Option<(f32, Similarity)> = None;
    let (few_a, few_b) = (a.len().min(GUESSED_FROM), b.len().min(GUESSED_FROM));
    for i in 0..few_a {
        for j in 0..few_a {
            let apart = away(a[i].center, a[j].center);
            if i == j || apart < LEAST_APART * extent_a {
                continue;
            }
            for k in 0..few_b {
                for l in 0..few_b {
                    let scale = away(b[k].center, b[l].center) / apart;
                    let fits = k != l
                        && (1.0 / MOST_SCALED..=MOST_SCALED).contains(&scale)
                        && sizes_fit(&a[i], &b[k], scale)
                        && sizes_fit(&a[j], &b[l], scale)
                        && known.iter().all(|&(x, y)| (x != i || y == k) && (x != j || y == l));
                    if !fits {
                        continue;
                    }
                    let guess = Similarity::of([a[i].center, a[j].center], [b[k].center, b[l].center]);
                    let score = score(a, b, &nearest, &guess, tolerance);
                    if best.is_none_or(|(highest, _)| score > highest) {
                        best = Some((score, guess));
                    }
                }
            }
        }
    }
    let (_, guess) = best?;
    let first: Vec<(usize, usize)> = (0..a.len())
        .filter_map(|i| {
            let place = guess.place(a[i].center);
            let k = nearest.at(place)?;
            let fits = away(b[k].center, place) < 1.5 * tolerance && sizes_fit(&a[i], &b[k], guess.scale());
            fits.then_some((i, k))
        })
        .collect();
    let pairs = refined(a, b, first, extent_b, known);
    if pairs.len() < LEAST_AGREEING {
        return None;
    }
    // Those could agree that lie where the other picture's spots reach.
    let warp = Warp::new(pairs.iter().map(|&(i, k)| [a[i].center, b[k].center]).collect());
    let reach = |spots: &[Spot], axis: usize| {
        let all = spots.iter().map(|s| s.center[axis]);
        (all.clone().fold(f32::MAX, f32::min), all.fold(f32::MIN, f32::max))
    };
    let ((left, right), (top, bottom)) = (reach(b, 0), reach(b, 1));
    let could = a
        .iter()
        .filter_map(|spot| warp.place(spot.center, None))
        .filter(|[x, y]| (left..=right).contains(x) && (top..=bottom).contains(y))
        .count()
        .min(b.len())
        .max(1);
    let share = (pairs.len() as f32 / could as f32).min(1.0);
    (share >= LEAST_SHARE).then_some((pairs, share))
}

fn score(a: &[Spot], b: &[Spot], nearest: &Nearest, guess: &Similarity, tolerance: f32) -> f32 {
    let scale = guess.scale();
    let mut taken = vec![false; b.len()];
    let mut sum = 0.0;
    for spot in a {
        let place = guess.place(spot.center);
        let Some(k) = nearest.at(place) else { continue };
        let off = away(b[k].center, place) / tolerance;
        if off < 1.0 && !taken[k] && sizes_fit(spot, &b[k], scale) {
            taken[k] = true;
            sum += 1.0 - off * off;
        }
    }
    sum
}

/// Pairs that agree with their neighbors, found again from the map that they give, a few times over.
fn refined(
    a: &[Spot],
    b: &[Spot],
    mut pairs: Vec<(usize, usize)>,
    extent_b: f32,
    known: &[(usize, usize)],
) -> Vec<(usize, usize)> {
    for round in 0..6 {
        if pairs.len() < 2 {
            return pairs;
        }
        let warp = Warp::new(pairs.iter().map(|&(i, k)| [a[i].center, b[k].center]).collect());
        // Wide at first, then close.
        let close = (CLOSE * extent_b) * [2.0, 1.6, 1.3, 1.0, 1.0, 1.0][round];
        let mut all: Vec<(f32, usize, usize)> = Vec::new();
        for (i, spot) in a.iter().enumerate() {
            // A pair must not vouch for itself.
            let own = pairs.iter().position(|pair| pair.0 == i);
            let Some(place) = warp.place(spot.center, own.filter(|_| pairs.len() > 3)) else {
                continue;
            };
            for (k, other) in b.iter().enumerate() {
                let off = away(other.center, place);
                let limit = close.max(0.6 * other.diameter);
                let scale = local_scale(&warp, spot.center, extent_b);
                if off < limit && sizes_fit(spot, other, scale) {
                    all.push((off, i, k));
                }
            }
        }
        all.sort_by(|x, y| x.0.total_cmp(&y.0));
        let mut next: Vec<(usize, usize)> = known.to_vec();
        for (_, i, k) in all {
            if next.iter().all(|&(x, y)| x != i && y != k) {
                next.push((i, k));
            }
        }
        next.sort_unstable();
        if next == pairs && round >= 3 {
            break;
        }
        pairs = next;
    }
    pairs
}

/// How much larger the later picture shows the skin at a point.
fn local_scale(warp: &Warp, point: [f32; 2], extent: f32) -> f32 {
    let step = 0.02 * extent.max(1.0);
    let at = |dx: f32, dy: f32| warp.place([point[0] + dx, point[1] + dy], None);
    match (at(step, 0.0), at(-step, 0.0), at(0.0, step), at(0.0, -step)) {
        (Some(right), Some(left), Some(down), Some(up)) => {
            ((away(right, left) * away(down, up)).sqrt() / (2.0 * step)).clamp(0.2, 5.0)
        }
        _ => 1.0,
    }
}

fn judged(
    before: &SpotMap,
    after: &SpotMap,
    known: &[(usize, usize)],
    pairs: &[(usize, usize)],
    agreement: f32,
) -> SpotMatching {
    let (a, b) = (&before.spots, &after.spots);
    let there = Warp::new(pairs.iter().map(|&(i, k)| [a[i].center, b[k].center]).collect());
    let back = Warp::new(pairs.iter().map(|&(i, k)| [b[k].center, a[i].center]).collect());
    let close = tolerance(&there, a, b, pairs);
    let close_back = close * extent(a) / extent(b);
    let mut spots: Vec<MatchedSpot> = Vec::new();
    for (number, &(i, k)) in pairs.iter().enumerate() {
        if known.contains(&(i, k)) {
            spots.push(told(i, k));
            continue;
        }
        let off = there
            .place(a[i].center, Some(number))
            .map_or(close, |place| away(place, b[k].center));
        // The next best candidate as far away as this one is near leaves no doubt.
        let rival = b
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != k)
            .filter_map(|(_, s)| {
                there
                    .place(a[i].center, Some(number))
                    .map(|place| away(place, s.center))
            })
            .fold(f32::MAX, f32::min);
        let sure = (rival / (off + rival).max(1e-6)).clamp(0.0, 1.0);
        spots.push(MatchedSpot {
            fate: Fate::Matched,
            before: Some(i),
            after: Some(k),
            confidence: agreement * sure,
        });
    }
    let (paired_before, paired_after): (Vec<usize>, Vec<usize>) = pairs.iter().copied().unzip();
    let lone = |own: &SpotMap, other: &SpotMap, paired: &[usize], warp: &Warp, number: usize, fate: Fate, near: f32| {
        let spot = &own.spots[number];
        let place = warp.place(spot.center, None);
        let scale = local_scale(warp, spot.center, extent(&other.spots));
        let radius = near + 0.5 * spot.diameter * scale;
        let unpaired = other
            .spots
            .iter()
            .enumerate()
            .filter(|(i, _)| !paired.contains(i))
            .map(|(_, s)| s);
        let fate = match place {
            Some(place)
                if shown(other, place, radius)
                    && spot.diameter * scale >= 1.25 * other.least_diameter
                    && !other
                        .faint
                        .iter()
                        .chain(unpaired)
                        .any(|s| away(s.center, place) < radius) =>
            {
                fate
            }
            _ => Fate::Unmatched,
        };
        let confidence = if fate == Fate::Unmatched {
            0.0
        } else {
            agreement * spot.confidence
        };
        (fate, confidence)
    };
    for number in (0..a.len()).filter(|i| pairs.iter().all(|pair| pair.0 != *i)) {
        let (fate, confidence) = lone(before, after, &paired_after, &there, number, Fate::Gone, close);
        spots.push(MatchedSpot {
            fate,
            before: Some(number),
            after: None,
            confidence,
        });
    }
    for number in (0..b.len()).filter(|k| pairs.iter().all(|pair| pair.1 != *k)) {
        let (fate, confidence) = lone(after, before, &paired_before, &back, number, Fate::New, close_back);
        spots.push(MatchedSpot {
            fate,
            before: None,
            after: Some(number),
            confidence,
        });
    }
    SpotMatching { spots, agreement }
}

/// How far from its place, in pixels of the later picture, a spot may lie: four times what the pairs do in the median.
fn tolerance(warp: &Warp, a: &[Spot], b: &[Spot], pairs: &[(usize, usize)]) -> f32 {
    let mut off: Vec<f32> = pairs
        .iter()
        .enumerate()
        .filter_map(|(number, &(i, k))| Some(away(warp.place(a[i].center, Some(number))?, b[k].center)))
        .collect();
    let extent = extent(b);
    let typical = crate::statistics::median(&mut off).unwrap_or(0.0);
    (4.0 * typical).clamp(0.006 * extent, CLOSE * extent)
}

/// Whether a picture shows skin at a place and on all sides of it.
fn shown(map: &SpotMap, place: [f32; 2], margin: f32) -> bool {
    [[0.0, 0.0], [margin, 0.0], [-margin, 0.0], [0.0, margin], [0.0, -margin]]
        .iter()
        .all(|[dx, dy]| map.skin.contains([place[0] + dx, place[1] + dy]))
}

#[cfg(test)]
mod tests;
