//! The region-to-tensor implementations, each beside the staged one made of `yuv` and `fast_image_resize`.
//!
//! `cargo bench -p skinkit-preprocess` (or `--profile dev` for a quick look).
#![allow(clippy::unwrap_used)]

use divan::Bencher;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use skinkit_preprocess::ndarray::Array3;
use skinkit_preprocess::quality::{Meter, QualityThresholds};
use skinkit_preprocess::tensor::{self, Layout};
use skinkit_preprocess::warp::{self, Border};
use skinkit_preprocess::{Frame, FrameLayout, Limits, Photo, PixelFormat, Plane, Resampler, Roi, Rotation};
use yuv::{YuvBiPlanarImage, YuvConversionMode, YuvRange, YuvStandardMatrix};

fn main() {
    divan::main();
}

/// Smooth gradients with a little noise: nothing a fast path could skip.
fn bytes(count: usize) -> Vec<u8> {
    let mut state = 1u32;
    (0..count)
        .map(|i| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (100 + (i / 97 % 50) + (state >> 28) as usize) as u8
        })
        .collect()
}

struct Nv12 {
    y: Vec<u8>,
    uv: Vec<u8>,
    width: u32,
    height: u32,
}

impl Nv12 {
    fn new(width: u32, height: u32) -> Self {
        let area = (width * height) as usize;
        Self {
            y: bytes(area),
            uv: bytes(area / 2),
            width,
            height,
        }
    }

    fn frame(&self) -> Frame<'_> {
        let planes = [Plane::packed(&self.y), Plane::packed(&self.uv)];
        Frame::new(&FrameLayout::new(PixelFormat::Nv12, self.width, self.height, &planes)).unwrap()
    }
}

const HD: (u32, u32) = (1920, 1080);
const PHOTO: (u32, u32) = (4000, 3000);

#[divan::bench(args = [(HD, 800), (HD, 1080), (PHOTO, 3000)], name = "nv12_upright")]
fn nv12_upright(bencher: Bencher<'_, '_>, ((width, height), side): ((u32, u32), u32)) {
    let picture = Nv12::new(width, height);
    let roi = Roi::square([width as f32 / 2.0, height as f32 / 2.0], side as f32);
    let (mut resampler, mut out) = (Resampler::new(), Array3::zeros((224, 224, 3)));
    bencher.bench_local(|| resampler.rgb8(&picture.frame(), &roi, out.view_mut()).unwrap());
}

#[divan::bench(args = [(HD, 800), (HD, 1080), (PHOTO, 3000)], name = "nv12_upright_staged_peer")]
fn nv12_staged(bencher: Bencher<'_, '_>, ((width, height), side): ((u32, u32), u32)) {
    let picture = Nv12::new(width, height);
    let (left, top) = (((width - side) / 2) as usize & !1, ((height - side) / 2) as usize & !1);
    let mut rgb = vec![0; (side * side * 3) as usize];
    let mut out = Image::new(224, 224, PixelType::U8x3);
    let mut resizer = Resizer::new();
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    bencher.bench_local(|| {
        let stride = width as usize;
        let image = YuvBiPlanarImage {
            y_plane: &picture.y[top * stride + left..],
            y_stride: width,
            uv_plane: &picture.uv[top / 2 * stride + left..],
            uv_stride: width,
            width: side,
            height: side,
        };
        yuv::yuv_nv12_to_rgb(
            &image,
            &mut rgb,
            side * 3,
            YuvRange::Full,
            YuvStandardMatrix::Bt601,
            YuvConversionMode::Balanced,
        )
        .unwrap();
        let source = ImageRef::new(side, side, &rgb, PixelType::U8x3).unwrap();
        resizer.resize(&source, &mut out, &options).unwrap();
    });
}

#[divan::bench(args = [(HD, 800), (HD, 1080), (PHOTO, 3000)])]
fn rgb_upright(bencher: Bencher<'_, '_>, ((width, height), side): ((u32, u32), u32)) {
    let data = bytes((width * height * 3) as usize);
    let frame = Frame::rgb8(&data, width, height).unwrap();
    let roi = Roi::square([width as f32 / 2.0, height as f32 / 2.0], side as f32);
    let (mut resampler, mut out) = (Resampler::new(), Array3::zeros((224, 224, 3)));
    bencher.bench_local(|| resampler.rgb8(&frame, &roi, out.view_mut()).unwrap());
}

#[divan::bench(args = [(HD, 800), (HD, 1080), (PHOTO, 3000)])]
fn rgb_upright_fir_peer(bencher: Bencher<'_, '_>, ((width, height), side): ((u32, u32), u32)) {
    let data = bytes((width * height * 3) as usize);
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    let mut out = Image::new(224, 224, PixelType::U8x3);
    let mut resizer = Resizer::new();
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .crop(left.into(), top.into(), side.into(), side.into());
    bencher.bench_local(|| {
        let source = ImageRef::new(width, height, &data, PixelType::U8x3).unwrap();
        resizer.resize(&source, &mut out, &options).unwrap();
    });
}

#[divan::bench(args = [0.05, 0.4, 0.785])]
fn nv12_turned(bencher: Bencher<'_, '_>, rotation: f32) {
    let picture = Nv12::new(HD.0, HD.1);
    let roi = Roi {
        rotation,
        ..Roi::square([960.0, 540.0], 700.0)
    };
    let (mut resampler, mut out) = (Resampler::new(), Array3::zeros((224, 224, 3)));
    bencher.bench_local(|| resampler.rgb8(&picture.frame(), &roi, out.view_mut()).unwrap());
}

#[divan::bench(args = [(1920, 128, Border::Zero), (500, 192, Border::Replicate)])]
fn nv12_mediapipe(bencher: Bencher<'_, '_>, (side, size, border): (u32, usize, Border)) {
    let picture = Nv12::new(HD.0, HD.1);
    let roi = Roi {
        rotation: 0.1,
        ..Roi::square([960.0, 540.0], side as f32)
    };
    let mut out = Array3::zeros((3, size, size));
    bencher.bench_local(|| {
        let frame = picture.frame().oriented(Rotation::None, true);
        warp::mediapipe(&frame, &roi, border, (0.0, 1.0), out.view_mut()).unwrap();
    });
}

#[divan::bench]
fn tensor_nchw(bencher: Bencher<'_, '_>) {
    let rgb = Array3::from_shape_vec((224, 224, 3), bytes(224 * 224 * 3)).unwrap();
    let mut out = Array3::zeros((3, 224, 224));
    bencher.bench_local(|| tensor::normalize(rgb.view(), Layout::Nchw, [0.5; 3], [0.5; 3], out.view_mut()).unwrap());
}

#[divan::bench]
fn quality_1080p(bencher: Bencher<'_, '_>) {
    let picture = Nv12::new(HD.0, HD.1);
    let roi = Roi::square([960.0, 540.0], 800.0);
    let (mut meter, thresholds) = (Meter::new(), QualityThresholds::default());
    bencher.bench_local(|| meter.measure(&picture.frame(), &roi, &thresholds).unwrap());
}

/// A 12 MP JPEG at each DCT scale.
#[divan::bench(args = [u32::MAX, 1500, 750, 375], sample_count = 10)]
fn decode_jpeg(bencher: Bencher<'_, '_>, least_side: u32) {
    let picture = image::RgbImage::from_raw(PHOTO.0, PHOTO.1, bytes((PHOTO.0 * PHOTO.1 * 3) as usize)).unwrap();
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
    let file = file.into_inner();
    bencher.bench_local(|| Photo::decode_for(&file, &Limits::default(), least_side).unwrap());
}
