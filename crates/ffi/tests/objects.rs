//! The objects that Swift and Kotlin see, on real pictures.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use skinkit::inference::EngineChoice;
use skinkit::preprocess::PixelFormat;
use skinkit::roi::{FaceRegion, Scale, ScaleSource};
use skinkit::store::ScanId;
use skinkit::tracking::{LengthUnit, Measure};
use skinkit::{
    Erase, ErrorKind, ExportFormat, ExportRequest, FaceDetail, MatchRequest, Region, Ruler, SummaryRequest,
    ThumbnailView, TrendRequest, Verdict,
};
use skinkit_ffi::{
    Analysis, AnalyzeOptions, Cancel, FrameLayout, History, Options, Photo, ScanRequest, SkinKit, SkinKitError,
    generate_key, quality_thresholds, restore_history,
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
        race: Vec::new(),
        race_results: None,
        quality: None,
    }
}

fn photo(name: &str) -> Photo {
    Photo::open(root().join("examples/photos").join(name).to_str().unwrap().to_owned()).unwrap()
}

fn request(taken_at: i64) -> ScanRequest {
    ScanRequest {
        site: "left forearm".to_owned(),
        subject: "me".to_owned(),
        lesion: Some("mole".to_owned()),
        position: Some([3.0, 4.0]),
        options: AnalyzeOptions {
            scale: Some(Scale {
                mm_per_pixel: 0.05,
                error: 0.001,
                source: ScaleSource::Coin,
            }),
            ..AnalyzeOptions::default()
        },
        taken_at: Some(taken_at),
        picture_sha256: None,
    }
}

/// Options for a part of the picture.
fn of(region: Region) -> AnalyzeOptions {
    AnalyzeOptions {
        region,
        ..AnalyzeOptions::default()
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
    assert!(matches!(
        kit.engine(),
        Err(SkinKitError::Failed {
            kind: ErrorKind::Closed,
            ..
        })
    ));
    let scans = history.scans("me".to_owned(), "left forearm".to_owned()).unwrap();
    assert_eq!(scans.len(), 2);
    assert!(
        scans
            .iter()
            .all(|s| s.roi.is_some() && s.quality.is_some() && s.details.is_some())
    );
    assert!(!scans[0].embedding.as_ref().unwrap().to_vec().is_empty());
    let export = ExportRequest::new(ExportFormat::Json);
    assert_eq!(history.export_file(export.clone(), file("out.json")).unwrap(), 2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(file("out.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "an export in clear is its owner's alone");
    }
    for refused in [file("no/such/folder.json"), file("scans.skinkit")] {
        assert_eq!(
            kind(history.export_file(export.clone(), refused)),
            ErrorKind::InvalidArgument
        );
    }
    assert_eq!(history.erase(Erase::Scan { scan: scans[0].id }).unwrap().scans, 1);
    assert!(matches!(
        history.erase(Erase::Scan { scan: scans[0].id }),
        Err(SkinKitError::Failed {
            kind: ErrorKind::NotFound,
            ..
        })
    ));
    assert_eq!(
        history
            .erase(Erase::Site {
                subject: "me".to_owned(),
                site: "left forearm".to_owned()
            })
            .unwrap()
            .scans,
        1
    );
    assert!(history.sites("me".to_owned()).unwrap().is_empty());
    history.shut();
    assert!(matches!(
        history.sites("me".to_owned()),
        Err(SkinKitError::Failed {
            kind: ErrorKind::Closed,
            ..
        })
    ));

    let again = History::open_existing(file("scans.skinkit"), &key).unwrap();
    // The person was erased before: erasing nothing is no success.
    assert!(matches!(
        again.erase(Erase::Subject {
            subject: "me".to_owned()
        }),
        Err(SkinKitError::Failed {
            kind: ErrorKind::NotFound,
            ..
        })
    ));
    assert_eq!(again.erase(Erase::Everything).unwrap().scans, 0);
    let wrong = History::open(file("scans.skinkit"), &generate_key().unwrap());
    assert!(matches!(
        wrong,
        Err(SkinKitError::Failed {
            kind: ErrorKind::WrongKey,
            ..
        })
    ));
    assert!(matches!(
        History::open(file("scans.skinkit"), &key[1..]),
        Err(SkinKitError::Failed {
            kind: ErrorKind::InvalidArgument,
            ..
        })
    ));
}

#[test]
fn every_verb_of_a_history() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let key = generate_key().unwrap();
    let kit = SkinKit::open(Options {
        history: Some(file("scans.skinkit")),
        key: Some(key.clone()),
        ..options()
    })
    .unwrap();
    let ids = [("lesion-first.jpg", 1_000), ("lesion-second.jpg", 2_000)]
        .map(|(name, taken_at)| kit.scan(&photo(name), request(taken_at), None).unwrap().id);
    let history = kit.history().unwrap();
    let (me, arm) = (|| "me".to_owned(), || "left forearm".to_owned());

    // What the request says comes back: a lesion, its position, and sizes in millimeters.
    assert_eq!(history.subjects().unwrap(), ["me"]);
    assert_eq!(history.lesions(me(), arm()).unwrap(), ["mole"]);
    let scan = history.scan(ids[0]).unwrap();
    let details = scan.details.unwrap();
    assert_eq!(
        (scan.lesion.as_deref(), details.position),
        (Some("mole"), Some([3.0, 4.0]))
    );
    assert_eq!(details.measures.unwrap().unit, LengthUnit::Millimetre);
    assert!(details.scale.is_some() && !scan.probabilities[0].name.is_empty());
    assert_eq!(kind(history.scan(ScanId(99))), ErrorKind::NotFound);

    let change = history.compare_scans(ids[0], ids[1]).unwrap();
    assert_eq!(change, history.compare(me(), arm()).unwrap().unwrap());
    assert_eq!(change.unit, LengthUnit::Millimetre);
    let trend = TrendRequest {
        lesion: Some("mole".to_owned()),
        ..TrendRequest::new("me", "left forearm")
    };
    let area = history.trend(trend.clone(), Measure::Area).unwrap();
    assert_eq!((area.points.len(), area.unit.as_str()), (2, "mm²"));
    assert!(history.trends(trend).unwrap().contains(&area));
    let summary = history.summary(SummaryRequest {
        verdicts: true,
        ..SummaryRequest::default()
    });
    assert_eq!(summary.unwrap()[0].sites[0].lesions[0].verdict, Some(change.verdict));
    assert!(history.noise_json(me()).unwrap().contains("repeats"));

    let request = |position_sd| MatchRequest {
        subject: me(),
        site: arm(),
        scans: vec![ids[1]],
        position_sd,
        overrides: Vec::new(),
    };
    assert_eq!(kind(history.match_lesions(request(-1.0))), ErrorKind::InvalidArgument);
    let matching = history.match_lesions(request(5.0)).unwrap();
    let assigned = history.apply_matching(me(), arm(), matching, 3_000).unwrap();
    assert_eq!((assigned[0].lesion.as_str(), assigned[0].new), ("mole", false));
    history
        .assign(ids[1], Some("other".to_owned()), "it is another".to_owned(), 4_000)
        .unwrap();
    let assignments = history.assignments(ids[1]).unwrap();
    assert!(assignments.last().unwrap().evidence_json.contains("it is another"));

    assert_eq!(history.nearest(ids[0], 5).unwrap()[0].scan, ids[1]);
    assert_eq!(kind(history.unlike_the_others(me())), ErrorKind::Unmeasurable);
    let png = history.thumbnail(ids[0], ThumbnailView::Mask, 64).unwrap().unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    assert_eq!(
        kind(history.thumbnail(ids[0], ThumbnailView::Mask, 3)),
        ErrorKind::InvalidArgument
    );
    assert_eq!(history.check().unwrap().problems.len(), 0);

    let path = root()
        .join("examples/photos/lesion-first.jpg")
        .to_str()
        .unwrap()
        .to_owned();
    let again = kit
        .replay(ids[0], &kit.reopen_photo(ids[0], path).unwrap(), None)
        .unwrap();
    assert!(again.reproduced, "{again:?}");

    history
        .export_file(ExportRequest::new(ExportFormat::Json), file("out.json"))
        .unwrap();
    assert_eq!(history.import_file(file("out.json")).unwrap().known, 2);
    assert!(history.backup(file("backup.skinkit")).unwrap() > 0);
    let restored = restore_history(file("backup.skinkit"), file("again.skinkit"), &key).unwrap();
    assert_eq!(restored.scans, 2);
    let new = generate_key().unwrap();
    history.rotate_key(&new).unwrap();
    assert_eq!(
        kind(History::open_existing(file("scans.skinkit"), &key)),
        ErrorKind::WrongKey
    );
    let erased = history.erase(Erase::Lesion {
        subject: me(),
        site: arm(),
        lesion: "other".to_owned(),
    });
    assert_eq!(erased.unwrap().scans, 1);
}

#[test]
fn thresholds_of_the_host_decide() {
    let mut strict = quality_thresholds();
    strict.min_roi_pixels = 1e6;
    let kit = SkinKit::open(Options {
        quality: Some(strict),
        ..options()
    })
    .unwrap();
    let analysis = kit
        .analyze(&photo("lesion-first.jpg"), AnalyzeOptions::default(), None)
        .unwrap();
    assert!(!analysis.quality.accepted);
}

fn kind<T>(outcome: Result<T, SkinKitError>) -> ErrorKind {
    outcome.map(drop).unwrap_err().kind()
}

#[test]
fn a_face_and_its_regions() {
    let kit = SkinKit::open(options()).unwrap();
    let photo = photo("face.jpg");
    let faces = kit.faces(&photo, FaceDetail::Mesh).unwrap();
    assert_eq!(faces[0].mesh.points.len(), 468 * 3 * 4);
    let analysis = kit
        .analyze(&photo, of(Region::Face(FaceRegion::LeftCheek)), None)
        .unwrap();
    assert_eq!(analysis.region, Region::Face(FaceRegion::LeftCheek));
    assert_eq!(analysis.face.unwrap().detection.key_points.len(), 6);
    assert!(matches!(
        kit.history(),
        Err(SkinKitError::Failed {
            kind: ErrorKind::NoHistory,
            ..
        })
    ));
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
    let first = kit.analyze(&frame, of(Region::Lesion), None).unwrap();
    let second = kit
        .analyze(&photo("lesion-first.jpg"), of(Region::Lesion), None)
        .unwrap();
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
    let wanted = kit.analyze(&whole, of(Region::Lesion), None).unwrap();
    for photo in [&opened, &decoded] {
        assert_eq!((photo.width(), photo.height()), (1283, 1601));
        let got = kit.analyze(photo, of(Region::Lesion), None).unwrap();
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
        centre: [600.0, 600.0],
        size: 400.0,
    };
    let cheek = Region::Face(FaceRegion::LeftCheek);
    let other = |region| kit.analyze(&opened, of(region), None).map(drop);
    let scan = ScanRequest {
        options: of(square),
        ..request(3_000)
    };
    for refused in [
        other(square),
        other(cheek),
        kit.scan(&opened, scan, None).map(drop),
        kit.faces(&opened, FaceDetail::Mesh).map(drop),
        kit.mark(&opened, [600.0, 600.0], 60.0, None).map(drop),
        kit.scale(&opened, Ruler::Iris, None).map(drop),
    ] {
        assert!(
            matches!(
                refused,
                Err(SkinKitError::Failed {
                    kind: ErrorKind::InvalidArgument,
                    ..
                })
            ),
            "{refused:?}"
        );
    }
    let for_square = kit.open_photo(file.clone(), square).unwrap();
    assert_eq!(kit.analyze(&for_square, of(square), None).unwrap().roi.width, 400.0);

    for (bytes, region) in [
        (&b""[..], Region::Lesion),
        (b"no picture", cheek),
        (&bytes[..5_000], Region::Lesion),
    ] {
        let refused = kit.decode_photo(bytes, region);
        assert!(matches!(
            refused,
            Err(SkinKitError::Failed {
                kind: ErrorKind::Picture,
                ..
            })
        ));
    }
    let missing = kit.open_photo("nowhere.jpg".to_owned(), Region::Lesion);
    assert!(matches!(
        missing,
        Err(SkinKitError::Failed {
            kind: ErrorKind::Picture,
            ..
        })
    ));
    kit.shut();
    assert!(matches!(
        kit.open_photo(file, Region::Lesion),
        Err(SkinKitError::Failed {
            kind: ErrorKind::Closed,
            ..
        })
    ));
    assert!(matches!(
        kit.decode_photo(&bytes, Region::Lesion),
        Err(SkinKitError::Failed {
            kind: ErrorKind::Closed,
            ..
        })
    ));
}

#[test]
fn what_makes_no_sense_is_refused_by_its_kind() {
    let kit = SkinKit::open(options()).unwrap();
    let photo = photo("lesion-first.jpg");
    let square = |x, size| Region::Square {
        centre: [x, 100.0],
        size,
    };
    let analyze = |region| kit.analyze(&photo, of(region), None);
    assert!(matches!(
        analyze(square(f32::NAN, 100.0)),
        Err(SkinKitError::Failed {
            kind: ErrorKind::Region,
            ..
        })
    ));
    assert!(matches!(
        analyze(square(100.0, 5.0)),
        Err(SkinKitError::Failed {
            kind: ErrorKind::Region,
            ..
        })
    ));
    assert!(matches!(
        analyze(square(5_000.0, 100.0)),
        Err(SkinKitError::Failed {
            kind: ErrorKind::Region,
            ..
        })
    ));
    assert!(matches!(
        analyze(Region::Face(FaceRegion::Nose)),
        Err(SkinKitError::Failed {
            kind: ErrorKind::Region,
            ..
        })
    ));
    assert!(matches!(
        kit.scan(&photo, request(0), None),
        Err(SkinKitError::Failed {
            kind: ErrorKind::NoHistory,
            ..
        })
    ));
    assert!(matches!(
        Photo::decode(b"no picture"),
        Err(SkinKitError::Failed {
            kind: ErrorKind::Picture,
            ..
        })
    ));
    assert!(matches!(
        Photo::open("nowhere.jpg".to_owned()),
        Err(SkinKitError::Failed {
            kind: ErrorKind::Picture,
            ..
        })
    ));
    let no_pack = Options {
        pack: "nowhere".to_owned(),
        ..options()
    };
    assert!(matches!(
        SkinKit::open(no_pack),
        Err(SkinKitError::Failed {
            kind: ErrorKind::Pack,
            ..
        })
    ));
    let no_key = Options {
        history: Some("x".to_owned()),
        ..options()
    };
    assert!(matches!(
        SkinKit::open(no_key),
        Err(SkinKitError::Failed {
            kind: ErrorKind::InvalidArgument,
            ..
        })
    ));
    let no_library = Options {
        engine: Some(EngineChoice::OnnxRuntime),
        library: Some("nowhere.so".to_owned()),
        ..options()
    };
    assert!(matches!(
        SkinKit::open(no_library),
        Err(SkinKitError::Failed {
            kind: ErrorKind::Runtime,
            ..
        })
    ));
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
    assert!(matches!(
        cancelled,
        Err(SkinKitError::Failed {
            kind: ErrorKind::Cancelled,
            ..
        })
    ));
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
            assert!(
                matches!(
                    error,
                    SkinKitError::Failed {
                        kind: ErrorKind::Cancelled,
                        ..
                    }
                ),
                "{error}"
            );
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
                        match kit.analyze(&photo, of(Region::Lesion), None) {
                            Ok(_) => {}
                            Err(error) => return error,
                        }
                    }
                })
            })
            .collect();
        kit.analyze(&photo, of(Region::Lesion), None).unwrap();
        kit.shut();
        for call in calls {
            assert!(matches!(
                call.join().unwrap(),
                SkinKitError::Failed {
                    kind: ErrorKind::Closed,
                    ..
                }
            ));
        }
    });
}
