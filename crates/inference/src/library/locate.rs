//! Where the ONNX Runtime library may lie, in the order in which the places are tried.
//!
//! 1. The path in [`RuntimeConfig::library`](crate::RuntimeConfig::library).
//! 2. The environment variable `ORT_DYLIB_PATH`.
//! 3. Beside the executable, in its `lib` folder, or in the `Frameworks` folder of an app bundle.
//! 4. The pinned copy in [`cache_dir()`]`/onnxruntime/<version>/`, where `cargo xtask setup` puts it.
//!
//! The first two are wishes: when one is set, nothing after it is tried, so that a host never runs another library
//! than the one it named. Nothing is loaded here, only files are looked at.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::json;

/// The pins as they lie in `onnxruntime.json`: one version, and for each platform the wheel that carries the library.
const PINS: &str = include_str!("../../onnxruntime.json");

/// The pinned ONNX Runtime.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Pins {
    /// Version of ONNX Runtime, for example `1.24.4`.
    pub version: String,
    /// Python version of the wheels, for example `312`. Only the library inside is used.
    pub python: String,
    /// By platform, for example `linux-x86_64`.
    pub platforms: BTreeMap<String, Pin>,
}

/// The wheel for one platform.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Pin {
    /// What `pip download --platform` calls it.
    pub pip_platform: String,
    /// File name of the wheel.
    pub wheel: String,
    /// SHA-256 of the wheel, lower-case hex.
    pub sha256: String,
    /// Path of the library inside the wheel, and below `onnxruntime/<version>/` in the cache.
    pub library: String,
}

impl Pins {
    /// The pins compiled into this crate; `None` only if that file were malformed (a test sees to it that it isn't).
    pub fn load() -> Option<Self> {
        json::from_slice(PINS.as_bytes()).ok()
    }

    /// The pin for the platform this was compiled for, if there is one.
    pub fn here(&self) -> Option<&Pin> {
        self.platforms
            .get(&format!("{}-{}", env::consts::OS, env::consts::ARCH))
    }
}

/// Why a place is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlaceKind {
    /// The path in the config.
    Config,
    /// The environment variable `ORT_DYLIB_PATH`.
    Environment,
    /// Beside the executable or in the app bundle.
    Executable,
    /// The pinned copy in the cache folder.
    Cache,
}

impl fmt::Display for PlaceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Config => "the configured path",
            Self::Environment => "ORT_DYLIB_PATH",
            Self::Executable => "beside the executable",
            Self::Cache => "the cache folder",
        })
    }
}

/// One place and what was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Why it was searched.
    pub kind: PlaceKind,
    /// The file looked for.
    pub path: PathBuf,
    /// Whether there was a file.
    pub found: bool,
}

/// What was looked for, and where, in order. The last place is the one found, if any was.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SearchReport {
    /// The places tried.
    pub places: Vec<Place>,
}

impl SearchReport {
    /// The library found.
    pub fn found(&self) -> Option<&Path> {
        self.places
            .iter()
            .find(|place| place.found)
            .map(|place| place.path.as_path())
    }
}

impl fmt::Display for SearchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in &self.places {
            let state = if place.found { "found" } else { "not there" };
            writeln!(f, "  {}: {} ({state})", place.kind, place.path.display())?;
        }
        Ok(())
    }
}

/// What a search depends on besides the file system; taken from the process by [`find_library`].
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The value of `ORT_DYLIB_PATH`.
    pub ort_dylib_path: Option<PathBuf>,
    /// The folder of the executable.
    pub executable_dir: Option<PathBuf>,
    /// The cache folder of SkinKit.
    pub cache_dir: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Self {
        Self {
            ort_dylib_path: path_variable("ORT_DYLIB_PATH"),
            executable_dir: env::current_exe()
                .ok()
                .and_then(|path| path.parent().map(Path::to_path_buf)),
            cache_dir: cache_dir(),
        }
    }
}

/// Looks for the ONNX Runtime library in the places of this module, in order, and stops at the first file found.
/// `config` is the path in the config. Relative paths count from the working folder.
pub fn find_library(config: Option<&Path>) -> SearchReport {
    find_library_in(config, &Surroundings::of_process())
}

/// The same, with the surroundings given.
pub fn find_library_in(config: Option<&Path>, surroundings: &Surroundings) -> SearchReport {
    let wish = match (config, &surroundings.ort_dylib_path) {
        (Some(path), _) => Some((PlaceKind::Config, path.to_path_buf())),
        (None, Some(path)) => Some((PlaceKind::Environment, path.clone())),
        (None, None) => None,
    };
    let candidates = match wish {
        Some(wish) => vec![wish],
        None => own_places(surroundings),
    };
    let mut report = SearchReport::default();
    for (kind, path) in candidates {
        // dlopen treats a bare name as a search through the system's folders; an absolute path says what we mean.
        let path = std::path::absolute(&path).unwrap_or(path);
        let found = path.is_file();
        report.places.push(Place { kind, path, found });
        if found {
            break;
        }
    }
    report
}

fn own_places(surroundings: &Surroundings) -> Vec<(PlaceKind, PathBuf)> {
    let mut places = Vec::new();
    let plain = format!("{}onnxruntime{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    if let Some(dir) = &surroundings.executable_dir {
        places.push((PlaceKind::Executable, dir.join(&plain)));
        places.push((PlaceKind::Executable, dir.join("lib").join(&plain)));
        if let (Some(parent), false) = (dir.parent(), cfg!(any(target_os = "windows", target_os = "ios"))) {
            places.push((PlaceKind::Executable, parent.join("lib").join(&plain)));
        }
        if cfg!(target_os = "macos")
            && let Some(contents) = dir.parent()
        {
            places.push((PlaceKind::Executable, contents.join("Frameworks").join(&plain)));
            places.push((
                PlaceKind::Executable,
                contents.join("Frameworks/onnxruntime.framework/onnxruntime"),
            ));
        }
        if cfg!(target_os = "ios") {
            places.push((
                PlaceKind::Executable,
                dir.join("Frameworks/onnxruntime.framework/onnxruntime"),
            ));
        }
    }
    if let (Some(cache), Some(pins)) = (&surroundings.cache_dir, Pins::load()) {
        let library = pins.here().map_or(plain.as_str(), |pin| pin.library.as_str());
        places.push((
            PlaceKind::Cache,
            cache.join("onnxruntime").join(&pins.version).join(library),
        ));
    }
    places
}

/// The folder in which SkinKit keeps what it fetched: `SKINKIT_CACHE` if set, else `skinkit` in the user's cache folder
/// (`XDG_CACHE_HOME` or `~/.cache`; `~/Library/Caches` on macOS; `%LOCALAPPDATA%` on Windows). `None` when the process
/// has none of these, as on a phone.
pub fn cache_dir() -> Option<PathBuf> {
    if let Some(path) = path_variable("SKINKIT_CACHE") {
        return Some(path);
    }
    let base = if cfg!(target_os = "windows") {
        path_variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        path_variable("HOME").map(|home| home.join("Library/Caches"))
    } else {
        path_variable("XDG_CACHE_HOME").or_else(|| path_variable("HOME").map(|home| home.join(".cache")))
    };
    base.map(|base| base.join("skinkit"))
}

fn path_variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
