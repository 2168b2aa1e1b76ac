//! A steady frame of a live session allocates nothing: follower, quality gate, guidance and update work in kept memory.

// A counting allocator cannot be written without `unsafe`; it only counts and hands on to the system's.
#![allow(unsafe_code, clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use skinkit::inference::EngineKind;
use skinkit::preprocess::{FrameLayout, PixelFormat, Plane};
use skinkit::roi::FaceRegion;
use skinkit::{Config, Frame, Limits, LiveConfig, LiveSession, Photo, Pushed, Region, SkinKit};

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A photo as a camera gives it; its colours do not matter here, so that chroma is grey.
fn nv12(photo: &Photo) -> (Vec<u8>, Vec<u8>) {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let luma = photo.pixels().chunks_exact(3).map(|pixel| pixel[1]).collect();
    (luma, vec![128; width.div_ceil(2) * 2 * height.div_ceil(2)])
}

#[test]
fn a_steady_frame_of_a_session_allocates_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let kit = Arc::new(SkinKit::open(Config::new(root.join("models/lesion-ham7"))).unwrap());
    let with_onnxruntime = kit.engine().kind == EngineKind::OnnxRuntime;
    for (file, region, engines_own) in [
        ("lesion-first.jpg", Region::Lesion, 0),
        // One a frame is ONNX Runtime's, in handing over the mesh's input.
        ("face.jpg", Region::Face(FaceRegion::LeftCheek), 1),
    ] {
        if engines_own > 0 && !with_onnxruntime {
            eprintln!("SKIPPED: the embedded engine makes its tensors anew in every run");
            continue;
        }
        let photo = Photo::open(&root.join("examples/photos").join(file), &Limits::default()).unwrap();
        let (luma, chroma) = nv12(&photo);
        let planes = [Plane::packed(&luma), Plane::packed(&chroma)];
        let layout = FrameLayout::new(PixelFormat::Nv12, photo.width(), photo.height(), &planes);
        let frame = Frame::new(&layout).unwrap();
        // Without a capture, which begins a new round: what is steady is the watching.
        let session = LiveSession::start(Arc::clone(&kit), LiveConfig::new(region).auto_capture(false), None).unwrap();
        let mut index = 0;
        let mut play = |frames: u32| {
            let before = COUNT.with(Cell::get);
            for _ in 0..frames {
                index += 1;
                let time = Duration::from_secs_f64(f64::from(index) / 60.0);
                assert_eq!(session.process(&frame, time).unwrap(), Pushed::Taken);
            }
            COUNT.with(Cell::get) - before
        };
        play(60);
        let count = play(60);
        println!("{file}: {count} allocations in 60 frames");
        let update = session.latest().unwrap();
        assert!(update.quality.is_some() && update.roi.is_some(), "{file}: {update:?}");
        assert!(count <= 60 * engines_own, "{file}: {count} allocations in 60 frames");
    }
}
