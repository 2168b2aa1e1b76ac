//! A seeded random generator.

/// SplitMix64 (Steele, Lea and Flood 2014). Its stream is part of what it promises: a bench or a permutation test gives
/// the same result on every machine and with every later version. Not for keys.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A stream of its own for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream for a named part of a task, so that adding parts does not reshuffle the others (FNV-1a of the name).
    pub fn named(seed: u64, name: &str, part: u64) -> Self {
        Self(
            name.bytes()
                .chain(part.to_le_bytes())
                .fold(0xCBF2_9CE4_8422_2325 ^ seed, |h, b| {
                    (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3)
                }),
        )
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in `low..high`, in steps of 2⁻²⁴ of the range.
    pub fn within(&mut self, low: f32, high: f32) -> f32 {
        let unit = (self.bits() >> 40) as f32 / (1u64 << 24) as f32;
        low + unit * (high - low)
    }

    /// Uniform in `0..n`, `n` > 0; the bias is under `n` / 2⁶⁴.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }

    /// Nearly normal, of mean 0 and standard deviation `sd`: the sum of twelve uniforms, never beyond 6 `sd`.
    pub fn normal(&mut self, sd: f32) -> f32 {
        (0..12).map(|_| self.within(0.0, 1.0)).sum::<f32>() * sd - 6.0 * sd
    }

    /// Shuffles in place (Fisher and Yates).
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for i in (1..values.len()).rev() {
            values.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        // First outputs for seed 1234567, from the reference implementation.
        let mut r = Random::new(1_234_567);
        assert_eq!(
            [r.bits(), r.bits(), r.bits()],
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn uniforms_and_normals_have_their_moments() {
        let mut r = Random::named(7, "moments", 0);
        let n = 20_000;
        let normal: Vec<f64> = (0..n).map(|_| f64::from(r.normal(2.0))).collect();
        let mean = normal.iter().sum::<f64>() / f64::from(n);
        let sd = (normal.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / f64::from(n)).sqrt();
        assert!(mean.abs() < 0.06 && (sd - 2.0).abs() < 0.05, "{mean} {sd}");
        let mut places: Vec<usize> = (0..50).collect();
        r.shuffle(&mut places);
        assert!(!places.is_sorted());
        places.sort_unstable();
        assert_eq!(places, (0..50).collect::<Vec<_>>());
    }
}
