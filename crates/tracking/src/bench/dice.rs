/// SplitMix64 (Steele, Lea & Flood 2014): the bench must give the same pictures everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in low..high.
    pub fn within(&mut self, low: f32, high: f32) -> f32 {
        let unit = (self.next() >> 40) as f32 / (1u64 << 24) as f32;
        low + unit * (high - low)
    }

    /// Normal of mean 0 and standard deviation `sd` (sum of twelve uniforms).
    pub fn normal(&mut self, sd: f32) -> f32 {
        (0..12).map(|_| self.within(0.0, 1.0)).sum::<f32>() * sd - 6.0 * sd
    }

    /// A seed of its own for a named part, so that adding parts does not reshuffle the others.
    pub fn seed_of(seed: u64, name: &str, part: u64) -> u64 {
        // FNV-1a.
        name.bytes()
            .chain(part.to_le_bytes())
            .fold(0xCBF2_9CE4_8422_2325 ^ seed, |h, b| {
                (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3)
            })
    }
}
