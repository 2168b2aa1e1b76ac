//! SkinKit's implementations: `skinkit-peer PICTURES MODELS`.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use skinkit::inference::{Runtime, RuntimeConfig, Session};
use skinkit::preprocess::ndarray::Array3;
use skinkit::preprocess::quality::{Meter, QualityThresholds};
use skinkit::preprocess::tensor::{self, Layout};
use skinkit::preprocess::{FrameLayout, PixelFormat, Plane, Range, Resampler};
use skinkit::roi::{FaceLandmarker, FaceMesh, FaceRegion, FaceTracker, Network, Networks, TrackerOptions, region_roi};
use skinkit::{Analysis, AnalyzeOptions, Config, Frame, Limits, Photo, Region, Roi, SkinKit};
use skinkit_benches::Outcome;
use skinkit_benches::pictures::{HD, PHOTO, Pictures};
use skinkit_benches::protocol::{Implementation, serve};

/// Side of the tensors made from frames.
const SIDE: usize = 224;

/// Least shorter side of a decoded photo: twice the patch that is measured.
const LEAST_SIDE: u32 = 640;

fn main() -> Outcome<()> {
    let pictures = Pictures::named()?;
    let models = PathBuf::from(
        std::env::args_os()
            .nth(2)
            .ok_or("the folder of the models is to be named")?,
    );
    let runtime = Runtime::new(&RuntimeConfig::default())?;
    let kit = SkinKit::open(Config::new(models.join("lesion-ham7")))?;
    eprintln!("    engine: {}", runtime.engine());

    let files = [
        "lesion-1080p.nv12",
        "lesion-12mp.nv12",
        "lesion-1080p.rgb",
        "lesion-12mp.rgb",
    ];
    let [hd_nv12, photo_nv12, hd_rgb, photo_rgb] = files.map(|name| pictures.read(name));
    let (hd_nv12, photo_nv12, hd_rgb, photo_rgb) = (hd_nv12?, photo_nv12?, hd_rgb?, photo_rgb?);
    let (face_nv12, face_rgb) = (pictures.read("face-1080p.nv12")?, pictures.read("face-1080p.rgb")?);
    let jpeg = pictures.read("lesion-12mp.jpg")?;
    let face = nv12(&face_nv12, HD)?;

    serve(vec![
        to_tensor("nv12-1080p", nv12(&hd_nv12, HD)?),
        to_tensor("nv12-12mp", nv12(&photo_nv12, PHOTO)?),
        to_tensor("rgb-1080p", Frame::rgb8(&hd_rgb, HD.0, HD.1)?),
        to_tensor("rgb-12mp", Frame::rgb8(&photo_rgb, PHOTO.0, PHOTO.1)?),
        Implementation::new("jpeg-12mp", "SkinKit", || {
            let photo = Photo::decode_for(&jpeg, &Limits::default(), LEAST_SIDE)?;
            Ok(probabilities(
                &kit.analyze(&photo.frame(), &AnalyzeOptions::default().measures(false))?,
            ))
        }),
        Implementation::new("jpeg-12mp", "SkinKit, full analysis", || {
            let photo = kit.decode_photo(&jpeg, &Limits::default(), Region::Lesion)?;
            Ok(probabilities(&kit.analyze(&photo, &AnalyzeOptions::default())?))
        }),
        Implementation::new("jpeg-12mp", "SkinKit, only decoding", || {
            let photo = Photo::decode_for(&jpeg, &Limits::default(), LEAST_SIDE)?;
            Ok(vec![photo.width() as f32])
        }),
        tracked("face-rgb", &runtime, Frame::rgb8(&face_rgb, HD.0, HD.1)?)?,
        tracked("face-nv12", &runtime, face)?,
        photographed(&runtime, Frame::rgb8(&face_rgb, HD.0, HD.1)?)?,
        live(&runtime, face)?,
        network("face-network", Network::FaceMesh468, &runtime)?,
        scan_frame(&kit, nv12(&hd_nv12, HD)?),
        lesion_network(&runtime, &models)?,
    ])
}

/// A frame as most cameras give it: BT.601, video range.
fn nv12(data: &[u8], (width, height): (u32, u32)) -> Outcome<Frame<'_>> {
    let (luma, chroma) = data.split_at((width * height) as usize);
    let planes = [Plane::packed(luma), Plane::packed(chroma)];
    let mut layout = FrameLayout::new(PixelFormat::Nv12, width, height, &planes);
    layout.range = Range::Video;
    Ok(Frame::new(&layout)?)
}

/// The middle square of a frame as a network sees it: normalised floats, by channel.
fn to_tensor<'a>(task: &'static str, frame: Frame<'a>) -> Implementation<'a> {
    let roi = Roi::centre_square(frame.width(), frame.height());
    let (mut rgb, mut input) = (Array3::zeros((SIDE, SIDE, 3)), Array3::zeros((3, SIDE, SIDE)));
    let mut resampler = Resampler::new();
    Implementation::new(task, "SkinKit", move || {
        resampler.rgb8(&frame, &roi, rgb.view_mut())?;
        tensor::normalize(rgb.view(), Layout::Nchw, [0.5; 3], [0.5; 3], input.view_mut())?;
        Ok(input.iter().step_by(997).copied().collect())
    })
}

fn probabilities(analysis: &Analysis) -> Vec<f32> {
    analysis.finding.probabilities.iter().map(|label| label.p).collect()
}

fn tracked<'a>(task: &'static str, runtime: &Runtime, frame: Frame<'a>) -> Outcome<Implementation<'a>> {
    let options = TrackerOptions::default().with_smoothing(None);
    let mut tracker = FaceTracker::with_options(runtime, &Networks::embedded(), options)?;
    let mut seconds = 0.0;
    Ok(Implementation::new(task, "SkinKit", move || {
        seconds += 1.0 / 60.0;
        let faces = tracker.update(&frame, seconds)?;
        Ok(places(&faces.first().ok_or("no face is followed")?.mesh))
    }))
}

fn photographed<'a>(runtime: &Runtime, frame: Frame<'a>) -> Outcome<Implementation<'a>> {
    let mut landmarker = FaceLandmarker::new(runtime)?;
    Ok(Implementation::new("face-photo", "SkinKit", move || {
        Ok(places(&landmarker.find_one(&frame)?.into_face()?.mesh))
    }))
}

/// Every thirteenth landmark, in pixels.
fn places(mesh: &FaceMesh) -> Vec<f32> {
    mesh.points.iter().step_by(13).flat_map(|&[x, y, _]| [x, y]).collect()
}

/// What each frame of a live session costs: the face followed, a cheek's quality judged.
fn live<'a>(runtime: &Runtime, frame: Frame<'a>) -> Outcome<Implementation<'a>> {
    let mut tracker = FaceTracker::new(runtime)?;
    let (mut meter, thresholds) = (Meter::new(), QualityThresholds::default());
    let mut seconds = 0.0;
    Ok(Implementation::new("live-frame", "SkinKit", move || {
        seconds += 1.0 / 60.0;
        let faces = tracker.update(&frame, seconds)?;
        let mesh = &faces.first().ok_or("no face is followed")?.mesh;
        let roi = region_roi(mesh, FaceRegion::LeftCheek);
        Ok(vec![meter.measure(&frame, &roi, &thresholds)?.sharpness])
    }))
}

/// A network by itself, on grey.
fn network<'a>(task: &'static str, network: Network, runtime: &Runtime) -> Outcome<Implementation<'a>> {
    let session = runtime.session(network.name(), &Networks::embedded().bytes(network)?)?;
    Ok(alone(task, session))
}

fn lesion_network<'a>(runtime: &Runtime, models: &std::path::Path) -> Outcome<Implementation<'a>> {
    let onnx = std::fs::read(models.join("lesion-ham7/model.int8.onnx"))?;
    Ok(alone("lesion-network", runtime.session("lesion-ham7", &onnx)?))
}

fn alone<'a>(task: &'static str, mut session: Session) -> Implementation<'a> {
    let length = session.input().len();
    let bytes = vec![127u8; length];
    let floats = vec![0.5f32; length];
    let takes_bytes = session.input().dtype == skinkit::inference::DataType::U8;
    Implementation::new(task, "SkinKit", move || {
        if takes_bytes {
            session.run(bytes.as_slice())?;
        } else {
            session.run(floats.as_slice())?;
        }
        Ok(Vec::new())
    })
}

/// One frame classified: quality, tensor, lesion model.
fn scan_frame<'a>(kit: &'a SkinKit, frame: Frame<'a>) -> Implementation<'a> {
    Implementation::new("scan-frame", "SkinKit", move || {
        Ok(probabilities(
            &kit.analyze(&frame, &AnalyzeOptions::default().measures(false))?,
        ))
    })
}
