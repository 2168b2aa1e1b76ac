//! A scan's picture and overlays, ready to be drawn by reference from anywhere on the page.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, RgbImage, imageops};
use maud::{Markup, html};

use super::matrix::Matrix;
use super::model::{Roi, Scan};
use super::{raster, text};

/// Pixels on the longer side of the pictures that are compared.
pub const LARGE: u32 = 960;
/// The same for all others.
pub const SMALL: u32 = 400;
/// How much of its surroundings is shown with a region, as a factor on its size.
const MARGIN: f64 = 1.12;
const JPEG_QUALITY: u8 = 84;
/// A stored picture larger than this on one side is not opened.
const MAX_SIDE: u32 = 20_000;
const MAX_BYTES: u64 = 1 << 30;
/// Side of the frame of a scan that kept no picture.
const BARE_SIDE: f64 = 100.0;

/// What is drawn of one scan.
pub struct Drawing {
    /// Start of its ids; no two drawings share it.
    key: String,
    /// Left, top, width and height of what is shown, in the picture's own pixels.
    pub view: [f64; 4],
    /// From the region's own 0..=1 square to the picture.
    pub region: Matrix,
    photo: Option<String>,
    heatmap: Option<String>,
    outline: Option<String>,
    /// Whether a picture was kept but cannot be read.
    pub unreadable: bool,
}

/// Layers of a drawing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    Photo,
    Outline,
    Heatmap,
}

impl Layer {
    fn name(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Outline => "outline",
            Self::Heatmap => "heat",
        }
    }
}

impl Drawing {
    /// Decodes, cuts out, shrinks and draws. `key` is a word of letters, digits and dashes.
    pub fn new(key: String, scan: &Scan, side: u32) -> Self {
        let decoded = scan.picture.as_deref().and_then(decode);
        let unreadable = scan.picture.is_some() && decoded.is_none();
        let roi = scan.roi.filter(is_sound);
        let (view, region, photo) = match decoded {
            Some(image) => {
                let (width, height) = (f64::from(image.width()), f64::from(image.height()));
                let view = around(roi.as_ref(), width, height);
                let whole = Roi {
                    center: [width / 2.0, height / 2.0],
                    size: [width, height],
                    rotation: 0.0,
                };
                (view, Matrix::of_roi(&roi.unwrap_or(whole)), cut(&image, view, side))
            }
            None => ([0.0, 0.0, BARE_SIDE, BARE_SIDE], Matrix::scale(BARE_SIDE), None),
        };
        Self {
            key,
            view,
            region,
            photo,
            heatmap: scan
                .heatmap
                .as_ref()
                .and_then(raster::heatmap)
                .map(|png| uri("image/png", &png)),
            outline: raster::border(&scan.border)
                .or_else(|| scan.mask.as_ref().and_then(raster::outline))
                .map(|png| uri("image/png", &png)),
            unreadable,
        }
    }

    /// Whether there is such a layer.
    pub fn has(&self, layer: Layer) -> bool {
        match layer {
            Layer::Photo => self.photo.is_some(),
            Layer::Outline => self.outline.is_some(),
            Layer::Heatmap => self.heatmap.is_some(),
        }
    }

    /// Whether anything at all can be shown.
    pub fn is_empty(&self) -> bool {
        ![Layer::Photo, Layer::Outline, Layer::Heatmap]
            .into_iter()
            .any(|layer| self.has(layer))
    }

    /// The layers, each once for the whole page, to stand inside `<defs>`.
    pub fn definitions(&self) -> Markup {
        let [x, y, width, height] = self.view.map(text::coordinate);
        html! {
            @if let Some(photo) = &self.photo {
                image id={ (self.key) "-photo" } x=(x) y=(y) width=(width) height=(height) preserveAspectRatio="none" href=(photo) {}
            }
            @for (layer, uri) in [(Layer::Heatmap, &self.heatmap), (Layer::Outline, &self.outline)] {
                @if let Some(uri) = uri {
                    image id={ (self.key) "-" (layer.name()) } width="1" height="1" transform=(self.region.transform())
                        preserveAspectRatio="none" href=(uri) {}
                }
            }
        }
    }

    /// One layer drawn by reference; nothing where there is none.
    pub fn layer(&self, layer: Layer) -> Markup {
        html! {
            @if self.has(layer) {
                use class=(layer.name()) href={ "#" (self.key) "-" (layer.name()) } {}
            }
        }
    }
}

/// A `viewBox` value.
pub fn view_box(view: [f64; 4]) -> String {
    view.map(text::coordinate).join(" ")
}

fn uri(kind: &str, file: &[u8]) -> String {
    format!("data:{kind};base64,{}", STANDARD.encode(file))
}

fn is_sound(roi: &Roi) -> bool {
    let numbers = [roi.center[0], roi.center[1], roi.size[0], roi.size[1], roi.rotation];
    numbers.iter().all(|v| v.is_finite() && v.abs() < 1e6) && roi.size.iter().all(|&s| s >= 1.0)
}

/// The region with its surroundings, kept within the picture; the whole picture where none is known.
fn around(roi: Option<&Roi>, width: f64, height: f64) -> [f64; 4] {
    let whole = [0.0, 0.0, width, height];
    let Some(roi) = roi else { return whole };
    let (sin, cos) = roi.rotation.sin_cos();
    let half_width = MARGIN * (roi.size[0] * cos.abs() + roi.size[1] * sin.abs()) / 2.0;
    let half_height = MARGIN * (roi.size[0] * sin.abs() + roi.size[1] * cos.abs()) / 2.0;
    let left = (roi.center[0] - half_width).max(0.0).floor();
    let top = (roi.center[1] - half_height).max(0.0).floor();
    let right = (roi.center[0] + half_width).min(width).ceil();
    let bottom = (roi.center[1] + half_height).min(height).ceil();
    if right - left < 2.0 || bottom - top < 2.0 {
        whole
    } else {
        [left, top, right - left, bottom - top]
    }
}

fn decode(file: &[u8]) -> Option<RgbImage> {
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().ok()?;
    let mut image = DynamicImage::from_decoder(decoder).ok()?;
    image.apply_orientation(orientation);
    Some(image.into_rgb8())
}

fn cut(image: &RgbImage, view: [f64; 4], side: u32) -> Option<String> {
    let [x, y, width, height] = view.map(|v| v as u32);
    let part = imageops::crop_imm(image, x, y, width, height);
    let longer = width.max(height);
    let part = if longer > side {
        let scaled = |n: u32| ((u64::from(n) * u64::from(side) / u64::from(longer)) as u32).max(1);
        imageops::resize(&*part, scaled(width), scaled(height), imageops::FilterType::Triangle)
    } else {
        part.to_image()
    };
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY)
        .encode_image(&part)
        .ok()?;
    Some(uri("image/jpeg", &file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgb};

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        RgbImage::from_pixel(width, height, Rgb([200, 150, 120]))
            .write_to(&mut file, ImageFormat::Png)
            .unwrap();
        file.into_inner()
    }

    #[test]
    fn only_the_part_around_the_region_is_shown() {
        let roi = Roi {
            center: [600.0, 300.0],
            size: [100.0, 100.0],
            rotation: 0.0,
        };
        let scan = Scan {
            picture: Some(png(800, 600)),
            roi: Some(roi),
            ..Default::default()
        };
        let drawing = Drawing::new("d".into(), &scan, 50);
        assert_eq!(drawing.view, [544.0, 244.0, 112.0, 112.0]);
        let photo = drawing.photo.unwrap();
        let file = STANDARD
            .decode(photo.strip_prefix("data:image/jpeg;base64,").unwrap())
            .unwrap();
        let shown = image::load_from_memory(&file).unwrap();
        assert_eq!((shown.width(), shown.height()), (50, 50));
    }

    #[test]
    fn a_region_that_makes_no_sense_shows_the_whole_picture() {
        for roi in [
            Roi {
                center: [f64::NAN, 0.0],
                size: [10.0, 10.0],
                rotation: 0.0,
            },
            Roi {
                center: [10.0, 10.0],
                size: [0.0, 10.0],
                rotation: 0.0,
            },
            Roi {
                center: [900.0, 900.0],
                size: [10.0, 10.0],
                rotation: 0.0,
            },
        ] {
            let scan = Scan {
                picture: Some(png(64, 48)),
                roi: Some(roi),
                ..Default::default()
            };
            assert_eq!(Drawing::new("d".into(), &scan, 400).view, [0.0, 0.0, 64.0, 48.0]);
        }
        let turned = Roi {
            center: [50.0, 50.0],
            size: [20.0, 20.0],
            rotation: std::f64::consts::FRAC_PI_4,
        };
        let [left, _, width, _] = around(Some(&turned), 100.0, 100.0);
        assert_eq!((left, width), (34.0, 32.0));
    }

    #[test]
    fn a_broken_picture_leaves_the_rest() {
        let mut broken = png(64, 48);
        broken.truncate(60);
        let scan = Scan {
            picture: Some(broken),
            ..Default::default()
        };
        let drawing = Drawing::new("d".into(), &scan, 400);
        assert!(drawing.unreadable && drawing.is_empty() && drawing.definitions().into_string().is_empty());
        assert!(!Drawing::new("d".into(), &Scan::default(), 400).unreadable);
    }
}
