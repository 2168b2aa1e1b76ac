//! Golden pictures: the committed subset, and the whole set where it lies beside the checkout.
// Support code is no #[test] function, so clippy's leave for tests does not reach it.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use serde::Deserialize;
use skinkit_inference::{EngineChoice, Runtime, RuntimeConfig};
use skinkit_preprocess::{Limits, Photo};

#[derive(Deserialize)]
pub struct Golden {
    image: String,
    pub width: u32,
    pub height: u32,
    pub face_detection_short: Vec<GoldenFace>,
    pub face_detection_full: Vec<GoldenFace>,
    pub face_mesh_468: Vec<Vec<[f32; 3]>>,
    pub face_landmarker_v2_478: Vec<Vec<[f32; 3]>>,
    selfie_mask: GoldenMask,
    /// x, y, z, visibility; only the committed goldens have it.
    #[serde(default)]
    pub pose_lite: Option<Vec<[f32; 4]>>,
    #[serde(skip)]
    pub name: String,
    #[serde(skip)]
    folder: PathBuf,
}

#[derive(Deserialize)]
pub struct GoldenFace {
    pub score: f32,
    /// Left, top, width, height, as shares of the picture.
    pub bbox: [f32; 4],
    #[serde(alias = "keypoints")]
    pub key_points: Vec<[f32; 2]>,
}

#[derive(Deserialize)]
struct GoldenMask {
    file: String,
}

impl Golden {
    pub fn photo(&self) -> Photo {
        let photo = Photo::open(&self.folder.join(&self.image), &Limits::default()).unwrap();
        assert_eq!(
            (photo.width(), photo.height()),
            (self.width, self.height),
            "{}",
            self.name
        );
        photo
    }

    /// The person mask, a byte a pixel.
    pub fn mask(&self) -> Vec<u8> {
        image::open(self.folder.join(&self.selfie_mask.file))
            .unwrap()
            .into_luma8()
            .into_raw()
    }
}

fn load(folder: &Path) -> Vec<Golden> {
    let mut goldens: Vec<Golden> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| {
            let golden: Golden = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            Golden {
                name,
                folder: folder.to_owned(),
                ..golden
            }
        })
        .collect();
    goldens.sort_by(|a, b| a.name.cmp(&b.name));
    goldens
}

/// The committed goldens.
pub fn committed() -> Vec<Golden> {
    let goldens = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens"));
    assert_eq!(goldens.len(), 3);
    goldens
}

/// Shared data beside the checkout, or `SKINKIT_SHARED`; says so when absent.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SKINKIT_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join(folder);
    if !path.is_dir() {
        eprintln!(
            "SKIPPED: no {folder} in the shared data (SKINKIT_SHARED or ../shared): only the committed part is tested"
        );
        return None;
    }
    Some(path)
}

/// The committed goldens, and the shared ones where they are.
pub fn all() -> Vec<Golden> {
    let mut goldens = committed();
    if let Some(folder) = shared("goldens") {
        let more = load(&folder);
        assert!(!more.is_empty());
        let new = |golden: &Golden| goldens.iter().all(|known| known.name != golden.name);
        let more: Vec<_> = more.into_iter().filter(new).collect();
        goldens.extend(more);
    }
    goldens
}

/// The embedded engine, and ONNX Runtime where it is found.
pub fn runtimes() -> Vec<Runtime> {
    let config = |engine| RuntimeConfig {
        engine,
        ..RuntimeConfig::default()
    };
    let mut runtimes = vec![Runtime::new(&config(EngineChoice::Embedded)).unwrap()];
    match Runtime::new(&config(EngineChoice::OnnxRuntime)) {
        Ok(runtime) => runtimes.push(runtime),
        Err(error) => eprintln!("SKIPPED: ONNX Runtime: {error}"),
    }
    runtimes
}

/// The fastest engine there is.
pub fn runtime() -> Runtime {
    Runtime::new(&RuntimeConfig::default()).unwrap()
}
