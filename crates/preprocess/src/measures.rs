//! Sums over the pixels of the judged square, in whole numbers so that compilers vectorise them.

/// Codes at or beyond which a pixel counts as clipped.
const DARK: u8 = 6;
const BRIGHT: u8 = 249;

/// A mirroring pixel is at least this bright and nearly without colour (spread of its channels).
const GLARE_LEVEL: u8 = 235;
const GLARE_SPREAD: u8 = 28;

/// Neighbours on each side of the blur: nine in all, as in the paper.
const REACH: usize = 4;
const WINDOW: u32 = 2 * REACH as u32 + 1;

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
    for (&[r, g, b], luma) in pixels.iter().zip(luma) {
        // 0.299, 0.587 and 0.114 in 1/256.
        let level = (77 * u32::from(r) + 150 * u32::from(g) + 29 * u32::from(b) + 128) >> 8;
        let (low, high) = (r.min(g).min(b), r.max(g).max(b));
        *luma = level as u8;
        counts.luma += level;
        counts.dark += u32::from(level <= u32::from(DARK));
        counts.bright += u32::from(high >= BRIGHT);
        counts.glare += u32::from(low >= GLARE_LEVEL && high - low <= GLARE_SPREAD);
    }
    counts
}

/// How much contrast between neighbours a strong blur takes away, along rows, columns and both diagonals, 0 to 1: a
/// picture that is blurred already has little to lose. One minus the blur effect of Crété et al., 2007, but for
/// differences of one level, which rounding alone makes: they count as contrast and not as lost.
#[inline(always)]
pub(crate) fn sharpness(luma: &[u8], side: usize) -> [f32; 4] {
    const FAR: usize = REACH + 1;
    let mut losses = [Loss::default(), Loss::default(), Loss::default(), Loss::default()];
    let inner = REACH..side - FAR;
    for y in inner.clone() {
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

/// Contrast, and what of it a moving average of [`WINDOW`] samples takes away; both times [`WINDOW`].
#[derive(Debug, Default)]
struct Loss {
    contrast: u64,
    lost: u64,
}

impl Loss {
    /// Neighbours `a` and `b`; the window around `a` begins at `leaving`, that around `b` ends at `entering`, so that
    /// the two averages differ by just these.
    #[inline(always)]
    fn add(&mut self, a: &[u8], b: &[u8], leaving: &[u8], entering: &[u8]) {
        let (mut contrast, mut lost) = (0u32, 0u32);
        for (((a, b), leaving), entering) in a.iter().zip(b).zip(leaving).zip(entering) {
            let difference = WINDOW * u32::from(a.abs_diff(*b));
            contrast += difference;
            lost += difference.saturating_sub(WINDOW + u32::from(leaving.abs_diff(*entering)));
        }
        self.contrast += u64::from(contrast);
        self.lost += u64::from(lost);
    }

    fn share(&self) -> f32 {
        if self.contrast == 0 {
            0.0
        } else {
            self.lost as f32 / self.contrast as f32
        }
    }
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
