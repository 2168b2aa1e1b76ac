//! Camera buffers of any geometry, and regions of them: checked or refused, never read beyond.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use skinkit_preprocess::ndarray::Array3;
use skinkit_preprocess::quality::{FrameContext, Meter, Quality, QualityThresholds};
use skinkit_preprocess::warp::{Border, mediapipe};
use skinkit_preprocess::{
    ColorMatrix, Frame, FrameBuffer, FrameLayout, PixelFormat, Plane, Range, Resampler, Roi, Rotation,
};

const FORMATS: [PixelFormat; 8] = [
    PixelFormat::Rgb8,
    PixelFormat::Rgba8,
    PixelFormat::Bgra8,
    PixelFormat::Gray8,
    PixelFormat::Nv12,
    PixelFormat::Nv21,
    PixelFormat::I420,
    PixelFormat::Yuv420,
];

#[derive(Debug, Arbitrary)]
struct Buffer<'a> {
    data: &'a [u8],
    row_stride: usize,
    pixel_stride: u8,
}

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    format: u8,
    width: u16,
    height: u16,
    planes: Vec<Buffer<'a>>,
    /// Planes of a fitting length, whatever `planes` says.
    fits: bool,
    padding: u8,
    matrix: bool,
    range: bool,
    rotation: i16,
    mirrored: bool,
    center: [f32; 2],
    size: [f32; 2],
    turn: f32,
    output: [u8; 2],
    seconds: f64,
}

fn plane<'a>(buffer: &Buffer<'a>) -> Plane<'a> {
    Plane {
        data: buffer.data,
        row_stride: buffer.row_stride,
        pixel_stride: usize::from(buffer.pixel_stride),
    }
}

fuzz_target!(|input: Input<'_>| {
    let format = FORMATS[usize::from(input.format) % FORMATS.len()];
    let (width, height) = if input.fits {
        (input.width % 128, input.height % 128)
    } else {
        (input.width, input.height)
    };
    let row_stride = (usize::from(width) + 1) * 4 + usize::from(input.padding);
    let room = if input.fits {
        vec![input.padding; row_stride * usize::from(height)]
    } else {
        vec![]
    };
    let planes: Vec<Plane<'_>> = if input.fits {
        vec![Plane::with_stride(&room, row_stride); format.planes()]
    } else {
        input.planes.iter().map(plane).take(4).collect()
    };
    let Ok(rotation) = Rotation::from_degrees(i32::from(input.rotation)) else {
        return;
    };
    let mut layout = FrameLayout::new(format, width.into(), height.into(), &planes);
    layout.matrix = if input.matrix {
        ColorMatrix::Bt709
    } else {
        ColorMatrix::Bt601
    };
    layout.range = if input.range { Range::Video } else { Range::Full };
    (layout.rotation, layout.mirrored) = (rotation, input.mirrored);
    let Ok(frame) = Frame::new(&layout) else { return };
    assert!(frame.pixel(frame.width() - 1, frame.height() - 1).is_some());
    let roi = Roi {
        centre: input.center,
        width: input.size[0],
        height: input.size[1],
        rotation: input.turn,
    };
    let [wide, high] = input.output.map(|side| usize::from(side) % 40);
    let (mut bytes, mut floats) = (Array3::zeros((high, wide, 3)), Array3::zeros((3, high, wide)));
    let done = Resampler::new().rgb8(&frame, &roi, bytes.view_mut());
    let border = if input.matrix { Border::Zero } else { Border::Replicate };
    let also = mediapipe(&frame, &roi, border, (0.0, 1.0), floats.view_mut());
    assert_eq!(done.is_ok(), also.is_ok());
    assert!(floats.iter().all(|value| (0.0..=1.0).contains(value)));
    let (mut meter, mut quality) = (Meter::new(), Quality::default());
    for step in 0..2 {
        let context = FrameContext {
            seconds: input.seconds + f64::from(step) / 8.0,
            turn: None,
        };
        let _ = meter.follow(&frame, &roi, &context, &QualityThresholds::default(), &mut quality);
    }
    let mut copy = FrameBuffer::new();
    copy.copy_from(&frame);
    let again = copy.frame().map(|copy| copy.pixel(0, 0));
    assert_eq!(again, Some(frame.pixel(0, 0)));
});
