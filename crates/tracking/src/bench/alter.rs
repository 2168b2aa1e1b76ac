//! True changes, painted into a picture.

use super::picture::Picture;
use crate::raster::bits::Bits;
use crate::raster::plane::Plane;
use serde::{Deserialize, Serialize};
use skinkit_numerics::color::encoded;
use skinkit_numerics::color::lab;
use skinkit_numerics::random::Random;

/// A true change and its size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Alteration {
    /// None: a re-shot of the same lesion.
    None,
    /// The lesion's area grows by this part, over the skin around it, its look unchanged.
    Growth(f32),
    /// The reverse: a lesion that was larger by this part has shrunk.
    Shrinkage(f32),
    /// The lesion is darker by this ΔE*ab.
    Darker(f32),
    /// The lesion is redder by this ΔE*ab.
    Redder(f32),
    /// A new spot of this diameter in pixels, with 0.7 of the lesion's contrast, 4 pixels or more away.
    Satellite(f32),
    /// A round bite out of the border; its radius as a part of the lesion's own.
    Notch(f32),
}

/// The picture before and after the change; `None` when this picture has no room for it.
pub(crate) fn alter(
    picture: &Picture,
    change: Alteration,
    size: (usize, usize),
    dice: &mut Random,
) -> Option<(Picture, Picture)> {
    let same = picture.clone();
    Some(match change {
        Alteration::None => (same.clone(), same),
        Alteration::Growth(part) => (same, grown(picture, part)?),
        Alteration::Shrinkage(part) => (grown(picture, part)?, same),
        Alteration::Darker(by) => (same, tinted(picture, by, [1.0, 1.0, 1.0])?),
        Alteration::Redder(by) => (same, tinted(picture, by, [0.0, 1.0, 1.0])?),
        Alteration::Satellite(diameter) => (same, dotted(picture, diameter, size, dice)?),
        Alteration::Notch(part) => (same, bitten(picture, part, dice)?),
    })
}

/// Repaints linear channels where `paint` gives a value and how much of it.
fn repainted(picture: &Picture, paint: impl Fn(usize, usize, usize, f32) -> (f32, f32)) -> Picture {
    let mut out = picture.clone();
    for c in 0..3 {
        let channel = picture.channel(c);
        for y in 0..picture.height {
            for x in 0..picture.width {
                let old = channel.at(x, y);
                let (new, part) = paint(c, x, y, old);
                if part > 0.0 {
                    let v = encoded(old + part * (new - old)).round() as u8;
                    out.rgb[(y * picture.width + x) * 3 + c] = v;
                }
            }
        }
    }
    out
}

fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Mean linear colour of the lesion and of the skin near it.
fn colours(picture: &Picture, lesion: &Bits) -> Option<([f32; 3], [f32; 3])> {
    let near = lesion.dilated(20.0).without(&lesion.dilated(5.0));
    let mean = |on: &Bits| {
        let n = on.count();
        (n > 20).then(|| core::array::from_fn(|c| picture.channel(c).values(on).sum::<f32>() / n as f32))
    };
    Some((mean(&lesion.eroded(2.0))?, mean(&near)?))
}

/// Enlarged about its centroid; what lies further than a few pixels outside stays as it was.
fn grown(picture: &Picture, part: f32) -> Option<Picture> {
    let k = (1.0 + part).sqrt();
    let lesion = picture.lesion_bits();
    let [cx, cy] = lesion.centroid()?.map(|v| v as f32);
    let from = |x: usize, y: usize| [cx + (x as f32 - cx) / k, cy + (y as f32 - cy) / k];
    let mask = Bits::from_fn(picture.width, picture.height, |i| {
        let [u, v] = from(i % picture.width, i / picture.width);
        let (u, v) = (u.round() as usize, v.round() as usize);
        lesion.has(v.min(picture.height - 1) * picture.width + u.min(picture.width - 1))
    });
    let away = mask.distance();
    let channels: [Plane; 3] = core::array::from_fn(|c| picture.channel(c));
    let mut out = repainted(picture, |c, x, y, old| {
        let part = 1.0 - smooth((away.at(x, y) - 3.0) / 5.0);
        let [u, v] = from(x, y);
        (channels[c].sample(u, v).unwrap_or(old), part)
    });
    out.mask = mask.iter().map(|set| if set { 255 } else { 0 }).collect();
    Some(out)
}

/// The lesion's light times a factor in the channels that `weights` names.
fn tinted(picture: &Picture, by: f32, weights: [f32; 3]) -> Option<Picture> {
    let lesion = picture.lesion_bits();
    let (mean, _) = colours(picture, &lesion)?;
    let gains = |f: f32| weights.map(|w| 1.0 - w * (1.0 - f));
    let moved = |f: f32| {
        let g = gains(f);
        let (a, b) = (lab(mean), lab(core::array::from_fn(|c| mean[c] * g[c])));
        (0..3).map(|c| (a[c] - b[c]).powi(2)).sum::<f32>().sqrt()
    };
    let (mut low, mut high) = (0.05f32, 1.0f32);
    if moved(low) < by {
        return None;
    }
    for _ in 0..40 {
        let mid = 0.5 * (low + high);
        if moved(mid) > by { low = mid } else { high = mid }
    }
    let gain = gains(high);
    let inside = lesion.not().distance();
    Some(repainted(picture, |c, x, y, old| {
        (old * gain[c], smooth(inside.at(x, y) / 4.0))
    }))
}

fn dotted(picture: &Picture, diameter: f32, size: (usize, usize), dice: &mut Random) -> Option<Picture> {
    let lesion = picture.lesion_bits();
    let (own, skin) = colours(picture, &lesion)?;
    let ratio: [f32; 3] = core::array::from_fn(|c| (own[c] / skin[c].max(1e-3)).powf(0.7));
    let away = lesion.distance();
    let [cx, cy] = picture.centre();
    let radius = diameter / 2.0;
    // In every view: scale, turn and shift leave this much of the shot for sure.
    let reach = [0.36 * size.0 as f32 - radius, 0.36 * size.1 as f32 - radius];
    if reach.iter().any(|r| *r < 4.0) {
        return None;
    }
    let spot = (0..200).find_map(|_| {
        let x = cx + dice.within(-reach[0], reach[0]);
        let y = cy + dice.within(-reach[1], reach[1]);
        let gap = away.sample(x, y)? - radius;
        (gap > 4.0).then_some([x, y])
    })?;
    Some(repainted(picture, |c, x, y, old| {
        let d = (x as f32 - spot[0]).hypot(y as f32 - spot[1]) - radius;
        (old * ratio[c], smooth(0.5 - d / 3.0))
    }))
}

/// Skin from further out, put over a round part of the border.
fn bitten(picture: &Picture, part: f32, dice: &mut Random) -> Option<Picture> {
    let lesion = picture.lesion_bits();
    let [cx, cy] = lesion.centroid()?.map(|v| v as f32);
    let own = (lesion.count() as f32 / core::f32::consts::PI).sqrt();
    let radius = part * own;
    let turn = dice.within(0.0, core::f32::consts::TAU);
    let (dy, dx) = turn.sin_cos();
    let inside = |r: f32| {
        let (x, y) = ((cx + r * dx).round(), (cy + r * dy).round());
        x >= 0.0
            && y >= 0.0
            && (x as usize) < picture.width
            && (y as usize) < picture.height
            && lesion.has(y as usize * picture.width + x as usize)
    };
    let border = (0..400).map(|r| r as f32).take_while(|&r| inside(r)).last()?;
    let (bx, by) = (cx + border * dx, cy + border * dy);
    let away = lesion.distance();
    let step = 2.0 * radius + 8.0;
    let channels: [Plane; 3] = core::array::from_fn(|c| picture.channel(c));
    // The skin put there must be skin.
    away.sample(bx + step * dx, by + step * dy).filter(|d| *d > radius)?;
    Some(repainted(picture, |c, x, y, old| {
        let d = (x as f32 - bx).hypot(y as f32 - by) - radius;
        let near_lesion = 1.0 - smooth((away.at(x, y) - 4.0) / 4.0);
        let (u, v) = (x as f32 + step * dx, y as f32 + step * dy);
        let part = smooth(0.5 - d / 3.0) * near_lesion;
        (channels[c].sample(u, v).unwrap_or(old), part)
    }))
}
