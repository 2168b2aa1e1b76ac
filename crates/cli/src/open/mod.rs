//! Opens what the commands work on.

pub mod key_file;
pub mod packs;

use std::path::Path;

use sha2::{Digest, Sha256};
use skinkit::inference::{EngineChoice, RuntimeConfig};
use skinkit::{Config, Error, History, Landmarks, Limits, Photo, Region, SkinKit, store};

use crate::arguments::{Engine, KeyFile, Model, Networks};
use crate::failure::Failure;

/// A photo from a file.
pub fn photo(path: &Path) -> Result<Photo, Failure> {
    let photo = named(path, Photo::open(path, &Limits::default()).map_err(Error::from))?;
    if photo.scale() < 1.0 {
        let (width, height) = photo.file_size();
        return Err(Failure::Input(format!(
            "{}: {width}x{height} pixels are too many to give places and lengths in: shrink it to {} million",
            path.display(),
            Limits::default().max_pixels / 1_000_000
        )));
    }
    Ok(photo)
}

/// A photo from a file, no larger than analyzing this region of it needs.
pub fn photo_for(kit: &SkinKit, path: &Path, region: Region) -> Result<Photo, Failure> {
    named(path, kit.open_photo(path, &Limits::default(), region))
}

/// A photo with the SHA-256 of its file, in hex.
pub fn hashed_photo(path: &Path) -> Result<(Photo, String), Failure> {
    let photo = photo(path)?;
    Ok((photo, sha256(path)?))
}

/// The SHA-256 of a photo's file, in hex. Open it as a photo first: that keeps to the limits of a file's size.
pub fn sha256(path: &Path) -> Result<String, Failure> {
    let file =
        std::fs::read(path).map_err(|error| Failure::Input(format!("cannot read {}: {error}", path.display())))?;
    let digest = Sha256::digest(&file);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The engine that was asked for.
pub fn runtime(engine: &Engine) -> RuntimeConfig {
    RuntimeConfig {
        engine: match engine.engine.as_str() {
            "onnxruntime" => EngineChoice::OnnxRuntime,
            "embedded" => EngineChoice::Embedded,
            _ => EngineChoice::Auto,
        },
        threads: usize::from(engine.threads),
        ..RuntimeConfig::default()
    }
}

/// Landmarks, with no model pack.
pub fn landmarks(arguments: &Networks) -> Result<Landmarks, Failure> {
    let networks = packs::landmarks(arguments.networks.as_deref());
    Ok(Landmarks::open(&runtime(&arguments.engine), networks)?)
}

/// SkinKit without a history.
pub fn kit(model: &Model) -> Result<SkinKit, Failure> {
    let pack = packs::find(model.pack.as_deref())?;
    Ok(SkinKit::open(Config::new(pack).runtime(runtime(&model.engine)))?)
}

/// A history that has to be there.
pub fn history(path: &Path, key: &KeyFile) -> Result<History, Failure> {
    let key = key_file::read(key)?;
    Ok(History::open_existing(path, &key)?)
}

/// A history that has to be there and is only read: it may lie on a medium that cannot be written.
pub fn history_to_read(path: &Path, key: &KeyFile) -> Result<History, Failure> {
    let key = key_file::read(key)?;
    match History::open_existing(path, &key) {
        Err(Error::Store(store::Error::ReadOnly { .. })) => Ok(History::open_read_only(path, &key)?),
        other => Ok(other?),
    }
}

/// Puts the file's name in front of what is wrong with the picture, unless the message has it already.
pub fn named<T>(path: &Path, outcome: skinkit::Result<T>) -> Result<T, Failure> {
    let name = path.display().to_string();
    outcome.map_err(|error| match Failure::from(error) {
        Failure::Input(message) if !message.contains(&name) => Failure::Input(format!("{name}: {message}")),
        other => other,
    })
}
