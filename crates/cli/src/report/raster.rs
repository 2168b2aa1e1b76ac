//! Heatmaps and masks as see-through PNG pictures.

use super::model::Raster;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

/// Longer side of a drawn heatmap, in pixels: smooth when stretched over a photo.
const HEAT_SIDE: usize = 160;
/// Longer side of a drawn mask: its edge has to stay a clean line.
const MASK_SIDE: usize = 384;
/// Below this a heatmap is left clear, so that the photo shows.
const HEAT_FLOOR: f32 = 0.08;
const HEAT_OPACITY: f32 = 0.72;

/// Viridis at equal steps (van der Walt and Smith 2015): ordered by lightness, so that it reads the
/// same with any colour vision and in grey.
pub const VIRIDIS: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

/// A heatmap in viridis, clearer where it is lower. `None` where there is nothing to draw.
pub fn heatmap(raster: &Raster) -> Option<Vec<u8>> {
    let (width, height, values) = enlarge(raster, HEAT_SIDE)?;
    let mut pixels = Vec::with_capacity(values.len() * 4);
    for v in values {
        let [r, g, b] = viridis(v);
        let alpha = ((v - HEAT_FLOOR) / (1.0 - HEAT_FLOOR)).clamp(0.0, 1.0).sqrt() * HEAT_OPACITY;
        pixels.extend([r, g, b, (alpha * 255.0).round() as u8]);
    }
    png(width, height, &pixels)
}

/// A mask as its outline: a light line with a dark one on each side, to be seen on any skin.
pub fn outline(raster: &Raster) -> Option<Vec<u8>> {
    let (width, height, values) = enlarge(raster, MASK_SIDE)?;
    let inside = |x: isize, y: isize| {
        // Beyond the picture counts as outside, so that a cut-off lesion still has a closed line.
        let within = x >= 0 && y >= 0 && (x as usize) < width && (y as usize) < height;
        within && values[y as usize * width + x as usize] >= 0.5
    };
    const REACH: isize = 3;
    let mut pixels = vec![0u8; width * height * 4];
    for y in 0..height as isize {
        for x in 0..width as isize {
            let here = inside(x, y);
            let mut nearest = f32::INFINITY;
            for dy in -REACH..=REACH {
                for dx in -REACH..=REACH {
                    if inside(x + dx, y + dy) != here {
                        nearest = nearest.min(((dx * dx + dy * dy) as f32).sqrt());
                    }
                }
            }
            let rgba = match nearest {
                d if d <= 1.5 => [255, 255, 255, 240],
                d if d <= 2.9 => [10, 30, 40, 190],
                _ => continue,
            };
            let at = (y as usize * width + x as usize) * 4;
            pixels[at..at + 4].copy_from_slice(&rgba);
        }
    }
    png(width, height, &pixels)
}

/// A colour for 0..=1.
pub fn viridis(v: f32) -> [u8; 3] {
    let at = if v.is_finite() { v.clamp(0.0, 1.0) } else { 0.0 } * (VIRIDIS.len() - 1) as f32;
    let low = at.floor() as usize;
    let high = (low + 1).min(VIRIDIS.len() - 1);
    let t = at - low as f32;
    std::array::from_fn(|i| {
        let (a, b) = (f32::from(VIRIDIS[low][i]), f32::from(VIRIDIS[high][i]));
        (a + (b - a) * t).round() as u8
    })
}

/// Stretched to `side` pixels on the longer side, linear between cell centres, kept within 0..=1.
fn enlarge(raster: &Raster, side: usize) -> Option<(usize, usize, Vec<f32>)> {
    let (columns, rows) = (raster.width, raster.height);
    if columns == 0 || rows == 0 || columns.checked_mul(rows) != Some(raster.values.len()) {
        return None;
    }
    let longer = columns.max(rows);
    let width = (columns * side / longer).max(1);
    let height = (rows * side / longer).max(1);
    let cell = |x: usize, y: usize| match raster.values[y * columns + x] {
        v if v.is_finite() => v.clamp(0.0, 1.0),
        _ => 0.0,
    };
    let place = |i: usize, n: usize, cells: usize| {
        let at = ((i as f32 + 0.5) * cells as f32 / n as f32 - 0.5).clamp(0.0, (cells - 1) as f32);
        let low = at.floor() as usize;
        (low, (low + 1).min(cells - 1), at - low as f32)
    };
    let mut values = Vec::with_capacity(width * height);
    for y in 0..height {
        let (y0, y1, v) = place(y, height, rows);
        for x in 0..width {
            let (x0, x1, u) = place(x, width, columns);
            let top = cell(x0, y0) * (1.0 - u) + cell(x1, y0) * u;
            let bottom = cell(x0, y1) * (1.0 - u) + cell(x1, y1) * u;
            values.push(top * (1.0 - v) + bottom * v);
        }
    }
    Some((width, height, values))
}

fn png(width: usize, height: usize, rgba: &[u8]) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let encoder = PngEncoder::new(&mut file);
    encoder
        .write_image(rgba, width as u32, height as u32, ExtendedColorType::Rgba8)
        .ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(png: &[u8]) -> image::RgbaImage {
        image::load_from_memory(png).unwrap().to_rgba8()
    }

    #[test]
    fn a_heatmap_is_clear_where_low_and_bright_where_high() {
        let raster = Raster {
            width: 2,
            height: 1,
            values: vec![0.0, 1.0],
        };
        let picture = decode(&heatmap(&raster).unwrap());
        assert_eq!(picture.dimensions(), (160, 80));
        assert_eq!(picture.get_pixel(0, 40).0[3], 0);
        assert_eq!(picture.get_pixel(159, 40).0, [253, 231, 37, 184]);
    }

    #[test]
    fn an_outline_runs_round_the_lesion_only() {
        let mut values = vec![0.0; 48 * 48];
        for y in 16..32 {
            for x in 16..32 {
                values[y * 48 + x] = 1.0;
            }
        }
        let picture = decode(
            &outline(&Raster {
                width: 48,
                height: 48,
                values,
            })
            .unwrap(),
        );
        let line: Vec<u32> = (0..384)
            .filter(|&x| picture.get_pixel(x, 192).0 == [255, 255, 255, 240])
            .collect();
        // The edge lies at 16 and 32 of 48, that is 128 and 256 of 384.
        assert_eq!(line, [127, 128, 255, 256]);
        assert_eq!(picture.get_pixel(192, 192).0[3], 0, "clear inside");
        assert_eq!(picture.get_pixel(5, 5).0[3], 0, "clear outside");
    }

    #[test]
    fn what_makes_no_sense_is_not_drawn() {
        assert!(
            heatmap(&Raster {
                width: 3,
                height: 3,
                values: vec![0.0; 8]
            })
            .is_none()
        );
        assert!(outline(&Raster::default()).is_none());
        assert!(
            outline(&Raster {
                width: usize::MAX,
                height: 2,
                values: vec![]
            })
            .is_none()
        );
        let strange = Raster {
            width: 1,
            height: 1,
            values: vec![f32::NAN],
        };
        assert_eq!(decode(&heatmap(&strange).unwrap()).get_pixel(80, 80).0[3], 0);
    }
}
