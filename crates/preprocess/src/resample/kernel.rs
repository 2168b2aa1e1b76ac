//! Weights of a separable antialiased (triangle) resampling along one axis.

use crate::resample::lanes::vectorize;
use crate::resample::room::resize_with_room;

/// Outputs whose weights are made at a time.
const TOGETHER: usize = 8;

/// For each output position: the first input position and its weights.
#[derive(Debug, Default)]
pub(crate) struct Kernel {
    /// First input index and number of weights of each output.
    pub spans: Vec<(usize, usize)>,
    /// `taps` weights an output in units of 1/65,536, zero-padded.
    weights: Vec<u16>,
    /// Weights reserved for one output.
    taps: usize,
    /// The weights of some outputs, tap by tap, before they are rounded.
    exact: Vec<[f64; TOGETHER]>,
    reach: (usize, usize),
    /// Most weights that an output has.
    pub most: usize,
    made_for: Option<(usize, f64, f64, usize)>,
}

impl Kernel {
    /// Maps `low..high` of an input of `size` samples to `count` outputs, by Pillow's rule: a triangle as wide as
    /// the scale, cut at the input's ends and normalised. Beyond the ends the nearest sample stands in.
    ///
    /// Costs nothing when asked for the same again, and allocates only to grow.
    pub fn prepare(&mut self, size: usize, low: f64, high: f64, count: usize) {
        let wanted = Some((size, low, high, count));
        if self.made_for == wanted {
            return;
        }
        self.made_for = wanted;
        let scale = (high - low) / count as f64;
        let support = scale.max(1.0);
        self.taps = (2.0 * support).ceil().min(size as f64) as usize + 1;
        resize_with_room(&mut self.exact, self.taps, [0.0; TOGETHER]);
        resize_with_room(&mut self.weights, self.taps * count, 0);
        resize_with_room(&mut self.spans, count, (0, 0));
        let task = Weigh {
            size,
            low,
            scale,
            support,
            taps: self.taps,
            exact: &mut self.exact,
            spans: &mut self.spans,
            weights: &mut self.weights,
        };
        vectorize(pulp::Arch::new(), task);
        let ends = self.spans.iter().map(|(first, count)| (*first, first + count));
        self.reach = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or_default();
        self.most = self.spans.iter().map(|span| span.1).max().unwrap_or(0);
    }

    /// The input range that any output reads.
    pub fn reach(&self) -> (usize, usize) {
        self.reach
    }

    /// First input index and weights of one output.
    pub fn span(&self, index: usize) -> (usize, &[u16]) {
        let (first, count) = self.spans[index];
        (first, &self.weights[index * self.taps..index * self.taps + count])
    }
}

/// 1.5·2⁵²: beyond it a number has no fraction.
pub(crate) const ROUND: f64 = 6_755_399_441_055_744.0;

/// What [`Kernel::prepare`] does for some outputs at a time.
struct Weigh<'a> {
    size: usize,
    low: f64,
    scale: f64,
    support: f64,
    taps: usize,
    exact: &'a mut [[f64; TOGETHER]],
    spans: &'a mut [(usize, usize)],
    weights: &'a mut [u16],
}

impl pulp::NullaryFnOnce for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            size,
            low,
            scale,
            support,
            taps,
            exact,
            spans,
            weights,
        } = self;
        let groups = spans.chunks_mut(TOGETHER).zip(weights.chunks_mut(taps * TOGETHER));
        for (group, (spans, weights)) in groups.enumerate() {
            let [mut centre, mut first, mut count, mut sum] = [[0.0; TOGETHER]; 4];
            for i in 0..TOGETHER {
                centre[i] = low + ((group * TOGETHER + i) as f64 + 0.5) * scale;
                let within = |edge: f64| edge.clamp(0.0, size as f64) as usize;
                let (from, end) = (within(centre[i] - support + 0.5), within(centre[i] + support + 0.5));
                (first[i], count[i]) = (from as f64, end.saturating_sub(from).min(taps) as f64);
            }
            for (tap, exact) in exact.iter_mut().enumerate() {
                let tap = tap as f64;
                for i in 0..TOGETHER {
                    let weight = 1.0 - ((first[i] + tap - centre[i] + 0.5) / support).abs();
                    exact[i] = if tap < count[i] && weight > 0.0 { weight } else { 0.0 };
                    sum[i] += exact[i];
                }
            }
            // Rounded to units of 1/65,536 so that they sum to one (65,535 where one has it all): each rounding error
            // is carried into the next weight.
            let [mut unit, mut total, mut given] = [[0.0; TOGETHER]; 3];
            for i in 0..TOGETHER {
                unit[i] = 65536.0 / sum[i];
            }
            for (tap, exact) in exact.iter().enumerate() {
                let mut rounded = [0; TOGETHER];
                for i in 0..TOGETHER {
                    total[i] += exact[i] * unit[i];
                    let nearest = total[i] - given[i] + ROUND - ROUND;
                    let most = if exact[i] > 0.0 { 65_535.0 } else { 0.0 };
                    let value = if nearest < most { nearest } else { most };
                    given[i] += value;
                    // The lowest bits are the whole number.
                    rounded[i] = (value + ROUND).to_bits() as u16;
                }
                for (weights, rounded) in weights.chunks_exact_mut(taps).zip(rounded) {
                    weights[tap] = rounded;
                }
            }
            for (i, (span, weights)) in spans.iter_mut().zip(weights.chunks_exact_mut(taps)).enumerate() {
                *span = (first[i] as usize, count[i] as usize);
                if sum[i] <= 0.0 {
                    *span = (if centre[i] < 0.0 { 0 } else { size - 1 }, 1);
                    weights[0] = u16::MAX;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one_wherever_the_window_lies() {
        let mut kernel = Kernel::default();
        for (low, high, count) in [(0.0, 100.0, 7), (-40.0, 30.0, 9), (90.5, 250.0, 5), (3.2, 4.1, 11)] {
            kernel.prepare(100, low, high, count);
            for index in 0..count {
                let (first, weights) = kernel.span(index);
                assert!(first + weights.len() <= 100);
                let sum: u32 = weights.iter().map(|&w| u32::from(w)).sum();
                assert!((65535..=65536).contains(&sum), "{low} {high} {index}: {sum}");
            }
        }
    }

    #[test]
    fn one_to_one_is_the_identity() {
        let mut kernel = Kernel::default();
        kernel.prepare(10, 2.0, 8.0, 6);
        for index in 0..6 {
            let (first, weights) = kernel.span(index);
            let used: Vec<_> = (first..).zip(weights).filter(|(_, w)| **w > 0).collect();
            assert_eq!(used, [(index + 2, &u16::MAX)]);
        }
    }
}
