//! Where one picture lies on another.

/// A turn, a scale and a shift: `to = m * (from - from_centre) + to_centre`,
/// with m = [[a, -b], [b, a]]. Pixel-centre coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pose {
    pub a: f32,
    pub b: f32,
    pub from: [f32; 2],
    pub to: [f32; 2],
}

impl Pose {
    pub fn new(scale: f32, rotation: f32, from: [f32; 2], to: [f32; 2]) -> Self {
        Self {
            a: scale * rotation.cos(),
            b: scale * rotation.sin(),
            from,
            to,
        }
    }

    pub fn apply(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let (x, y) = (x - self.from[0], y - self.from[1]);
        [
            self.a * x - self.b * y + self.to[0],
            self.b * x + self.a * y + self.to[1],
        ]
    }

    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// Radians, clockwise on the screen (y points down).
    pub fn rotation(&self) -> f32 {
        self.b.atan2(self.a)
    }

    /// The same pose with another scale, about the same centre.
    pub fn with_scale(&self, scale: f32) -> Self {
        Self::new(scale, self.rotation(), self.from, self.to)
    }

    /// The same pose about another centre.
    pub fn about(&self, from: [f32; 2]) -> Self {
        Self {
            to: self.apply(from),
            from,
            ..*self
        }
    }

    /// The same pose between pictures of `1 / factor` the size (factor 2: half size).
    pub fn shrunk(&self, factor: f32) -> Self {
        let move_to = |[x, y]: [f32; 2]| [(x + 0.5) / factor - 0.5, (y + 0.5) / factor - 0.5];
        Self {
            from: move_to(self.from),
            to: move_to(self.to),
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn another_centre_or_grid_is_the_same_pose(
            scale in 0.5f32..2.0, turn in -3f32..3.0,
            x in -50f32..50.0, y in -50f32..50.0, cx in -50f32..50.0,
        ) {
            let p = Pose::new(scale, turn, [10.0, 20.0], [30.0, 5.0]);
            let near = |u: [f32; 2], v: [f32; 2]| (u[0] - v[0]).hypot(u[1] - v[1]) < 1e-3;
            let there = p.apply([x, y]);
            prop_assert!(near(there, p.about([cx, 3.0]).apply([x, y])));
            let half = |[x, y]: [f32; 2]| [(x + 0.5) / 2.0 - 0.5, (y + 0.5) / 2.0 - 0.5];
            prop_assert!(near(half(there), p.shrunk(2.0).apply(half([x, y]))));
            prop_assert!((p.scale() - scale).abs() < 1e-5 && (p.rotation() - turn).abs() < 1e-5);
        }
    }
}
