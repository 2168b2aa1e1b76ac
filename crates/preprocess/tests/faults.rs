//! Files that other software, or an earlier SkinKit, read wrongly. They lie outside the repository: `SKINKIT_SHARED`, or
//! `../shared` beside it. Their kinds are in the conformance suite as well.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use skinkit_preprocess::{Limits, Photo, Result};

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("SKINKIT_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("faults");
    if !folder.exists() {
        eprintln!("SKIPPED: {} is not there", folder.display());
    }
    folder.exists().then_some(folder)
}

/// Mean difference of two files' pixels, in levels.
fn apart(a: &Photo, b: &Photo) -> f64 {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    let sum: u64 = a
        .pixels()
        .iter()
        .zip(b.pixels())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.pixels().len() as f64
}

#[test]
fn files_that_were_read_wrongly() {
    let Some(folder) = folder() else { return };
    for least in [u32::MAX, 200] {
        let open = |name: &str| -> Result<Photo> { Photo::open_for(&folder.join(name), &Limits::default(), least) };
        for (name, right) in [
            ("J1_baseline-3scans-420.jpg", "J1_twin-1scan-420.jpg"),
            ("J5_exif6-then-exif-without-orientation.jpg", "J5_exif6-alone.jpg"),
            ("C1_linear-srgb-icc.jpg", "C1_what-both-should-look-like.jpg"),
            ("C2_png-cICP-display-p3.png", "C2_png-iccp-display-p3.png"),
        ] {
            let apart = apart(&open(name).unwrap(), &open(right).unwrap());
            println!("{name}: {apart:.2}");
            assert!(apart <= 2.0, "{name}: {apart} levels from {right}");
        }
        let refusal = |name: &str| open(name).unwrap_err().to_string();
        assert!(refusal("J2_second-cut-at-65pc-with-EOI.jpg").contains("end early"));
        assert!(refusal("J6_arithmetic-SOF9.jpg").contains("arithmetic"));
        open("J3_jfif+adobe0-ycbcr.jpg").unwrap();
        assert!(refusal("F1_icc-matrix-overflows.jpg").contains("color profile"));
    }
}
