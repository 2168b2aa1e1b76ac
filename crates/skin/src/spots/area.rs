//! Where a picture shows skin, by one color of skin.

use std::collections::VecDeque;

use super::spot::SkinArea;
use crate::color::{lab, linear};
use crate::plane::{Plane, smoothed};
use crate::statistics::median;

/// Hue angles that skin can have under a light that nobody measured, in degrees.
const HUES: std::ops::RangeInclusive<f32> = -10.0..=95.0;
/// Least chroma over lightness: what is paler is grey.
const LEAST_CHROMA: f32 = 0.06;
/// How far a hue may lie from the skin's own, in degrees: a red or a brown spot included.
const HUE_REACH: f32 = 35.0;
/// Least and greatest chroma over lightness, as shares of the skin's own.
const CHROMA_RANGE: [f32; 2] = [0.35, 2.4];
/// Share of the picture's shorter side over which the vote of the neighbors is taken (standard deviation).
const VOTE: f32 = 0.012;
/// A hole in the skin of at most this share of the picture is a spot, not a thing.
const LARGEST_HOLE: f32 = 0.06;
/// Columns of the coarse grid.
const COARSE: usize = 96;

/// The cells of skin; `None` where no color of skin is seen. `mask` narrows it.
pub(super) fn skin_area(grid: &Plane<[u8; 3]>, mask: Option<&Plane<bool>>) -> Option<Plane<bool>> {
    // Chroma over lightness: shade leaves it alone.
    let shadeless = grid.map(|rgb| {
        let [l, a, b] = lab(rgb.map(linear));
        [a / (l + 16.0), b / (l + 16.0), l]
    });
    let allowed = |i: usize| mask.is_none_or(|mask| mask.cells[i]);
    let seeds: Vec<usize> = (0..grid.cells.len())
        .step_by(3)
        .filter(|&i| {
            let [a, b, l] = shadeless.cells[i];
            allowed(i) && l > 10.0 && a.hypot(b) >= LEAST_CHROMA && HUES.contains(&b.atan2(a).to_degrees())
        })
        .collect();
    if seeds.len() * 3 * 8 < grid.cells.len() {
        return None;
    }
    let [red, yellow] = [0, 1].map(|c| median(&mut seeds.iter().map(|&i| shadeless.cells[i][c]).collect::<Vec<_>>()));
    let (red, yellow) = (red?, yellow?);
    let (own_hue, own_chroma) = (yellow.atan2(red).to_degrees(), red.hypot(yellow));
    let like = Plane {
        width: grid.width,
        height: grid.height,
        cells: (0..grid.cells.len())
            .map(|i| {
                let [a, b, _] = shadeless.cells[i];
                let chroma = a.hypot(b) / own_chroma;
                let hue = (b.atan2(a).to_degrees() - own_hue + 180.0).rem_euclid(360.0) - 180.0;
                allowed(i) && hue.abs() <= HUE_REACH && (CHROMA_RANGE[0]..=CHROMA_RANGE[1]).contains(&chroma)
            })
            .collect(),
    };
    let everywhere = like.map(|_| true);
    let votes = smoothed(
        &like.map(|like| f32::from(u8::from(like))),
        &everywhere,
        (VOTE * grid.width.min(grid.height) as f32).max(1.0),
    );
    let skin = votes.map(|share| share > 0.5);
    Some(without_holes(skin))
}

/// Fills the small holes that do not reach the picture's edge.
fn without_holes(mut skin: Plane<bool>) -> Plane<bool> {
    let (width, height) = (skin.width, skin.height);
    let largest = (LARGEST_HOLE * skin.cells.len() as f32) as usize;
    let mut seen = skin.clone();
    for start in 0..skin.cells.len() {
        if seen.cells[start] {
            continue;
        }
        seen.cells[start] = true;
        let (mut hole, mut queue, mut open) = (Vec::new(), VecDeque::from([start]), false);
        while let Some(cell) = queue.pop_front() {
            hole.push(cell);
            let (x, y) = (cell % width, cell / width);
            open |= x == 0 || y == 0 || x + 1 == width || y + 1 == height;
            for (inside, next) in [
                (x > 0, cell.wrapping_sub(1)),
                (x + 1 < width, cell + 1),
                (y > 0, cell.wrapping_sub(width)),
                (y + 1 < height, cell + width),
            ] {
                if inside && !seen.cells[next] {
                    seen.cells[next] = true;
                    queue.push_back(next);
                }
            }
        }
        if !open && hole.len() <= largest {
            for cell in hole {
                skin.cells[cell] = true;
            }
        }
    }
    skin
}

/// A coarse copy for keeping.
pub(super) fn coarse(skin: &Plane<bool>, picture: [u32; 2]) -> SkinArea {
    let columns = COARSE.min(skin.width);
    let rows = (columns * skin.height / skin.width.max(1)).max(1);
    let cells = (0..columns * rows)
        .map(|i| {
            let (x, y) = ((i % columns * 2 + 1) * skin.width, (i / columns * 2 + 1) * skin.height);
            skin.cells[(y / (2 * rows)).min(skin.height - 1) * skin.width + (x / (2 * columns)).min(skin.width - 1)]
        })
        .collect();
    SkinArea {
        size: [columns, rows],
        cells,
        picture,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(color: impl Fn(usize, usize) -> [u8; 3]) -> Plane<[u8; 3]> {
        Plane {
            width: 120,
            height: 90,
            cells: (0..120 * 90).map(|i| color(i % 120, i / 120)).collect(),
        }
    }

    #[test]
    fn skin_of_any_tone_is_found_beside_cloth_and_with_its_moles() {
        for tone in [[226u8, 178, 150], [150, 100, 70], [70, 45, 35]] {
            let grid = picture(|x, y| match (x, y) {
                (80.., _) => [40, 60, 120],
                _ if (x as f32 - 40.0).hypot(y as f32 - 45.0) < 8.0 => tone.map(|v| v / 3),
                _ => tone,
            });
            let skin = skin_area(&grid, None).unwrap();
            assert!(skin.cells[45 * 120 + 40], "the mole is skin: {tone:?}");
            assert!(skin.cells[10 * 120 + 10] && !skin.cells[45 * 120 + 110]);
        }
    }

    #[test]
    fn grey_and_blue_pictures_show_none() {
        assert!(skin_area(&picture(|x, _| [(x % 200) as u8 + 20; 3]), None).is_none());
        assert!(skin_area(&picture(|_, _| [30, 60, 200]), None).is_none());
    }
}
