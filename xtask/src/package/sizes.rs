//! The ledger of sizes, `packaging/sizes.json`: how large what ships is, and that it does not grow unseen.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use super::{code_alone, out, release_library};
use crate::Outcome;
use crate::command::{compiler, root, run};
use crate::{bindings, check_targets};

/// Growth of any artifact by more than this fails.
const GROWTH: u64 = 100_000;
/// SDK code, without runtime and models, should be at most this: see [`missed`].
const MOST: u64 = 3_500_000;

/// Bytes by name.
type Ledger = BTreeMap<String, u64>;

/// Something whose size is kept.
struct Kept {
    name: String,
    file: PathBuf,
    /// Whether it is SDK code without runtime and models.
    is_code: bool,
}

/// `package sizes [--record]`: whatever has been built, against the ledger.
pub fn ledger(record: bool) -> Outcome {
    let mut all = packed();
    all.push(daily()?);
    hold(&all, record)
}

/// What CI compares: only what its tests have built anyway. The size-optimized library takes minutes to link and is compared where it is
/// built: by `package c`, and by `check-targets`.
pub fn cheap() -> Outcome {
    hold(&[daily()?], false)
}

/// What `package` and `check-targets` make, and what lies in the repository.
fn packed() -> Vec<Kept> {
    let here = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
    let kept = |name: &str, file: PathBuf| Kept {
        name: name.to_owned(),
        file,
        is_code: name.ends_with("SDK code alone"),
    };
    let android = check_targets::folder();
    let classes = root().join("bindings/kotlin/android/target/skinkit-android-classes-0.1.0.jar");
    let archive = out().join("dev/skinkit/skinkit-android/0.1.0/skinkit-android-0.1.0.aar");
    let models = root().join("models/lesion-ham7");
    vec![
        kept(&format!("libskinkit_ffi {here}: SDK code alone"), code_alone()),
        kept(
            &format!("libskinkit_ffi {here}: with embedded engine and face networks"),
            release_library(),
        ),
        kept(
            "libskinkit_ffi android arm64-v8a, a check: SDK code alone",
            android.join("code-alone/libskinkit_ffi.so"),
        ),
        kept(
            "libskinkit_ffi android arm64-v8a, a check: as in the AAR",
            android.join("aarch64-linux-android/dist/libskinkit_ffi.so"),
        ),
        kept("skinkit-android classes.jar", classes),
        kept("skinkit-android.aar without libraries", archive),
        kept("skinkit-VERSION.tar.gz for Dart", out().join("skinkit-0.1.0.tar.gz")),
        kept("models/lesion-ham7/model.int8.onnx", models.join("model.int8.onnx")),
    ]
}

/// The library of the daily profile, stripped. Larger than what ships, but built by every test run, and growth shows in both;
/// its size is the compiler's doing too.
fn daily() -> Result<Kept, String> {
    let stripped = out().join("daily-stripped");
    std::fs::create_dir_all(out()).map_err(|error| format!("cannot make {}: {error}", out().display()))?;
    let mut strip = Command::new("strip");
    strip.args(["-x", "-S", "-o"]).arg(&stripped).arg(bindings::library()?);
    run("strip", &mut strip)?;
    Ok(Kept {
        name: format!(
            "libskinkit_ffi {}-{}, daily profile, {}",
            std::env::consts::OS,
            std::env::consts::ARCH,
            compiler()?
        ),
        file: stripped,
        is_code: false,
    })
}

/// Compares, says every size, and keeps them where asked to.
fn hold(all: &[Kept], record: bool) -> Outcome {
    let path = root().join("packaging/sizes.json");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("packaging/sizes.json: {error}"))?;
    let mut ledger: Ledger = serde_json::from_str(&text).map_err(|error| format!("packaging/sizes.json: {error}"))?;
    let mut wrong = Vec::new();
    for kept in all {
        let Ok(found) = std::fs::metadata(&kept.file) else {
            println!("SKIPPED: {} was not built", kept.name);
            continue;
        };
        let size = found.len();
        let before = ledger.get(&kept.name).copied();
        match before {
            Some(before) => println!("{size:>10}  {} (ledger: {before})", kept.name),
            None => println!(
                "{size:>10}  {} (SKIPPED: not in the ledger; --record adds it)",
                kept.name
            ),
        }
        if let Some(missed) = missed(kept, size) {
            println!("{missed}");
        }
        wrong.extend(fault(kept, size, before));
        if record {
            ledger.insert(kept.name.clone(), size);
        }
    }
    if record {
        let text = serde_json::to_string_pretty(&ledger).map_err(|error| error.to_string())? + "\n";
        std::fs::write(&path, text).map_err(|error| format!("cannot write packaging/sizes.json: {error}"))?;
        wrong.retain(|fault| !fault.contains("grew"));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("; "))
    }
}

/// Said of SDK code over its bound. No fault: the bound stands, what is missed is in docs/decisions/0012-what-ships.md, and the
/// ledger keeps it from growing.
fn missed(kept: &Kept, size: u64) -> Option<String> {
    let over = size.checked_sub(MOST).filter(|over| *over > 0 && kept.is_code)?;
    Some(format!(
        "MISSED: {} has {size} bytes, {over} more than the {MOST} that SDK code may have",
        kept.name
    ))
}

/// What is wrong with a size.
fn fault(kept: &Kept, size: u64, before: Option<u64>) -> Option<String> {
    let name = &kept.name;
    let before = before.filter(|before| size > before + GROWTH)?;
    Some(format!(
        "{name} grew by {} bytes, {GROWTH} are allowed: make it smaller, or `cargo xtask package sizes --record` and say why",
        size - before
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_a_fault_and_too_large_code_is_said() {
        let kept = |is_code| Kept {
            name: "library".to_owned(),
            file: PathBuf::new(),
            is_code,
        };
        assert!(fault(&kept(false), 9_000_000, Some(8_900_000)).is_none());
        assert!(fault(&kept(false), 9_000_000, None).is_none());
        assert!(
            fault(&kept(true), MOST, Some(1))
                .unwrap()
                .contains("grew by 3499999 bytes")
        );
        assert!(fault(&kept(true), MOST, Some(MOST)).is_none());
        assert_eq!(missed(&kept(true), MOST), None);
        assert_eq!(missed(&kept(false), MOST + 1), None);
        let said = missed(&kept(true), MOST + 1).unwrap();
        assert!(said.contains("MISSED") && said.contains(" 1 more than"), "{said}");
        let grown = fault(&kept(false), 8_000_001 + GROWTH, Some(8_000_000)).unwrap();
        assert!(grown.contains("grew by 100001 bytes"), "{grown}");
    }

    #[test]
    fn the_ledger_is_sound() {
        let ledger: Ledger = serde_json::from_str(include_str!("../../../packaging/sizes.json")).unwrap();
        assert!(ledger.keys().any(|name| name.contains("daily profile")));
    }
}
