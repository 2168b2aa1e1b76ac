//! Weights of a separable antialiased (triangle) resampling along one axis.

/// For each output position: the first input position and its weights.
#[derive(Debug, Default)]
pub(crate) struct Kernel {
    /// First input index and number of weights of each output.
    pub spans: Vec<(usize, usize)>,
    /// `taps` weights an output in units of 1/65,536, zero-padded.
    weights: Vec<u16>,
    /// Weights reserved for one output.
    taps: usize,
    /// The weights of one output, before they are rounded.
    exact: Vec<f64>,
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
        self.spans.clear();
        self.weights.clear();
        self.weights.resize(self.taps * count, 0);
        for (index, weights) in self.weights.chunks_exact_mut(self.taps).enumerate() {
            let centre = low + (index as f64 + 0.5) * scale;
            let first = (centre - support + 0.5).clamp(0.0, size as f64) as usize;
            let end = (centre + support + 0.5).clamp(0.0, size as f64) as usize;
            let weight = |at: usize| (1.0 - ((at as f64 - centre + 0.5) / support).abs()).max(0.0);
            self.exact.clear();
            self.exact.extend((first..end).take(self.taps).map(weight));
            if self.exact.iter().sum::<f64>() > 0.0 {
                round_weights(&self.exact, weights);
                self.spans.push((first, self.exact.len()));
            } else {
                weights[0] = u16::MAX;
                self.spans.push((if centre < 0.0 { 0 } else { size - 1 }, 1));
            }
        }
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

/// Rounds weights to units of 1/65,536 so that they sum to one (65,535 where one weight has it all), carrying each
/// rounding error into the next weight.
fn round_weights(exact: &[f64], rounded: &mut [u16]) {
    let unit = 65536.0 / exact.iter().sum::<f64>();
    let (mut sum, mut given) = (0.0, 0.0);
    for (slot, weight) in rounded.iter_mut().zip(exact).filter(|(_, weight)| **weight > 0.0) {
        sum += weight * unit;
        // Adding 1.5·2⁵² leaves the nearest whole number, and the next weight does not wait for a conversion.
        let value = (sum - given + ROUND - ROUND).min(65_535.0);
        given += value;
        *slot = value as u16;
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
