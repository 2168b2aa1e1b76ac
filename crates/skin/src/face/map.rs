//! A map of values on the chart, and back in the picture.

use skinkit_roi::topology::TEXTURE;

use super::chart::zones;
use super::surface::Surface;
use super::zone::Zone;
use crate::plane::Plane;

/// Values on a face's chart, and where each cell lies in the picture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaceMap {
    side: usize,
    values: Vec<f32>,
    points: Vec<[f32; 2]>,
}

impl FaceMap {
    /// `values` on a chart of `side` rows and columns; what is not skin gets NaN.
    pub(crate) fn new(side: usize, values: Vec<f32>, surface: &Surface) -> Self {
        let values = values
            .into_iter()
            .zip(&surface.skin.cells)
            .map(|(value, skin)| if *skin { value } else { f32::NAN })
            .collect();
        Self {
            side,
            values,
            points: surface.chart.points.cells.clone(),
        }
    }

    /// Rows and columns of the chart: the texture coordinates of MediaPipe's canonical face times this, the subject's
    /// right on the left, the forehead on top. A cell is the same place of the skin in every picture.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Row by row; NaN where nothing was measured.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Of each cell its place in pixels of the upright picture; NaN off the face.
    pub fn points(&self) -> &[[f32; 2]] {
        &self.points
    }

    /// The part of the face that a cell lies in; `None` off the zones and beyond the chart.
    pub fn zone(&self, cell: usize) -> Option<Zone> {
        let bits = *zones().cells.get(cell)?;
        Zone::ALL[..Zone::PARTS]
            .iter()
            .copied()
            .find(|zone| zone.bit() & bits != 0)
    }

    /// The outline of a part in pixels of the upright picture, closed; of a union none. Corners beyond the face's rim are
    /// left out.
    pub fn outline(&self, zone: Zone) -> Vec<[f32; 2]> {
        let side = self.side as f32;
        let corner = |point: &u16| {
            // A corner on the rim lies between cells: the one nearer to the middle is on the face.
            let at = TEXTURE[usize::from(*point)].map(|c| (0.5 + 0.995 * (c - 0.5)) * side);
            Plane::<u16>::index(at, self.side, self.side).and_then(|cell| self.points.get(cell))
        };
        let outline = zone.outline().iter().filter_map(corner).copied();
        outline.filter(|[x, y]| x.is_finite() && y.is_finite()).collect()
    }

    /// The map brought into a picture of this size: row by row, NaN where nothing was measured. Pixels between cells
    /// take the nearest cell's value.
    pub fn in_picture(&self, width: usize, height: usize) -> Vec<f32> {
        let mut picture = vec![f32::NAN; width * height];
        let side = self.side;
        for row in 0..side.saturating_sub(1) {
            for column in 0..side - 1 {
                let at = row * side + column;
                let value = self.values[at];
                if value.is_nan() {
                    continue;
                }
                let corners = [at, at + 1, at + side, at + side + 1].map(|cell| self.points[cell]);
                let reach = |axis: usize, most: usize| {
                    let coordinates = corners.iter().map(|p| p[axis]).filter(|c| c.is_finite());
                    let (low, high) = coordinates.fold((f32::MAX, f32::MIN), |(l, h), c| (l.min(c), h.max(c)));
                    (low.floor().max(0.0) as usize)..(high.ceil().max(0.0) as usize).min(most)
                };
                for y in reach(1, height) {
                    for x in reach(0, width) {
                        picture[y * width + x] = value;
                    }
                }
            }
        }
        picture
    }
}
