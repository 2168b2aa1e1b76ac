//! A spot of a picture, and all of them.

use serde::{Deserialize, Serialize};

use super::kind::SpotKind;

/// A spot in a picture of skin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spot {
    /// Pigmented or red.
    pub kind: SpotKind,
    /// Middle in pixels of the upright picture.
    pub center: [f32; 2],
    /// Diameter of the disc of its area, in pixels.
    pub diameter: f32,
    /// The same in millimeters, where the picture's scale was given.
    pub diameter_mm: Option<f32>,
    /// How much less green light it sends back than the skin around it: 100 times the decadic logarithm.
    pub contrast: f32,
    /// How sure it is that this is a spot of the skin and no hair, fold, shadow or noise, `0..=1`.
    pub confidence: f32,
}

/// Where a picture shows skin: a coarse grid over it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkinArea {
    /// Columns and rows.
    pub size: [usize; 2],
    /// Row by row, `true` where there is skin.
    pub cells: Vec<bool>,
    /// Width and height of the picture in pixels.
    pub picture: [u32; 2],
}

impl SkinArea {
    /// Whether a point of the picture, in pixels, lies on skin.
    pub fn contains(&self, point: [f32; 2]) -> bool {
        let [columns, rows] = self.size;
        let x = point[0] / self.picture[0] as f32 * columns as f32;
        let y = point[1] / self.picture[1] as f32 * rows as f32;
        let inside = x >= 0.0 && y >= 0.0 && x < columns as f32 && y < rows as f32;
        inside
            && self
                .cells
                .get(y as usize * columns + x as usize)
                .copied()
                .unwrap_or(false)
    }
}

/// Every spot of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SpotMap {
    /// Spots of [`SURE`](super::SURE) confidence or more, most certain first.
    pub spots: Vec<Spot>,
    /// What may be a spot: less sure. A spot of another visit that lies on one of these is not called new or gone.
    pub faint: Vec<Spot>,
    /// Where spots were looked for.
    pub skin: SkinArea,
    /// Share of the picture that is skin, `0..=1`.
    pub coverage: f32,
    /// Least diameter that was looked for, in pixels. A spot at this limit may measure a quarter less.
    pub least_diameter: f32,
}
