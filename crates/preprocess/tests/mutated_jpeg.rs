//! Real JPEG files, spoilt: nothing panics, nothing takes more memory than its header's size allows, and what is shown
//! is what the file holds.
//!
//! `PROPTEST_CASES=100000 cargo test --release -p skinkit-preprocess --test mutated_jpeg` looks longer.
//!
//! Counting needs an allocator of its own, which only `unsafe` code can be: this test, and nothing that ships.
#![allow(clippy::unwrap_used)]
#![allow(unsafe_code)]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use common::apart;
use proptest::prelude::*;
use skinkit_preprocess::{Limits, Photo};

struct Counting;

thread_local! {
    /// Bytes held now, and the most since it was set back.
    static HELD: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.with(|held| {
            let now = held.get().0.wrapping_add(layout.size());
            // A thread may free what another took.
            let most = if now < usize::MAX / 2 {
                held.get().1.max(now)
            } else {
                held.get().1
            };
            held.set((now, most));
        });
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.with(|held| held.set((held.get().0.wrapping_sub(layout.size()), held.get().1)));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that were held during the task beside what was held before.
fn most_held<T>(task: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.with(|held| {
        held.set((held.get().0, held.get().0));
        held.get().0
    });
    let answer = task();
    (answer, HELD.with(|held| held.get().1.saturating_sub(before)))
}

/// A quarter of a million pixels: a decoder that held to nothing would need more at once.
const LIMITS: Limits = Limits {
    max_bytes: 1 << 20,
    max_pixels: 250_000,
    max_side: 4_000,
    max_file_pixels: 250_000,
};

/// What decoding may hold: the coefficients of a progressive picture (two bytes each), the pixels twice, and tables.
const MOST_HELD: usize = 250_000 * (3 * 2 * 2 + 3 * 3) + (4 << 20);

/// Mean difference of a scaled picture from the whole one, in levels, where nothing was clamped. Sound files are 1 apart
/// at most; what spoilt codes make of chroma is clamped unseen.
const SAME: f64 = 6.0;

fn files() -> Vec<(String, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/jpeg");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jpg"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// One way to spoil a file; places are shares of its length.
#[derive(Debug, Clone)]
enum Spoil {
    Flip(f64, u8),
    Set(f64, u8),
    Cut(f64),
    Remove(f64, usize),
    Repeat(f64, usize),
    Move(f64, f64, usize),
    Insert(f64, Vec<u8>),
    /// A byte of a segment before the scan's data.
    Header(f64, u8),
}

impl Spoil {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        let at = |share: f64| (share * length as f64) as usize;
        let span = |share: f64, count: usize| at(share)..length.min(at(share) + count);
        match self {
            Self::Flip(share, bit) => bytes[at(*share)] ^= 1 << bit,
            Self::Set(share, value) => bytes[at(*share)] = *value,
            Self::Cut(share) => bytes.truncate(at(*share).max(1)),
            Self::Remove(share, count) => drop(bytes.drain(span(*share, *count))),
            Self::Repeat(share, count) => {
                let part = bytes[span(*share, *count)].to_vec();
                bytes.splice(at(*share)..at(*share), part);
            }
            Self::Move(from, to, count) => {
                let part: Vec<u8> = bytes.drain(span(*from, *count)).collect();
                let to = at(*to).min(bytes.len());
                bytes.splice(to..to, part);
            }
            Self::Insert(share, new) => drop(bytes.splice(at(*share)..at(*share), new.iter().copied())),
            Self::Header(share, value) => {
                let scan = bytes.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap_or(length);
                let at = (share * scan as f64) as usize;
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = *value;
                }
            }
        }
        if bytes.is_empty() {
            bytes.push(0xff);
        }
    }
}

fn spoils() -> impl Strategy<Value = Vec<Spoil>> {
    let share = || 0.0..1.0f64;
    let telling = prop_oneof![any::<u8>(), Just(0u8), Just(0xff), Just(0xd9), Just(0xc4), Just(1)];
    let one = prop_oneof![
        (share(), 0u8..8).prop_map(|(at, bit)| Spoil::Flip(at, bit)),
        (share(), telling.clone()).prop_map(|(at, value)| Spoil::Set(at, value)),
        (share(), telling).prop_map(|(at, value)| Spoil::Header(at, value)),
        share().prop_map(Spoil::Cut),
        (share(), 1usize..400).prop_map(|(at, count)| Spoil::Remove(at, count)),
        (share(), 1usize..400).prop_map(|(at, count)| Spoil::Repeat(at, count)),
        (share(), share(), 1usize..400).prop_map(|(from, to, count)| Spoil::Move(from, to, count)),
        (share(), prop::collection::vec(any::<u8>(), 1..40)).prop_map(|(at, new)| Spoil::Insert(at, new)),
    ];
    prop::collection::vec(one, 1..4)
}

#[test]
fn the_files_themselves_are_read() {
    let files = files();
    assert_eq!(files.len(), 8);
    for (name, bytes) in files {
        let whole = Photo::decode(&bytes, &LIMITS).unwrap();
        for step in [2, 4, 8] {
            let part = Photo::decode_for(&bytes, &LIMITS, 123 / step).unwrap();
            assert_eq!(part.scale(), 1.0 / step as f32, "{name}");
            let apart = apart(&whole, &part).mean;
            assert!(apart < 1.0, "{name} 1/{step}: {apart}");
        }
    }
}

proptest! {
    #[test]
    fn spoilt_files_are_refused_or_shown_as_they_are(which in 0usize..8, spoils in spoils(), least in 1u32..130) {
        let (name, mut bytes) = files().swap_remove(which);
        spoils.iter().for_each(|spoil| spoil.apply(&mut bytes));
        let (part, held) = most_held(|| Photo::decode_for(&bytes, &LIMITS, least));
        prop_assert!(held <= MOST_HELD, "{name}: {held} bytes held");
        let Ok(part) = part else { return Ok(()) };
        let area = u64::from(part.width()) * u64::from(part.height());
        prop_assert!(area <= LIMITS.max_pixels);
        if part.scale() < 1.0 && let Ok(whole) = Photo::decode(&bytes, &LIMITS) {
            let apart = apart(&whole, &part).unclamped;
            prop_assert!(apart < SAME, "{name} at {}: {apart} levels apart", part.scale());
        }
    }
}

/// A gray or 4:2:0 picture of nothing but zeros: every code is a single bit 0. Costs its header and a bit or two a block.
fn zeros(width: u16, height: u16, is_progressive: bool) -> Vec<u8> {
    let mut out = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    out.extend([16; 64]);
    out.extend([0xff, if is_progressive { 0xc2 } else { 0xc0 }, 0, 17, 8]);
    out.extend(height.to_be_bytes());
    out.extend(width.to_be_bytes());
    out.extend([3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]);
    for class in [0, 0x10] {
        out.extend([0xff, 0xc4, 0, 20, class, 1]);
        out.extend([0; 15]);
        out.push(0);
    }
    let mcus = [width, height].map(|side| usize::from(side).div_ceil(16));
    let blocks = [width, height].map(|side| usize::from(side).div_ceil(8));
    let mut scan = |components: &[u8], band: [u8; 2], bits: usize| {
        out.extend([0xff, 0xda, 0, 6 + 2 * components.len() as u8, components.len() as u8]);
        components.iter().for_each(|id| out.extend([*id, 0]));
        out.extend([band[0], band[1], 0]);
        out.resize(out.len() + bits.div_ceil(8), 0);
    };
    if is_progressive {
        scan(&[1, 2, 3], [0, 0], mcus[0] * mcus[1] * 6);
        scan(&[1], [1, 63], blocks[0] * blocks[1]);
        scan(&[2], [1, 63], mcus[0] * mcus[1]);
        scan(&[3], [1, 63], mcus[0] * mcus[1]);
    } else {
        scan(&[1, 2, 3], [0, 63], mcus[0] * mcus[1] * 12);
    }
    out.extend([0xff, 0xd9]);
    out
}

#[test]
fn phones_largest_photos_are_read_scaled_in_little_memory() {
    // 108 and 200 megapixels. A progressive picture's coefficients are kept as far as its size needs them.
    for (width, height) in [(12_000u16, 9_000u16), (16_320, 12_240)] {
        for (is_progressive, least, scale, most) in [
            (false, 1_000, 8, 16 << 20),
            (false, 2_000, 4, 64 << 20),
            (false, u32::MAX, 2, 192 << 20),
            (true, 1_000, 8, 160 << 20),
        ] {
            let file = zeros(width, height, is_progressive);
            let (photo, held) = most_held(|| Photo::decode_for(&file, &Limits::default(), least));
            let photo = photo.unwrap();
            assert_eq!(photo.scale(), 1.0 / scale as f32);
            assert_eq!(photo.file_size(), (width.into(), height.into()));
            assert_eq!(photo.frame().pixel(5, 5), Some([128; 3]));
            println!("{width}x{height} at 1/{scale}, progressive {is_progressive}: {held} bytes held");
            assert!(
                held <= most,
                "{width}x{height} at 1/{scale}: {held} bytes held, not {most}"
            );
        }
    }
}

#[test]
fn coefficients_are_bounded_as_well() {
    let limits = Limits {
        max_pixels: 1_000_000,
        ..Limits::default()
    };
    for (is_progressive, scale) in [(false, 0.5), (true, 0.25)] {
        let file = zeros(2000, 1500, is_progressive);
        let (photo, held) = most_held(|| Photo::decode(&file, &limits).unwrap());
        assert_eq!(photo.scale(), scale);
        assert!(held <= 12_000_000, "{held} bytes held");
    }
}
