//! Files of every kind against libjpeg-turbo, libpng and libwebp, by way of Pillow: the same pixels, or a refusal that names
//! the true reason.
//!
//! `tests/conformance/make.py` writes the files with their references. A selection lies in `tests/conformance/kept`; the
//! whole suite is made anew where `SKINKIT_PYTHON`, or else `python3`, has Pillow and numpy.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

use skinkit_preprocess::{Limits, Photo};

/// Most that pixels may differ on average, in levels.
const SAME: f64 = 2.0;

/// Largest mean difference by kind of reference, and how many files were compared and refused.
#[derive(Debug, Default)]
struct Outcome {
    compared: usize,
    refused: usize,
    wrong: Vec<String>,
    most: f64,
}

/// Width, height and pixels of a binary PPM.
fn ppm(path: &Path) -> (u32, u32, Vec<u8>) {
    let bytes = std::fs::read(path).unwrap();
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let words: Vec<u32> = std::str::from_utf8(&bytes[2..end])
        .unwrap()
        .split_whitespace()
        .map(|word| word.parse().unwrap())
        .collect();
    (words[0], words[1], bytes[end + 1..].to_vec())
}

fn check(folder: &Path) -> Outcome {
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let mut outcome = Outcome::default();
    for line in index.lines() {
        let [name, expected, reason] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let bytes = std::fs::read(folder.join(name)).unwrap();
        for scale in [1u32, 2, 4, 8] {
            let whole = folder.join(format!("{name}.1.ppm"));
            let reference = folder.join(format!("{name}.{scale}.ppm"));
            if expected == "refused" {
                // Whole and scaled alike.
                match Photo::decode_for(&bytes, &Limits::default(), if scale == 1 { u32::MAX } else { 1 }) {
                    Ok(photo) => outcome.wrong.push(format!("{name} at 1/{scale}: read as {photo:?}")),
                    Err(error) if reason.split('|').any(|part| error.to_string().contains(part)) => {
                        outcome.refused += 1;
                    }
                    Err(error) => outcome
                        .wrong
                        .push(format!("{name} at 1/{scale}: {error}, not {reason}")),
                }
                continue;
            }
            if !reference.exists() {
                continue;
            }
            let (width, height, pixels) = ppm(&reference);
            let (whole_width, whole_height, _) = ppm(&whole);
            let least = if scale == 1 {
                u32::MAX
            } else {
                whole_width.min(whole_height).div_ceil(scale)
            };
            let photo = match Photo::decode_for(&bytes, &Limits::default(), least) {
                Ok(photo) => photo,
                Err(error) => {
                    outcome.wrong.push(format!("{name} at 1/{scale}: {error}"));
                    continue;
                }
            };
            if photo.scale() * scale as f32 != 1.0 {
                // A tiny picture that is large enough at a smaller scale.
                continue;
            }
            if (photo.width(), photo.height()) != (width, height) {
                outcome
                    .wrong
                    .push(format!("{name} at 1/{scale}: {photo:?}, not {width}x{height}"));
                continue;
            }
            let sum: u32 = photo
                .pixels()
                .iter()
                .zip(&pixels)
                .map(|(a, b)| u32::from(a.abs_diff(*b)))
                .sum();
            let mean = f64::from(sum) / pixels.len() as f64;
            outcome.compared += 1;
            outcome.most = outcome.most.max(mean);
            if mean > SAME {
                outcome
                    .wrong
                    .push(format!("{name} at 1/{scale}: {mean:.1} levels apart"));
            }
        }
    }
    outcome
}

fn assert_conforms(folder: &Path) -> Outcome {
    let outcome = check(folder);
    println!(
        "{} pictures compared, {:.2} levels apart at most on average; {} refusals",
        outcome.compared, outcome.most, outcome.refused
    );
    assert!(
        outcome.wrong.is_empty(),
        "{} disagree:\n{}",
        outcome.wrong.len(),
        outcome.wrong.join("\n")
    );
    outcome
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

#[test]
fn kept_files_conform() {
    let outcome = assert_conforms(&scripts().join("kept"));
    assert!(outcome.compared >= 100 && outcome.refused >= 20, "{outcome:?}");
}

#[test]
fn the_whole_suite_conforms() {
    let python = std::env::var("SKINKIT_PYTHON").unwrap_or_else(|_| "python3".into());
    let has_pillow = Command::new(&python).args(["-c", "import PIL, numpy"]).output();
    if !has_pillow.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: the whole conformance suite needs a Python with Pillow and numpy (SKINKIT_PYTHON)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(&python)
        .arg(scripts().join("make.py"))
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let outcome = assert_conforms(folder.path());
    assert!(outcome.compared >= 1500 && outcome.refused >= 400, "{outcome:?}");
}
