//! Lesion against skin: a colour axis, a threshold, a mask.

use crate::error::{Error, Result};
use crate::measure::light::log_planes;
use crate::measure::patch::Patch;
use crate::raster::bits::Bits;
use crate::raster::parts::Part;
use crate::raster::plane::Plane;
use crate::raster::surface::Ground;
use skinkit_numerics::linear::solve;
use skinkit_numerics::quantile;

/// Longer side of the picture that measuring works on, in pixels.
const WORK_SIDE: usize = 256;
/// Blur before thresholding, in working pixels: about the width of a hair.
const SMOOTH: f32 = 1.5;
/// Radius of the opening that takes hairs and specks off the mask, in working pixels.
const OPEN: f32 = 2.5;
/// Skin nearer to the lesion than this part of the longer side may be its blended edge.
const SKIN_GAP: f32 = 0.03;
/// Pixels this many robust standard deviations darker than the skin are a first guess at a lesion.
const UNLIKE: f32 = 3.0;
/// Lesion and skin closer than this many pooled standard deviations: nothing stands out.
const LEAST_SEPARATION: f32 = 1.0;
/// A lesion smaller than this part of the picture is taken for a speck.
const LEAST_AREA: f32 = 0.002;
/// Part of everything above the threshold that the lesion must hold, where no mask says where to look.
const LEAST_SHARE: f32 = 0.4;
/// Rounds of axis, threshold, mask; more change nothing.
const ROUNDS: usize = 3;

/// A patch at working size with the light taken out, and where lesion and skin are in it.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    /// Log of linear R, G, B relative to the skin, whose shading has been taken out.
    pub tint: [Plane; 3],
    /// Linear R, G, B of the skin at the lesion: the light and tone that were taken out.
    pub skin_linear: [f32; 3],
    /// Where the lesion is.
    pub lesion: Bits,
    /// Skin that is surely outside the lesion.
    pub skin: Bits,
    /// Inside the optics' field: not a black corner.
    pub field: Bits,
    /// Direction in `tint` that tells lesion (positive) from skin (0).
    pub axis: [f32; 3],
    /// `tint` along `axis`, smoothed.
    pub score: Plane,
    /// Border between lesion and skin on `score`.
    pub threshold: f32,
    /// Working pixels a patch pixel.
    pub zoom: f32,
}

impl Scene {
    /// Prepares a patch; the patch's own mask, where it has one, says where to look.
    pub fn of(patch: &Patch) -> Result<Self> {
        let long = patch.width().max(patch.height());
        let zoom = (WORK_SIDE as f32 / long as f32).min(1.0);
        let size = |n: usize| ((n as f32 * zoom).round() as usize).max(8);
        let (w, h) = (size(patch.width()), size(patch.height()));
        let logs = log_planes(patch, w, h);
        let prior = patch.mask().map(|mask| {
            Plane {
                width: patch.width(),
                height: patch.height(),
                data: mask.iter().map(|&m| f32::from(m) / 255.0).collect(),
            }
            .resized(w, h)
        });
        let field = optical_field(&logs);
        let mut scene = Self {
            lesion: Bits::none(w, h),
            skin: Bits::none(w, h),
            axis: [0.0; 3],
            score: Plane::filled(w, h, 0.0),
            threshold: 0.0,
            skin_linear: [0.0; 3],
            tint: logs.clone(),
            field,
            zoom,
        };
        match &prior {
            Some(prior) => {
                scene.lesion = Bits::above(prior, 0.5);
                if scene.lesion.count() == 0 {
                    return Err(Error::NoLesion);
                }
                let gap = SKIN_GAP * w.max(h) as f32;
                scene.skin = scene.field.without(&scene.lesion.dilated(gap));
            }
            None => scene.guess(&logs),
        }
        let around = prior.map(|prior| {
            let core = Bits::above(&prior, 0.5);
            let reach = 0.25 * (core.count() as f32 / core::f32::consts::PI).sqrt();
            core.dilated(reach.max(3.0))
        });
        for _ in 0..ROUNDS {
            scene.flatten(&logs)?;
            scene.separate(around.as_ref())?;
        }
        Ok(scene)
    }

    pub fn width(&self) -> usize {
        self.field.width
    }

    pub fn height(&self) -> usize {
        self.field.height
    }

    /// First guess without a mask: what differs most from the skin along the edges, the nearer to
    /// the middle the likelier; failing that, the middle.
    fn guess(&mut self, logs: &[Plane; 3]) {
        let (w, h) = (self.width(), self.height());
        let short = w.min(h) as f32;
        let margin = (short * 0.1) as usize;
        let (cx, cy) = (w as f32 / 2.0, h as f32 / 2.0);
        let from_middle = |i: usize| ((i % w) as f32 - cx).hypot((i / w) as f32 - cy) / short;
        let field = &self.field;
        self.skin = Bits::from_fn(w, h, |i| {
            let (x, y) = (i % w, i / w);
            let edge = x.min(y).min(w - 1 - x).min(h - 1 - y);
            field.has(i) && edge < margin
        });
        self.lesion = Bits::from_fn(w, h, |i| field.has(i) && from_middle(i) < 0.2);
        if self.skin.count() == 0 {
            self.skin = self.lesion.dilated(0.1 * short).not();
            return;
        }
        let Some(unlike) = unlike_skin(logs, &self.skin) else {
            return;
        };
        let parts = Bits::above(&unlike, UNLIKE).and(field).opened(OPEN).parts();
        let weight = |part: &Part| -> f32 {
            part.pixels()
                .map(|i| unlike.data[i] * (-0.5 * (from_middle(i) / 0.25).powi(2)).exp())
                .sum()
        };
        let best = parts
            .iter()
            .filter(|p| p.count() as f32 > LEAST_AREA * (w * h) as f32)
            .max_by(|a, b| weight(a).total_cmp(&weight(b)));
        if let Some(part) = best {
            self.lesion = Bits::of(w, h, part);
        }
    }

    /// Takes the light's colour and shading out, as a quadratic surface through the skin.
    fn flatten(&mut self, logs: &[Plane; 3]) -> Result<()> {
        let centre = self.lesion.centroid().ok_or(Error::NoLesion)?;
        let ground = Ground::of(&self.skin).ok_or(Error::NoLesion)?;
        for (c, log) in logs.iter().enumerate() {
            let surface = ground.surface(log).ok_or(Error::NoLesion)?;
            self.skin_linear[c] = surface.at(centre[0] as f32, centre[1] as f32).exp();
            self.tint[c] = surface.taken_from(log);
        }
        Ok(())
    }

    /// Finds axis and threshold from the present lesion and skin, then lesion and skin from them; `around` is where the
    /// patch's mask lets the lesion be.
    fn separate(&mut self, around: Option<&Bits>) -> Result<()> {
        self.axis = discriminant(&self.tint, &self.lesion, &self.skin).ok_or(Error::NoLesion)?;
        self.score = project(&self.tint, self.axis);
        let whole = match around {
            Some(around) => around.or(&self.skin).and(&self.field),
            None => self.field.clone(),
        };
        // Otsu's method loses a small class beside a large one: where the whole picture gives no
        // lesion, the neighbourhood of the guess may.
        let near = || {
            let own = (self.lesion.count() as f32 / core::f32::consts::PI).sqrt();
            self.lesion.dilated((0.8 * own).max(4.0)).and(&self.field)
        };
        let cut = self
            .cut(&whole, around)
            .or_else(|| self.cut(&near(), around))
            .ok_or(Error::NoLesion)?;
        self.threshold = cut.threshold;
        self.lesion = cut.lesion;
        self.skin = cut.skin;
        Ok(())
    }

    /// Lesion and skin by Otsu's threshold over `counted`; `None` when nothing stands out so.
    fn cut(&self, counted: &Bits, around: Option<&Bits>) -> Option<Cut> {
        let threshold = otsu(&self.score, counted);
        let mut above = Bits::above(&self.score, threshold).and(&self.field);
        if let Some(around) = around {
            above = above.and(around);
        }
        let lesion = main_part(&above.filled().opened(OPEN), &self.lesion).filled();
        let least = LEAST_AREA * (self.width() * self.height()) as f32;
        if (lesion.count() as f32) < least.max(9.0) {
            return None;
        }
        // Where nothing stands out, the threshold splits the skin's own texture into many parts.
        let main = lesion.and(&above).count() as f32;
        if around.is_none() && main < LEAST_SHARE * above.count() as f32 {
            return None;
        }
        let gap = SKIN_GAP * self.width().max(self.height()) as f32;
        let mut skin = self.field.without(&lesion.dilated(gap));
        // A lesion that fills the picture leaves the first guess at skin standing.
        if skin.count() * 20 <= self.width() * self.height() {
            skin = self.skin.clone();
        }
        (separation(&self.score, &lesion, &skin) >= LEAST_SEPARATION).then_some(Cut {
            threshold,
            lesion,
            skin,
        })
    }
}

/// A threshold and what it parts.
struct Cut {
    threshold: f32,
    lesion: Bits,
    skin: Bits,
}

/// How far each pixel lies from the skin, in robust standard deviations; darker counts, lighter
/// is glare.
fn unlike_skin(logs: &[Plane; 3], skin: &Bits) -> Option<Plane> {
    let mut out = Plane::filled(skin.width, skin.height, 0.0);
    let ground = Ground::of(skin)?;
    for log in logs {
        let lighter = ground.surface(log)?.taken_from(log).blurred(SMOOTH);
        let mut sizes: Vec<f32> = lighter.values(skin).map(f32::abs).collect();
        let spread = (1.4826 * quantile::middle(&mut sizes)).max(0.01);
        for (o, l) in out.data.iter_mut().zip(&lighter.data) {
            *o -= l / spread / 3.0;
        }
    }
    Some(out)
}

/// Everything but black corners, which dermoscopes leave around their round field.
fn optical_field(logs: &[Plane; 3]) -> Bits {
    let (w, h) = (logs[0].width, logs[0].height);
    // Linear 0.03 is sRGB 47: darker than skin, though a lesion may be as dark.
    let dark = Bits::from_fn(w, h, |i| logs.iter().all(|p| p.data[i] < -3.5));
    let corners = [0, w - 1, (h - 1) * w, h * w - 1];
    let mut outside = Bits::none(w, h);
    for part in dark.parts() {
        let touches = part.pixels().any(|i| corners.contains(&i));
        // A dark lesion that runs into a corner is larger than the corner itself.
        if touches && part.count() < w * h / 3 {
            outside.add(&part);
        }
    }
    outside.dilated(0.02 * w as f32).not()
}

/// Fisher's linear discriminant, unit length, pointing from skin to lesion.
fn discriminant(tint: &[Plane; 3], lesion: &Bits, skin: &Bits) -> Option<[f32; 3]> {
    let mean_of = |on: &Bits| -> Option<[f64; 3]> {
        let n = on.count();
        (n > 0).then(|| core::array::from_fn(|c| tint[c].values(on).map(f64::from).sum::<f64>() / n as f64))
    };
    let (ml, ms) = (mean_of(lesion)?, mean_of(skin)?);
    let mut scatter = [[0f64; 3]; 3];
    let mut n = 0.0;
    for (mean, on) in [(ml, lesion), (ms, &skin.without(lesion))] {
        for i in on.ones() {
            n += 1.0;
            let d: [f64; 3] = core::array::from_fn(|c| f64::from(tint[c].data[i]) - mean[c]);
            for (row, di) in scatter.iter_mut().zip(d) {
                for (cell, dj) in row.iter_mut().zip(d) {
                    *cell += di * dj;
                }
            }
        }
    }
    let trace = (scatter[0][0] + scatter[1][1] + scatter[2][2]) / n;
    // Shrunk towards a round scatter: with hairs and glare about, the raw inverse is wild.
    for (k, row) in scatter.iter_mut().enumerate() {
        row.iter_mut().for_each(|v| *v /= n);
        row[k] += 0.3 * trace + 1e-5;
    }
    let w = solve(scatter, core::array::from_fn(|c| ml[c] - ms[c]))?;
    let length = w.iter().map(|v| v * v).sum::<f64>().sqrt();
    (length > 1e-9).then(|| w.map(|v| (v / length) as f32))
}

/// `tint` along `axis`, smoothed.
pub(crate) fn project(tint: &[Plane; 3], axis: [f32; 3]) -> Plane {
    let [r, g, b] = tint;
    Plane {
        width: r.width,
        height: r.height,
        data: (0..r.data.len())
            .map(|i| axis[0] * r.data[i] + axis[1] * g.data[i] + axis[2] * b.data[i])
            .collect(),
    }
    .blurred(SMOOTH)
}

/// Otsu's threshold over the pixels `on`.
pub(crate) fn otsu(score: &Plane, on: &Bits) -> f32 {
    const BINS: usize = 256;
    let mut values: Vec<f32> = score.values(on).collect();
    let low = quantile::nearest(&mut values, 0.002);
    let high = quantile::nearest(&mut values, 0.998);
    let width = (high - low).max(1e-6) / BINS as f32;
    let mut counts = [0f64; BINS];
    for v in &values {
        counts[(((v - low) / width).max(0.0) as usize).min(BINS - 1)] += 1.0;
    }
    let total: f64 = counts.iter().sum();
    let all: f64 = counts.iter().enumerate().map(|(k, c)| k as f64 * c).sum();
    let (mut below, mut sum, mut best, mut cut) = (0.0, 0.0, -1.0, 0.0);
    for (k, c) in counts.iter().enumerate() {
        below += c;
        sum += k as f64 * c;
        let rest = total - below;
        if below == 0.0 || rest == 0.0 {
            continue;
        }
        let gap = sum / below - (all - sum) / rest;
        let between = below * rest * gap * gap;
        if between > best {
            (best, cut) = (between, k as f64 + 1.0);
        }
    }
    low + cut as f32 * width
}

/// The component that overlaps `expected` most, or the largest when none does.
pub(crate) fn main_part(bits: &Bits, expected: &Bits) -> Bits {
    let parts = bits.parts();
    let best = parts.iter().max_by_key(|part| {
        let inside = part.pixels().filter(|&i| expected.has(i)).count();
        (inside, part.count())
    });
    best.map_or_else(
        || Bits::none(bits.width, bits.height),
        |part| Bits::of(bits.width, bits.height, part),
    )
}

/// Distance of the means over the pooled standard deviation.
fn separation(score: &Plane, lesion: &Bits, skin: &Bits) -> f32 {
    let stats = |on: &Bits| {
        let values = score.values(on).map(f64::from);
        let (n, s, ss) = values.fold((0.0, 0.0, 0.0), |(n, s, ss), v| (n + 1.0, s + v, ss + v * v));
        let mean = s / f64::max(n, 1.0);
        (mean, (ss / f64::max(n, 1.0) - mean * mean).max(0.0))
    };
    let ((ml, vl), (ms, vs)) = (stats(lesion), stats(skin));
    ((ml - ms) / (0.5 * (vl + vs)).sqrt().max(1e-6)) as f32
}

/// Finds the lesion in a patch without a mask: 255 = lesion, 0 = skin, one byte a pixel.
///
/// For model packs that have no mask of their own. Takes the axis in log RGB that best tells the
/// middle of the patch from its edges, thresholds it by Otsu's method and refines both in turn.
/// A mask that the patch already has is used as the place to look.
///
/// # Errors
/// [`Error::NoLesion`] when nothing stands out.
pub fn segment(patch: &Patch) -> Result<Vec<u8>> {
    let scene = Scene::of(patch)?;
    let soft = scene.lesion.iter().map(|set| f32::from(u8::from(set)));
    let soft = Plane {
        width: scene.width(),
        height: scene.height(),
        data: soft.collect(),
    };
    Ok(soft
        .resized(patch.width(), patch.height())
        .data
        .iter()
        .map(|&v| if v > 0.5 { 255 } else { 0 })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Spot;

    #[test]
    fn finds_a_disc_under_uneven_light() {
        let spot = Spot {
            shade: 0.4,
            ..Spot::default()
        };
        let mask = segment(&spot.patch()).unwrap();
        let dice = spot.dice(&mask);
        assert!(dice > 0.95, "{dice}");
    }

    #[test]
    fn plain_skin_has_no_lesion() {
        let spot = Spot {
            radius: 0.0,
            ..Spot::default()
        };
        assert_eq!(segment(&spot.patch()).err(), Some(Error::NoLesion));
    }

    #[test]
    fn otsu_splits_two_levels() {
        let p = Plane::from_fn(40, 40, |x, _| if x < 30 { 0.0 } else { 1.0 });
        let t = otsu(&p, &Bits::from_fn(40, 40, |_| true));
        assert!(t > 0.0 && t < 1.0, "{t}");
    }
}
