//! Opens what the commands work on, and says which exit status each failure has.

use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use skinkit::inference::{EngineChoice, RuntimeConfig};
use skinkit::{Config, Error, History, Landmarks, Limits, Photo, Region, Roi, SkinKit, roi, store};

use crate::arguments::{Engine, KeyFile, Model, Networks};
use crate::failure::Failure;
use crate::{key_file, packs};

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Picture(_)
            | Error::RegionTooSmall { .. }
            | Error::Roi(roi::Error::NoFace | roi::Error::FaceTooSmall { .. } | roi::Error::FaceCutOff { .. }) => {
                Self::Input(message)
            }
            Error::Region { .. }
            | Error::Pin(_)
            | Error::Roi(roi::Error::Argument { .. })
            | Error::Store(store::Error::BadValue { .. }) => Self::Arguments(message),
            Error::Inference(_) | Error::Roi(_) => Self::Runtime(message),
            Error::Store(_) | Error::Stored { .. } | Error::NoHistory | Error::Encode(_) => Self::Store(message),
            _ => Self::Input(message),
        }
    }
}

/// A photo from a file.
pub fn photo(path: &Path) -> Result<Photo, Failure> {
    named(path, Photo::open(path, &Limits::default()).map_err(Error::from))
}

/// A photo from a file, no larger than analysing this region of it needs.
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

/// The region that was asked for.
pub fn region(text: &str) -> Result<Region, Failure> {
    Ok(text.parse::<Region>()?)
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
pub fn landmarks(networks: &Networks) -> Result<Landmarks, Failure> {
    let folder = packs::landmarks(networks.networks.as_deref());
    Ok(Landmarks::open(&runtime(&networks.engine), folder)?)
}

/// `X,Y` in pixels.
pub fn point(text: &str) -> Result<[f32; 2], Failure> {
    numbers(text).ok_or_else(|| Failure::Arguments(format!("'{text}' is not a point: use X,Y in pixels")))
}

/// `X,Y,SIZE` in pixels.
pub fn square(text: &str) -> Result<Roi, Failure> {
    match numbers(text) {
        Some([x, y, size]) if size >= 1.0 => Ok(Roi::square([x, y], size)),
        _ => Err(Failure::Arguments(format!(
            "'{text}' is not a square: use X,Y,SIZE, its centre and its side in pixels, side at least 1"
        ))),
    }
}

fn numbers<const N: usize>(text: &str) -> Option<[f32; N]> {
    let numbers: Vec<f32> = text
        .split(',')
        .map(|part| part.trim().parse().ok())
        .collect::<Option<_>>()?;
    let numbers: [f32; N] = numbers.try_into().ok()?;
    numbers.iter().all(|n| n.is_finite()).then_some(numbers)
}

/// A region as every command prints it.
pub fn describe_roi(roi: &Roi) -> Value {
    json!({ "center": roi.centre, "size": roi.width, "height": roi.height, "rotation": roi.rotation })
}

/// A body site as every command prints it.
pub fn describe_site(site: &roi::BodySite) -> Value {
    json!({ "code": site, "words": site.words(), "snomed": site.snomed_expression() })
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

/// Puts the file's name in front of what is wrong with the picture, unless the message has it already.
pub fn named<T>(path: &Path, outcome: skinkit::Result<T>) -> Result<T, Failure> {
    let name = path.display().to_string();
    outcome.map_err(|error| match Failure::from(error) {
        Failure::Input(message) if !message.contains(&name) => Failure::Input(format!("{name}: {message}")),
        other => other,
    })
}
