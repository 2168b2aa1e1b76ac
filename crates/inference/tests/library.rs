//! A library that is missing, foreign, too old or damaged is an error that helps, never a panic; the embedded engine
//! steps in where the host left the choice open.
#![allow(clippy::unwrap_used)] // helpers of tests fail loudly

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{fixture, onnxruntime};
use skinkit_inference::locate::{self, PlaceKind, Surroundings};
use skinkit_inference::{EngineChoice, EngineKind, Error, Runtime, RuntimeConfig};
use tempfile::TempDir;

fn config(engine: EngineChoice, library: &Path) -> RuntimeConfig {
    RuntimeConfig {
        engine,
        library: Some(library.to_path_buf()),
        ..RuntimeConfig::default()
    }
}

/// The message of the failure; and the embedded engine must take over, with that message as its note.
fn refused(library: &Path) -> String {
    let error = Runtime::new(&config(EngineChoice::OnnxRuntime, library)).unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&*library.to_string_lossy()), "{text}");
    for help in ["cargo xtask setup", "ORT_DYLIB_PATH", "embedded engine"] {
        assert!(text.contains(help), "{text}");
    }
    let runtime = Runtime::new(&config(EngineChoice::Auto, library)).unwrap();
    assert_eq!(runtime.engine().kind, EngineKind::Embedded);
    assert_eq!(runtime.engine().note.as_deref(), Some(text.as_str()));
    let mut session = runtime.session("float", &fixture("float.onnx")).unwrap();
    assert_eq!(session.run(&[1.0f32; 4][..]).unwrap().f32("total").unwrap(), [4.0]);
    text
}

/// These tests speak about failing loads, so they must come before the one load that works: a process has one
/// ONNX Runtime for ever. One test holds the order.
#[test]
fn libraries_that_do_not_serve_are_refused_and_a_good_one_still_loads_after_them() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("nothing.so");
    assert!(refused(&missing).contains("not there"));
    assert!(refused(folder.path()).contains("not there"));
    damaged_files(&folder);
    foreign_libraries(&folder);
    let Some(runtime) = onnxruntime() else { return };
    assert_eq!(runtime.engine().kind, EngineKind::OnnxRuntime);
    assert!(
        runtime.engine().version.starts_with("1."),
        "{}",
        runtime.engine().version
    );
    assert!(runtime.engine().note.is_none());
    let library = runtime.engine().library.clone().unwrap();
    truncated(&folder, &library);

    let copy = folder.path().join("copy.so");
    fs::copy(&library, &copy).unwrap();
    let second = Runtime::new(&config(EngineChoice::OnnxRuntime, &copy)).unwrap();
    assert_eq!(second.engine().library.as_deref(), Some(library.as_path()));
    assert!(second.engine().note.as_deref().unwrap().contains("copy.so"));
    assert!(matches!(
        Runtime::new(&config(EngineChoice::OnnxRuntime, &missing)),
        Err(Error::RuntimeMissing(_))
    ));
}

fn damaged_files(folder: &TempDir) {
    let mut half_a_header = vec![0x7f, b'E', b'L', b'F', 2, 1, 1];
    half_a_header.extend([0; 100]);
    let cases: [(&str, &[u8], &str); 5] = [
        ("empty.so", b"", "empty"),
        ("text.so", b"Not Found", "not a shared library"),
        ("short.so", b"\x7fE", "not a shared library"),
        ("half.so", &half_a_header, "can't"),
        ("windows.dll", b"MZ\x90\0 and so on", "can't"),
    ];
    for (name, bytes, reason) in cases {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let text = refused(&path);
        assert!(text.contains(reason), "{name}: {text}");
    }
}

/// Libraries made by the C compiler, where there is one.
fn foreign_libraries(folder: &TempDir) {
    let base = "struct base { void *(*api)(unsigned); const char *(*version)(void); };\n\
                static void *none(unsigned v) { (void)v; return 0; }\n";
    let version = |text: &str| {
        format!(
            "{base}static const char *version(void) {{ return {text}; }}\n\
             static struct base it = {{ none, version }};\n\
             struct base *OrtGetApiBase(void) {{ return &it; }}\n"
        )
    };
    let cases = [
        (
            "foreign",
            "int unrelated(void) { return 7; }\n".to_owned(),
            "OrtGetApiBase",
        ),
        (
            "nothing",
            "void *OrtGetApiBase(void) { return 0; }\n".to_owned(),
            "returns nothing",
        ),
        ("old", version("\"1.10.3\""), "too old"),
        ("two", version("\"2.0.0\""), "1.N.M"),
        ("odd", version("\"release\""), "1.N.M"),
        ("silent", version("0"), "does not tell its version"),
        ("hollow", version("\"1.99.0\""), "does not offer"),
    ];
    for (name, source, reason) in cases {
        let Some(path) = compile(folder, name, &source) else {
            eprintln!("SKIPPED: foreign libraries, there is no C compiler `cc`");
            return;
        };
        let text = refused(&path);
        assert!(text.contains(reason), "{name}: {text}");
    }
}

fn compile(folder: &TempDir, name: &str, source: &str) -> Option<PathBuf> {
    let (input, output) = (
        folder.path().join(format!("{name}.c")),
        folder.path().join(format!("lib{name}.so")),
    );
    fs::write(&input, source).unwrap();
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&output)
        .arg(&input)
        .output()
        .ok()?;
    assert!(
        made.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    Some(output)
}

/// Loading a cut ELF file would kill the process; each of these must be refused before it is tried. Files of other
/// systems are checked by their own loaders.
fn truncated(folder: &TempDir, library: &Path) {
    if !cfg!(target_os = "linux") {
        return;
    }
    // The process has ONNX Runtime by now and would not load another, so a fresh one is asked.
    let whole = fs::read(library).unwrap();
    for part in [64, 4096, whole.len() / 2, whole.len() - 1] {
        let path = folder.path().join("cut.so");
        fs::write(&path, &whole[..part]).unwrap();
        let run = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_fresh_process_refuses", "--nocapture", "--ignored"])
            .env("SKINKIT_TEST_LIBRARY", &path)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&run.stdout);
        assert!(
            run.status.success() && text.contains("REFUSED"),
            "{part} of {}: {:?} {text}",
            whole.len(),
            run.status
        );
    }
}

/// Not a test by itself: the other half of [`truncated`].
#[test]
#[ignore = "run by another test, in a process of its own"]
fn a_fresh_process_refuses() {
    let Some(path) = std::env::var_os("SKINKIT_TEST_LIBRARY") else {
        return;
    };
    println!("REFUSED: {}", refused(Path::new(&path)));
}

#[test]
fn the_places_come_in_order_and_a_wish_is_not_overridden() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, b"x").unwrap();
        path
    };
    let pins = locate::Pins::load().unwrap();
    let plain = format!(
        "{}onnxruntime{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let in_cache = pins.here().map_or(plain.clone(), |pin| pin.library.clone());
    let cached = file(&format!("cache/onnxruntime/{}/{in_cache}", pins.version));
    let mut around = Surroundings {
        ort_dylib_path: None,
        executable_dir: Some(folder.path().join("app/bin")),
        cache_dir: Some(folder.path().join("cache")),
    };
    let report = locate::find_library_in(None, &around);
    assert_eq!(report.found(), Some(cached.as_path()));
    assert_eq!(report.places.last().unwrap().kind, PlaceKind::Cache);
    assert!(report.places.len() > 1 && report.places[0].kind == PlaceKind::Executable);

    let beside = file(&format!("app/bin/{plain}"));
    assert_eq!(locate::find_library_in(None, &around).found(), Some(beside.as_path()));

    let wished = file("elsewhere/lib.so");
    around.ort_dylib_path = Some(wished.clone());
    let report = locate::find_library_in(None, &around);
    assert_eq!(
        (report.places.len(), report.places[0].kind),
        (1, PlaceKind::Environment)
    );
    assert_eq!(report.found(), Some(wished.as_path()));

    let configured = file("config/lib.so");
    assert_eq!(
        locate::find_library_in(Some(&configured), &around).found(),
        Some(configured.as_path())
    );
    let missing = folder.path().join("config/none.so");
    let report = locate::find_library_in(Some(&missing), &around);
    assert_eq!((report.found(), report.places.len()), (None, 1));
    assert!(report.to_string().contains("none.so") && report.to_string().contains("not there"));
}

#[test]
fn a_search_without_any_surroundings_finds_nothing_and_says_so() {
    let report = locate::find_library_in(None, &Surroundings::default());
    assert!(report.found().is_none() && report.places.is_empty());
    assert!(Error::RuntimeMissing(report).to_string().contains("cargo xtask setup"));
}

#[test]
fn the_pins_are_whole() {
    let pins = locate::Pins::load().unwrap();
    for platform in ["linux-x86_64", "linux-aarch64", "macos-aarch64", "windows-x86_64"] {
        let pin = &pins.platforms[platform];
        assert!(
            pin.sha256.len() == 64 && pin.sha256.chars().all(|c| c.is_ascii_hexdigit()),
            "{platform}"
        );
        assert!(
            pin.wheel
                .starts_with(&format!("onnxruntime-{}-cp{}", pins.version, pins.python)),
            "{platform}"
        );
        assert!(
            pin.wheel.ends_with(".whl") && pin.library.starts_with("onnxruntime/capi/"),
            "{platform}"
        );
    }
    let minor: u32 = pins.version.split('.').nth(1).unwrap().parse().unwrap();
    assert!(minor >= 22);
}

#[test]
fn the_embedded_version_is_the_one_in_the_lock_file() {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock");
    let Ok(lock) = fs::read_to_string(lock) else {
        eprintln!("SKIPPED: no Cargo.lock beside a packaged crate");
        return;
    };
    let runtime = Runtime::new(&RuntimeConfig {
        engine: EngineChoice::Embedded,
        ..Default::default()
    })
    .unwrap();
    let version = runtime.engine().version.strip_prefix("rten ").unwrap().to_owned();
    assert!(
        lock.contains(&format!("name = \"rten\"\nversion = \"{version}\"")),
        "{version}"
    );
    assert_eq!(runtime.engine().to_string(), format!("embedded (rten {version})"));
}

#[test]
fn engine_facts_keep_their_names_in_json() {
    let runtime = Runtime::new(&RuntimeConfig {
        engine: EngineChoice::Embedded,
        ..Default::default()
    })
    .unwrap();
    let json = serde_json::to_value(runtime.engine()).unwrap();
    assert_eq!(json["kind"], "embedded");
    assert_eq!(serde_json::to_value(EngineKind::OnnxRuntime).unwrap(), "onnxruntime");
    for field in ["version", "library", "note"] {
        assert!(json.get(field).is_some(), "{field}");
    }
}
