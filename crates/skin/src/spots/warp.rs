//! Where a point of one picture lies in another, from points that are in both.

/// Share of the points' extent over which a pair has a say (standard deviation).
const REACH: f32 = 0.25;
/// Say that every pair has everywhere: holds the map where no pair is near.
const EVERYWHERE: f32 = 0.02;

/// A map that is affine near each point and bends between them: moving least squares (Schaefer, McPhail and Warren 2006).
#[derive(Clone, Debug)]
pub(super) struct Warp {
    /// From, to.
    pairs: Vec<[[f32; 2]; 2]>,
    reach: f32,
}

impl Warp {
    pub fn new(pairs: Vec<[[f32; 2]; 2]>) -> Self {
        let (low, high) = pairs
            .iter()
            .fold(([f32::MAX; 2], [f32::MIN; 2]), |(low, high), [p, _]| {
                (
                    [low[0].min(p[0]), low[1].min(p[1])],
                    [high[0].max(p[0]), high[1].max(p[1])],
                )
            });
        let reach = REACH * (high[0] - low[0]).hypot(high[1] - low[1]).max(1e-3);
        Self { pairs, reach }
    }

    /// Where a point goes; `without` leaves one pair out.
    pub fn place(&self, point: [f32; 2], without: Option<usize>) -> Option<[f32; 2]> {
        let weights: Vec<f32> = self
            .pairs
            .iter()
            .enumerate()
            .map(|(i, [from, _])| {
                let away = (from[0] - point[0]).powi(2) + (from[1] - point[1]).powi(2);
                let near = (-0.5 * away / (self.reach * self.reach)).exp() + EVERYWHERE;
                if Some(i) == without { 0.0 } else { near }
            })
            .collect();
        let sum: f32 = weights.iter().sum();
        let mean = |end: usize, axis: usize| {
            let total: f32 = self
                .pairs
                .iter()
                .zip(&weights)
                .map(|(pair, w)| w * pair[end][axis])
                .sum();
            total / sum
        };
        if sum <= 0.0 {
            return None;
        }
        let (from, to) = ([mean(0, 0), mean(0, 1)], [mean(1, 0), mean(1, 1)]);
        let (mut xx, mut yy, mut xy) = (0.0f32, 0.0f32, 0.0f32);
        let mut cross = [[0.0f32; 2]; 2];
        for ([p, q], w) in self.pairs.iter().zip(&weights) {
            let (x, y) = (p[0] - from[0], p[1] - from[1]);
            (xx, yy, xy) = (xx + w * x * x, yy + w * y * y, xy + w * x * y);
            for (row, cross) in cross.iter_mut().enumerate() {
                let v = w * (q[row] - to[row]);
                *cross = [cross[0] + v * x, cross[1] + v * y];
            }
        }
        let (x, y) = (point[0] - from[0], point[1] - from[1]);
        let used = weights.iter().filter(|w| **w > 0.0).count();
        let determinant = xx * yy - xy * xy;
        if used < 4 || determinant < 1e-3 * (xx + yy).powi(2) {
            // Too few points, or all on a line: turn and scale only.
            let size = xx + yy;
            if size <= 0.0 {
                return None;
            }
            let cos = (cross[0][0] + cross[1][1]) / size;
            let sin = (cross[1][0] - cross[0][1]) / size;
            return Some([to[0] + cos * x - sin * y, to[1] + sin * x + cos * y]);
        }
        let row = |[a, b]: [f32; 2]| [(a * yy - b * xy) / determinant, (b * xx - a * xy) / determinant];
        let (first, second) = (row(cross[0]), row(cross[1]));
        Some([
            to[0] + first[0] * x + first[1] * y,
            to[1] + second[0] * x + second[1] * y,
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_affine_map_is_found_exactly_and_a_bent_one_nearly() {
        let points: Vec<[f32; 2]> = (0..25)
            .map(|i| [(i % 5) as f32 * 40.0, (i / 5) as f32 * 30.0])
            .collect();
        let affine = |p: [f32; 2]| [0.9 * p[0] - 0.2 * p[1] + 7.0, 0.3 * p[0] + 1.1 * p[1] - 4.0];
        let bent = |p: [f32; 2]| [p[0] + 0.0008 * p[1] * p[1], p[1] + 0.0005 * p[0] * p[0]];
        let probe = [77.0, 44.0];
        let error = |f: &dyn Fn([f32; 2]) -> [f32; 2]| {
            let warp = Warp::new(points.iter().map(|&p| [p, f(p)]).collect());
            let (got, expected) = (warp.place(probe, None).unwrap(), f(probe));
            (got[0] - expected[0]).hypot(got[1] - expected[1])
        };
        assert!(error(&affine) < 1e-2, "{}", error(&affine));
        assert!(error(&bent) < 2.5, "{}", error(&bent));
    }
}
