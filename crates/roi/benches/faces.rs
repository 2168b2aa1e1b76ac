//! What one frame costs: `cargo bench -p skinkit-roi`. Times are the engine's that `RuntimeConfig::default` chooses.

use std::path::Path;

use divan::Bencher;
use skinkit_inference::{Runtime, RuntimeConfig};
use skinkit_preprocess::{Limits, Photo, Roi};
use skinkit_roi::{
    Face, FaceDetector, FaceLandmarker, FaceMesher, FaceRange, FaceRegion, FaceSite, FaceTracker, MeshKind, Networks,
    PatchMatcher, PersonSegmenter, SkinFinder,
};

fn main() {
    let engine = runtime();
    println!("engine: {:?}", engine.engine());
    divan::main();
}

fn runtime() -> Runtime {
    Runtime::new(&RuntimeConfig::default()).expect("an engine")
}

fn photo() -> Photo {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/grace_hopper.png");
    Photo::open(&path, &Limits::default()).expect("the golden picture")
}

fn face(photo: &Photo) -> Face {
    let mut landmarker = FaceLandmarker::new(&runtime()).expect("the embedded networks");
    landmarker.find(&photo.frame()).expect("a run").remove(0)
}

#[divan::bench(args = [FaceRange::Short, FaceRange::Full])]
fn detector(bencher: Bencher<'_, '_>, range: FaceRange) {
    let (photo, mut detector) = (photo(), FaceDetector::new(&runtime(), range).expect("a detector"));
    bencher.bench_local(|| detector.detect(&photo.frame()).expect("a run").len());
}

#[divan::bench(args = [MeshKind::Points468, MeshKind::Points478])]
fn mesh(bencher: Bencher<'_, '_>, kind: MeshKind) {
    let photo = photo();
    let mut mesher = FaceMesher::with_networks(&runtime(), &Networks::embedded(), kind).expect("a mesher");
    let face = face(&photo).detection;
    bencher.bench_local(|| mesher.landmarks(&photo.frame(), &face).expect("a run").presence);
}

#[divan::bench]
fn landmarker(bencher: Bencher<'_, '_>) {
    let (photo, mut landmarker) = (photo(), FaceLandmarker::new(&runtime()).expect("a landmarker"));
    bencher.bench_local(|| landmarker.find(&photo.frame()).expect("a run").len());
}

#[divan::bench]
fn tracked_frame(bencher: Bencher<'_, '_>) {
    let (photo, mut tracker) = (photo(), FaceTracker::new(&runtime()).expect("a tracker"));
    let mut seconds = 0.0;
    bencher.bench_local(|| {
        seconds += 1.0 / 30.0;
        tracker.update(&photo.frame(), seconds).expect("a run").len()
    });
}

#[divan::bench]
fn person_mask(bencher: Bencher<'_, '_>) {
    let (photo, mut segmenter) = (photo(), PersonSegmenter::new(&runtime()).expect("a segmenter"));
    bencher.bench_local(|| segmenter.mask(&photo.frame()).expect("a run").share(0.5));
}

#[divan::bench]
fn skin_mask(bencher: Bencher<'_, '_>) {
    let (photo, mut finder) = (photo(), SkinFinder::new());
    let mesh = face(&photo).mesh;
    bencher.bench_local(|| {
        finder
            .face(&photo.frame(), &mesh, FaceRegion::WholeFace)
            .expect("a mask")
            .coverage
    });
}

#[divan::bench]
fn locate_site(bencher: Bencher<'_, '_>) {
    let mesh = face(&photo()).mesh;
    let [x, y, _] = mesh.points[50];
    let site = FaceSite::at(&mesh, [x, y]).expect("a site");
    bencher.bench_local(|| site.locate(&mesh).visible);
}

#[divan::bench]
fn find_patch(bencher: Bencher<'_, '_>) {
    let (photo, mut matcher) = (photo(), PatchMatcher::new());
    let home = Roi::square([260.0, 240.0], 160.0);
    let patch = matcher.take(&photo.frame(), &home).expect("a patch");
    let search = Roi {
        rotation: 0.2,
        ..Roi::square([266.0, 236.0], 170.0)
    };
    bencher.bench_local(|| matcher.find(&patch, &photo.frame(), &search).expect("a search"));
}
