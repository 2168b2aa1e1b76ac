//! The objects that Swift and Kotlin see, on real pictures.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use skinkit_ffi::{
    Analysis, Cancel, EngineChoice, FaceDetail, FaceRegion, FrameLayout, History, Measure, Options, Photo, PixelFormat,
    Point, Region, Ruler, ScanRequest, SkinKit, SkinKitError, Verdict, generate_key,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn options() -> Options {
    Options {
        pack: root().join("models/lesion-ham7").to_str().unwrap().to_owned(),
        history: None,
        key: None,
        engine: Some(EngineChoice::Auto),
        library: None,
        threads: 1,
        networks: Some(root().join("models/landmarks").to_str().unwrap().to_owned()),
        keep_pictures: true,
    }
}

fn photo(name: &str) -> Photo {
    Photo::open(root().join("examples/photos").join(name).to_str().unwrap().to_owned()).unwrap()
}

fn request(taken_at: i64) -> ScanRequest {
    ScanRequest {
        site: "left forearm".to_owned(),
        subject: "me".to_owned(),
        region: Region::Lesion,
        taken_at: Some(taken_at),
        picture_sha256: None,
    }
}

#[test]
fn scan_compare_export_erase() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let key = generate_key().unwrap();
    let kit = SkinKit::open(Options {
        history: Some(file("scans.skinkit")),
        key: Some(key.clone()),
        ..options()
    })
    .unwrap();
    let pack = kit.pack().unwrap();
    for (name, taken_at) in [("lesion-first.jpg", 1_000), ("lesion-second.jpg", 2_000)] {
        let scan = kit.scan(&photo(name), request(taken_at), None).unwrap();
        let finding = scan.analysis.finding;
        assert_eq!(finding.probabilities.len(), pack.labels.len());
        let heatmap = finding.heatmap.unwrap();
        assert_eq!(
            heatmap.values.len() as u32,
            heatmap.width * heatmap.height * heatmap.classes * 4
        );
        let mask = finding.mask.unwrap();
        assert_eq!(mask.values.len() as u32, mask.width * mask.height * 4);
        assert!(!scan.analysis.measures.unwrap().values.is_empty());
    }
    let change = kit
        .compare("me".to_owned(), "left forearm".to_owned())
        .unwrap()
        .unwrap();
    assert_eq!(change.verdict, Verdict::NoMeasurableChange);
    assert!(change.alignment.is_some());

    let history = kit.history().unwrap();
    kit.shut();
    assert!(matches!(kit.engine(), Err(SkinKitError::Closed { .. })));
    let scans = history.scans("me".to_owned(), "left forearm".to_owned()).unwrap();
    assert_eq!(scans.len(), 2);
    assert!(
        scans
            .iter()
            .all(|s| s.roi.is_some() && s.quality.is_some() && s.details.is_some())
    );
    assert_eq!(scans[0].embedding.as_ref().unwrap().len() % 4, 0);
    assert_eq!(history.export_json(file("out.json"), None, false).unwrap(), 2);
    assert!(matches!(
        history.export_json(file("out.json"), None, false),
        Err(SkinKitError::InvalidArgument { .. })
    ));
    assert_eq!(history.erase_scan(scans[0].id).unwrap().scans, 1);
    assert!(matches!(
        history.erase_scan(scans[0].id),
        Err(SkinKitError::NotFound { .. })
    ));
    assert_eq!(
        history
            .erase_site("me".to_owned(), "left forearm".to_owned())
            .unwrap()
            .scans,
        1
    );
    assert!(history.sites("me".to_owned()).unwrap().is_empty());
    history.shut();
    assert!(matches!(
        history.sites("me".to_owned()),
        Err(SkinKitError::Closed { .. })
    ));

    let again = History::open_existing(file("scans.skinkit"), &key).unwrap();
    assert_eq!(again.erase_subject("me".to_owned()).unwrap().scans, 0);
    assert_eq!(again.erase_everything().unwrap().scans, 0);
    let wrong = History::open(file("scans.skinkit"), &generate_key().unwrap());
    assert!(matches!(wrong, Err(SkinKitError::WrongKey { .. })));
    assert!(matches!(
        History::open(file("scans.skinkit"), &key[1..]),
        Err(SkinKitError::InvalidArgument { .. })
    ));
}

#[test]
fn a_face_and_its_regions() {
    let kit = SkinKit::open(options()).unwrap();
    let photo = photo("face.jpg");
    let faces = kit.faces(&photo, FaceDetail::Mesh).unwrap();
    assert_eq!(faces[0].mesh.points.len(), 468 * 3 * 4);
    let analysis = kit.analyse(&photo, Region::Face(FaceRegion::LeftCheek), None).unwrap();
    assert_eq!(analysis.region, Region::Face(FaceRegion::LeftCheek));
    assert_eq!(analysis.face.unwrap().detection.key_points.len(), 6);
    assert!(matches!(kit.history(), Err(SkinKitError::NoHistory { .. })));
}

#[test]
fn a_frame_is_the_photo_it_was_made_from() {
    let kit = SkinKit::open(options()).unwrap();
    let decoded = skinkit::Photo::open(
        &root().join("examples/photos/lesion-first.jpg"),
        &skinkit::Limits::default(),
    );
    let decoded = decoded.unwrap();
    let layout = FrameLayout {
        format: PixelFormat::Rgb8,
        width: decoded.width(),
        height: decoded.height(),
        y_row_stride: 0,
        uv_row_stride: 0,
        uv_pixel_stride: 0,
        rotation_degrees: 0,
        mirrored: false,
        matrix: None,
        range: None,
    };
    let frame = Photo::from_frame(layout, decoded.pixels(), &[], &[]).unwrap();
    let first = kit.analyse(&frame, Region::Lesion, None).unwrap();
    let second = kit.analyse(&photo("lesion-first.jpg"), Region::Lesion, None).unwrap();
    assert_eq!(first.finding, second.finding);
    let turned = FrameLayout {
        rotation_degrees: 90,
        ..layout
    };
    let turned = Photo::from_frame(turned, decoded.pixels(), &[], &[]).unwrap();
    assert_eq!((turned.width(), turned.height()), (decoded.height(), decoded.width()));
    for (layout, bytes) in [
        (layout, &decoded.pixels()[1..]),
        (
            FrameLayout {
                rotation_degrees: 45,
                ..layout
            },
            decoded.pixels(),
        ),
        (FrameLayout { width: 0, ..layout }, decoded.pixels()),
        (
            FrameLayout {
                format: PixelFormat::Nv12,
                ..layout
            },
            decoded.pixels(),
        ),
    ] {
        assert!(Photo::from_frame(layout, bytes, &[], &[]).is_err(), "{layout:?}");
    }
}

#[test]
fn a_photo_opened_for_a_region_gives_what_the_whole_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("scans.skinkit").to_str().unwrap().to_owned();
    let kit = SkinKit::open(Options {
        history: Some(history),
        key: Some(generate_key().unwrap()),
        ..options()
    })
    .unwrap();
    let path = root().join("bindings/scenario/large.jpg");
    let file = path.to_str().unwrap().to_owned();
    let whole = Photo::open(file.clone()).unwrap();
    let opened = kit.open_photo(file.clone(), Region::Lesion).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let decoded = kit.decode_photo(&bytes, Region::Lesion).unwrap();
    let wanted = kit.analyse(&whole, Region::Lesion, None).unwrap();
    for photo in [&opened, &decoded] {
        assert_eq!((photo.width(), photo.height()), (1283, 1601));
        let got = kit.analyse(photo, Region::Lesion, None).unwrap();
        assert_ne!(got.finding, wanted.finding, "it was decoded smaller");
        assert_eq!(
            (got.region, got.roi, got.quality.accepted),
            (wanted.region, wanted.roi, true)
        );
        assert_eq!(got.quality.roi_pixels, wanted.quality.roi_pixels);
        for (a, b) in got.finding.probabilities.iter().zip(&wanted.finding.probabilities) {
            assert!((a.p - b.p).abs() < 0.05, "{a:?} {b:?}");
        }
        let area = |analysis: &Analysis| {
            let measures = &analysis.measures.as_ref().unwrap().values;
            measures.iter().find(|m| m.measure == Measure::Area).unwrap().value
        };
        assert!((area(&got) / area(&wanted) - 1.0).abs() < 0.02);
    }
    for (photo, taken_at) in [(&whole, 1_000), (&opened, 2_000)] {
        kit.scan(photo, request(taken_at), None).unwrap();
    }
    let kept = kit.history().unwrap().scans("me".to_owned(), "left forearm".to_owned());
    let kept = kept.unwrap();
    assert_eq!(kept[0].roi, kept[1].roi);
    let change = kit.compare("me".to_owned(), "left forearm".to_owned()).unwrap();
    assert_eq!(change.unwrap().verdict, Verdict::NoMeasurableChange);

    // It serves for nothing else.
    let square = Region::Square {
        centre: Point { x: 600.0, y: 600.0 },
        size: 400.0,
    };
    let cheek = Region::Face(FaceRegion::LeftCheek);
    let other = |region| kit.analyse(&opened, region, None).map(drop);
    let scan = ScanRequest {
        region: square,
        ..request(3_000)
    };
    for refused in [
        other(square),
        other(cheek),
        kit.scan(&opened, scan, None).map(drop),
        kit.faces(&opened, FaceDetail::Mesh).map(drop),
        kit.mark(&opened, Point { x: 600.0, y: 600.0 }, 60.0, None).map(drop),
        kit.scale(&opened, Ruler::Iris, None).map(drop),
    ] {
        assert!(
            matches!(refused, Err(SkinKitError::InvalidArgument { .. })),
            "{refused:?}"
        );
    }
    let for_square = kit.open_photo(file.clone(), square).unwrap();
    assert_eq!(kit.analyse(&for_square, square, None).unwrap().roi.width, 400.0);

    for (bytes, region) in [
        (&b""[..], Region::Lesion),
        (b"no picture", cheek),
        (&bytes[..5_000], Region::Lesion),
    ] {
        let refused = kit.decode_photo(bytes, region);
        assert!(matches!(refused, Err(SkinKitError::Picture { .. })));
    }
    let missing = kit.open_photo("nowhere.jpg".to_owned(), Region::Lesion);
    assert!(matches!(missing, Err(SkinKitError::Picture { .. })));
    kit.shut();
    assert!(matches!(
        kit.open_photo(file, Region::Lesion),
        Err(SkinKitError::Closed { .. })
    ));
    assert!(matches!(
        kit.decode_photo(&bytes, Region::Lesion),
        Err(SkinKitError::Closed { .. })
    ));
}

#[test]
fn what_makes_no_sense_is_refused_by_its_kind() {
    let kit = SkinKit::open(options()).unwrap();
    let photo = photo("lesion-first.jpg");
    let square = |x, size| Region::Square {
        centre: Point { x, y: 100.0 },
        size,
    };
    let analyse = |region| kit.analyse(&photo, region, None);
    assert!(matches!(
        analyse(square(f32::NAN, 100.0)),
        Err(SkinKitError::Region { .. })
    ));
    assert!(matches!(analyse(square(100.0, 5.0)), Err(SkinKitError::Region { .. })));
    assert!(matches!(
        analyse(square(5_000.0, 100.0)),
        Err(SkinKitError::Region { .. })
    ));
    assert!(matches!(
        analyse(Region::Face(FaceRegion::Nose)),
        Err(SkinKitError::Region { .. })
    ));
    assert!(matches!(
        kit.scan(&photo, request(0), None),
        Err(SkinKitError::NoHistory { .. })
    ));
    assert!(matches!(
        Photo::decode(b"no picture"),
        Err(SkinKitError::Picture { .. })
    ));
    assert!(matches!(
        Photo::open("nowhere.jpg".to_owned()),
        Err(SkinKitError::Picture { .. })
    ));
    let no_pack = Options {
        pack: "nowhere".to_owned(),
        ..options()
    };
    assert!(matches!(SkinKit::open(no_pack), Err(SkinKitError::Pack { .. })));
    let no_key = Options {
        history: Some("x".to_owned()),
        ..options()
    };
    assert!(matches!(
        SkinKit::open(no_key),
        Err(SkinKitError::InvalidArgument { .. })
    ));
    let no_library = Options {
        engine: Some(EngineChoice::OnnxRuntime),
        library: Some("nowhere.so".to_owned()),
        ..options()
    };
    assert!(matches!(SkinKit::open(no_library), Err(SkinKitError::Runtime { .. })));
}

#[test]
fn a_cancelled_scan_keeps_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let kit = SkinKit::open(Options {
        history: Some(folder.path().join("scans.skinkit").to_str().unwrap().to_owned()),
        key: Some(generate_key().unwrap()),
        ..options()
    })
    .unwrap();
    let photo = photo("lesion-first.jpg");
    let cancel = Arc::new(Cancel::new());
    cancel.cancel();
    let cancelled = kit.scan(&photo, request(1), Some(Arc::clone(&cancel)));
    assert!(matches!(cancelled, Err(SkinKitError::Cancelled { .. })));
    // From another thread, at whatever stage the scan has reached: either it is whole or it is not there.
    let later = Arc::new(Cancel::new());
    let outcome = std::thread::scope(|scope| {
        let scan = scope.spawn(|| kit.scan(&photo, request(2), Some(Arc::clone(&later))));
        later.cancel();
        scan.join().unwrap()
    });
    let kept = kit.history().unwrap().sites("me".to_owned()).unwrap().len();
    match outcome {
        Ok(_) => assert_eq!(kept, 1),
        Err(error) => {
            assert!(matches!(error, SkinKitError::Cancelled { .. }), "{error}");
            assert_eq!(kept, 0);
        }
    }
}

#[test]
fn shutting_while_threads_work_ends_calls_or_lets_them_finish() {
    let kit = SkinKit::open(options()).unwrap();
    let photo = photo("lesion-first.jpg");
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        match kit.analyse(&photo, Region::Lesion, None) {
                            Ok(_) => {}
                            Err(error) => return error,
                        }
                    }
                })
            })
            .collect();
        kit.analyse(&photo, Region::Lesion, None).unwrap();
        kit.shut();
        for call in calls {
            assert!(matches!(call.join().unwrap(), SkinKitError::Closed { .. }));
        }
    });
}
