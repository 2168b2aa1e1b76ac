//! The whole scan, and its parts as a host sees them: `cargo bench -p skinkit`.
//!
//! Reads the pack and the sample photos of the repository. Say which engine ran when you quote a figure.

// Helpers of tests and benches are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use skinkit::roi::FaceRegion;
use skinkit::{AnalyzeOptions, Config, Key, Limits, Photo, Region, ScanRequest, SkinKit};

fn main() {
    println!("engine: {}", kit().engine());
    divan::main();
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn kit() -> SkinKit {
    SkinKit::open(Config::new(root().join("models/lesion-ham7"))).unwrap()
}

fn photo(name: &str) -> Photo {
    Photo::open(&root().join("examples/photos").join(name), &Limits::default()).unwrap()
}

#[divan::bench]
fn decode_1024_jpeg(bencher: divan::Bencher) {
    let bytes = std::fs::read(root().join("examples/photos/lesion-first.jpg")).unwrap();
    bencher.bench(|| Photo::decode(&bytes, &Limits::default()).unwrap());
}

#[divan::bench]
fn analyse_lesion(bencher: divan::Bencher) {
    let (kit, photo) = (kit(), photo("lesion-first.jpg"));
    bencher.bench(|| kit.analyze(&photo.frame(), &AnalyzeOptions::default()).unwrap());
}

#[divan::bench]
fn analyse_cheek(bencher: divan::Bencher) {
    let (kit, photo) = (kit(), photo("face.jpg"));
    bencher.bench(|| {
        kit.analyze(
            &photo.frame(),
            &AnalyzeOptions::new(Region::Face(FaceRegion::LeftCheek)),
        )
        .unwrap()
    });
}

#[divan::bench]
fn landmarks(bencher: divan::Bencher) {
    let (kit, photo) = (kit(), photo("face.jpg"));
    bencher.bench(|| kit.faces(&photo.frame()).unwrap());
}

#[divan::bench]
fn scan_into_history(bencher: divan::Bencher) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::new(root().join("models/lesion-ham7"))
        .history(folder.path().join("bench.skinkit"), Key::generate().unwrap());
    let (kit, photo) = (SkinKit::open(config).unwrap(), photo("lesion-first.jpg"));
    let request = ScanRequest::new("left forearm");
    bencher.bench(|| kit.scan(&photo.frame(), &request).unwrap());
}
