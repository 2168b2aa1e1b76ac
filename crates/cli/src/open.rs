//! Opens what the commands work on, and says which exit status each failure has.

use std::path::Path;

use skinkit::inference::{EngineChoice, RuntimeConfig};
use skinkit::{Config, Error, History, Limits, Photo, Region, SkinKit, roi};

use crate::arguments::{Engine, KeyFile, Model};
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
            Error::Region { .. } => Self::Arguments(message),
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
