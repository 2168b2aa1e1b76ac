//! Every camera format, stride, turn and mirroring against the plain arithmetic in `common`, to one level.
#![allow(clippy::unwrap_used)]

mod common;

use common::{FORMATS, Picture, rgb_from_yuv, twin};
use proptest::prelude::*;
use skinkit_preprocess::ndarray::Array3;
use skinkit_preprocess::warp::{Border, mediapipe};
use skinkit_preprocess::{ColorMatrix, Frame, PixelFormat, Range, Resampler, Roi, Rotation};

const TURNS: [Rotation; 4] = [Rotation::None, Rotation::Cw90, Rotation::Cw180, Rotation::Cw270];

fn roi(low: [f64; 2], high: [f64; 2]) -> Roi {
    Roi {
        centre: [((low[0] + high[0]) / 2.0) as f32, ((low[1] + high[1]) / 2.0) as f32],
        width: (high[0] - low[0]) as f32,
        height: (high[1] - low[1]) as f32,
        rotation: 0.0,
    }
}

/// The upright picture of a frame, pixel by pixel.
fn upright(frame: &Frame<'_>) -> Vec<u8> {
    (0..frame.height())
        .flat_map(|y| (0..frame.width()).map(move |x| (x, y)))
        .flat_map(|(x, y)| frame.pixel(x, y).unwrap())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_resampler_has_its_twin(
        format in 0usize..8,
        (width, height) in (20usize..150, 20usize..90),
        padding in 0usize..40,
        stride in 1usize..4,
        (left, top) in (-0.3f64..0.6, -0.3f64..0.6),
        (wide, high) in (0.1f64..1.2, 0.1f64..1.2),
        count in (1usize..40, 1usize..40),
        bt709 in any::<bool>(),
        video in any::<bool>(),
    ) {
        let matrix = if bt709 { ColorMatrix::Bt709 } else { ColorMatrix::Bt601 };
        let range = if video { Range::Video } else { Range::Full };
        let picture = Picture::new(FORMATS[format], width, height, padding, stride);
        // Quarter pixels are exact in f32, so that both sides see the same window.
        let quarter = |v: f64| (v * 4.0).round() / 4.0;
        let low = [quarter(left * width as f64), quarter(top * height as f64)];
        let high = [low[0] + quarter(wide * width as f64).max(1.0), low[1] + quarter(high * height as f64).max(1.0)];
        prop_assume!(high[0] > 0.0 && high[1] > 0.0);
        let planes = picture.planes();
        let frame = picture.frame(&planes, matrix, range);
        let mut got = Array3::zeros((count.1, count.0, 3));
        Resampler::new().rgb8(&frame, &roi(low, high), got.view_mut()).unwrap();
        let expected = twin(&picture, matrix, range, low, high, [count.0, count.1]);
        for (at, (got, expected)) in got.iter().zip(expected.as_flattened()).enumerate() {
            prop_assert!((f64::from(*got) - expected).abs() <= 1.0, "{at}: {got} {expected}");
        }
    }

    #[test]
    fn turned_buffers_read_like_turned_pictures(
        format in 0usize..8,
        (width, height) in (20usize..90, 20usize..90),
        padding in 0usize..20,
        turn in 0usize..4,
        mirrored in any::<bool>(),
        rotation in prop_oneof![Just(0.0f32), -3.0f32..3.0],
        side in 8.0f32..60.0,
    ) {
        let mut picture = Picture::new(FORMATS[format], width, height, padding, 2);
        // No colour is clamped: what a blend of clamped colours is, no blend of samples has to be.
        picture.buffers.iter_mut().flatten().for_each(|sample| *sample = 64 + *sample / 2);
        let planes = picture.planes();
        let frame = picture.frame(&planes, ColorMatrix::Bt601, Range::Full).oriented(TURNS[turn], mirrored);
        let copy = upright(&frame);
        let plain = Frame::rgb8(&copy, frame.width(), frame.height()).unwrap();
        let roi = Roi { rotation, ..Roi::square([frame.width() as f32 / 2.0, frame.height() as f32 / 2.0], side) };
        // MediaPipe's rule reads single pixels: exactly equal. Of YUV samples are blended, where the copy's rounded colours
        // are: to one level.
        let apart = if frame.format().is_yuv() { 1.001 / 255.0 } else { 0.0 };
        let (mut a, mut b) = (Array3::zeros((3, 16, 16)), Array3::zeros((3, 16, 16)));
        mediapipe(&frame, &roi, Border::Replicate, (0.0, 1.0), a.view_mut()).unwrap();
        mediapipe(&plain, &roi, Border::Replicate, (0.0, 1.0), b.view_mut()).unwrap();
        for (a, b) in a.iter().zip(&b) {
            prop_assert!((a - b).abs() <= apart, "{a} {b}");
        }
        // Packed formats: the same numbers in another order. Of YUV the copy's chroma was not interpolated.
        if !frame.format().is_yuv() {
            let (mut a, mut b) = (Array3::zeros((12, 12, 3)), Array3::zeros((12, 12, 3)));
            Resampler::new().rgb8(&frame, &roi, a.view_mut()).unwrap();
            Resampler::new().rgb8(&plain, &roi, b.view_mut()).unwrap();
            for (a, b) in a.iter().zip(&b) {
                prop_assert!(a.abs_diff(*b) <= 1, "{a} {b}");
            }
        }
    }

    #[test]
    fn a_buffer_one_byte_short_is_refused_by_name(
        format in 0usize..8,
        (width, height) in (1usize..60, 1usize..60),
        padding in 0usize..20,
        stride in 1usize..4,
        which in 0usize..3,
    ) {
        let mut picture = Picture::new(FORMATS[format], width, height, padding, stride);
        let which = which % picture.buffers.len();
        {
            let planes = picture.planes();
            picture.frame(&planes, ColorMatrix::Bt601, Range::Full);
        }
        picture.buffers[which].pop();
        let planes = picture.planes();
        let layout =
            skinkit_preprocess::FrameLayout::new(picture.format, width as u32, height as u32, &planes);
        let said = Frame::new(&layout).unwrap_err().to_string();
        prop_assert!(said.contains("1 byte(s) short"), "{said}");
        let name = match (picture.format, which) {
            (PixelFormat::Rgb8, _) => "RGB",
            (PixelFormat::Rgba8, _) => "RGBA",
            (PixelFormat::Bgra8, _) => "BGRA",
            (_, 0) => "Y",
            (PixelFormat::Nv12, _) => "UV",
            (PixelFormat::Nv21, _) => "VU",
            (_, 1) => "U",
            _ => "V",
        };
        prop_assert!(said.contains(&format!("the {name} plane")), "{said}");
    }

    #[test]
    fn no_region_breaks_anything(
        format in 0usize..8,
        size in (1usize..40, 1usize..40),
        turn in 0usize..4,
        centre in (-400.0f32..400.0, -400.0f32..400.0),
        side in (prop_oneof![1e-30f32..1e-3, 1e-3f32..500.0], prop_oneof![1e-30f32..1e-3, 1e-3f32..500.0]),
        rotation in prop_oneof![Just(0.0f32), -1e-6f32..1e-6, -2000.0f32..2000.0],
        out in (1usize..20, 1usize..20),
    ) {
        let picture = Picture::new(FORMATS[format], size.0, size.1, 1, 1);
        let planes = picture.planes();
        let frame = picture.frame(&planes, ColorMatrix::Bt709, Range::Video).oriented(TURNS[turn], true);
        let roi = Roi { centre: centre.into(), width: side.0, height: side.1, rotation };
        let (mut bytes, mut floats) = (Array3::zeros((out.1, out.0, 3)), Array3::zeros((3, out.1, out.0)));
        let a = Resampler::new().rgb8(&frame, &roi, bytes.view_mut());
        let b = mediapipe(&frame, &roi, Border::Zero, (0.0, 1.0), floats.view_mut());
        // Refused alike, or both done.
        prop_assert_eq!(a.is_ok(), b.is_ok());
        prop_assert!(floats.iter().all(|value| (0.0..=1.0).contains(value)));
    }

    #[test]
    fn unit_and_picture_are_inverse(
        centre in (-500.0f32..2000.0, -500.0f32..2000.0),
        size in (1.0f32..2000.0, 1.0f32..2000.0),
        rotation in -7.0f32..7.0,
        unit in (-0.5f32..1.5, -0.5f32..1.5),
    ) {
        let roi = Roi { centre: centre.into(), width: size.0, height: size.1, rotation };
        let back = roi.to_unit(roi.to_picture(unit.into()));
        // A pixel's thousandth, in units of the shorter side.
        let near = 1e-3 * (1.0 + 2000.0 / size.0.min(size.1));
        prop_assert!((back[0] - unit.0).abs() < near && (back[1] - unit.1).abs() < near, "{back:?}");
    }
}

#[test]
fn chroma_of_a_flat_picture_is_exact() {
    for format in FORMATS.into_iter().filter(|format| format.is_yuv()) {
        let mut picture = Picture::new(format, 31, 17, 3, 2);
        for (channel, value) in picture.channels.iter_mut().zip([150, 90, 170]) {
            channel.data.fill(value);
        }
        let values: &[&[u8]] = match format {
            PixelFormat::Nv12 => &[&[150], &[90, 170]],
            PixelFormat::Nv21 => &[&[150], &[170, 90]],
            _ => &[&[150], &[90], &[170]],
        };
        for (buffer, values) in picture.buffers.iter_mut().zip(values) {
            for (byte, value) in buffer.iter_mut().zip(values.iter().cycle()) {
                *byte = *value;
            }
        }
        // Odd padding puts the second row's interleaved bytes out of step; keep rows packed for those.
        if format.planes() == 2 {
            picture.row_strides = vec![31, 32];
        }
        let planes = picture.planes();
        let frame = picture.frame(&planes, ColorMatrix::Bt709, Range::Video);
        let expected = rgb_from_yuv(150.0, 90.0, 170.0, ColorMatrix::Bt709, Range::Video).map(|v| v.round() as u8);
        assert_eq!(frame.pixel(30, 16), Some(expected), "{format:?}");
        let mut out = Array3::zeros((9, 9, 3));
        Resampler::new()
            .rgb8(&frame, &Roi::whole(31, 17), out.view_mut())
            .unwrap();
        let out = out.as_slice().unwrap();
        assert!(
            out.as_chunks::<3>().0.iter().all(|pixel| *pixel == expected),
            "{format:?}"
        );
    }
}

/// The turned resampler against its own rule in f64: triangle over the whole scale in the region's axes, by brute force
/// over a fine grid. Two stages cannot equal it; they stay close on a smooth picture.
#[test]
fn a_turned_region_is_antialiased() {
    let size = 300usize;
    // Stripes finer than the output can show: without antialiasing they would beat.
    let data: Vec<u8> = (0..size * size)
        .flat_map(|i| [if (i % size).is_multiple_of(2) { 40 } else { 200 }; 3])
        .collect();
    let frame = Frame::rgb8(&data, 300, 300).unwrap();
    let mut out = Array3::zeros((40, 40, 3));
    for rotation in [0.1, 0.5, 0.8, 2.2] {
        let roi = Roi {
            rotation,
            ..Roi::square([150.0, 150.0], 200.0)
        };
        Resampler::new().rgb8(&frame, &roi, out.view_mut()).unwrap();
        let (least, most) = (out.iter().min().unwrap(), out.iter().max().unwrap());
        assert!(
            *least >= 108 && *most <= 132,
            "{rotation}: {least}..{most} instead of 120"
        );
    }
}

/// `tools/pipe.py`'s rule, word for word, with OpenCV's 1/32 pixel: numpy became Rust, nothing else.
fn pipe(
    data: &[u8],
    (width, height): (i32, i32),
    roi: &Roi,
    size: (usize, usize),
    border: Border,
    range: (f32, f32),
) -> Vec<f32> {
    let (sin, cos) = f64::from(roi.rotation).sin_cos();
    let mut out = vec![0.0; size.0 * size.1 * 3];
    for v in 0..size.1 {
        for u in 0..size.0 {
            let du = (u as f64 / size.0 as f64 - 0.5) * f64::from(roi.width);
            let dv = (v as f64 / size.1 as f64 - 0.5) * f64::from(roi.height);
            let place = |at: f64| (at * 32.0).round_ties_even() / 32.0;
            let x = place(f64::from(roi.centre[0]) + cos * du - sin * dv);
            let y = place(f64::from(roi.centre[1]) + sin * du + cos * dv);
            let (x0, y0) = (x.floor(), y.floor());
            let (fx, fy) = (x - x0, y - y0);
            for c in 0..3 {
                let at = |right: i32, down: i32| {
                    let (x, y) = (x0 as i32 + right, y0 as i32 + down);
                    if border == Border::Zero && (x < 0 || y < 0 || x >= width || y >= height) {
                        return 0.0;
                    }
                    let (x, y) = (x.clamp(0, width - 1), y.clamp(0, height - 1));
                    f64::from(data[((y * width + x) * 3 + c) as usize])
                };
                let upper = at(0, 0) * (1.0 - fx) + at(1, 0) * fx;
                let lower = at(0, 1) * (1.0 - fx) + at(1, 1) * fx;
                let level = (upper * (1.0 - fy) + lower * fy + 0.5).floor() as f32;
                out[(c as usize * size.1 + v) * size.0 + u] = level * ((range.1 - range.0) / 255.0) + range.0;
            }
        }
    }
    out
}

#[test]
fn mediapipes_rule_is_kept_to_the_bit() {
    let picture = Picture::new(PixelFormat::Rgb8, 97, 71, 0, 1);
    let data = &picture.buffers[0];
    let frame = Frame::rgb8(data, 97, 71).unwrap();
    for (rotation, side, border, range) in [
        (0.0, 97.0, Border::Zero, (-1.0, 1.0)),
        (0.3, 60.5, Border::Replicate, (0.0, 1.0)),
        (-2.1, 160.0, Border::Zero, (0.0, 1.0)),
        (1.2, 33.3, Border::Replicate, (-1.0, 1.0)),
    ] {
        let roi = Roi {
            rotation,
            height: side * 0.9,
            ..Roi::square([48.5, 35.5], side)
        };
        for size in [(16, 16), (37, 21), (1, 5)] {
            let mut got = Array3::zeros((3, size.1, size.0));
            mediapipe(&frame, &roi, border, range, got.view_mut()).unwrap();
            assert_eq!(
                got.as_slice().unwrap(),
                pipe(data, (97, 71), &roi, size, border, range),
                "{rotation} {side} {size:?}"
            );
        }
    }
}
