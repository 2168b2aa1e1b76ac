//! Measures a region's quality, in one picture or in a stream.

use crate::Result;
use crate::frame::{Frame, Roi};
use crate::quality::constancy::{Illuminant, LightSums, Powers};
use crate::quality::head_turn::HeadTurn;
use crate::quality::measured::Quality;
use crate::quality::measures::{Counts, sharpness};
use crate::quality::steadiness::Steadiness;
use crate::quality::thresholds::QualityThresholds;
use crate::resample::Resampler;
use crate::resample::lanes::{LANES, Lanes, Plain, vectorize};

/// Side of the square that is judged, in pixels: about what a network sees, so that blur which it cannot see is not
/// counted.
pub(crate) const SIDE: usize = 192;

/// A sharpness that is as good as none.
const NOTHING_SHARP: f32 = 0.05;

/// Mean and standard deviation of [`Illuminant::log_ratios`] over 250 dermoscopic pictures of HAM10000 and 45
/// smartphone pictures of PAD-UFES-20 (weighed alike), as cameras had white-balanced them. Light skin for the most
/// part: see the README.
const SKIN_LIGHT: [(f32, f32); 2] = [(0.527, 0.309), (-0.022, 0.247)];

/// What is known of a region in a stream besides its pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FrameContext {
    /// When the frame was taken, in seconds since any fixed moment.
    pub seconds: f64,
    /// How the head is turned, where the region belongs to a face.
    pub turn: Option<HeadTurn>,
}

/// Measures the region and judges it. For a stream of frames keep a [`Meter`].
///
/// # Errors
/// A region that cannot be read: see [`Resampler::rgb8`].
pub fn measure(frame: &Frame<'_>, roi: &Roi, thresholds: &QualityThresholds) -> Result<Quality> {
    Meter::new().measure(frame, roi, thresholds)
}

/// Measures quality frame by frame, keeping its work buffers: one for each stream.
#[derive(Debug, Default)]
pub struct Meter {
    resampler: Resampler,
    luma: Vec<u8>,
    powers: Powers,
    steadiness: Steadiness,
}

impl Meter {
    /// With empty work buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Measures the region of a single picture and judges it.
    ///
    /// # Errors
    /// A region that cannot be read: see [`Resampler::rgb8`].
    pub fn measure(&mut self, frame: &Frame<'_>, roi: &Roi, thresholds: &QualityThresholds) -> Result<Quality> {
        let mut quality = Quality::default();
        self.look(frame, roi, &mut quality)?;
        quality.judge(thresholds);
        Ok(quality)
    }

    /// Measures the region in the next frame of a stream and judges it, movement and the turn of the head included.
    /// The memory of `quality` is used again: a frame without issues allocates nothing.
    ///
    /// # Errors
    /// A region that cannot be read: see [`Resampler::rgb8`]; `quality` is then unchanged.
    pub fn follow(
        &mut self,
        frame: &Frame<'_>,
        roi: &Roi,
        context: &FrameContext,
        thresholds: &QualityThresholds,
        quality: &mut Quality,
    ) -> Result<()> {
        self.look(frame, roi, quality)?;
        quality.turn = context.turn;
        quality.movement = self.steadiness.update(context.seconds, roi, &self.luma);
        quality.judge(thresholds);
        Ok(())
    }

    /// Forgets the stream: call it when the camera or the region changes.
    pub fn reset(&mut self) {
        self.steadiness.reset();
    }

    /// All that one picture says.
    fn look(&mut self, frame: &Frame<'_>, roi: &Roi, quality: &mut Quality) -> Result<()> {
        let Self {
            resampler,
            luma,
            powers,
            ..
        } = self;
        let arch = pulp::Arch::new();
        let (mut counts, mut light) = (Counts::default(), LightSums::default());
        luma.resize(SIDE * SIDE, 0);
        let mut rows = luma.chunks_exact_mut(SIDE * LANES);
        // How the picture is turned in its buffer makes no difference to any measure.
        resampler.blocks(frame, &upright(roi), SIDE, |columns| {
            if let Some(luma) = rows.next() {
                count(arch, &mut counts, columns, luma);
            }
            // Of light's colour a part of the pixels says as much as all of them.
            for [red, green, blue] in columns.iter().step_by(4) {
                for lane in 0..LANES / 4 {
                    light.add(powers, lane, [red[lane * 4], green[lane * 4], blue[lane * 4]]);
                }
            }
        })?;
        let axes = vectorize(arch, Sharpness { luma: &self.luma });
        let (least, most) = axes
            .into_iter()
            .fold((f32::MAX, 0.0f32), |(low, high), v| (low.min(v), high.max(v)));
        let total = (SIDE * SIDE) as f32;
        *quality = Quality {
            sharpness: least,
            exposure: counts.luma as f32 / total / 255.0,
            clipped_dark: counts.dark as f32 / total,
            clipped_bright: counts.bright as f32 / total,
            glare: counts.glare as f32 / total,
            colour_cast: light.light().map_or(0.0, |light| colour_cast(&light)),
            // Where nothing is sharp at all, directions do not matter.
            motion: 1.0 - (least + NOTHING_SHARP) / (most + NOTHING_SHARP),
            roi_pixels: roi.width.min(roi.height),
            visible: visible(frame, roi),
            turn: None,
            movement: None,
            accepted: false,
            issues: std::mem::take(&mut quality.issues),
        };
        Ok(())
    }
}

fn count(arch: pulp::Arch, counts: &mut Counts, columns: &[[[u8; LANES]; 3]], luma: &mut [u8]) {
    match arch {
        #[cfg(target_arch = "x86_64")]
        pulp::Arch::V3(lanes) => pulp::Simd::vectorize(
            lanes,
            Counting {
                lanes,
                counts,
                columns,
                luma,
            },
        ),
        _ => pulp::NullaryFnOnce::call(Counting {
            lanes: Plain,
            counts,
            columns,
            luma,
        }),
    }
}

struct Counting<'a, L> {
    lanes: L,
    counts: &'a mut Counts,
    columns: &'a [[[u8; LANES]; 3]],
    luma: &'a mut [u8],
}

impl<L: Lanes> pulp::NullaryFnOnce for Counting<'_, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.counts.add(self.lanes, self.columns, self.luma);
    }
}

struct Sharpness<'a> {
    luma: &'a [u8],
}

impl pulp::NullaryFnOnce for Sharpness<'_> {
    type Output = [f32; 4];

    #[inline(always)]
    fn call(self) -> [f32; 4] {
        sharpness(self.luma, SIDE)
    }
}

/// Distance from ordinary skin pictures' light.
fn colour_cast(light: &Illuminant) -> f32 {
    let squares = light
        .log_ratios()
        .into_iter()
        .zip(SKIN_LIGHT)
        .map(|(value, (mean, deviation))| {
            let far = (value - mean) / deviation;
            far * far
        });
    squares.sum::<f32>().sqrt()
}

/// What is judged of a turned region: the upright rectangle that covers most of it. Light, focus and movement do not
/// depend on how it is turned, and reading upright costs a fraction. Of a square at least 83 % is covered.
fn upright(roi: &Roi) -> Roi {
    let (sin, cos) = roi.rotation.sin_cos();
    let (width, height) = if sin.abs() > cos.abs() {
        (roi.height, roi.width)
    } else {
        (roi.width, roi.height)
    };
    Roi {
        width,
        height,
        rotation: 0.0,
        ..*roi
    }
}

/// Share of the region inside the picture, by a grid of points.
fn visible(frame: &Frame<'_>, roi: &Roi) -> f32 {
    const GRID: usize = 16;
    let to_picture = roi.all_to_picture();
    let inside = (0..GRID * GRID)
        .filter(|i| {
            let unit = [i % GRID, i / GRID].map(|k| (k as f32 + 0.5) / GRID as f32);
            let [x, y] = to_picture(unit);
            (0.0..=frame.width() as f32).contains(&x) && (0.0..=frame.height() as f32).contains(&y)
        })
        .count();
    inside as f32 / (GRID * GRID) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::issue::QualityIssue;

    const SIZE: u32 = 256;

    fn judged(colour: impl Fn(u32, u32) -> [u8; 3]) -> Quality {
        let data: Vec<u8> = (0..SIZE * SIZE).flat_map(|i| colour(i % SIZE, i / SIZE)).collect();
        let frame = Frame::rgb8(&data, SIZE, SIZE).unwrap();
        measure(&frame, &Roi::centre_square(SIZE, SIZE), &QualityThresholds::default()).unwrap()
    }

    /// A skin-like tone with fine texture; `wave` is its length in pixels.
    fn skin(wave: f32) -> impl Fn(u32, u32) -> [u8; 3] {
        move |x, y| {
            let t = (x as f32 * std::f32::consts::TAU / wave).sin() + (y as f32 * std::f32::consts::TAU / wave).sin();
            [200.0 + 12.0 * t, 160.0 + 12.0 * t, 140.0 + 12.0 * t].map(|c| c as u8)
        }
    }

    #[test]
    fn a_textured_skin_tone_is_accepted() {
        let quality = judged(skin(5.0));
        assert!(quality.accepted, "{quality:?}");
        assert!(quality.colour_cast < 2.0 && quality.visible == 1.0, "{quality:?}");
    }

    #[test]
    fn coarse_texture_is_less_sharp() {
        let (fine, coarse) = (judged(skin(5.0)), judged(skin(60.0)));
        assert!(
            fine.sharpness > 2.0 * coarse.sharpness,
            "{} {}",
            fine.sharpness,
            coarse.sharpness
        );
        assert!(coarse.issues.contains(&QualityIssue::Blurred), "{coarse:?}");
    }

    #[test]
    fn light_is_judged() {
        let dimmed =
            |factor: f32| judged(move |x, y| skin(5.0)(x, y).map(|c| (f32::from(c) * factor).min(255.0) as u8));
        assert!(dimmed(0.15).issues.contains(&QualityIssue::TooDark));
        assert!(dimmed(1.9).issues.contains(&QualityIssue::TooBright));
        let blue = judged(|x, y| {
            let [r, g, b] = skin(5.0)(x, y);
            [r / 4, g / 3, b]
        });
        assert!(blue.issues.contains(&QualityIssue::ColourCast), "{blue:?}");
        let spot = judged(|x, y| {
            if x < 100 && y < 100 {
                [250, 249, 248]
            } else {
                skin(5.0)(x, y)
            }
        });
        assert!(spot.issues.contains(&QualityIssue::Glare), "{spot:?}");
    }

    #[test]
    fn a_stream_is_judged_by_movement_and_turn_as_well() {
        let data: Vec<u8> = (0..SIZE * SIZE).flat_map(|i| skin(23.0)(i % SIZE, i / SIZE)).collect();
        let frame = Frame::rgb8(&data, SIZE, SIZE).unwrap();
        let (mut meter, mut quality) = (Meter::new(), Quality::default());
        let thresholds = QualityThresholds {
            min_sharpness: 0.0,
            ..QualityThresholds::default()
        };
        let mut look = |seconds, x: f32, turn| {
            let roi = Roi::square([x, 128.0], 160.0);
            meter
                .follow(&frame, &roi, &FrameContext { seconds, turn }, &thresholds, &mut quality)
                .unwrap();
            (quality.movement, quality.issues.clone())
        };
        assert_eq!(look(0.0, 120.0, None), (None, vec![]));
        let (movement, issues) = look(0.1, 120.0, None);
        assert!(movement.unwrap() < 0.02 && issues.is_empty(), "{movement:?} {issues:?}");
        let (movement, issues) = look(0.2, 130.0, None);
        assert!(
            movement.unwrap() > 0.6 && issues == [QualityIssue::Unsteady],
            "{movement:?}"
        );
        let facing = |yaw| {
            Some(HeadTurn {
                yaw,
                ..HeadTurn::default()
            })
        };
        look(0.3, 130.0, facing(0.0));
        assert_eq!(look(0.4, 130.0, facing(-20.0)).1, []);
        assert_eq!(look(0.5, 130.0, facing(-50.0)).1, [QualityIssue::Turned]);
        assert_eq!(look(0.6, 130.0, facing(f32::NAN)).1, [QualityIssue::Turned]);
    }

    #[test]
    fn a_region_beyond_the_edge_is_cut_off() {
        let data = vec![128; 64 * 64 * 3];
        let frame = Frame::rgb8(&data, 64, 64).unwrap();
        let quality = measure(&frame, &Roi::square([0.0, 32.0], 60.0), &QualityThresholds::default()).unwrap();
        assert!((quality.visible - 0.5).abs() < 0.05);
        assert!(quality.issues.contains(&QualityIssue::CutOff) && quality.issues.contains(&QualityIssue::TooSmall));
    }
}
