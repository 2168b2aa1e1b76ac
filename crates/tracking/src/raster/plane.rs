//! Single-channel float pictures and the few filters that measuring needs.

use crate::raster::bits::Bits;

/// A row-major float picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plane {
    pub width: usize,
    pub height: usize,
    pub data: Vec<f32>,
}

impl Plane {
    pub fn filled(width: usize, height: usize, value: f32) -> Self {
        Self {
            width,
            height,
            data: vec![value; width * height],
        }
    }

    /// One value a pixel, from its coordinates.
    pub fn from_fn(width: usize, height: usize, mut f: impl FnMut(usize, usize) -> f32) -> Self {
        let mut data = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                data.push(f(x, y));
            }
        }
        Self { width, height, data }
    }

    pub fn map(&self, f: impl Fn(f32) -> f32) -> Self {
        Self {
            width: self.width,
            height: self.height,
            data: self.data.iter().map(|&v| f(v)).collect(),
        }
    }

    /// Combines two planes of one size.
    pub fn zip(&self, other: &Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self {
            width: self.width,
            height: self.height,
            data: self.data.iter().zip(&other.data).map(|(&a, &b)| f(a, b)).collect(),
        }
    }

    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    /// Values of the pixels that are set in `on`.
    pub fn values<'a>(&'a self, on: &'a Bits) -> impl Iterator<Item = f32> + 'a {
        on.ones().map(|i| self.data[i])
    }

    /// Bilinear value at pixel-centre coordinates (0, 0 is the middle of the first pixel), or
    /// `None` outside the picture.
    pub fn sample(&self, x: f32, y: f32) -> Option<f32> {
        if !(x >= 0.0 && y >= 0.0) {
            return None;
        }
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = (x0 + 1, y0 + 1);
        if x1 >= self.width || y1 >= self.height {
            return None;
        }
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let row0 = &self.data[y0 * self.width..];
        let row1 = &self.data[y1 * self.width..];
        let top = row0[x0] + (row0[x1] - row0[x0]) * fx;
        let bottom = row1[x0] + (row1[x1] - row1[x0]) * fx;
        Some(top + (bottom - top) * fy)
    }

    /// Gaussian blur with replicated borders.
    pub fn blurred(&self, sigma: f32) -> Self {
        match gaussian(sigma) {
            Some(kernel) => self.filtered_rows(&kernel).filtered_columns(&kernel),
            None => self.clone(),
        }
    }

    fn filtered_rows(&self, kernel: &[f32]) -> Self {
        let radius = kernel.len() / 2;
        let mut out = Self::filled(self.width, self.height, 0.0);
        let mut padded = vec![0.0f32; self.width + 2 * radius];
        for (row, to) in self
            .data
            .chunks_exact(self.width)
            .zip(out.data.chunks_exact_mut(self.width))
        {
            padded[..radius].fill(row[0]);
            padded[radius..radius + self.width].copy_from_slice(row);
            padded[radius + self.width..].fill(row[self.width - 1]);
            for (k, &weight) in kernel.iter().enumerate() {
                add(to, &padded[k..], weight);
            }
        }
        out
    }

    fn filtered_columns(&self, kernel: &[f32]) -> Self {
        let radius = kernel.len() / 2;
        let mut out = Self::filled(self.width, self.height, 0.0);
        for (y, to) in out.data.chunks_exact_mut(self.width).enumerate() {
            for (k, &weight) in kernel.iter().enumerate() {
                let from = (y + k).saturating_sub(radius).min(self.height - 1);
                add(to, &self.data[from * self.width..], weight);
            }
        }
        out
    }

    /// Half the size, each pixel the mean of four.
    pub fn halved(&self) -> Self {
        let (w, h) = (self.width / 2, self.height / 2);
        Self::from_fn(w, h, |x, y| {
            let (x, y) = (2 * x, 2 * y);
            0.25 * (self.at(x, y) + self.at(x + 1, y) + self.at(x, y + 1) + self.at(x + 1, y + 1))
        })
    }

    /// Resampled by the area that each new pixel covers when shrinking, bilinear when enlarging.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let sx = self.width as f32 / width as f32;
        let sy = self.height as f32 / height as f32;
        // A Gaussian of this width removes what the coarser grid cannot hold.
        let sigma = 0.5 * (sx.max(sy).powi(2) - 1.0).max(0.0).sqrt();
        let source = self.blurred(sigma);
        let (columns, rows) = (places(width, sx, self.width), places(height, sy, self.height));
        let mut data = Vec::with_capacity(width * height);
        for (y, fy) in rows {
            let [top, bottom] = [y, y + 1].map(|y| &source.data[y * self.width..(y + 1) * self.width]);
            data.extend(columns.iter().map(|&(x, fx)| {
                let across = |row: &[f32]| row[x] + (row[x + 1] - row[x]) * fx;
                let (top, bottom) = (across(top), across(bottom));
                top + (bottom - top) * fy
            }));
        }
        Self { width, height, data }
    }
}

/// Where the middles of `count` new pixels lie on a line of `length` old ones, `scale` old to a new: the pixel before, and
/// how far towards the next.
fn places(count: usize, scale: f32, length: usize) -> Vec<(usize, f32)> {
    (0..count)
        .map(|k| {
            let at = ((k as f32 + 0.5) * scale - 0.5).clamp(0.0, length as f32 - 1.001);
            (at as usize, at.fract())
        })
        .collect()
}

/// Weights of a Gaussian blur, or `None` where it would change next to nothing.
fn gaussian(sigma: f32) -> Option<Vec<f32>> {
    if sigma < 0.2 {
        return None;
    }
    let radius = (3.0 * sigma).ceil() as isize;
    let mut kernel: Vec<f32> = (-radius..=radius)
        .map(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp())
        .collect();
    let total: f32 = kernel.iter().sum();
    kernel.iter_mut().for_each(|k| *k /= total);
    Some(kernel)
}

/// Adds so much of one row to another.
fn add(to: &mut [f32], row: &[f32], weight: f32) {
    to.iter_mut().zip(row).for_each(|(to, value)| *to += weight * value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blur_keeps_a_constant_and_the_sum_of_a_point() {
        let flat = Plane::filled(20, 10, 3.0).blurred(2.0);
        assert!(flat.data.iter().all(|v| (v - 3.0).abs() < 1e-5));
        let mut point = Plane::filled(41, 41, 0.0);
        point.data[20 * 41 + 20] = 1.0;
        let b = point.blurred(3.0);
        assert!((b.data.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        assert!((b.at(20, 17) - b.at(17, 20)).abs() < 1e-7);
    }

    #[test]
    fn resizing_keeps_a_ramp() {
        let ramp = Plane::from_fn(64, 48, |x, y| x as f32 + 2.0 * y as f32);
        let small = ramp.resized(32, 24);
        // The middle of small pixel (10, 10) is (20.5, 20.5) in the large picture.
        assert!((small.at(10, 10) - 61.5).abs() < 0.01);
    }
}
