//! Single-channel float pictures and the few filters that measuring needs.

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
        if sigma < 0.2 {
            return self.clone();
        }
        let radius = (3.0 * sigma).ceil() as isize;
        let mut kernel: Vec<f32> = (-radius..=radius)
            .map(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp())
            .collect();
        let total: f32 = kernel.iter().sum();
        kernel.iter_mut().for_each(|k| *k /= total);
        self.filtered_rows(&kernel)
            .transposed()
            .filtered_rows(&kernel)
            .transposed()
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
                for (t, &v) in to.iter_mut().zip(&padded[k..]) {
                    *t += weight * v;
                }
            }
        }
        out
    }

    fn transposed(&self) -> Self {
        let mut data = vec![0.0; self.data.len()];
        for y in 0..self.height {
            for x in 0..self.width {
                data[x * self.height + y] = self.data[y * self.width + x];
            }
        }
        Self {
            width: self.height,
            height: self.width,
            data,
        }
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
        let clamp = |v: f32, n: usize| v.clamp(0.0, n as f32 - 1.001);
        Self::from_fn(width, height, |x, y| {
            let u = clamp((x as f32 + 0.5) * sx - 0.5, self.width);
            let v = clamp((y as f32 + 0.5) * sy - 0.5, self.height);
            source.sample(u, v).unwrap_or(0.0)
        })
    }
}

/// A yes/no picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bits {
    pub width: usize,
    pub height: usize,
    pub data: Vec<bool>,
}

impl Bits {
    /// Where the plane is above the threshold.
    pub fn above(plane: &Plane, threshold: f32) -> Self {
        Self {
            width: plane.width,
            height: plane.height,
            data: plane.data.iter().map(|&v| v > threshold).collect(),
        }
    }

    pub fn from_fn(width: usize, height: usize, mut f: impl FnMut(usize) -> bool) -> Self {
        Self {
            width,
            height,
            data: (0..width * height).map(&mut f).collect(),
        }
    }

    pub fn count(&self) -> usize {
        self.data.iter().filter(|&&b| b).count()
    }

    pub fn and(&self, other: &Self) -> Self {
        Self::from_fn(self.width, self.height, |i| self.data[i] && other.data[i])
    }

    pub fn or(&self, other: &Self) -> Self {
        Self::from_fn(self.width, self.height, |i| self.data[i] || other.data[i])
    }

    pub fn not(&self) -> Self {
        Self::from_fn(self.width, self.height, |i| !self.data[i])
    }

    /// Mean of the coordinates, or `None` when empty.
    pub fn centroid(&self) -> Option<[f64; 2]> {
        let (mut n, mut sx, mut sy) = (0usize, 0usize, 0usize);
        for (i, _) in self.data.iter().enumerate().filter(|(_, b)| **b) {
            n += 1;
            sx += i % self.width;
            sy += i / self.width;
        }
        (n > 0).then(|| [sx as f64 / n as f64, sy as f64 / n as f64])
    }

    /// Distance of every pixel to the nearest set pixel, in pixels (two-pass chamfer 5-7-11,
    /// within 2 % of Euclid); `f32::MAX` everywhere when none is set.
    pub fn distance(&self) -> Plane {
        const STEPS: [(isize, isize, f32); 8] = [
            (-1, 0, 1.0),
            (0, -1, 1.0),
            (-1, -1, 1.4),
            (1, -1, 1.4),
            (-2, -1, 2.2),
            (-1, -2, 2.2),
            (1, -2, 2.2),
            (2, -1, 2.2),
        ];
        let (w, h) = (self.width as isize, self.height as isize);
        let mut out = Plane {
            width: self.width,
            height: self.height,
            data: self.data.iter().map(|&b| if b { 0.0 } else { f32::MAX }).collect(),
        };
        for pass in [1isize, -1] {
            for row in 0..h {
                let y = if pass == 1 { row } else { h - 1 - row };
                let rows_before = if pass == 1 { y } else { h - 1 - y };
                for column in 0..w {
                    let x = if pass == 1 { column } else { w - 1 - column };
                    let i = y * w + x;
                    let mut best = out.data[i as usize];
                    // Away from the edges no step leaves the picture.
                    let inner = rows_before >= 2 && (2..w - 2).contains(&x);
                    for (dx, dy, cost) in STEPS {
                        let (nx, ny) = (x + pass * dx, y + pass * dy);
                        if inner || ((0..w).contains(&nx) && (0..h).contains(&ny)) {
                            best = best.min(out.data[(i + pass * (dy * w + dx)) as usize] + cost);
                        }
                    }
                    out.data[i as usize] = best;
                }
            }
        }
        out
    }

    /// Grown by `radius` pixels.
    pub fn dilated(&self, radius: f32) -> Self {
        // Below this radius moving whole rows is faster than a distance to every pixel.
        const SMALL: f32 = 12.0;
        if radius > SMALL {
            return Self::above(&self.distance(), radius).not();
        }
        let (w, h) = (self.width, self.height);
        let mut out = self.clone();
        let reach = radius as isize;
        for dy in -reach..=reach {
            let half = (radius * radius - (dy * dy) as f32).sqrt() as usize;
            for y in 0..h {
                let Some(from) = y.checked_add_signed(dy).filter(|&v| v < h) else {
                    continue;
                };
                let source = &self.data[from * w..(from + 1) * w];
                let to = &mut out.data[y * w..(y + 1) * w];
                for dx in 0..=half.min(w - 1) {
                    to[dx..].iter_mut().zip(source).for_each(|(t, s)| *t |= s);
                    to.iter_mut().zip(&source[dx..]).for_each(|(t, s)| *t |= s);
                }
            }
        }
        out
    }

    /// Shrunk by `radius` pixels; the outside of the picture counts as set.
    pub fn eroded(&self, radius: f32) -> Self {
        self.not().dilated(radius).not()
    }

    /// 4-connected components, each as its pixel indices.
    pub fn components(&self) -> Vec<Vec<usize>> {
        let (w, h) = (self.width, self.height);
        let mut seen = vec![false; w * h];
        let mut found = Vec::new();
        for start in 0..w * h {
            if seen[start] || !self.data[start] {
                continue;
            }
            seen[start] = true;
            let mut part = vec![start];
            let mut next = 0;
            while next < part.len() {
                let i = part[next];
                next += 1;
                let (x, y) = (i % w, i / w);
                let around = [
                    (x > 0).then(|| i - 1),
                    (x + 1 < w).then_some(i + 1),
                    (y > 0).then(|| i - w),
                    (y + 1 < h).then_some(i + w),
                ];
                for j in around.into_iter().flatten() {
                    if self.data[j] && !seen[j] {
                        seen[j] = true;
                        part.push(j);
                    }
                }
            }
            found.push(part);
        }
        found
    }

    /// Only the pixels of `part`.
    pub fn of(width: usize, height: usize, part: &[usize]) -> Self {
        let mut data = vec![false; width * height];
        part.iter().for_each(|&i| data[i] = true);
        Self { width, height, data }
    }

    /// With every hole that does not reach the picture's edge filled.
    pub fn filled(&self) -> Self {
        let (w, h) = (self.width, self.height);
        let mut out = self.clone();
        for part in self.not().components() {
            let open = part.iter().any(|&i| {
                let (x, y) = (i % w, i / w);
                x == 0 || y == 0 || x + 1 == w || y + 1 == h
            });
            if !open {
                part.iter().for_each(|&i| out.data[i] = true);
            }
        }
        out
    }
}

/// Middle value; 0 when there are none. Reorders `values`.
pub(crate) fn median(values: &mut [f32]) -> f32 {
    quantile(values, 0.5)
}

/// Value below which a part `q` of `values` lies; 0 when there are none. Reorders `values`.
pub(crate) fn quantile(values: &mut [f32], q: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let k = ((values.len() - 1) as f32 * q.clamp(0.0, 1.0)).round() as usize;
    *values.select_nth_unstable_by(k, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disc(size: usize, r: f32) -> Bits {
        let c = (size as f32 - 1.0) / 2.0;
        Bits::from_fn(size, size, |i| {
            let (x, y) = ((i % size) as f32 - c, (i / size) as f32 - c);
            x.hypot(y) <= r
        })
    }

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
    fn dilate_then_erode_returns_a_disc() {
        let d = disc(61, 15.0);
        let back = d.dilated(5.0).eroded(5.0);
        let wrong = back.data.iter().zip(&d.data).filter(|(a, b)| a != b).count();
        assert!(wrong < d.count() / 20, "{wrong} of {}", d.count());
        assert!(d.dilated(4.0).count() > disc(61, 18.0).count());
        assert!(d.dilated(4.0).count() < disc(61, 20.0).count());
    }

    #[test]
    fn holes_fill_and_bays_stay() {
        let ring = disc(41, 15.0).and(&disc(41, 6.0).not());
        assert_eq!(ring.filled(), disc(41, 15.0));
        let half = Bits::from_fn(41, 41, |i| disc(41, 15.0).data[i] && i % 41 > 20);
        assert_eq!(half.filled(), half);
        assert_eq!(ring.not().components().len(), 2);
    }

    #[test]
    fn resizing_keeps_a_ramp() {
        let ramp = Plane::from_fn(64, 48, |x, y| x as f32 + 2.0 * y as f32);
        let small = ramp.resized(32, 24);
        // The middle of small pixel (10, 10) is (20.5, 20.5) in the large picture.
        assert!((small.at(10, 10) - 61.5).abs() < 0.01);
    }
}
