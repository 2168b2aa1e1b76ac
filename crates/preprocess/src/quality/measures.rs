//! Sums over the pixels of the judged square, in whole numbers so that compilers vectorize them.

use crate::resample::lanes::{LANES, Lanes};

/// Codes at or beyond which a pixel counts as clipped.
const DARK: u8 = 6;
const BRIGHT: u8 = 249;

/// A mirroring pixel is at least this bright and nearly without colour (spread of its channels).
const GLARE_LEVEL: u8 = 235;
const GLARE_SPREAD: u8 = 28;

/// Neighbours on each side of the blur: nine in all, as in the paper.
const REACH: usize = 4;
const WINDOW: u16 = 2 * REACH as u16 + 1;

/// What pixels say one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Sum of luma.
    pub luma: u32,
    /// Black pixels.
    pub dark: u32,
    /// Pixels with a channel at its upper end.
    pub bright: u32,
    /// Bright pixels without colour.
    pub glare: u32,
}

impl Counts {
    /// Counts a block of at most 257 columns (a lane's sums have 16 bits) and writes its BT.601 luma, row by row.
    /// Columns beyond the last whole tile of [`LANES`] are left out.
    #[inline(always)]
    pub fn add(&mut self, lanes: impl Lanes, columns: &[[[u8; LANES]; 3]], luma: &mut [u8]) {
        let mut sums = Sums::default();
        for (tile, colours) in columns.as_chunks::<LANES>().0.iter().enumerate() {
            let mut levels = [[0; LANES]; LANES];
            for (levels, colours) in levels.iter_mut().zip(colours) {
                *levels = sums.add(colours);
            }
            let rows = luma.chunks_exact_mut(columns.len());
            for (row, levels) in rows.zip(lanes.transpose_bytes(&levels)) {
                row[tile * LANES..][..LANES].copy_from_slice(&levels);
            }
        }
        let sum = |lanes: [u16; LANES]| lanes.into_iter().map(u32::from).sum::<u32>();
        self.luma += sum(sums.luma);
        self.dark += sum(sums.dark);
        self.bright += sum(sums.bright);
        self.glare += sum(sums.glare);
    }
}

/// [`Counts`] of one block, one lane a row.
#[derive(Default)]
struct Sums {
    luma: [u16; LANES],
    dark: [u16; LANES],
    bright: [u16; LANES],
    glare: [u16; LANES],
}

impl Sums {
    /// Counts one column and returns its luma.
    #[inline(always)]
    fn add(&mut self, [red, green, blue]: &[[u8; LANES]; 3]) -> [u8; LANES] {
        let mut luma = [0; LANES];
        for lane in 0..LANES {
            let (r, g, b) = (red[lane], green[lane], blue[lane]);
            // 0.299, 0.587 and 0.114 in 1/256: sixteen bits are just enough.
            let weigh = |weight: u16, level: u8| weight.wrapping_mul(u16::from(level));
            let sum = weigh(77, r).wrapping_add(weigh(150, g)).wrapping_add(weigh(29, b));
            let level = sum.wrapping_add(128) >> 8;
            let (low, high) = (r.min(g).min(b), r.max(g).max(b));
            let mirrors = (low >= GLARE_LEVEL) & (high.wrapping_sub(low) <= GLARE_SPREAD);
            let count = |sum: &mut u16, more: u16| *sum = sum.wrapping_add(more);
            count(&mut self.luma[lane], level);
            count(&mut self.dark[lane], u16::from(level <= u16::from(DARK)));
            count(&mut self.bright[lane], u16::from(high >= BRIGHT));
            count(&mut self.glare[lane], u16::from(mirrors));
            luma[lane] = level as u8;
        }
        luma
    }
}

/// How much contrast between neighbours a strong blur takes away, along rows, columns and both diagonals, 0 to 1: a
/// picture that is blurred already has little to lose. One minus the blur effect of Crété et al., 2007, but for
/// differences of one level, which rounding alone makes: they count as contrast and not as lost.
#[inline(always)]
pub(crate) fn sharpness(luma: &[u8], side: usize) -> [f32; 4] {
    const FAR: usize = REACH + 1;
    let mut losses = [Loss::default(), Loss::default(), Loss::default(), Loss::default()];
    let inner = REACH..side - FAR;
    // Every other row says as much as all of them.
    for y in inner.clone().step_by(2) {
        let line = |y: usize, shift: isize| {
            let from = (y * side + REACH).wrapping_add_signed(shift);
            &luma[from..from + inner.len()]
        };
        let (near, far) = (REACH as isize, FAR as isize);
        for (loss, [x, down]) in losses.iter_mut().zip([[1, 0], [0, 1], [1, 1], [-1, 1]]) {
            let (next, leave, enter) = if down == 0 {
                (y, y, y)
            } else {
                (y + 1, y - REACH, y + FAR)
            };
            loss.add(line(y, 0), line(next, x), line(leave, -near * x), line(enter, far * x));
        }
    }
    losses.map(|loss| loss.share())
}

/// Contrast, and what of it a moving average of [`WINDOW`] samples takes away; both times [`WINDOW`], and in lanes whose
/// sum it is.
#[derive(Debug, Default)]
struct Loss {
    contrast: [u32; LANES],
    lost: [u32; LANES],
}

impl Loss {
    /// Neighbours `a` and `b`; the window around `a` begins at `leaving`, that around `b` ends at `entering`, so that
    /// the two averages differ by just these. As many of each, [`LANES`] to 28 times that: a row's sums have 16 bits.
    #[inline(always)]
    fn add(&mut self, a: &[u8], b: &[u8], leaving: &[u8], entering: &[u8]) {
        let mut row = Row::default();
        let lines = [a, b, leaving, entering].map(|line| line.as_chunks().0);
        for (((a, b), leaving), entering) in lines[0].iter().zip(lines[1]).zip(lines[2]).zip(lines[3]) {
            row.add(a, b, leaving, entering);
        }
        let rest = a.len() % LANES;
        row.add(
            &end(a, rest),
            &end(b, rest),
            &end(leaving, LANES),
            &end(entering, LANES),
        );
        for lane in 0..LANES {
            self.contrast[lane] = self.contrast[lane].wrapping_add(u32::from(row.contrast[lane]));
            self.lost[lane] = self.lost[lane].wrapping_add(u32::from(row.lost[lane]));
        }
    }

    fn share(&self) -> f32 {
        let [lost, contrast] = [self.lost, self.contrast].map(|lanes| lanes.into_iter().map(u64::from).sum::<u64>());
        if contrast == 0 {
            0.0
        } else {
            lost as f32 / contrast as f32
        }
    }
}

/// The same of one row.
#[derive(Default)]
struct Row {
    contrast: [u16; LANES],
    lost: [u16; LANES],
}

impl Row {
    #[inline(always)]
    fn add(&mut self, a: &[u8; LANES], b: &[u8; LANES], leaving: &[u8; LANES], entering: &[u8; LANES]) {
        for lane in 0..LANES {
            let difference = WINDOW.wrapping_mul(u16::from(a[lane].abs_diff(b[lane])));
            let left = WINDOW.wrapping_add(u16::from(leaving[lane].abs_diff(entering[lane])));
            self.contrast[lane] = self.contrast[lane].wrapping_add(difference);
            self.lost[lane] = self.lost[lane].wrapping_add(difference.saturating_sub(left));
        }
    }
}

/// The end of a row: its last `count` samples, and zeros before them, which differ by nothing. They are read at once, as
/// building the vector byte by byte is slow.
#[inline(always)]
fn end(line: &[u8], count: usize) -> [u8; LANES] {
    let mut lanes = line.last_chunk().copied().unwrap_or([0; LANES]);
    for (before, lane) in (0..LANES).rev().zip(&mut lanes) {
        *lane = if before < count { *lane } else { 0 };
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resample::lanes::Plain;

    #[test]
    fn counts_are_what_they_say() {
        let mut columns = [[[120; LANES]; 3]; LANES];
        let pixels = [[0, 0, 0], [255, 100, 100], [250, 248, 247]];
        for (column, pixel) in columns.iter_mut().zip(pixels) {
            // In the second row.
            column.iter_mut().zip(pixel).for_each(|(lanes, level)| lanes[1] = level);
        }
        let (mut counts, mut luma) = (Counts::default(), [0; LANES * LANES]);
        counts.add(Plain, &columns, &mut luma);
        assert_eq!((counts.dark, counts.bright, counts.glare), (1, 2, 1));
        assert_eq!(luma[LANES..][..4], [0, 147, 248, 120]);
        assert_eq!(counts.luma, 395 + 253 * 120);
    }

    #[test]
    fn stripes_are_sharp_across_and_ramps_are_not() {
        let side = 32;
        let stripes: Vec<u8> = (0..side * side)
            .map(|i| if i % side % 2 == 0 { 50 } else { 200 })
            .collect();
        let [across, down, ..] = sharpness(&stripes, side);
        assert!(across > 0.85 && down == 0.0, "{across} {down}");
        let ramp: Vec<u8> = (0..side * side).map(|i| (i % side * 5) as u8).collect();
        assert_eq!(sharpness(&ramp, side)[0], 0.0, "a ramp has nothing to lose");
    }
}
