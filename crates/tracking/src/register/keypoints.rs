//! Points of a picture that are found again at another scale, turn and light: extrema of differences of Gaussians
//! (Lowe 2004, whose patent ended in 2020).

use crate::measure::scene::Scene;
use crate::raster::plane::Plane;
use skinkit_numerics::linear::solve;
use std::f32::consts::TAU;

/// Scales an octave at which extrema are sought (Lowe's choice).
const SCALES: usize = 3;
/// Blur of the first level, in pixels of its octave (Lowe's choice).
const FIRST_BLUR: f32 = 1.6;
/// Blur that the picture is taken to have, in its own pixels (Lowe's choice).
const GIVEN_BLUR: f32 = 0.5;
/// Octaves end when a side is shorter than this.
const LEAST_SIDE: usize = 16;
/// Extrema nearer to the picture's edge than this are left out, in pixels of their octave.
const EDGE: usize = 5;
/// Least difference of Gaussians, in local standard deviations of the picture.
const LEAST_RESPONSE: f32 = 0.02;
/// Most ratio of the principal curvatures: more is an edge, along which a point is not fixed.
const MOST_CURVED: f32 = 12.0;
/// Strongest points kept: more make matching slower and no surer.
const MOST_POINTS: usize = 1200;
/// Blur of the window over which contrast is evened out, in working pixels.
const WINDOW: f32 = 16.0;
/// Bins of the histogram of directions, and the part of its highest that another direction must reach (Lowe's choices).
const DIRECTIONS: usize = 36;
const SECOND_DIRECTION: f32 = 0.8;

/// A point with its scale and direction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keypoint {
    /// Working pixels.
    pub at: [f32; 2],
    /// Blur at which it stands out, in working pixels.
    pub size: f32,
    /// Main direction of the gradient, radians, clockwise on the screen.
    pub angle: f32,
    /// Octave and level of the Gaussian that describes it, and its place and blur there.
    pub octave: usize,
    pub level: usize,
    pub place: [f32; 2],
    pub blur: f32,
    response: f32,
}

/// A picture at ever coarser octaves, each blurred step by step.
pub(crate) struct ScaleSpace {
    /// By octave, then by level.
    pub levels: Vec<Vec<Plane>>,
}

impl ScaleSpace {
    /// Of a scene's lightness with its contrast evened out, enlarged twice.
    pub fn of(scene: &Scene) -> Self {
        let even = evened(scene);
        let (w, h) = (even.width * 2, even.height * 2);
        let given = 2.0 * GIVEN_BLUR;
        let mut base = even
            .resized(w, h)
            .blurred((FIRST_BLUR * FIRST_BLUR - given * given).sqrt());
        let mut levels = Vec::new();
        while base.width.min(base.height) >= LEAST_SIDE {
            let octave = blurred_levels(base);
            let half = &octave[SCALES];
            base = Plane::from_fn(half.width / 2, half.height / 2, |x, y| half.at(2 * x, 2 * y));
            levels.push(octave);
        }
        Self { levels }
    }

    /// Working pixels a pixel of an octave.
    fn step(octave: usize) -> f32 {
        0.5 * (1 << octave) as f32
    }

    /// The strongest points, each once for every main direction.
    pub fn keypoints(&self, scene: &Scene) -> Vec<Keypoint> {
        let mut found: Vec<Keypoint> = Vec::new();
        for (octave, levels) in self.levels.iter().enumerate() {
            let differences: Vec<Plane> = levels.windows(2).map(|w| w[1].zip(&w[0], |b, a| b - a)).collect();
            for level in 1..=SCALES {
                for (x, y) in extrema(&differences, level) {
                    let Some(point) = settled(&differences, level, x, y) else {
                        continue;
                    };
                    let step = Self::step(octave);
                    // Every second pixel was kept, so that the first ones lie on each other.
                    let at = point.place.map(|v| v * step - 0.25);
                    let pixel = at.map(|v| v.round().max(0.0) as usize);
                    if pixel[0] < scene.width()
                        && pixel[1] < scene.height()
                        && scene.field.has(pixel[1] * scene.width() + pixel[0])
                    {
                        found.push(Keypoint {
                            at,
                            size: point.blur * step,
                            octave,
                            ..point
                        });
                    }
                }
            }
        }
        found.sort_unstable_by(|a, b| b.response.total_cmp(&a.response));
        found.truncate(MOST_POINTS);
        found.iter().flat_map(|point| self.directed(point)).collect()
    }

    /// The point once for each main direction of the gradient around it.
    fn directed(&self, point: &Keypoint) -> Vec<Keypoint> {
        let plane = &self.levels[point.octave][point.level];
        let spread = 1.5 * point.blur;
        let radius = (3.0 * spread).round() as isize;
        let mut histogram = [0f32; DIRECTIONS];
        let [cx, cy] = point.place.map(|v| v.round() as isize);
        for y in cy - radius..=cy + radius {
            for x in cx - radius..=cx + radius {
                let Some([gx, gy]) = gradient(plane, x, y) else {
                    continue;
                };
                let (dx, dy) = ((x - cx) as f32, (y - cy) as f32);
                let weight = (-0.5 * (dx * dx + dy * dy) / (spread * spread)).exp();
                let bin = (gy.atan2(gx).rem_euclid(TAU) / TAU * DIRECTIONS as f32).round() as usize % DIRECTIONS;
                histogram[bin] += weight * gx.hypot(gy);
            }
        }
        let round = |k: usize| [(k + DIRECTIONS - 1) % DIRECTIONS, k, (k + 1) % DIRECTIONS];
        for _ in 0..2 {
            let old = histogram;
            for (k, v) in histogram.iter_mut().enumerate() {
                let [a, b, c] = round(k).map(|i| old[i]);
                *v = 0.25 * a + 0.5 * b + 0.25 * c;
            }
        }
        let highest = histogram.iter().copied().fold(0.0, f32::max);
        (0..DIRECTIONS)
            .filter_map(|k| {
                let [a, b, c] = round(k).map(|i| histogram[i]);
                let peak = b > a && b >= c && b >= SECOND_DIRECTION * highest;
                peak.then(|| {
                    let between = 0.5 * (a - c) / (a - 2.0 * b + c).min(-1e-12);
                    let angle = (k as f32 + between) * TAU / DIRECTIONS as f32;
                    Keypoint { angle, ..*point }
                })
            })
            .collect()
    }
}

/// Lightness less its neighborhood's mean, over its neighborhood's standard deviation: light and skin tone drop out.
fn evened(scene: &Scene) -> Plane {
    let [r, g, b] = &scene.tint;
    let luma = r.zip(g, |r, g| r + g).zip(b, |s, b| (s + b) / 3.0);
    let band = luma.zip(&luma.blurred(WINDOW), |v, mean| v - mean);
    let variance = band.map(|v| v * v).blurred(WINDOW);
    // A hundredth of light is less than a camera's noise.
    band.zip(&variance, |v, variance| (v / (variance.sqrt() + 0.01)).clamp(-4.0, 4.0))
}

fn blurred_levels(base: Plane) -> Vec<Plane> {
    let mut levels = vec![base];
    for k in 1..SCALES + 3 {
        let blur = |k: usize| FIRST_BLUR * (k as f32 / SCALES as f32).exp2();
        let added = (blur(k).powi(2) - blur(k - 1).powi(2)).sqrt();
        levels.push(levels[k - 1].blurred(added));
    }
    levels
}

/// Pixels that exceed, or fall below, their 26 neighbors in place and scale.
fn extrema(differences: &[Plane], level: usize) -> Vec<(usize, usize)> {
    let own = &differences[level];
    let mut found = Vec::new();
    for y in EDGE..own.height.saturating_sub(EDGE) {
        for x in EDGE..own.width.saturating_sub(EDGE) {
            let v = own.at(x, y);
            if v.abs() < 0.8 * LEAST_RESPONSE {
                continue;
            }
            let beyond = |other: f32| if v > 0.0 { other >= v } else { other <= v };
            let beaten = differences[level - 1..=level + 1].iter().enumerate().any(|(k, plane)| {
                (y - 1..=y + 1).any(|j| (x - 1..=x + 1).any(|i| (k, i, j) != (1, x, y) && beyond(plane.at(i, j))))
            });
            if !beaten {
                found.push((x, y));
            }
        }
    }
    found
}

/// The extremum between pixels and levels, by a parabola through its neighbors; `None` where it is weak or on an edge.
fn settled(differences: &[Plane], level: usize, x: usize, y: usize) -> Option<Keypoint> {
    let at = |k: isize, i: isize, j: isize| {
        let plane = &differences[(level as isize + k) as usize];
        f64::from(plane.at((x as isize + i) as usize, (y as isize + j) as usize))
    };
    let v = at(0, 0, 0);
    let slope = [
        0.5 * (at(0, 1, 0) - at(0, -1, 0)),
        0.5 * (at(0, 0, 1) - at(0, 0, -1)),
        0.5 * (at(1, 0, 0) - at(-1, 0, 0)),
    ];
    let xx = at(0, 1, 0) + at(0, -1, 0) - 2.0 * v;
    let yy = at(0, 0, 1) + at(0, 0, -1) - 2.0 * v;
    let ss = at(1, 0, 0) + at(-1, 0, 0) - 2.0 * v;
    let xy = 0.25 * (at(0, 1, 1) - at(0, -1, 1) - at(0, 1, -1) + at(0, -1, -1));
    let xs = 0.25 * (at(1, 1, 0) - at(1, -1, 0) - at(-1, 1, 0) + at(-1, -1, 0));
    let ys = 0.25 * (at(1, 0, 1) - at(1, 0, -1) - at(-1, 0, 1) + at(-1, 0, -1));
    let curvature = [[xx, xy, xs], [xy, yy, ys], [xs, ys, ss]];
    let offset = solve(curvature, slope.map(|s| -s))?.map(|o| o.clamp(-0.6, 0.6));
    let response = (v + 0.5 * (0..3).map(|k| slope[k] * offset[k]).sum::<f64>()).abs() as f32;
    let (trace, determinant) = (xx + yy, xx * yy - xy * xy);
    let most = f64::from(MOST_CURVED);
    if response < LEAST_RESPONSE || determinant <= 0.0 || trace * trace * most >= (most + 1.0).powi(2) * determinant {
        return None;
    }
    Some(Keypoint {
        at: [0.0; 2],
        size: 0.0,
        angle: 0.0,
        octave: 0,
        level,
        place: [x as f32 + offset[0] as f32, y as f32 + offset[1] as f32],
        blur: FIRST_BLUR * ((level as f32 + offset[2] as f32) / SCALES as f32).exp2(),
        response,
    })
}

/// Central differences; `None` at the edge and beyond.
pub(crate) fn gradient(plane: &Plane, x: isize, y: isize) -> Option<[f32; 2]> {
    if x < 1 || y < 1 || x + 1 >= plane.width as isize || y + 1 >= plane.height as isize {
        return None;
    }
    let (x, y) = (x as usize, y as usize);
    Some([
        plane.at(x + 1, y) - plane.at(x - 1, y),
        plane.at(x, y + 1) - plane.at(x, y - 1),
    ])
}
