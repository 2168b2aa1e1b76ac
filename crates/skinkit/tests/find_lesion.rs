//! A lesion that lies small and off-center in a photo is found and cut out.
#![allow(clippy::unwrap_used)] // failing loudly is what tests do

use std::path::{Path, PathBuf};

use skinkit::inference::{EngineChoice, RuntimeConfig};
use skinkit::preprocess::{FrameLayout, PixelFormat, Plane};
use skinkit::{AnalyzeOptions, Config, Error, Frame, Limits, Photo, Region, SkinKit};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn kit() -> SkinKit {
    let runtime = RuntimeConfig {
        engine: EngineChoice::Embedded,
        ..RuntimeConfig::default()
    };
    SkinKit::open(Config::new(root().join("models/lesion-ham7")).runtime(runtime)).unwrap()
}

/// The sample photo at a third of its size on skin of its own border's color, its middle at `at` parts of the canvas.
fn shrunk(at: [f32; 2]) -> (image::RgbImage, [f32; 2], f32) {
    let sample = Photo::open(&root().join("examples/photos/lesion-first.jpg"), &Limits::default()).unwrap();
    let picture = image::RgbImage::from_raw(sample.width(), sample.height(), sample.pixels().to_vec()).unwrap();
    let side = picture.width().min(picture.height());
    let small = image::imageops::resize(&picture, side / 3, side / 3, image::imageops::FilterType::Triangle);
    let mut canvas = image::RgbImage::from_pixel(side, side, *picture.get_pixel(2, 2));
    let place = at.map(|part| (part * side as f32) as i64 - i64::from(side / 6));
    image::imageops::overlay(&mut canvas, &small, place[0], place[1]);
    (canvas, at.map(|part| part * side as f32), side as f32)
}

#[test]
fn it_is_found_where_it_was_put() {
    let kit = kit();
    for at in [[0.5, 0.5], [0.25, 0.5], [0.7, 0.3]] {
        let (canvas, center, side) = shrunk(at);
        let planes = [Plane::packed(canvas.as_raw())];
        let layout = FrameLayout::new(PixelFormat::Rgb8, canvas.width(), canvas.height(), &planes);
        let frame = Frame::new(&layout).unwrap();
        let analysis = kit
            .analyze(&frame, &AnalyzeOptions::default().find_lesion(true))
            .unwrap();
        let search = analysis.search.unwrap();
        assert_eq!(search.searched.width, side);
        let found = search.found.expect("the lesion is there");
        assert_eq!(found, analysis.roi);
        let off = (found.centre[0] - center[0]).hypot(found.centre[1] - center[1]);
        assert!(off < 0.08 * side, "{found:?} should be at {center:?}");
        assert!(found.width < 0.7 * side, "{found:?} of {side}");
        assert!(analysis.finding.withheld.is_none());
    }
}

#[test]
fn a_photo_opened_for_the_middle_alone_is_not_searched() {
    let kit = kit();
    let (canvas, _, _) = shrunk([0.5, 0.5]);
    let large = image::imageops::resize(&canvas, 3000, 3000, image::imageops::FilterType::Triangle);
    let mut bytes = std::io::Cursor::new(Vec::new());
    large.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    let photo = kit
        .decode_photo(bytes.get_ref(), &Limits::default(), Region::Lesion)
        .unwrap();
    let outcome = kit.analyze(&photo, &AnalyzeOptions::default().find_lesion(true));
    assert!(matches!(outcome, Err(Error::OpenedSmaller)));
    let analysis = kit.analyze(&photo, &AnalyzeOptions::default()).unwrap();
    assert!(analysis.search.is_none(), "only where it was asked for");
}
