//! Heatmaps, masks and borders as see-through PNG pictures.

use super::model::Raster;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use skinkit::overlay::{self, Map};

/// Longer side of a drawn heatmap, in pixels: smooth when stretched over a photo.
const HEAT_SIDE: usize = 160;
/// Longer side of a drawn outline: its edge has to stay a clean line.
const OUTLINE_SIDE: usize = 384;
/// A heatmap in viridis, clearer where it is lower. `None` where there is nothing to draw.
pub fn heatmap(raster: &Raster) -> Option<Vec<u8>> {
    let map = map(raster)?;
    let (width, height) = map.fit(HEAT_SIDE);
    png(width, height, &map.heat(width, height))
}

/// A mask as its outline. `None` where there is nothing to draw.
pub fn outline(raster: &Raster) -> Option<Vec<u8>> {
    let map = map(raster)?;
    let (width, height) = map.fit(OUTLINE_SIDE);
    png(width, height, &map.outline(width, height, 1))
}

/// The border that was measured. `None` where none was.
pub fn border(points: &[[f32; 2]]) -> Option<Vec<u8>> {
    let side = OUTLINE_SIDE;
    let drawn = || overlay::border(points, side, side, 1);
    (!points.is_empty()).then(drawn).and_then(|rgba| png(side, side, &rgba))
}

fn map(raster: &Raster) -> Option<Map> {
    Map::new(raster.width, raster.height, raster.values.clone())
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
    fn maps_become_pictures_of_their_shape() {
        let raster = Raster {
            width: 2,
            height: 1,
            values: vec![0.0, 1.0],
        };
        let picture = decode(&heatmap(&raster).unwrap());
        assert_eq!(picture.dimensions(), (160, 80));
        assert_eq!(picture.get_pixel(0, 40).0[3], 0);
        assert_eq!(picture.get_pixel(159, 40).0, [253, 231, 37, 184]);
        assert_eq!(decode(&outline(&raster).unwrap()).dimensions(), (384, 192));
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
        assert!(border(&[]).is_none());
        assert!(border(&[[f32::NAN, 2.0], [0.5, 0.5]]).is_some());
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
