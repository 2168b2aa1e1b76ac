//! The main job on real pictures, through the facade.

// Helpers of tests and benches are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use skinkit::inference::{EngineChoice, RuntimeConfig, Withheld};
use skinkit::roi::{FaceRegion, Scale, ScaleSource};
use skinkit::tracking::LengthUnit;
use skinkit::{
    Analysis, AnalyzeOptions, Config, Error, History, Key, Limits, Photo, Picture, Region, Scan, ScanRequest, SkinKit,
    Verdict,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn config() -> Config {
    Config::new(root().join("models/lesion-ham7"))
}

fn photo(name: &str) -> Photo {
    Photo::open(&root().join("examples/photos").join(name), &Limits::default()).unwrap()
}

#[test]
fn two_photos_of_an_unchanged_spot_show_no_measurable_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scans.skinkit");
    let key = Key::generate().unwrap();
    let again = Key::from_hex(&key.to_hex()).unwrap();
    let kit = SkinKit::open(config().history(&path, key).keep_pictures(true)).unwrap();
    assert!(kit.compare("me", "left forearm").unwrap().is_none());
    for (name, taken_at) in [("lesion-first.jpg", 1_000), ("lesion-second.jpg", 2_000)] {
        let request = ScanRequest {
            taken_at: Some(taken_at),
            ..ScanRequest::new("left forearm")
        };
        let scan = kit.scan(&photo(name).frame(), &request).unwrap();
        assert!(
            scan.analysis.quality.accepted,
            "{name}: {:?}",
            scan.analysis.quality.issues
        );
        let measures = scan.analysis.measures.expect("the mask holds a lesion");
        assert!(!measures.values.is_empty());
    }
    let change = kit.compare("me", "left forearm").unwrap().unwrap();
    assert_eq!(change.verdict, Verdict::NoMeasurableChange, "{change:?}");
    drop(kit);

    // The history alone, later, with neither model nor runtime.
    let history = History::open_existing(&path, &again).unwrap();
    assert_eq!(history.sites("me").unwrap(), ["left forearm"]);
    assert_eq!(history.scans("me", "left forearm").unwrap().len(), 2);
    assert_eq!(history.compare("me", "left forearm").unwrap().unwrap(), change);
}

#[test]
fn without_a_history_nothing_is_kept_and_scan_says_so() {
    let kit = SkinKit::open(config()).unwrap();
    let photo = photo("lesion-first.jpg");
    assert!(matches!(
        kit.scan(&photo.frame(), &ScanRequest::new("arm")),
        Err(Error::NoHistory)
    ));
    assert!(matches!(kit.history(), Err(Error::NoHistory)));
}

#[test]
fn the_embedded_engine_needs_nothing_installed() {
    let runtime = RuntimeConfig {
        engine: EngineChoice::Embedded,
        ..RuntimeConfig::default()
    };
    let kit = SkinKit::open(config().runtime(runtime)).unwrap();
    let analysis = kit
        .analyze(
            &photo("face.jpg").frame(),
            &AnalyzeOptions::new(Region::Face(FaceRegion::Forehead)),
        )
        .unwrap();
    let face = analysis.face.expect("a face region comes with its face");
    assert_eq!(face.mesh.points.len(), 468);
    assert!(analysis.finding.embedding.is_some());
    // A forehead is not a lesion: the pack's labels are not for it.
    assert_eq!(analysis.finding.withheld, Some(Withheld::FaceRegion));
    assert!(analysis.finding.probabilities.is_empty() && analysis.finding.prediction_set.is_empty());
    let searched = AnalyzeOptions::new(Region::Face(FaceRegion::Forehead)).find_lesion(true);
    let analysis = kit.analyze(&photo("face.jpg").frame(), &searched).unwrap();
    let found = analysis.search.expect("it was looked for").found;
    assert_eq!(
        found.is_none(),
        analysis.finding.withheld == Some(Withheld::NoLesionFound)
    );
}

/// The sample, enlarged to some 3072 pixels a side as a phone's photo has them, as a JPEG; blurred or darkened if asked for.
fn large_jpeg(blur: f32, light: f32, side: u32) -> Vec<u8> {
    let sample = photo("lesion-first.jpg");
    let picture = image::RgbImage::from_raw(sample.width(), sample.height(), sample.pixels().to_vec()).unwrap();
    let mut picture = image::imageops::resize(&picture, side, side, image::imageops::FilterType::Triangle);
    if blur > 0.0 {
        picture = image::imageops::fast_blur(&picture, blur);
    }
    picture
        .iter_mut()
        .for_each(|level| *level = (f32::from(*level) * light) as u8);
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn judged_alike(whole: &Analysis, small: &Analysis) {
    let (a, b) = (&whole.quality, &small.quality);
    assert_eq!((a.accepted, &a.issues), (b.accepted, &b.issues), "{a:?} {b:?}");
    assert_eq!(a.roi_pixels, b.roi_pixels);
    assert!((a.sharpness - b.sharpness).abs() < 0.03, "{a:?} {b:?}");
    assert_eq!((whole.region, whole.roi), (small.region, small.roi));
    for (a, b) in whole.finding.probabilities.iter().zip(&small.finding.probabilities) {
        // Pixels differ by a level or two, which moves this pack's unsure probabilities (its card's weaknesses).
        assert!((a.p - b.p).abs() < 0.05, "{a:?} {b:?}");
    }
    let area = |analysis: &Analysis| {
        let measures = analysis.measures.as_ref()?;
        measures.get(skinkit::tracking::Measure::Area).map(|area| area.value)
    };
    if let (Some(a), Some(b)) = (area(whole), area(small)) {
        assert!((a / b - 1.0).abs() < 0.02, "{a} {b}");
    }
}

#[test]
fn a_photo_opened_small_is_judged_as_the_whole_one_is() {
    let kit = SkinKit::open(config()).unwrap();
    for (blur, light, side) in [(0.0, 1.0, 3072), (60.0, 1.0, 3072), (0.0, 0.1, 3072), (0.0, 1.0, 3069)] {
        let bytes = large_jpeg(blur, light, side);
        let whole = Photo::decode(&bytes, &Limits::default()).unwrap();
        let small = kit.decode_photo(&bytes, &Limits::default(), Region::Lesion).unwrap();
        assert_eq!(
            (small.width(), small.file_size(), small.scale()),
            (768, (side, side), 0.25)
        );
        let whole = kit.analyze(&whole, &AnalyzeOptions::default()).unwrap();
        let small = kit.analyze(&small, &AnalyzeOptions::default()).unwrap();
        judged_alike(&whole, &small);
    }
}

#[test]
fn a_photo_opened_for_one_region_serves_no_other() {
    let kit = SkinKit::open(config()).unwrap();
    let bytes = large_jpeg(0.0, 1.0, 3072);
    let square = Region::Square {
        centre: [1500.0, 1400.0],
        size: 1200.0,
    };
    let small = kit.decode_photo(&bytes, &Limits::default(), Region::Lesion).unwrap();
    for other in [square, Region::Face(FaceRegion::Nose)] {
        assert!(matches!(
            kit.analyze(&small, &AnalyzeOptions::new(other)),
            Err(Error::OpenedSmaller)
        ));
        let whole = kit.decode_photo(&bytes, &Limits::default(), other).unwrap();
        assert_eq!(whole.scale(), 1.0, "a part of the picture may need all its pixels");
    }
    let picture = Picture::from(&small);
    assert_eq!(picture.size(), (3072, 3072));
    assert!(matches!(picture.whole(), Err(Error::OpenedSmaller)));
    // Too few pixels for what is asked, however it was opened.
    let tiny = Photo::decode_for(&bytes, &Limits::default(), 100).unwrap();
    assert!(matches!(
        kit.analyze(&tiny, &AnalyzeOptions::default()),
        Err(Error::OpenedSmaller)
    ));
}

#[test]
fn a_photo_opened_small_is_kept_and_replayed_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spot.jpg");
    std::fs::write(&path, large_jpeg(0.0, 1.0, 3072)).unwrap();
    let limits = Limits::default();
    let config = config().history(folder.path().join("scans.skinkit"), Key::generate().unwrap());
    let kit = SkinKit::open(config.keep_pictures(true)).unwrap();
    let scale = Scale {
        mm_per_pixel: 0.01,
        error: 0.0001,
        source: ScaleSource::Coin,
    };
    let request = |taken_at| ScanRequest {
        options: AnalyzeOptions::default().scale(scale),
        taken_at: Some(taken_at),
        ..ScanRequest::new("left forearm")
    };
    let whole = Photo::open(&path, &limits).unwrap();
    let whole = kit.scan(&whole, &request(1_000)).unwrap();
    let small = kit.open_photo(&path, &limits, Region::Lesion).unwrap();
    let small = kit.scan(&small, &request(2_000)).unwrap();
    judged_alike(&whole.analysis, &small.analysis);
    let unit = |scan: &Scan| scan.analysis.measures.as_ref().unwrap().unit;
    assert_eq!(
        (unit(&whole), unit(&small)),
        (LengthUnit::Millimetre, LengthUnit::Millimetre)
    );
    assert_eq!(whole.analysis.scale, small.analysis.scale);
    let history = kit.history().unwrap();
    let kept = |scan: &Scan| history.scan(scan.id).unwrap();
    assert_eq!(kept(&whole).record.roi, kept(&small).record.roi);
    let change = kit.compare("me", "left forearm").unwrap().unwrap();
    assert_eq!(change.verdict, Verdict::NoMeasurableChange, "{change:?}");

    for (scan, width) in [(&whole, 3072), (&small, 768)] {
        let photo = kit.reopen_photo(scan.id, &path, &limits).unwrap();
        assert_eq!(photo.width(), width);
        let replay = kit.replay(scan.id, &photo, None).unwrap();
        assert!(replay.same_preprocessing && replay.reproduced, "{replay:?}");
    }
    let other = Photo::open(&path, &limits).unwrap();
    let replay = kit.replay(small.id, &other, None).unwrap();
    assert!(!replay.same_preprocessing && !replay.reproduced, "{replay:?}");
}

#[test]
fn threads_share_one_kit() {
    let kit = SkinKit::open(config()).unwrap();
    let photo = photo("lesion-first.jpg");
    let alone = kit.analyze(&photo.frame(), &AnalyzeOptions::default()).unwrap().finding;
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let here = kit.analyze(&photo.frame(), &AnalyzeOptions::default()).unwrap().finding;
                for (a, b) in here.probabilities.iter().zip(&alone.probabilities) {
                    assert!((a.p - b.p).abs() < 1e-6);
                }
            });
        }
    });
}

#[test]
fn regions_that_cannot_be_measured_are_refused() {
    let kit = SkinKit::open(config()).unwrap();
    let photo = photo("lesion-first.jpg");
    let analyse = |region| kit.analyze(&photo.frame(), &AnalyzeOptions::new(region));
    let tiny = Region::Square {
        centre: [100.0, 100.0],
        size: 5.0,
    };
    assert!(matches!(analyse(tiny), Err(Error::RegionTooSmall { .. })));
    let outside = Region::Square {
        centre: [5_000.0, 100.0],
        size: 100.0,
    };
    assert!(matches!(analyse(outside), Err(Error::Picture(_))));
    assert!(matches!(analyse(Region::Face(FaceRegion::Nose)), Err(Error::Roi(_))));
}
