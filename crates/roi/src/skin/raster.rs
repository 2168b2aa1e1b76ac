//! Small pictures of one byte a cell: filled outlines, growing, smoothing.

/// A grid of cells, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raster {
    pub side: usize,
    pub cells: Vec<bool>,
}

impl Raster {
    pub fn empty(side: usize) -> Self {
        Self {
            side,
            cells: vec![false; side * side],
        }
    }

    /// Sets the cells whose middle lies in the closed outline (even-odd rule); coordinates in cells.
    pub fn fill(&mut self, outline: &[[f32; 2]], value: bool) {
        let mut crossings: Vec<f32> = Vec::new();
        for row in 0..self.side {
            let y = row as f32 + 0.5;
            crossings.clear();
            for (i, &[x0, y0]) in outline.iter().enumerate() {
                let [x1, y1] = outline[(i + 1) % outline.len()];
                if (y0 <= y) != (y1 <= y) {
                    crossings.push(x0 + (y - y0) / (y1 - y0) * (x1 - x0));
                }
            }
            crossings.sort_unstable_by(f32::total_cmp);
            for span in crossings.chunks_exact(2) {
                // Casting saturates: far outside becomes an empty span.
                let start = ((span[0] - 0.5).ceil().max(0.0)) as usize;
                let end = ((span[1] + 0.5).floor().max(0.0) as usize).min(self.side);
                for column in start..end {
                    self.cells[row * self.side + column] = value;
                }
            }
        }
    }

    /// Cells of which more than half of the square of `2·radius + 1` around them is set.
    pub fn majority(&self, radius: usize) -> Self {
        let sums = self.summed_area();
        let side = self.side;
        let mut result = Self::empty(side);
        for row in 0..side {
            let (top, bottom) = (row.saturating_sub(radius), (row + radius + 1).min(side));
            for column in 0..side {
                let (left, right) = (column.saturating_sub(radius), (column + radius + 1).min(side));
                let at = |y: usize, x: usize| sums[y * (side + 1) + x];
                let set = at(bottom, right) + at(top, left) - at(top, right) - at(bottom, left);
                result.cells[row * side + column] = 2 * set as usize > (bottom - top) * (right - left);
            }
        }
        result
    }

    pub fn count(&self) -> usize {
        self.cells.iter().filter(|cell| **cell).count()
    }

    fn summed_area(&self) -> Vec<u32> {
        let side = self.side;
        let mut sums = vec![0u32; (side + 1) * (side + 1)];
        for row in 0..side {
            let mut line = 0;
            for column in 0..side {
                line += u32::from(self.cells[row * side + column]);
                sums[(row + 1) * (side + 1) + column + 1] = sums[row * (side + 1) + column + 1] + line;
            }
        }
        sums
    }
}

/// The outline with every point moved away from the outline's middle by `factor`.
pub(crate) fn grown(outline: &[[f32; 2]], factor: f32) -> Vec<[f32; 2]> {
    let count = outline.len().max(1) as f32;
    let middle: [f32; 2] = std::array::from_fn(|axis| outline.iter().map(|p| p[axis]).sum::<f32>() / count);
    outline
        .iter()
        .map(|p| std::array::from_fn(|axis| middle[axis] + factor * (p[axis] - middle[axis])))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_fills_its_cells() {
        let mut raster = Raster::empty(8);
        raster.fill(&[[1.0, 2.0], [5.0, 2.0], [5.0, 6.0], [1.0, 6.0]], true);
        assert_eq!(raster.count(), 16);
        assert!(raster.cells[2 * 8 + 1] && raster.cells[5 * 8 + 4] && !raster.cells[6 * 8 + 4]);
        raster.fill(&grown(&[[1.0, 2.0], [5.0, 2.0], [5.0, 6.0], [1.0, 6.0]], 0.5), false);
        assert_eq!(raster.count(), 12);
    }

    #[test]
    fn outlines_beyond_the_grid_and_without_sense_are_harmless() {
        let mut raster = Raster::empty(4);
        raster.fill(&[[-1e9, -1e9], [1e9, -1e9], [1e9, 1e9], [-1e9, 1e9]], true);
        assert_eq!(raster.count(), 16);
        raster.fill(&[[f32::NAN, 0.0], [f32::INFINITY, 3.0], [1.0, f32::NAN]], false);
        raster.fill(&[], false);
    }

    #[test]
    fn majority_removes_specks_and_fills_holes() {
        let mut raster = Raster::empty(9);
        raster.cells[0] = true;
        assert_eq!(raster.majority(1).count(), 0);
        let mut full = Raster {
            side: 9,
            cells: vec![true; 81],
        };
        full.cells[40] = false;
        assert_eq!(full.majority(1).count(), 81);
    }
}
