//! `pictures FOLDER PHOTOS`: makes the benchmark's pictures in FOLDER from the sample photos.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use skinkit_benches::{Outcome, pictures};

fn main() -> Outcome<()> {
    let mut folders = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(folder), Some(photos)) = (folders.next(), folders.next()) else {
        return Err("usage: pictures FOLDER PHOTOS".into());
    };
    pictures::make(&photos, &folder)
}
