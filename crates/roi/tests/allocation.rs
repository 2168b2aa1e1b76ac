//! A steady camera frame allocates nothing in this crate: the tracker's buffers are made with the first frame and kept.

// A counting allocator cannot be written without `unsafe`; it only counts and hands on to the system's.
#![allow(unsafe_code, clippy::unwrap_used)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use skinkit_inference::EngineKind;
use skinkit_roi::{FaceTracker, Networks, TrackerOptions};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn following_a_face_allocates_nothing_of_its_own() {
    let golden = support::committed()
        .into_iter()
        .find(|g| g.name == "grace_hopper")
        .unwrap();
    let photo = golden.photo();
    let frame = photo.frame();
    let mut measured = false;
    for runtime in support::runtimes() {
        let options = TrackerOptions::default();
        let mut tracker = FaceTracker::with_options(&runtime, &Networks::embedded(), options).unwrap();
        let mut seconds = 0.0;
        let mut step = |frames: usize| {
            let before = ALLOCATIONS.load(Ordering::Relaxed);
            for _ in 0..frames {
                seconds += 1.0 / 30.0;
                assert_eq!(tracker.update(&frame, seconds).unwrap().len(), 1);
            }
            ALLOCATIONS.load(Ordering::Relaxed) - before
        };
        step(5);
        let steady = step(20);
        println!("{}: {steady} allocations in 20 frames", runtime.engine().kind);
        // The embedded engine makes its intermediate tensors anew in every run: only ONNX Runtime can be held to it.
        if runtime.engine().kind == EngineKind::OnnxRuntime {
            // One a frame is the engine's own, in handing over the input.
            assert!(steady <= 20, "{steady} allocations in 20 frames");
            measured = true;
        }
    }
    if !measured {
        eprintln!("SKIPPED: allocations with ONNX Runtime, which is not there");
    }
}
