//! Sums over the pixels of the judged square, in whole numbers so that compilers vectorise them.

/// Codes at or beyond which a pixel counts as clipped.
const DARK: u8 = 6;
const BRIGHT: u8 = 249;

/// A mirroring pixel is at least this bright and nearly without colour (spread of its channels).
const GLARE_LEVEL: u8 = 235;
const GLARE_SPREAD: u8 = 28;

/// Neighbours on each side of the blur: nine in all, as in the paper.
const REACH: usize = 4;
const WINDOW: u16 = 2 * REACH as u16 + 1;

/// Samples looked at together.
const LANES: usize = 16;

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

/// Counts, and BT.601 luma on the way.
#[inline(always)]
pub(crate) fn measure_counts(pixels: &[[u8; 3]], luma: &mut [u8]) -> Counts {
    let mut counts = Counts::default();
    let (many, few) = pixels.as_chunks::<LANES>();
    let (levels, last) = luma.as_chunks_mut::<LANES>();
    for (pixels, levels) in many.iter().zip(levels) {
        counts.add(pixels, levels);
    }
    for (pixel, level) in few.iter().zip(last) {
        counts.add(&[*pixel], std::array::from_mut(level));
    }
    counts
}

impl Counts {
    #[inline(always)]
    fn add<const N: usize>(&mut self, pixels: &[[u8; 3]; N], luma: &mut [u8; N]) {
        let [mut red, mut green, mut blue] = [[0u8; N]; 3];
        for lane in 0..N {
            [red[lane], green[lane], blue[lane]] = pixels[lane];
        }
        let [mut dark, mut bright, mut glare] = [[0u8; N]; 3];
        for lane in 0..N {
            let (r, g, b) = (red[lane], green[lane], blue[lane]);
            // 0.299, 0.587 and 0.114 in 1/256: sixteen bits are just enough.
            let weigh = |weight: u16, level: u8| weight.wrapping_mul(u16::from(level));
            let sum = weigh(77, r).wrapping_add(weigh(150, g)).wrapping_add(weigh(29, b));
            let level = (sum.wrapping_add(128) >> 8) as u8;
            let (low, high) = (r.min(g).min(b), r.max(g).max(b));
            luma[lane] = level;
            dark[lane] = u8::from(level <= DARK);
            bright[lane] = u8::from(high >= BRIGHT);
            glare[lane] = u8::from((low >= GLARE_LEVEL) & (high.wrapping_sub(low) <= GLARE_SPREAD));
        }
        let sum = |lanes: &[u8; N]| lanes.iter().fold(0u32, |sum, lane| sum.wrapping_add(u32::from(*lane)));
        self.luma += sum(luma);
        self.dark += sum(&dark);
        self.bright += sum(&bright);
        self.glare += sum(&glare);
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
    /// the two averages differ by just these. As many of each, at most 28 times [`LANES`]: a row's sums have 16 bits.
    #[inline(always)]
    fn add(&mut self, a: &[u8], b: &[u8], leaving: &[u8], entering: &[u8]) {
        let mut row = Row::default();
        let ([a, b], [leaving, entering]) = (
            [a.as_chunks(), b.as_chunks()],
            [leaving.as_chunks(), entering.as_chunks()],
        );
        for (((a, b), leaving), entering) in a.0.iter().zip(b.0).zip(leaving.0).zip(entering.0) {
            row.add(a, b, leaving, entering);
        }
        row.add(&filled(a.1), &filled(b.1), &filled(leaving.1), &filled(entering.1));
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

/// The end of a row, and zeros, which differ by nothing.
#[inline(always)]
fn filled(end: &[u8]) -> [u8; LANES] {
    let mut lanes = [0; LANES];
    lanes[..end.len()].copy_from_slice(end);
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_what_they_say() {
        let pixels = [[0, 0, 0], [255, 100, 100], [250, 248, 247], [120, 120, 120]];
        let mut luma = [0; 4];
        let counts = measure_counts(&pixels, &mut luma);
        assert_eq!((counts.dark, counts.bright, counts.glare), (1, 2, 1));
        assert_eq!(luma, [0, 147, 248, 120]);
        assert_eq!(counts.luma, 515);
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
