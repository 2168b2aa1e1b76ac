//! A hot function of the frame path so many times, for a counter of instructions: `hot-functions NAME TIMES`; without
//! arguments their names. `cargo xtask instructions` runs it.
#![forbid(unsafe_code)]

use skinkit::preprocess::ndarray::Array3;
use skinkit::preprocess::quality::{FrameContext, Meter, Quality, QualityThresholds};
use skinkit::preprocess::tensor::{self, Layout};
use skinkit::preprocess::warp::{self, Border};
use skinkit::preprocess::{FrameLayout, PixelFormat, Plane, Resampler};
use skinkit::{Frame, Limits, Photo, Roi};
use skinkit_benches::Outcome;

const WIDTH: u32 = 1920;
const HEIGHT: u32 = 1080;
const SIDE: usize = 224;

const NAMES: [&str; 6] = [
    "NV12 to tensor, upright",
    "NV12 to tensor, turned by 23°",
    "RGB to tensor, upright",
    "quality of a region, NV12",
    "sampling for the face mesh, NV12",
    "JPEG at a quarter, 1024²",
];

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(name) = arguments.next() else {
        println!("{}", NAMES.join("\n"));
        return Ok(());
    };
    let times: u32 = arguments.next().ok_or("how many times?")?.parse()?;
    let place = NAMES
        .iter()
        .position(|known| *known == name)
        .ok_or("no such function")?;

    let area = (WIDTH * HEIGHT) as usize;
    let (luma, chroma, packed) = (bytes(area), bytes(area / 2), bytes(area * 3));
    let planes = [Plane::packed(&luma), Plane::packed(&chroma)];
    let nv12 = Frame::new(&FrameLayout::new(PixelFormat::Nv12, WIDTH, HEIGHT, &planes))?;
    let rgb = Frame::rgb8(&packed, WIDTH, HEIGHT)?;
    let middle = [WIDTH as f32 / 2.0, HEIGHT as f32 / 2.0];
    let upright = Roi::square(middle, 800.0);
    let turned = Roi {
        rotation: 0.4,
        ..Roi::square(middle, 700.0)
    };
    let jpeg = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/photos/lesion-first.jpg"
    ))?;

    let (mut resampler, mut pixels, mut input) = (
        Resampler::new(),
        Array3::zeros((SIDE, SIDE, 3)),
        Array3::zeros((3, SIDE, SIDE)),
    );
    let mut tensor = |frame: &Frame<'_>, roi: &Roi| -> Outcome<()> {
        resampler.rgb8(frame, roi, pixels.view_mut())?;
        Ok(tensor::normalize(
            pixels.view(),
            Layout::Nchw,
            [0.5; 3],
            [0.5; 3],
            input.view_mut(),
        )?)
    };
    let (mut meter, thresholds, mut quality) = (Meter::new(), QualityThresholds::default(), Quality::default());
    let mut mesh = Array3::zeros((3, 192, 192));
    for time in 0..times {
        match place {
            0 => tensor(&nv12, &upright)?,
            1 => tensor(&nv12, &turned)?,
            2 => tensor(&rgb, &upright)?,
            3 => {
                let context = FrameContext {
                    seconds: f64::from(time) / 60.0,
                    turn: None,
                };
                meter.follow(&nv12, &upright, &context, &thresholds, &mut quality)?;
            }
            4 => warp::mediapipe(&nv12, &turned, Border::Replicate, (0.0, 1.0), mesh.view_mut())?,
            _ => drop(Photo::decode_for(&jpeg, &Limits::default(), 256)?),
        }
    }
    // What was computed is looked at, so that it cannot be left out.
    std::hint::black_box((pixels, input, quality, mesh));
    Ok(())
}

/// Smooth gradients with a little noise: nothing that a fast path could skip.
fn bytes(count: usize) -> Vec<u8> {
    let mut state = 1u32;
    (0..count)
        .map(|i| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (100 + (i / 97 % 50) + (state >> 28) as usize) as u8
        })
        .collect()
}
