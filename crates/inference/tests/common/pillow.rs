//! Pillow's `Image.resize((w, h), BILINEAR, box=...)` on 8-bit channels, to the bit: the arithmetic that Python fed the
//! network with. Only for tests that compare networks; the SDK resamples in skinkit-preprocess.

const BITS: u32 = 22;

struct Taps {
    first: usize,
    weights: Vec<i64>,
}

fn taps(size: usize, low: f64, high: f64, count: usize) -> Vec<Taps> {
    let scale = (high - low) / count as f64;
    let support = scale.max(1.0);
    (0..count)
        .map(|index| {
            let centre = low + (index as f64 + 0.5) * scale;
            let first = ((centre - support + 0.5).max(0.0)) as usize;
            let end = ((centre + support + 0.5) as usize).min(size);
            let at = |i: usize| (1.0 - ((i as f64 - centre + 0.5) / support).abs()).max(0.0);
            let sum: f64 = (first..end).map(at).sum();
            let weights = (first..end)
                .map(|i| (at(i) / sum * f64::from(1 << BITS) + 0.5) as i64)
                .collect();
            Taps { first, weights }
        })
        .collect()
}

fn clip(sum: i64) -> u8 {
    (sum >> BITS).clamp(0, 255) as u8
}

/// Resizes the square of `side` around `centre` of an RGB picture to `width` x `height`: rows first, and columns first.
/// Versions of Pillow differ in which they take for a tall picture; the results differ by one unit of rounding.
pub fn resize(rgb: &[u8], size: (usize, usize), square: ([f32; 2], f32), width: usize, height: usize) -> [Vec<u8>; 2] {
    let ([x, y], half) = (square.0.map(f64::from), f64::from(square.1) / 2.0);
    let columns = taps(size.0, x - half, x + half, width);
    let rows = taps(size.1, y - half, y + half, height);
    let across = |rgb: &[u8], lines: usize| pass(rgb, lines, size.0 * 3, 3, &columns);
    let down = |rgb: &[u8], length: usize| pass(rgb, 1, 0, length, &rows);
    [
        down(&across(rgb, size.1), width * 3),
        across(&down(rgb, size.0 * 3), height),
    ]
}

/// Filters each of `lines` lines, `stride` bytes apart, whose samples are `step` bytes long.
fn pass(bytes: &[u8], lines: usize, stride: usize, step: usize, taps: &[Taps]) -> Vec<u8> {
    let mut out = Vec::with_capacity(lines * taps.len() * step);
    for line in 0..lines {
        for taps in taps {
            for at in 0..step {
                let sample = |i: usize| i64::from(bytes[line * stride + (taps.first + i) * step + at]);
                let sum: i64 = taps
                    .weights
                    .iter()
                    .enumerate()
                    .map(|(i, weight)| sample(i) * weight)
                    .sum();
                out.push(clip(sum + (1 << (BITS - 1))));
            }
        }
    }
    out
}
