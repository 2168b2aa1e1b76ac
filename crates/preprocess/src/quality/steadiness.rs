//! How fast a region moves in a stream of frames.

use crate::frame::Roi;
use crate::resample::lanes::vectorize;

/// Time between the two looks that are compared, in seconds: below it the noise of one frame would pass for speed.
const BASELINE: f64 = 0.1;

/// A longer gap says nothing about how still the camera is held now.
const LONGEST: f64 = 1.0;

/// Cells of the judged square along a side, and pixels of it in one.
const CELLS: usize = 48;
const CELL: usize = 4;

/// Farthest shift that is looked for, in cells: an eighth of the region.
const REACH: isize = 6;

/// A shift must explain at least this share of what differs: what shows nothing, or only noise, has not moved.
const EXPLAINED: f32 = 0.25;

/// Speed of a region: of its corners on the picture, and of what it shows within them.
#[derive(Debug, Default)]
pub(crate) struct Steadiness {
    before: Option<Seen>,
    cells: [Vec<i16>; 2],
    speed: Option<f32>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    seconds: f64,
    roi: Roi,
}

impl Steadiness {
    /// Forgets the stream.
    pub fn reset(&mut self) {
        (self.before, self.speed) = (None, None);
    }

    /// The speed in sides of the region a second, over the last tenth of a second; `None` until that has passed.
    /// `luma` is the judged square of `CELLS * CELL` pixels a side.
    pub fn update(&mut self, seconds: f64, roi: &Roi, luma: &[u8]) -> Option<f32> {
        let now = Seen { seconds, roi: *roi };
        let elapsed = self.before.map(|before| seconds - before.seconds);
        match (self.before, elapsed) {
            (Some(_), Some(elapsed)) if (0.0..BASELINE).contains(&elapsed) => return self.speed,
            (Some(before), Some(elapsed)) if (BASELINE..=LONGEST).contains(&elapsed) => {
                let [old, new] = &mut self.cells;
                reduce(luma, new);
                let shifted = vectorize(pulp::Arch::new(), Shift { old, new });
                let moved = corners_moved(&before.roi, roi).max(shifted / CELLS as f32);
                self.speed = Some((f64::from(moved) / elapsed) as f32);
                self.cells.swap(0, 1);
            }
            _ => {
                reduce(luma, &mut self.cells[0]);
                self.speed = None;
            }
        }
        self.before = Some(now);
        self.speed
    }
}

/// The farthest way of a corner, in sides of the region.
fn corners_moved(before: &Roi, after: &Roi) -> f32 {
    let far = before
        .corners()
        .iter()
        .zip(after.corners())
        .map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]))
        .fold(0.0f32, f32::max);
    far / after.width.min(after.height)
}

/// Means of the cells, the square's own mean taken out, so that the camera's exposure may change.
fn reduce(luma: &[u8], cells: &mut Vec<i16>) {
    const SIDE: usize = CELLS * CELL;
    cells.clear();
    for rows in luma.chunks_exact(SIDE * CELL).take(CELLS) {
        let mut sums = [0u16; CELLS];
        for row in rows.chunks_exact(SIDE) {
            for (sum, cell) in sums.iter_mut().zip(row.as_chunks::<CELL>().0) {
                *sum += cell.iter().map(|level| u16::from(*level)).sum::<u16>();
            }
        }
        // Sixteenths of a level stay: the sums are small.
        cells.extend(sums.map(|sum| sum as i16));
    }
    let mean = cells.iter().map(|v| i64::from(*v)).sum::<i64>() / cells.len().max(1) as i64;
    cells.iter_mut().for_each(|v| *v -= mean as i16);
}

/// [`shift`], for the machine's vectors.
struct Shift<'a> {
    old: &'a [i16],
    new: &'a [i16],
}

impl pulp::NullaryFnOnce for Shift<'_> {
    type Output = f32;

    #[inline(always)]
    fn call(self) -> f32 {
        shift(self.old, self.new)
    }
}

/// Length of the shift, in cells, that lays one look onto the other best.
#[inline(always)]
fn shift(old: &[i16], new: &[i16]) -> f32 {
    let still = difference(old, new, 0, 0);
    let (mut best, mut at) = (still, [0, 0]);
    for dy in -REACH..=REACH {
        for dx in -REACH..=REACH {
            let differs = difference(old, new, dx, dy);
            if differs < best {
                (best, at) = (differs, [dx, dy]);
            }
        }
    }
    if at != [0, 0] && best > (1.0 - EXPLAINED) * still {
        return 0.0;
    }
    let [dx, dy] = at;
    let x = peak(difference(old, new, dx - 1, dy), best, difference(old, new, dx + 1, dy));
    let y = peak(difference(old, new, dx, dy - 1), best, difference(old, new, dx, dy + 1));
    (dx as f32 + x).hypot(dy as f32 + y)
}

/// Mean absolute difference of what both looks show, the newer one shifted back.
#[inline(always)]
fn difference(old: &[i16], new: &[i16], dx: isize, dy: isize) -> f32 {
    let span = |d: isize| (d.min(0).unsigned_abs(), CELLS - d.unsigned_abs());
    let ((x0, width), (y0, height)) = (span(dx), span(dy));
    let mut sum = 0u32;
    for y in y0..y0 + height {
        let from = &old[y * CELLS + x0..][..width];
        let to = &new[y.wrapping_add_signed(dy) * CELLS + x0.wrapping_add_signed(dx)..][..width];
        for (a, b) in from.iter().zip(to) {
            // A cell is 4080 at most, and there are 3136.
            sum = sum.wrapping_add(u32::from(a.abs_diff(*b)));
        }
    }
    sum as f32 / (width * height) as f32
}

/// Where the lowest point lies between three samples one apart, from the middle one, -0.5 to 0.5. Differences rise like
/// a V, not like a bowl, around a match.
fn peak(left: f32, middle: f32, right: f32) -> f32 {
    let highest = left.max(right);
    let slope = highest - middle;
    if slope <= EXPLAINED * highest {
        return 0.0;
    }
    ((left - right) / (2.0 * slope)).clamp(-0.5, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = CELLS * CELL;

    /// Texture of blots, moved by `x`, `y` pixels and lit `lift` levels brighter.
    fn texture(x: f32, y: f32, lift: f32) -> Vec<u8> {
        (0..SIDE * SIDE)
            .map(|i| {
                let (u, v) = ((i % SIDE) as f32 - x, (i / SIDE) as f32 - y);
                let blots = (u / 9.0).sin() * (v / 13.0).cos() + (u / 31.0 + v / 17.0).sin();
                (110.0 + lift + 30.0 * blots) as u8
            })
            .collect()
    }

    fn speed(x: f32, y: f32, lift: f32) -> f32 {
        let (mut steadiness, roi) = (Steadiness::default(), Roi::square([500.0; 2], 400.0));
        assert_eq!(steadiness.update(1.0, &roi, &texture(0.0, 0.0, 0.0)), None);
        assert_eq!(
            steadiness.update(1.05, &roi, &texture(0.0, 0.0, 0.0)),
            None,
            "too early to tell"
        );
        steadiness.update(1.1, &roi, &texture(x, y, lift)).unwrap()
    }

    #[test]
    fn a_shift_is_measured_to_a_third_of_a_cell() {
        for (x, y) in [
            (0.0, 0.0),
            (4.0, 0.0),
            (0.0, -12.0),
            (10.0, 7.0),
            (-2.0, 3.0),
            (22.0, -20.0),
        ] {
            let expected = f32::hypot(x, y) / SIDE as f32 / 0.1;
            let found = speed(x, y, 0.0);
            let cell = 1.0 / CELLS as f32 / 0.1;
            assert!((found - expected).abs() < cell / 3.0, "{x},{y}: {found} for {expected}");
        }
    }

    #[test]
    fn brightness_alone_is_no_movement() {
        assert!(speed(0.0, 0.0, 25.0) < 0.02, "{}", speed(0.0, 0.0, 25.0));
    }

    #[test]
    fn a_plain_surface_and_noise_have_not_moved() {
        let roi = Roi::square([500.0; 2], 400.0);
        let mut state = 1u32;
        let mut noisy = || -> Vec<u8> {
            (0..SIDE * SIDE)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    120 + (state >> 29) as u8
                })
                .collect()
        };
        let mut steadiness = Steadiness::default();
        steadiness.update(0.0, &roi, &noisy());
        assert!(steadiness.update(0.1, &roi, &noisy()).unwrap() < 0.1);
        steadiness.reset();
        steadiness.update(0.0, &roi, &[90; SIDE * SIDE]);
        assert_eq!(steadiness.update(0.1, &roi, &[90; SIDE * SIDE]), Some(0.0));
    }

    #[test]
    fn a_region_that_wanders_moves_even_if_it_always_shows_the_same() {
        let mut steadiness = Steadiness::default();
        let luma = texture(0.0, 0.0, 0.0);
        steadiness.update(0.0, &Roi::square([500.0; 2], 400.0), &luma);
        let found = steadiness.update(0.2, &Roi::square([520.0, 500.0], 400.0), &luma);
        assert!((found.unwrap() - 0.25).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn a_gap_or_a_step_back_in_time_starts_afresh() {
        let (mut steadiness, roi) = (Steadiness::default(), Roi::square([500.0; 2], 400.0));
        let luma = texture(0.0, 0.0, 0.0);
        for (seconds, known) in [
            (0.0, false),
            (0.125, true),
            (9.0, false),
            (9.125, true),
            (3.0, false),
            (f64::NAN, false),
        ] {
            assert_eq!(steadiness.update(seconds, &roi, &luma).is_some(), known, "at {seconds}");
        }
    }
}
