//! Photo files: the last byte says how small they are decoded, the others are the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skinkit_preprocess::{Limits, Photo};

/// Small, so that many files are tried; a decoder that held to nothing would need far more memory.
const LIMITS: Limits = Limits {
    max_bytes: 1 << 20,
    max_pixels: 1 << 18,
    max_side: 4096,
    max_file_pixels: 1 << 20,
};

fuzz_target!(|data: &[u8]| {
    let Some((least, file)) = data.split_last() else { return };
    let least = if *least == 255 { u32::MAX } else { u32::from(*least) };
    if let Ok(photo) = Photo::decode_for(file, &LIMITS, least) {
        let (width, height) = (u64::from(photo.width()), u64::from(photo.height()));
        assert!(width * height <= LIMITS.max_pixels);
        assert_eq!(photo.pixels().len() as u64, width * height * 3);
        assert!(photo.scale() > 0.0 && photo.scale() <= 1.0);
    }
});
