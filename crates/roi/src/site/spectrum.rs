//! Square pictures of a power of two, their spectra, and the shift between two of them.

use rustfft::algorithm::Radix4;
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftDirection};

/// Rows and columns of the pictures here.
pub(crate) const SIDE: usize = 128;
const CELLS: usize = SIDE * SIDE;

/// Two-dimensional Fourier transforms of [`SIDE`] by [`SIDE`] pictures. Holds its plans and work buffers.
pub(crate) struct Spectra {
    forward: Radix4<f32>,
    inverse: Radix4<f32>,
    scratch: Vec<Complex<f32>>,
    window: Vec<f32>,
}

impl Spectra {
    pub fn new() -> Self {
        // Not of a planner: it brings code for every length.
        let forward = Radix4::new(SIDE, FftDirection::Forward);
        let inverse = Radix4::new(SIDE, FftDirection::Inverse);
        let length = forward.get_inplace_scratch_len().max(inverse.get_inplace_scratch_len());
        // Hann: a picture's edges are no feature of it.
        let hann = |i: usize| 0.5 - 0.5 * (std::f32::consts::TAU * (i as f32 + 0.5) / SIDE as f32).cos();
        let window = (0..CELLS).map(|i| hann(i % SIDE) * hann(i / SIDE)).collect();
        Self {
            forward,
            inverse,
            scratch: vec![Complex::default(); length],
            window,
        }
    }

    /// Spectrum of a picture, windowed unless it is periodic.
    pub fn of(&mut self, picture: &[f32], windowed: bool) -> Vec<Complex<f32>> {
        let cell = |i: usize| picture[i] * if windowed { self.window[i] } else { 1.0 };
        let mut cells: Vec<_> = (0..CELLS).map(|i| Complex::new(cell(i), 0.0)).collect();
        self.transform(&mut cells, false);
        cells
    }

    /// Phase correlation: how far (columns, rows; fractions of a cell) `b` lies from `a`, and how high the peak stands
    /// above the rest, in standard deviations.
    pub fn shift(&mut self, a: &[Complex<f32>], b: &[Complex<f32>]) -> ([f32; 2], f32) {
        let mut cross: Vec<_> = a
            .iter()
            .zip(b)
            .map(|(a, b)| {
                let product = a.conj() * b;
                // Weak frequencies are noise: let them speak less than in plain phase correlation.
                product / (product.norm().sqrt() + 1e-6)
            })
            .collect();
        self.transform(&mut cross, true);
        let value = |x: isize, y: isize| {
            let wrap = |v: isize| v.rem_euclid(SIDE as isize) as usize;
            cross[wrap(y) * SIDE + wrap(x)].re
        };
        let best = (0..CELLS)
            .max_by(|&i, &j| cross[i].re.total_cmp(&cross[j].re))
            .unwrap_or(0);
        let (x, y) = ((best % SIDE) as isize, (best / SIDE) as isize);
        let mean = cross.iter().map(|c| c.re).sum::<f32>() / CELLS as f32;
        let variance = cross.iter().map(|c| (c.re - mean).powi(2)).sum::<f32>() / CELLS as f32;
        let peak = (value(x, y) - mean) / variance.sqrt().max(1e-12);
        let fine = |low: f32, middle: f32, high: f32| {
            let bend = low - 2.0 * middle + high;
            if bend < 0.0 {
                (0.5 * (low - high) / bend).clamp(-0.5, 0.5)
            } else {
                0.0
            }
        };
        let centred = |v: isize| if v > SIDE as isize / 2 { v - SIDE as isize } else { v } as f32;
        let dx = centred(x) + fine(value(x - 1, y), value(x, y), value(x + 1, y));
        let dy = centred(y) + fine(value(x, y - 1), value(x, y), value(x, y + 1));
        ([dx, dy], peak)
    }

    fn transform(&mut self, cells: &mut [Complex<f32>], backwards: bool) {
        let plan = if backwards { &self.inverse } else { &self.forward };
        for _ in 0..2 {
            plan.process_with_scratch(cells, &mut self.scratch);
            for row in 0..SIDE {
                for column in 0..row {
                    cells.swap(row * SIDE + column, column * SIDE + row);
                }
            }
        }
    }
}

/// The magnitudes of a spectrum over angle (rows, half a turn) and logarithm of frequency (columns): a turned and
/// scaled picture gives a shifted one.
pub(crate) fn log_polar(spectrum: &[Complex<f32>]) -> Vec<f32> {
    let magnitude = |x: isize, y: isize| {
        let wrap = |v: isize| v.rem_euclid(SIDE as isize) as usize;
        (1.0 + spectrum[wrap(y) * SIDE + wrap(x)].norm()).ln()
    };
    let mut cells = Vec::with_capacity(CELLS);
    for row in 0..SIDE {
        let (sin, cos) = (std::f32::consts::PI * row as f32 / SIDE as f32).sin_cos();
        for column in 0..SIDE {
            let radius = LOWEST * (column as f32 * log_step()).exp();
            let (x, y) = (radius * cos, radius * sin);
            let (left, top) = (x.floor(), y.floor());
            let (fx, fy) = (x - left, y - top);
            let (left, top) = (left as isize, top as isize);
            let upper = magnitude(left, top) * (1.0 - fx) + magnitude(left + 1, top) * fx;
            let lower = magnitude(left, top + 1) * (1.0 - fx) + magnitude(left + 1, top + 1) * fx;
            cells.push(upper * (1.0 - fy) + lower * fy);
        }
    }
    // Every picture has more energy in low frequencies: that common slope would pull all shifts to none.
    for column in 0..SIDE {
        let mean = (0..SIDE).map(|row| cells[row * SIDE + column]).sum::<f32>() / SIDE as f32;
        let fade = 0.5 - 0.5 * (std::f32::consts::TAU * (column as f32 + 0.5) / SIDE as f32).cos();
        for row in 0..SIDE {
            cells[row * SIDE + column] = (cells[row * SIDE + column] - mean) * fade;
        }
    }
    cells
}

/// Lowest frequency of [`log_polar`], in cycles a picture.
const LOWEST: f32 = 3.0;

/// Logarithm of the ratio between neighbouring columns of [`log_polar`].
pub(crate) fn log_step() -> f32 {
    (SIDE as f32 / 2.0 / LOWEST).ln() / SIDE as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A few soft spots, moved by (dx, dy).
    fn spots(dx: f32, dy: f32) -> Vec<f32> {
        (0..CELLS)
            .map(|i| {
                let (x, y) = ((i % SIDE) as f32 - dx, (i / SIDE) as f32 - dy);
                let spot = |cx: f32, cy: f32, r: f32| (-((x - cx).powi(2) + (y - cy).powi(2)) / (r * r)).exp();
                spot(60.0, 50.0, 6.0) - spot(75.0, 70.0, 4.0) + spot(50.0, 80.0, 3.0)
            })
            .collect()
    }

    #[test]
    fn a_shift_is_found_to_a_fraction_of_a_cell() {
        let mut spectra = Spectra::new();
        let (a, b) = (spectra.of(&spots(0.0, 0.0), true), spectra.of(&spots(5.3, -3.6), true));
        let ([dx, dy], peak) = spectra.shift(&a, &b);
        assert!((dx - 5.3).abs() < 0.35 && (dy + 3.6).abs() < 0.35, "{dx} {dy}");
        assert!(peak > 10.0, "{peak}");
    }

    #[test]
    fn flat_pictures_do_no_harm() {
        let mut spectra = Spectra::new();
        let flat = spectra.of(&vec![0.0; CELLS], true);
        let ([dx, dy], peak) = spectra.shift(&flat, &flat);
        assert!(dx.is_finite() && dy.is_finite() && peak.is_finite());
        assert!(log_polar(&flat).iter().all(|v| v.is_finite()));
    }
}
