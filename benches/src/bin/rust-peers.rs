//! The implementations of a Rust app without SkinKit: `rust-peers PICTURES MODELS`. Plain `image` and `ort`; and
//! `fast_image_resize`, the fastest resizer there is.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::imageops;
use image::{ImageFormat, RgbImage};
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::TensorRef;
use skinkit_benches::Outcome;
use skinkit_benches::pictures::{HD, PHOTO, Pictures};
use skinkit_benches::protocol::{Implementation, serve};

/// Side of the tensors made from frames.
const SIDE: u32 = 224;

/// Side of the lesion model's input.
const MODEL_SIDE: u32 = 192;

fn main() -> Outcome<()> {
    let pictures = Pictures::named()?;
    let models = PathBuf::from(
        std::env::args_os()
            .nth(2)
            .ok_or("the folder of the models is to be named")?,
    );
    let hd = RgbImage::from_raw(HD.0, HD.1, pictures.read("lesion-1080p.rgb")?).ok_or("lesion-1080p.rgb is cut")?;
    let photo =
        RgbImage::from_raw(PHOTO.0, PHOTO.1, pictures.read("lesion-12mp.rgb")?).ok_or("lesion-12mp.rgb is cut")?;
    let jpeg = pictures.read("lesion-12mp.jpg")?;
    let library = std::env::var("ORT_DYLIB_PATH")?;
    let environment = ort::init_from(library)?.with_telemetry(false).build()?;
    let mut session = Session::builder(&environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(1)?
        .with_intra_op_spinning(false)?
        .commit_from_file(models.join("lesion-ham7/model.int8.onnx"))?;

    let pack: serde_json::Value = serde_json::from_slice(&std::fs::read(models.join("lesion-ham7/pack.json"))?)?;
    let temperature = pack["calibration"]["temperature"]
        .as_f64()
        .ok_or("pack.json has no temperature")? as f32;

    serve(vec![
        with_image("rgb-1080p", &hd),
        with_image("rgb-12mp", &photo),
        with_fast_image_resize("rgb-1080p", &hd),
        with_fast_image_resize("rgb-12mp", &photo),
        Implementation::new("jpeg-12mp", "image + ort", move || {
            let photo = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg)?.into_rgb8();
            let (side, left, top) = middle(&photo);
            let square = imageops::crop_imm(&photo, left, top, side, side);
            let input = imageops::resize(&*square, MODEL_SIDE, MODEL_SIDE, imageops::FilterType::Triangle);
            let shape = [1, MODEL_SIDE as usize, MODEL_SIDE as usize, 3];
            let outputs = session.run(ort::inputs![TensorRef::from_array_view((
                shape,
                input.as_raw().as_slice()
            ))?])?;
            let (_, logits) = outputs["logits"].try_extract_tensor::<f32>()?;
            let odds: Vec<f32> = logits.iter().map(|logit| (logit / temperature).exp()).collect();
            let sum: f32 = odds.iter().sum();
            Ok(odds.iter().map(|odd| odd / sum).collect())
        }),
    ])
}

/// Side, left and top of the middle square.
fn middle(picture: &RgbImage) -> (u32, u32, u32) {
    let side = picture.width().min(picture.height());
    (side, (picture.width() - side) / 2, (picture.height() - side) / 2)
}

fn with_image<'a>(task: &'static str, picture: &'a RgbImage) -> Implementation<'a> {
    let (side, left, top) = middle(picture);
    let mut input = Vec::new();
    Implementation::new(task, "image", move || {
        let square = imageops::crop_imm(picture, left, top, side, side);
        let small = imageops::resize(&*square, SIDE, SIDE, imageops::FilterType::Triangle);
        by_channel(small.as_raw(), &mut input);
        Ok(input.iter().step_by(997).copied().collect())
    })
}

fn with_fast_image_resize<'a>(task: &'static str, picture: &'a RgbImage) -> Implementation<'a> {
    let (side, left, top) = middle(picture);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .crop(left.into(), top.into(), side.into(), side.into());
    let (mut resizer, mut small) = (Resizer::new(), Image::new(SIDE, SIDE, PixelType::U8x3));
    let mut input = Vec::new();
    Implementation::new(task, "fast_image_resize", move || {
        let source = ImageRef::new(picture.width(), picture.height(), picture.as_raw(), PixelType::U8x3)?;
        resizer.resize(&source, &mut small, &options)?;
        by_channel(small.buffer(), &mut input);
        Ok(input.iter().step_by(997).copied().collect())
    })
}

/// Packed bytes to floats between -1 and 1, a plane for each channel.
fn by_channel(rgb: &[u8], out: &mut Vec<f32>) {
    out.clear();
    for channel in 0..3 {
        out.extend(
            rgb.iter()
                .skip(channel)
                .step_by(3)
                .map(|&level| f32::from(level) / 127.5 - 1.0),
        );
    }
}
