//! A small copy of a face's colors on its chart, for comparing two visits cell by cell.

use serde::{Deserialize, Serialize};

use super::chart::{CHART_SIDE, zones};
use super::light::Light;
use super::surface::Surface;
use super::zone::Zone;
use crate::color::linear;

/// Rows and columns of a [`ColorChart`]: a cell is four of the chart's, 1.8 mm on a face of the usual size.
pub const COLOR_SIDE: usize = CHART_SIDE / BLOCK;
const BLOCK: usize = 4;
/// Cells of the chart that must be skin for a cell of these colors to count.
const LEAST_SKIN: usize = 10;

/// A face's colors on its chart, coarse.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ColorChart {
    /// [`COLOR_SIDE`] rows of as many cells: linear red, green and blue under a white light as shares of full light times
    /// 65535; three zeros where no skin is seen. Empty where nothing was measured.
    pub cells: Vec<[u16; 3]>,
}

impl ColorChart {
    pub(crate) fn new(surface: &Surface) -> Self {
        let gains = Light::gains(&surface.light.illuminant);
        let cells = (0..COLOR_SIDE * COLOR_SIDE).map(|i| {
            let (left, top) = (i % COLOR_SIDE * BLOCK, i / COLOR_SIDE * BLOCK);
            let block = (0..BLOCK * BLOCK).map(|j| (top + j / BLOCK) * CHART_SIDE + left + j % BLOCK);
            let skin: Vec<usize> = block.filter(|&cell| surface.skin.cells[cell]).collect();
            if skin.len() < LEAST_SKIN {
                return [0; 3];
            }
            std::array::from_fn(|c| {
                let sum: f32 = skin.iter().map(|&cell| linear(surface.chart.rgb.cells[cell][c])).sum();
                // A channel of skin is never quite black: zero is for no skin.
                (65535.0 * gains[c] * sum / skin.len() as f32).clamp(1.0, 65535.0) as u16
            })
        });
        Self { cells: cells.collect() }
    }

    /// Linear color of a cell, `0..=1`; `None` where no skin is seen.
    pub(crate) fn color(&self, cell: usize) -> Option<[f32; 3]> {
        let color = *self.cells.get(cell)?;
        (color != [0; 3]).then(|| color.map(|v| f32::from(v) / 65535.0))
    }

    /// The cells of a set of parts.
    pub(crate) fn cells_of(bits: u16) -> impl Iterator<Item = usize> {
        (0..COLOR_SIDE * COLOR_SIDE).filter(move |&cell| {
            let (x, y) = (
                cell % COLOR_SIDE * BLOCK + BLOCK / 2,
                cell / COLOR_SIDE * BLOCK + BLOCK / 2,
            );
            zones().cells[y * CHART_SIDE + x] & bits != 0
        })
    }
}

/// Parts that are the person's other skin for a zone: neither its own, nor their mirror images, nor those below the
/// eyes.
pub(crate) fn other_parts(zone: Zone) -> u16 {
    let mut bits = Zone::WholeFace.bits() & !Zone::LeftInfraorbital.bits() & !Zone::RightInfraorbital.bits();
    for part in zone.parts() {
        bits &= !(part.bit() | part.mirrored().bit());
    }
    bits
}
