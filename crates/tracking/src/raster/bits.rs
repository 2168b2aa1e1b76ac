//! Yes/no pictures, a bit a pixel.

use crate::raster::parts::{self, Part, Run};
use crate::raster::plane::Plane;

/// Pixels of one word.
const WORD: usize = u64::BITS as usize;

/// A yes/no picture: rows of whole words, the first pixel in the lowest bit. Bits beyond the width are 0.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bits {
    pub width: usize,
    pub height: usize,
    words: Vec<u64>,
}

impl Bits {
    /// With no pixel set.
    pub fn none(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            words: vec![0; width.div_ceil(WORD) * height],
        }
    }

    /// One pixel after the other, row by row.
    pub fn collected(width: usize, height: usize, pixels: impl IntoIterator<Item = bool>) -> Self {
        let mut out = Self::none(width, height);
        let mut pixels = pixels.into_iter();
        for row in out.words.chunks_exact_mut(width.div_ceil(WORD)) {
            for (k, word) in row.iter_mut().enumerate() {
                for bit in 0..WORD.min(width - k * WORD) {
                    *word |= u64::from(pixels.next().unwrap_or(false)) << bit;
                }
            }
        }
        out
    }

    /// From each pixel's index in row order.
    pub fn from_fn(width: usize, height: usize, f: impl FnMut(usize) -> bool) -> Self {
        Self::collected(width, height, (0..width * height).map(f))
    }

    /// Where the plane is above the threshold.
    pub fn above(plane: &Plane, threshold: f32) -> Self {
        Self::collected(plane.width, plane.height, plane.data.iter().map(|&v| v > threshold))
    }

    /// Only the pixels of `part`.
    pub fn of(width: usize, height: usize, part: &Part) -> Self {
        let mut out = Self::none(width, height);
        out.add(part);
        out
    }

    /// Sets the pixels of `part`.
    pub fn add(&mut self, part: &Part) {
        part.pixels().for_each(|i| self.set(i));
    }

    fn set(&mut self, index: usize) {
        let (word, bit) = self.place(index);
        self.words[word] |= 1 << bit;
    }

    /// Whether the pixel of this index is set.
    pub fn has(&self, index: usize) -> bool {
        let (word, bit) = self.place(index);
        self.words[word] >> bit & 1 == 1
    }

    fn place(&self, index: usize) -> (usize, usize) {
        let (x, y) = (index % self.width, index / self.width);
        (y * self.stride() + x / WORD, x % WORD)
    }

    /// Words of one row.
    fn stride(&self) -> usize {
        self.width.div_ceil(WORD)
    }

    /// Every pixel, row by row.
    pub fn iter(&self) -> impl Iterator<Item = bool> + '_ {
        self.words
            .chunks_exact(self.stride())
            .flat_map(|row| (0..self.width).map(|x| row[x / WORD] >> (x % WORD) & 1 == 1))
    }

    /// Indices of the set pixels, ascending.
    pub fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        let stride = self.stride();
        self.words.iter().enumerate().flat_map(move |(k, &word)| {
            let first = k / stride * self.width + k % stride * WORD;
            let some = |rest: u64| (rest != 0).then_some(rest);
            std::iter::successors(some(word), move |rest| some(rest & (rest - 1)))
                .map(move |rest| first + rest.trailing_zeros() as usize)
        })
    }

    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn and(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    pub fn or(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// Without the pixels of `other`.
    pub fn without(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    pub fn not(&self) -> Self {
        let mut out = Self {
            words: self.words.iter().map(|word| !word).collect(),
            ..*self
        };
        out.clear_beyond();
        out
    }

    fn zip(&self, other: &Self, f: impl Fn(u64, u64) -> u64) -> Self {
        Self {
            words: self.words.iter().zip(&other.words).map(|(&a, &b)| f(a, b)).collect(),
            ..*self
        }
    }

    /// Clears the bits beyond the width.
    fn clear_beyond(&mut self) {
        let (stride, used) = (self.stride(), self.width % WORD);
        if used > 0 {
            let inside = (1 << used) - 1;
            self.words
                .iter_mut()
                .skip(stride - 1)
                .step_by(stride)
                .for_each(|word| *word &= inside);
        }
    }

    /// Mean of the coordinates, or `None` when empty.
    pub fn centroid(&self) -> Option<[f64; 2]> {
        let (mut n, mut sx, mut sy) = (0usize, 0usize, 0usize);
        for i in self.ones() {
            n += 1;
            sx += i % self.width;
            sy += i / self.width;
        }
        (n > 0).then(|| [sx as f64 / n as f64, sy as f64 / n as f64])
    }

    /// Grown by a disc of this radius, in pixels.
    pub fn dilated(&self, radius: f32) -> Self {
        let mut out = self.clone();
        let reach = (radius.max(0.0) as usize).min(self.width + self.height);
        // How far the disc reaches to either side, by the distance from its middle row: falling.
        let halves: Vec<usize> = (0..=reach)
            .map(|dy| (radius * radius - (dy * dy) as f32).sqrt() as usize)
            .collect();
        let stride = self.stride();
        let mut wide = vec![0; stride];
        for (y, row) in self.words.chunks_exact(stride).enumerate() {
            if row.iter().all(|word| *word == 0) {
                continue;
            }
            wide.copy_from_slice(row);
            let mut half = 0;
            // From the disc's narrow ends to its wide middle, so that the row only ever grows.
            for (dy, &wanted) in halves.iter().enumerate().rev() {
                while half < wanted.min(self.width) {
                    widen(&mut wide);
                    half += 1;
                }
                for to in [y.checked_sub(dy), (y + dy < self.height).then_some(y + dy)]
                    .into_iter()
                    .flatten()
                {
                    let to = &mut out.words[to * stride..(to + 1) * stride];
                    to.iter_mut().zip(&wide).for_each(|(to, word)| *to |= word);
                }
            }
        }
        out.clear_beyond();
        out
    }

    /// Shrunk by `radius` pixels; the outside of the picture counts as set.
    pub fn eroded(&self, radius: f32) -> Self {
        self.not().dilated(radius).not()
    }

    /// Without hairs and specks narrower than twice the radius.
    pub fn opened(&self, radius: f32) -> Self {
        self.eroded(radius).dilated(radius)
    }

    /// With every hole that does not reach the picture's edge filled.
    pub fn filled(&self) -> Self {
        let mut out = self.clone();
        let holes = self.not().parts();
        holes
            .iter()
            .filter(|hole| !hole.touches_edge(self.height))
            .for_each(|hole| out.add(hole));
        out
    }

    /// 4-connected parts, in the order of their first pixels.
    pub fn parts(&self) -> Vec<Part> {
        parts::joined(&self.runs(), self.width)
    }

    /// Runs of set pixels, row by row.
    fn runs(&self) -> Vec<Run> {
        let mut runs = Vec::new();
        for (y, row) in self.words.chunks_exact(self.stride()).enumerate() {
            let (mut before, mut start) = (0, None);
            for (k, word) in row.iter().enumerate() {
                // A run starts or ends where a pixel differs from the one before it.
                let mut edges = word ^ (word << 1 | before);
                before = word >> (WORD - 1);
                while edges != 0 {
                    let x = k * WORD + edges.trailing_zeros() as usize;
                    edges &= edges - 1;
                    match start.take() {
                        None => start = Some(x),
                        Some(from) => runs.push(Run { y, from, to: x }),
                    }
                }
            }
            if let Some(from) = start {
                runs.push(Run {
                    y,
                    from,
                    to: self.width,
                });
            }
        }
        runs
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
            data: self.iter().map(|set| if set { 0.0 } else { f32::MAX }).collect(),
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
}

/// A row grown by one pixel to either side.
fn widen(row: &mut [u64]) {
    let mut left = 0;
    for k in 0..row.len() {
        let word = row[k];
        let right = row.get(k + 1).map_or(0, |next| next << (WORD - 1));
        row[k] = word | word << 1 | word >> 1 | left | right;
        left = word >> (WORD - 1);
    }
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

    /// Pixels set by a rule without order, in a picture that is no whole number of words wide.
    fn specks(width: usize, height: usize, share: u32) -> Bits {
        let mut state = 7u32;
        Bits::from_fn(width, height, |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 24 < share
        })
    }

    #[test]
    fn pixels_are_counted_listed_and_inverted_at_any_width() {
        for width in [1, 63, 64, 65, 130] {
            let bits = specks(width, 9, 90);
            let set: Vec<usize> = (0..width * 9).filter(|&i| bits.has(i)).collect();
            assert_eq!(bits.ones().collect::<Vec<_>>(), set);
            assert_eq!(bits.count(), set.len());
            assert!(bits.iter().enumerate().all(|(i, set)| set == bits.has(i)));
            assert_eq!(bits.not().count(), width * 9 - set.len());
            assert_eq!(bits.not().not(), bits);
        }
    }

    #[test]
    fn grows_by_the_disc_of_every_pixel() {
        let (width, height) = (70, 33);
        let bits = specks(width, height, 3);
        for radius in [0.0, 1.5, 2.5, 7.7, 19.0] {
            let slow = Bits::from_fn(width, height, |i| {
                bits.ones().any(|j| {
                    let (dx, dy) = ((i % width).abs_diff(j % width), (i / width).abs_diff(j / width));
                    ((dx * dx + dy * dy) as f32) <= radius * radius
                })
            });
            assert_eq!(bits.dilated(radius), slow, "{radius}");
        }
    }

    #[test]
    fn parts_are_what_flooding_finds() {
        let (width, height) = (67, 40);
        for share in [40, 120, 160, 220] {
            let bits = specks(width, height, share);
            let parts = bits.parts();
            assert_eq!(parts.iter().map(Part::count).sum::<usize>(), bits.count());
            let mut left = bits.clone();
            for part in &parts {
                let mut flood = Bits::none(width, height);
                let mut open: Vec<usize> = left.ones().take(1).collect();
                while let Some(i) = open.pop() {
                    if bits.has(i) && !flood.has(i) {
                        flood.set(i);
                        open.extend((i % width > 0).then(|| i - 1));
                        open.extend(((i + 1) % width > 0).then_some(i + 1));
                        open.extend(i.checked_sub(width));
                        open.extend(Some(i + width).filter(|&below| below < width * height));
                    }
                }
                assert_eq!(Bits::of(width, height, part), flood);
                left = left.without(&flood);
            }
        }
    }

    #[test]
    fn dilate_then_erode_returns_a_disc() {
        let d = disc(61, 15.0);
        let back = d.dilated(5.0).eroded(5.0);
        let wrong = back.iter().zip(d.iter()).filter(|(a, b)| a != b).count();
        assert!(wrong < d.count() / 20, "{wrong} of {}", d.count());
        assert!(d.dilated(4.0).count() > disc(61, 18.0).count());
        assert!(d.dilated(4.0).count() < disc(61, 20.0).count());
    }

    #[test]
    fn holes_fill_and_bays_stay() {
        let ring = disc(41, 15.0).and(&disc(41, 6.0).not());
        assert_eq!(ring.filled(), disc(41, 15.0));
        let half = Bits::from_fn(41, 41, |i| disc(41, 15.0).has(i) && i % 41 > 20);
        assert_eq!(half.filled(), half);
        assert_eq!(ring.not().parts().len(), 2);
    }
}
