//! The main job on real pictures, through the facade.

// Helpers of tests and benches are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use skinkit::inference::{EngineChoice, RuntimeConfig};
use skinkit::roi::FaceRegion;
use skinkit::{Config, Error, History, Key, Limits, Photo, Region, ScanRequest, SkinKit, Verdict};

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
        .analyse(&photo("face.jpg").frame(), Region::Face(FaceRegion::Forehead))
        .unwrap();
    let face = analysis.face.expect("a face region comes with its face");
    assert_eq!(face.mesh.points.len(), 468);
    assert!(analysis.finding.probabilities.iter().all(|p| p.p.is_finite()));
}

#[test]
fn threads_share_one_kit() {
    let kit = SkinKit::open(config()).unwrap();
    let photo = photo("lesion-first.jpg");
    let alone = kit.analyse(&photo.frame(), Region::Lesion).unwrap().finding;
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let here = kit.analyse(&photo.frame(), Region::Lesion).unwrap().finding;
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
    let analyse = |region| kit.analyse(&photo.frame(), region);
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
