//! Small pictures of a scan, for lists and dashboards.

use image::codecs::png::PngEncoder;
use image::imageops::{self, FilterType};
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use serde::{Deserialize, Serialize};
use skinkit_preprocess::{Limits, Photo};
use skinkit_store::{RasterKind, ScanId};

use crate::history::History;
use crate::overlay::{self, Map};
use crate::{Error, Result};

/// Sides that a thumbnail may have, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 16..=2048;

/// What a thumbnail shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum ThumbnailView {
    /// The analyzed region.
    Picture,
    /// The same with the lesion's outline: the border that was measured, or what the pack's mask says where none is kept.
    Mask,
    /// The same with the heatmap of the most probable label.
    Heatmap,
}

/// What is laid over the picture.
enum Layer {
    Nothing,
    Heat(Map),
    Mask(Map),
    Border(Vec<[f32; 2]>),
}

impl History {
    /// The analyzed region of a scan as a PNG, its longer side `side` pixels; `None` where the picture, or the mask or
    /// heatmap that was asked for, was not kept.
    ///
    /// # Errors
    /// [`Error::ThumbnailSide`] for a side outside 16 to 2048; a picture that cannot be read back; what the store says.
    pub fn thumbnail(&self, id: ScanId, view: ThumbnailView, side: u32) -> Result<Option<Vec<u8>>> {
        if !SIDES.contains(&side) {
            return Err(Error::ThumbnailSide { side });
        }
        let Some(file) = self.picture(id)? else {
            return Ok(None);
        };
        let layer = match view {
            ThumbnailView::Picture => Some(Layer::Nothing),
            ThumbnailView::Mask => self.outline(id)?,
            ThumbnailView::Heatmap => self.map(id, RasterKind::Heatmap)?.map(Layer::Heat),
        };
        let Some(layer) = layer else {
            return Ok(None);
        };
        let photo = Photo::decode(&file, &Limits::default())?;
        let (width, height) = fit(photo.width(), photo.height(), side);
        let whole = RgbImage::from_raw(photo.width(), photo.height(), photo.pixels().to_vec())
            .ok_or_else(|| Error::Encode("the kept picture has the wrong length".to_owned()))?;
        let mut small = imageops::resize(&whole, width, height, FilterType::Triangle);
        let (w, h, pen) = (width as usize, height as usize, (side / 256) as usize);
        match layer {
            Layer::Nothing => {}
            Layer::Heat(map) => blend(&mut small, &map.heat(w, h)),
            Layer::Mask(map) => blend(&mut small, &map.outline(w, h, pen)),
            Layer::Border(points) => blend(&mut small, &overlay::border(&points, w, h, pen)),
        }
        png(&small).map(Some)
    }

    /// The border that was measured, or else the mask.
    fn outline(&self, id: ScanId) -> Result<Option<Layer>> {
        let measures = self.scan(id)?.record.measures;
        let border = measures
            .map(|measures| measures.border)
            .filter(|border| !border.is_empty());
        match border {
            Some(border) => Ok(Some(Layer::Border(border))),
            None => Ok(self.map(id, RasterKind::Mask)?.map(Layer::Mask)),
        }
    }

    fn map(&self, id: ScanId, kind: RasterKind) -> Result<Option<Map>> {
        let raster = self.store().raster(id, kind)?;
        Ok(raster.and_then(|raster| Map::from_bytes(raster.width as usize, raster.height as usize, &raster.bytes)))
    }
}

/// Width and height with `side` as the longer one.
fn fit(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longer = u64::from(width.max(height).max(1));
    let scaled = |length: u32| (u64::from(length) * u64::from(side) / longer).max(1) as u32;
    (scaled(width), scaled(height))
}

/// Lays RGBA pixels over a picture of the same size.
fn blend(picture: &mut RgbImage, over: &[u8]) {
    for (pixel, rgba) in picture.pixels_mut().zip(over.as_chunks::<4>().0) {
        let part = f32::from(rgba[3]) / 255.0;
        for (below, above) in pixel.0.iter_mut().zip(rgba) {
            *below = (f32::from(*below) + (f32::from(*above) - f32::from(*below)) * part).round() as u8;
        }
    }
}

fn png(picture: &RgbImage) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    PngEncoder::new(&mut file)
        .write_image(
            picture.as_raw(),
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgb8,
        )
        .map_err(|error| Error::Encode(error.to_string()))?;
    Ok(file)
}
