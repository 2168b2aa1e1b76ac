//! Every public verb of the facade is in every language, and every case of an enum that C and Dart have by number. The verbs
//! are read from the facade's sources; `SKINKIT_WRITE=1 cargo test -p skinkit-ffi --test verbs` writes docs/verbs.md anew.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What is Rust's alone, and why.
const RUST_ONLY: &[(&str, &str)] = &[
    ("SkinKit::share_history", "the bindings' history is shared already"),
    (
        "SkinKit::noise",
        "an opaque model; `History::noise_of` says what it comes to",
    ),
    ("SkinKit::landmarks", "its verbs are the kit's in the bindings"),
    ("Landmarks::open", "the kit holds them in the bindings"),
    ("Landmarks::engine", "the kit's engine"),
    (
        "Landmarks::missing",
        "what is missing is the error of the verb that needs it",
    ),
    ("Landmarks::has_hands", "as `missing`"),
    ("Landmarks::has_pose", "as `missing`"),
    ("Landmarks::face", "the first of `faces`"),
    ("Landmarks::measure_skin", "not in the bindings yet"),
    ("Landmarks::spots", "not in the bindings yet"),
    ("History::open_read_only", "not in the bindings yet"),
    ("History::check_subject", "not in the bindings yet"),
    ("History::picture", "not in the bindings yet"),
    ("History::path", "the host named it"),
    ("History::store", "the layer below"),
    (
        "History::latest_pair",
        "`compare` and `compare_scans` say what it is for",
    ),
    ("History::export", "into a writer; the bindings write a file"),
    ("History::import", "from a reader; the bindings read a file"),
];

/// Where a language's name of a verb is not the facade's.
const RENAMED: &[(&str, [&str; 4])] = &[
    // Kotlin and Swift (as UniFFI exports it), Swift by hand is not looked at, C, Dart's name of the C function.
    (
        "SkinKit::open_photo",
        ["openPhoto", "openPhoto", "skinkit_photo_open_for", "cPhotoOpenFor"],
    ),
    (
        "SkinKit::decode_photo",
        [
            "decodePhoto",
            "decodePhoto",
            "skinkit_photo_decode_for",
            "cPhotoDecodeFor",
        ],
    ),
    (
        "SkinKit::compare",
        ["compare", "compare", "skinkit_history_compare", "cHistoryCompare"],
    ),
    (
        "History::open_existing",
        ["openExisting", "openExisting", "skinkit_history_open", "cHistoryOpen"],
    ),
    (
        "History::noise_of",
        ["noiseJson", "noiseJson", "skinkit_history_noise", "cHistoryNoise"],
    ),
    (
        "History::export_file",
        ["exportFile", "exportFile", "skinkit_history_export", "cHistoryExport"],
    ),
    (
        "History::import_file",
        ["importFile", "importFile", "skinkit_history_import", "cHistoryImport"],
    ),
    (
        "History::restore",
        [
            "restore",
            "restoreHistory",
            "skinkit_history_restore",
            "cHistoryRestore",
        ],
    ),
    (
        "LiveSession::take_outcome",
        [
            "takeCapture",
            "takeCapture",
            "skinkit_live_take_capture",
            "cLiveTakeCapture",
        ],
    ),
    // C and Dart have no listener that could throw.
    (
        "LiveSession::listener_failed",
        ["listenerFailed", "listenerFailed", "skinkit_live_start", "cLiveStart"],
    ),
    (
        "LiveSession::process",
        ["process", "process", "skinkit_live_process", "cLiveProcess"],
    ),
    ("LiveSession::close", ["shut", "shut", "skinkit_close", "cClose"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file of a kind below a folder, one after the other.
fn all(folder: &Path, ending: &str, out: &mut Vec<String>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            all(&path, ending, out);
        } else if path.extension().is_some_and(|is| is == ending) {
            out.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn sources(folder: &str, ending: &str) -> String {
    let mut found = Vec::new();
    all(&root().join(folder), ending, &mut found);
    found.join("\n")
}

/// Public methods of the facade's objects, in the order of the sources: `SkinKit::open`.
fn verbs() -> Vec<String> {
    let mut found = Vec::new();
    let source = sources("crates/skinkit/src", "rs");
    let mut object = None;
    for line in source.lines() {
        if let Some(name) = line.strip_prefix("impl ") {
            let name = name.trim_end_matches(" {");
            object = ["SkinKit", "Landmarks", "History", "LiveSession"]
                .into_iter()
                .find(|of| *of == name);
        }
        let method = line.strip_prefix("    pub fn ").zip(object);
        if let Some((rest, object)) = method {
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.push(format!("{object}::{name}"));
        }
    }
    found
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + &part[..1].to_uppercase() + &part[1..])
}

/// Names in Kotlin, in Swift, in C and in Dart.
fn names(verb: &str) -> [String; 4] {
    if let Some((_, names)) = RENAMED.iter().find(|(of, _)| *of == verb) {
        return names.map(str::to_owned);
    }
    let (object, name) = verb.split_once("::").unwrap();
    let prefix = match object {
        "History" => "history_",
        "LiveSession" => "live_",
        _ => "",
    };
    let c = format!("{prefix}{name}");
    let dart = camel(&format!("c_{c}"));
    [camel(name), camel(name), format!("skinkit_{c}"), dart]
}

/// Whether a name stands in a text as a word, followed by `after`.
fn says(text: &str, before: &str, name: &str, after: &str) -> bool {
    text.match_indices(&format!("{before}{name}{after}")).any(|(at, _)| {
        !text[..at]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[test]
fn every_verb_is_in_every_language() {
    let kotlin = sources("bindings/kotlin/src/main", "kt")
        + &read("bindings/kotlin/src/generated/kotlin/skinkit/skinkit_ffi.kt");
    let swift = read("bindings/swift/Sources/SkinKit/Generated/SkinKitFFI.swift");
    let header = read("bindings/c/include/skinkit.h");
    let mut dart = Vec::new();
    for file in std::fs::read_dir(root().join("bindings/dart/lib/src")).unwrap() {
        let path = file.unwrap().path();
        if !path.ends_with("native.dart") {
            dart.push(std::fs::read_to_string(path).unwrap());
        }
    }
    let dart = dart.join("\n");
    let verbs = verbs();
    assert!(verbs.len() > 60, "{verbs:?}");
    for (name, _) in RUST_ONLY {
        assert!(
            verbs.iter().any(|verb| verb == name),
            "{name} is no verb any more: take it off the list"
        );
    }
    let mut table = String::from(
        "# Verbs\n\nEvery public verb of the facade and its name in each language. Made from the sources by \
         `SKINKIT_WRITE=1 cargo test -p skinkit-ffi --test verbs`, which fails when a verb is missing anywhere.\n\n\
         | Rust | Kotlin | Swift | C |\n|---|---|---|---|\n",
    );
    let mut missing = Vec::new();
    for verb in verbs {
        if RUST_ONLY.iter().any(|(name, _)| *name == verb) {
            continue;
        }
        let [in_kotlin, in_swift, in_c, in_dart] = names(&verb);
        let kotlin_has = says(&kotlin, "", &in_kotlin, "(")
            || says(&kotlin, "", &format!("{in_kotlin}`"), "(")
            || says(&kotlin, "", &format!("{in_kotlin}Blocking"), "");
        for (language, has) in [
            ("Kotlin", kotlin_has),
            (
                "Swift",
                says(&swift, "func ", &in_swift, "(") || says(&swift, "func `", &in_swift, "`("),
            ),
            ("C", says(&header, "", &in_c, "(")),
            // Dart frees frames by copying them into a photo first, and asks instead of listening.
            ("Dart", says(&dart, "", &in_dart, "(") || verb == "LiveSession::process"),
        ] {
            if !has {
                missing.push(format!("{verb} in {language}"));
            }
        }
        writeln!(table, "| `{verb}` | `{in_kotlin}` | `{in_swift}` | `{in_c}` |").unwrap();
    }
    assert!(missing.is_empty(), "missing: {missing:#?}");
    table.push_str("\nRust's alone:\n\n");
    for (name, why) in RUST_ONLY {
        writeln!(table, "- `{name}`: {why}.").unwrap();
    }
    let kept = root().join("docs/verbs.md");
    if std::env::var_os("SKINKIT_WRITE").is_some() {
        std::fs::write(&kept, &table).unwrap();
    }
    assert!(
        std::fs::read_to_string(kept).unwrap_or_default() == table,
        "docs/verbs.md is not what the sources say: run SKINKIT_WRITE=1 cargo test -p skinkit-ffi --test verbs"
    );
}

/// The cases of an enum of the generated Kotlin, in its order: `TOO_SMALL`.
fn kotlin_cases(kotlin: &str, name: &str) -> Vec<String> {
    let start = kotlin
        .find(&format!("enum class {name} {{"))
        .unwrap_or_else(|| panic!("no enum {name}"));
    let body = &kotlin[start..start + kotlin[start..].find("companion object").unwrap()];
    body.lines()
        .map(str::trim)
        .filter_map(|line| line.strip_suffix([',', ';']))
        .filter(|case| {
            !case.is_empty()
                && case
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_case_of_an_enum_is_in_c() {
    let kotlin = read("bindings/kotlin/src/generated/kotlin/skinkit/skinkit_ffi.kt");
    let header = read("bindings/c/include/skinkit.h");
    let enums = BTreeMap::from([
        ("ErrorKind", "STATUS"),
        ("QualityIssue", "QUALITY_ISSUE"),
        ("LivePhase", "LIVE_PHASE"),
        ("Pushed", "PUSHED"),
        ("PixelFormat", "PIXEL_FORMAT"),
        ("ColorMatrix", "COLOR_MATRIX"),
        ("Range", "RANGE"),
    ]);
    for (name, in_c) in enums {
        let cases = kotlin_cases(&kotlin, name);
        assert!(cases.len() > 1, "{name}: {cases:?}");
        for case in cases {
            let wanted = format!("SKINKIT_{in_c}_{}", case.replace('_', ""));
            let has = header.lines().any(|line| {
                let line = line.trim().split(' ').next().unwrap_or_default();
                line.strip_prefix(&format!("SKINKIT_{in_c}_"))
                    .is_some_and(|rest| format!("SKINKIT_{in_c}_{}", rest.replace('_', "")) == wanted)
            });
            assert!(has, "{name}::{case} has no number in skinkit.h");
        }
    }
}
