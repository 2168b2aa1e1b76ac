//! A patch of skin that is found again by its own texture: for the body, where no mesh carries a site.

use base64::Engine as _;
use base64::display::Base64Display;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use skinkit_preprocess::ndarray::Array3;
use skinkit_preprocess::{Frame, Resampler, Roi};

use crate::Result;
use crate::body::hand::wrap;
use crate::site::spectrum::{SIDE, Spectra, log_polar, log_step};

/// Rows and columns of a [`SitePatch`].
pub const PATCH_SIDE: usize = SIDE;
/// Least correlation of a match, `0..=1`.
pub const MIN_MATCH: f32 = 0.6;
/// Most that a match may be scaled against the search region.
const SCALES: std::ops::RangeInclusive<f32> = 0.5..=2.0;
/// Least share of the reference that must lie in the search region.
const LEAST_OVERLAP: f32 = 0.5;

/// What a place looked like: brightness only, flattened. Kept with a site, it takes 16 kB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SitePatch {
    /// [`PATCH_SIDE`] rows of as many bytes.
    grey: Vec<u8>,
}

/// As base64: a list of 16384 numbers is three times as long.
impl Serialize for SitePatch {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(&self.grey, &BASE64))
    }
}

impl<'de> Deserialize<'de> for SitePatch {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let grey = BASE64.decode(text).map_err(serde::de::Error::custom)?;
        if grey.len() != SIDE * SIDE {
            return Err(serde::de::Error::invalid_length(grey.len(), &"16384 bytes"));
        }
        Ok(Self { grey })
    }
}

/// What came of looking for a patch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PatchMatch {
    /// The patch is there.
    Matched {
        /// Where the patch's region is in the new picture, with its turn and scale.
        roi: Roi,
        /// Correlation with the reference where both are seen, [`MIN_MATCH`]`..=1`.
        confidence: f32,
    },
    /// Nothing like it is there: ask the user for the place.
    Unmatched {
        /// The best correlation that was found, `-1..=1`.
        best: f32,
    },
}

/// Takes and finds patches. Holds its work buffers: one a thread.
///
/// Turn and scale come from the spectra (Fourier-Mellin, Reddy and Chatterji 1996), the shift from phase correlation,
/// and all four are then refined on the correlation of the pixels themselves. Skin without any texture cannot be
/// matched, and says so.
pub struct PatchMatcher {
    resampler: Resampler,
    rgb: Array3<u8>,
    spectra: Spectra,
}

impl Default for PatchMatcher {
    fn default() -> Self {
        Self::new()
    }
}

/// Where a cell of the reference lies in the search grid: turn, scale, shift in cells.
#[derive(Debug, Clone, Copy)]
struct Placement {
    turn: f32,
    scale: f32,
    shift: [f32; 2],
}

impl PatchMatcher {
    /// A matcher; it needs no model.
    pub fn new() -> Self {
        Self {
            resampler: Resampler::new(),
            rgb: Array3::zeros((SIDE, SIDE, 3)),
            spectra: Spectra::new(),
        }
    }

    /// Takes the patch of a region, to be kept with a site.
    ///
    /// # Errors
    /// The region is unusable or outside the picture.
    pub fn take(&mut self, frame: &Frame<'_>, roi: &Roi) -> Result<SitePatch> {
        let grey = self.sample(frame, roi)?;
        Ok(SitePatch {
            grey: grey.into_iter().map(|v| v.round() as u8).collect(),
        })
    }

    /// Looks for a patch in a region of about the same size around the user's pin: it may be turned by any angle,
    /// scaled by a half to two, and lie up to a third of the region aside.
    ///
    /// # Errors
    /// The region is unusable or outside the picture.
    pub fn find(&mut self, patch: &SitePatch, frame: &Frame<'_>, search: &Roi) -> Result<PatchMatch> {
        let reference = flattened(&patch.grey.iter().map(|v| f32::from(*v)).collect::<Vec<_>>());
        let picture = flattened(&self.sample(frame, search)?);
        let (a, b) = (self.spectra.of(&reference, true), self.spectra.of(&picture, true));
        let (polar_a, polar_b) = (log_polar(&a), log_polar(&b));
        let (polar_a, polar_b) = (self.spectra.of(&polar_a, false), self.spectra.of(&polar_b, false));
        let ([columns, rows], _) = self.spectra.shift(&polar_a, &polar_b);
        let turn = std::f32::consts::PI * rows / SIDE as f32;
        // A larger picture has lower frequencies.
        let scale = (-columns * log_step()).exp();
        let mut best = (-1.0f32, None);
        // Spectra do not tell a turn from the opposite one; and no turn at all is always worth a look.
        for (turn, scale) in [(turn, scale), (turn + std::f32::consts::PI, scale), (0.0, 1.0)] {
            if !SCALES.contains(&scale) {
                continue;
            }
            let start = Placement {
                turn,
                scale,
                shift: [0.0; 2],
            };
            let upright = drawn_through(&picture, &start);
            let spectrum = self.spectra.of(&upright, true);
            let ([dx, dy], _) = self.spectra.shift(&a, &spectrum);
            let (sin, cos) = turn.sin_cos();
            let shift = [scale * (cos * dx - sin * dy), scale * (sin * dx + cos * dy)];
            let (value, placement) = refined(&reference, &picture, Placement { shift, ..start });
            if value > best.0 {
                best = (value, Some(placement));
            }
        }
        Ok(match best {
            (confidence, Some(placement)) if confidence >= MIN_MATCH => PatchMatch::Matched {
                roi: placed(search, &placement),
                confidence: confidence.min(1.0),
            },
            (best, _) => PatchMatch::Unmatched { best },
        })
    }

    fn sample(&mut self, frame: &Frame<'_>, roi: &Roi) -> Result<Vec<f32>> {
        self.resampler.rgb8(frame, roi, self.rgb.view_mut())?;
        // Green carries most of what skin shows (haemoglobin and melanin both take it), red some, blue mostly noise.
        let grey = |p: &[u8]| 0.3 * f32::from(p[0]) + 0.6 * f32::from(p[1]) + 0.1 * f32::from(p[2]);
        let pixels = self.rgb.as_slice().unwrap_or_default();
        Ok(pixels.chunks_exact(3).map(grey).collect())
    }
}

/// Without the slow changes of light: each cell against the mean of its neighbourhood, in units of the whole's spread.
fn flattened(grey: &[f32]) -> Vec<f32> {
    const REACH: usize = 16;
    let mut sums = vec![0.0f64; (SIDE + 1) * (SIDE + 1)];
    for row in 0..SIDE {
        let mut line = 0.0;
        for column in 0..SIDE {
            line += f64::from(grey[row * SIDE + column]);
            sums[(row + 1) * (SIDE + 1) + column + 1] = sums[row * (SIDE + 1) + column + 1] + line;
        }
    }
    let mut flat = Vec::with_capacity(SIDE * SIDE);
    for row in 0..SIDE {
        let (top, bottom) = (row.saturating_sub(REACH), (row + REACH + 1).min(SIDE));
        for column in 0..SIDE {
            let (left, right) = (column.saturating_sub(REACH), (column + REACH + 1).min(SIDE));
            let at = |y: usize, x: usize| sums[y * (SIDE + 1) + x];
            let sum = at(bottom, right) + at(top, left) - at(top, right) - at(bottom, left);
            let mean = (sum / ((bottom - top) * (right - left)) as f64) as f32;
            flat.push(grey[row * SIDE + column] - mean);
        }
    }
    let spread = (flat.iter().map(|v| v * v).sum::<f32>() / flat.len() as f32).sqrt();
    // Below half a grey level all of it is rounding.
    let scale = if spread > 0.5 { 1.0 / spread } else { 0.0 };
    flat.iter_mut().for_each(|v| *v *= scale);
    flat
}

/// Value of a picture between its cells, `None` outside.
fn sample(picture: &[f32], x: f32, y: f32) -> Option<f32> {
    let last = (SIDE - 1) as f32;
    if !((0.0..last).contains(&x) && (0.0..last).contains(&y)) {
        return None;
    }
    let (left, top) = (x as usize, y as usize);
    let (fx, fy) = (x - left as f32, y - top as f32);
    let at = |row: usize, column: usize| picture[row * SIDE + column];
    let upper = at(top, left) * (1.0 - fx) + at(top, left + 1) * fx;
    let lower = at(top + 1, left) * (1.0 - fx) + at(top + 1, left + 1) * fx;
    Some(upper * (1.0 - fy) + lower * fy)
}

impl Placement {
    fn apply(&self, row: usize, column: usize) -> [f32; 2] {
        let middle = (SIDE - 1) as f32 / 2.0;
        let (u, v) = (column as f32 - middle, row as f32 - middle);
        let (sin, cos) = self.turn.sin_cos();
        [
            middle + self.shift[0] + self.scale * (cos * u - sin * v),
            middle + self.shift[1] + self.scale * (sin * u + cos * v),
        ]
    }
}

/// The picture as the reference would see it through a placement; 0 where there is none.
fn drawn_through(picture: &[f32], placement: &Placement) -> Vec<f32> {
    (0..SIDE * SIDE)
        .map(|i| {
            let [x, y] = placement.apply(i / SIDE, i % SIDE);
            sample(picture, x, y).unwrap_or(0.0)
        })
        .collect()
}

/// Correlation of the reference with what lies under it, `-1..=1`; -1 with too little overlap. Looks at every `step`th
/// cell.
fn correlation(reference: &[f32], picture: &[f32], placement: &Placement, step: usize) -> f32 {
    let (mut count, mut sums) = (0usize, [0.0f64; 5]);
    for row in (0..SIDE).step_by(step) {
        for column in (0..SIDE).step_by(step) {
            let [x, y] = placement.apply(row, column);
            let Some(b) = sample(picture, x, y) else { continue };
            let (a, b) = (f64::from(reference[row * SIDE + column]), f64::from(b));
            count += 1;
            for (sum, value) in sums.iter_mut().zip([a, b, a * a, b * b, a * b]) {
                *sum += value;
            }
        }
    }
    let cells = SIDE.div_ceil(step).pow(2);
    if (count as f32) < LEAST_OVERLAP * cells as f32 {
        return -1.0;
    }
    let [a, b, aa, bb, ab] = sums.map(|sum| sum / count as f64);
    let spread = ((aa - a * a) * (bb - b * b)).sqrt();
    if spread > 1e-9 {
        ((ab - a * b) / spread) as f32
    } else {
        0.0
    }
}

/// Climbs to the nearest maximum of the correlation, from coarse steps to fine ones.
fn refined(reference: &[f32], picture: &[f32], start: Placement) -> (f32, Placement) {
    let mut best = (correlation(reference, picture, &start, 2), start);
    for (turn, scale, shift, step) in [
        (0.04, 0.03, 2.0, 2),
        (0.02, 0.015, 1.0, 2),
        (0.01, 0.008, 0.5, 2),
        (0.005, 0.004, 0.25, 1),
    ] {
        best.0 = correlation(reference, picture, &best.1, step);
        for _ in 0..12 {
            let before = best.0;
            let p = best.1;
            let moves = [
                Placement {
                    turn: p.turn + turn,
                    ..p
                },
                Placement {
                    turn: p.turn - turn,
                    ..p
                },
                Placement {
                    scale: p.scale * (1.0 + scale),
                    ..p
                },
                Placement {
                    scale: p.scale / (1.0 + scale),
                    ..p
                },
                Placement {
                    shift: [p.shift[0] + shift, p.shift[1]],
                    ..p
                },
                Placement {
                    shift: [p.shift[0] - shift, p.shift[1]],
                    ..p
                },
                Placement {
                    shift: [p.shift[0], p.shift[1] + shift],
                    ..p
                },
                Placement {
                    shift: [p.shift[0], p.shift[1] - shift],
                    ..p
                },
            ];
            for candidate in moves {
                let value = correlation(reference, picture, &candidate, step);
                if value > best.0 && SCALES.contains(&candidate.scale) {
                    best = (value, candidate);
                }
            }
            if best.0 <= before {
                break;
            }
        }
    }
    best
}

/// The reference's region in the picture.
fn placed(search: &Roi, placement: &Placement) -> Roi {
    let unit = placement.shift.map(|s| 0.5 + s / SIDE as f32);
    Roi {
        centre: search.to_picture(unit),
        rotation: wrap(search.rotation + placement.turn),
        ..search.scaled(placement.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Skin-like texture without end: sums of waves, the same for everyone.
    fn skin(x: f32, y: f32, seed: u32) -> f32 {
        let mut value = 0.0;
        let mut state = seed;
        for _ in 0..40 {
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 24) as f32
            };
            let (angle, wave, phase) = (
                next() * std::f32::consts::TAU,
                0.08 + 0.35 * next(),
                next() * std::f32::consts::TAU,
            );
            value += (wave * (x * angle.cos() + y * angle.sin()) + phase).sin();
        }
        value
    }

    /// 300 pixels square; `to_skin` says which piece of skin a pixel shows.
    fn photo(seed: u32, to_skin: impl Fn(f32, f32) -> [f32; 2]) -> Vec<u8> {
        (0..300 * 300)
            .flat_map(|i| {
                let [x, y] = to_skin((i % 300) as f32 + 0.5, (i / 300) as f32 + 0.5);
                let value = (150.0 + 6.0 * skin(x, y, seed)).clamp(0.0, 255.0) as u8;
                [value, value.saturating_sub(30), value.saturating_sub(50)]
            })
            .collect()
    }

    #[test]
    fn a_turned_scaled_and_shifted_patch_is_found() {
        let mut matcher = PatchMatcher::new();
        let first = photo(7, |x, y| [x, y]);
        let home = Roi::square([150.0, 150.0], 128.0);
        let patch = matcher.take(&Frame::rgb8(&first, 300, 300).unwrap(), &home).unwrap();
        for (turn, scale, dx, dy) in [
            (0.0f32, 1.0f32, 0.0, 0.0),
            (0.3, 1.0, 12.0, -8.0),
            (-0.6, 1.15, 5.0, 9.0),
            (2.8, 0.85, -10.0, 6.0),
        ] {
            let (sin, cos) = turn.sin_cos();
            // Pixel = middle + shift + scale * R(turn) * (skin - middle).
            let second = photo(7, |x, y| {
                let (u, v) = ((x - 150.0 - dx) / scale, (y - 150.0 - dy) / scale);
                [150.0 + cos * u + sin * v, 150.0 + cos * v - sin * u]
            });
            let frame = Frame::rgb8(&second, 300, 300).unwrap();
            match matcher.find(&patch, &frame, &home).unwrap() {
                PatchMatch::Matched { roi, confidence } => {
                    let error = (roi.centre[0] - 150.0 - dx).hypot(roi.centre[1] - 150.0 - dy);
                    assert!(error < 1.0, "{turn} {scale}: {error} px off, {confidence}");
                    assert!(wrap(roi.rotation - turn).abs() < 0.02 && (roi.width / 128.0 - scale).abs() < 0.02);
                }
                unmatched => panic!("{turn} {scale}: {unmatched:?}"),
            }
        }
    }

    #[test]
    fn other_skin_and_no_texture_are_unmatched() {
        let mut matcher = PatchMatcher::new();
        let home = Roi::square([150.0, 150.0], 128.0);
        let (one, other) = (photo(7, |x, y| [x, y]), photo(8, |x, y| [x, y]));
        let patch = matcher.take(&Frame::rgb8(&one, 300, 300).unwrap(), &home).unwrap();
        for pixels in [other, vec![120; 300 * 300 * 3]] {
            let frame = Frame::rgb8(&pixels, 300, 300).unwrap();
            let result = matcher.find(&patch, &frame, &home).unwrap();
            assert!(matches!(result, PatchMatch::Unmatched { .. }), "{result:?}");
        }
    }

    #[test]
    fn a_patch_survives_json_and_a_forged_one_or_a_region_outside_is_an_error() {
        let mut matcher = PatchMatcher::new();
        let pixels = vec![120; 300 * 300 * 3];
        let frame = Frame::rgb8(&pixels, 300, 300).unwrap();
        let patch = matcher.take(&frame, &Roi::square([150.0, 150.0], 128.0)).unwrap();
        let text = serde_json::to_string(&patch).unwrap();
        assert_eq!(serde_json::from_str::<SitePatch>(&text).unwrap(), patch);
        for forged in [r#""AQID""#, r#""not base64 !""#] {
            assert!(serde_json::from_str::<SitePatch>(forged).is_err(), "{forged}");
        }
        assert!(matcher.take(&frame, &Roi::square([9000.0, 150.0], 128.0)).is_err());
    }
}
