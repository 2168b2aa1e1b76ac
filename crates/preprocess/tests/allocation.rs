//! A steady frame allocates nothing.
//!
//! Counting needs an allocator of its own, which only `unsafe` code can be: this test, and nothing that ships.
#![allow(clippy::unwrap_used)]
#![allow(unsafe_code)]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use common::{FORMATS, Picture};
use skinkit_preprocess::ndarray::Array3;
use skinkit_preprocess::warp::{Border, mediapipe};
use skinkit_preprocess::{ColorMatrix, Range, Resampler, Roi, Rotation};

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

fn allocations(task: impl FnOnce()) -> usize {
    let before = COUNT.with(Cell::get);
    task();
    COUNT.with(Cell::get) - before
}

#[test]
fn counting_works() {
    assert!(allocations(|| drop(std::hint::black_box(vec![1u8; 10]))) >= 1);
}

#[test]
fn a_steady_frame_allocates_nothing() {
    for format in FORMATS {
        let picture = Picture::new(format, 320, 240, 16, 2);
        let planes = picture.planes();
        let frame = picture
            .frame(&planes, ColorMatrix::Bt601, Range::Full)
            .oriented(Rotation::Cw90, true);
        let mut resampler = Resampler::new();
        let (mut bytes, mut floats) = (Array3::zeros((64, 64, 3)), Array3::zeros((3, 64, 64)));
        let mut step = |x: f32| {
            // A region that wanders and turns, as a tracked face does.
            for rotation in [0.0, 0.4 - x / 1000.0] {
                let roi = Roi {
                    rotation,
                    ..Roi::square([120.0 + x, 160.0], 150.0 - x)
                };
                resampler.rgb8(&frame, &roi, bytes.view_mut()).unwrap();
                mediapipe(&frame, &roi, Border::Replicate, (0.0, 1.0), floats.view_mut()).unwrap();
            }
        };
        // Buffers grow to the largest region met; from then on nothing is asked of the allocator.
        (0..10).for_each(|x| step(x as f32));
        let count = allocations(|| (0..10).rev().for_each(|x| step(x as f32)));
        assert_eq!(count, 0, "{format:?}");
    }
}
